"""What everybody may know: how many spoke up lately, and what became of it. Counted anew each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from webapp.database import db
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.suppression import Count, Portion, count_of, portion_of

#: How far back the figures reach, in days.
DAYS = 30


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """Counts of the last DAYS days, as everybody may know them: small ones are not told exactly.

    `in_time` are the answered ones by due date. `ended_unsolved` are those of the ended ones whose reporter never said
    that it was solved: what was left unanswered, and what the agency could not solve.
    """

    complaints: Count
    ratings: Count
    in_time: Portion
    ended_unsolved: Portion

    @property
    def any(self) -> bool:
        """Whether there is anything to tell."""
        return self.complaints.any or self.ratings.any or self.in_time.any or self.ended_unsolved.any


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
    answered, late = db.session.execute(
        select(func.count(), func.count().filter(~in_time)).where(
            Complaint.answered_at > since, Complaint.answered_at <= now
        )
    ).one()
    ended, accepted = db.session.execute(
        select(func.count(), func.count().filter(Complaint.state == State.ACCEPTED)).where(
            Complaint.settled_at > since,
            Complaint.settled_at <= now,
            Complaint.state.in_((State.ACCEPTED, State.CLOSED, State.UNSOLVED)),
        )
    ).one()
    return PublicFigures(
        count_of(filed.get("complaint", 0)),
        count_of(filed.get("rating", 0)),
        portion_of(answered - late, answered),
        portion_of(ended - accepted, ended),
    )
