"""Decisions that an agency had made before, kept from the rules; and what the rules would have made of each case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base


class WithheldDecision(Base):
    """Where the agency had sent an imported complaint. The rules never read it; reports hold them against it."""

    __tablename__ = "withheld_decision"
    __table_args__ = (Index("ix_withheld_decision_source", "source"),)

    feedback_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("feedback.id", ondelete="CASCADE"), primary_key=True
    )
    source: Mapped[str]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    topic: Mapped[str | None]


class ReplayOpinion(Base):
    """What would have been decided by what was known until then: learned from earlier months' decisions alone."""

    __tablename__ = "replay_opinion"
    __table_args__ = (Index("ix_replay_opinion_month", "month"),)

    feedback_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("withheld_decision.feedback_id", ondelete="CASCADE"), primary_key=True
    )
    #: First day of the month that the case was filed in.
    month: Mapped[date]
    #: How many decisions it was learned from; 0: from the catalogue alone.
    learned_from: Mapped[int]
    #: The likeliest unit, with its probability; null where nothing speaks for any.
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    probability: Mapped[float]
    #: False: it would have gone to triage.
    sure: Mapped[bool]
    #: [[unit_id, probability], ...], the likeliest first.
    candidates: Mapped[list[Any]]
    at: Mapped[datetime]
