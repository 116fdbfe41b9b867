"""The photos of a case, and what is odd about those of a remedy, for whoever may judge it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, literal, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.casework.models import PhotoFlag
from webapp.feedback.casework.oddities import Odd
from webapp.feedback.casework.remedies import may_judge
from webapp.feedback.handling import visible_to
from webapp.feedback.models import Complaint, Photo
from webapp.organisation.models import Unit


@dataclass(frozen=True, slots=True)
class OddSign:
    """One thing that is odd about a photo. `verdict`: fine, not_fine, or None while nobody has said."""

    kind: Odd
    particulars: Mapping[str, Any]
    #: When it was noticed.
    at: datetime
    verdict: str | None
    decided_by: str | None
    decided_at: datetime | None
    #: Code of the case whose photo looks the same, where the viewer may see that case.
    other: str | None = None


@dataclass(frozen=True, slots=True)
class CasePhoto:
    """A photo that the reporter sent along ("report"), or that an officer shows of the remedy ("remedy")."""

    id: int
    width: int
    height: int
    kind: str = "report"
    message_id: int | None = None
    #: Nothing for those who may not judge it.
    signs: tuple[OddSign, ...] = ()
    #: Whether the viewer may say that it is fine or not.
    may_judge: bool = False

    @property
    def verdict(self) -> str | None:
        """What was said about it."""
        return next((sign.verdict for sign in self.signs if sign.verdict), None)


def list_case_photos(viewer: Account, complaint: Complaint) -> list[CasePhoto]:
    """Photos of a complaint that was opened as `viewer`, the oldest first; signs for a superior alone."""
    judging = may_judge(viewer, complaint)
    judge = aliased(Account)
    # For others the signs are not even read.
    rows = db.session.execute(
        select(
            Photo.id,
            Photo.width,
            Photo.height,
            Photo.kind,
            Photo.message_id,
            Photo.account_id,
            PhotoFlag.kind.label("odd"),
            PhotoFlag.particulars,
            PhotoFlag.at.label("noticed_at"),
            PhotoFlag.verdict,
            PhotoFlag.decided_at,
            judge.name.label("judge"),
        )
        .outerjoin(PhotoFlag, and_(PhotoFlag.photo_id == Photo.id, literal(judging)))
        .outerjoin(judge, judge.id == PhotoFlag.decided_by_id)
        .where(Photo.complaint_id == complaint.feedback_id)
        .order_by(Photo.id, PhotoFlag.id)
    ).all()
    codes = _codes_of(viewer, (row.particulars["photo"] for row in rows if row.odd and "photo" in row.particulars))
    photos: dict[int, CasePhoto] = {}
    for row in rows:
        photo = photos.get(row.id)
        if photo is None:
            photo = CasePhoto(row.id, row.width, row.height, row.kind, row.message_id)
        if row.odd is not None:
            sign = OddSign(
                Odd(row.odd),
                row.particulars,
                row.noticed_at,
                row.verdict,
                row.judge,
                row.decided_at,
                codes.get(row.particulars.get("photo")),
            )
            open_ = sign.verdict is None and sign.kind != Odd.NO_DATE and row.account_id != viewer.id
            photo = replace(photo, signs=(*photo.signs, sign), may_judge=photo.may_judge or open_)
        photos[row.id] = photo
    return list(photos.values())


def _codes_of(viewer: Account, photo_ids: Iterable[int]) -> dict[int, str]:
    """Codes of the cases that these photos belong to, of those that `viewer` may see."""
    wanted = sorted(set(photo_ids))
    if not wanted:
        return {}
    rows = db.session.execute(
        select(Photo.id, Complaint.code)
        .join(Complaint, Complaint.feedback_id == Photo.complaint_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(Photo.id.in_(wanted), visible_to(viewer))
    )
    return {row.id: row.code for row in rows}
