"""The plots, parts and print of an officer's own figure: for him alone, and saying what the page says."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import sign_in
from tests.factories.desk import Agency, make_agency, make_rated_visits
from webapp.indicators.components.registry import COMPONENTS
from webapp.indicators.objections.models import LineSeen
from webapp.indicators.queries import own_sheet
from webapp.indicators.weak_points import weak_point
from webapp.indicators.wording.adding_up import tenths
from webapp.indicators.wording.numbers import decimal, percent, signed
from webapp.portal.officer.score_print import printed
from webapp.portal.officer.score_view import own_view
from webapp.portal.staff.scores import ScoreLine, parted_lines

NOW = datetime(2026, 11, 30, 2, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(NOW + timedelta(hours=6))
PERIOD = "2026-Q4"
PAGE = f"/nilai-saya?periode={PERIOD}"


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


@pytest.fixture
def rated(session: Session, agency: Agency) -> Agency:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 4, 4, 4, 4, 2, 4, 4, 3, 4, 4])
    session.commit()
    return agency


def test_the_page_names_its_plots_and_they_are_served(client: FlaskClient, session: Session, rated: Agency) -> None:
    sign_in(client, rated.sari)
    page = client.get(PAGE).text
    addresses = {one.replace("&amp;", "&") for one in re.findall(r'(?:srcset|src)="(/nilai-saya/gambar/[^"]+)"', page)}
    assert len(addresses) >= 8  # figure and parts at least, each narrow and wide, light and dark
    chosen = sorted(one for one in addresses if "angka.svg" in one and "lebar=640" in one)
    assert len(chosen) == 2
    for address in chosen:
        served = client.get(address)
        assert (served.status_code, served.mimetype) == (200, "image/svg+xml")
        assert served.headers["Cache-Control"] == "private, max-age=86400, immutable"
        assert "default-src 'none'" in served.headers["Content-Security-Policy"]
    stale = client.get(re.sub(r"v=\w+", "v=0", chosen[0]))
    assert stale.headers["Cache-Control"] == "private, no-cache"
    session.rollback()
    seen = session.scalars(select(LineSeen.line_key)).all()
    assert seen and all(f"/nilai-saya/keberatan/{key}" in page for key in seen)


@pytest.mark.parametrize(
    "address",
    [
        "/nilai-saya/gambar/rahasia.svg",
        "/nilai-saya/gambar/angka.svg?lebar=5000",
        "/nilai-saya/gambar/angka.svg?tema=merah",
        "/nilai-saya/gambar/angka.svg?periode=2020-Q1",
        "/nilai-saya/bagian/rahasia",
        "/nilai-saya/bagian/complaint_handling",
        "/nilai-saya/bagian/speed/gambar.svg",
        "/nilai-saya/cetak.pdf?periode=2020-Q1",
    ],
)
def test_what_there_is_not_is_not_found(client: FlaskClient, rated: Agency, address: str) -> None:
    sign_in(client, rated.sari)
    mark = "&" if "?" in address else "?"
    assert client.get(address if "periode" in address else f"{address}{mark}periode={PERIOD}").status_code == 404


def test_nothing_of_it_is_for_others(client: FlaskClient, rated: Agency) -> None:
    for address in ("/nilai-saya/gambar/angka.svg", "/nilai-saya/cetak.pdf", "/nilai-saya/bagian/satisfaction"):
        assert client.get(address).status_code == 302
    sign_in(client, rated.budi)
    assert client.get(f"/nilai-saya/gambar/angka.svg?periode={PERIOD}").status_code == 404
    assert client.get(f"/nilai-saya/cetak.pdf?periode={PERIOD}").status_code == 404


def test_a_withheld_figure_is_in_no_plot(client: FlaskClient, session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [1, 1, 1, 1])
    session.commit()
    sign_in(client, agency.sari)
    page = client.get(PAGE).text
    for name in ("angka", "minggu", "pergerakan"):
        assert f"gambar/{name}.svg" not in page
        assert client.get(f"/nilai-saya/gambar/{name}.svg?periode={PERIOD}").status_code == 404
    assert "Ajukan keberatan" in page and "/nilai-saya/keberatan/" not in page


def test_each_part_is_told_in_full(client: FlaskClient, rated: Agency) -> None:
    sign_in(client, rated.sari)
    for name in COMPONENTS:
        page = client.get(f"/nilai-saya/bagian/{name.replace('_', '-')}?periode={PERIOD}")
        assert page.status_code == 200
        for question in ("Yang dibaca", "Dari mana", "Ditimbang", "Tidak dihitung", "Yang membantu"):
            assert question in page.text, (name, question)


def test_the_sheet_to_print_says_what_the_page_says(client: FlaskClient, rated: Agency) -> None:
    sign_in(client, rated.sari)
    printed = client.get(f"/nilai-saya/cetak.pdf?periode={PERIOD}")
    assert (printed.status_code, printed.mimetype) == (200, "application/pdf")
    assert printed.data.startswith(b"%PDF-1.") and b"PlusJakartaSans" in printed.data
    assert printed.headers["Content-Disposition"] == 'inline; filename="nilai-2026-q4.pdf"'


def low_for(session: Session, agency: Agency, first: datetime) -> None:
    """Colleagues are rated well, Sari badly: four weeks of it end at NOW if `first` is long ago."""
    for week in range(4):
        at = first + timedelta(days=7 * week)
        make_rated_visits(session, agency, agency.budi_officer, at, [4] * 12)
        make_rated_visits(session, agency, agency.sari_officer, at, [1, 1, 2, 1, 1, 2, 1, 1])


def test_advice_only_where_a_part_has_surely_been_low_for_weeks(
    client: FlaskClient, session: Session, agency: Agency
) -> None:
    low_for(session, agency, NOW - timedelta(days=55))
    session.commit()
    sheet = own_sheet(agency.sari, PERIOD)
    assert sheet is not None
    weak = weak_point(agency.sari, sheet, NOW.date())
    assert weak is not None and weak.component == "satisfaction" and weak.points_lost > 0
    assert weak_point(agency.sari, sheet, (NOW - timedelta(days=30)).date()) is None, "not for four weeks then"
    assert weak_point(agency.rina, sheet, NOW.date()) is None, "advice is for its officer alone"
    budis = own_sheet(agency.budi, PERIOD)
    assert budis is not None and weak_point(agency.budi, budis, NOW.date()) is None
    sign_in(client, agency.sari)
    page = client.get(PAGE).text
    assert "Perhatikan Kepuasan warga" in page and "Tidak ada yang menonjol" not in page
    for shift in range(10):  # wherever figure and usual figure fall between two tenths
        by = shift / 100
        between = replace(sheet, figure=(sheet.figure or 0.0) + by, expected=(sheet.expected or 0.0) + by)
        with client.application.test_request_context():
            view = own_view(between, weak, "Asia/Jakarta")
            [section] = [one for one in view.sections if one.name == "Kepuasan warga"]
            assert f"turun {decimal(-(section.points or 0.0))} karenanya" in " ".join(view.advice.why)


def test_lines_next_to_nothing_are_summed_up_and_what_is_written_adds_up(app: Flask) -> None:
    moved = (0.9, 0.04, 0.049, 0.03, -0.7, None, 0.04)
    lines = [ScoreLine(f"baris {place}", "", delta) for place, delta in enumerate(moved)]
    lines.append(ScoreLine("ditandai", "", 0.0, tag="keberatan ditolak"))
    with app.test_request_context():
        parted = parted_lines(lines)
        assert [line.delta for line in parted.moving] == [0.9, -0.7, None, 0.0]
        assert (parted.words, signed(parted.points)) == ("4 baris lain, masing-masing hampir 0", "+0,2")
        assert [line.delta for line in parted.still] == [0.1, 0.1, 0.0, 0.0], "they add up too"
        assert parted_lines(lines[1:4]).words == "3 baris, masing-masing hampir 0"
        for total in (3, 4):
            shown = parted_lines(lines, total)
            assert round(10 * math.fsum([line.delta or 0.0 for line in shown.moving] + [shown.points])) == total
        alone = parted_lines(lines[:2])
        assert ([line.delta for line in alone.moving], alone.still) == ([0.9, 0.0], ())


def test_the_page_and_its_print_lead_from_the_usual_figure_to_the_own(
    client: FlaskClient, session: Session, rated: Agency
) -> None:
    sheet = own_sheet(rated.sari, PERIOD)
    assert sheet is not None and sheet.figure is not None and sheet.expected is not None
    for shift in range(8):  # where the figure falls between two tenths must not matter
        by = shift / 80
        moved = replace(sheet, figure=sheet.figure + by, expected=sheet.expected + by)
        with client.application.test_request_context():
            view = own_view(moved, None, "Asia/Jakarta")
        assert view.sections
        shown = math.fsum(section.points or 0.0 for section in view.sections)
        assert round(10 * shown) == tenths(moved.figure or 0.0) - tenths(moved.expected or 0.0)
        for section in view.sections:
            inner = [line.delta or 0.0 for line in section.lines] + [section.still_points]
            assert round(10 * math.fsum(inner)) == round(10 * (section.points or 0.0))
        last = math.fsum(row.points for row in view.moved)
        assert round(10 * last) == tenths(moved.figure or 0.0) - tenths(moved.moved_from or 0.0)


def test_days_that_went_as_usual_are_one_row_that_opens(client: FlaskClient, session: Session, rated: Agency) -> None:
    sheet = own_sheet(rated.sari, PERIOD)
    assert sheet is not None
    usual = tuple(replace(sheet.groups[0], points=0.01, line_key=f"still-{place}") for place in range(12))
    with client.application.test_request_context():
        view = own_view(replace(sheet, groups=(*sheet.groups, *usual)), None, "Asia/Jakarta")
        section = next(one for one in view.sections if one.still)
        assert (len(section.still), section.count) == (12, len(sheet.groups) + 12)
        paper = printed(sheet, view, "Kota", "id", NOW, "Asia/Jakarta")
        assert paper.count(b"/Type /Page\n") <= 3
    told = math.fsum(one.points or 0.0 for one in (*sheet.groups, *usual))
    assert section.points == pytest.approx(told, abs=0.1)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (0.001, "kurang dari 1 %"),
        (0.4, "40 %"),
        (0.999, "lebih dari 99 %"),
        (1.0, "100 %"),
        (1.25, "125 %"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(app: Flask, share: float, words: str) -> None:
    with app.test_request_context():
        assert percent(share) == words
