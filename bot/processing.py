"""The processor: updates of one chat in their order, of different chats side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import TelegramError

from bot import inbox, turns
from bot.api import FileTooLarge, TelegramApi, describe
from bot.conversations.heard import Heard
from bot.inbox import Waiting
from bot.signals import DATABASE_AWAY, Signal, pause
from webapp.database import transaction

T = TypeVar("T")
log = structlog.get_logger("bot.processing")

THREADS = 4
#: What came in by another process (a second bot behind the webhook) or waits for its time is looked for so often.
LOOK_EVERY_SECONDS = 1.0
#: A picture is asked for so often, so many seconds apart, before the person is asked to send it again.
DOWNLOAD_AGAIN_SECONDS = (0.5, 2.0, 5.0)


class Processor:
    """Takes waiting updates, a thread each; `said` is set when there may be something to send."""

    def __init__(self, app: Flask, api: TelegramApi, *, arrived: Signal, said: Signal) -> None:
        self._app, self._api, self._arrived, self._said = app, api, arrived, said
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="turn")
        self._busy: dict[bytes, asyncio.Task[None]] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Process until `stopping` is set; what has been begun is finished first."""
        away = 0
        while not stopping.is_set():
            try:
                waiting = await self._in_thread(self._list, frozenset(self._busy))
                away = 0
            except SQLAlchemyError as error:
                log.warning("database is away", error=describe(error))
                away = await pause(away, stopping)
                continue
            for one in waiting:
                task = asyncio.create_task(self._take(one))
                self._busy[one.chat_key] = task
                task.add_done_callback(partial(self._free, one.chat_key))
            await self._arrived.wait(LOOK_EVERY_SECONDS)
        await asyncio.gather(*self._busy.values(), return_exceptions=True)
        self._threads.shutdown(wait=False)

    def _free(self, key: bytes, _done: asyncio.Task[None]) -> None:
        self._busy.pop(key, None)
        self._arrived.set()

    def _list(self, busy: frozenset[bytes]) -> list[Waiting]:
        if len(busy) >= THREADS:
            return []
        with self._app.app_context(), transaction():
            return inbox.list_waiting(datetime.now(UTC), busy=busy, limit=THREADS - len(busy))

    async def _take(self, waiting: Waiting) -> None:
        try:
            heard = await self._in_thread(self._peek, waiting)
            picture = await self._download(heard) if heard is not None and heard.kind == "photo" else None
            await self._in_thread(self._process, waiting, picture)
            self._said.set()
        except DATABASE_AWAY as error:
            # Nothing was committed and nothing can be noted: the update waits until the database is back.
            log.warning("turn interrupted", update_id=waiting.update_id, error=describe(error))
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        except Exception as error:
            await self._note(waiting, error)

    async def _note(self, waiting: Waiting, error: Exception) -> None:
        log.error("turn failed", update_id=waiting.update_id, error=describe(error), where=_where(error))
        try:
            given_up = await self._in_thread(self._note_failure, waiting, describe(error))
            if given_up:
                self._said.set()
        except SQLAlchemyError as second:
            log.warning("failure not noted", update_id=waiting.update_id, error=describe(second))
            await asyncio.sleep(LOOK_EVERY_SECONDS)

    async def _download(self, heard: Heard) -> bytes | None:
        """The picture; None if Telegram does not give it out in time."""
        for seconds in (*DOWNLOAD_AGAIN_SECONDS, None):
            try:
                return await self._api.download(heard.file_id)
            except FileTooLarge:
                return None
            except TelegramError as error:
                log.warning("picture not fetched", error=describe(error))
                if seconds is None:
                    return None
                await asyncio.sleep(seconds)
        return None

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    def _peek(self, waiting: Waiting) -> Heard | None:
        with self._app.app_context(), transaction():
            return turns.peek(waiting)

    def _process(self, waiting: Waiting, picture: bytes | None) -> None:
        with self._app.app_context(), transaction():
            turns.process(waiting, now=datetime.now(UTC), picture=picture)

    def _note_failure(self, waiting: Waiting, error: str) -> bool:
        with self._app.app_context(), transaction():
            return turns.note_failure(waiting, error, datetime.now(UTC))


def _where(error: Exception) -> str:
    """File and line where an error came from: enough to find it, and nothing of what was said."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    return f"{at.tb_frame.f_code.co_filename.rpartition('/')[2]}:{at.tb_lineno}" if at is not None else "?"
