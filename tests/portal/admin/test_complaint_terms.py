"""The page of deadlines: which preset holds where, and choosing another."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import Agency, make_agency
from tests.portal.markup import parse
from webapp.accounts.permissions import Role
from webapp.feedback.clocks.choosing import choose_preset, list_chosen
from webapp.feedback.clocks.presets import list_presets
from webapp.portal.deadline_words import preset_rows


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def test_a_choice_holds_here_and_below(client: FlaskClient, session: Session, agency: Agency) -> None:
    admin = make_account(session, (Role.ADMINISTRATOR, agency.city))
    session.commit()
    sign_in(client, admin)
    page = client.get("/kelola/tenggat")
    assert page.status_code == 200
    for words in (
        "SP4N-LAPOR!",
        "3 hari kerja",
        "permintaan informasi 5 hari kerja",
        "60 hari",
        "24 jam",
        "kepala unit",
    ):
        assert words in page.text
    url = f"/kelola/tenggat/{agency.unit.id}"
    form = parse(client.get(url).text)
    assert form.one("input", name="preset", value="as_above")["checked"] is not None
    assert client.post(url, data={"preset": "surakarta"}).status_code == 302
    assert client.post(f"/kelola/tenggat/{agency.city.id}", data={"preset": "uu25"}).status_code == 302
    session.expire_all()
    holds = {one.unit.id: (one.holds, one.inherited) for one in list_chosen(admin)}
    assert holds == {
        agency.city.id: ("uu25", False),
        agency.unit.id: ("surakarta", False),
        agency.elsewhere.id: ("uu25", True),
    }
    assert client.post(url, data={"preset": "as_above"}).status_code == 302
    session.expire_all()
    assert agency.unit.clock_preset is None


def test_what_is_no_preset_is_refused_and_others_units_are_not_there(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    admin = make_account(session, (Role.ADMINISTRATOR, agency.unit))
    session.commit()
    sign_in(client, admin)
    assert client.post(f"/kelola/tenggat/{agency.unit.id}", data={"preset": "jakarta"}).status_code == 400
    assert client.get(f"/kelola/tenggat/{agency.elsewhere.id}").status_code == 404
    assert client.post(f"/kelola/tenggat/{agency.elsewhere.id}", data={"preset": "uu25"}).status_code == 404
    assert "Seksi Pindah Datang" not in client.get("/kelola/tenggat").text
    sign_in(client, agency.sari)
    assert client.get("/kelola/tenggat").status_code in (403, 404)
    with pytest.raises(ValueError, match="no preset"):
        choose_preset(agency.unit, "jakarta")


def test_every_preset_can_be_said(app: object, database: object) -> None:
    for preset in list_presets():
        rows = preset_rows(preset)
        assert len(rows) == 5 and all(all(cell.strip() for cell in row) for row in rows)
