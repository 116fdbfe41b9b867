"""What waits in the outbox and what was put aside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from webapp.database import db
from webapp.outbox.models import DeliveryState, OutboxDelivery, OutboxEvent


@dataclass(frozen=True, slots=True)
class DeadDelivery:
    """A delivery that failed for good, as an administrator sees it: the event by name and id, never its content."""

    id: int
    event_id: int
    event_name: str
    job: str
    attempts: int
    last_error: str
    happened_at: datetime


def count_deliveries_by_state() -> dict[str, int]:
    """How many deliveries are pending, enqueued and dead (done ones are history), and events not yet expanded."""
    rows = db.session.execute(
        select(OutboxDelivery.state, func.count())
        .where(OutboxDelivery.state != DeliveryState.DONE)
        .group_by(OutboxDelivery.state)
    )
    counts = {"pending": 0, "enqueued": 0, "dead": 0} | dict(rows.all())
    waiting = db.session.scalar(select(func.count()).where(OutboxEvent.expanded_at.is_(None)))
    return {**counts, "not_expanded": waiting or 0}


def list_dead_deliveries(limit: int = 100) -> list[DeadDelivery]:
    """The newest deliveries that were put aside."""
    rows = db.session.execute(
        select(OutboxDelivery, OutboxEvent.name, OutboxEvent.created_at)
        .join(OutboxEvent)
        .where(OutboxDelivery.state == DeliveryState.DEAD)
        .order_by(OutboxDelivery.id.desc())
        .limit(limit)
    )
    return [
        DeadDelivery(row.id, row.event_id, name, row.job, row.attempts, row.last_error or "", created_at)
        for row, name, created_at in rows
    ]
