"""The simulated Telegram of one bot: its people and chats, and what happens in them.

People act here (`text`, `photo`, `press`, ...), which makes updates for the bot. What the bot does is in `methods`.
Whoever watches (the chat page) hears of everything through `watch()`.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from bot.simulator.deliveries import Deliveries
from bot.simulator.errors import bad_request
from bot.simulator.faults import Faults
from bot.simulator.markup import command_entities
from bot.simulator.names import random_name, random_phone
from bot.simulator.store import Record, Store, StoredFile

BOT_NAME = "Tanggap"
BOT_USERNAME = "tanggap_bot"
LONGEST_TEXT = 4096
WATCHED_EVENTS_KEPT = 1000


class Simulation:
    """Everything that one simulator knows. Lives in one event loop."""

    def __init__(self, store: Store, token: str, webhook_retry_seconds: float = 1.0) -> None:
        self.store = store
        self.token = token
        self.faults = Faults()
        self.deliveries = Deliveries(store, webhook_retry_seconds)
        self._watchers: set[asyncio.Queue[Record]] = set()

    # --- who is there ----------------------------------------------------------------------------------------------

    @property
    def bot(self) -> Record:
        """The bot as a Bot API User; its id is the number in the token, as with Telegram."""
        number = self.token.split(":", 1)[0]
        bot_id = int(number) if number.isdecimal() else 7_000_000_001
        return {"id": bot_id, "is_bot": True, "first_name": BOT_NAME, "username": BOT_USERNAME}

    def add_user(
        self, user_id: int | None = None, name: str | None = None, username: str | None = None, language: str = "id"
    ) -> Record:
        """A new person (or an old id with a new name), as kept by the store; id and name are drawn if not given."""
        # Ids above 32 bits, as Telegram gives them today: a column too narrow shall be noticed here.
        user_id = 5_000_000_000 + secrets.randbelow(3_000_000_000) if user_id is None else user_id
        first, _, last = (name or random_name()).strip().partition(" ")
        profile: Record = {"id": user_id, "is_bot": False, "first_name": first or "?", "language_code": language}
        if last:
            profile["last_name"] = last
        if username:
            profile["username"] = username
        self.store.save_user(user_id, profile, random_phone())
        user = self.user(user_id)
        self.announce("user", user)
        return user

    def user(self, chat_id: int) -> Record:
        """The person of a chat. Raises ApiError 400 if there is none."""
        user = self.store.user(chat_id)
        if user is None:
            raise bad_request("chat not found")
        return user

    def chat(self, chat_id: int) -> Record:
        """The private chat with a person, as a Bot API Chat."""
        profile = self.user(chat_id)["profile"]
        names = {key: profile[key] for key in ("first_name", "last_name", "username") if key in profile}
        return {"id": chat_id, "type": "private", **names}

    def set_blocked(self, chat_id: int, blocked: bool) -> None:
        """Let a person block the bot, or take it back; the bot hears of it."""
        user = self.user(chat_id)
        if user["blocked"] == blocked:
            return
        self.store.set_blocked(chat_id, blocked)
        old, new = ("member", "kicked") if blocked else ("kicked", "member")
        payload = {
            "chat": self.chat(chat_id),
            "from": user["profile"],
            "date": int(time.time()),
            "old_chat_member": self._membership(old),
            "new_chat_member": self._membership(new),
        }
        self.deliveries.add("my_chat_member", payload)
        self.announce("user", self.user(chat_id))

    def _membership(self, status: str) -> Record:
        return {"user": self.bot, "status": status, **({"until_date": 0} if status == "kicked" else {})}

    # --- watching --------------------------------------------------------------------------------------------------

    def watch(self) -> asyncio.Queue[Record]:
        """A queue that receives every event from now on, until `unwatch`."""
        queue: asyncio.Queue[Record] = asyncio.Queue(WATCHED_EVENTS_KEPT)
        self._watchers.add(queue)
        return queue

    def unwatch(self, queue: asyncio.Queue[Record]) -> None:
        self._watchers.discard(queue)

    def announce(self, kind: str, data: Any) -> None:
        """Tell the watchers. One that does not keep up is dropped and has to look anew."""
        for queue in list(self._watchers):
            try:
                queue.put_nowait({"kind": kind, "data": data})
            except asyncio.QueueFull:
                self._watchers.discard(queue)

    def announce_entry(self, chat_id: int, message_id: int) -> None:
        self.announce("entry", self.store.message(chat_id, message_id))

    # --- what people do ----------------------------------------------------------------------------------------------

    def say(self, chat_id: int, content: Record, reply_to: int | None = None) -> Record:
        """Let a person send a message with the given content fields; returns {"update_id", "message"}."""
        user = self.user(chat_id)
        if user["blocked"]:
            self.set_blocked(chat_id, False)  # who writes again has unblocked the bot: there is no other way to write
        body = {"from": user["profile"], "chat": self.chat(chat_id), "date": int(time.time()), **content}
        if reply_to is not None:
            entry = self.store.message(chat_id, reply_to)
            if entry is None:
                raise bad_request("message to be replied not found")
            body["reply_to_message"] = entry["message"]
        message = self.store.add_message(chat_id, body, from_bot=False, markup=None, parse_mode=None)
        update_id = self.deliveries.add("message", message)
        self.announce_entry(chat_id, message["message_id"])
        return {"update_id": update_id, "message": message}

    def text(self, text: str) -> Record:
        """Content of a text message. Raises ApiError 400 if Telegram would not let a person send it."""
        text = text.strip()
        if not 0 < len(text) <= LONGEST_TEXT:
            raise bad_request("message text is empty" if not text else "message is too long")
        entities = command_entities(text)
        return {"text": text, **({"entities": entities} if entities else {})}

    async def photo(self, data: bytes, caption: str = "") -> Record:
        """Content of a photo in several sizes. Raises ApiError 400 if the data is no image."""
        sizes = await asyncio.to_thread(_photo_sizes, data)
        key = secrets.token_hex(8)
        for width, height, jpeg in sizes:
            self.store.add_file(
                "photos", jpeg, mime="image/jpeg", name="photo.jpg", photo=key, width=width, height=height
            )
        return self.known_photo(key, caption)

    def known_photo(self, key: str, caption: str = "") -> Record:
        """Content of a photo that is stored already."""
        sizes = [
            {
                "file_id": f.file_id,
                "file_unique_id": f.unique_id,
                "width": f.width,
                "height": f.height,
                "file_size": f.size,
            }
            for f in self.store.photo_sizes(key)
        ]
        return {"photo": sizes, **({"caption": caption} if caption else {})}

    def document(self, data: bytes, name: str, mime: str, caption: str = "") -> Record:
        """Content of a file that is sent as it is."""
        stored = self.store.add_file("documents", data, mime=mime, name=Path(name).name or "file")
        return self.known_document(stored, caption)

    def known_document(self, stored: StoredFile, caption: str = "") -> Record:
        document = {**_file_fields(stored), "file_name": stored.name, "mime_type": stored.mime}
        return {"document": document, **({"caption": caption} if caption else {})}

    def voice(self, data: bytes, seconds: int) -> Record:
        """Content of a voice message (Ogg Opus)."""
        stored = self.store.add_file("voice", data, mime="audio/ogg", name="voice.oga")
        return {"voice": {**_file_fields(stored), "duration": seconds, "mime_type": "audio/ogg"}}

    def location(self, latitude: float, longitude: float) -> Record:
        """Content of a location in degrees. Raises ApiError 400 for a place that is not on Earth."""
        if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
            raise bad_request("wrong latitude or longitude")
        return {"location": {"latitude": latitude, "longitude": longitude}}

    def contact(self, chat_id: int, phone: str = "", name: str = "") -> Record:
        """Content of a contact: the person's own unless another number is given."""
        user = self.user(chat_id)
        if phone:
            return {"contact": {"phone_number": phone, "first_name": name or "?"}}
        profile = user["profile"]
        names = {key: profile[key] for key in ("first_name", "last_name") if key in profile}
        return {"contact": {"phone_number": user["phone"], **names, "user_id": chat_id}}

    def press(self, chat_id: int, message_id: int, data: str) -> Record:
        """Let a person press an inline button; returns {"update_id", "query_id"}.

        Raises ApiError 400 if the message is gone or has no such button.
        """
        user = self.user(chat_id)
        entry = self.store.message(chat_id, message_id)
        if entry is None or entry["deleted"]:
            raise bad_request("message not found")
        rows = (entry["markup"] or {}).get("inline_keyboard", [])
        if not any(button.get("callback_data") == data for row in rows for button in row):
            raise bad_request("the message has no button with this data")
        query_id = self.store.add_query(chat_id, message_id, data)
        payload = {
            "id": query_id,
            "from": user["profile"],
            "message": entry["message"],
            "chat_instance": str(chat_id),
            "data": data,
        }
        return {"update_id": self.deliveries.add("callback_query", payload), "query_id": query_id}


def _file_fields(stored: StoredFile) -> Record:
    return {"file_id": stored.file_id, "file_unique_id": stored.unique_id, "file_size": stored.size}


def _photo_sizes(data: bytes) -> list[tuple[int, int, bytes]]:
    """Run `photos.py` on an image. Raises ApiError 400 with Telegram's word for what is wrong with it."""
    program = Path(__file__).with_name("photos.py")
    done = subprocess.run(
        [sys.executable, "-I", str(program)], input=data, capture_output=True, timeout=60, check=False
    )
    if done.returncode:
        word = done.stdout.decode(errors="replace")
        raise bad_request(word if word == "PHOTO_INVALID_DIMENSIONS" else "IMAGE_PROCESS_FAILED")
    header, _, rest = done.stdout.partition(b"\n")
    sizes, at = [], 0
    for width, height, length in json.loads(header):
        sizes.append((width, height, rest[at : at + length]))
        at += length
    return sizes
