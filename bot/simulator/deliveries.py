"""How updates reach the bot: by long polling or by webhook, in order and once, or as a test wants it.

An update stays until it is confirmed, by a greater offset or by a 2xx answer of the webhook. So a bot that is killed
gets it again.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections import deque
from typing import Any

from bot.simulator.errors import bad_request, conflict
from bot.simulator.store import Store

Record = dict[str, Any]

#: Kinds that Telegram leaves out unless a bot asks for them by name.
_ONLY_IF_ASKED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
WEBHOOK_BATCH = 40
WEBHOOK_TIMEOUT_SECONDS = 60
LONGEST_RETRY_SECONDS = 30.0


class Deliveries:
    """The queue of updates towards the bot.

    `retry_seconds` is the first pause after a webhook call that failed; it doubles each time.
    """

    def __init__(self, store: Store, retry_seconds: float = 1.0) -> None:
        self._store = store
        self._retry_seconds = retry_seconds
        self._news = asyncio.Event()
        self._poll = 0
        self._again: deque[int] = deque()
        self._twice = 0
        self._reversed = 0
        self._caller: asyncio.Task[None] | None = None
        self._last_error: tuple[int, str] | None = None

    # --- in --------------------------------------------------------------------------------------------------------

    def add(self, kind: str, payload: Record) -> int | None:
        """Queue an update; returns its id, or None if the bot has said that it does not want this kind."""
        allowed = self._store.setting("allowed_updates")
        if (kind not in allowed) if allowed else (kind in _ONLY_IF_ASKED):
            return None
        update_id = self._store.add_update(kind, payload)
        self._news.set()
        return update_id

    def deliver_again(self, update_id: int) -> None:
        """Deliver an update once more, even if it was confirmed. Raises ApiError 400 if it is not remembered."""
        if self._store.update(update_id) is None:
            raise bad_request(f"no update {update_id} is remembered")
        self._again.append(update_id)
        self._news.set()

    def deliver_twice(self, count: int) -> None:
        """Put each of the next `count` updates twice into the batch that brings it."""
        self._twice += count

    def reverse(self, batches: int) -> None:
        """Turn round the order in each of the next `batches` batches of two updates or more."""
        self._reversed += batches

    def behave(self) -> None:
        """Take back all disorder that was asked for."""
        self._again.clear()
        self._twice = self._reversed = 0

    # --- out: long polling -----------------------------------------------------------------------------------------

    async def get_updates(self, offset: int, limit: int, timeout: float) -> list[Record]:
        """Confirm what lies below `offset`, then wait up to `timeout` seconds for updates.

        Raises ApiError 409 while a webhook is set, and in a call that another one has replaced.
        """
        if self.webhook() is not None:
            raise conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            )
        self._poll += 1
        mine = self._poll
        self._news.set()
        if offset > 0:
            self._store.confirm_below(offset)
        elif offset < 0:
            self._store.keep_last_pending(-offset)
        deadline = time.monotonic() + timeout
        while True:
            batch = self._next_batch(limit)
            rest = deadline - time.monotonic()
            if batch or rest <= 0:
                return batch
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), rest)
            except TimeoutError:
                continue
            if mine != self._poll:
                raise conflict(
                    "terminated by other getUpdates request; make sure that only one bot instance is running"
                )

    def _next_batch(self, limit: int) -> list[Record]:
        batch = []
        while self._again:
            update = self._store.update(self._again.popleft())
            if update is not None:
                batch.append(update)
        for update in self._store.pending_updates(max(0, limit - len(batch))):
            batch.append(update)
            if self._twice:
                self._twice -= 1
                batch.append(update)
        if self._reversed and len(batch) > 1:
            self._reversed -= 1
            batch.reverse()
        return batch

    # --- out: webhook ----------------------------------------------------------------------------------------------

    def webhook(self) -> Record | None:
        """The webhook that is set, as {"url", "secret_token", "max_connections"}."""
        webhook: Record | None = self._store.setting("webhook")
        return webhook

    def set_webhook(self, webhook: Record | None) -> None:
        """Switch to a webhook, or back to polling with None."""
        self._store.set_setting("webhook", webhook)
        self._last_error = None
        self._stop_caller()
        self._poll += 1
        self._news.set()
        self.start()

    def start(self) -> None:
        """Begin to call the webhook if one is set; must run inside the event loop."""
        webhook = self.webhook()
        if webhook is not None and self._caller is None:
            self._caller = asyncio.get_running_loop().create_task(self._call_webhook(webhook))

    async def stop(self) -> None:
        caller = self._caller
        self._stop_caller()
        if caller is not None:
            await asyncio.gather(caller, return_exceptions=True)

    def _stop_caller(self) -> None:
        if self._caller is not None:
            self._caller.cancel()
            self._caller = None

    def webhook_info(self) -> Record:
        """The answer of getWebhookInfo."""
        webhook = self.webhook() or {}
        info: Record = {
            "url": webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": self._store.count_pending(),
        }
        if webhook:
            info["max_connections"] = webhook.get("max_connections", 40)
        if self._store.setting("allowed_updates"):
            info["allowed_updates"] = self._store.setting("allowed_updates")
        if self._last_error is not None:
            info["last_error_date"], info["last_error_message"] = self._last_error
        return info

    async def _call_webhook(self, webhook: Record) -> None:
        """Post updates one after another, each until it is taken, for as long as this webhook is set."""
        import aiohttp  # only here: a simulator that is polled needs no HTTP client

        headers = {"Content-Type": "application/json"}
        if webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook["secret_token"]
        # A webhook on this machine has a certificate that nobody signed; there is no way past the machine to guard.
        context: ssl.SSLContext | bool = False
        timeout = aiohttp.ClientTimeout(total=WEBHOOK_TIMEOUT_SECONDS)
        async with aiohttp.ClientSession(headers=headers, timeout=timeout) as session:
            while True:
                self._news.clear()
                for update in self._next_batch(WEBHOOK_BATCH):
                    pause = self._retry_seconds
                    while True:
                        error = await self._post(session, webhook["url"], update, context)
                        if error is None:
                            break
                        self._last_error = (int(time.time()), error)
                        await asyncio.sleep(pause)
                        pause = min(pause * 2, LONGEST_RETRY_SECONDS)
                    self._store.confirm(update["update_id"])
                if not self._again and not self._store.count_pending():
                    await self._news.wait()

    async def _post(self, session: Any, url: str, update: Record, context: ssl.SSLContext | bool) -> str | None:
        """What went wrong, in Telegram's words; None if the bot took the update."""
        import aiohttp

        try:
            async with session.post(url, data=json.dumps(update), ssl=context) as response:
                if 200 <= response.status < 300:
                    return None
                return f"Wrong response from the webhook: {response.status} {response.reason}"
        except TimeoutError:
            return "Read timeout expired"
        except aiohttp.ClientError as error:
            return f"Connection failed: {error}"
