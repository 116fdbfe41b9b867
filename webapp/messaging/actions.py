"""Saying something to somebody: written in the caller's transaction, sent by the channel's sender."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db
from webapp.encryption import keyring
from webapp.messaging.models import OutgoingMessage

TELEGRAM = "telegram"


def queue_message(channel: str, address: str, content: dict[str, Any], *, key: str) -> None:
    """Queue one message to `address` on `channel`; a second one under the same `key` is silently the first.

    `content` for Telegram: {"method": "sendMessage", ...parameters of the Bot API except chat_id}.
    """
    db.session.execute(
        upsert(OutgoingMessage)
        .values(
            channel=channel,
            key=key,
            address=address,
            address_key=keyring().lookup_key(f"address:{channel}", address),
            content=json.dumps(content),
        )
        .on_conflict_do_nothing(index_elements=["key"])
    )
