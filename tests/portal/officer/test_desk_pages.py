"""The queue narrowed down, several decided at once, nothing new said cheaply, and the search as a page."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.accounts.permissions import Role
from webapp.database import db
from webapp.feedback.casework.models import SavedFilter
from webapp.feedback.handling import mark_personal, take_complaint
from webapp.feedback.models import Complaint

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(NOW + timedelta(days=14))


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def queries_of(client: FlaskClient, path: str) -> int:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    return len(asked)


@pytest.mark.parametrize("path", ["/meja", "/meja?q=loket&batas=minggu", "/meja?tampil=selesai", "/cari?q=lokket"])
def test_no_page_asks_more_of_the_database_the_more_it_shows(
    client: FlaskClient, session: Session, agency: Agency, path: str
) -> None:
    sign_in(client, agency.rina)
    make_placed(session, NOW, agency.unit, text="Loket tutup.")
    session.commit()
    client.get(path)
    few = queries_of(client, path)
    for n in range(6):
        complaint = make_placed(session, NOW, agency.unit, text=f"Loket tutup lagi, sudah {n} kali.")
        if n % 2:
            take_complaint(complaint, agency.budi, NOW)
    session.commit()
    assert queries_of(client, path) <= min(12, few + 1)  # a desk that holds something is asked for its items once


def test_a_queue_in_which_nothing_changed_sends_nothing(client: FlaskClient, session: Session, agency: Agency) -> None:
    make_placed(session, NOW, agency.unit)
    session.commit()
    sign_in(client, agency.sari)
    tag = re.search(r"tanda=([0-9a-f]+)", client.get("/meja").text)
    assert tag is not None
    address, alone = f"/meja?tanda={tag[1]}", {"HX-Request": "true"}
    assert client.get(address, headers=alone).status_code == 204
    assert client.get(address).status_code == 200  # a page is a page
    other = make_placed(session, NOW, agency.unit)
    session.commit()
    assert other.code in client.get(address, headers=alone).text


def test_the_queue_is_narrowed_down_and_the_look_kept(client: FlaskClient, session: Session, agency: Agency) -> None:
    late = make_placed(session, NOW - timedelta(days=60), agency.unit, text="Sudah dua bulan menunggu akta.")
    fresh = make_placed(session, datetime.now(UTC), agency.unit, text="Baru kemarin saya datang.")
    session.commit()
    sign_in(client, agency.sari)
    page = client.get("/meja?batas=terlambat").text
    assert late.code in page
    assert fresh.code not in page
    assert fresh.code not in client.get(f"/meja?unit={agency.elsewhere.id}").text
    assert fresh.code in client.get(f"/meja?unit={agency.unit.id}&jenis=complaint").text
    assert "Tidak ada yang cocok" in client.get("/meja?jenis=suggestion").text
    saved = client.post("/meja/tampilan", data={"batas": "terlambat", "name": "Terlambat", "q": "akta", "tampil": "x"})
    assert saved.headers["Location"].endswith("/meja?q=akta&batas=terlambat")
    look = session.scalars(select(SavedFilter)).one()
    assert look.conditions == {"q": "akta", "batas": "terlambat"}
    assert "Terlambat</a>" in client.get("/meja").text
    sign_in(client, agency.budi)
    assert "Terlambat</a>" not in client.get("/meja").text
    client.post("/meja/tampilan", data={"do": "forget", "look": str(look.id)})
    assert session.scalars(select(SavedFilter.name)).all() == ["Terlambat"]  # another's is not his to forget


def nonce_of(client: FlaskClient) -> dict[str, str]:
    form = re.search(r'<form class="row" id="bulk".*?</form>', client.get("/meja").text, re.DOTALL)
    assert form is not None
    return dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', form[0]))


def test_several_are_taken_at_once_each_for_itself(client: FlaskClient, session: Session, agency: Agency) -> None:
    free = [make_placed(session, NOW, agency.unit) for _ in range(2)]
    taken, foreign = make_placed(session, NOW, agency.unit), make_placed(session, NOW, agency.elsewhere)
    secret = make_placed(session, NOW, agency.unit)
    mark_personal(secret, True, agency.rina, NOW)
    session.commit()
    sign_in(client, agency.sari)
    hidden = nonce_of(client)
    take_complaint(taken, agency.budi, NOW)
    session.commit()
    every = [one.code for one in (*free, taken, foreign, secret)]
    page = client.post("/meja/sekaligus", data=hidden | {"do": "take", "codes": every}, follow_redirects=True).text
    assert "2 laporan selesai diatur" in page
    assert "3 laporan tidak berubah" in page
    session.expire_all()
    handlers = dict(session.execute(select(Complaint.code, Complaint.handler_id)).all())
    assert [handlers[code] for code in every] == [agency.sari.id] * 2 + [agency.budi.id, None, None]


def test_only_who_hands_out_hands_out(client: FlaskClient, session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    session.commit()
    sign_in(client, agency.sari)
    wanted = {"do": "assign", "codes": [complaint.code], "officer": str(agency.budi.id)}
    client.post("/meja/sekaligus", data=nonce_of(client) | wanted)
    session.expire_all()
    assert complaint.handler_id is None
    sign_in(client, agency.rina)
    client.post("/meja/sekaligus", data=nonce_of(client) | wanted)
    session.expire_all()
    assert (complaint.handler_id, complaint.state) == (agency.budi.id, "assigned")
    sign_in(client, agency.budi)
    assert "Diserahkan kepada Anda" in client.get("/meja").text


def test_the_search_is_a_page_for_whoever_sees_complaints(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    complaint = make_placed(session, NOW, agency.unit, text="Blangko habis lagi.")
    auditor = make_account(session, (Role.AUDITOR, agency.city))
    inspector = make_account(session, (Role.INSPECTOR, agency.city))
    session.commit()
    sign_in(client, agency.sari)
    assert f"/meja/{complaint.code}" in client.get("/cari?q=blangko").text
    assert complaint.code not in client.get("/cari?q=blangko&sampai=2026-11-09").text
    assert "Yang ditemukan" not in client.get("/cari").text
    for odd in ("unit=x", "petugas=99999999999999999999", "dari=2026-99-01", "sampai=9999-12-31", "sejak=1-2-3",
                "sejak=99999999999999999-5", "q=%00", "keadaan=gone", "jenis=none", "tempat=%27"):  # fmt: skip
        assert client.get(f"/cari?{odd}").status_code == 200, odd
    sign_in(client, inspector)
    found = client.get("/cari?q=blangko").text
    assert complaint.code in found
    assert f"/meja/{complaint.code}" not in found  # he reads, and answers nothing
    sign_in(client, auditor)
    assert client.get("/cari?q=blangko").status_code == 403
