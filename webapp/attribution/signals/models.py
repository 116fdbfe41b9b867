"""Signals: a topic or service that is complained of at a unit more than weekday and season explain."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base, BigId
from webapp.organisation.models import Service, Topic, Unit


class Signal(Base):
    """A rise of a topic (or a service) at a unit, over the days from `first_day` to `last_day`.

    `expected`: complaints that weekday and season explain; `surprise`: how rarely chance alone does this, as expected
    number of such alarms a year. At most one of a unit and topic is open.
    """

    __tablename__ = "signal"
    __table_args__ = (
        CheckConstraint("(topic_id IS NULL) <> (service_id IS NULL)", name="subject"),
        CheckConstraint("last_day >= first_day", name="days"),
        UniqueConstraint("unit_id", "topic_id", "service_id", "first_day", postgresql_nulls_not_distinct=True),
        Index("ix_signal_open", "unit_id", "raised_at", postgresql_where=text("closed_at IS NULL")),
        Index(
            "ix_signal_one_open",
            "unit_id",
            "topic_id",
            "service_id",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
    )

    id: Mapped[BigId]
    unit_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("unit.id"))
    topic_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("topic.id"))
    service_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("service.id"))
    first_day: Mapped[date]
    last_day: Mapped[date]
    count: Mapped[int]
    expected: Mapped[float]
    surprise: Mapped[float]
    #: What was usual on each of the days before `last_day` and on it, oldest first, and how much a day varies beyond
    #: chance (relative to the square of its mean): what the drawing shows.
    usual_days: Mapped[list[Any]] = mapped_column(default=list, server_default=text("'[]'::jsonb"))
    spread: Mapped[float] = mapped_column(default=0.0, server_default=text("0"))
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    #: What was found and done about it, as of the last closing; masked.
    note: Mapped[str | None]

    unit: Mapped[Unit] = relationship()
    topic: Mapped[Topic | None] = relationship()
    service: Mapped[Service | None] = relationship()


class SignalStep(Base):
    """What somebody did about a signal, and when; never changed, only followed."""

    __tablename__ = "signal_step"
    __table_args__ = (
        CheckConstraint("step IN ('seen', 'closed', 'reopened')", name="step"),
        Index("ix_signal_step_signal_id", "signal_id"),
    )

    id: Mapped[BigId]
    signal_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("signal.id", ondelete="CASCADE"))
    step: Mapped[str]
    account_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("account.id"))
    at: Mapped[datetime]
    #: Masked like all free text.
    note: Mapped[str | None]


class SignalCase(Base):
    """A complaint behind a signal."""

    __tablename__ = "signal_case"

    signal_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("signal.id", ondelete="CASCADE"), primary_key=True)
    complaint_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"), primary_key=True, index=True
    )
