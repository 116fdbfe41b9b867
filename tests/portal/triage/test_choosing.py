"""One press decides, and is taken back; what the words say is marked and proposed, and never becomes markup."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.accounts.permissions import Role
from webapp.attribution.models import Attribution, TextOpinion
from webapp.attribution.opinions import form_opinions
from webapp.attribution.triage_desk import list_triage
from webapp.feedback.handling import take_complaint
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Disposition

NOW = datetime.now(UTC) - timedelta(hours=3)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def waiting(session: Session, agency: Agency, text: str, at: datetime = NOW, **opinion: Any) -> Complaint:
    """A complaint before triage, of which the words say `opinion`: most of all that it is the unit's."""
    complaint = make_placed(session, at, None, text=text)
    form_opinions([complaint.feedback_id], at)
    row = session.get_one(TextOpinion, complaint.feedback_id)
    said = {
        "candidates": [
            {"unit_id": agency.unit.id, "probability": 0.5, "words": [["antre", 1.0], ["script", 0.9]]},
            {"unit_id": agency.elsewhere.id, "probability": 0.4, "words": [["antre", 0.9]]},
        ],
        "kind": "complaint",
        "outside": None,
        "parts": [],
    }
    for name, value in (said | opinion).items():
        setattr(row, name, value)
    session.commit()
    return complaint


