"""What a reporter does in the chat when the agency asks, puts off, closes, or shows what was mended."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, update

from tests.bot.conftest import START, Chat
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_picture
from webapp.feedback.actions import add_follower, close_after_silence
from webapp.feedback.handling import answer_complaint, ask_reporter
from webapp.feedback.models import Complaint, ComplaintMessage, Photo
from webapp.feedback.movement.verifying import ArchiveReason, archive_complaint, defer_complaint, pass_on
from webapp.feedback.notices import queue_notices
from webapp.feedback.photos import store_photo
from webapp.feedback.vocabulary import Finding
from webapp.messaging.addresses import ChatAddress
from webapp.messaging.models import OutgoingMessage

MISSING = "Sebutkan nomor antrean Anda dan kirim foto struknya."


@pytest.fixture
def agency(database: SQLAlchemy) -> Agency:
    return make_agency(database.session())


def followed(database: SQLAlchemy, chat: Chat, agency: Agency, *, placed: bool) -> Complaint:
    """A complaint that the chat follows: at the unit, or before triage."""
    complaint = make_placed(database.session(), START - timedelta(days=2), agency.unit if placed else None)
    add_follower(complaint.feedback_id, ChatAddress("telegram", str(chat.chat_id)))
    database.session.commit()
    return complaint


def news(database: SQLAlchemy, chat: Chat, complaint: Complaint) -> list[dict[str, object]]:
    """What the followers are told of the last thing that the agency said; the chat has it on the screen."""
    said = database.session.scalars(
        select(ComplaintMessage.id)
        .where(ComplaintMessage.complaint_id == complaint.feedback_id, ComplaintMessage.author == "agency")
        .order_by(ComplaintMessage.id.desc())
    ).first()
    queue_notices(complaint.feedback_id, key=f"notice:{said}", message_id=said)
    rows = database.session.scalars(
        select(OutgoingMessage).where(OutgoingMessage.key.startswith(f"notice:{said}")).order_by(OutgoingMessage.id)
    ).all()
    calls = [json.loads(row.content or "{}") for row in rows]
    database.session.commit()
    chat.calls += calls
    return calls


def state(database: SQLAlchemy, complaint: Complaint) -> str:
    database.session.expire_all()
    return complaint.state


def test_what_is_missing_is_completed_with_a_photo(chat: Chat, database: SQLAlchemy, agency: Agency) -> None:
    complaint = followed(database, chat, agency, placed=False)
    defer_complaint(complaint, agency.triage, MISSING, write_key="form:defer", at=START)
    [notice] = news(database, chat, complaint)
    assert MISSING in str(notice["text"]) and "Lengkapi paling lambat" in str(notice["text"])
    chat.click("Lengkapi sekarang")
    assert "Foto diterima (1 dari 5)" in chat.send_photo(make_picture())[0]
    assert state(database, complaint) == "deferred"  # a picture alone says nothing yet
    assert "sudah lengkap" in chat.send("Nomor antrean saya A-12.")[0]
    assert state(database, complaint) == "in_triage"
    assert database.session.scalars(select(Photo.complaint_id)).all() == [complaint.feedback_id]
    # The button is older than what happened since.
    assert "tidak dapat dilakukan lagi" in chat.press(f"complete:{complaint.code}")[0]


def test_a_photo_with_words_below_it_is_all_that_is_needed(chat: Chat, database: SQLAlchemy, agency: Agency) -> None:
    complaint = followed(database, chat, agency, placed=True)
    ask_reporter(complaint, agency.sari, "Loket berapa?", write_key="form:q", at=START)
    news(database, chat, complaint)
    chat.click("Jawab")
    assert "sudah diteruskan" in chat.send_photo(make_picture(), caption="Loket 3, ini fotonya.")[-1]
    said = database.session.scalars(select(ComplaintMessage.text).where(ComplaintMessage.kind == "reply")).all()
    assert said == ["Loket 3, ini fotonya."]
    assert database.session.scalars(select(Photo.complaint_id)).all() == [complaint.feedback_id]


def test_completed_after_it_was_put_away_it_comes_back(chat: Chat, database: SQLAlchemy, agency: Agency) -> None:
    complaint = followed(database, chat, agency, placed=False)
    defer_complaint(complaint, agency.triage, MISSING, write_key="form:defer", at=START)
    database.session.commit()
    at = START + timedelta(days=11)
    archive_complaint(complaint, None, ArchiveReason.NOT_COMPLETED, "Belum dilengkapi.", write_key="archive", at=at)
    [notice] = news(database, chat, complaint)
    assert "diarsipkan" in str(notice["text"]) and "Belum dilengkapi." in str(notice["text"])
    chat.wait(days=12)
    chat.press(f"case:{complaint.code}")
    assert chat.buttons()[0] == "Lengkapi sekarang"
    chat.click("Lengkapi sekarang")
    assert "diperiksa lagi" in chat.send("Nomor antrean saya A-12.")[0]
    assert state(database, complaint) == "in_triage"


def test_what_was_archived_for_another_reason_takes_nothing_more(
    chat: Chat, database: SQLAlchemy, agency: Agency
) -> None:
    complaint = followed(database, chat, agency, placed=False)
    archive_complaint(
        complaint, agency.triage, ArchiveReason.NO_COMPLAINT, "Terima kasih.", write_key="archive", at=START
    )
    database.session.commit()
    for action in ("complete", "reply", "reopen", "dispute", "accept"):
        assert "tidak dapat dilakukan lagi" in chat.press(f"{action}:{complaint.code}")[0]
        assert chat.step() is None
    assert state(database, complaint) == "archived"


def test_who_complained_to_the_wrong_agency_has_nothing_to_do(chat: Chat, database: SQLAlchemy, agency: Agency) -> None:
    complaint = followed(database, chat, agency, placed=False)
    pass_on(complaint, agency.triage, "PLN Kota Uji", "PLN memeriksa gardunya.", write_key="form:pass", at=START)
    [notice] = news(database, chat, complaint)
    for words in ("PLN Kota Uji", "PLN memeriksa gardunya.", "tidak perlu mengirim ulang"):
        assert words in str(notice["text"])
    assert "Diteruskan ke: PLN Kota Uji" in chat.press(f"case:{complaint.code}")[0]
    assert all(agency.triage.name not in json.dumps(call) for call in chat.calls)


def test_a_remedy_is_shown_before_the_question_whether_it_is_solved(
    chat: Chat, database: SQLAlchemy, agency: Agency
) -> None:
    complaint = followed(database, chat, agency, placed=True)
    answer_complaint(complaint, agency.sari, "Sudah diperbaiki.", Finding.FOUNDED, write_key="form:a", at=START)
    photo_id = store_photo("form:a", make_picture(), START)
    waiting_id = store_photo("form:b", make_picture(colour=(200, 10, 10)), START)  # of an answer never sent
    message_id = database.session.scalar(select(ComplaintMessage.id).where(ComplaintMessage.kind == "answer"))
    for id_, message in ((photo_id, message_id), (waiting_id, None)):
        database.session.execute(
            update(Photo)
            .where(Photo.id == id_)
            .values(complaint_id=complaint.feedback_id, kind="remedy", message_id=message)
        )
    shown, told = news(database, chat, complaint)
    assert (shown["method"], shown["photo_id"]) == ("sendPhoto", photo_id)
    assert "Sudah diperbaiki." in str(told["text"])
    chat.press(f"case:{complaint.code}")
    chat.click("Lihat foto jawaban")
    again = [call["photo_id"] for call in chat.calls if call["method"] == "sendPhoto"]
    assert again == [photo_id, photo_id]


def test_what_was_closed_is_opened_again_within_the_window(chat: Chat, database: SQLAlchemy, agency: Agency) -> None:
    complaint = followed(database, chat, agency, placed=True)
    answer_complaint(complaint, agency.sari, "Sudah.", Finding.FOUNDED, write_key="form:a", at=START)
    close_after_silence(complaint, START + timedelta(days=20))
    database.session.commit()
    chat.wait(days=21)
    chat.press(f"case:{complaint.code}")
    chat.click("Minta dibuka lagi")
    assert "dibuka lagi" in chat.send("Rusak lagi.")[0]
    assert state(database, complaint) == "disputed" and complaint.reopened == 1
    close_reason = database.session.scalars(select(ComplaintMessage.kind).where(ComplaintMessage.text == "Rusak lagi."))
    assert close_reason.all() == ["dispute"]


def test_the_window_to_reopen_runs_out(chat: Chat, database: SQLAlchemy, agency: Agency) -> None:
    complaint = followed(database, chat, agency, placed=True)
    answer_complaint(complaint, agency.sari, "Sudah.", Finding.FOUNDED, write_key="form:a", at=START)
    close_after_silence(complaint, START + timedelta(days=20))
    database.session.commit()
    chat.wait(days=21)
    chat.press(f"reopen:{complaint.code}")
    chat.wait(days=60)
    assert "hanya dapat dibuka lagi sampai" in chat.send("Rusak lagi.")[0]
    assert "tidak dapat dilakukan lagi" in chat.press(f"reopen:{complaint.code}")[0]
    assert state(database, complaint) == "closed"
