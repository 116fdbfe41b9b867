"""Triage's piles, all of the administrator's choices, and one decision for several."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from tests.factories.accounts import give_role, make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.accounts.permissions import Role
from webapp.attribution.triage_desk import TriagePile, list_triage
from webapp.database import transaction
from webapp.feedback.handling import exclude_officers
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition
from webapp.feedback.movement.forwarding import forward_complaint, send_back
from webapp.feedback.movement.verifying import complete_complaint

NOW = datetime.now(UTC) - timedelta(hours=3)
NONCE = "8c2f7f0e-1111-4222-8333-944455556666"


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def waiting(session: Session, **stated: object) -> Complaint:
    complaint = make_placed(session, NOW, None, **stated)
    session.commit()
    return complaint


def send(client: FlaskClient, complaint: Complaint, page: str, **data: object) -> int:
    return client.post(f"/triase/{complaint.code}/{page}", data={"nonce": NONCE, **data}).status_code


def test_deferred_shown_first_completed_and_back_in_its_own_pile(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    complaint = waiting(session)
    sign_in(client, agency.triage)
    words = "Sebutkan tanggal Anda datang."
    page = client.post(f"/triase/{complaint.code}/tunda", data={"nonce": NONCE, "text": words, "preview": "1"}).text
    assert "Begini pelapor membacanya" in page and "Perlu dilengkapi" in page
    session.expire_all()
    assert complaint.state == State.IN_TRIAGE
    for _ in range(2):
        assert send(client, complaint, "tunda", text=words) == 302
    session.expire_all()
    assert complaint.state == State.DEFERRED
    assert f"/triase/{complaint.code}" not in client.get("/triase").text
    assert complaint.code in client.get("/triase?tumpukan=deferred").text
    with transaction():
        complete_complaint(complaint, "Tanggal 3.", write_key="lengkap", at=datetime.now(UTC))
    assert complaint.code in client.get("/triase?tumpukan=completed").text


def test_another_agencys_matter_leaves_the_desk_and_can_come_back(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    complaint = waiting(session)
    sign_in(client, agency.triage)
    assert send(client, complaint, "alihkan", agency="", text="Diteruskan ke PLN.") == 400
    assert send(client, complaint, "alihkan", agency="PLN", text="Diteruskan ke PLN.") == 302
    assert f"/triase/{complaint.code}" not in client.get("/triase").text
    listed = client.get("/triase?tumpukan=put_away").text
    assert complaint.code in listed and "diteruskan ke PLN" in listed
    assert "Laporan ini sudah diteruskan ke PLN." in client.get(f"/triase/{complaint.code}").text
    assert send(client, complaint, "pulihkan", note="Lampu itu milik kota.") == 302
    assert complaint.code in client.get("/triase?tumpukan=restored").text


def test_archiving_wants_a_reason_and_verifying_is_one_press(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    first, second = waiting(session), waiting(session)
    sign_in(client, agency.triage)
    assert send(client, first, "arsipkan", text="Terima kasih atas ucapannya.") == 400
    assert send(client, first, "arsipkan", text="Terima kasih atas ucapannya.", reason="no_complaint") == 302
    for _ in range(2):
        assert send(client, second, "verifikasi") == 302
    session.expire_all()
    assert (first.state, second.state) == (State.ARCHIVED, State.VERIFIED)
    assert second.code in client.get("/triase?tumpukan=verified").text


def test_the_last_of_triage_cannot_step_out_until_somebody_else_is_there(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    complaint = waiting(session)
    sign_in(client, agency.triage)
    assert send(client, complaint, "konflik") == 302
    assert "Minta admin menambah petugas triase dulu." in client.get("/triase").text
    give_role(session, make_account(session), Role.TRIAGE, agency.city)
    session.commit()
    assert send(client, complaint, "konflik") == 302
    assert client.get(f"/triase/{complaint.code}").status_code == 404
    assert f"/triase/{complaint.code}" not in client.get("/triase").text


def test_too_many_hands_and_a_plain_return_are_told_apart(session: Session, agency: Agency) -> None:
    returned, worn = make_placed(session, NOW, agency.unit), make_placed(session, NOW, agency.unit)
    send_back(returned, agency.sari, "Bukan kami.", NOW)
    for unit in (agency.elsewhere, agency.unit, agency.elsewhere, agency.unit):
        forward_complaint(worn, agency.rina, unit, "Bukan kami.", NOW)
        session.flush()
    piles = {item.code: item.pile for item in list_triage(agency.triage, NOW).items}
    assert piles == {returned.code: TriagePile.SENT_BACK, worn.code: TriagePile.CEILING}
    assert list_triage(agency.triage, NOW).counts == {TriagePile.SENT_BACK: 1, TriagePile.CEILING: 1}


def test_several_go_to_one_unit_but_never_what_points_at_a_person(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    plain = [waiting(session) for _ in range(2)]
    personal, concerned = waiting(session, about_person=True), waiting(session)
    accused = make_account(session, (Role.TRIAGE, agency.city))
    agency.tono_officer.account_id = accused.id
    exclude_officers(concerned.feedback_id, [agency.tono_officer.id], NOW)
    session.commit()
    sign_in(client, accused)
    page = client.get("/triase").text
    boxes = re.findall(r'name="codes" value="([^"]+)"', page)
    assert sorted(boxes) == sorted(one.code for one in plain) and concerned.code not in page
    codes = [one.code for one in (*plain, personal, concerned)]
    data = {"nonce": NONCE, "codes": codes, "do": "send", "unit": agency.unit.id}
    assert client.post("/triase/banyak", data=data).status_code == 400
    assert client.post("/triase/banyak", data=data | {"note": "Semua urusan akta."}).status_code == 302
    session.expire_all()
    assert [one.state for one in plain] == ["sent", "sent"]
    assert [one.state for one in (personal, concerned)] == ["in_triage", "in_triage"]


def test_several_are_put_away_and_each_reporter_is_told(client: FlaskClient, session: Session, agency: Agency) -> None:
    complaints = [waiting(session) for _ in range(2)]
    sign_in(client, agency.triage)
    data = {
        "nonce": NONCE,
        "codes": [one.code for one in complaints],
        "do": "archive",
        "text": "Ini ucapan terima kasih.",
    }
    for _ in range(2):
        assert client.post("/triase/banyak", data=data).status_code == 302
    assert session.scalars(select(ComplaintMessage.kind)).all() == ["farewell", "farewell"]
    assert len(session.scalars(select(Disposition.id).where(Disposition.kind == "archived")).all()) == 2
    assert client.post("/triase/banyak", data={**data, "codes": []}).status_code == 400


def test_pages_ask_few_questions_however_much_there_is(client: FlaskClient, session: Session, agency: Agency) -> None:
    complaint = waiting(session)
    sign_in(client, agency.triage)
    few = [_statements(client, page) for page in ("/triase", f"/triase/{complaint.code}")]
    for _ in range(8):
        waiting(session)
    many = [_statements(client, page) for page in ("/triase", f"/triase/{complaint.code}")]
    assert many == few
    assert max(few) <= 12


def _statements(client: FlaskClient, address: str) -> int:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        assert client.get(address).status_code == 200
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return len(seen)
