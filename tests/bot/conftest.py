"""A citizen in a chat, without any network: updates go in as Telegram words them, calls come out of the tables."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from bot import inbox, turns
from bot.inbox import Waiting, chat_key
from bot.models import TelegramConversation
from webapp.database import db, transaction
from webapp.encryption import keyring
from webapp.messaging.models import OutgoingMessage

Record = dict[str, Any]

BOT = 7_000_000_001
START = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)  # a Monday, 10:00 in Jakarta

_update_ids = itertools.count(900_000_001)
_chat_ids = itertools.count(5_000_000_001)
_message_ids = itertools.count(100)


@pytest.fixture(autouse=True)
def _durations_as_timedelta(monkeypatch: pytest.MonkeyPatch) -> None:
    """python-telegram-bot warns each time it raises RetryAfter unless it may use its coming type for durations."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@dataclass
class Chat:
    """One person in the private chat with the bot. Every act is processed at once and returns what the bot said."""

    app: Flask
    language: str = "id"
    now: datetime = START
    chat_id: int = field(default_factory=lambda: next(_chat_ids))
    #: Everything that the bot said, as calls of the Bot API.
    calls: list[Record] = field(default_factory=list)
    last_update_id: int = 0

    # --- acting --------------------------------------------------------------------------------------------------

    def send(self, text: str, **more: Any) -> list[str]:
        """Type something; the texts that come back."""
        return self.take(self.message(text=text, **more))

    def send_photo(self, picture: bytes | None, caption: str = "") -> list[str]:
        """Send a photo whose content the bot could fetch as `picture`."""
        sizes = [{"file_id": "f", "file_unique_id": "u", "width": 640, "height": 480}]
        message = self.message(photo=sizes, **({"caption": caption} if caption else {}))
        return self.take(message, picture=picture)

    def click(self, label: str) -> list[str]:
        """Press the newest button whose label holds `label`."""
        for call in reversed(self.calls):
            for row in call.get("reply_markup", {}).get("inline_keyboard", []):
                for button in row:
                    if label in button["text"]:
                        return self.press(button["callback_data"], call.get("text", ""))
        raise AssertionError(f"no button {label!r}; there are {self.buttons()}")

    def press(self, data: str, question: str = "?") -> list[str]:
        """Press a button that carries `data`."""
        message = {
            "message_id": next(_message_ids),
            "date": int(self.now.timestamp()),
            "chat": {"id": self.chat_id, "type": "private"},
            "text": question,
        }
        query = {"id": str(next(_message_ids)), "from": self.person, "chat_instance": "1", "data": data}
        return self.take({"callback_query": {**query, "message": message}})

    def take(self, update: Record, picture: bytes | None = None, again: int | None = None) -> list[str]:
        """Store and process an update; the texts of what was queued because of it."""
        update_id = again or next(_update_ids)
        self.last_update_id = update_id
        with self.app.app_context(), transaction():
            inbox.store_updates([{**update, "update_id": update_id}], bot_id=BOT, at=self.now)
        with self.app.app_context(), transaction():
            turns.process(Waiting(BOT, update_id, self.key), now=self.now, picture=picture)
        return self.said_after(update_id)

    def said_after(self, update_id: int) -> list[str]:
        """The texts that an update called forth."""
        prefix = f"telegram:{BOT}:{update_id}:"
        with self.app.app_context():
            rows = db.session.scalars(
                select(OutgoingMessage).where(OutgoingMessage.key.startswith(prefix)).order_by(OutgoingMessage.id)
            ).all()
            calls = [json.loads(row.content or "{}") for row in rows if row.address == str(self.chat_id)]
        self.calls += calls
        return [call["text"] for call in calls if call["method"] == "sendMessage"]

    def wait(self, **time: float) -> None:
        """Let time pass."""
        self.now += timedelta(**time)

    # --- seeing --------------------------------------------------------------------------------------------------

    @property
    def key(self) -> bytes:
        with self.app.app_context():
            return chat_key(self.chat_id)

    @property
    def person(self) -> Record:
        return {"id": self.chat_id, "is_bot": False, "first_name": "Sri", "language_code": self.language}

    def message(self, **content: Any) -> Record:
        message_id = content.pop("message_id", None) or next(_message_ids)
        chat = content.pop("chat", {"id": self.chat_id, "type": "private"})
        return {
            "message": {
                "message_id": message_id,
                "date": int(self.now.timestamp()),
                "chat": chat,
                "from": self.person,
                **content,
            }
        }

    def buttons(self) -> list[str]:
        """Labels of the newest message that has any."""
        for call in reversed(self.calls):
            rows = call.get("reply_markup", {}).get("inline_keyboard")
            if rows:
                return [button["text"] for row in rows for button in row]
        return []

    def toasts(self) -> list[str]:
        """What floated over the chat."""
        return [call["text"] for call in self.calls if call["method"] == "answerCallbackQuery" and "text" in call]

    def step(self) -> str | None:
        """Where the conversation stands in the database."""
        with self.app.app_context():
            conversation = db.session.get(TelegramConversation, self.key)
            return conversation.step if conversation else None

    def address_key(self) -> bytes:
        with self.app.app_context():
            return keyring().lookup_key("address:telegram", str(self.chat_id))


@pytest.fixture
def chat(app: Flask, database: SQLAlchemy) -> Iterator[Chat]:
    """A citizen who has not said anything yet."""
    yield Chat(app)
