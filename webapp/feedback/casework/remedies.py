"""Photos of a remedy: compared with all earlier ones as they come in, kept until the answer is sent, judged by a human.

What a comparison finds is written down as PhotoFlag. A superior sees it on the case and says whether it is fine;
whoever took the photo up is not the one who says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BIGINT,
    ColumnElement,
    Integer,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, array
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import db
from webapp.feedback.casework.models import PhotoFlag
from webapp.feedback.casework.oddities import Odd, Oddity, oddities_in
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.looks import LIKE_BITS, keys_near, mirrored
from webapp.feedback.models import Complaint, ComplaintMessage, Photo
from webapp.feedback.photos import Picture, store_picture

#: How many photos that look alike are read; one is enough to be odd.
_MOST_ALIKE = 20


@dataclass(frozen=True, slots=True)
class Likeness:
    """A photo that looks like another, `bits` of 64 apart."""

    photo_id: int
    complaint_id: int
    kind: str
    bits: int


def keep_remedy(complaint: Complaint, actor: Account, picture: Picture, *, upload_key: str, at: datetime) -> int:
    """Keep a photo of the remedy under the key of the form it came with, with what is odd about it; its id.

    For a caller that has opened the complaint for work. Raises TooManyPhotos.
    """
    photo_id = store_picture(upload_key, picture, at, kind="remedy", account_id=actor.id)
    feedback = complaint.feedback
    position = None
    if feedback.latitude is not None and feedback.longitude is not None:
        position = (feedback.latitude, feedback.longitude)
    zone = complaint.unit.timezone if complaint.unit else "Asia/Jakarta"
    odd = [
        *_likenesses(complaint.feedback_id, [*find_same(picture.digest), *find_alike(picture.look)]),
        *oddities_in(picture.traces, filed_at=feedback.filed_at, zone=zone, position=position),
    ]
    if odd:
        db.session.execute(
            upsert(PhotoFlag).on_conflict_do_nothing(),
            [{"photo_id": photo_id, "kind": one.kind, "particulars": one.particulars, "at": at} for one in odd],
        )
    return photo_id


def find_same(digest: bytes) -> list[Likeness]:
    """Photos of all complaints that are this very one, whatever it shows: flat pictures and noise have no look."""
    rows = db.session.execute(
        select(Photo.id, Photo.complaint_id, Photo.kind)
        .where(Photo.digest == digest, Photo.complaint_id.is_not(None))
        .order_by(Photo.id)
        .limit(_MOST_ALIKE)
    )
    return [Likeness(row.id, row.complaint_id, row.kind, 0) for row in rows]


def find_alike(look: int | None) -> list[Likeness]:
    """Photos of all complaints that look like this one or like its mirror image, the likest first."""
    if look is None:
        return []
    # Each key is looked up by itself: with all of them in one condition PostgreSQL reads every photo instead, which
    # takes half a minute among a million (this way a tenth of a second).
    near = bindparam("near", sorted({*keys_near(look), *keys_near(mirrored(look))}), ARRAY(Integer))
    keys = func.unnest(near).table_valued(column("key", Integer), name="keys").render_derived()
    bits = func.least(_bits_apart(look), _bits_apart(mirrored(look))).label("bits")
    kept = (
        select(Photo.id, Photo.complaint_id, Photo.kind, bits)
        .where(Photo.look_pieces.op("@>")(array([keys.c.key])), Photo.complaint_id.is_not(None), bits <= LIKE_BITS)
        .correlate(keys)
        .lateral("kept")
    )
    rows = db.session.execute(
        select(kept.c.id, kept.c.complaint_id, kept.c.kind, kept.c.bits)
        .distinct()
        .select_from(keys)
        .join(kept, true())
        .order_by(kept.c.bits, kept.c.id)
        .limit(_MOST_ALIKE)
    )
    return [Likeness(*row) for row in rows]


def _bits_apart(look: int) -> ColumnElement[int]:
    return func.bit_count(cast(Photo.look.op("#")(literal(look, BIGINT)), BIT(64)), type_=BIGINT)


def _likenesses(complaint_id: int, alike: Iterable[Likeness]) -> list[Oddity]:
    """The likest photo that the reporter of this very complaint sent, and the likest of all others."""
    found: dict[Odd, Oddity] = {}
    for one in alike:
        own = one.complaint_id == complaint_id and one.kind == "report"
        kind = Odd.SAME_AS_REPORT if own else Odd.SEEN_BEFORE
        found.setdefault(kind, Oddity(kind, {"photo": one.photo_id, "distance": one.bits}))
    return list(found.values())


def attach_remedies(complaint: Complaint, write_key: str) -> None:
    """Let the photos that wait under the key of an answer's form go with that answer."""
    message_id = select(ComplaintMessage.id).where(ComplaintMessage.write_key == write_key).scalar_subquery()
    db.session.execute(
        update(Photo)
        .where(Photo.upload_key == write_key, Photo.kind == "remedy", Photo.complaint_id.is_(None))
        .values(complaint_id=complaint.feedback_id, message_id=message_id)
    )


