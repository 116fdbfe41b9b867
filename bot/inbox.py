"""Updates come in: stored first, confirmed afterwards.

Telegram hands out an update until it is confirmed. So the next offset is asked for only when the transaction that
stored the last ones has been committed; whatever dies in between, the same updates come again and meet their keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.conversations.heard import chat_of
from bot.models import TelegramUpdate
from webapp.database import db
from webapp.encryption import keyring

Record = dict[str, Any]


class NotAnUpdate(ValueError):
    """What came in has no update id."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An update whose turn it is."""

    bot_id: int
    update_id: int
    chat_key: bytes


def store_updates(updates: Iterable[Record], *, bot_id: int, at: datetime) -> int:
    """Write raw updates into the running transaction; how many were new. Raises NotAnUpdate."""
    rows = []
    for update in updates:
        update_id = update.get("update_id")
        if not isinstance(update_id, int):
            raise NotAnUpdate
        rows.append(
            {
                "bot_id": bot_id,
                "update_id": update_id,
                "chat_key": chat_key(chat_of(update)),
                "payload": json.dumps(update),
                "received_at": at,
                "due_at": at,
            }
        )
    if not rows:
        return 0
    stored = upsert(TelegramUpdate).values(rows).on_conflict_do_nothing().returning(TelegramUpdate.update_id)
    return len(db.session.scalars(stored).all())


def chat_key(chat_id: int) -> bytes:
    """By what a chat is found without its id being stored in the clear."""
    return keyring().lookup_key("telegram-chat", str(chat_id))


def list_waiting(now: datetime, *, busy: frozenset[bytes], limit: int) -> list[Waiting]:
    """The oldest waiting update of each chat that is not busy, if its time has come; the oldest first."""
    oldest = _oldest_of_each_chat().subquery()
    query = (
        select(oldest.c.bot_id, oldest.c.update_id, oldest.c.chat_key)
        .where(oldest.c.due_at <= now)
        .order_by(oldest.c.bot_id, oldest.c.update_id)
    )
    if busy:
        query = query.where(oldest.c.chat_key.not_in(busy))
    return [Waiting(row.bot_id, row.update_id, bytes(row.chat_key)) for row in db.session.execute(query.limit(limit))]


def lock_update(waiting: Waiting) -> TelegramUpdate | None:
    """The update locked for this transaction; None if it was processed, is being processed, or is not its turn."""
    update = db.session.scalars(
        select(TelegramUpdate)
        .where(
            TelegramUpdate.bot_id == waiting.bot_id,
            TelegramUpdate.update_id == waiting.update_id,
            TelegramUpdate.state == "waiting",
        )
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if update is None or _has_earlier(waiting):
        return None
    return update


def count_waiting() -> int:
    """Updates that wait, whatever for."""
    return db.session.scalar(select(func.count()).where(TelegramUpdate.state == "waiting")) or 0


def _has_earlier(waiting: Waiting) -> bool:
    earlier = select(TelegramUpdate.update_id).where(
        TelegramUpdate.state == "waiting",
        TelegramUpdate.chat_key == waiting.chat_key,
        tuple_(TelegramUpdate.bot_id, TelegramUpdate.update_id) < (waiting.bot_id, waiting.update_id),
    )
    return db.session.scalar(earlier.limit(1)) is not None


def _oldest_of_each_chat() -> Select[int, int, bytes, datetime]:
    return (
        select(TelegramUpdate.bot_id, TelegramUpdate.update_id, TelegramUpdate.chat_key, TelegramUpdate.due_at)
        .where(TelegramUpdate.state == "waiting")
        .ext(distinct_on(TelegramUpdate.chat_key))
        .order_by(TelegramUpdate.chat_key, TelegramUpdate.bot_id, TelegramUpdate.update_id)
    )
