"""The webhook: believed only with the secret, confirmed only when stored."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot import webhook
from bot.models import TelegramUpdate
from bot.simulator.control import RunningSimulator, running_simulator, wait_for
from config import Settings
from tests.bot.conftest import Chat
from tests.bot.running import PATIENCE, running_bot
from webapp.database import db
from webapp.embedded.processes import free_port

SECRET = b"only-telegram-knows"


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture
def address() -> str:
    return f"http://127.0.0.1:{free_port(set())}/telegram/masuk"


@pytest.fixture
def listening(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, address: str
) -> Iterator[str]:
    """A bot behind its webhook; the address that Telegram calls."""
    changes = {
        "telegram_webhook_url": address,
        "telegram_webhook_secret": SECRET.decode(),
        "telegram_webhook_port": int(address.split(":")[2].partition("/")[0]),
    }
    with running_bot(app, settings, simulator, **changes):
        wait_for(lambda: simulator.control.calls("setWebhook") or None, "the webhook set", PATIENCE)
        yield address


def post(address: str, body: bytes, secret: bytes | None) -> int:
    headers = {webhook.SECRET_HEADER.encode(): secret} if secret is not None else {}

    def try_once() -> int | None:
        try:
            return httpx.post(address, content=body, headers=headers, timeout=10, trust_env=False).status_code
        except httpx.ConnectError:
            return None  # it has said hello to Telegram and is about to listen

    return wait_for(try_once, "the webhook to answer", PATIENCE)


def stored(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(TelegramUpdate)) or 0


def test_a_conversation_by_webhook(simulator: RunningSimulator, listening: str) -> None:
    citizen = simulator.control.user("Sri")
    citizen.start()
    citizen.wait_for_reply("Selamat datang", timeout=PATIENCE)
    citizen.click("📝 Kirim pengaduan")
    citizen.wait_for_reply("Apa yang ingin Anda sampaikan", timeout=PATIENCE)
    assert not simulator.control.calls("getUpdates")


@pytest.mark.parametrize("secret", [None, b"", b"wrong", SECRET[:-1], SECRET.upper(), b"\xff\xe9"])
def test_without_the_secret_nobody_is_believed(app: Flask, chat: Chat, listening: str, secret: bytes | None) -> None:
    update = {**chat.message(text="halo"), "update_id": 1}
    assert post(listening, json.dumps(update).encode(), secret) == 403
    assert stored(app) == 0


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"update_id": "1"}', b"\xff\xfe"])
def test_what_is_no_update_is_refused(app: Flask, listening: str, body: bytes) -> None:
    assert post(listening, body, SECRET) == 400
    assert stored(app) == 0


def test_the_same_update_twice_is_stored_once(app: Flask, chat: Chat, listening: str) -> None:
    update = json.dumps({**chat.message(text="halo"), "update_id": 1}).encode()
    assert [post(listening, update, SECRET), post(listening, update, SECRET)] == [200, 200]
    assert stored(app) == 1


def test_what_could_not_be_stored_is_not_confirmed(
    app: Flask, chat: Chat, listening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_arguments: object) -> None:
        raise OperationalError("insert", {}, Exception("gone"))

    update = json.dumps({**chat.message(text="halo"), "update_id": 1}).encode()
    with monkeypatch.context() as patch:
        patch.setattr(webhook, "store", away)
        assert post(listening, update, SECRET) == 503
    assert post(listening, update, SECRET) == 200
    assert stored(app) == 1


def test_another_path_is_not_ours(listening: str) -> None:
    assert post(listening.replace("masuk", "lain"), b"{}", SECRET) == 404
