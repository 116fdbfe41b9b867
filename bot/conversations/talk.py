"""One turn of a conversation: what was heard, where the conversation stands, what is said in return."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from typing import Any

from flask import g
from flask_babel import refresh

from bot.conversations.heard import Heard

Record = dict[str, Any]
#: A button: label and what it carries.
Button = tuple[str, str]

#: Characters of a message that Telegram takes, with room for the mark of a choice.
LONGEST_MESSAGE = 4000


@dataclass(slots=True)
class Talk:
    """What a step works with. A step changes `step` and `errand` and adds to `calls`; who runs it saves and sends.

    `errand` is what the step is about (a complaint being put together, a visit being rated). `waiting` are errands that
    were interrupted by another and are taken up again after it, the last one first. `undone` is one that was cancelled
    and can be brought back.
    """

    heard: Heard
    at: datetime
    #: Name of the update, for keys: what follows from one update follows once.
    key: str
    city: str = ""
    receipt_valid_days: int = 14
    step: str | None = None
    errand: Record = field(default_factory=dict)
    waiting: list[Record] = field(default_factory=list)
    undone: Record | None = None
    language: str = "id"
    #: Content of the picture that was sent, if it could be fetched.
    picture: bytes | None = None
    calls: list[Record] = field(default_factory=list)
    #: An interrupted errand was taken up again in this turn; its question has to be repeated.
    resumed: bool = False
    _answered: bool = False

    # --- saying --------------------------------------------------------------------------------------------------

    def say(
        self,
        text: str,
        buttons: Sequence[Sequence[Button]] = (),
        *,
        html: bool = False,
        keyboard: Record | None = None,
    ) -> None:
        """Send a message, with buttons below it or a keyboard in place of the letters."""
        call: Record = {"method": "sendMessage", "text": text}
        if html:
            call["parse_mode"] = "HTML"
        if buttons:
            call["reply_markup"] = _inline(buttons)
        elif keyboard is not None:
            call["reply_markup"] = keyboard
        self.calls.append(call)

    def show_photo(self, photo_id: int, caption: str) -> None:
        """Send a picture that an answer shows; the sender fetches it by its id."""
        self.calls.append({"method": "sendPhoto", "photo_id": photo_id, "caption": caption})

    def show_score(self, account_id: int, period: str, caption: str, buttons: Sequence[Sequence[Button]] = ()) -> None:
        """Send the picture of somebody's own figure; the sender draws it when it leaves, in the words of this chat."""
        call: Record = {
            "method": "sendPhoto",
            "score": {"account_id": account_id, "period": period, "language": self.language},
            "caption": caption,
        }
        if buttons:
            call["reply_markup"] = _inline(buttons)
        self.calls.append(call)

    def mark(self, choice: str) -> None:
        """Write the choice below the question whose button was pressed, and take its buttons away."""
        if self.heard.kind != "button":
            return
        question = escape(self.heard.pressed_text[:LONGEST_MESSAGE])
        text = f"{question}\n\n<b>✓ {escape(choice)}</b>" if question else f"<b>✓ {escape(choice)}</b>"
        self.calls.append(
            {
                "method": "editMessageText",
                "message_id": self.heard.message_id,
                "text": text,
                "parse_mode": "HTML",
            }
        )

    def rewrite(self, text: str, buttons: Sequence[Sequence[Button]] = ()) -> None:
        """Put other words and buttons in place of the message whose button was pressed."""
        self.calls.append(
            {
                "method": "editMessageText",
                "message_id": self.heard.message_id,
                "text": text,
                "reply_markup": _inline(buttons),
            }
        )

    def answer(self, text: str = "") -> None:
        """Answer the pressed button, with words that float over the chat for a moment. Once a turn."""
        if self.heard.query_id and not self._answered:
            self._answered = True
            call: Record = {"method": "answerCallbackQuery", "callback_query_id": self.heard.query_id}
            if text:
                call["text"] = text[:200]
            self.calls.insert(0, call)

    def forget_heard(self) -> None:
        """Take away the message that was heard: it held a secret."""
        self.calls.append({"method": "deleteMessage", "message_id": self.heard.message_id})

    def speak(self, language: str) -> None:
        """Go on in another language."""
        self.language = language
        g.language = language
        refresh()

    # --- going on ------------------------------------------------------------------------------------------------

    def begin(self, step: str, errand: Record | None = None) -> None:
        """Begin an errand; the one under way waits if it is worth keeping. Of a kind only the newest waits."""
        if self.step is not None and self.errand.get("keep"):
            self.waiting.append({"step": self.step, "errand": self.errand})
        kind = step.partition(".")[0]
        self.waiting = [record for record in self.waiting if record["step"].partition(".")[0] != kind]
        self.step = step
        self.errand = {**(errand or {}), "nonce": new_nonce()}

    def finish(self) -> None:
        """End the errand; the last interrupted one is taken up again."""
        self.step, self.errand = None, {}
        if self.waiting:
            record = self.waiting.pop()
            self.step, self.errand = record["step"], record["errand"]
            self.resumed = True

    def button(self, value: str) -> str:
        """What a button of this errand's question carries. Buttons of other errands and questions are stale."""
        return f"a:{self.errand['nonce']}:{(self.step or '').partition('.')[2]}:{value}"

    def pressed(self) -> str | None:
        """What the pressed button means for the question that is asked; None if it belongs to another."""
        prefix = self.button("") if self.step is not None and "nonce" in self.errand else None
        if self.heard.kind == "button" and prefix is not None and self.heard.data.startswith(prefix):
            return self.heard.data[len(prefix) :]
        return None

    # --- keeping -------------------------------------------------------------------------------------------------

    def to_record(self) -> Record:
        """What is kept until the next turn."""
        return {"errand": self.errand, "waiting": self.waiting, "undone": self.undone}


def _inline(buttons: Sequence[Sequence[Button]]) -> Record:
    return {"inline_keyboard": [[{"text": label, "callback_data": data} for label, data in row] for row in buttons]}


def new_nonce() -> str:
    """A key for an errand: short, since buttons carry it (64 bytes at most), and never guessed by chance."""
    return secrets.token_urlsafe(9)
