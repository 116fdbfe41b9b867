"""The one sender against a real Bot API server: order, limits, blocks, troubles, and what is left in the tables."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, update

from bot import outgoing
from bot.api import describe
from bot.simulator.control import RunningSimulator, SimulatedUser, running_simulator, wait_for
from config import Settings
from tests.bot.conftest import START
from tests.bot.running import PATIENCE, running_bot
from tests.factories.feedback import make_complaint, make_picture
from webapp.database import db, transaction
from webapp.feedback.models import ComplaintMessage, Photo
from webapp.feedback.photos import store_photo
from webapp.messaging.actions import TELEGRAM, queue_message
from webapp.messaging.models import OutgoingMessage


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture
def citizen(simulator: RunningSimulator) -> SimulatedUser:
    return acquainted(simulator, "Sri Wahyuni")


def acquainted(simulator: RunningSimulator, name: str) -> SimulatedUser:
    """Somebody who has pressed START: nobody else may be written to."""
    person = simulator.control.user(name)
    person.start()
    return person


def queue(app: Flask, person: SimulatedUser, *texts: str, **call: Any) -> None:
    with app.app_context(), transaction():
        for number, text in enumerate(texts):
            content = {"method": "sendMessage", "text": text, **call}
            queue_message(TELEGRAM, str(person.chat_id), content, key=f"test:{person.chat_id}:{number}:{text[:20]}")


def messages(app: Flask) -> list[OutgoingMessage]:
    """What a test has queued; the bot itself greets, too."""
    with app.app_context():
        ours = select(OutgoingMessage).where(OutgoingMessage.key.startswith("test:"))
        return list(db.session.scalars(ours.order_by(OutgoingMessage.id)))


def settled(app: Flask, timeout: float = PATIENCE) -> list[OutgoingMessage]:
    """All messages, once none is on its way any more."""
    wait_for(
        lambda: all(message.state not in ("pending", "sending") for message in messages(app)) or None,
        "every message settled",
        timeout,
    )
    return messages(app)


def texts(person: SimulatedUser) -> list[str]:
    return [reply["text"] for reply in person.replies() if "Selamat datang" not in reply["text"]]


def test_messages_leave_in_order_and_are_forgotten(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    other = acquainted(simulator, "Budi")
    with running_bot(app, settings, simulator):
        citizen.wait_for_reply(timeout=PATIENCE)
        other.wait_for_reply(timeout=PATIENCE)
        said = [f"pesan {number}" for number in range(8)]
        queue(app, citizen, *said)
        queue(app, other, *said)
        sent = settled(app)
    assert texts(citizen)[-8:] == said and texts(other)[-8:] == said
    for message in sent:
        assert (message.state, message.content, message.attempts) == ("sent", None, 1)
        assert message.sent_at is not None


def test_429_waits_as_told_and_keeps_the_order(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    other = acquainted(simulator, "Budi")
    simulator.control.fault("too_many_requests", "sendMessage", chat_id=citizen.chat_id, retry_after=2)
    queue(app, citizen, "satu", "dua")
    queue(app, other, "tiga")
    with running_bot(app, settings, simulator):
        settled(app)
    assert texts(citizen) == ["satu", "dua"] and texts(other) == ["tiga"]
    calls = simulator.control.calls("sendMessage")
    refused = next(call for call in calls if call["status"] == 429)
    calls = [call for call in calls if "Selamat" not in call["params"]["text"]]
    again = [call for call in calls if call["params"]["text"] == "satu" and call["status"] == 200]
    assert len(again) == 1 and again[0]["at"] - refused["at"] >= 1.9
    assert next(call for call in calls if call["params"]["text"] == "tiga")["at"] < again[0]["at"]  # not held up


def test_who_blocked_the_bot_is_left_alone(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    citizen.block()
    queue(app, citizen, "satu")
    with running_bot(app, settings, simulator):
        [message] = settled(app)
    assert (message.state, message.content, message.attempts) == ("blocked", None, 1)
    assert "Forbidden" in str(message.last_error)


@pytest.mark.parametrize("kind", ["server_error", "drop"])
def test_trouble_on_the_way_is_tried_again(
    app: Flask,
    database: SQLAlchemy,
    settings: Settings,
    simulator: RunningSimulator,
    citizen: SimulatedUser,
    kind: Any,
) -> None:
    simulator.control.fault(kind, "sendMessage", count=2)
    queue(app, citizen, "satu", "dua")
    with running_bot(app, settings, simulator):
        sent = settled(app)
    assert texts(citizen) == ["satu", "dua"]
    assert [(message.state, message.attempts) for message in sent] == [("sent", 3), ("sent", 1)]


def test_what_telegram_refuses_is_put_aside_and_holds_up_nobody(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    queue(app, citizen, "<b>rusak", parse_mode="HTML")
    queue(app, citizen, "kunci", method="leaveChat")
    queue(app, citizen, "sesudahnya")
    with running_bot(app, settings, simulator):
        broken, strange, good = settled(app)
    assert (broken.state, strange.state, good.state) == ("failed", "failed", "sent")
    assert texts(citizen) == ["sesudahnya"]
    assert json.loads(broken.content or "{}")["text"] == "<b>rusak"  # kept for whoever looks into it
    assert "rusak" not in str(broken.last_error)


def test_an_answer_longer_than_a_message_arrives_whole(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    words = " ".join(f"kata{number}" for number in range(1500))
    button = {"inline_keyboard": [[{"text": "Ya", "callback_data": "menu:help"}]]}
    queue(app, citizen, words, reply_markup=button)
    with running_bot(app, settings, simulator):
        settled(app)
    assert " ".join(texts(citizen)) == words
    with_button = [entry["markup"] is not None for entry in citizen.transcript() if "kata" in entry["message"]["text"]]
    assert with_button == [False] * (len(texts(citizen)) - 1) + [True]


def test_an_old_button_can_no_longer_be_answered_and_holds_up_nobody(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    with app.app_context(), transaction():
        gone = {"method": "answerCallbackQuery", "callback_query_id": "long-gone"}
        queue_message(TELEGRAM, str(citizen.chat_id), gone, key="test:gone")
        edit = {"method": "editMessageText", "message_id": 1, "text": "x"}
        queue_message(TELEGRAM, str(citizen.chat_id), edit, key="test:edit")
    queue(app, citizen, "sesudahnya")
    with running_bot(app, settings, simulator):
        states = [message.state for message in settled(app)]
    assert states == ["sent"] * 3 and texts(citizen) == ["sesudahnya"]


def test_a_claim_is_a_lease(app: Flask, database: SQLAlchemy, citizen: SimulatedUser) -> None:
    queue(app, citizen, "satu", "dua")
    now = datetime.now(UTC) + timedelta(seconds=1)

    def claim(at: datetime) -> list[str]:
        with app.app_context(), transaction():
            return [message.content["text"] for message in outgoing.claim_messages(at, 10)]

    assert claim(now) == ["satu"]  # of one person the first only
    assert claim(now) == []
    assert claim(now + outgoing.LEASE + timedelta(seconds=1)) == ["satu"]  # its sender died
    with app.app_context(), transaction():
        outgoing.release_leases(now)
    assert claim(now) == ["satu"]
    [first, _second] = messages(app)
    with app.app_context(), transaction():
        outgoing.note_sent(first.id, {}, now)
        outgoing.note_delay(first.id, "late", now)  # from the one whose lease ran out: too late
    assert claim(now) == ["dua"]
    assert messages(app)[0].state == "sent"


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (5, 16), (10, 300), (10_000, 300)])
def test_waiting_grows(attempts: int, seconds: int) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert outgoing.next_try(attempts, now) - now == timedelta(seconds=seconds)


def test_an_error_is_written_down_without_what_was_said() -> None:
    from telegram.error import BadRequest

    assert describe(BadRequest("Can't parse entities: unsupported tag sri")) == "BadRequest: Can't parse entities"
    assert describe(ValueError("sri")) == "ValueError"


def test_a_remedy_is_fetched_when_it_is_sent_and_one_that_is_gone_holds_nothing_up(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    complaint = make_complaint(database.session(), datetime.now(UTC))
    said = ComplaintMessage(
        complaint_id=complaint.feedback_id, author="agency", kind="answer", text="Sudah.", write_key="a", at=START
    )
    database.session.add(said)
    database.session.flush()
    shown, private = store_photo("a", make_picture(), START), store_photo("b", make_picture(), START)
    remedy = {"complaint_id": complaint.feedback_id, "kind": "remedy", "message_id": said.id}
    database.session.execute(update(Photo).where(Photo.id == shown).values(**remedy))
    database.session.commit()
    with app.app_context(), transaction():
        for photo_id in (shown, private, shown + 1000):  # the second is no answer's, the third was erased
            content = {"method": "sendPhoto", "photo_id": photo_id, "caption": "Foto"}
            queue_message(TELEGRAM, str(citizen.chat_id), content, key=f"test:photo:{photo_id}")
    queue(app, citizen, "sesudahnya")
    with running_bot(app, settings, simulator):
        sent = settled(app)
    assert [message.state for message in sent] == ["sent"] * 4
    assert [call["status"] for call in simulator.control.calls("sendPhoto")] == [200]
    assert "sesudahnya" in [reply.get("text") for reply in citizen.replies()]
