"""The page where a unit keeps its words: who may, what is refused, what two people see of each other."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency
from webapp.feedback.casework.models import ReplyTemplate
from webapp.feedback.casework.reply_templates import add_template, change_template, read_kept

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(NOW + timedelta(days=14))
NONCE = "0e1c6b1e-6a55-4b4e-9f0d-6f6a9d6f0001"


@pytest.fixture
def agency(session: Session) -> Agency:
    agency = make_agency(session)
    session.commit()
    return agency


def test_a_template_is_kept_once_for_ones_own_unit(client: FlaskClient, session: Session, agency: Agency) -> None:
    sign_in(client, agency.rina)
    new = {"unit": str(agency.unit.id), "name": "Server", "text": "Server {layanan} sudah pulih.", "nonce": NONCE}
    for _press in range(2):
        assert client.post("/templat-jawaban", data=new).status_code == 303
    page = client.get("/templat-jawaban").text
    assert "Server {layanan} sudah pulih." in page
    assert session.scalars(select(ReplyTemplate.name)).all() == ["Server"]
    refused = client.post("/templat-jawaban", data=new | {"text": "Kata-kata yang lain."})
    assert refused.status_code == 409 and "Kata-kata yang lain." in refused.text
    unknown = client.post("/templat-jawaban", data=new | {"text": "Halo {nama_pelapor}, terima kasih."})
    assert unknown.status_code == 400 and "Isian {nama_pelapor} tidak dikenal" in unknown.text
    foreign = client.post("/templat-jawaban", data=new | {"unit": str(agency.elsewhere.id)})
    assert foreign.status_code == 400
    sign_in(client, agency.sari)
    assert client.get("/templat-jawaban").status_code == 403


def test_two_who_change_one_template_see_both_versions(client: FlaskClient, session: Session, agency: Agency) -> None:
    id_ = add_template(agency.rina, agency.unit.id, "Server", "Server sudah pulih.", at=NOW)
    version = read_kept(agency.rina, id_).version
    later = NOW + timedelta(minutes=1)
    change_template(agency.rina, id_, name="Server", text="Server pulih Senin.", active=True, version=version, at=later)
    session.commit()
    sign_in(client, agency.rina)
    mine = {"name": "Server", "text": "Server pulih Selasa.", "active": "y", "version": version, "nonce": NONCE}
    stale = client.post(f"/templat-jawaban/{id_}", data=mine)
    assert stale.status_code == 409
    assert "Server pulih Senin." in stale.text and "Server pulih Selasa." in stale.text
    now = re.search(r'name="version"[^>]*value="([^"]+)"', stale.text)
    assert now is not None
    assert client.post(f"/templat-jawaban/{id_}", data=mine | {"version": now[1]}).status_code == 303
    session.expire_all()
    assert session.get_one(ReplyTemplate, id_).text == "Server pulih Selasa."
    sign_in(client, agency.tono)
    assert client.get(f"/templat-jawaban/{id_}").status_code in (403, 404)
