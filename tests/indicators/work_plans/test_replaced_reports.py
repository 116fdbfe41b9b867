"""Of what is told twice of a month only the latest word waits, is counted and can be decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency
from tests.factories.plans import make_agreed_plan, planned
from webapp.indicators.models import IndicatorFact
from webapp.indicators.summing_up import record_targets
from webapp.indicators.work_plans.actions import confirm_report, report_done, return_report
from webapp.indicators.work_plans.errors import ReportReplaced
from webapp.indicators.work_plans.models import WorkReport
from webapp.indicators.work_plans.queries import plan_of, plans_of_unit, waiting_plans
from webapp.outbox.models import OutboxEvent

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
EARLIER = datetime(2026, 1, 12, 3, 0, tzinfo=UTC)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def tell(agency: Agency, target_id: int, done: float, month: str = "2026-10") -> WorkReport:
    key = f"{target_id}:{month}:{done}"
    return report_done(agency.sari, target_id, month, done, "Daftar hadir.", write_key=key, at=NOW)


def waiting(agency: Agency) -> tuple[int, int]:
    """As the list has it of Sari, and as the room has it of all."""
    [row] = [one for one in plans_of_unit(agency.rina, 2026).plans if one.officer_id == agency.sari_officer.id]
    return row.waiting, waiting_plans(agency.rina)


def offered(agency: Agency) -> list[float]:
    plan = plan_of(agency.rina, agency.sari_officer.id, 2026, NOW)
    assert plan is not None
    months = [month for target in plan.targets for quarter in target.quarters for month in quarter.months]
    return [month.report.done for month in months if month.report is not None and month.report.outcome is None]


def decided(session: Session) -> int:
    names = session.scalars(select(OutboxEvent.name).where(OutboxEvent.name.in_(("ReportDecided", "WorkConfirmed"))))
    return len(names.all())


def test_only_the_latest_word_of_a_month_waits_and_can_be_decided(session: Session, agency: Agency) -> None:
    one, other = make_agreed_plan(agency, planned(), planned(indicator="Yang lain"), at=EARLIER).targets
    first, second = tell(agency, one.id, 2), tell(agency, one.id, 5)
    third = tell(agency, one.id, 3)
    tell(agency, one.id, 4, "2026-11")
    tell(agency, other.id, 7)
    assert (waiting(agency), offered(agency)) == ((3, 3), [3.0, 4.0, 7.0])
    before = decided(session)
    for replaced in (first, second):
        with pytest.raises(ReportReplaced):
            confirm_report(agency.rina, replaced.id, "", NOW)
        with pytest.raises(ReportReplaced):
            return_report(agency.rina, replaced.id, "Bukan begitu.", NOW)
        assert (replaced.outcome, replaced.decided_at) == (None, None)
    assert decided(session) == before
    confirm_report(agency.rina, third.id, "", NOW)
    assert (waiting(agency), offered(agency)) == ((2, 2), [4.0, 7.0])
    record_targets(NOW)
    [attained] = session.scalars(
        select(IndicatorFact.details).where(
            IndicatorFact.key == f"target:{one.id}:2026-Q4", IndicatorFact.withdrawn_at.is_(None)
        )
    )
    assert attained["done"] == 3


def test_what_was_returned_replaces_what_was_told_before_it(session: Session, agency: Agency) -> None:
    [one] = make_agreed_plan(agency, at=EARLIER).targets
    first, second = tell(agency, one.id, 2), tell(agency, one.id, 5)
    return_report(agency.rina, second.id, "Daftarnya belum lengkap.", NOW)
    assert (waiting(agency), offered(agency)) == ((0, 0), [])
    with pytest.raises(ReportReplaced):
        confirm_report(agency.rina, first.id, "", NOW)


def test_a_new_version_of_the_plan_revives_nothing_that_was_replaced(session: Session, agency: Agency) -> None:
    [one] = make_agreed_plan(agency, at=EARLIER).targets
    first, second = tell(agency, one.id, 2), tell(agency, one.id, 5)
    confirm_report(agency.rina, second.id, "", NOW)
    november = [tell(agency, one.id, done, "2026-11") for done in (1, 6)]
    make_agreed_plan(agency, replace(planned(), quarters=(0, 0, 0, 9)), at=NOW)
    session.expire_all()
    assert first.target_id != second.target_id == one.id  # what waited went along, what was decided stayed
    assert (waiting(agency), offered(agency)) == ((1, 1), [6.0])
    for replaced in (first, november[0]):
        with pytest.raises(ReportReplaced):
            confirm_report(agency.rina, replaced.id, "", NOW)
    confirm_report(agency.rina, november[1].id, "", NOW)
    assert waiting(agency) == (0, 0)


def test_what_waits_comes_back_with_a_target_that_was_dropped(session: Session, agency: Agency) -> None:
    [one] = make_agreed_plan(agency, at=EARLIER).targets
    report = tell(agency, one.id, 2)
    make_agreed_plan(agency, planned(indicator="Yang lain"), at=NOW)
    assert (waiting(agency), offered(agency)) == ((0, 0), [])
    make_agreed_plan(agency, planned(), at=NOW)
    session.expire_all()
    assert (waiting(agency), offered(agency)) == ((1, 1), [2.0])
    confirm_report(agency.rina, report.id, "", NOW)
    assert waiting(agency) == (0, 0)
