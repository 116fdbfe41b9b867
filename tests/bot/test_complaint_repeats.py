"""Before the bot sends a complaint: others reported the same, told once; joined or sent as one's own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.bot.conftest import START, Chat
from tests.bot.test_complaint import SHORTEST, STORY, play
from tests.factories.desk import make_placed
from tests.factories.organisation import make_unit
from webapp.attribution.repeats.actions import note_repeats
from webapp.feedback.models import Complaint


@pytest.fixture
def main(database: SQLAlchemy) -> Complaint:
    session = database.session()
    unit = make_unit(session, make_unit(session, name="Kota Uji"), name="Seksi Akta")
    complaint = make_placed(session, START - timedelta(hours=3), unit, text=STORY, secret=False)
    note_repeats([complaint.feedback_id], START)
    session.commit()
    return complaint


def own(database: SQLAlchemy, main: Complaint) -> list[Complaint]:
    database.session.expire_all()
    others = select(Complaint).where(Complaint.feedback_id != main.feedback_id).order_by(Complaint.feedback_id)
    return list(database.session.scalars(others))


@pytest.mark.parametrize(("button", "joins"), [("Gabung dengan laporan itu", True), ("Kirim sebagai laporan", False)])
def test_it_is_told_once_and_then_sent_as_pressed(
    chat: Chat, database: SQLAlchemy, main: Complaint, button: str, joins: bool
) -> None:
    play(chat, SHORTEST)
    told = "\n".join(chat.click("Kirim"))
    assert "Sudah ada laporan lain tentang hal serupa" in told and "Seksi Akta" in told and main.code not in told
    assert own(database, main) == []
    said = "\n".join(chat.click(button))
    (complaint,) = own(database, main)
    assert complaint.code in said
    assert complaint.joins_id == (main.feedback_id if joins else None)


def test_one_can_look_at_it_again_and_is_not_asked_twice(chat: Chat, database: SQLAlchemy, main: Complaint) -> None:
    play(chat, SHORTEST)
    chat.click("Kirim")
    assert "Periksa dulu" in chat.click("Kembali")[-1]
    chat.click("Kirim")
    assert [one.joins_id for one in own(database, main)] == [None]


def test_who_complains_of_a_person_is_told_nothing(chat: Chat, database: SQLAlchemy, main: Complaint) -> None:
    play(chat, [("click", "Ya, tentang seseorang") if act == ("click", "Tidak") else act for act in SHORTEST
                if act != ("click", "Rahasiakan isinya")])  # fmt: skip
    chat.click("Kirim")
    assert [one.points_at_person for one in own(database, main)] == [True]
