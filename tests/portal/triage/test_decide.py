"""Triage says where a complaint belongs, whom it concerns, and why."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.accounts import give_role, make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_rating
from webapp.accounts.permissions import Role
from webapp.attribution.actions import attribute_feedback
from webapp.attribution.models import Attribution
from webapp.attribution.queries import count_homeless_ratings
from webapp.attribution.triage_desk import list_triage
from webapp.feedback.desk import list_desk
from webapp.feedback.handling import take_complaint
from webapp.feedback.models import Complaint, Exclusion

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(NOW + timedelta(days=14))


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


@pytest.fixture
def complaint(session: Session, agency: Agency) -> Complaint:
    complaint = make_placed(session, NOW, None, text="Disuruh pulang, katanya kuota habis.")
    session.commit()
    return complaint


def standing(session: Session, complaint: Complaint) -> int:
    found = session.scalar(
        select(Attribution.id).where(
            Attribution.feedback_id == complaint.feedback_id, Attribution.superseded_at.is_(None)
        )
    )
    assert found is not None
    return found


def decision(session: Session, complaint: Complaint, agency: Agency, **change: object) -> dict[str, object]:
    return {
        "standing": standing(session, complaint),
        "unit": agency.unit.id,
        "officer": "",
        "reason": "Kuota akta diatur seksi ini.",
        **change,
    }


def test_an_officer_that_nobody_is_decides_nothing(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.triage)
    before = standing(session, complaint)
    sent = decision(session, complaint, agency, officer="9" * 30)
    answer = client.post(f"/triase/{complaint.code}", data=sent)
    assert answer.status_code == 400
    assert "Pilih petugas dari daftar unit itu." in answer.text
    assert standing(session, complaint) == before


def test_what_nothing_tells_waits_here(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    placed = make_placed(session, NOW, agency.unit)
    rating = make_rating(session, NOW, value=1)
    attribute_feedback([rating.feedback_id], NOW)
    session.commit()
    desk = list_triage(agency.triage, NOW)
    assert [item.code for item in desk.items] == [complaint.code]
    assert (desk.to_do, count_homeless_ratings(agency.triage, 10)) == (1, 1)
    sign_in(client, agency.triage)
    page = client.get("/triase").text
    assert complaint.code in page
    assert placed.code not in page
    assert "Tidak ada yang cocok" in client.get("/triase?q=naga").text


def test_nobody_else_has_it(client: FlaskClient, session: Session, agency: Agency, complaint: Complaint) -> None:
    assert list_triage(agency.rina, NOW).items == ()
    assert count_homeless_ratings(agency.rina, 10) == 0
    sign_in(client, agency.rina)
    assert client.get("/triase").status_code == 403
    assert client.get(f"/triase/{complaint.code}").status_code == 403
    assert client.get(f"/meja/{complaint.code}").status_code == 404


def test_a_decision_sends_the_case_to_the_unit(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.triage)
    page = client.get(f"/triase/{complaint.code}").text
    assert "Tidak ada struk, loket, unit, atau layanan yang disebut." in page
    response = client.post(f"/triase/{complaint.code}", data=decision(session, complaint, agency))
    assert response.headers["Location"] == "/triase"
    session.expire_all()
    assert (complaint.state, complaint.unit_id) == ("sent", agency.unit.id)
    assert complaint.due_at is not None
    assert [item.code for item in list_desk(agency.sari).untaken.items] == [complaint.code]
    sign_in(client, agency.sari)
    case = client.get(f"/meja/{complaint.code}").text
    assert "Petugas triase memutuskan bahwa ini urusan Seksi Akta." in case
    assert "Kuota akta diatur seksi ini." in case


def test_sent_twice_it_is_decided_once(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.triage)
    data = decision(session, complaint, agency)
    for _press in range(2):
        assert client.post(f"/triase/{complaint.code}", data=data).status_code == 302
    assert session.scalar(select(func.count()).select_from(Attribution)) == 2  # the rules' and the human's


def test_two_deciders_do_not_overwrite_each_other(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    stale = decision(session, complaint, agency, unit=agency.elsewhere.id, reason="Menurut saya pindah datang.")
    second = make_account(session, (Role.TRIAGE, agency.city))
    session.commit()
    sign_in(client, agency.triage)
    client.post(f"/triase/{complaint.code}", data=decision(session, complaint, agency))
    sign_in(client, second)
    response = client.post(f"/triase/{complaint.code}", data=stale)
    assert response.status_code == 409
    assert "baru saja diputuskan" in response.text
    assert "Menurut saya pindah datang." in response.text
    session.expire_all()
    assert complaint.unit_id == agency.unit.id
    # Having seen it, one may correct it while nobody works on the case.
    fresh = re.search(r'name="standing"[^>]*value="(\d+)"', client.get(f"/triase/{complaint.code}").text)
    assert fresh is not None
    assert client.post(f"/triase/{complaint.code}", data=stale | {"standing": fresh[1]}).status_code == 302
    session.expire_all()
    assert complaint.unit_id == agency.elsewhere.id


def test_the_officer_named_never_sees_it(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.triage)
    shown = client.post(
        f"/triase/{complaint.code}", data=decision(session, complaint, agency, officers="show", reason="")
    )
    assert shown.status_code == 200
    assert f'<option value="{agency.sari_officer.id}">Sari Wulandari</option>' in shown.text
    assert "Tono Harjo" not in shown.text
    session.expire_all()
    assert complaint.state == "in_triage"  # showing saves nothing
    data = decision(session, complaint, agency, officer=agency.sari_officer.id, personal="y")
    assert client.post(f"/triase/{complaint.code}", data=data).status_code == 302
    session.expire_all()
    assert (complaint.points_at_person, complaint.secret) == (True, True)
    assert session.scalars(select(Exclusion.officer_id)).all() == [agency.sari_officer.id]
    assert list_desk(agency.rina).untaken.total == 1
    for account in (agency.sari, agency.budi):
        sign_in(client, account)
        assert client.get(f"/meja/{complaint.code}").status_code == 404


def test_taking_the_mark_away_opens_it_to_the_officers(client: FlaskClient, session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit, text="Tolong petugasnya jangan kasar.")
    session.commit()
    assert (complaint.points_at_person, complaint.state) == (True, "in_triage")
    sign_in(client, agency.triage)
    page = client.get(f"/triase/{complaint.code}").text
    assert re.search(r'<input(?=[^>]*name="personal")[^>]*checked', page)
    assert f'<option selected value="{agency.unit.id}">' in page
    assert client.post(f"/triase/{complaint.code}", data=decision(session, complaint, agency)).status_code == 302
    assert list_desk(agency.sari).untaken.total == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"unit": ""}, "Pilih unit kerja."),
        ({"reason": ""}, "Tulis alasannya."),
        ({"unit": "999999"}, "Pilih unit kerja dari daftar."),
        ({"unit": str(2**70)}, "Pilih unit kerja."),
        ({"officer": "999999"}, "Pilih petugas dari daftar unit itu."),
        ({"unit": "x"}, "Pilih unit kerja."),
    ],
)
def test_an_incomplete_decision_comes_back(
    client: FlaskClient,
    session: Session,
    agency: Agency,
    complaint: Complaint,
    change: dict[str, str],
    words: str,
) -> None:
    sign_in(client, agency.triage)
    data = decision(session, complaint, agency, **change)
    response = client.post(f"/triase/{complaint.code}", data=data)
    assert response.status_code == 400
    assert words in response.text
    if data["reason"]:
        assert str(data["reason"]) in response.text
    session.expire_all()
    assert complaint.state == "in_triage"


def test_an_officer_of_another_unit_is_refused(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    sign_in(client, agency.triage)
    data = decision(session, complaint, agency, officer=agency.tono_officer.id)
    assert client.post(f"/triase/{complaint.code}", data=data).status_code == 400
    session.expire_all()
    assert complaint.state == "in_triage"


def test_triage_of_one_unit_decides_nothing_elsewhere(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    account = make_account(session, (Role.TRIAGE, agency.elsewhere))
    foreign = make_placed(session, NOW, agency.unit)
    session.commit()
    sign_in(client, account)
    assert client.get(f"/triase/{foreign.code}").status_code == 404
    assert client.post(f"/triase/{foreign.code}", data=decision(session, foreign, agency)).status_code == 404
    # What lies nowhere may be placed, but only in units of one's own.
    assert client.post(f"/triase/{complaint.code}", data=decision(session, complaint, agency)).status_code == 400


def test_who_is_accused_and_does_triage_sees_nothing_of_it(
    client: FlaskClient, session: Session, agency: Agency, complaint: Complaint
) -> None:
    give_role(session, agency.sari, Role.TRIAGE, agency.city)
    session.add(Exclusion(complaint_id=complaint.feedback_id, officer_id=agency.sari_officer.id, at=NOW))
    session.commit()
    assert list_triage(agency.sari, NOW).items == ()
    sign_in(client, agency.sari)
    assert client.get(f"/triase/{complaint.code}").status_code == 404
    data = decision(session, complaint, agency)
    assert client.post(f"/triase/{complaint.code}", data=data).status_code == 404


def test_what_is_being_worked_on_is_not_moved_from_here(client: FlaskClient, session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    take_complaint(complaint, agency.sari, NOW)
    session.commit()
    sign_in(client, agency.triage)
    page = client.get(f"/triase/{complaint.code}").text
    assert "tidak dipindahkan lagi dari sini" in page
    data = decision(session, complaint, agency, unit=agency.elsewhere.id)
    assert client.post(f"/triase/{complaint.code}", data=data).status_code == 409
    session.expire_all()
    assert complaint.unit_id == agency.unit.id
