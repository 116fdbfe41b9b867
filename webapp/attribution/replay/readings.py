"""What a person makes of a disputed case: noted by one press, changed or taken back by another."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.attribution.queries import get_decidable
from webapp.attribution.replay.figures import Reading
from webapp.attribution.replay.models import ReplayOpinion, ReplayReading, WithheldDecision
from webapp.database import db
from webapp.feedback.errors import NotForThisPerson


def note_reading(viewer: Account, code: str, reading: Reading | None, at: datetime) -> None:
    """Note who was wrong in a disputed case; None takes what was noted back. Saying it twice is saying it once.

    Raises NotForThisPerson where `viewer` does no triage there, or the case is not disputed. Flushes only.
    """
    complaint = get_decidable(viewer, code, lock=True)
    unit_id = db.session.scalar(
        select(ReplayOpinion.unit_id)
        .join(WithheldDecision, WithheldDecision.feedback_id == ReplayOpinion.feedback_id)
        .where(
            ReplayOpinion.feedback_id == complaint.feedback_id,
            ReplayOpinion.sure,
            ReplayOpinion.unit_id != WithheldDecision.unit_id,
        )
    )
    if unit_id is None:
        raise NotForThisPerson
    standing = db.session.scalars(
        select(ReplayReading).where(
            ReplayReading.feedback_id == complaint.feedback_id, ReplayReading.superseded_at.is_(None)
        )
    ).one_or_none()
    if standing is not None:
        if reading is not None and (standing.reading, standing.unit_id) == (reading, unit_id):
            return
        standing.superseded_at = at
        db.session.flush()
    if reading is not None:
        db.session.add(
            ReplayReading(
                feedback_id=complaint.feedback_id, reading=reading, unit_id=unit_id, noted_by_id=viewer.id, at=at
            )
        )
        db.session.flush()
