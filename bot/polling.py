"""Long polling: fetch, store, and only then confirm."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime

import structlog
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import InvalidToken, RetryAfter, TelegramError

from bot.api import Record, TelegramApi, describe, seconds_to_wait
from bot.inbox import store_updates
from bot.signals import Signal, pause
from webapp.database import transaction

log = structlog.get_logger("bot.polling")


async def poll(app: Flask, api: TelegramApi, arrived: Signal, stopping: asyncio.Event) -> None:
    """Take in updates until `stopping` is set. Raises InvalidToken where the token is refused meanwhile."""
    offset: int | None = None
    failures = 0
    while not stopping.is_set():
        try:
            updates = await _unless(stopping, api.fetch_updates(offset))
            if not updates:
                failures = 0
                continue
            await asyncio.to_thread(store, app, updates, api.number)
            # The next call confirms these, and nothing before this line did.
            offset = max(update["update_id"] for update in updates) + 1
            arrived.set()
            failures = 0
        except InvalidToken:
            raise
        except RetryAfter as error:
            await _sleep(seconds_to_wait(error), stopping)
        except TelegramError as error:
            log.warning("no updates", error=describe(error))
            failures = await pause(failures, stopping)
        except SQLAlchemyError as error:
            log.warning("updates not stored, and so not confirmed", error=describe(error))
            failures = await pause(failures, stopping)


def store(app: Flask, updates: list[Record], bot_id: int) -> None:
    """Store updates in one transaction."""
    with app.app_context(), transaction():
        store_updates(updates, bot_id=bot_id, at=datetime.now(UTC))


async def _unless(stopping: asyncio.Event, fetching: Awaitable[list[Record]]) -> list[Record]:
    """What was fetched; nothing once `stopping` is set. What a broken-off call would have brought comes again."""
    call = asyncio.ensure_future(fetching)
    stop = asyncio.ensure_future(stopping.wait())
    try:
        await asyncio.wait({call, stop}, return_when=asyncio.FIRST_COMPLETED)
        return call.result() if call.done() else []
    finally:
        stop.cancel()
        if not call.done():
            call.cancel()
            await asyncio.gather(call, return_exceptions=True)


async def _sleep(seconds: float, stopping: asyncio.Event) -> None:
    try:
        await asyncio.wait_for(stopping.wait(), seconds)
    except TimeoutError:
        return
