"""Clocks that run on complaints."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base, BigId
from webapp.feedback.clocks.vocabulary import Clock, Outcome

__all__ = ["Clock", "ComplaintClock", "Outcome"]


class ComplaintClock(Base):
    """One term of a complaint, from its start to what it waited for. A comment never starts one again.

    `due_at` was counted by `term` of `preset` with the calendar and version `due_calendar` ("3:7"); while the reporter
    owes something `paused_at` is set and the rest is in `seconds_left`. One row a round: a dispute starts the next.
    """

    __tablename__ = "complaint_clock"
    __table_args__ = (
        CheckConstraint("clock IN ({})".format(", ".join(f"'{clock}'" for clock in Clock)), name="clock"),
        CheckConstraint("outcome IN ({})".format(", ".join(f"'{outcome}'" for outcome in Outcome)), name="outcome"),
        UniqueConstraint("complaint_id", "clock", "round"),
        Index(
            "ix_complaint_clock_next_look_at",
            "next_look_at",
            postgresql_where=text("stopped_at IS NULL AND next_look_at IS NOT NULL"),
        ),
    )

    id: Mapped[BigId]
    complaint_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"))
    clock: Mapped[str]
    round: Mapped[int] = mapped_column(default=1, server_default="1")
    preset: Mapped[str]
    #: The term as it was then, in words of the preset: "14wd", "48wh", "10d".
    term: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime]
    due_calendar: Mapped[str | None]
    paused_at: Mapped[datetime | None]
    seconds_left: Mapped[int | None]
    stopped_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    #: When the scheduler has to do something next: remind, escalate; null when nothing is left to do.
    next_look_at: Mapped[datetime | None]
    reminded_at: Mapped[datetime | None]
    escalated_at: Mapped[datetime | None]
    #: How far up it has gone: 0 nobody, 1 the head of the unit, 2 above.
    level: Mapped[int] = mapped_column(default=0, server_default="0")
