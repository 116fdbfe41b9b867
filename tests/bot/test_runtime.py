"""The whole bot against our Bot API server: restarts, duplicates, troubles, and the process killed in the middle."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select, text

from bot import processing
from bot.models import TelegramUpdate
from bot.simulator.control import RunningSimulator, SimulatedUser, running_simulator, sample_photo, wait_for
from config import Settings
from tests.bot.running import PATIENCE, ROOT, running_bot, start_bot
from webapp.database import db
from webapp.feedback.models import Complaint, Feedback, Photo
from webapp.messaging.models import OutgoingMessage

#: What a citizen does, and a part of what the bot says to it.
SCRIPT = [
    ("say", "/lapor", "Apa yang ingin Anda sampaikan"),
    ("click", "Pengaduan", "Ceritakan apa yang terjadi"),
    ("say", None, "Kirim foto sebagai bukti"),
    ("click", "Lanjut tanpa foto", "Di mana kejadiannya"),
    ("say", "Loket 2", "Unit kerja mana"),
    ("click", "Saya tidak tahu", "sikap atau perbuatan"),
    ("click", "Tidak", "dibaca umum"),
    ("click", "Rahasiakan isinya", "mengetahui kontak Anda"),
    ("click", "Tetap anonim", "Periksa dulu"),
    ("click", "✅ Kirim", "Kata rahasia:"),
]


@pytest.fixture
def simulator() -> Iterator[RunningSimulator]:
    with running_simulator() as running:
        yield running


@pytest.fixture
def citizen(simulator: RunningSimulator) -> SimulatedUser:
    return simulator.control.user("Sri Wahyuni")


def act(
    person: SimulatedUser, story: str, steps: list[tuple[str, str | None, str]], patience: float = PATIENCE
) -> None:
    """Go through some steps, each after the bot has answered the one before."""
    for what, value, reply in steps:
        after = max((entry["message"]["message_id"] for entry in person.transcript()), default=0)
        if what == "click":
            person.click(str(value))
        else:
            person.send_text(value or story)
        person.wait_for_reply(reply, after=after, timeout=patience)


def stories(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Complaint.text).order_by(Complaint.text)))


def test_a_conversation_survives_a_restart_at_every_step(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    for number in range(0, len(SCRIPT), 3):
        with running_bot(app, settings, simulator):
            act(citizen, "Kuota habis jam tujuh pagi.", SCRIPT[number : number + 3])
    assert stories(app) == ["Kuota habis jam tujuh pagi."]


def test_what_is_said_while_the_bot_is_away_is_heard_afterwards(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    citizen.start()
    citizen.send_text("/bantuan")
    with running_bot(app, settings, simulator):
        citizen.wait_for_reply("Yang dapat Anda lakukan", timeout=PATIENCE)
    assert "Selamat datang" in citizen.replies()[0]["text"]


def test_repeated_and_disordered_updates_have_their_effect_once(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    simulator.control.deliver_twice(len(SCRIPT))
    with running_bot(app, settings, simulator):
        act(citizen, "Sekali saja.", SCRIPT)
        simulator.control.wait_until_confirmed(PATIENCE)
        said = len(citizen.replies())
        for record in simulator.control.updates():
            simulator.control.deliver_again(record["update"]["update_id"])
        simulator.control.wait_until_confirmed(PATIENCE)
        citizen.send_text("/kasus")  # behind the repeated ones: when it is answered, they have been looked at
        citizen.wait_for_reply("Laporan yang Anda ikuti", timeout=PATIENCE)
        assert len(citizen.replies()) == said + 1
    assert stories(app) == ["Sekali saja."]


def test_a_photo_comes_in_clean(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    simulator.control.fault("server_error", "getFile")
    with running_bot(app, settings, simulator):
        act(citizen, "Papan kuota dibalik.", SCRIPT[:3])
        citizen.send_photo(sample_photo())
        citizen.wait_for_reply("1 dari 5", timeout=PATIENCE)
        act(citizen, "", [("click", "Lanjut", "Di mana"), *SCRIPT[4:]])
    [photo] = database.session.scalars(select(Photo))
    assert photo.complaint_id is not None and b"Telepon Contoh" not in photo.content
    assert photo.content[:3] == b"\xff\xd8\xff" and max(photo.width, photo.height) <= 1600


def test_a_photo_that_cannot_be_fetched_is_asked_for_again(
    app: Flask,
    database: SQLAlchemy,
    settings: Settings,
    simulator: RunningSimulator,
    citizen: SimulatedUser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processing, "DOWNLOAD_AGAIN_SECONDS", (0.01, 0.01))
    simulator.control.fault("server_error", "getFile", count=3)
    with running_bot(app, settings, simulator):
        act(citizen, "Papan kuota dibalik.", SCRIPT[:3])
        citizen.send_photo()
        citizen.wait_for_reply("kirim sekali lagi", timeout=PATIENCE)
        citizen.send_photo()
        citizen.wait_for_reply("1 dari 5", timeout=PATIENCE)


def test_words_sent_at_once_are_heard_in_order(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator
) -> None:
    people = [simulator.control.user(f"Warga {number}") for number in range(6)]
    for person in people:
        for words in ("/lapor", *(f"bagian cerita {number}" for number in range(5))):
            person.send_text(words)
    with running_bot(app, settings, simulator):
        for person in people:
            wait_for(lambda who=person: len(who.replies()) >= 11 or None, "eleven replies", PATIENCE)
            person.click("Pengaduan")
            person.wait_for_reply("Kirim foto", timeout=PATIENCE)
            act(person, "", SCRIPT[3:])
    whole = "\n\n".join(f"bagian cerita {number}" for number in range(5))
    assert stories(app) == [whole] * len(people)


def test_it_waits_for_telegram_instead_of_dying(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    simulator.control.fault("server_error", "getMe", count=2)
    simulator.control.fault("drop", "getUpdates", count=2)
    with running_bot(app, settings, simulator):
        citizen.start()
        citizen.wait_for_reply("Selamat datang", timeout=PATIENCE)


def test_it_waits_for_the_database_instead_of_dying(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    with running_bot(app, settings, simulator):
        for _time in range(3):
            after = max((reply["message_id"] for reply in citizen.replies()), default=0)
            database.session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()"
                )
            )
            database.session.commit()
            citizen.send_text("/bantuan")
            citizen.wait_for_reply("Yang dapat Anda lakukan", after=after, timeout=PATIENCE)
    assert len(citizen.replies()) == 3


def test_commands_are_offered_in_both_languages(
    app: Flask, database: SQLAlchemy, settings: Settings, simulator: RunningSimulator, citizen: SimulatedUser
) -> None:
    with running_bot(app, settings, simulator):
        calls = wait_for(lambda: simulator.control.calls("setMyCommands")[1:] or None, "two menus", PATIENCE)
    assert len(calls) == 1


# --- the process -----------------------------------------------------------------------------------------------------


def test_killed_in_the_middle_nothing_is_lost_and_nothing_filed_twice(
    app: Flask, database: SQLAlchemy, environment: dict[str, str], simulator: RunningSimulator, tmp_path: Path
) -> None:
    log = tmp_path / "bot.log"
    people = [simulator.control.user(f"Warga {number}") for number in range(5)]
    told = [f"Cerita nomor {number}: antre sejak subuh." for number in range(len(people))]
    failed: list[BaseException] = []

    def live(person: SimulatedUser, story: str) -> None:
        try:
            act(person, story, SCRIPT, 4 * PATIENCE)  # several starts of the bot lie between some answers
        except BaseException as error:
            failed.append(error)

    lives = [threading.Thread(target=live, args=pair) for pair in zip(people, told, strict=True)]
    pauses = random.Random(20261121)
    bot = start_bot(environment, simulator, log)
    try:
        people[0].start()
        people[0].wait_for_reply("Selamat datang", timeout=PATIENCE)
        for thread in lives:
            thread.start()
        for _kill in range(3):
            time.sleep(pauses.uniform(0.3, 1.2))
            bot.kill()
            bot.wait()
            bot = start_bot(environment, simulator, log)
            calls = len(simulator.control.calls("getMe"))
            wait_for(lambda seen=calls: len(simulator.control.calls("getMe")) > seen or None, "it is up", PATIENCE)
        for thread in lives:
            thread.join(8 * PATIENCE)
        assert not failed, f"{failed[0]}; the bot's log: {log.read_text()[-4000:]}"
        with app.app_context():
            wait_for(lambda: (db.session.rollback(), unsent() == 0)[1] or None, "all messages to have left", PATIENCE)
        bot.send_signal(signal.SIGTERM)
        assert bot.wait(PATIENCE) == 0
    finally:
        if bot.poll() is None:
            bot.kill()
            bot.wait()
    assert stories(app) == sorted(told)
    database.session.expire_all()
    assert database.session.scalar(select(func.count(Feedback.id))) == len(people)
    codes = dict(database.session.execute(select(Complaint.text, Complaint.code)).all())
    for person, story in zip(people, told, strict=True):
        shown = {match for reply in person.replies() for match in re.findall(r"TG-\w{4}-\w{4}", reply["text"])}
        assert shown == {codes[story]}
    states = database.session.scalars(select(TelegramUpdate.state).distinct()).all()
    assert states == ["done"]
    written = log.read_text()
    assert simulator.token not in written and "Cerita nomor" not in written and "Warga" not in written
    assert all(str(person.chat_id) not in written for person in people)
    assert "Traceback" not in written


def unsent() -> int:
    return (
        db.session.scalar(
            select(func.count(OutgoingMessage.id)).where(OutgoingMessage.state.in_(("pending", "sending")))
        )
        or 0
    )


def run_main(env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_all_that_is_wrong_with_the_settings_is_named() -> None:
    done = run_main({"PATH": "/usr/bin:/bin", "TELEGRAM_WEBHOOK_URL": "https://contoh.go.id/x"})
    assert done.returncode == 1 and "Traceback" not in done.stderr
    for name in ("DATABASE_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "TELEGRAM_WEBHOOK_SECRET"):
        assert name in done.stderr


def test_without_a_token_one_sentence(environment: dict[str, str]) -> None:
    done = run_main({"PATH": "/usr/bin:/bin", **environment})
    assert done.returncode == 1 and "TELEGRAM_TOKEN is missing" in done.stderr


def test_a_refused_token_is_said_and_not_shown(environment: dict[str, str], simulator: RunningSimulator) -> None:
    token = "7000000009:nobody-gave-this"
    given = {"TELEGRAM_TOKEN": token, "TELEGRAM_API_URL": simulator.url}
    done = run_main({"PATH": "/usr/bin:/bin", **environment, **given})
    assert done.returncode == 1 and "TELEGRAM_TOKEN was refused" in done.stderr
    assert token not in done.stderr + done.stdout and "Traceback" not in done.stderr
