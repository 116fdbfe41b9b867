"""Publishing inside the caller's transaction, and what becomes of deliveries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta

from sqlalchemy import bindparam, text, update
from sqlalchemy.dialects.postgresql import JSONB

from webapp.database import db
from webapp.outbox.events import Event
from webapp.outbox.models import DeliveryState, OutboxDelivery

#: After so many failures a delivery is put aside for an administrator.
MAX_ATTEMPTS = 8
#: A failed delivery waits 2, 4, 8 ... seconds, at most five minutes.
LONGEST_WAIT = timedelta(minutes=5)

_WRITE = text(
    "INSERT INTO outbox_event (name, payload, key) VALUES (:name, :payload, :key) ON CONFLICT (key) DO NOTHING"
).bindparams(bindparam("payload", type_=JSONB))

_unheard = ContextVar("unheard", default=False)


@contextmanager
def unheard() -> Iterator[None]:
    """Let nothing that the block publishes be told: for who brings in a past whose consequences he sees to himself."""
    token = _unheard.set(True)
    try:
        yield
    finally:
        _unheard.reset(token)


def publish(event: Event, *, key: str | None = None) -> None:
    """Write `event` into the outbox of the running transaction.

    It is told if and only if that transaction commits. With a `key`, a second publication under the same key is
    silently the first one. Inside `unheard` nothing is written.
    """
    if _unheard.get():
        return
    values = {"name": event.name, "payload": event.to_payload(), "key": key}
    db.session.execute(_WRITE, values)


def publish_all(events: Sequence[Event]) -> None:
    """Write several events in this order, on one way to the database."""
    if _unheard.get() or not events:
        return
    db.session.execute(_WRITE, [{"name": event.name, "payload": event.to_payload(), "key": None} for event in events])


def note_failure(delivery_id: int, error: str, now: datetime) -> None:
    """Record that the job of a delivery failed: try again later, or put it aside after MAX_ATTEMPTS."""
    delivery = db.session.get_one(OutboxDelivery, delivery_id, with_for_update=True)
    if delivery.state == DeliveryState.DONE:
        return
    delivery.attempts += 1
    delivery.last_error = error[-4000:]
    if delivery.attempts >= MAX_ATTEMPTS:
        delivery.state = DeliveryState.DEAD
    else:
        delivery.state = DeliveryState.PENDING
        delivery.due_at = now + min(timedelta(seconds=2**delivery.attempts), LONGEST_WAIT)
    db.session.flush()


def retry_delivery(delivery_id: int, now: datetime) -> bool:
    """Take a dead delivery up again with fresh attempts; False if it is not dead (any more)."""
    result = db.session.execute(
        update(OutboxDelivery)
        .where(OutboxDelivery.id == delivery_id, OutboxDelivery.state == DeliveryState.DEAD)
        .values(state=DeliveryState.PENDING, attempts=0, due_at=now)
        .returning(OutboxDelivery.id)
    )
    return result.first() is not None
