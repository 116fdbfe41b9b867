"""Members of staff are told once, by the ways and at the hours that each chose, and of nothing they may not see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.embedded.mailbox import Letters, _Taking, page_of
from webapp.embedded.processes import free_port
from webapp.feedback.actions import dispute_answer, reply_to_agency
from webapp.feedback.events import ComplaintMoved, ComplaintSettled, ReporterReplied
from webapp.feedback.handling import answer_complaint, ask_reporter, exclude_officers, take_complaint
from webapp.feedback.staff_notices import StaffEvent, list_notifications, queue_digests, queue_staff_notices
from webapp.feedback.vocabulary import Finding
from webapp.messaging.actions import EMAIL, TELEGRAM
from webapp.messaging.chat_links import has_chat, link_chat, new_chat_link
from webapp.messaging.mail import Postbox, announce_due_mail, send_mail
from webapp.messaging.models import NotificationChoice, OutgoingMessage
from webapp.messaging.notifications import Sender
from webapp.outbox.models import OutboxEvent

AT = datetime(2026, 11, 24, 3, tzinfo=UTC)  # Tuesday, ten o'clock in Jakarta
SENDER = Sender("Kota Uji", "https://tanggap.example", mail=True)


@pytest.fixture
def agency(session: scoped_session[Session]) -> Agency:
    return make_agency(session())


def tell(event: StaffEvent, key: str = "event:1", at: datetime = AT) -> int:
    return queue_staff_notices(event, key=key, at=at, sender=SENDER)


def outgoing(session: scoped_session[Session], channel: str) -> list[OutgoingMessage]:
    return list(session.scalars(select(OutgoingMessage).where(OutgoingMessage.channel == channel)))


def choose(session: scoped_session[Session], account_id: int, **chosen: object) -> None:
    session.add(NotificationChoice(account_id=account_id, **chosen))
    session.flush()


def test_whoever_asked_is_told_of_the_reply_once_however_often_it_is_said(
    session: scoped_session[Session], agency: Agency
) -> None:
    complaint = make_placed(session(), AT, agency.unit)
    take_complaint(complaint, agency.sari, AT)
    ask_reporter(complaint, agency.sari, "Tanggal berapa Anda datang?", write_key="q", at=AT)
    reply_to_agency(complaint, "Tanggal 12.", write_key="r", at=AT)
    event = ReporterReplied(complaint.feedback_id)
    assert tell(event) == 1
    assert tell(event) == 0
    (told,) = list_notifications(agency.sari)
    assert (told.kind, told.code, told.read) == ("replied", complaint.code, False)
    assert list_notifications(agency.budi) == []


def test_a_disputed_answer_is_told_to_others_than_who_gave_it(session: scoped_session[Session], agency: Agency) -> None:
    complaint = make_placed(session(), AT, agency.unit)
    answer_complaint(complaint, agency.rina, "Sudah kami perbaiki.", Finding.FOUNDED, write_key="a", at=AT)
    dispute_answer(complaint, "Belum.", write_key="d", at=AT)
    assert (
        tell(ComplaintSettled(complaint.feedback_id, "disputed")) == 0
    )  # Rina alone leads here, and it was her answer
    assert list_notifications(agency.rina) == []


def test_nobody_is_told_of_what_concerns_himself_nor_keeps_what_he_was_told(
    session: scoped_session[Session], agency: Agency
) -> None:
    complaint = make_placed(session(), AT, agency.unit)
    take_complaint(complaint, agency.sari, AT)
    assert tell(ReporterReplied(complaint.feedback_id), "event:1") == 1
    exclude_officers(complaint.feedback_id, [agency.sari_officer.id], AT)
    assert tell(ReporterReplied(complaint.feedback_id), "event:2") == 0
    assert list_notifications(agency.sari) == []


def test_what_reaches_a_unit_is_told_to_its_head_and_a_personal_one_to_no_officer(
    session: scoped_session[Session], agency: Agency
) -> None:
    complaint = make_placed(session(), AT, agency.unit)
    assert tell(ComplaintMoved(complaint.feedback_id)) == 1
    (told,) = list_notifications(agency.rina)
    assert (told.kind, told.particulars) == ("arrived", {"unit": "Seksi Akta"})


def test_chat_and_mail_by_choice_after_the_quiet_hours(session: scoped_session[Session], agency: Agency) -> None:
    complaint = make_placed(session(), AT, agency.unit)
    take_complaint(complaint, agency.sari, AT)
    token = new_chat_link(agency.sari.id, AT)
    assert link_chat(token, "4711", AT)
    assert not link_chat(token, "4712", AT), "a link holds once"
    choose(session, agency.sari.id, by_telegram=True, by_email=True, quiet_from=time(9), quiet_until=time(11))
    assert tell(ReporterReplied(complaint.feedback_id)) == 1
    (chat,), (letter,) = outgoing(session, TELEGRAM), outgoing(session, EMAIL)
    assert chat.due_at == letter.due_at == AT + timedelta(hours=1)
    assert complaint.text not in (chat.content or "") + (letter.content or "")
    assert json.loads(letter.content or "")["subject"] == f"Pelapor menjawab pada laporan {complaint.code}."
    announce_due_mail(AT)
    assert not session.scalars(select(OutboxEvent).where(OutboxEvent.name == "MailQueued")).all()
    announce_due_mail(AT + timedelta(hours=1))
    announce_due_mail(AT + timedelta(hours=2))
    assert len(session.scalars(select(OutboxEvent).where(OutboxEvent.name == "MailQueued")).all()) == 1


def test_an_old_link_ties_nothing(session: scoped_session[Session], agency: Agency) -> None:
    token = new_chat_link(agency.sari.id, AT)
    assert not link_chat(token, "4711", AT + timedelta(minutes=15))
    assert not has_chat(agency.sari.id)


def test_a_digest_brings_what_is_unread_once_a_day(session: scoped_session[Session], agency: Agency) -> None:
    complaint = make_placed(session(), AT, agency.unit)
    take_complaint(complaint, agency.sari, AT)
    choose(session, agency.sari.id, by_email=True, digest_at=time(16))
    for number in range(3):
        tell(ReporterReplied(complaint.feedback_id), f"event:{number}")
    queue_digests(AT, SENDER)
    assert outgoing(session, EMAIL) == []
    queue_digests(AT + timedelta(hours=6), SENDER)
    queue_digests(AT + timedelta(hours=7), SENDER)
    (letter,) = outgoing(session, EMAIL)
    assert json.loads(letter.content or "")["subject"] == "3 kabar untuk Anda"


def test_a_muted_kind_stays_on_the_page(session: scoped_session[Session], agency: Agency) -> None:
    complaint = make_placed(session(), AT, agency.unit)
    take_complaint(complaint, agency.sari, AT)
    choose(session, agency.sari.id, by_email=True, muted=["replied"])
    tell(ReporterReplied(complaint.feedback_id))
    assert len(list_notifications(agency.sari)) == 1
    assert outgoing(session, EMAIL) == []


@pytest.fixture
def postbox(tmp_path: Path) -> Iterator[tuple[Letters, Postbox]]:
    letters = Letters(tmp_path / "mail")
    port = free_port(set())
    taking = Controller(_Taking(letters), hostname="127.0.0.1", port=port)
    taking.start()
    yield letters, Postbox(f"smtp://127.0.0.1:{port}", "kota@uji.example", "Tanggap")
    taking.stop()


def test_a_letter_is_handed_in_once_and_forgotten_here(
    session: scoped_session[Session], agency: Agency, postbox: tuple[Letters, Postbox]
) -> None:
    letters, box = postbox
    complaint = make_placed(session(), AT, agency.unit)
    take_complaint(complaint, agency.sari, AT)
    choose(session, agency.sari.id, by_email=True)
    tell(ReporterReplied(complaint.feedback_id))
    (message,) = outgoing(session, EMAIL)
    send_mail(message.id, AT, box)
    send_mail(message.id, AT, box)
    (letter,) = letters.latest()
    assert letter["To"] == agency.sari.email
    assert f"https://tanggap.example/pemberitahuan/{list_notifications(agency.sari)[0].id}" in letter.get_content()
    assert complaint.code in page_of(letters)
    session.refresh(message)
    assert (message.state, message.content) == ("sent", None)


def test_an_absent_server_is_raised_so_that_the_outbox_tries_again(
    session: scoped_session[Session], agency: Agency
) -> None:
    complaint = make_placed(session(), AT, agency.unit)
    take_complaint(complaint, agency.sari, AT)
    choose(session, agency.sari.id, by_email=True)
    tell(ReporterReplied(complaint.feedback_id))
    (message,) = outgoing(session, EMAIL)
    with pytest.raises(OSError):
        send_mail(message.id, AT, Postbox("smtp://127.0.0.1:9", "kota@uji.example", "Tanggap"))


def test_the_page_lists_opens_and_marks(
    session: scoped_session[Session], agency: Agency, client: FlaskClient, app: Flask
) -> None:
    complaint = make_placed(session(), AT, agency.unit)
    take_complaint(complaint, agency.sari, AT)
    tell(ReporterReplied(complaint.feedback_id))
    session.commit()
    sign_in(client, agency.sari)
    page = client.get("/pemberitahuan").text
    assert f"Pelapor menjawab pada laporan {complaint.code}." in page
    notification_id = list_notifications(agency.sari)[0].id
    opened = client.get(f"/pemberitahuan/{notification_id}")
    assert opened.headers["Location"] == f"/meja/{complaint.code}"
    session.rollback()
    assert list_notifications(agency.sari)[0].read
    sign_in(client, agency.budi)
    assert client.get(f"/pemberitahuan/{notification_id}").status_code == 404


def test_choices_are_kept_and_wrong_hours_explained(
    session: scoped_session[Session], agency: Agency, client: FlaskClient
) -> None:
    session.commit()
    sign_in(client, agency.sari)
    wrong = client.post("/pemberitahuan/pengaturan", data={"digest": "daily", "quiet_from": "21:00"})
    assert wrong.status_code == 400
    assert "Isi jam mulai dan jam selesai" in wrong.text
    assert "Isi jam ringkasan" in wrong.text
    sent = {"digest": "at_once", "by_email": "y", "wanted": ["missed"], "quiet_from": "21:00", "quiet_until": "06:00"}
    assert client.post("/pemberitahuan/pengaturan", data=sent).status_code == 302
    session.rollback()
    choice = session.get_one(NotificationChoice, agency.sari.id)
    assert (choice.by_email, choice.by_telegram, choice.quiet_from, choice.digest_at) == (True, False, time(21), None)
    assert "missed" not in choice.muted
    assert "replied" in choice.muted
