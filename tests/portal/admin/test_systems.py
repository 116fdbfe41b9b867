"""Connecting a system by the pages, and saying what its names mean."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.organisation import make_unit
from tests.factories.reporting import MORNING, make_reporting_office, stage, visit
from tests.portal.admin.conftest import City
from webapp.accounts.permissions import Role
from webapp.counter.incoming.models import ApiClient, DiscardedReport, IncomingRecord, SourceAlias
from webapp.counter.models import Visit


def test_a_system_is_connected_by_its_token_until_that_is_replaced_or_it_is_switched_off(
    client: FlaskClient, session: Session, city: City
) -> None:
    sign_in(client, city.ours.admin)
    sent = {"name": "Mesin lobi", "source": "Mesin-Lobi", "unit": city.ours.unit.id}
    page = client.post("/kelola/sistem-lain/baru", data=sent)
    assert page.headers["Cache-Control"] == "no-store"
    [token] = set(re.findall(r"tgp_[\w-]{43}", page.text))
    system = session.scalars(select(ApiClient)).one()
    assert (system.source, system.unit_id) == ("mesin-lobi", city.ours.unit.id)
    assert token.encode() not in system.token_digest and token not in client.get("/kelola/sistem-lain").text
    again = client.post("/kelola/sistem-lain/baru", data=sent)
    assert again.status_code == 400 and "sudah dipakai" in again.text

    def status(token: str) -> int:
        return client.post("/api/v1/visits", json={}, headers={"Authorization": f"Bearer {token}"}).status_code

    assert status(token) == 422
    base = f"/kelola/sistem-lain/{system.id}"
    [newer] = set(re.findall(r"tgp_[\w-]{43}", client.post(f"{base}/token").text))
    assert (status(token), status(newer)) == (401, 422)
    client.post(f"{base}/matikan")
    assert status(newer) == 401
    client.post(f"{base}/hidupkan")
    assert status(newer) == 422
    sign_in(client, city.theirs.admin)
    assert "mesin-lobi" not in client.get("/kelola/sistem-lain").text
    assert client.post(f"{base}/token").status_code == 404
    assert client.post("/kelola/sistem-lain/baru", data=sent | {"name": "X"}).status_code == 400, "not his unit"


def test_what_a_name_means_is_said_once_and_frees_what_waited(client: FlaskClient, session: Session) -> None:
    office = make_reporting_office(session)
    admin = make_account(session, (Role.ADMINISTRATOR, office.unit))
    stranger = make_account(session, (Role.ADMINISTRATOR, make_unit(session, office.root)))
    session.commit()
    visits = [visit(str(n), officer="Bu Sari", counter="L3" if n == 2 else "3") for n in range(3)]
    client.post("/api/v1/visits/batch", json={"visits": visits}, headers=office.headers)
    told = stage(hands=[{"officer": "Bu Sari", "taken_at": MORNING.isoformat()}])
    client.post("/api/v1/stages", json=told, headers=office.headers)

    sign_in(client, stranger)
    assert "Bu Sari" not in client.get("/kelola/kiriman").text
    meant = {"source": "mesin", "kind": "officer", "name": "Bu Sari", "meaning": office.officer.id}
    client.post("/kelola/kiriman/arti", data=meant)
    assert session.scalar(select(func.count(SourceAlias.id))) == 0

    sign_in(client, admin)
    page = client.get("/kelola/kiriman").text
    assert "4 kiriman menunggu" in page and "Petugas “Bu Sari” tidak dikenal" in page and "DISDUK/L3" in page
    client.post("/kelola/kiriman/arti", data=meant | {"meaning": ""})
    assert "Pilih dulu artinya" in client.get("/kelola/kiriman").text
    client.post("/kelola/kiriman/arti", data=meant)
    page = client.get("/kelola/kiriman").text
    assert "3 kiriman sekarang dihitung" in page and "1 kiriman masih menunggu" in page
    assert session.scalar(select(func.count(Visit.id))) == 2
    client.post(
        "/kelola/kiriman/arti",
        data={"source": "mesin", "kind": "counter", "name": "DISDUK/L3", "meaning": office.counter.id},
    )
    session.expire_all()
    assert set(session.scalars(select(IncomingRecord.state))) == {"accepted"}
    assert set(session.scalars(select(Visit.officer_id))) == {office.officer.id}
    later = client.post("/api/v1/visits", json=visit("9", officer="Bu Sari", counter="L3"), headers=office.headers)
    assert later.json["outcome"] == "created", "the meaning is kept"
    assert "Tidak ada kiriman yang menunggu" in client.post("/kelola/kiriman/ulangi", follow_redirects=True).text


def test_a_system_moves_to_the_unit_that_it_really_reports_for(client: FlaskClient, session: Session) -> None:
    office = make_reporting_office(session)
    admin = make_account(session, (Role.ADMINISTRATOR, office.root))
    elsewhere = make_unit(session, office.root, name="Kecamatan", code="KEC")
    inside = make_account(session, (Role.ADMINISTRATOR, office.unit))
    office.client.unit_id = elsewhere.id
    session.commit()
    told = client.post("/api/v1/visits", json=visit(unit="DISDUK"), headers=office.headers)
    assert told.json["outcome"] == "held"
    address = f"/kelola/sistem-lain/{office.client.id}/ubah"
    sign_in(client, inside)
    assert client.get(address).status_code == 404
    sign_in(client, admin)
    assert "mesin" in client.get(address).text
    assert client.post(address, data={"name": " ", "unit": office.unit.id}).status_code == 400
    assert client.post(address, data={"name": "Mesin baru", "unit": "9" * 30}).status_code == 400
    page = client.post(address, data={"name": "Mesin baru", "unit": office.unit.id}, follow_redirects=True).text
    assert "Mesin baru sekarang melapor untuk Dinas Uji" in page and "1 kiriman sekarang dihitung" in page
    assert session.scalars(select(Visit.unit_id)).one() == office.unit.id
    assert client.post("/api/v1/visits", json=visit("A-2"), headers=office.headers).json["outcome"] == "created"


def test_what_is_not_wanted_is_discarded_with_a_reason_and_can_be_taken_back(
    client: FlaskClient, session: Session
) -> None:
    office = make_reporting_office(session)
    admin = make_account(session, (Role.ADMINISTRATOR, office.unit), name="Gita Admin")
    stranger = make_account(session, (Role.ADMINISTRATOR, make_unit(session, office.root)))
    session.commit()
    visits = [visit(str(n), officer="Uji Coba") for n in range(3)] + [visit("9", counter="L9")]
    client.post("/api/v1/visits/batch", json={"visits": visits}, headers=office.headers)
    by_name = "/kelola/kiriman/buang?source=mesin&kind=officer&name=Uji+Coba"
    sign_in(client, stranger)
    assert client.post(by_name, data={"reason": "bukan milik saya"}).status_code == 302
    sign_in(client, admin)
    assert "Buang 3 kiriman" in client.get(by_name).text
    assert client.post(by_name, data={"reason": " "}).status_code == 400
    assert set(session.scalars(select(IncomingRecord.state))) == {"held"}
    client.post(by_name, data={"reason": "Kiriman uji coba pemasok, NIK 3578012509900001"})
    page = client.get("/kelola/kiriman").text
    assert "1 kiriman menunggu" in page and "Gita Admin" in page and "uji coba pemasok" in page
    assert "3578012509900001" not in page
    [kept] = set(session.execute(select(DiscardedReport.account_id, DiscardedReport.taken_back_at)))
    assert kept == (admin.id, None) and session.scalar(select(func.count(DiscardedReport.id))) == 3
    # Tried again or sent again unchanged nothing comes of it; a correction is looked at.
    client.post("/kelola/kiriman/ulangi")
    assert client.post("/api/v1/visits", json=visits[0], headers=office.headers).json["outcome"] == "unchanged"
    better = client.post("/api/v1/visits", json=visits[1] | {"officer": "P-1"}, headers=office.headers)
    assert better.json["outcome"] == "corrected"
    assert session.scalar(select(func.count(Visit.id))) == 1
    again = session.scalars(
        select(DiscardedReport.id).join(IncomingRecord).where(IncomingRecord.external_id == "2")
    ).one()
    sign_in(client, stranger)
    client.post(f"/kelola/kiriman/{again}/kembalikan")
    sign_in(client, admin)
    assert "2 kiriman menunggu" in client.post(f"/kelola/kiriman/{again}/kembalikan", follow_redirects=True).text
    session.expire_all()
    assert session.get_one(DiscardedReport, again).taken_back_by_id == admin.id
    assert "tidak lagi dibuang" in client.post(f"/kelola/kiriman/{again}/kembalikan", follow_redirects=True).text
    assert client.post(f"/kelola/kiriman/{2**70}/kembalikan").status_code == 404
    held = session.scalars(select(IncomingRecord.id).where(IncomingRecord.external_id == "9")).one()
    client.post(f"/kelola/kiriman/buang?kiriman={held}", data={"reason": "loket itu tidak ada"})
    assert session.get_one(IncomingRecord, held).state == "discarded"
    assert client.get("/kelola/kiriman/buang?kiriman=" + "9" * 30).status_code == 302
