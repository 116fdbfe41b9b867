"""Delivery by webhook, and what outlives a restart of the simulator."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup
from telegram.error import BadRequest, Conflict

from bot.simulator.control import RunningSimulator, SimulatedUser, running_simulator, wait_for

from .conftest import Ask, ask_bot

SECRET = "rahasia_webhook-1"


class Webhook:
    """What a bot's webhook received; it refuses the first `refusals` calls with 500."""

    def __init__(self) -> None:
        self.refusals = 0
        self.received: list[tuple[int, dict[str, Any], str | None]] = []
        self.url = ""

    def update_ids(self) -> list[int]:
        return [update["update_id"] for status, update, _ in self.received if status == 200]


@contextmanager
def listening() -> Iterator[Webhook]:
    webhook = Webhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            update = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = 500 if len(webhook.received) < webhook.refusals else 200
            webhook.received.append((status, update, self.headers["X-Telegram-Bot-Api-Secret-Token"]))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    webhook.url = f"http://127.0.0.1:{server.server_port}/telegram"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield webhook
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_webhook_gets_updates_in_order_with_its_secret(
    ask: Ask, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    with listening() as webhook:
        ask(lambda bot: bot.set_webhook(webhook.url, secret_token=SECRET, allowed_updates=["message"]))
        citizen.send_text("dua")
        simulator.control.wait_until_confirmed()
        assert [update["message"]["text"] for _, update, _ in webhook.received] == ["/start", "dua"]
        assert {secret for _, _, secret in webhook.received} == {SECRET}
        info = ask(lambda bot: bot.get_webhook_info())
        assert (info.url, info.pending_update_count, info.allowed_updates) == (webhook.url, 0, ("message",))
        with pytest.raises(Conflict, match="webhook is active"):
            ask(lambda bot: bot.get_updates())
        simulator.control.deliver_again(webhook.update_ids()[0])
        wait_for(lambda: len(webhook.received) == 3 or None, "the first update once more")
        assert webhook.update_ids()[2] == webhook.update_ids()[0]
        ask(lambda bot: bot.delete_webhook())
        citizen.send_text("tiga")
        assert [update.message.text for update in ask(lambda bot: bot.get_updates())] == ["tiga"]


def test_a_webhook_that_fails_is_called_again_until_it_takes_the_update(
    ask: Ask, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    with listening() as webhook:
        webhook.refusals = 3
        ask(lambda bot: bot.set_webhook(webhook.url))
        simulator.control.wait_until_confirmed()
        assert [status for status, _, _ in webhook.received] == [500, 500, 500, 200]
        assert len({update["update_id"] for _, update, _ in webhook.received}) == 1
        info = ask(lambda bot: bot.get_webhook_info())
        assert "500" in info.last_error_message


def test_a_webhook_elsewhere_or_with_a_strange_secret_is_refused(ask: Ask) -> None:
    with pytest.raises(BadRequest, match="Bad webhook"):
        ask(lambda bot: bot.set_webhook("https://example.org/telegram"))
    with pytest.raises(BadRequest, match="unallowed characters"):
        ask(lambda bot: bot.set_webhook("http://127.0.0.1:1/", secret_token="tidak boleh ada spasi"))


def test_a_restart_keeps_chats_files_and_unconfirmed_updates(tmp_path: Path) -> None:
    state = tmp_path / "simulator.sqlite"
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Kirim", callback_data="send")]])
    with running_simulator(state=state) as simulator:
        citizen = simulator.control.user("Budi Santoso")
        citizen.start()

        async def before(bot: Bot) -> int:
            first = (await bot.get_updates())[-1]
            await bot.get_updates(offset=first.update_id + 1)
            await bot.send_message(citizen.chat_id, "Kirim?", reply_markup=markup)
            return first.update_id

        confirmed = ask_bot(simulator, before)
        sent = citizen.send_photo()
        question = citizen.replies()[-1]["message_id"]
    with running_simulator(state=state) as simulator:
        same = SimulatedUser(simulator.control, citizen.chat_id)
        same.press(question, "send")

        async def after(bot: Bot) -> tuple[list[int], bytes, int]:
            photo, query = await bot.get_updates()
            assert photo.message is not None
            assert query.callback_query is not None
            file = await bot.get_file(photo.message.photo[0].file_id)
            newer = await bot.send_message(same.chat_id, "Terima kasih")
            return [photo.update_id, query.update_id], bytes(await file.download_as_bytearray()), newer.message_id

        ids, thumbnail, message_id = ask_bot(simulator, after)
    assert confirmed < ids[0] == sent["update_id"] < ids[1]
    assert thumbnail.startswith(b"\xff\xd8")
    assert message_id > sent["message"]["message_id"]


def test_ids_go_on_after_a_reset_and_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "simulator.sqlite"
    seen: list[int] = []
    for _ in range(2):
        with running_simulator(state=state) as simulator:
            for _ in range(2):
                seen.append(simulator.control.user().start()["update_id"])
                simulator.control.reset()
                assert simulator.control.updates() == []
    assert seen == sorted(set(seen))


def test_a_simulator_that_forgot_everything_does_not_repeat_ids(simulator: RunningSimulator) -> None:
    """The bot remembers which updates it dealt with, so ids that always start at 1 would look repeated."""
    first = simulator.control.user().start()["update_id"]
    assert 10**8 < first < 2**31
