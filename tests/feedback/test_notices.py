"""What followers are told: each event once, in their language, a letter without anybody's words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_placed
from webapp.feedback.actions import accept_answer, add_follower, close_after_silence, dispute_answer
from webapp.feedback.handling import answer_complaint, ask_reporter, take_complaint
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage
from webapp.feedback.movement.conflicts import close_unsolved
from webapp.feedback.movement.merging import merge_complaints
from webapp.feedback.movement.splitting import split_complaint
from webapp.feedback.movement.verifying import ArchiveReason, archive_complaint, defer_complaint, pass_on
from webapp.feedback.notices import queue_notices
from webapp.feedback.vocabulary import Finding
from webapp.messaging.actions import EMAIL, TELEGRAM
from webapp.messaging.addresses import ChatAddress
from webapp.messaging.models import OutgoingMessage
from webapp.messaging.notifications import Sender

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
SENDER = Sender("Kota Uji", "https://pengaduan.example.go.id", mail=True)
SECRET = "Meteran gardu di Jalan Mawar dibongkar."


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def followed(session: Session, agency: Agency, *, placed: bool = True) -> Complaint:
    complaint = make_placed(session, NOW, agency.unit if placed else None)
    for channel, address, language in ((TELEGRAM, "77", "id"), (TELEGRAM, "78", "en"), (EMAIL, "sri@contoh.id", "id")):
        add_follower(complaint.feedback_id, ChatAddress(channel, address, language))
    return complaint


def told(session: Session, complaint: Complaint, **about: object) -> dict[str, str]:
    """What each follower was told, by address; telling again under the same key tells nothing."""
    before = set(session.scalars(select(OutgoingMessage.id)))
    for _attempt in range(2):
        queue_notices(complaint.feedback_id, key="notice:event:1", sender=SENDER, **about)  # type: ignore[arg-type]
    rows = session.scalars(select(OutgoingMessage).where(OutgoingMessage.id.not_in(before))).all()
    assert len(rows) == len({row.address for row in rows})
    return {row.address: json.loads(row.content or "{}")["text"] for row in rows}


def last_said(session: Session, complaint: Complaint) -> int:
    query = select(ComplaintMessage.id).where(ComplaintMessage.complaint_id == complaint.feedback_id)
    return session.scalars(query.order_by(ComplaintMessage.id.desc())).first() or 0


Saying = Callable[[Complaint, Agency], None]
WORDS: dict[str, tuple[bool, Saying, str]] = {
    "question": (
        True,
        lambda c, a: ask_reporter(c, a.sari, SECRET, write_key="w", at=NOW),
        "menunggu jawaban Anda",
    ),
    "answer": (
        True,
        lambda c, a: answer_complaint(c, a.sari, SECRET, Finding.FOUNDED, write_key="w", at=NOW),
        "sudah dijawab",
    ),
    "deferral": (False, lambda c, a: defer_complaint(c, a.triage, SECRET, write_key="w", at=NOW), "ada yang kurang"),
    "passed on": (False, lambda c, a: pass_on(c, a.triage, "PLN", SECRET, write_key="w", at=NOW), "wewenang PLN"),
    "archived": (
        False,
        lambda c, a: archive_complaint(c, a.triage, ArchiveReason.NO_COMPLAINT, SECRET, write_key="w", at=NOW),
        "diarsipkan",
    ),
}


@pytest.mark.parametrize("what", WORDS)
def test_words_go_to_the_chat_and_never_into_a_letter(session: Session, agency: Agency, what: str) -> None:
    placed, saying, news = WORDS[what]
    complaint = followed(session, agency, placed=placed)
    saying(complaint, agency)
    session.flush()
    sent = told(session, complaint, message_id=last_said(session, complaint))
    assert SECRET in sent["77"] and SECRET in sent["78"]
    assert SECRET not in sent["sri@contoh.id"] and news in sent["sri@contoh.id"]
    assert f"{SENDER.public_url}/lacak?kode={complaint.code}" in sent["sri@contoh.id"]
    assert complaint.secret_word not in repr(sent)
    assert not any(name in repr(sent) for name in ("Sari", "Wulandari", "Olivia"))


def test_unsolved_tells_of_the_ways_that_are_left(session: Session, agency: Agency) -> None:
    complaint = followed(session, agency)
    take_complaint(complaint, agency.sari, NOW)
    session.flush()
    close_unsolved(complaint, agency.rina, SECRET, write_key="w", at=NOW)
    session.flush()
    sent = told(session, complaint, message_id=last_said(session, complaint))
    assert "Ombudsman" in sent["77"] and "tidak selesai" in sent["77"] and SECRET not in sent["sri@contoh.id"]
    assert told(session, complaint, settled=State.UNSOLVED) == {}  # the same thing is told once


ENDS: dict[State, tuple[Saying, str]] = {
    State.ACCEPTED: (lambda c, a: accept_answer(c, write_key="v", at=NOW), "tercatat selesai"),
    State.DISPUTED: (lambda c, a: dispute_answer(c, "Belum.", write_key="v", at=NOW), "dibuka lagi"),
    State.CLOSED: (lambda c, a: close_after_silence(c, NOW + timedelta(days=30)), "tidak dihitung sebagai selesai"),
}


@pytest.mark.parametrize("end", ENDS)
def test_how_it_was_settled_is_told(session: Session, agency: Agency, end: State) -> None:
    complaint = followed(session, agency)
    answer_complaint(complaint, agency.sari, "Sudah.", Finding.FOUNDED, write_key="w", at=NOW)
    session.flush()
    settle, news = ENDS[end]
    settle(complaint, agency)
    session.flush()
    assert news in told(session, complaint, settled=end)["77"]


def test_a_move_that_something_else_tells_of_is_not_told_twice(session: Session, agency: Agency) -> None:
    complaint = followed(session, agency)
    assert "diteruskan ke Seksi Akta" in told(session, complaint)["77"]
    # Another move, heard of when it still stands there: the same is not told again.
    queue_notices(complaint.feedback_id, key="notice:event:7", sender=SENDER)
    assert session.scalars(select(OutgoingMessage.id).where(OutgoingMessage.key.contains("event:7"))).all() == []
    assert told(session, complaint) == {}
    answer_complaint(complaint, agency.sari, "Sudah.", Finding.FOUNDED, write_key="w", at=NOW)
    session.flush()
    # The event of its taking is looked at late: the answer tells it all.
    assert queue_notices(complaint.feedback_id, key="notice:event:2", sender=SENDER) == 0


def test_a_half_says_whose_half_it_is(session: Session, agency: Agency) -> None:
    complaint = followed(session, agency)
    half = split_complaint(complaint, agency.triage, agency.elsewhere, "Dua hal", NOW)
    session.flush()
    words = told(session, half)["77"]
    assert complaint.code in words and half.code in words and "Seksi Pindah Datang" in words


def test_whoever_is_merged_learns_nothing_of_the_other(session: Session, agency: Agency) -> None:
    main, duplicate = make_placed(session, NOW, agency.unit), followed(session, agency)
    merge_complaints(main, duplicate, agency.triage, None, NOW)
    session.flush()
    words = told(session, duplicate)["77"]
    assert "dikerjakan bersama laporan lain" in words and main.code not in words


def test_without_a_letter_box_no_letter_is_written(session: Session, agency: Agency) -> None:
    complaint = followed(session, agency)
    no_mail = Sender("Kota Uji", "https://pengaduan.example.go.id", mail=False)
    assert queue_notices(complaint.feedback_id, key="notice:event:3", sender=no_mail) == 2
