"""The Bot API as this product uses it: raw updates in, raw calls out, with python-telegram-bot doing the talking."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from typing import Any

from telegram.error import RetryAfter, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from config import Settings

# Without it every 429 that is raised brings a warning about the coming type of its waiting time.
os.environ.setdefault("PTB_TIMEDELTA", "1")

#: Seconds that the server may keep an empty `getUpdates` open.
POLL_SECONDS = 25
#: What we want to hear of; everything else is never sent to us.
WANTED_UPDATES = ["message", "edited_message", "callback_query"]
#: Bytes of a file that we fetch; the Bot API itself gives no more than 20 MB.
LARGEST_FILE = 20 * 1024 * 1024

Record = dict[str, Any]


class FileTooLarge(Exception):
    """A file beyond what the Bot API hands out."""


class TelegramApi(ExtBot[int]):
    """One bot at one Bot API server.

    Updates are taken as they come, not as objects: they are stored before anybody tries to understand them. The rate
    limiter keeps to Telegram's 30 messages a second and never waits by itself after a 429: the sender notes the time
    on the message and turns to other people.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            settings.telegram_token,
            base_url=f"{settings.telegram_api_url}/bot",
            base_file_url=f"{settings.telegram_api_url}/file/bot",
            request=HTTPXRequest(connection_pool_size=12, read_timeout=10, pool_timeout=5),
            get_updates_request=HTTPXRequest(connection_pool_size=1),
            rate_limiter=AIORateLimiter(max_retries=0),
        )

    @property
    def number(self) -> int:
        """The bot's id, which is the first part of its token."""
        return bot_number(self.token)

    async def fetch_updates(self, offset: int | None, wait_seconds: int = POLL_SECONDS) -> list[Record]:
        """Updates from `offset` on, which confirms those before it. Raises TelegramError."""
        updates: list[Record] = await self._post(
            "getUpdates",
            {"offset": offset, "timeout": wait_seconds, "allowed_updates": WANTED_UPDATES},
            read_timeout=wait_seconds + 10,
        )
        return updates

    async def call(self, method: str, parameters: Record) -> Record:
        """Call any method; what it returned if that is an object, else {}. Raises TelegramError."""
        result = await self._post(method, dict(parameters))
        return result if isinstance(result, dict) else {}

    async def download(self, file_id: str) -> bytes:
        """Content of a file that somebody sent. Raises TelegramError, FileTooLarge."""
        file = await self.get_file(file_id)
        if (file.file_size or 0) > LARGEST_FILE:
            raise FileTooLarge
        return bytes(await file.download_as_bytearray(read_timeout=30))


def seconds_to_wait(error: RetryAfter) -> float:
    """For how long Telegram does not want to hear from us, whichever type python-telegram-bot tells it in."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def bot_number(token: str) -> int:
    """The bot's id in a token "123456:secret"; 0 for a token that is none (the server will refuse it)."""
    number = token.partition(":")[0]
    return int(number) if number.isdecimal() else 0


def describe(error: BaseException) -> str:
    """What may be written down of an error: its kind, and the first words of Telegram's reason. Nothing that was said.

    Reasons such as "can't parse entities: ..." quote the message behind the first colon.
    """
    kind = type(error).__name__
    return f"{kind}: {error.message.partition(':')[0][:80]}" if isinstance(error, TelegramError) else kind


def quiet_libraries() -> None:
    """Keep the libraries from logging addresses that hold the token, and calls that hold what people said."""
    for name in ("telegram", "httpx", "httpcore", "aiohttp.access", "aiohttp.server"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
