"""Facts of handling, for the indicator and for supervisors."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base, BigId


class Deed(StrEnum):
    """What was done or what became of it."""

    FIRST_ANSWER = "first_answer"
    ANSWER = "answer"
    ACCEPTED = "accepted"
    DISPUTED = "disputed"
    #: The reporter left the answer alone.
    SILENT = "silent"
    UNSOLVED = "unsolved"


class HandlingFact(Base):
    """One thing that an officer did on a complaint, or what its reporter made of his answer.

    It is his who did it, whoever holds the case later. The reporter's verdict belongs to the month of the answer it is
    about, so that a month is complete only when its answers are settled.
    """

    __tablename__ = "handling_fact"
    __table_args__ = (
        CheckConstraint("deed IN ({})".format(", ".join(f"'{deed}'" for deed in Deed)), name="deed"),
        Index("ix_handling_fact_month", "month", "officer_id"),
        Index("ix_handling_fact_complaint_id", "complaint_id"),
    )

    id: Mapped[BigId]
    #: "answer:17", "verdict:17": computing it again writes it once.
    key: Mapped[str] = mapped_column(unique=True)
    complaint_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"))
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    officer_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("officer.id"))
    unit_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("unit.id"))
    #: First day of the month, in the unit's zone.
    month: Mapped[date]
    deed: Mapped[str]
    at: Mapped[datetime]
    #: Whether it was in time by the clock that ran; null for a verdict.
    on_time: Mapped[bool | None]
    #: Working time from start to answer without the reporter's pauses; null for a verdict.
    working_seconds: Mapped[int | None]
