"""Keeping the outbox small."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, exists, select

from webapp.database import db
from webapp.outbox.models import DeliveryState, OutboxDelivery, OutboxEvent

#: How long an event is kept once all its deliveries are done.
KEPT_FOR = timedelta(days=30)


def forget_old_events(now: datetime) -> None:
    """Delete events whose deliveries were all done long ago; what failed stays until somebody looked at it."""
    open_delivery = exists(
        select(OutboxDelivery.id).where(
            OutboxDelivery.event_id == OutboxEvent.id, OutboxDelivery.state != DeliveryState.DONE
        )
    )
    db.session.execute(
        delete(OutboxEvent).where(
            OutboxEvent.created_at < now - KEPT_FOR, OutboxEvent.expanded_at.is_not(None), ~open_delivery
        )
    )
