"""Saying something to somebody: written in the caller's transaction, sent by the channel's sender."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db
from webapp.encryption import keyring
from webapp.messaging.events import MailQueued
from webapp.messaging.models import OutgoingMessage
from webapp.outbox import publish

TELEGRAM = "telegram"
EMAIL = "email"


def queue_message(
    channel: str, address: str, content: dict[str, Any], *, key: str, due_at: datetime | None = None
) -> None:
    """Queue one message to `address` on `channel`; a second one under the same `key` is silently the first.

    `content` for Telegram: {"method": "sendMessage", ...parameters of the Bot API except chat_id}; for e-mail:
    {"subject", "text"}. It goes out at once, or at `due_at`.
    """
    added = db.session.scalar(
        upsert(OutgoingMessage)
        .values(
            channel=channel,
            key=key,
            address=address,
            address_key=keyring().lookup_key(f"address:{channel}", address),
            content=json.dumps(content),
            **({"due_at": due_at} if due_at is not None else {}),
        )
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(OutgoingMessage.id)
    )
    if channel == EMAIL and added is not None and due_at is None:
        announce_mail(added)


def announce_mail(message_id: int) -> None:
    """Have a letter sent; announcing it twice sends it once."""
    publish(MailQueued(message_id), key=f"mail:{message_id}")
