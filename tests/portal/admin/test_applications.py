"""Stages of a service, causes of pauses, and requirements that regulations speak against."""

from __future__ import annotations

import re

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.portal.admin.conftest import City
from webapp.counter.applications.catalogue import list_stages, pause_causes
from webapp.counter.applications.models import PauseCause

NONCE = "0e1c6b1e-6a55-4b4e-9f0d-6f6a9d6f0001"


def rows(*stages: tuple[str, str, str]) -> dict[str, str]:
    """Form fields for stages of position, name and target."""
    fields = {"nonce": NONCE}
    for number, (position, name, target) in enumerate(stages):
        fields |= {f"rows-{number}-position": position, f"rows-{number}-name": name, f"rows-{number}-target": target}
    return fields


def test_stages_are_set_in_their_order(client: FlaskClient, session: Session, city: City) -> None:
    sign_in(client, city.ours.admin)
    service = city.ours.service
    address = f"/kelola/layanan/{service.id}/tahapan"
    assert "Diverifikasi" in client.get(f"{address}?lazim=1").text
    more = client.post(address, data=rows(("1", "Diterima", "")) | {"more": "1"})
    assert more.text.count('class="card stage-row"') == 2
    assert 'value="Diterima"' in more.text
    wrong = client.post(address, data=rows(("1", "Diterima", "30"), ("2", "Terbit", "")))
    assert wrong.status_code == 400
    assert "Isi targetnya dalam menit kerja." in wrong.text
    sent = rows(("2", "Terbit", "60"), ("1", "Diterima", "30"), ("3", "", "5"))
    sent |= {"rows-0-unit": str(city.ours.section.id), "rows-0-officer": str(city.ours.officer.id)}
    assert client.post(address, data=sent).status_code == 302
    session.expire_all()
    assert [(one.code, one.name, one.target_minutes, one.unit_id) for one in list_stages(service.id)] == [
        ("diterima", "Diterima", 30, None),
        ("terbit", "Terbit", 60, city.ours.section.id),
    ]
    sent["rows-0-unit"] = str(city.theirs.section.id)
    assert client.post(address, data=sent).status_code == 400
    assert client.get(f"/kelola/layanan/{city.theirs.service.id}/tahapan").status_code == 404


def test_what_is_forbidden_is_asked_for_only_with_a_deliberate_tick(
    client: FlaskClient, session: Session, city: City
) -> None:
    sign_in(client, city.ours.admin)
    service = city.ours.service
    address = f"/kelola/layanan/{service.id}"
    form = {"nonce": NONCE, "name": service.name, "code": service.code, "unit": str(service.unit_id), "fee": "0"}
    form |= {"requirements": "KK\nSurat pengantar RT/RW", "active": "y"}
    # A tick that nobody was warned about counts for nothing.
    for silent in ({}, {"insists": "y"}, {"insists": "y", "warned_of": "x"}):
        refused = client.post(address, data=form | silent)
        assert refused.status_code == 400
        assert "Perpres 96/2018" in refused.text
        assert "Surat pengantar RT/RW" in refused.text
    warned_of = re.search(r'name="warned_of"[^>]*value="([^"]+)"', refused.text)
    assert warned_of is not None
    insisting = form | {"insists": "y", "warned_of": warned_of[1]}
    other = client.post(address, data=insisting | {"requirements": "KK\nSurat keterangan lurah"})
    assert other.status_code == 400
    assert client.post(address, data=insisting).status_code == 302
    session.expire_all()
    assert service.requirements == ["KK", "Surat pengantar RT/RW"]
    assert client.post(address, data=form | {"requirements": "KK"}).status_code == 302


def test_causes_are_changed_by_who_manages_the_whole_agency(client: FlaskClient, session: Session, city: City) -> None:
    sign_in(client, city.ours.admin)
    page = client.get("/kelola/sebab-jeda")
    assert "Gangguan server pusat" in page.text
    assert client.get("/kelola/sebab-jeda/baru").status_code == 403
    sign_in(client, city.chief)
    form = {"nonce": NONCE, "name": "Listrik padam", "outside_control": "y"}
    assert client.post("/kelola/sebab-jeda/baru", data=form).status_code == 302
    assert client.post("/kelola/sebab-jeda/baru", data=form | {"name": "listrik PADAM"}).status_code == 400
    cause = next(one for one in pause_causes() if one.name == "Listrik padam")
    assert (cause.code, cause.outside_control) == ("listrik-padam", True)
    changed = client.post(f"/kelola/sebab-jeda/{cause.id}", data={"nonce": NONCE, "name": "Listrik mati"})
    assert changed.status_code == 302
    session.expire_all()
    cause = session.get_one(PauseCause, cause.id)
    assert (cause.name, cause.outside_control, cause.active) == ("Listrik mati", False, False)
    assert client.get("/kelola/sebab-jeda/987654321").status_code == 404
