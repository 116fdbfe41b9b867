"""Signals: a topic or service that is complained of at a unit more than weekday and season explain."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base, BigId
from webapp.organisation.models import Service, Topic, Unit


class Signal(Base):
    """A rise of a topic (or a service) at a unit, over the days from `first_day` to `last_day`.

    `expected`: complaints that weekday and season explain; `surprise`: how rarely chance alone does this, as expected
    number of such alarms a year.
    """

    __tablename__ = "signal"
    __table_args__ = (
        CheckConstraint("(topic_id IS NULL) <> (service_id IS NULL)", name="subject"),
        CheckConstraint("last_day >= first_day", name="days"),
        UniqueConstraint("unit_id", "topic_id", "service_id", "first_day", postgresql_nulls_not_distinct=True),
        Index("ix_signal_open", "unit_id", "raised_at", postgresql_where=text("closed_at IS NULL")),
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
    raised_at: Mapped[datetime]
    seen_at: Mapped[datetime | None]
    seen_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("account.id"))
    #: What was found and done about it; masked.
    note: Mapped[str | None]

    unit: Mapped[Unit] = relationship()
    topic: Mapped[Topic | None] = relationship()
    service: Mapped[Service | None] = relationship()


class SignalCase(Base):
    """A complaint behind a signal."""

    __tablename__ = "signal_case"

    signal_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("signal.id", ondelete="CASCADE"), primary_key=True)
    complaint_id: Mapped[int] = mapped_column(
        BigInteger, ForeignKey("complaint.feedback_id", ondelete="CASCADE"), primary_key=True, index=True
    )
