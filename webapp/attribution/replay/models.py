"""Decisions that an agency had made before, kept from the rules; and what the rules would have made of each case."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base, BigId


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
    #: The likeliest unit by words and place, with its share; null where nothing speaks for any.
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    probability: Mapped[float]
    #: False: it would have gone to triage.
    sure: Mapped[bool]
    #: What the words alone said, the likeliest first, the words that spoke for it with the first few only:
    #: [{"unit_id": 4, "probability": .71, "words": [["antre", .8], ...]}, ...].
    candidates: Mapped[list[Any]]
    at: Mapped[datetime]


class ReplayReading(Base):
    """What a person made of a disputed case: who was wrong. A later one supersedes it and both are kept (law 6).

    `unit_id`: what the replay had said then; where it says something else now, the reading is of the past.
    """

    __tablename__ = "replay_reading"
    __table_args__ = (
        CheckConstraint("reading IN ('product_wrong', 'city_wrong', 'both_possible')", name="reading"),
        Index("ix_replay_reading_current", "feedback_id", unique=True, postgresql_where=text("superseded_at IS NULL")),
        Index("ix_replay_reading_feedback_id", "feedback_id"),
    )

    id: Mapped[BigId]
    feedback_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("withheld_decision.feedback_id", ondelete="CASCADE")
    )
    reading: Mapped[str]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    noted_by_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    at: Mapped[datetime]
    superseded_at: Mapped[datetime | None]
