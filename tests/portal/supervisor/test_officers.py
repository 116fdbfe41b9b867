"""The supervisor sees the officers of his units, by name, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import give_role, make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_rated_visits
from tests.factories.organisation import make_officer, make_posting, make_unit
from webapp.accounts.permissions import Role
from webapp.indicators.errors import NoSuchOfficer
from webapp.indicators.queries import list_figures, sheet_of, unit, unit_filters

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
PERIOD = "2026-Q4"


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def test_officers_stand_by_name_whatever_their_figures(session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.budi_officer, NOW, [1] * 8)
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4] * 8)
    listed = list_figures(agency.rina, PERIOD).officers
    assert [one.officer for one in listed] == ["Budi Santoso", "Sari Wulandari"]
    low, high = (one.figure for one in listed)
    assert low is not None
    assert high is not None
    assert low < high
    assert [one.facts for one in listed] == [8, 8]


def test_other_units_officers_are_not_there(client: FlaskClient, session: Session, agency: Agency) -> None:
    session.commit()
    sign_in(client, agency.rina)
    page = client.get("/petugas").text
    assert "Sari Wulandari" in page
    assert "Tono Harjo" not in page
    assert client.get(f"/petugas/{agency.tono_officer.id}").status_code == 404
    assert client.get("/petugas/999999").status_code == 404
    assert client.get(f"/petugas/{2**70}").status_code == 404
    assert client.get(f"/petugas?unit={agency.elsewhere.id}").status_code == 404
    with pytest.raises(NoSuchOfficer):
        sheet_of(agency.rina, agency.tono_officer.id, PERIOD)


def test_officers_who_have_left_the_unit_are_not_there(session: Session, agency: Agency) -> None:
    gone = make_officer(session, name="Wati Pindah")
    make_posting(session, gone, agency.unit, ends_on=NOW.date())
    assert "Wati Pindah" not in [one.officer for one in list_figures(agency.rina, PERIOD).officers]
    with pytest.raises(NoSuchOfficer):
        sheet_of(agency.rina, gone.id, PERIOD)


def test_a_role_reaches_the_units_below_and_filters_by_them(session: Session, agency: Agency) -> None:
    team = make_unit(session, agency.unit, name="Tim Loket")
    make_officer(session, team, name="Ayu Loket")
    assert [one.name for one in unit_filters(agency.rina)] == ["Seksi Akta", "Tim Loket"]
    assert [one.officer for one in list_figures(agency.rina, PERIOD, unit_id=team.id).officers] == ["Ayu Loket"]
    assert list_figures(agency.rina, PERIOD, words="ayu").total == 1
    assert list_figures(agency.rina, PERIOD, words="%").total == 0
    assert list_figures(agency.rina, PERIOD, unit_id=agency.elsewhere.id).total == 0


def test_who_supervises_nothing_sees_nobody(session: Session, agency: Agency) -> None:
    assert list_figures(agency.sari, PERIOD).total == 0
    with pytest.raises(NoSuchOfficer):
        sheet_of(agency.sari, agency.sari_officer.id, PERIOD)


def test_long_lists_come_page_by_page(
    client: FlaskClient, session: Session, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unit, "PAGE", 1)
    session.commit()
    assert [one.officer for one in list_figures(agency.rina, PERIOD, page=2).officers] == ["Sari Wulandari"]
    assert list_figures(agency.rina, PERIOD, page=99).page == 2
    sign_in(client, agency.rina)
    assert "Halaman 1 dari 2" in client.get("/petugas").text
    assert client.get("/petugas?page=x&unit=y").status_code == 200


def test_one_officer_shows_groups_and_no_case(client: FlaskClient, session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 4, 4, 2, 4, 4])
    session.commit()
    sign_in(client, agency.rina)
    page = client.get(f"/petugas/{agency.sari_officer.id}?periode={PERIOD}").text
    assert "Sari Wulandari" in page
    assert "7 penilaian" in page
    assert "Anda yang menjawab" not in page
    assert "/meja/" not in page.split("<main", 1)[1].split("</main", 1)[0]


def test_a_supervisor_who_serves_is_kept_from_what_would_tell_his_own_raters(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    give_role(session, agency.sari, Role.SUPERVISOR, agency.unit)
    make_rated_visits(session, agency, agency.sari_officer, NOW, [1, 1])
    make_rated_visits(session, agency, agency.budi_officer, NOW, [1, 1])
    session.commit()
    budi, sari = list_figures(agency.sari, PERIOD).officers
    assert sari.figure is None
    assert budi.figure is not None
    assert sheet_of(agency.sari, agency.sari_officer.id, PERIOD).figure is None
    sign_in(client, agency.sari)
    assert client.get(f"/petugas/{agency.sari_officer.id}?periode={PERIOD}").status_code == 200


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.AUDITOR])
def test_inspectors_and_auditors_read_too(client: FlaskClient, session: Session, agency: Agency, role: Role) -> None:
    account = make_account(session, (role, agency.city))
    session.commit()
    sign_in(client, account)
    page = client.get("/petugas").text
    assert "Tono Harjo" in page
    assert "Sari Wulandari" in page
