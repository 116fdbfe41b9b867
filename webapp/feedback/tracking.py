"""Who may follow a complaint as its reporter: what is found, opened and shown only to whoever has its two words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased, joinedload

from webapp.database import db
from webapp.feedback.errors import AlreadySent, NoSuchCase
from webapp.feedback.life_cycle import END_STATES, IllegalStep, State, Step
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import Complaint, ComplaintMessage, Feedback, Photo
from webapp.feedback.reporter_history import not_refused, shown_remedies


@dataclass(frozen=True, slots=True)
class Reporter:
    """Whoever holds a browser: the complaints that were filed from it, or opened with their secret words."""

    complaint_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class FiledComplaint:
    """The two words by which a complaint is found again, for its reporter."""

    code: str
    secret_word: str
    filed_at: datetime
    points_at_person: bool


def find_case(viewer: Reporter, code: str, *, lock: bool = False) -> Complaint:
    """The complaint with this code, if the viewer opened it; NoSuchCase else (also where there is none).

    Who opened one half of a complaint that was split has opened the other.
    """
    if "\x00" in code:  # no code holds one, and PostgreSQL would not even look
        raise NoSuchCase
    complaint = _read(Complaint.code == code, Complaint.feedback_id.in_(viewer.complaint_ids), lock=lock)
    if complaint is None and viewer.complaint_ids:
        other = _read(Complaint.code == code, lock=False)
        if other is not None and not viewer.complaint_ids.isdisjoint(half.feedback_id for half in list_halves(other)):
            complaint = _read(Complaint.feedback_id == other.feedback_id, lock=True) if lock else other
    if complaint is None:
        raise NoSuchCase
    return complaint


def _read(*conditions: ColumnElement[bool], lock: bool) -> Complaint | None:
    query = select(Complaint).where(*conditions)
    if not lock:
        about = joinedload(Complaint.feedback)
        query = query.options(
            joinedload(Complaint.unit),
            about.joinedload(Feedback.unit),
            about.joinedload(Feedback.service),
            about.joinedload(Feedback.counter),
        )
    else:
        query = query.with_for_update(of=Complaint).execution_options(populate_existing=True)
    return db.session.scalars(query).one_or_none()


def list_halves(complaint: Complaint) -> list[Complaint]:
    """The complaints that one complaint was split into, itself among them, oldest first."""
    above = (
        select(Complaint.feedback_id, Complaint.split_from_id)
        .where(Complaint.feedback_id == complaint.feedback_id)
        .cte("above", recursive=True)
    )
    parent = aliased(Complaint)
    above = above.union(
        select(parent.feedback_id, parent.split_from_id).where(parent.feedback_id == above.c.split_from_id)
    )
    family = select(above.c.feedback_id).where(above.c.split_from_id.is_(None)).cte("family", recursive=True)
    child = aliased(Complaint)
    family = family.union(select(child.feedback_id).where(child.split_from_id == family.c.feedback_id))
    return list(
        db.session.scalars(
            select(Complaint)
            .where(Complaint.feedback_id.in_(select(family.c.feedback_id)))
            .order_by(Complaint.feedback_id)
        )
    )


def list_filed(viewer: Reporter) -> list[FiledComplaint]:
    """The viewer's complaints with their secret words, newest first."""
    rows = db.session.execute(
        select(Complaint.code, Complaint.secret_word, Feedback.filed_at, Complaint.points_at_person)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .where(Complaint.feedback_id.in_(viewer.complaint_ids))
        .order_by(Feedback.filed_at.desc(), Feedback.id.desc())
    )
    return [FiledComplaint(*row) for row in rows]


def read_own_photo(viewer: Reporter, code: str, photo_id: int) -> tuple[bytes, str]:
    """Content and media type of a photo of the viewer's complaint, or of what an answer shows; NoSuchCase else."""
    complaint = find_case(viewer, code)
    own = and_(Photo.complaint_id == complaint.feedback_id, Photo.kind == "report")
    found = db.session.execute(
        select(Photo.content, Photo.media_type).where(Photo.id == photo_id, or_(own, shown_remedies(complaint)))
    ).one_or_none()
    if found is None:
        raise NoSuchCase
    return found.content, found.media_type


def content_of_remedy(photo_id: int) -> bytes | None:
    """A picture of a remedy that was answered with, None where it is gone or was refused.

    The caller knows whom it may be sent to.
    """
    return db.session.scalar(
        select(Photo.content).where(
            Photo.id == photo_id, Photo.kind == "remedy", Photo.message_id.is_not(None), not_refused()
        )
    )


def refuse_other_words(complaint: Complaint, write_key: str, text: str) -> None:
    """Raise AlreadySent where a form was sent before with other words than `text`, which would be lost silently."""
    earlier = db.session.scalar(
        select(ComplaintMessage.text).where(
            ComplaintMessage.complaint_id == complaint.feedback_id, ComplaintMessage.write_key == write_key
        )
    )
    if earlier is not None and earlier != mask_personal_numbers(text.strip()):
        raise AlreadySent(complaint.code)


def refuse_after_end(complaint: Complaint, write_key: str) -> None:
    """Raise IllegalStep where nobody would read a reply any more, unless this very one was written before."""
    if complaint.state not in END_STATES:
        return
    said = db.session.scalar(select(ComplaintMessage.id).where(ComplaintMessage.write_key == write_key))
    if said is None:
        raise IllegalStep(State(complaint.state), Step.COMPLETE)
