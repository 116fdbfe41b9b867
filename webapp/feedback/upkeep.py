"""What time does to feedback."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from webapp.database import db
from webapp.feedback.actions import close_after_silence
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Photo
from webapp.organisation.calendars import WorkingTime, due_after_working_days
from webapp.organisation.queries import working_time_of

#: Working days after which an answer that the reporter left alone closes the complaint (SP4N-LAPOR!).
DAYS_OF_SILENCE = 10
#: How long an uploaded photo waits for its form to be sent.
PHOTO_WAITS = timedelta(hours=24)


def close_silent_complaints(now: datetime) -> int:
    """Close the complaints whose answer was left alone for DAYS_OF_SILENCE working days of the unit; how many.

    Counted from the answer itself: a comment in between restarts nothing.
    """
    waiting = db.session.scalars(
        select(Complaint)
        .where(Complaint.state == State.ANSWERED, Complaint.answered_at < now - timedelta(days=DAYS_OF_SILENCE))
        .order_by(Complaint.feedback_id)
        .limit(1000)
        .with_for_update(of=Complaint, skip_locked=True)
    ).all()
    closed = 0
    for complaint in waiting:
        assert complaint.answered_at is not None
        working = working_time_of(complaint.unit) if complaint.unit is not None else WorkingTime()
        if due_after_working_days(complaint.answered_at, DAYS_OF_SILENCE, working) < now:
            close_after_silence(complaint, now)
            closed += 1
    return closed


def forget_unsent_photos(now: datetime) -> None:
    """Delete photos whose form was never sent."""
    db.session.execute(delete(Photo).where(Photo.complaint_id.is_(None), Photo.created_at < now - PHOTO_WAITS))
