"""What somebody said or pressed, read from an update of the Bot API."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from telegram import CallbackQuery, Message, Update

HeardKind = Literal["text", "command", "button", "photo", "location", "contact", "edited", "group", "other"]


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that was said. `text` is what was typed, or written below a picture."""

    kind: HeardKind
    chat_id: int
    user_id: int
    message_id: int = 0
    text: str = ""
    #: "lapor" of "/lapor ...", and what stands behind it.
    command: str = ""
    argument: str = ""
    #: What a pressed button carries, the query to answer, and the words of the message that it hung on.
    data: str = ""
    query_id: str = ""
    pressed_text: str = ""
    file_id: str = ""
    latitude: float | None = None
    longitude: float | None = None
    place: str = ""
    phone: str = ""
    contact_name: str = ""
    user_language: str = ""


def read_update(payload: dict[str, Any]) -> Heard | None:
    """What an update says; None where nobody said anything to the bot. Raises what python-telegram-bot raises."""
    update = Update.de_json(payload, None)
    if update.callback_query is not None:
        return _read_press(update.callback_query)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    return _read_message(message, edited=update.message is None)


def chat_of(payload: dict[str, Any]) -> int:
    """The chat that a raw update belongs to, 0 for none: read without trusting the rest of it."""
    for kind in ("message", "edited_message"):
        chat = payload.get(kind, {}).get("chat")
        if isinstance(chat, dict) and isinstance(chat.get("id"), int):
            return int(chat["id"])
    query = payload.get("callback_query", {})
    sender = query.get("from", {}).get("id")
    chat = query.get("message", {}).get("chat", {}).get("id", sender)
    return chat if isinstance(chat, int) else 0


def _read_press(query: CallbackQuery) -> Heard | None:
    if query.message is None or not query.data:
        return None
    message = query.message if isinstance(query.message, Message) else None
    private = query.message.chat.type == "private"
    return Heard(
        kind="button" if private else "group",
        chat_id=query.message.chat.id,
        user_id=query.from_user.id,
        message_id=query.message.message_id,
        data=query.data,
        query_id=query.id,
        pressed_text=(message.text or "") if message else "",
        user_language=query.from_user.language_code or "",
    )


def _read_message(message: Message, *, edited: bool) -> Heard:
    assert message.from_user is not None
    facts: dict[str, Any] = {
        "chat_id": message.chat.id,
        "user_id": message.from_user.id,
        "message_id": message.message_id,
        "text": (message.text or message.caption or "").strip(),
        "user_language": message.from_user.language_code or "",
    }
    if message.chat.type != "private":
        return Heard("group", **facts)
    if edited:
        return Heard("edited", **facts)
    if message.text and message.text.startswith("/"):
        command, _, argument = message.text[1:].partition(" ")
        return Heard("command", command=command.partition("@")[0].lower(), argument=argument.strip(), **facts)
    if message.photo:
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return Heard("photo", file_id=largest.file_id, **facts)
    if message.document is not None and (message.document.mime_type or "").startswith("image/"):
        return Heard("photo", file_id=message.document.file_id, **facts)
    if message.location is not None:
        place = ", ".join(filter(None, (message.venue.title, message.venue.address))) if message.venue else ""
        where: dict[str, Any] = {"latitude": message.location.latitude, "longitude": message.location.longitude}
        return Heard("location", place=place, **where, **facts)
    if message.contact is not None:
        # Somebody else's number is not the reporter's contact.
        own = message.contact.user_id in (None, message.from_user.id)
        name = " ".join(filter(None, (message.contact.first_name, message.contact.last_name)))
        phone = message.contact.phone_number if own else ""
        return Heard("contact", phone=phone, contact_name=name if own else "", **facts)
    return Heard("text" if message.text else "other", **facts)
