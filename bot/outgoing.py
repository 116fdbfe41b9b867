"""Messages on their way out, as the sender sees them: claimed with a lease, then sent, put off, or given up."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import exists, or_, select, update
from sqlalchemy.orm import aliased

from webapp.database import db
from webapp.messaging.actions import TELEGRAM
from webapp.messaging.models import OutgoingMessage

#: How long a claimed message is ours. A sender that dies leaves it; after this time another takes it up.
LEASE = timedelta(seconds=30)
#: A message that could not be delivered for so long is given up.
GIVE_UP_AFTER = timedelta(hours=24)
_LONGEST_WAIT = timedelta(minutes=5)
_OPEN = ("pending", "sending")


@dataclass(frozen=True, slots=True)
class Claimed:
    """One message to send now. `content` is the call: method and parameters."""

    id: int
    address: str
    content: dict[str, Any]
    attempts: int
    created_at: datetime


def claim_messages(now: datetime, limit: int) -> list[Claimed]:
    """Take due messages for LEASE, of each address the first that is not yet sent.

    What is not to be told before some hour holds nothing up that may be told now.
    """
    earlier = aliased(OutgoingMessage)
    blocked = exists().where(
        earlier.channel == TELEGRAM,
        earlier.address_key == OutgoingMessage.address_key,
        earlier.state.in_(_OPEN),
        earlier.id < OutgoingMessage.id,
        or_(earlier.due_at <= now, earlier.attempts > 0),
    )
    rows = db.session.scalars(
        select(OutgoingMessage)
        .where(
            OutgoingMessage.channel == TELEGRAM,
            OutgoingMessage.state.in_(_OPEN),
            OutgoingMessage.due_at <= now,
            ~blocked,
        )
        .order_by(OutgoingMessage.due_at, OutgoingMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    claimed = []
    for row in rows:
        row.state, row.due_at = "sending", now + LEASE
        row.attempts += 1
        claimed.append(Claimed(row.id, row.address, json.loads(row.content or "{}"), row.attempts, row.created_at))
    db.session.flush()
    return claimed


def release_leases(now: datetime) -> None:
    """Take back what a sender had claimed that is known to be dead."""
    _open_messages(OutgoingMessage.state == "sending", state="pending", due_at=now)


def note_sent(message_id: int, receipt: dict[str, Any], now: datetime) -> None:
    """It has reached Telegram: what it said is forgotten here."""
    _settle(message_id, "sent", content=None, sent_at=now, receipt=receipt, last_error=None)


def note_blocked(message_id: int, error: str) -> None:
    """The person does not want to hear from us."""
    _settle(message_id, "blocked", content=None, last_error=error)


def note_failed(message_id: int, error: str) -> None:
    """It will never be delivered as it is. What it said is kept, encrypted, for whoever looks into it."""
    _settle(message_id, "failed", last_error=error)


def note_delay(message_id: int, error: str, due_at: datetime) -> None:
    """Try again at `due_at`."""
    _settle(message_id, "pending", last_error=error, due_at=due_at)


def next_try(attempts: int, now: datetime) -> datetime:
    """When to try again after so many attempts: 1, 2, 4 ... seconds, at most five minutes."""
    return now + min(timedelta(seconds=2 ** min(attempts - 1, 12)), _LONGEST_WAIT)


def _settle(message_id: int, state: str, **values: Any) -> None:
    # Where the lease ran out and another sender was quicker, what that one wrote stands.
    _open_messages(OutgoingMessage.id == message_id, state=state, **values)


def _open_messages(condition: Any, **values: Any) -> None:
    db.session.execute(
        update(OutgoingMessage)
        .where(OutgoingMessage.channel == TELEGRAM, OutgoingMessage.state.in_(_OPEN), condition)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
