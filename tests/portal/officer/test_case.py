"""What an officer does with a case, through the page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.feedback.actions import dispute_answer
from webapp.feedback.handling import answer_complaint, take_complaint
from webapp.feedback.models import Complaint, ComplaintMessage
from webapp.feedback.vocabulary import Finding
from webapp.outbox.models import OutboxEvent

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(NOW + timedelta(days=14))
NONCE = "0e1c6b1e-6a55-4b4e-9f0d-6f6a9d6f0001"
ANSWER = {
    "do": "answer",
    "answer-nonce": NONCE,
    "answer-text": "Akta Anda terbit Rabu, 25 November.",
    "answer-finding": "founded",
}


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


@pytest.fixture
def complaint(session: Session, agency: Agency) -> Complaint:
    complaint = make_placed(
        session,
        NOW,
        agency.unit,
        text="Akta kelahiran anak saya belum jadi.\nNIK 3578011234567890.",
        service_id=agency.service.id,
        anonymous=False,
        contact_name="Zulaikha Pelapor",
        contact_phone="+6281234567890",
        contact_email="zulaikha@warga.example",
    )
    session.commit()
    return complaint


def test_the_case_tells_what_is_known_and_why_it_is_here(
    client: FlaskClient, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.sari)
    page = client.get(f"/meja/{complaint.code}").text
    assert "Akta kelahiran anak saya belum jadi." in page
    assert "Warga sendiri memilih Seksi Akta." in page
    assert "Selasa, 10 November, 09.00" in page


@pytest.mark.parametrize("who", ["sari", "rina"])
def test_nothing_tells_handlers_who_complained(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint, who: str
) -> None:
    secret_word = complaint.secret_word
    sign_in(client, getattr(agency, who))
    for page in (client.get(f"/meja/{complaint.code}").text, client.get("/meja").text):
        assert complaint.code in page
        for secret in ("Zulaikha", "81234567890", "zulaikha@", "3578011234567890", secret_word):
            assert secret not in page


def test_foreign_and_unknown_cases_are_not_found_alike(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.tono)
    unknown = client.get("/meja/TG-2222-2222")
    foreign = client.get(f"/meja/{complaint.code}")
    assert unknown.status_code == foreign.status_code == 404
    assert unknown.text == foreign.text
    assert client.post(f"/meja/{complaint.code}", data=ANSWER).status_code == 404
    assert client.get("/meja/%00").status_code == 404
    sign_in(client, agency.sari)
    assert client.get(f"/meja/{complaint.code}/foto/{2**70}").status_code == 404
    session.expire_all()
    assert complaint.state == "sent"


def test_taking_puts_it_on_the_desk(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.sari)
    for _press in range(2):
        response = client.post(f"/meja/{complaint.code}", data={"do": "take", "take-nonce": NONCE})
        assert response.headers["Location"] == f"/meja/{complaint.code}"
    session.expire_all()
    assert (complaint.state, complaint.handler_id) == ("in_work", agency.sari.id)
    moves = session.scalar(select(func.count()).where(OutboxEvent.name == "ComplaintMoved"))
    assert moves == 2  # sent to the unit, taken once


def test_an_answer_sent_twice_is_sent_once(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.sari)
    for _press in range(2):
        response = client.post(f"/meja/{complaint.code}", data=ANSWER)
        assert response.status_code == 302
    session.expire_all()
    assert (complaint.state, complaint.finding, complaint.answered_by_id) == ("answered", "founded", agency.sari.id)
    texts = session.scalars(select(ComplaintMessage.text)).all()
    assert texts == ["Akta Anda terbit Rabu, 25 November."]
    page = client.get(f"/meja/{complaint.code}").text
    assert "Jawaban terkirim." in page
    assert f'data-draft-sent="answer-{complaint.code}"' in page
    assert "data-draft-sent" not in client.get(f"/meja/{complaint.code}").text


def test_asking_takes_the_case_and_moves_no_clock(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    due_at = complaint.due_at
    sign_in(client, agency.sari)
    asked = {"do": "ask", "ask-nonce": NONCE, "ask-text": "Nomor berkasnya berapa?"}
    for _press in range(2):
        assert client.post(f"/meja/{complaint.code}", data=asked).status_code == 302
    session.expire_all()
    assert (complaint.state, complaint.handler_id, complaint.due_at) == ("in_work", agency.sari.id, due_at)
    assert session.scalars(select(ComplaintMessage.kind)).all() == ["question"]
    assert "menunggu pelapor" in client.get("/meja").text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"answer-text": ""}, "Tulis jawaban Anda."),
        ({"answer-text": "ya"}, "Jawaban terlalu pendek"),
        ({"answer-finding": ""}, "Pilih satu temuan."),
        ({"answer-finding": "witchcraft"}, "Pilih satu temuan."),
    ],
)
def test_an_incomplete_answer_comes_back_with_what_was_typed(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint, change: dict[str, str], words: str
) -> None:
    sign_in(client, agency.sari)
    response = client.post(f"/meja/{complaint.code}", data=ANSWER | change)
    assert response.status_code == 400
    assert words in response.text
    assert (ANSWER | change)["answer-text"] in response.text
    assert NONCE in response.text
    session.expire_all()
    assert complaint.state == "sent"


def test_an_answer_to_a_colleagues_case_is_refused_and_kept(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    take_complaint(complaint, agency.budi, NOW)
    session.commit()
    sign_in(client, agency.sari)
    response = client.post(f"/meja/{complaint.code}", data=ANSWER)
    assert response.status_code == 409
    assert "sudah di meja rekan Anda" in response.text
    assert ANSWER["answer-text"] in response.text
    session.expire_all()
    assert (complaint.state, complaint.handler_id) == ("in_work", agency.budi.id)


def test_an_answer_after_the_answer_is_refused_and_kept(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    answer_complaint(complaint, agency.sari, "Sudah.", Finding.FOUNDED, write_key="form:first", at=NOW)
    session.commit()
    sign_in(client, agency.sari)
    response = client.post(f"/meja/{complaint.code}", data=ANSWER)
    assert response.status_code == 409
    assert "sudah dijawab" in response.text
    assert ANSWER["answer-text"] in response.text


def test_who_was_disputed_reads_but_does_not_answer_again(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    answer_complaint(complaint, agency.sari, "Sudah.", Finding.FOUNDED, write_key="form:first", at=NOW)
    dispute_answer(complaint, "Belum sama sekali.", write_key="form:dispute", at=NOW)
    session.commit()
    sign_in(client, agency.sari)
    page = client.get(f"/meja/{complaint.code}").text
    assert "Belum sama sekali." in page
    assert "Rekan atau atasan Anda yang menjawab kali ini." in page
    assert client.post(f"/meja/{complaint.code}", data=ANSWER).status_code == 409
    sign_in(client, agency.budi)
    assert client.post(f"/meja/{complaint.code}", data=ANSWER).status_code == 302


def test_an_ended_session_loses_no_typed_text(
    csrf_client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(csrf_client, agency.sari)
    response = csrf_client.post(f"/meja/{complaint.code}", data=ANSWER | {"answer-csrf_token": "stale"})
    assert response.status_code == 400
    assert ANSWER["answer-text"] in response.text
    session.expire_all()
    assert complaint.state == "sent"
    token = re.search(r'name="answer-csrf_token"[^>]*value="([^"]+)"', response.text)
    assert token is not None
    again = csrf_client.post(f"/meja/{complaint.code}", data=ANSWER | {"answer-csrf_token": token[1]})
    assert again.status_code == 302
    session.expire_all()
    assert complaint.state == "answered"


def test_what_no_form_sends_is_refused(client: FlaskClient, agency: Agency, complaint: Complaint) -> None:
    sign_in(client, agency.sari)
    assert client.post(f"/meja/{complaint.code}", data={"do": "delete"}).status_code == 400
    assert (
        client.post(f"/meja/{complaint.code}", data=ANSWER | {"answer-text": "Akta terbit\x00 besok."}).status_code
        == 302
    )


def test_a_photo_is_shown_to_handlers_only(client: FlaskClient, session: Session, agency: Agency) -> None:
    from tests.factories.feedback import make_picture
    from webapp.feedback.photos import store_photo

    store_photo("form:photo", make_picture(), NOW)
    complaint = make_placed(session, NOW, agency.unit, photo_key="form:photo")
    session.commit()
    sign_in(client, agency.sari)
    address = re.search(r'src="(/meja/[^"]+/foto/\d+)"', client.get(f"/meja/{complaint.code}").text)
    assert address is not None
    response = client.get(address[1])
    assert (response.status_code, response.mimetype) == (200, "image/jpeg")
    assert response.data.startswith(b"\xff\xd8")
    assert "private" in response.headers["Cache-Control"]
    sign_in(client, agency.tono)
    assert client.get(address[1]).status_code == 404
