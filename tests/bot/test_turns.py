"""Updates: stored once, processed once, in their order, and never lost to a failure."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from bot import inbox, turns, upkeep
from bot.conversations import menu
from bot.inbox import NotAnUpdate, Waiting
from bot.models import TelegramConversation, TelegramUpdate
from tests.bot.conftest import BOT, START, Chat
from webapp.database import db, transaction


def store(app: Flask, *updates: dict[str, Any], bot_id: int = BOT) -> int:
    with app.app_context(), transaction():
        return inbox.store_updates(updates, bot_id=bot_id, at=START)


def waiting(app: Flask, *, busy: frozenset[bytes] = frozenset(), seconds: float = 0) -> list[int]:
    with app.app_context():
        found = inbox.list_waiting(START + timedelta(seconds=seconds), busy=busy, limit=10)
        return [one.update_id for one in found]


def test_an_update_is_stored_once(app: Flask, database: SQLAlchemy, chat: Chat) -> None:
    update = {**chat.message(text="halo"), "update_id": 5}
    assert store(app, update, update) == 1
    assert store(app, update) == 0
    assert store(app, update, bot_id=BOT + 1) == 1  # another bot counts its own
    assert waiting(app)


@pytest.mark.parametrize("update", [{}, {"update_id": "5"}, {"update_id": None}])
def test_what_is_no_update_is_refused(app: Flask, database: SQLAlchemy, update: dict[str, Any]) -> None:
    with pytest.raises(NotAnUpdate):
        store(app, update)


def test_one_chat_in_order_several_side_by_side(app: Flask, database: SQLAlchemy, chat: Chat) -> None:
    other = Chat(app)
    store(app, {**chat.message(text="dua"), "update_id": 12}, {**chat.message(text="satu"), "update_id": 11})
    store(app, {**other.message(text="satu"), "update_id": 13})
    assert waiting(app) == [11, 13]
    assert waiting(app, busy=frozenset({chat.key})) == [13]
    with app.app_context(), transaction():
        assert not turns.process(Waiting(BOT, 12, chat.key), now=START)  # not its turn
    with app.app_context(), transaction():
        assert turns.process(Waiting(BOT, 11, chat.key), now=START)
    assert waiting(app) == [12, 13]


def test_an_update_is_processed_by_one_of_two(app: Flask, database: SQLAlchemy, chat: Chat) -> None:
    store(app, {**chat.message(text="/start"), "update_id": 21})
    taken = threading.Event()
    finish = threading.Event()

    def first() -> None:
        with app.app_context(), transaction():
            assert turns.process(Waiting(BOT, 21, chat.key), now=START)
            taken.set()
            finish.wait(10)

    thread = threading.Thread(target=first)
    thread.start()
    try:
        assert taken.wait(10)
        with app.app_context(), transaction():
            assert not turns.process(Waiting(BOT, 21, chat.key), now=START)
    finally:
        finish.set()
        thread.join()
    with app.app_context(), transaction():
        assert not turns.process(Waiting(BOT, 21, chat.key), now=START)
    assert len(chat.said_after(21)) == 1


def test_what_was_said_is_forgotten_once_processed(app: Flask, database: SQLAlchemy, chat: Chat) -> None:
    chat.send("halo")
    [update] = database.session.scalars(select(TelegramUpdate))
    assert (update.state, update.payload) == ("done", None)


def test_a_failing_step_is_tried_again_and_then_told(
    app: Flask, database: SQLAlchemy, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat.send("/lapor")
    chat.click("Pengaduan")
    step = chat.step()

    def broken(talk: object) -> None:
        raise RuntimeError("Sri said something secret")

    monkeypatch.setitem(turns.take_turn.__globals__["HEAR"], step, broken)
    store(app, {**chat.message(text="Cerita saya yang panjang"), "update_id": 999_000_001})
    one = Waiting(BOT, 999_000_001, chat.key)
    seconds = 0.0
    for given_up in (False, False, False, True):
        assert waiting(app, seconds=seconds) == [one.update_id]
        with pytest.raises(RuntimeError), app.app_context(), transaction():
            turns.process(one, now=START + timedelta(seconds=seconds))
        with app.app_context(), transaction():
            assert turns.note_failure(one, "RuntimeError", START + timedelta(seconds=seconds)) is given_up
        assert waiting(app, seconds=seconds) == []  # it waits a little
        seconds += 10
    assert "Silakan coba lagi" in chat.said_after(one.update_id)[0]
    database.session.expire_all()
    update = database.session.get_one(TelegramUpdate, (BOT, one.update_id))
    assert (update.state, update.attempts, update.last_error) == ("failed", 4, "RuntimeError")
    assert chat.step() == step  # the conversation stands where it stood
    monkeypatch.undo()
    chat.send("Cerita saya yang panjang")
    assert chat.step() == "complaint.photos"


def test_a_step_that_fails_leaves_nothing_behind(
    app: Flask, database: SQLAlchemy, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    def half(talk: Any) -> None:
        talk.say("half of it")
        talk.step = "complaint.kind"
        db.session.flush()
        raise RuntimeError

    monkeypatch.setattr(menu, "greet", half)
    store(app, {**chat.message(text="/start"), "update_id": 31})
    with pytest.raises(RuntimeError), app.app_context(), transaction():
        turns.process(Waiting(BOT, 31, chat.key), now=START)
    assert chat.said_after(31) == [] and chat.step() is None
    assert waiting(app) == [31]


def test_an_unreadable_update_is_put_aside(app: Flask, database: SQLAlchemy) -> None:
    store(app, {"update_id": 41, "message": {"chat": {"id": 77, "type": "private"}}})
    with app.app_context():
        key = inbox.chat_key(77)
    one = Waiting(BOT, 41, key)
    for _attempt in range(len(turns.RETRY_AFTER) + 1):
        with pytest.raises(Exception), app.app_context(), transaction():  # noqa: B017  whatever it trips over
            turns.process(one, now=START)
        with app.app_context(), transaction():
            turns.note_failure(one, "KeyError", START)
    assert database.session.get_one(TelegramUpdate, (BOT, 41)).state == "failed"
    assert waiting(app, seconds=3600) == []


def test_old_conversations_and_updates_are_forgotten(app: Flask, database: SQLAlchemy, chat: Chat) -> None:
    chat.send("/lapor")
    chat.click("Pengaduan")
    chat.send("/bahasa")
    chat.click("English")
    for days, kept in ((6, True), (8, False)):
        with app.app_context(), transaction():
            upkeep.forget_old(START + timedelta(days=days))
        database.session.expire_all()
        conversation = database.session.get_one(TelegramConversation, chat.key)
        assert (conversation.data is not None, conversation.step is not None) == (kept, kept)
        assert (database.session.scalars(select(TelegramUpdate)).first() is not None) is kept
        assert conversation.language == "en"