def list_waiting_remedies(actor: Account, upload_key: str) -> list[int]:
    """Ids of the photos that `actor` has put into a form that is not sent yet."""
    return list(db.session.scalars(select(Photo.id).where(*_own_waiting(actor, upload_key)).order_by(Photo.id)))


def remove_waiting_remedy(actor: Account, upload_key: str, photo_id: int) -> None:
    """Take a photo back before the answer is sent; nothing happens if it was sent or is somebody else's."""
    if 0 < photo_id < 2**63:
        db.session.execute(delete(Photo).where(Photo.id == photo_id, *_own_waiting(actor, upload_key)))


def read_waiting_remedy(actor: Account, photo_id: int) -> tuple[bytes, str]:
    """Content and media type of a photo that `actor` has not sent yet; raises NotForThisPerson."""
    if photo_id >= 2**63:  # no id is as large, and PostgreSQL would not even look
        raise NotForThisPerson
    found = db.session.execute(
        select(Photo.content, Photo.media_type).where(
            Photo.id == photo_id,
            Photo.account_id == actor.id,
            Photo.kind == "remedy",
            Photo.complaint_id.is_(None),
        )
    ).one_or_none()
    if found is None:
        raise NotForThisPerson
    return found.content, found.media_type


def _own_waiting(actor: Account, upload_key: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Photo.upload_key == upload_key,
        Photo.account_id == actor.id,
        Photo.kind == "remedy",
        Photo.complaint_id.is_(None),
    )


def may_judge(viewer: Account, complaint: Complaint) -> bool:
    """Whether `viewer` sees what is odd about the photos of `complaint`: a superior of the unit."""
    return complaint.unit is not None and can(viewer, Permission.COMPLAINT_DECIDE, complaint.unit)


def judge_photo(complaint: Complaint, actor: Account, photo_id: int, *, fine: bool, at: datetime) -> bool:
    """Say whether the photo of a remedy is fine in spite of what is odd about it; False where that was said before.

    Raises NotForThisPerson where the photo is none of `complaint`'s, or is not `actor`'s to judge: nobody judges what
    he took up himself.
    """
    if not may_judge(actor, complaint) or photo_id >= 2**63:
        raise NotForThisPerson
    taken_by = db.session.execute(
        select(Photo.account_id).where(
            Photo.id == photo_id, Photo.complaint_id == complaint.feedback_id, Photo.kind == "remedy"
        )
    ).one_or_none()
    if taken_by is None or taken_by.account_id == actor.id:
        raise NotForThisPerson
    judged = db.session.scalars(
        update(PhotoFlag)
        .where(PhotoFlag.photo_id == photo_id, PhotoFlag.verdict.is_(None))
        .values(verdict="fine" if fine else "not_fine", decided_by_id=actor.id, decided_at=at)
        .returning(PhotoFlag.id)
    ).all()
    return bool(judged)
