"""Rating a visit by buttons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from bot import upkeep
from tests.bot.conftest import START, Chat
from tests.factories.counter import make_visit
from tests.factories.feedback import make_rating
from tests.factories.organisation import make_officer, make_service, make_unit
from webapp.counter.models import Visit
from webapp.counter.queries import receipt_of
from webapp.database import transaction
from webapp.feedback.models import Complaint, Feedback, Rating

OFFICER = "Bambang Sutrisno Wijayakusuma"


@pytest.fixture
def visit(database: SQLAlchemy) -> Visit:
    unit = make_unit(database.session, name="Puskesmas Melati")
    visit = make_visit(
        database.session,
        unit,
        START - timedelta(days=1),
        officer=make_officer(database.session, unit, name=OFFICER),
        service=make_service(database.session, unit, name="Poli umum"),
    )
    database.session.commit()
    return visit


def ratings(database: SQLAlchemy) -> list[Rating]:
    database.session.expire_all()
    return list(database.session.scalars(select(Rating).order_by(Rating.feedback_id)))


WAYS_IN = ["/start struk_{code}", "{code}", "{lower}", "/nilai|{code}"]


@pytest.mark.parametrize("way", WAYS_IN)
def test_a_receipt_opens_its_visit(chat: Chat, database: SQLAlchemy, visit: Visit, way: str) -> None:
    code = receipt_of(visit.id)
    for words in way.format(code=code, lower=code.lower().replace("-", " ")).split("|"):
        said = chat.send(words)
    assert "Poli umum di Puskesmas Melati, Minggu, 22 November 2026" in said[-1]
    chat.click("Kurang baik")
    chat.send("Antre dua jam")
    [rating] = ratings(database)
    assert (rating.value, rating.comment) == (2, "Antre dua jam")
    assert (rating.feedback.visit_id, rating.feedback.channel) == (visit.id, "telegram")
    assert all(OFFICER not in str(call) for call in chat.calls)


@pytest.mark.parametrize(
    ("label", "value"), [("Sangat baik", 4), ("🙂 Baik", 3), ("Kurang baik", 2), ("Tidak baik", 1)]
)
def test_four_faces(chat: Chat, database: SQLAlchemy, visit: Visit, label: str, value: int) -> None:
    chat.send(f"/start struk_{receipt_of(visit.id)}")
    chat.click(label)
    assert "sudah dicatat" in chat.click("Kirim tanpa komentar")[0]
    assert [rating.value for rating in ratings(database)] == [value]


def test_a_receipt_rates_once(chat: Chat, database: SQLAlchemy, visit: Visit) -> None:
    make_rating(database.session, START, visit_id=visit.id)
    database.session.commit()
    assert "sudah dinilai" in chat.send(f"/start struk_{receipt_of(visit.id)}")[0]
    assert len(ratings(database)) == 1


def test_rated_elsewhere_meanwhile(chat: Chat, database: SQLAlchemy, visit: Visit) -> None:
    chat.send(f"/start struk_{receipt_of(visit.id)}")
    chat.click("Sangat baik")
    make_rating(database.session, START, visit_id=visit.id, value=1)
    database.session.commit()
    assert "sudah dinilai" in chat.click("Kirim tanpa komentar")[0]
    assert [rating.value for rating in ratings(database)] == [1]
    assert chat.step() is None


def test_an_old_or_false_receipt_says_so(chat: Chat, database: SQLAlchemy, visit: Visit) -> None:
    code = receipt_of(visit.id)
    false = code[:-1] + ("0" if code[-1] != "0" else "1")
    assert "tidak kami kenal" in chat.send(f"/start struk_{false}")[0]
    chat.wait(days=20)
    assert "lebih dari" in chat.send(code)[0]
    assert chat.step() == "rating.receipt"


def test_without_a_receipt_a_unit_is_rated_freely(chat: Chat, database: SQLAlchemy, visit: Visit) -> None:
    chat.send("/nilai")
    chat.click("tidak punya struk")
    chat.click("Puskesmas Melati")
    chat.click("Sangat baik")
    chat.click("Kirim tanpa komentar")
    [rating] = ratings(database)
    assert (rating.feedback.unit_id, rating.feedback.visit_id) == (visit.unit_id, None)


def test_the_same_chat_is_the_same_rater(app: Flask, chat: Chat, database: SQLAlchemy, visit: Visit) -> None:
    other = Chat(app)
    for person in (chat, chat, other):
        person.send("/nilai")
        person.click("tidak punya struk")
        person.click("Puskesmas Melati")
        person.click("Sangat baik")
        person.click("Kirim tanpa komentar")
    first, second, third = (rating.feedback.rater_key for rating in ratings(database))
    assert first == second != third


def test_a_rating_left_alone_is_taken(app: Flask, chat: Chat, database: SQLAlchemy, visit: Visit) -> None:
    chat.send(f"/start struk_{receipt_of(visit.id)}")
    chat.click("Tidak baik")
    for minutes, expected in ((9, []), (11, [1]), (30, [1])):
        with app.app_context(), transaction():
            upkeep.submit_ratings_left_alone(START + timedelta(minutes=minutes))
        assert [rating.value for rating in ratings(database)] == expected
    [feedback] = database.session.scalars(select(Feedback))
    assert feedback.rater_key is not None
    assert chat.step() is None


def test_a_complaint_about_the_visit_asks_nothing_twice(chat: Chat, database: SQLAlchemy, visit: Visit) -> None:
    chat.send(f"/start struk_{receipt_of(visit.id)}")
    chat.click("Tidak baik")
    chat.click("Kirim tanpa komentar")
    chat.click("laporan tentang ini")
    chat.click("Pengaduan")
    chat.send("Disuruh kembali besok tanpa alasan apa pun.")
    chat.click("Lanjut tanpa foto")
    assert chat.step() == "complaint.person"  # neither place nor unit
    for label in ("Tidak", "Rahasiakan", "anonim", "✅ Kirim"):
        chat.click(label)
    [complaint] = database.session.scalars(select(Complaint))
    assert (complaint.feedback.visit_id, complaint.feedback.unit_id) == (visit.id, visit.unit_id)
    assert complaint.feedback.service_id == visit.service_id


def test_a_forged_button_proves_no_visit(chat: Chat, database: SQLAlchemy, visit: Visit) -> None:
    for forged in (f"menu:about:{visit.id}", "menu:about:", "menu:about:0000-0000-0000-0000"):
        chat.press(forged)
        assert chat.step() == "complaint.kind"
        chat.send("/batal")
    assert database.session.scalars(select(Feedback)).all() == []


def test_cancelled_rating_leaves_the_receipt_good(chat: Chat, database: SQLAlchemy, visit: Visit) -> None:
    chat.send(f"/start struk_{receipt_of(visit.id)}")
    chat.click("Tidak baik")
    chat.click("Batal")
    assert ratings(database) == []
    chat.send(f"/start struk_{receipt_of(visit.id)}")
    chat.click("Sangat baik")
    chat.click("Kirim tanpa komentar")
    assert [rating.value for rating in ratings(database)] == [4]
