"""The one sender: everything the product says on Telegram leaves through here.

At least once: a message is marked as sent after Telegram took it, so a sender that is killed between the two says it
twice. Losing "your complaint was received" would be worse. To one person messages leave in the order in which they
were written; a message that has to wait holds up that person's others and nobody else's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import structlog
from flask import Flask
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot import outgoing
from bot.api import Record, TelegramApi, describe, seconds_to_wait
from bot.outgoing import Claimed
from bot.score_pictures import draw_score, plots_of_score
from bot.signals import Signal, pause
from webapp.database import db, transaction
from webapp.feedback.tracking import content_of_remedy
from webapp.indicators.plots.drawing import Plot

T = TypeVar("T")
log = structlog.get_logger("bot.sender")

#: Messages under way at the same time, to as many people.
AT_ONCE = 8
#: Messages that other processes queue (the worker's notices) are looked for so often.
LOOK_EVERY_SECONDS = 0.5
#: Longest text of one message in characters; Telegram counts 4096 UTF-16 units, of which an emoji takes two.
LONGEST_TEXT = 3500
METHODS = frozenset(
    {"sendMessage", "sendPhoto", "editMessageText", "editMessageReplyMarkup", "deleteMessage", "answerCallbackQuery"}
)
#: Calls that only tidy up. Where they fail nothing is lost, and what stands behind them shall not wait for long.
TIDYING = METHODS - {"sendMessage", "sendPhoto"}
_TIDYING_ATTEMPTS = 3
#: Advisory lock that says "a sender is alive"; any number that nobody else uses.
_ALIVE = 0x54474750


class Sender:
    """Sends due messages until it is told to stop."""

    def __init__(self, app: Flask, api: TelegramApi, said: Signal) -> None:
        self._app, self._api, self._said = app, api, said
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sender")
        self._under_way: set[asyncio.Task[None]] = set()
        self._alive: Connection | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Send until `stopping` is set; what is under way is finished."""
        failures = 0
        taken_over = False
        while not stopping.is_set():
            try:
                if not taken_over:
                    await self._in_thread(self._take_over)
                    taken_over = True
                claimed = await self._in_thread(self._claim, AT_ONCE - len(self._under_way))
                failures = 0
            except SQLAlchemyError as error:
                log.warning("database is away", error=describe(error))
                failures = await pause(failures, stopping)
                continue
            for message in claimed:
                task = asyncio.create_task(self._send(message))
                self._under_way.add(task)
                task.add_done_callback(self._done)
            if not claimed:
                await self._said.wait(LOOK_EVERY_SECONDS)
            elif len(self._under_way) >= AT_ONCE:
                await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
        await asyncio.gather(*self._under_way, return_exceptions=True)
        await self._in_thread(self._step_down)
        self._thread.shutdown(wait=False)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._said.set()  # the next message to the same person may leave
        if not task.cancelled() and task.exception() is not None:
            log.error("message left to its lease", error=describe(task.exception() or RuntimeError()))

    async def _send(self, message: Claimed) -> None:
        now = datetime.now(UTC)
        try:
            async with asyncio.timeout((outgoing.LEASE - timedelta(seconds=5)).total_seconds()):
                receipt = await self._call(message)
        except RetryAfter as error:
            seconds = seconds_to_wait(error)
            await self._note(outgoing.note_delay, message.id, describe(error), now + timedelta(seconds=seconds))
        except Forbidden as error:
            await self._note(outgoing.note_blocked, message.id, describe(error))
        except BadRequest as error:
            if message.content.get("method") in TIDYING:
                # Too old to be edited, already answered, already gone: that is how it was meant to be, or near it.
                await self._note(outgoing.note_sent, message.id, {"skipped": describe(error)}, now)
            else:
                log.error("message refused", message_id=message.id, error=describe(error))
                await self._note(outgoing.note_failed, message.id, describe(error))
        except (TelegramError, TimeoutError) as error:
            await self._put_off(message, error, now)
        except ValueError as error:
            log.error("message not understood", message_id=message.id, error=describe(error))
            await self._note(outgoing.note_failed, message.id, describe(error))
        else:
            await self._note(outgoing.note_sent, message.id, receipt, datetime.now(UTC))

    async def _put_off(self, message: Claimed, error: Exception, now: datetime) -> None:
        if message.content.get("method") in TIDYING and message.attempts >= _TIDYING_ATTEMPTS:
            await self._note(outgoing.note_sent, message.id, {"skipped": describe(error)}, now)
        elif now - message.created_at > outgoing.GIVE_UP_AFTER:
            await self._note(outgoing.note_failed, message.id, describe(error))
        else:
            await self._note(outgoing.note_delay, message.id, describe(error), outgoing.next_try(message.attempts, now))

    async def _call(self, message: Claimed) -> Record:
        """Make the call (several for a text too long for one); the receipt. Raises TelegramError, ValueError."""
        parameters = dict(message.content)
        method = str(parameters.pop("method", ""))
        if method not in METHODS:
            raise ValueError(method)
        if method != "answerCallbackQuery":
            parameters["chat_id"] = int(message.address)
        if method == "sendPhoto":
            return await self._show(parameters)
        parts = [str(parameters.get("text", ""))]
        if method == "sendMessage" and "parse_mode" not in parameters:
            parts = split_text(parts[0])
            for part in parts[:-1]:
                await self._api.call(method, {"chat_id": parameters["chat_id"], "text": part})
        answer = await self._api.call(method, {**parameters, **({"text": parts[-1]} if parts[-1] else {})})
        return {"message_id": answer["message_id"]} if "message_id" in answer else {}

    async def _show(self, parameters: dict[str, Any]) -> Record:
        """Send a picture of ours, which is fetched or drawn only now: a queue is no place to keep it."""
        caption, score = parameters.get("caption"), parameters.get("score")
        if score is not None:
            plots = await self._in_thread(self._plots, score)
            content = await asyncio.to_thread(draw_score, plots) if plots else None
            if content is None:  # no figure to draw: its words are the answer
                return await self._say({**parameters, "text": caption})
        else:
            content = await self._in_thread(self._picture, int(parameters["photo_id"]))
        if content is None:  # erased since
            return {"skipped": "the picture is gone"}
        extra = {"reply_markup": parameters["reply_markup"]} if "reply_markup" in parameters else {}
        sent = await self._api.send_photo(parameters["chat_id"], content, caption=caption, **extra)
        return {"message_id": sent.message_id}

    async def _say(self, parameters: dict[str, Any]) -> Record:
        said: Record = {key: parameters[key] for key in ("chat_id", "text", "reply_markup") if key in parameters}
        answer = await self._api.call("sendMessage", said)
        return {"message_id": answer["message_id"]} if "message_id" in answer else {}

    async def _note(self, note: Callable[..., None], *arguments: Any) -> None:
        """Write down what became of a message; while the database is away that is tried again and again."""
        forever = asyncio.Event()
        failures = 0
        while True:
            try:
                await self._in_thread(self._in_transaction, note, *arguments)
                return
            except SQLAlchemyError as error:
                log.warning("outcome not noted", error=describe(error))
                if failures > 10:
                    raise
                failures = await pause(failures, forever)

    # --- in the sender's thread ----------------------------------------------------------------------------------

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *arguments)

    def _in_transaction(self, note: Callable[..., None], *arguments: Any) -> None:
        with self._app.app_context(), transaction():
            note(*arguments)

    def _picture(self, photo_id: int) -> bytes | None:
        with self._app.app_context(), transaction():
            return content_of_remedy(photo_id)

    def _plots(self, score: dict[str, Any]) -> tuple[Plot, ...]:
        with self._app.app_context(), transaction():
            return plots_of_score(int(score["account_id"]), str(score["period"]), str(score["language"]))

    def _claim(self, limit: int) -> list[Claimed]:
        with self._app.app_context(), transaction():
            return outgoing.claim_messages(datetime.now(UTC), limit) if limit > 0 else []

    def _take_over(self) -> None:
        """If no other sender is alive, what is claimed was claimed by a dead one: take it back at once."""
        with self._app.app_context():
            self._alive = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            if self._alive.scalar(text("SELECT pg_try_advisory_lock(:key)"), {"key": _ALIVE}):
                with transaction():
                    outgoing.release_leases(datetime.now(UTC))

    def _step_down(self) -> None:
        if self._alive is not None:
            self._alive.invalidate()  # closes the connection, and with it the lock
            self._alive.close()


def split_text(words: str, most: int = LONGEST_TEXT) -> list[str]:
    """A text in parts that Telegram takes, broken between paragraphs or words where there are any."""
    parts = []
    rest = words
    while len(rest) > most:
        cut = max(rest.rfind("\n", most // 2, most), rest.rfind(" ", most // 2, most))
        cut = cut if cut > 0 else most
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest]