def press(client: FlaskClient, page: str, label: str) -> dict[str, str]:
    """What the form around the button with these words would send, its address under "to"."""
    for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
        for button in re.findall(r"<button.*?</button>", form, re.DOTALL):
            if label in html.unescape(re.sub(r"<[^>]+>", "", button)):
                fields = dict(re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
                named = re.search(r'name="([^"]+)" value="([^"]*)"', button)
                action = re.search(r'action="([^"]+)"', form)
                assert action
                return fields | ({named[1]: named[2]} if named else {}) | {"to": html.unescape(action[1])}
    raise AssertionError(f"no button {label!r}")


def send(client: FlaskClient, data: dict[str, str]) -> str:
    """Press it; where it leads."""
    answer = client.post(data["to"], data={name: value for name, value in data.items() if name != "to"})
    assert answer.status_code == 302
    return str(answer.headers["Location"])


def judgements(session: Session, complaint: Complaint) -> list[tuple[str, int | None, bool]]:
    """Of each judgement, the oldest first: who made it, its strongest unit, whether it stands."""
    session.expire_all()
    rows = session.scalars(
        select(Attribution).where(Attribution.feedback_id == complaint.feedback_id).order_by(Attribution.id)
    )
    return [(row.made_by, row.shares[0].unit_id, row.superseded_at is None) for row in rows]


def test_one_press_decides_shows_the_next_and_is_taken_back(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    first = waiting(session, agency, "Saya antre lama.")
    second = waiting(session, agency, "Antre lagi, sudah siang.", NOW + timedelta(minutes=1))
    sign_in(client, agency.triage)
    page = client.get(f"/triase/{first.code}").text
    assert 'data-press="2"' in page and "karena: antre" in page
    before = judgements(session, first)
    chosen = press(client, page, "Seksi Pindah Datang")
    assert send(client, chosen) == f"/triase/{second.code}"
    assert judgements(session, first) == [
        (*before[0][:2], False),
        ("triage", agency.elsewhere.id, True),
    ]
    assert (first.state, first.unit_id) == (State.SENT, agency.elsewhere.id)
    send(client, chosen)  # sent twice it is decided once
    assert len(judgements(session, first)) == 2

    page = client.get(f"/triase/{second.code}").text
    assert f"{first.code} dikirim ke Seksi Pindah Datang." in page
    undo = press(client, page, "Batalkan")
    assert send(client, undo) == f"/triase/{first.code}"
    assert judgements(session, first) == [
        (*before[0][:2], False),
        ("triage", agency.elsewhere.id, False),
        (*before[0][:2], True),
    ]
    assert (first.state, first.unit_id) == (State.IN_TRIAGE, None)
    page = client.get(f"/triase/{first.code}").text
    assert "Keputusan terakhir dibatalkan" in page
    send(client, undo)  # once is enough
    assert len(judgements(session, first)) == 3


def test_what_somebody_works_on_or_another_decided_is_not_taken_back(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    complaint = waiting(session, agency, "Saya antre lama.")
    sign_in(client, agency.triage)
    send(client, press(client, client.get(f"/triase/{complaint.code}").text, "Seksi Akta"))
    undo = press(client, client.get("/triase").text, "Batalkan")
    other = make_account(session, (Role.TRIAGE, agency.city))
    session.commit()
    sign_in(client, other)
    assert "Batalkan keputusan saya" not in client.get(f"/triase/{complaint.code}").text
    send(client, undo)
    assert judgements(session, complaint)[-1] == ("triage", agency.unit.id, True)
    take_complaint(complaint, agency.sari, datetime.now(UTC))
    session.commit()
    sign_in(client, agency.triage)
    send(client, undo)
    assert "Tidak dapat dibatalkan lagi" in client.get("/triase").text
    session.expire_all()
    assert complaint.state == State.IN_WORK


def test_what_is_marked_stays_text(client: FlaskClient, session: Session, agency: Agency) -> None:
    evil = "Saya antre <script>alert('antre')</script> & <b>lama</b>."
    complaint = waiting(session, agency, evil)
    sign_in(client, agency.triage)
    page = client.get(f"/triase/{complaint.code}").text
    letter = re.search(r'<p class="letter">(.*?)</p>', page, re.DOTALL)
    assert letter is not None
    assert set(re.findall(r"</?(\w+)", letter[1])) == {"mark", "sup"}
    assert '<mark class="spoke c1">antre<sup>1,2</sup></mark>' in letter[1]
    assert '<mark class="spoke c1">script<sup>1</sup></mark>' in letter[1]
    shown = html.unescape(re.sub(r"<[^>]+>", "", re.sub(r"<sup>.*?</sup>", "", letter[1])))
    assert shown == evil


def test_what_points_at_a_person_is_decided_by_the_form_alone(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    complaint = waiting(session, agency, "Petugas itu kasar, saya antre lama.")
    assert complaint.points_at_person
    plain = waiting(session, agency, "Saya antre lama.")
    sign_in(client, agency.triage)
    chosen = press(client, client.get(f"/triase/{plain.code}").text, "Seksi Akta")
    page = client.get(f"/triase/{complaint.code}").text
    assert "data-press" not in page and f"/triase/{complaint.code}?unit={agency.unit.id}#decision" in page
    opened = client.get(f"/triase/{complaint.code}?unit={agency.elsewhere.id}").text
    assert f'<option selected value="{agency.elsewhere.id}">' in opened
    standing = re.search(r'name="standing"[^>]*value="(\d+)"', page)
    assert standing is not None
    forged = chosen | {"to": f"/triase/{complaint.code}/pilih", "choose-standing": standing[1]}
    assert send(client, forged) == f"/triase/{complaint.code}"
    assert "Putuskan lewat formulir" in client.get("/triase").text
    session.expire_all()
    assert complaint.state == State.IN_TRIAGE


def test_a_unit_beyond_reach_or_one_that_nobody_is_decides_nothing(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    complaint = waiting(session, agency, "Saya antre lama.")
    sign_in(client, make_account(session, (Role.TRIAGE, agency.elsewhere)))
    session.commit()
    page = client.get(f"/triase/{complaint.code}").text
    assert "Seksi Akta" not in page  # no candidate that he cannot choose, not even by its name
    chosen = press(client, page, "Seksi Pindah Datang")
    for unit in (str(agency.unit.id), "9" * 30, "x", ""):
        assert send(client, chosen | {"choose-unit": unit}) == f"/triase/{complaint.code}"
    session.expire_all()
    assert complaint.state == State.IN_TRIAGE
    sign_in(client, agency.rina)
    assert client.post(chosen["to"], data=chosen).status_code == 403


def test_another_kind_is_one_press_and_one_back(client: FlaskClient, session: Session, agency: Agency) -> None:
    complaint = waiting(session, agency, "Terima kasih, antre cepat.", kind="praise", kind_probability=0.9)
    sign_in(client, agency.triage)
    page = client.get(f"/triase/{complaint.code}").text
    assert "Sepertinya ini apresiasi" in page
    send(client, press(client, page, "Ubah jenisnya menjadi Apresiasi"))
    session.expire_all()
    assert complaint.complaint_kind == "praise"
    page = client.get(f"/triase/{complaint.code}").text
    assert "Jenis laporan diubah oleh Olivia Triase" in page and "Sepertinya ini apresiasi" not in page
    send(client, press(client, page, "Batalkan"))
    session.expire_all()
    assert complaint.complaint_kind == "complaint"
    moves = select(Disposition.reason).where(Disposition.kind == "kind_changed").order_by(Disposition.id)
    assert session.scalars(moves).all() == ["complaint>praise", "praise>complaint"]


def test_another_agency_and_two_matters_open_forms_that_are_filled_in(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    text = "Saya antre lama. Listrik padam terus."
    parts = [
        {"unit_id": agency.unit.id, "from": 0, "to": 16, "probability": 0.9},
        {"unit_id": agency.elsewhere.id, "from": 17, "to": len(text), "probability": 0.8},
    ]
    outside = {"agency": "PLN", "probability": 0.9, "words": ["listrik"]}
    complaint = waiting(session, agency, text, parts=parts, outside=outside)
    sign_in(client, agency.triage)
    page = client.get(f"/triase/{complaint.code}").text
    assert "Sepertinya urusan PLN, bukan urusan kita" in page and "Sepertinya ada dua urusan di sini" in page
    split, passing = (html.unescape(one) for one in sorted(re.findall(r'href="([^"]*usul=1)"', page)))
    form = client.get(split).text
    assert f'<option selected value="{agency.elsewhere.id}">' in form
    assert "Bagian ini: “Listrik padam terus.”" in form
    form = client.get(passing).text
    assert 'value="PLN"' in form and "Anda tidak perlu mengirim ulang ke mana pun." in form
    session.expire_all()
    assert complaint.state == State.IN_TRIAGE


def test_the_list_is_in_the_order_of_what_teaches_and_is_due(session: Session, agency: Agency) -> None:
    friday = datetime(2026, 11, 20, 3, tzinfo=UTC)  # three working days, with a weekend in them, do not press yet
    clear = waiting(session, agency, "Satu.", friday, teaches=0.1)
    teaching = waiting(session, agency, "Dua.", friday, teaches=0.9)
    overdue = waiting(session, agency, "Tiga.", friday - timedelta(days=30), teaches=0.1)
    desk = list_triage(agency.triage, friday)
    assert [item.code for item in desk.items] == [overdue.code, teaching.code, clear.code]
    assert [item.because for item in desk.items] == ["overdue", "close_call", "close_call"]
    assert desk.items[1].likely == (("Seksi Akta", 0.5), ("Seksi Pindah Datang", 0.4))


def test_the_page_of_models_is_for_those_who_look_after_them(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    session.commit()
    sign_in(client, agency.rina)
    assert client.get("/kelola/model").status_code == 403
    sign_in(client, agency.triage)
    assert "Sistem mulai belajar setelah ada 100 keputusan." in client.get("/kelola/model").text
