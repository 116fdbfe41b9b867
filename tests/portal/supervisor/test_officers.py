"""The supervisor sees the officers of his units, by name, and nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import give_role, make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_rated_visits
from tests.factories.organisation import make_officer, make_posting, make_unit
from tests.portal.markup import parse
from webapp.accounts.permissions import Role
from webapp.indicators.errors import NoSuchOfficer
from webapp.indicators.models import IndicatorSnapshot
from webapp.indicators.overview.queries import overview_of
from webapp.indicators.overview.standings import list_standings
from webapp.indicators.queries import sheet_of, unit_filters
from webapp.portal.supervisor import views

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(NOW + timedelta(days=14))
PERIOD = "2026-Q4"


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def test_officers_stand_by_name_whatever_their_figures(session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.budi_officer, NOW, [1] * 8)
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4] * 8)
    listed = list_standings(agency.rina, PERIOD)
    assert [one.name for one in listed] == ["Budi Santoso", "Sari Wulandari"]
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
    assert client.post(f"/petugas/{agency.tono_officer.id}/hitung-ulang").status_code == 404
    assert client.get(f"/petugas/{agency.tono_officer.id}/gambar/angka.svg").status_code == 404
    assert client.get("/petugas/999999").status_code == 404
    assert client.get(f"/petugas/{2**70}").status_code == 404
    for address in ("/petugas", "/petugas/lembar.pdf", "/petugas/gambar/rentang.svg"):
        assert client.get(f"{address}?unit={agency.elsewhere.id}").status_code == 404
    with pytest.raises(NoSuchOfficer):
        sheet_of(agency.rina, agency.tono_officer.id, PERIOD)


def test_officers_who_have_left_the_unit_are_not_there(session: Session, agency: Agency) -> None:
    gone = make_officer(session, name="Wati Pindah")
    make_posting(session, gone, agency.unit, ends_on=NOW.date())
    assert "Wati Pindah" not in [one.name for one in list_standings(agency.rina, PERIOD)]
    with pytest.raises(NoSuchOfficer):
        sheet_of(agency.rina, gone.id, PERIOD)


def test_a_role_reaches_the_units_below_and_filters_by_them(session: Session, agency: Agency) -> None:
    team = make_unit(session, agency.unit, name="Tim Loket")
    make_officer(session, team, name="Ayu Loket")
    assert [one.name for one in unit_filters(agency.rina)] == ["Seksi Akta", "Tim Loket"]
    assert [one.name for one in list_standings(agency.rina, PERIOD, team.id)] == ["Ayu Loket"]
    assert list_standings(agency.rina, PERIOD, agency.elsewhere.id) == ()


def test_who_supervises_nothing_sees_nobody(session: Session, agency: Agency) -> None:
    assert list_standings(agency.sari, PERIOD) == ()
    with pytest.raises(NoSuchOfficer):
        sheet_of(agency.sari, agency.sari_officer.id, PERIOD)


def test_long_lists_come_page_by_page_and_by_words(
    client: FlaskClient, session: Session, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "PAGE", 1)
    session.commit()
    sign_in(client, agency.rina)
    assert "Halaman 1 dari 2" in client.get("/petugas").text
    assert "Halaman 2 dari 2" in client.get("/petugas?page=99").text
    assert client.get("/petugas?page=x&unit=y").status_code == 200
    found = client.get("/petugas?q=SARI").text
    assert "Halaman" not in found
    assert "Tidak ada petugas yang cocok" in client.get("/petugas?q=%25").text


def test_one_officer_shows_groups_and_no_case(client: FlaskClient, session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 4, 4, 2, 4, 4])
    session.commit()
    sign_in(client, agency.rina)
    page = client.get(f"/petugas/{agency.sari_officer.id}?periode={PERIOD}").text
    assert "Sari Wulandari" in page
    assert "7 penilaian" in page
    assert "Anda yang menjawab" not in page
    assert "/meja/" not in page.split("<main", 1)[1].split("</main", 1)[0]


def test_a_figure_is_computed_again_at_a_press(client: FlaskClient, session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 4, 4, 2, 4, 4])
    session.commit()
    sign_in(client, agency.rina)
    press = f"/petugas/{agency.sari_officer.id}/hitung-ulang?periode={PERIOD}"
    assert "Sama sampai angka terakhir." in client.post(press).text
    snapshot = session.query(IndicatorSnapshot).filter_by(superseded_at=None).one()
    snapshot.figure += 1e-12  # somebody wrote into the table
    session.commit()
    page = client.post(press).text
    assert "Tidak sama." in page
    assert "<code>figure</code>" in page
    assert client.post(f"/petugas/{agency.budi_officer.id}/hitung-ulang?periode={PERIOD}").status_code == 404


def test_a_supervisor_who_serves_is_kept_from_what_would_tell_his_own_raters(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    give_role(session, agency.sari, Role.SUPERVISOR, agency.unit)
    make_rated_visits(session, agency, agency.sari_officer, NOW, [1, 1])
    make_rated_visits(session, agency, agency.budi_officer, NOW, [1, 1, 1, 1, 1, 1])
    session.commit()
    budi, sari = list_standings(agency.sari, PERIOD)
    assert sari.figure is None
    assert budi.figure is not None
    assert [point.officer_id for point in overview_of(agency.sari, PERIOD).funnel.points] == [budi.officer_id]
    assert sheet_of(agency.sari, agency.sari_officer.id, PERIOD).figure is None
    sign_in(client, agency.sari)
    assert client.get(f"/petugas/{agency.sari_officer.id}?periode={PERIOD}").status_code == 200
    assert client.post(f"/petugas/{agency.sari_officer.id}/hitung-ulang?periode={PERIOD}").status_code == 404


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.AUDITOR])
def test_inspectors_and_auditors_read_too(client: FlaskClient, session: Session, agency: Agency, role: Role) -> None:
    account = make_account(session, (role, agency.city))
    session.commit()
    sign_in(client, account)
    page = client.get("/petugas").text
    assert "Tono Harjo" in page
    assert "Sari Wulandari" in page


def test_who_needs_a_look_and_of_whom_too_little_is_known(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    """Fifty lowest ratings of one officer against a few of another: only the first is named."""
    for day in range(10):
        at = NOW.replace(month=10, day=day + 1)
        make_rated_visits(session, agency, agency.budi_officer, at, [1] * 5)
    make_rated_visits(session, agency, agency.sari_officer, NOW, [1] * 2)
    session.commit()
    sign_in(client, agency.rina)
    page = parse(client.get(f"/petugas?periode={PERIOD}").text)
    looked_at = next(one for one in page.all("section") if one.get("aria-labelledby") == "look")
    few = next(one for one in page.all("section") if one.get("aria-labelledby") == "few")
    assert "Budi Santoso" in looked_at.text
    assert "Sari Wulandari" not in looked_at.text
    assert "Sari Wulandari" in few.text
    in_order = client.get(f"/petugas?periode={PERIOD}&urut=perhatian").text.split('id="semua"')[1]
    assert in_order.index("Budi Santoso") < in_order.index("Sari Wulandari")


def test_the_same_plots_as_files_and_on_the_sheet(client: FlaskClient, session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 4, 4, 2, 4])
    session.commit()
    sign_in(client, agency.rina)
    page = parse(client.get(f"/petugas?periode={PERIOD}").text)
    shown = [image.get("src") or "" for image in page.all("img")]
    assert {"rentang.svg", "corong.svg"} <= {source.split("?")[0].rsplit("/", 1)[1] for source in shown}
    for source in shown:
        assert client.get(source).mimetype == "image/svg+xml"
    assert client.get(f"/petugas/gambar/rentang.png?periode={PERIOD}").data.startswith(b"\x89PNG")
    assert client.get(f"/petugas/gambar/tidak-ada.svg?periode={PERIOD}").status_code == 404
    assert client.get(f"/petugas/lembar.pdf?periode={PERIOD}").data.startswith(b"%PDF")
