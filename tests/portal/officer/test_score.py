"""The officer reads his own figure line by line, and cannot read from it who rated or complained."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_placed, make_rated_visits
from webapp.accounts.permissions import Role
from webapp.attribution.actions import decide_attribution
from webapp.feedback.handling import answer_complaint
from webapp.feedback.vocabulary import Finding
from webapp.indicators.actions import record_facts
from webapp.indicators.components.registry import COMPONENTS
from webapp.indicators.presets import load_preset
from webapp.indicators.queries import own_sheet, sheet_of
from webapp.indicators.wording.facts import PARTS
from webapp.indicators.wording.parts_told import TOLD

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(NOW + timedelta(days=14))
PERIOD = "2026-Q4"
PAGE = f"/nilai-saya?periode={PERIOD}"


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def test_the_lines_sum_to_the_distance_from_the_expected(session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 4, 1, 4, 4, 2, 4, 4, 3, 4, 4])
    sheet = own_sheet(agency.sari, PERIOD)
    assert sheet is not None
    assert sheet.figure is not None
    assert sheet.expected is not None
    points = [group.points for group in sheet.groups]
    assert None not in points
    assert sum(point for point in points if point is not None) == pytest.approx(sheet.figure - sheet.expected, abs=1e-9)
    assert sum(group.sources["rating"] for group in sheet.groups) == 12


def test_the_page_shows_figure_interval_and_reliability_in_words(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 4, 4, 4, 4, 2, 4, 4, 3, 4, 4])
    sheet = own_sheet(agency.sari, PERIOD)
    session.commit()
    assert sheet is not None
    sign_in(client, agency.sari)
    page = client.get(PAGE).text
    assert f"{sheet.expected:.1f}".replace(".", ",") in page
    assert "12 penilaian" in page
    assert "Yang menggerakkan nilai Anda" in page
    assert re.search(r"Sementara|Belum cukup data|Datanya cukup", page)


def test_fewer_than_five_raters_move_nothing_that_is_shown(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [1, 1, 1, 1])
    session.commit()
    sheet = own_sheet(agency.sari, PERIOD)
    assert sheet is not None
    assert (sheet.figure, sheet.low, sheet.high, sheet.trend) == (None, None, None, ())
    assert [group.points for group in sheet.groups] == [None]
    assert {part.figure for part in sheet.components if part.name == "satisfaction"} == {None}
    sign_in(client, agency.sari)
    assert "Angka ditampilkan setelah sedikitnya lima warga menilai" in client.get(PAGE).text


def test_one_more_than_four_shows_them_together(session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [1, 1, 1, 1, 1])
    sheet = own_sheet(agency.sari, PERIOD)
    assert sheet is not None
    assert sheet.figure is not None
    assert [group.facts for group in sheet.groups] == [5]


def test_a_founded_complaint_about_the_officer_tells_its_month_alone(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW - timedelta(days=4), [4, 3, 4, 4, 4, 4])
    make_rated_visits(session, agency, agency.sari_officer, NOW + timedelta(days=7), [4, 3, 4, 4, 4, 4])
    complaint = make_placed(
        session, NOW, None, text="Zulfikar dibentak di loket tiga.", contact_name="Zulfikar", about_person=True
    )
    decide_attribution(
        complaint.feedback_id,
        unit_id=agency.unit.id,
        officer_id=agency.sari_officer.id,
        actor=agency.triage,
        reason="Rekaman kamera",
        at=NOW,
    )
    answer_complaint(complaint, agency.rina, "Kami minta maaf.", Finding.FOUNDED, write_key="form:a", at=NOW)
    session.flush()
    record_facts([complaint.feedback_id], NOW)
    session.commit()
    sheet, watched = own_sheet(agency.sari, PERIOD), sheet_of(agency.rina, agency.sari_officer.id, PERIOD)
    assert sheet is not None
    told = sheet.groups[-1]  # not between the ratings of the weeks before and after
    assert (told.sources, told.since, told.until) == ({"complaint": 1}, date(2026, 11, 1), date(2026, 11, 30))
    assert [group.until for group in watched.groups if "complaint" in group.sources] == [NOW.date()]
    sign_in(client, agency.sari)
    page = client.get(PAGE).text
    assert "1 pengaduan yang terbukti, November 2026" in page
    for secret in ("Zulfikar", "dibentak", complaint.code, "Rekaman", "10 November"):
        assert secret not in page
    assert client.get(f"/meja/{complaint.code}").status_code == 404
    assert complaint.code not in client.get("/meja").text


def test_own_answers_are_lines_too(client: FlaskClient, session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    answer_complaint(complaint, agency.sari, "Sudah terbit.", Finding.FOUNDED, write_key="form:a", at=NOW)
    session.flush()
    record_facts([complaint.feedback_id], NOW)
    session.commit()
    sign_in(client, agency.sari)
    page = client.get(PAGE).text
    assert "1 jawaban pengaduan" in page
    assert "Anda yang menjawab" in page


def test_quarters_are_chosen_by_links(client: FlaskClient, session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4] * 6)
    make_rated_visits(session, agency, agency.sari_officer, datetime(2026, 8, 4, 2, 0, tzinfo=UTC), [4] * 6)
    session.commit()
    sign_in(client, agency.sari)
    page = client.get(PAGE).text
    assert "triwulan IV 2026" in page
    assert "/nilai-saya?periode=2026-Q3" in page
    assert "Mutu layanan Anda, triwulan III 2026" in client.get("/nilai-saya?periode=2026-Q3").text
    assert "Belum ada yang dihitung" in client.get("/nilai-saya?periode=2026-Q1").text
    for wrong in ("2026-Q5", "Q4", "%00", "2026-Q4' OR 1"):
        assert client.get(f"/nilai-saya?periode={wrong}").status_code == 404


def test_an_account_without_officer_is_told_whom_to_ask(client: FlaskClient, session: Session, agency: Agency) -> None:
    account = make_account(session, (Role.OFFICER, agency.unit))
    session.commit()
    sign_in(client, account)
    response = client.get("/nilai-saya")
    assert response.status_code == 200
    assert "belum terhubung dengan data petugas" in response.text


def test_every_component_of_the_preset_has_words(app: Flask) -> None:
    assert set(load_preset().weights) <= set(PARTS)
    assert list(COMPONENTS) == list(PARTS) == list(TOLD)
