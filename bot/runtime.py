"""The bot as a process: takes in, processes, sends, until it is told to stop.

It waits for Telegram and for the database instead of dying when they are away. What it logs are kinds of events and
errors: never what was said, by whom, or the token.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

import structlog
from flask import Flask, g
from flask_babel import gettext as _
from flask_babel import refresh
from sqlalchemy.exc import SQLAlchemyError
from telegram.error import InvalidToken, TelegramError

from bot import upkeep
from bot.api import WANTED_UPDATES, TelegramApi, describe
from bot.polling import poll
from bot.processing import Processor
from bot.sender import Sender
from bot.signals import Signal, pause
from config import Settings
from webapp.app import LANGUAGES
from webapp.database import db, transaction

log = structlog.get_logger("bot")

UPKEEP_EVERY_SECONDS = 60.0
#: Connections to the database: the turns' threads, the sender, the inbox, upkeep, and the sender's lock.
POOL_SIZE = 6


class TokenRefused(Exception):
    """Telegram does not know the token."""


async def run(app: Flask, settings: Settings, stopping: asyncio.Event | None = None) -> None:
    """Run the bot until SIGTERM, SIGINT or `stopping`. Raises TokenRefused, OSError if a port is taken."""
    stopping = stopping or asyncio.Event()
    _listen_to_signals(stopping)
    api = TelegramApi(settings)
    arrived, said = Signal(), Signal()
    try:
        # What waits from before is processed and what can be sent is sent while Telegram is still being looked for.
        processor = Processor(app, api, arrived=arrived, said=said)
        parts: list[Coroutine[Any, Any, None]] = [
            processor.run(stopping),
            Sender(app, api, said).run(stopping),
            _take_in(app, settings, api, arrived, stopping),
            _keep_up(app, said, stopping),
        ]
        await _all(parts, stopping)
    except InvalidToken:
        raise TokenRefused from None
    finally:
        await _quietly(api.shutdown)
        with app.app_context():
            db.engine.dispose()


async def _take_in(app: Flask, settings: Settings, api: TelegramApi, arrived: Signal, stopping: asyncio.Event) -> None:
    if not await _introduce(app, settings, api, stopping):
        return
    if settings.telegram_webhook_url:
        from bot import webhook  # aiohttp takes 9 MB, which polling does without

        log.info("listening", way="webhook")
        await webhook.serve(app, settings, api.number, arrived, stopping)
    else:
        log.info("listening", way="polling")
        await poll(app, api, arrived, stopping)


async def _introduce(app: Flask, settings: Settings, api: TelegramApi, stopping: asyncio.Event) -> bool:
    """Say hello to Telegram: who we are, how updates shall reach us, what the menu offers. False if stopped before."""
    failures = 0
    while not stopping.is_set():
        try:
            await api.initialize()
            if settings.telegram_webhook_url:
                await api.set_webhook(
                    settings.telegram_webhook_url,
                    secret_token=settings.telegram_webhook_secret,
                    allowed_updates=WANTED_UPDATES,
                )
            else:
                await api.delete_webhook()
            for language, commands in _commands(app).items():
                await api.set_my_commands(commands, language_code=language)
            return True
        except InvalidToken:
            raise
        except TelegramError as error:
            log.warning("Telegram is away", error=describe(error))
            failures = await pause(failures, stopping)
    return False


def _commands(app: Flask) -> dict[str | None, list[tuple[str, str]]]:
    """The commands of the menu by language; Indonesian for everybody whose language we don't speak."""
    names = {
        "id": ("lapor", "nilai", "antre", "nomor", "berkas", "ikuti", "kasus", "bantuan", "bahasa", "batal"),
        "en": ("report", "rate", "queue", "numbers", "file", "follow", "cases", "help", "language", "cancel"),
    }
    menus: dict[str | None, list[tuple[str, str]]] = {}
    for language in LANGUAGES:
        with app.app_context():
            g.language = language
            refresh()
            words = (
                _("Kirim pengaduan, saran atau pertanyaan"),
                _("Nilai kunjungan Anda"),
                _("Ambil nomor antrean"),
                _("Nomor antrean Anda"),
                _("Lacak berkas permohonan"),
                _("Ikuti laporan dengan kode dan kata rahasia"),
                _("Laporan yang Anda ikuti"),
                _("Bantuan"),
                _("Pilih bahasa"),
                _("Batalkan yang sedang berjalan"),
            )
        menus[None if language == "id" else language] = list(zip(names[language], words, strict=True))
    return menus


async def _keep_up(app: Flask, said: Signal, stopping: asyncio.Event) -> None:
    def once() -> int:
        with app.app_context(), transaction():
            upkeep.forget_old(datetime.now(UTC))
        with app.app_context(), transaction():
            return upkeep.submit_ratings_left_alone(datetime.now(UTC))

    while not stopping.is_set():
        try:
            if await asyncio.to_thread(once):
                said.set()
        except SQLAlchemyError as error:
            log.warning("upkeep left out", error=describe(error))
        try:
            await asyncio.wait_for(stopping.wait(), UPKEEP_EVERY_SECONDS)
        except TimeoutError:
            continue


async def _all(parts: list[Coroutine[Any, Any, None]], stopping: asyncio.Event) -> None:
    """Run the parts together. One that fails stops the others in good order, and its error is raised."""
    tasks = [asyncio.create_task(part) for part in parts]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    stopping.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome


async def _quietly(close: Callable[[], Coroutine[Any, Any, None]]) -> None:
    try:
        await close()
    except (TelegramError, RuntimeError) as error:
        log.warning("not closed cleanly", error=describe(error))


def _listen_to_signals(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stopping.set)
        except (RuntimeError, ValueError):  # not the main thread: a test stops it by the event
            return
