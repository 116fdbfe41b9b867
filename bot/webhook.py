"""The webhook: Telegram calls us. What arrives with the right secret is stored, and only then answered with 200.

It listens on this machine only; the reverse proxy that ends TLS for the portal passes the path on.
"""

from __future__ import annotations

import asyncio
import json
from hmac import compare_digest
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from bot.api import describe
from bot.inbox import NotAnUpdate
from bot.polling import store
from bot.signals import Signal
from config import Settings

log = structlog.get_logger("bot.webhook")

HOST = "127.0.0.1"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  the name of the header
#: An update holds words and numbers; files stay with Telegram.
LARGEST_UPDATE = 1024 * 1024


def webhook_app(app: Flask, settings: Settings, bot_id: int, arrived: Signal) -> web.Application:
    """The small server's application. An update that could not be stored is answered with 503 and comes again."""

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not compare_digest(given.encode(errors="surrogateescape"), settings.telegram_webhook_secret.encode()):
            return web.Response(status=403)
        try:
            update = json.loads(await request.read())
            if not isinstance(update, dict):
                raise NotAnUpdate
            await asyncio.to_thread(store, app, [update], bot_id)
        except (NotAnUpdate, UnicodeDecodeError, json.JSONDecodeError):
            return web.Response(status=400)
        except SQLAlchemyError as error:
            log.warning("update not stored; Telegram will bring it again", error=describe(error))
            return web.Response(status=503)
        arrived.set()
        return web.Response()

    server = web.Application(client_max_size=LARGEST_UPDATE)
    server.router.add_post(urlsplit(settings.telegram_webhook_url).path or "/", receive)
    return server


async def serve(app: Flask, settings: Settings, bot_id: int, arrived: Signal, stopping: asyncio.Event) -> None:
    """Serve until `stopping` is set. Raises OSError where the port is taken."""
    runner = web.AppRunner(webhook_app(app, settings, bot_id, arrived), access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, settings.telegram_webhook_port).start()
        await stopping.wait()
    finally:
        await runner.cleanup()
