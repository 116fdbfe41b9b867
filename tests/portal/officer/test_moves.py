"""Handing a case out, on and back, splitting, merging, stepping out of it: by the pages, once for each press."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.accounts.models import Account
from webapp.attribution.repeats.actions import note_repeats
from webapp.database import transaction
from webapp.feedback.actions import dispute_answer
from webapp.feedback.handling import answer_complaint, exclude_officers, take_complaint
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition
from webapp.feedback.vocabulary import Finding

NOW = datetime.now(UTC) - timedelta(hours=3)
NONCE = "8c2f7f0e-1111-4222-8333-944455556666"
PAGES = ("serahkan", "teruskan", "kembalikan", "gabung", "pisah", "bagi", "tenggat", "tutup")


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


@pytest.fixture
def complaint(session: Session, agency: Agency) -> Complaint:
    complaint = make_placed(session, NOW, agency.unit, text="Lampu jalan di depan sekolah mati sejak Senin.")
    session.commit()
    return complaint


def kinds(session: Session, complaint: Complaint) -> list[str]:
    session.expire_all()
    found = session.scalars(
        select(Disposition.kind).where(Disposition.complaint_id == complaint.feedback_id).order_by(Disposition.id)
    )
    return list(found)[1:]  # the first is where the rules sent it


def send(client: FlaskClient, actor: Account, complaint: Complaint, page: str, **data: object) -> tuple[int, str]:
    sign_in(client, actor)
    answer = client.post(f"/meja/{complaint.code}/{page}", data={"nonce": NONCE, **data})
    return answer.status_code, answer.text


def test_a_superior_hands_out_and_a_second_press_is_the_same(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.rina)
    page = client.get(f"/meja/{complaint.code}/serahkan").text
    assert "Budi Santoso" in page and "Tono Harjo" not in page
    for _ in range(2):
        assert send(client, agency.rina, complaint, "serahkan", account=agency.budi.id)[0] == 302
    assert kinds(session, complaint) == ["assigned"]
    assert (complaint.state, complaint.handler_id) == ("assigned", agency.budi.id)
    sign_in(client, agency.budi)
    assert f"/meja/{complaint.code}/teruskan" in client.get(f"/meja/{complaint.code}").text


def test_handing_on_wants_a_reason_and_keeps_what_was_typed(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    status, page = send(client, agency.sari, complaint, "teruskan", unit="", note="Urusan pindah datang.")
    assert status == 400 and "Pilih unit kerja." in page and "Urusan pindah datang." in page
    assert send(client, agency.sari, complaint, "teruskan", unit=agency.elsewhere.id, note="")[0] == 400
    for _ in range(2):  # the case is out of her sight after the first press
        status, _page = send(
            client, agency.sari, complaint, "teruskan", unit=agency.elsewhere.id, note="Pindah datang."
        )
        assert status == 302
    assert kinds(session, complaint) == ["forwarded"]
    assert (complaint.unit_id, complaint.forwards) == (agency.elsewhere.id, 1)


def test_sent_back_it_lies_before_triage(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    assert send(client, agency.sari, complaint, "kembalikan", note="Bukan urusan akta.")[0] == 302
    sign_in(client, agency.triage)
    page = client.get("/triase?tumpukan=sent_back").text
    assert complaint.code in page and "Bukan urusan akta." in page


def test_one_press_declares_a_conflict(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    take_complaint(complaint, agency.sari, NOW)
    session.commit()
    for _ in range(2):
        assert send(client, agency.sari, complaint, "konflik")[0] == 302
    assert kinds(session, complaint) == ["taken", "recused", "sent"]
    assert client.get(f"/meja/{complaint.code}").status_code == 404
    assert complaint.code not in client.get("/meja").text


def test_closing_unsolved_shows_first_what_the_reporter_reads(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    take_complaint(complaint, agency.sari, NOW)
    session.commit()
    words = "Lahan itu milik swasta. Hubungi 081234567890."
    status, page = send(client, agency.rina, complaint, "tutup", text=words, preview="1")
    assert status == 200
    assert "Begini pelapor membacanya" in page and "Ditutup, tidak selesai" in page
    preview = page.split("Begini pelapor membacanya")[1].split("<form")[0]
    assert "Lahan itu milik swasta." in preview and "081234567890" not in preview
    session.expire_all()
    assert complaint.state == "in_work"
    for _ in range(2):
        assert send(client, agency.rina, complaint, "tutup", text=words)[0] == 302
    session.expire_all()
    assert complaint.state == "unsolved"
    assert session.scalar(select(func.count()).select_from(ComplaintMessage)) == 1


def test_the_same_matter_is_offered_merged_and_separated(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    other = make_placed(session, NOW, agency.unit, text="Sejak Senin lampu jalan depan sekolah itu mati terus.")
    stranger = make_placed(session, NOW, agency.unit, text="Antrean KIA tidak bergerak.")
    note_repeats([complaint.feedback_id, other.feedback_id, stranger.feedback_id], NOW)
    session.commit()
    sign_in(client, agency.rina)
    page = client.get(f"/meja/{complaint.code}/gabung").text
    assert other.code in page and stranger.code not in page
    assert send(client, agency.rina, complaint, "gabung", code="TG-0000-0000")[0] == 409
    assert send(client, agency.rina, complaint, "gabung", code=complaint.code)[0] == 409
    assert send(client, agency.rina, complaint, "gabung", main=other.code)[0] == 302
    session.expire_all()
    assert complaint.merged_into_id == other.feedback_id
    assert complaint.code in client.get(f"/meja/{other.code}").text
    assert send(client, agency.rina, complaint, "pisah", note="Ternyata lain jalan.")[0] == 302
    assert kinds(session, complaint) == ["merged", "separated"]
    assert complaint.state == "sent"


def test_a_part_goes_to_another_unit_and_the_term_can_be_the_longer_one(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    for _ in range(2):
        data = {"unit": agency.elsewhere.id, "note": "Bagian pindah datang."}
        assert send(client, agency.rina, complaint, "bagi", **data)[0] == 302
    halves = session.scalars(select(Complaint).where(Complaint.split_from_id == complaint.feedback_id)).all()
    assert [half.unit_id for half in halves] == [agency.elsewhere.id]
    due = complaint.due_at
    assert send(client, agency.rina, complaint, "tenggat", inspection="yes")[0] == 302
    session.expire_all()
    assert due is not None and complaint.due_at is not None and complaint.due_at > due


def test_whom_it_concerns_finds_no_page_and_makes_no_move(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    for account, officer in ((agency.sari, agency.sari_officer),):
        exclude_officers(complaint.feedback_id, [officer.id], NOW)
        session.commit()
        sign_in(client, account)
        for page in ("teruskan", "kembalikan"):
            assert client.get(f"/meja/{complaint.code}/{page}").status_code == 404
            assert client.post(f"/meja/{complaint.code}/{page}", data={"note": "Bukan kami."}).status_code == 404
        assert client.post(f"/meja/{complaint.code}/konflik").status_code == 404
    assert kinds(session, complaint) == []


def test_an_officer_of_another_unit_finds_no_page(client: FlaskClient, agency: Agency, complaint: Complaint) -> None:
    sign_in(client, agency.tono)
    for page in PAGES:
        assert client.get(f"/meja/{complaint.code}/{page}").status_code in (403, 404)


def test_who_gave_the_disputed_answer_is_not_offered_to_move_it(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    with transaction():
        answer_complaint(complaint, agency.rina, "Sudah.", Finding.FOUNDED, write_key="jawab", at=NOW)
    with transaction():
        dispute_answer(complaint, "Belum.", write_key="sanggah", at=NOW)
    sign_in(client, agency.rina)
    for page in ("teruskan", "kembalikan", "tutup", "bagi", "tenggat"):
        assert client.get(f"/meja/{complaint.code}/{page}").status_code == 302
    assert send(client, agency.rina, complaint, "tutup", text="Tidak bisa dikerjakan.")[0] == 409
    assert send(client, agency.rina, complaint, "serahkan", account=agency.rina.id)[0] == 400
    session.expire_all()
    assert complaint.state == "disputed"


def test_a_press_from_another_page_moves_nothing(
    csrf_client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(csrf_client, agency.sari)
    answer = csrf_client.post(f"/meja/{complaint.code}/konflik", data={"nonce": NONCE})
    assert answer.status_code == 400 and "Saya punya benturan kepentingan" in answer.text
    assert kinds(session, complaint) == []
