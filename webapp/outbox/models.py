"""Events waiting to be told, and each telling with its attempts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Base, BigId


class OutboxEvent(Base):
    """Something that happened, written in the transaction in which it happened.

    `expanded_at` is set by the relay once it has made one delivery for each job that the event is routed to.
    """

    __tablename__ = "outbox_event"
    __table_args__ = (Index("ix_outbox_event_waiting", "id", postgresql_where=text("expanded_at IS NULL")),)

    id: Mapped[BigId]
    name: Mapped[str]
    payload: Mapped[dict[str, Any]]
    #: Set where the same event must not be published twice (scheduled work: task and slot).
    key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    expanded_at: Mapped[datetime | None]


class DeliveryState(StrEnum):
    """Where a delivery stands; PENDING and ENQUEUED are taken up (again) when `due_at` has passed."""

    PENDING = "pending"
    ENQUEUED = "enqueued"
    DONE = "done"
    DEAD = "dead"


class OutboxDelivery(Base):
    """One event on its way to one job.

    The database is the truth and the queue only a signal: a delivery is done when the job's own transaction says so.
    Until then its lease (`due_at`) runs out and the relay hands it over again.
    """

    __tablename__ = "outbox_delivery"
    __table_args__ = (
        UniqueConstraint("event_id", "job"),
        CheckConstraint("state IN ('pending', 'enqueued', 'done', 'dead')", name="state"),
        Index("ix_outbox_delivery_due", "due_at", postgresql_where=text("state IN ('pending', 'enqueued')")),
        Index("ix_outbox_delivery_dead", "id", postgresql_where=text("state = 'dead'")),
    )

    id: Mapped[BigId]
    event_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("outbox_event.id", ondelete="CASCADE"))
    job: Mapped[str]
    queue: Mapped[str]
    state: Mapped[str] = mapped_column(default=DeliveryState.PENDING, server_default="pending")
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    due_at: Mapped[datetime] = mapped_column(server_default=text("clock_timestamp()"))
    last_error: Mapped[str | None]
    done_at: Mapped[datetime | None]

    event: Mapped[OutboxEvent] = relationship()
