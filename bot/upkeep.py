"""What time does to conversations."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from bot import turns
from bot.conversations import rating
from bot.conversations.heard import Heard
from bot.models import TelegramConversation, TelegramUpdate
from webapp.database import db

#: A rating whose comment was never written is taken without one.
LEFT_ALONE_AFTER = timedelta(minutes=10)
#: What was put together and not sent is forgotten (data minimisation; the help says so).
FORGET_AFTER = timedelta(days=7)


def submit_ratings_left_alone(now: datetime) -> int:
    """Take the ratings whose face was pressed and whose comment was not written; how many."""
    waiting = db.session.scalars(
        select(TelegramConversation)
        .where(TelegramConversation.step == "rating.comment", TelegramConversation.updated_at < now - LEFT_ALONE_AFTER)
        .limit(100)
        .with_for_update(skip_locked=True)
    ).all()
    for conversation in waiting:
        errand = json.loads(conversation.data or "{}")["errand"]
        chat_id = int(conversation.chat_id)  # of a private chat, and so the person's id as well
        heard = Heard("other", chat_id=chat_id, user_id=chat_id)
        talk = turns.talk_of(conversation, heard, key=f"telegram:rating:{errand['nonce']}", now=now)
        rating.submit(talk, None)
        turns.save(conversation, talk)
    return len(waiting)


def forget_old(now: datetime) -> None:
    """Empty conversations that nobody went on with; delete updates that cannot come again (Telegram keeps a day)."""
    db.session.execute(
        update(TelegramConversation)
        .where(
            TelegramConversation.updated_at < now - FORGET_AFTER,
            or_(TelegramConversation.step.is_not(None), TelegramConversation.data.is_not(None)),
        )
        .values(step=None, data=None)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        delete(TelegramUpdate)
        .where(TelegramUpdate.state != "waiting", TelegramUpdate.received_at < now - FORGET_AFTER)
        .execution_options(synchronize_session=False)
    )
