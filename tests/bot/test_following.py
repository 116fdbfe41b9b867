"""Following a case: the two words, what is told, and the buttons."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.bot.conftest import START, Chat
from tests.factories.accounts import make_account
from tests.factories.feedback import make_complaint
from tests.factories.organisation import make_unit
from webapp.accounts.models import Account
from webapp.feedback.actions import FAILURES_BEFORE_LOCK, add_follower
from webapp.feedback.handling import answer_complaint, ask_reporter, send_to_unit
from webapp.feedback.models import Complaint, ComplaintMessage, Follower
from webapp.feedback.vocabulary import Finding
from webapp.messaging.addresses import ChatAddress
from webapp.organisation.queries import working_time_of

CLERK = "Hendrawati Prasetyaningsih"


@pytest.fixture
def clerk(database: SQLAlchemy) -> Account:
    return make_account(database.session, name=CLERK)


@pytest.fixture
def complaint(database: SQLAlchemy) -> Complaint:
    complaint = make_complaint(database.session, START - timedelta(days=2), text="Lampu loket mati sejak Senin.")
    unit = make_unit(database.session, name="Kecamatan Cempaka")
    send_to_unit(complaint, unit, working_time_of(unit), reason="unit_chosen", at=START - timedelta(days=1))
    database.session.commit()
    return complaint


def follow(database: SQLAlchemy, chat: Chat, complaint: Complaint) -> None:
    add_follower(complaint.feedback_id, ChatAddress("telegram", str(chat.chat_id)))
    database.session.commit()


def answered(database: SQLAlchemy, complaint: Complaint, clerk: Account) -> None:
    answer_complaint(complaint, clerk, "Lampu sudah diganti.", Finding.FOUNDED, write_key="form:a", at=START)
    database.session.commit()


def state(database: SQLAlchemy, complaint: Complaint) -> str:
    database.session.expire_all()
    return complaint.state


def test_code_and_word_open_the_case(chat: Chat, database: SQLAlchemy, complaint: Complaint) -> None:
    chat.send("/ikuti")
    chat.send(complaint.code.lower().replace("-", " "))
    said = chat.send(complaint.secret_word.replace("-", " ").title())
    assert "dikabari di sini" in said[0]
    assert "Sudah diteruskan ke unit kerja" in said[1] and "Kecamatan Cempaka" in said[1]
    assert "Dijawab paling lambat" in said[1]
    # The message with the secret word is taken away.
    assert [call["method"] for call in chat.calls if call["method"] == "deleteMessage"] == ["deleteMessage"]
    [follower] = database.session.scalars(select(Follower))
    assert (follower.complaint_id, follower.address) == (complaint.feedback_id, str(chat.chat_id))


@pytest.mark.parametrize("way", ["{code}", "/start {code}", "/ikuti|{code}"])
def test_ways_to_the_secret_word(chat: Chat, complaint: Complaint, way: str) -> None:
    for words in way.format(code=complaint.code).split("|"):
        said = chat.send(words)
    assert f"kata rahasia laporan {complaint.code}" in said[-1]


def test_wrong_words_open_nothing_and_lock(chat: Chat, database: SQLAlchemy, complaint: Complaint) -> None:
    for _attempt in range(FAILURES_BEFORE_LOCK):
        chat.send(complaint.code) if chat.step() is None else None
        if chat.step() == "following.code":
            chat.send(complaint.code)
        assert "tidak cocok" in chat.send("salah-salah-salah")[0]
    chat.send(complaint.code)
    assert "Terlalu banyak percobaan" in chat.send(complaint.secret_word)[0]
    assert database.session.scalars(select(Follower)).all() == []
    chat.wait(hours=2)
    chat.send(complaint.code)
    assert "dikabari di sini" in chat.send(complaint.secret_word)[0]


def test_a_code_that_exists_nowhere_sounds_the_same(chat: Chat, complaint: Complaint) -> None:
    chat.send("TG-2222-2222")
    assert "tidak cocok" in chat.send(complaint.secret_word)[0]


def test_what_the_agency_said_without_who_said_it(
    chat: Chat, database: SQLAlchemy, complaint: Complaint, clerk: Account
) -> None:
    follow(database, chat, complaint)
    ask_reporter(complaint, clerk, "Loket nomor berapa?", write_key="form:q", at=START)
    database.session.commit()
    said = chat.press(f"case:{complaint.code}")[0]
    assert "Pertanyaan petugas" in said and "Loket nomor berapa?" in said
    chat.click("Jawab")
    assert "sudah diteruskan" in chat.send("Loket 3")[0]
    [reply] = database.session.scalars(select(ComplaintMessage).where(ComplaintMessage.author == "reporter"))
    assert (reply.kind, reply.text) == ("reply", "Loket 3")
    assert all(CLERK not in str(call) for call in chat.calls)


def test_accepted_by_a_button_once(chat: Chat, database: SQLAlchemy, complaint: Complaint, clerk: Account) -> None:
    follow(database, chat, complaint)
    answered(database, complaint, clerk)
    chat.press(f"case:{complaint.code}")
    assert chat.buttons()[:2] == ["Ya, selesai", "Belum, saya sanggah"]
    assert "selesai menurut Anda" in chat.click("Ya, selesai")[0]
    chat.press(f"accept:{complaint.code}")
    assert state(database, complaint) == "accepted"
    assert (
        len(database.session.scalars(select(ComplaintMessage).where(ComplaintMessage.kind == "acceptance")).all()) == 1
    )


def test_disputed_with_a_reason(chat: Chat, database: SQLAlchemy, complaint: Complaint, clerk: Account) -> None:
    follow(database, chat, complaint)
    answered(database, complaint, clerk)
    chat.press(f"dispute:{complaint.code}")
    assert state(database, complaint) == "answered"  # not before there is a reason
    assert "dibuka lagi" in chat.send("Masih mati.")[0]
    # Nobody in that unit is left who could look at it with other eyes.
    assert state(database, complaint) == "in_triage" and complaint.reopened == 1


@pytest.mark.parametrize("action", ["accept", "dispute"])
def test_a_button_older_than_the_case_says_where_it_stands(
    chat: Chat, database: SQLAlchemy, complaint: Complaint, action: str
) -> None:
    follow(database, chat, complaint)
    assert "tidak dapat dilakukan lagi" in chat.press(f"{action}:{complaint.code}")[0]
    assert state(database, complaint) == "sent" and chat.step() is None


def test_answered_away_while_the_reason_was_typed(
    chat: Chat, database: SQLAlchemy, complaint: Complaint, clerk: Account
) -> None:
    follow(database, chat, complaint)
    answered(database, complaint, clerk)
    chat.press(f"dispute:{complaint.code}")
    chat.press(f"accept:{complaint.code}")
    assert "tidak dapat dilakukan lagi" in chat.send("Masih mati.")[0]
    assert state(database, complaint) == "accepted"
    kinds = database.session.scalars(select(ComplaintMessage.kind)).all()
    assert "dispute" not in kinds


@pytest.mark.parametrize("action", ["case", "accept", "dispute", "reply", "unfollow"])
def test_whoever_does_not_follow_gets_nothing(
    app: Flask, chat: Chat, database: SQLAlchemy, complaint: Complaint, clerk: Account, action: str
) -> None:
    follow(database, chat, complaint)
    answered(database, complaint, clerk)
    stranger = Chat(app)
    said = stranger.press(f"{action}:{complaint.code}")
    assert "tidak Anda ikuti" in said[0] and "Lampu" not in " ".join(said)
    assert state(database, complaint) == "answered" and stranger.step() is None
    assert len(database.session.scalars(select(Follower)).all()) == 1


def test_list_and_leave(chat: Chat, database: SQLAlchemy, complaint: Complaint) -> None:
    assert "Belum ada laporan" in chat.send("/kasus")[0]
    follow(database, chat, complaint)
    assert complaint.code in chat.send("/kasus")[0]
    chat.click(complaint.code)
    chat.click("Berhenti mengikuti")
    assert database.session.scalars(select(Follower)).all() == []
    assert "Belum ada laporan" in chat.send("/kasus")[0]


def test_another_language_holds_for_news_as_well(chat: Chat, database: SQLAlchemy, complaint: Complaint) -> None:
    follow(database, chat, complaint)
    chat.send("/bahasa")
    chat.click("English")
    assert database.session.scalars(select(Follower.language)).all() == ["en"]


def test_an_interrupted_complaint_goes_on_afterwards(
    chat: Chat, database: SQLAlchemy, complaint: Complaint, clerk: Account
) -> None:
    follow(database, chat, complaint)
    answered(database, complaint, clerk)
    chat.send("/lapor")
    chat.click("Pengaduan")
    chat.send("Sudah dua minggu berkas saya belum selesai.")
    chat.press(f"dispute:{complaint.code}")
    said = chat.send("Masih mati juga.")
    assert "dibuka lagi" in said[0] and "Kita lanjutkan" in said[1] and "foto" in said[2]
    assert chat.step() == "complaint.photos"
