"""What everybody may know: how many spoke up lately, and what became of it. Counted anew each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from webapp.database import db
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Feedback

#: How far back the figures reach, in days.
DAYS = 30


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """Counts of the last DAYS days.

    `answered_late` and `answered_in_time` are by due date. `accepted` is settled in the reporter's own word, `closed`
    is not: the reporter never said that it was solved.
    """

    complaints: int
    ratings: int
    answered_in_time: int
    answered_late: int
    accepted: int
    closed: int

    @property
    def answered(self) -> int:
        """Complaints answered, in time or not."""
        return self.answered_in_time + self.answered_late

    @property
    def settled(self) -> int:
        """Complaints that came to an end, whether solved or only closed."""
        return self.accepted + self.closed


def read_public_figures(now: datetime) -> PublicFigures:
    """The figures up to `now`, for anybody."""
    since = now - timedelta(days=DAYS)
    filed = dict(
        db.session.execute(
            select(Feedback.kind, func.count())
            .where(Feedback.filed_at > since, Feedback.filed_at <= now)
            .group_by(Feedback.kind)
        ).all()
    )
    in_time = Complaint.due_at.is_(None) | (Complaint.answered_at <= Complaint.due_at)
    counts = db.session.execute(
        select(
            func.count().filter(Complaint.answered_at > since, in_time),
            func.count().filter(Complaint.answered_at > since, ~in_time),
            func.count().filter(Complaint.settled_at > since, Complaint.state == State.ACCEPTED),
            func.count().filter(Complaint.settled_at > since, Complaint.state == State.CLOSED),
        ).where((Complaint.answered_at > since) | (Complaint.settled_at > since))
    )
    return PublicFigures(filed.get("complaint", 0), filed.get("rating", 0), *counts.one())
