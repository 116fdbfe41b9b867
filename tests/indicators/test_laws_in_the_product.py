"""The laws of the indicator through database and worker: a rating is filed, attributed, counted; then the figure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_rated_visits
from tests.factories.feedback import make_rating
from tests.indicators.objections.objected import make_objection
from webapp.attribution.actions import attribute_feedback, decide_attribution
from webapp.feedback.models import Feedback
from webapp.indicators.actions import record_facts, renew_reference, withdraw_excluded
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
from webapp.indicators.objections.models import FactExclusion, ObjectionDecision
from webapp.indicators.queries import own_sheet, sheet_of

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
PERIOD = "2026-Q4"


@pytest.fixture
def agency(session: Session) -> Agency:
    agency = make_agency(session)
    make_rated_visits(session, agency, agency.sari_officer, NOW - timedelta(days=30), [4, 3, 1, 4, 2, 4, 3, 4])
    make_rated_visits(session, agency, agency.budi_officer, NOW - timedelta(days=30), [2, 3, 1, 3, 2, 2])
    renew_reference("2026-11", NOW)
    return agency


def figure(session: Session, officer_id: int) -> float:
    return session.scalars(
        select(IndicatorSnapshot.figure)
        .where(IndicatorSnapshot.officer_id == officer_id, IndicatorSnapshot.superseded_at.is_(None))
        .order_by(IndicatorSnapshot.id)
    ).one()


def file_rating(session: Session, agency: Agency, value: int, device: str, at: datetime) -> int:
    """A rating without a visit behind it, from one device, decided to be about Sari."""
    rating = make_rating(session, at, value=value, unit_id=agency.unit.id, rater_key=device.encode())
    attribute_feedback([rating.feedback_id], at)
    decide_attribution(
        rating.feedback_id,
        unit_id=agency.unit.id,
        officer_id=agency.sari_officer.id,
        actor=agency.triage,
        reason="Rekaman kamera",
        at=at,
    )
    record_facts([rating.feedback_id], at)
    return rating.feedback_id


def test_law_1_a_4_never_lowers_and_a_1_never_raises(session: Session, agency: Agency) -> None:
    sari = agency.sari_officer
    make_rated_visits(session, agency, sari, NOW - timedelta(days=29), [4])
    before = figure(session, sari.id)
    for step, value in enumerate([4, 1, 4, 4, 1, 1, 4]):
        make_rated_visits(session, agency, sari, NOW + timedelta(hours=step), [value])
        after = figure(session, sari.id)
        assert after >= before if value == 4 else after <= before
        before = after


def test_law_2_lines_and_movements_sum_up(session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 4, 1, 4, 2, 4])
    sheet = sheet_of(agency.rina, agency.sari_officer.id, PERIOD)
    assert sheet.figure is not None
    assert sheet.expected is not None
    assert sheet.moved_from is not None
    lines = sum(group.points for group in sheet.groups if group.points is not None)
    assert lines == pytest.approx(sheet.figure - sheet.expected, abs=1e-9)
    moved = sum(movement.points for movement in sheet.movements)
    assert moved == pytest.approx(sheet.figure - sheet.moved_from, abs=1e-9)
    assert {movement.kind for movement in sheet.movements} >= {"new_facts"}


def test_law_8_fifty_fours_from_one_device_move_next_to_nothing_and_say_so(session: Session, agency: Agency) -> None:
    sari = agency.sari_officer
    file_rating(session, agency, 4, "satu", NOW)
    before = figure(session, sari.id)
    for number in range(12):
        file_rating(session, agency, 4, "satu", NOW + timedelta(minutes=number))
    assert 0.0 <= figure(session, sari.id) - before < 0.5
    reasons = {item.reason for item in sheet_of(agency.rina, sari.id, PERIOD).damped}
    assert {"unverified", "same_rater"} <= reasons


def test_law_9_to_the_officer_one_more_rating_is_no_movement_of_its_own(session: Session, agency: Agency) -> None:
    make_rated_visits(session, agency, agency.sari_officer, NOW, [1])
    own, watched = own_sheet(agency.sari, PERIOD), sheet_of(agency.rina, agency.sari_officer.id, PERIOD)
    assert own is not None
    assert (watched.moved_since, own.moved_since) != (None, None)
    assert own.moved_since is not None
    assert watched.moved_since is not None
    assert own.moved_since < watched.moved_since
    assert all(one.facts >= 5 for one in own.movements if one.component == "satisfaction" and one.kind == "new_facts")


def test_law_10_a_part_without_facts_stays_at_its_expectation(session: Session, agency: Agency) -> None:
    sheet = sheet_of(agency.rina, agency.sari_officer.id, PERIOD)
    empty = next(part for part in sheet.components if part.name == "complaint_handling")
    assert (empty.facts, empty.figure, empty.reliability) == (0, empty.expected, 0.0)
    assert sum(part.weight for part in sheet.components) == pytest.approx(1.0)


def test_a_fact_says_why_it_counts_no_more_and_the_officer_sees_a_line_of_it(session: Session, agency: Agency) -> None:
    sari, budi = agency.sari_officer, agency.budi_officer
    moved = file_rating(session, agency, 1, "dua", NOW)
    before = figure(session, sari.id)
    decide_attribution(
        moved, unit_id=agency.unit.id, officer_id=budi.id, actor=agency.triage, reason="Keliru orang", at=NOW
    )
    record_facts([moved], NOW + timedelta(minutes=5))
    gone = session.scalars(
        select(IndicatorFact).where(IndicatorFact.feedback_id == moved, IndicatorFact.withdrawn_at.is_not(None))
    ).one()
    assert (gone.officer_id, gone.withdrawn_why) == (sari.id, "attribution")
    assert figure(session, sari.id) > before
    own = own_sheet(agency.sari, PERIOD)
    assert own is not None
    assert [(one.what, one.why, one.source, one.facts) for one in own.changes] == [
        ("withdrawn", "attribution", "rating", 1)
    ]
    added = sheet_of(agency.rina, budi.id, PERIOD).changes
    assert [(one.what, one.why, one.facts) for one in added] == [("added", "attribution", 1)]


def test_what_an_upheld_objection_excludes_never_comes_back(session: Session, agency: Agency) -> None:
    sari = agency.sari_officer
    feedback_id = file_rating(session, agency, 1, "tiga", NOW)
    snapshot = session.scalars(
        select(IndicatorSnapshot).where(
            IndicatorSnapshot.officer_id == sari.id, IndicatorSnapshot.superseded_at.is_(None)
        )
    ).one()
    before = figure(session, sari.id)
    fact = session.scalars(
        select(IndicatorFact).where(IndicatorFact.feedback_id == feedback_id, IndicatorFact.officer_id == sari.id)
    ).one()
    objection = make_objection(session, agency.sari, snapshot, fact.component, NOW, fact.key)
    decision = ObjectionDecision(
        objection_id=objection.id, outcome="upheld", reasons="Benar.", decided_by_id=agency.rina.id, at=NOW
    )
    session.add(decision)
    session.flush()
    session.add(
        FactExclusion(decision_id=decision.id, officer_id=sari.id, component=fact.component, key=fact.key, at=NOW)
    )
    session.flush()
    assert withdraw_excluded(sari.id, NOW) == 1
    assert figure(session, sari.id) > before
    after = figure(session, sari.id)
    record_facts([feedback_id], NOW + timedelta(hours=1))
    assert figure(session, sari.id) == after
    assert session.get_one(Feedback, feedback_id) is not None
    session.refresh(fact)
    assert fact.withdrawn_why == "objection"
