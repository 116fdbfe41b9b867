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
from webapp.counter.incoming.models import ApiClient, IncomingRecord, SourceAlias
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
