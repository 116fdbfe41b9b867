"""The page of a month's handling: by who did it, in groups large enough, and without what concerns the viewer."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import Agency, make_agency
from tests.factories.feedback import make_complaint
from tests.factories.organisation import make_officer
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.feedback.facts.models import Deed, HandlingFact
from webapp.feedback.facts.queries import interval_of, monthly_handling
from webapp.feedback.handling import exclude_officers
from webapp.organisation.models import Officer, Unit

NOVEMBER = date(2026, 11, 1)
AT = datetime(2026, 11, 10, 3, 0, tzinfo=UTC)
#: The day on which the pages are opened.
pytestmark = pytest.mark.time_machine(AT + timedelta(days=14))
DEEDS = (Deed.ACCEPTED, Deed.DISPUTED, Deed.SILENT)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def make_answers(
    session: Session, unit: Unit, account: Account, officer: Officer | None, on_time: int, late: int = 0
) -> list[int]:
    """Answers of `account` in November, the first ones accepted, disputed and left alone; ids of their complaints."""
    ids = []
    for number in range(on_time + late):
        complaint = make_complaint(session, AT, unit_id=unit.id)
        ids.append(complaint.feedback_id)
        common = {
            "complaint_id": complaint.feedback_id,
            "account_id": account.id,
            "officer_id": officer.id if officer else None,
            "unit_id": unit.id,
            "month": NOVEMBER,
            "at": AT,
        }
        key = f"{complaint.feedback_id}"
        session.add(
            HandlingFact(
                key=f"answer:{key}",
                deed=Deed.FIRST_ANSWER,
                on_time=number < on_time,
                working_seconds=3600 * (number + 1),
                **common,
            )
        )
        if number < len(DEEDS):
            session.add(HandlingFact(key=f"verdict:{key}", deed=DEEDS[number], **common))
    session.flush()
    return ids


def test_a_month_by_name_with_what_reporters_made_of_it(session: Session, agency: Agency) -> None:
    make_answers(session, agency.unit, agency.sari, agency.sari_officer, on_time=6, late=2)
    make_answers(session, agency.unit, agency.budi, agency.budi_officer, on_time=5)
    handling = monthly_handling(agency.rina, NOVEMBER)
    assert [(row.name, row.handled.answers, row.handled.on_time) for row in handling.rows] == [
        ("Budi Santoso", 5, 5),
        ("Sari Wulandari", 8, 6),
    ]
    sari = handling.rows[1].handled
    assert (sari.accepted, sari.disputed, sari.silent, sari.seconds) == (1, 1, 1, 4.5 * 3600)
    assert handling.total is not None and (handling.total.answers, handling.total.on_time) == (13, 11)
    (trend,) = handling.trend
    assert trend.part == 11 / 13 and trend.low < trend.part < trend.high
    assert monthly_handling(agency.rina, date(2026, 10, 1)).rows == ()


def test_groups_too_small_to_tell_are_not_shown_and_cannot_be_reckoned(session: Session, agency: Agency) -> None:
    make_answers(session, agency.unit, agency.sari, agency.sari_officer, on_time=5)
    make_answers(session, agency.unit, agency.budi, agency.budi_officer, on_time=4)
    handling = monthly_handling(agency.rina, NOVEMBER)
    assert [row.name for row in handling.rows] == ["Sari Wulandari"]
    assert handling.total is not None and handling.total.answers == 5
    third = make_account(session, (Role.OFFICER, agency.unit), name="Wati")
    make_answers(session, agency.unit, third, make_officer(session, agency.unit, account=third), on_time=1)
    handling = monthly_handling(agency.rina, NOVEMBER)
    assert [(row.name, row.people, row.handled.answers) for row in handling.rows] == [
        ("Sari Wulandari", 1, 5),
        (None, 2, 5),
    ]


def test_a_viewer_counts_only_in_his_units_and_nothing_that_concerns_himself(session: Session, agency: Agency) -> None:
    ours = make_answers(session, agency.unit, agency.sari, agency.sari_officer, on_time=6)
    make_answers(session, agency.elsewhere, agency.tono, agency.tono_officer, on_time=6)
    assert [row.name for row in monthly_handling(agency.rina, NOVEMBER).rows] == ["Sari Wulandari"]
    rina_officer = make_officer(session, agency.unit, name="Rina Kusuma", account=agency.rina)
    exclude_officers(ours[0], [rina_officer.id], AT)
    assert monthly_handling(agency.rina, NOVEMBER).rows[0].handled.answers == 5
    exclude_officers(ours[1], [rina_officer.id], AT)
    assert monthly_handling(agency.rina, NOVEMBER).rows == ()
    inspector = make_account(session, (Role.INSPECTOR, agency.city))
    assert len(monthly_handling(inspector, NOVEMBER).rows) == 2
    assert [row.name for row in monthly_handling(inspector, NOVEMBER, agency.elsewhere.id).rows] == ["Tono Harjo"]
    assert monthly_handling(agency.sari, NOVEMBER).rows == ()


def test_the_interval_holds_the_part_and_narrows_with_more() -> None:
    for hits, of in ((0, 5), (5, 5), (3, 7), (60, 140)):
        low, high = interval_of(hits, of)
        assert 0 <= low <= hits / of <= high <= 1
    assert interval_of(60, 140)[1] - interval_of(60, 140)[0] < interval_of(3, 7)[1] - interval_of(3, 7)[0]


def test_the_page_says_it_and_keeps_to_few_queries(
    app: Flask, client: FlaskClient, session: Session, agency: Agency
) -> None:
    from webapp.database import db

    this = datetime.now(UTC).date().replace(day=1)
    make_answers(session, agency.unit, agency.sari, agency.sari_officer, on_time=6, late=2)
    for fact in session.query(HandlingFact):
        fact.month = this
    session.commit()
    sign_in(client, agency.rina)
    statements = []
    listener = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", listener)
    try:
        page = client.get("/penanganan")
    finally:
        event.remove(db.engine, "before_cursor_execute", listener)
    assert page.status_code == 200
    for words in ("6 dari 8 jawaban tepat waktu", "Sari Wulandari", "1 diterima, 1 disanggah, 1 tanpa tanggapan"):
        assert words in page.text
    assert len(statements) <= 12
    empty = client.get(f"/penanganan?bulan={this - timedelta(days=400):%Y-%m}&unit={agency.unit.id}")
    assert "Belum cukup jawaban" in empty.text
    assert client.get(f"/penanganan?unit={agency.elsewhere.id}").status_code == 404
    assert client.get("/penanganan?bulan=2026-13&unit=x").status_code == 200
    sign_in(client, agency.sari)
    assert client.get("/penanganan").status_code in (403, 404)
