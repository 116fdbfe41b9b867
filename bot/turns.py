"""One update, one transaction: hear it, take the step, queue what is said, save the conversation, mark it processed.

Everything commits together or not at all. What follows from an update (a complaint, a message on its way out) bears the
update's name as its key, so that even a turn taken twice would have its effect once.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import current_app, g
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.conversations.heard import Heard, read_update
from bot.conversations.router import take_turn
from bot.conversations.talk import Talk
from bot.inbox import Waiting, chat_key, lock_update
from bot.models import TelegramConversation, TelegramUpdate
from webapp.app import LANGUAGES, settings_of
from webapp.database import db
from webapp.messaging.actions import TELEGRAM, queue_message

#: A step that raises is taken up again so often, after so long, before the person is asked to try again.
RETRY_AFTER = (timedelta(seconds=0.5), timedelta(seconds=2), timedelta(seconds=8))


def peek(waiting: Waiting) -> Heard | None:
    """What an update says, without touching it: to fetch a file before the transaction. None if it says nothing."""
    payload = db.session.scalar(
        select(TelegramUpdate.payload).where(
            TelegramUpdate.bot_id == waiting.bot_id, TelegramUpdate.update_id == waiting.update_id
        )
    )
    return read_update(json.loads(payload)) if payload else None


def process(waiting: Waiting, *, now: datetime, picture: bytes | None = None) -> bool:
    """Process an update in the running transaction; False if it was not ours to process."""
    update = lock_update(waiting)
    if update is None:
        return False
    assert update.payload is not None
    heard = read_update(json.loads(update.payload))
    if heard is not None:
        converse(heard, key=key_of(update), now=now, picture=picture)
    update.state, update.processed_at, update.last_error = "done", now, None
    update.payload = None
    update.attempts += 1
    db.session.flush()
    return True


def converse(heard: Heard, *, key: str, now: datetime, picture: bytes | None = None) -> None:
    """Take one turn of the conversation and write down what came of it."""
    conversation = open_conversation(heard, now)
    talk = talk_of(conversation, heard, key=key, now=now)
    talk.picture = picture
    take_turn(talk)
    save(conversation, talk)


def open_conversation(heard: Heard, now: datetime) -> TelegramConversation:
    """The conversation of a chat, locked; begun if there is none."""
    key = chat_key(heard.chat_id)
    # Indonesian comes first; English only for those whose Telegram speaks it.
    language = "en" if heard.user_language.startswith("en") else "id"
    db.session.execute(
        upsert(TelegramConversation)
        .values(chat_key=key, chat_id=str(heard.chat_id), language=language, updated_at=now)
        .on_conflict_do_nothing()
    )
    return db.session.scalars(
        select(TelegramConversation).where(TelegramConversation.chat_key == key).with_for_update()
    ).one()


def talk_of(conversation: TelegramConversation, heard: Heard, *, key: str, now: datetime) -> Talk:
    """The conversation as a step works with it."""
    data: dict[str, Any] = json.loads(conversation.data) if conversation.data else {}
    settings = settings_of(current_app)
    talk = Talk(
        heard=heard,
        at=now,
        key=key,
        city=settings.city_name,
        receipt_valid_days=settings.receipt_valid_days,
        step=conversation.step,
        errand=data.get("errand", {}),
        waiting=data.get("waiting", []),
        undone=data.get("undone"),
    )
    talk.speak(conversation.language if conversation.language in LANGUAGES else "id")
    return talk


def save(conversation: TelegramConversation, talk: Talk) -> None:
    """Keep where the conversation stands, and queue what is said."""
    conversation.step = talk.step
    conversation.language = talk.language
    conversation.data = json.dumps(talk.to_record())
    conversation.updated_at = talk.at
    for number, call in enumerate(talk.calls):
        queue_message(TELEGRAM, str(talk.heard.chat_id), call, key=f"{talk.key}:{number}")
    db.session.flush()


def note_failure(waiting: Waiting, error: str, now: datetime) -> bool:
    """A step raised: try again later, or give up and ask the person to. True if it was given up.

    The conversation stays as it was before the update.
    """
    update = lock_update(waiting)
    if update is None:
        return False
    update.attempts += 1
    update.last_error = error
    if update.attempts <= len(RETRY_AFTER):
        update.due_at = now + RETRY_AFTER[update.attempts - 1]
        db.session.flush()
        return False
    update.state, update.processed_at = "failed", now
    heard = _understood(update)
    if heard is not None:
        conversation = open_conversation(heard, now)
        talk = talk_of(conversation, replace(heard, kind="other"), key=key_of(update), now=now)
        talk.say(_("Maaf, ada gangguan, dan pesan terakhir Anda belum kami proses. Silakan coba lagi."))
        talk.answer()
        save(conversation, talk)
    db.session.flush()
    return True


def key_of(update: TelegramUpdate) -> str:
    """The name of an update, by which everything that follows from it is known."""
    return f"telegram:{update.bot_id}:{update.update_id}"


def _understood(update: TelegramUpdate) -> Heard | None:
    """What a failed update said, if that much can be read."""
    g.language = "id"
    try:
        return read_update(json.loads(update.payload or "{}"))
    except Exception:  # the failure may be that it can't be read; then there is nobody to tell
        return None
