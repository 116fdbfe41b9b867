"""Work plans: who may do what with them, what was done, and the facts that come of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.counter import make_visit
from tests.factories.desk import Agency, make_agency
from tests.factories.organisation import make_officer
from tests.factories.plans import make_agreed_plan
from tests.factories.plans import planned as target
from tests.pipeline import pipeline_of
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.indicators.models import IndicatorFact
from webapp.indicators.summing_up import record_targets
from webapp.indicators.work_plans.actions import (
    PlannedTarget,
    agree_plan,
    confirm_report,
    draft_plan,
    propose_plan,
    report_done,
    return_plan,
    return_report,
)
from webapp.indicators.work_plans.errors import FaultyPlan, FaultyReport, NoSuchPlan, NotAnOfficer, StepNotPossible
from webapp.indicators.work_plans.models import WorkPlan
from webapp.indicators.work_plans.queries import plan_of, plans_of_unit, waiting_plans
from webapp.indicators.work_plans.vocabulary import Measure, PlanState
from webapp.messaging.models import Notification
from webapp.outbox.models import OutboxEvent

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
EARLIER = datetime(2026, 1, 12, 3, 0, tzinfo=UTC)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def agreed(agency: Agency, *targets: PlannedTarget, at: datetime = EARLIER) -> WorkPlan:
    return make_agreed_plan(agency, *targets, at=at)


def standing(session: Session) -> dict[str, tuple[float, float]]:
    rows = session.execute(
        select(IndicatorFact.key, IndicatorFact.y, IndicatorFact.events)
        .where(IndicatorFact.component == "target", IndicatorFact.withdrawn_at.is_(None))
        .order_by(IndicatorFact.key)
    )
    return {row.key.partition(":")[2].partition(":")[2]: (row.y, row.events) for row in rows}


def test_a_plan_is_drafted_proposed_returned_and_agreed(session: Session, agency: Agency) -> None:
    plan = draft_plan(agency.sari, 2026, [target(), target(Measure.VISITS_SERVED)], EARLIER)
    with pytest.raises(NoSuchPlan):  # a draft is its officer's alone
        agree_plan(agency.rina, plan.id, "", EARLIER)
    assert plans_of_unit(agency.rina, 2026).plans[1].state is None
    propose_plan(agency.sari, plan.id, "Mohon arahan.", EARLIER)
    propose_plan(agency.sari, plan.id, "Mohon arahan.", EARLIER)  # twice is once
    with pytest.raises(StepNotPossible):  # it waits for his superior now
        draft_plan(agency.sari, 2026, [target()], EARLIER)
    assert waiting_plans(agency.rina) == 1
    with pytest.raises(FaultyPlan, match="words_missing"):
        return_plan(agency.rina, plan.id, "  ", EARLIER)
    return_plan(agency.rina, plan.id, "Targetnya terlalu rendah, hubungi 081234567890.", EARLIER)
    again = draft_plan(agency.sari, 2026, [target(Measure.OWN_COUNT, 1, 1, 1, 1)], EARLIER)
    assert (again.id, [row.quarter_1 for row in again.targets]) == (plan.id, [1.0])
    propose_plan(agency.sari, plan.id, "", EARLIER)
    agree_plan(agency.rina, plan.id, "", EARLIER)
    agree_plan(agency.rina, plan.id, "", EARLIER)
    view = plan_of(agency.sari, agency.sari_officer.id, 2026, NOW)
    assert view is not None
    assert [step.step for step in view.steps] == ["drafted", "proposed", "returned", "drafted", "proposed", "agreed"]
    assert "081234567890" not in (view.steps[2].note or "")
    assert (view.state, view.in_force, sorted(view.may)) == ("agreed", None, ["edit", "report"])


def test_nobody_agrees_to_his_own_plan_nor_to_one_beside_or_above_him(session: Session, agency: Agency) -> None:
    plan = draft_plan(agency.sari, 2026, [target()], EARLIER)
    propose_plan(agency.sari, plan.id, "", EARLIER)
    stranger = make_account(session, (Role.SUPERVISOR, agency.elsewhere), name="Joko Atasan")
    for other in (agency.sari, agency.budi, agency.tono, stranger, agency.triage):
        with pytest.raises(NoSuchPlan):
            agree_plan(other, plan.id, "", EARLIER)
        if other is not agency.sari:
            with pytest.raises(NoSuchPlan):
                plan_of(other, agency.sari_officer.id, 2026, NOW)
    # Who leads the unit and serves in it has his plan agreed to from above.
    leader = make_account(session, (Role.SUPERVISOR, agency.unit), (Role.OFFICER, agency.unit), name="Wati Kepala")
    make_officer(session, agency.unit, name="Wati Kepala", account=leader)
    above = make_account(session, (Role.SUPERVISOR, agency.city), name="Hadi Kepala")
    own = draft_plan(leader, 2026, [target()], EARLIER)
    propose_plan(leader, own.id, "", EARLIER)
    for beside in (leader, agency.rina):
        with pytest.raises(NoSuchPlan):
            agree_plan(beside, own.id, "", EARLIER)
    assert agree_plan(above, own.id, "", EARLIER).state == PlanState.AGREED
    assert agree_plan(agency.rina, plan.id, "", EARLIER).state == PlanState.AGREED


def test_a_new_version_holds_once_it_is_agreed(session: Session, agency: Agency) -> None:
    first = agreed(agency)
    second = draft_plan(agency.sari, 2026, [target(Measure.OWN_COUNT, 9, 9, 9, 9)], NOW)
    assert (first.state, second.version) == (PlanState.AGREED, 2)
    seen = plan_of(agency.sari, agency.sari_officer.id, 2026, NOW)
    above = plan_of(agency.rina, agency.sari_officer.id, 2026, NOW)
    assert seen is not None and above is not None
    assert (seen.version, seen.in_force, above.version) == (2, 1, 1)
    propose_plan(agency.sari, second.id, "", NOW)
    agree_plan(agency.rina, second.id, "", NOW)
    assert (first.state, second.state) == (PlanState.SUPERSEDED, PlanState.AGREED)


@pytest.mark.parametrize(
    ("targets", "fault"),
    [
        ([], "empty"),
        ([target()] * 13, "too_many"),
        ([target(Measure.OWN_COUNT, 0, 0, 0, 0)], "all_zero"),
        ([target(Measure.OWN_COUNT, 1, -1, 0, 0)], "negative"),
        ([target(Measure.OWN_COUNT, float("nan"), 1, 0, 0)], "negative"),
    ],
)
def test_what_is_no_plan_is_refused(agency: Agency, targets: list[PlannedTarget], fault: str) -> None:
    with pytest.raises(FaultyPlan, match=fault):
        draft_plan(agency.sari, 2026, targets, NOW)
    with pytest.raises(NotAnOfficer):
        draft_plan(agency.rina, 2026, [target()], NOW)


def test_own_counts_count_once_they_are_confirmed(session: Session, agency: Agency) -> None:
    plan = agreed(agency)
    own = plan.targets[0]

    def tell(month: str, done: float, key: str) -> int:
        return report_done(agency.sari, own.id, month, done, "Daftar hadir.", write_key=key, at=NOW).id

    october = tell("2026-10", 30, "a")
    assert tell("2026-10", 99, "a") == october  # sent twice, told once
    record_targets(NOW)
    # July to September were never told: nothing was done. October waits, which is nobody's fault.
    assert standing(session) == {"2026-Q3": (0.0, 3.0)}
    for other in (agency.sari, agency.budi, agency.tono):
        with pytest.raises(NoSuchPlan):
            confirm_report(other, october, "", NOW)
    confirm_report(agency.rina, october, "", NOW)
    with pytest.raises(StepNotPossible):
        return_report(agency.rina, october, "Bukan begitu.", NOW)
    events = session.scalars(
        select(OutboxEvent.payload).where(OutboxEvent.name == "WorkConfirmed").order_by(OutboxEvent.id)
    ).all()
    assert events[-1] == {"officer_ids": [agency.sari_officer.id]}
    record_targets(NOW)
    assert standing(session) == {"2026-Q3": (0.0, 3.0), "2026-Q4": (1.0, 1.0)}  # 30 of 20 due
    corrected = tell("2026-10", 10, "b")
    record_targets(NOW)
    assert standing(session)["2026-Q4"] == (1.0, 1.0)  # what was confirmed stands until the next word is
    confirm_report(agency.rina, corrected, "", NOW)
    record_targets(NOW)
    assert standing(session)["2026-Q4"] == (0.4, 1.0)
    with pytest.raises(FaultyReport, match="month"):
        tell("2026-12", 1, "c")
    with pytest.raises(FaultyReport, match="negative"):
        tell("2026-11", -1, "d")
    with pytest.raises(NoSuchPlan):
        report_done(agency.budi, own.id, "2026-11", 1, "x", write_key="e", at=NOW)


def test_a_new_version_takes_along_what_was_told_of_the_targets_that_it_keeps(session: Session, agency: Agency) -> None:
    first = agreed(agency, target(), replace(target(), indicator="Yang lain"))
    for own, month, key in ((0, "2026-10", "a"), (0, "2026-11", "b"), (1, "2026-10", "c")):
        report_done(agency.sari, first.targets[own].id, month, 30, "Daftar hadir.", write_key=key, at=NOW)
    for report in (first.targets[0].reports[0], first.targets[1].reports[0]):
        confirm_report(agency.rina, report.id, "", NOW)
    record_targets(NOW)
    kept = replace(target(Measure.OWN_COUNT, 0, 0, 30, 90), superior_result="Warga puas")
    second = agreed(agency, kept, replace(target(), indicator="Yang baru"), at=NOW)
    record_targets(NOW)
    seen = plan_of(agency.sari, agency.sari_officer.id, 2026, NOW)
    assert seen is not None
    october, november = seen.targets[0].quarters[3].months[:2]
    assert (october.done, november.done, seen.targets[1].quarters[3].done) == (30, None, 0)
    assert november.report is not None and waiting_plans(agency.rina) == 1  # and can still be confirmed
    confirm_report(agency.rina, november.report.id, "", NOW)
    facts = session.execute(
        select(IndicatorFact.key, IndicatorFact.y, IndicatorFact.withdrawn_why)
        .where(IndicatorFact.period == "2026-Q4")
        .order_by(IndicatorFact.id)
    ).all()
    # What was kept stands with 30 of 30 due, what is new with nothing told.
    assert [(row.y, row.withdrawn_why) for row in facts] == [(1.0, "plan"), (1.0, "plan"), (0.8, None), (0.0, None)]
    assert facts[2].key == f"target:{second.targets[0].id}:2026-Q4"


def test_who_may_agree_is_told_of_a_plan_and_its_officer_of_what_became_of_it(
    session: Session, agency: Agency, app: Flask, environment: dict[str, str]
) -> None:
    above = make_account(session, (Role.SUPERVISOR, agency.city), name="Hadi Kepala")

    def told(account: Account) -> list[tuple[str, dict[str, object]]]:
        rows = session.execute(
            select(Notification.kind, Notification.particulars)
            .where(Notification.account_id == account.id, Notification.kind.startswith("plan_"))
            .order_by(Notification.id)
        )
        return [(row.kind, row.particulars) for row in rows]

    plan = draft_plan(agency.sari, 2026, [target()], EARLIER)
    propose_plan(agency.sari, plan.id, "", EARLIER)
    session.commit()
    with pipeline_of(app, environment["REDIS_URL"]) as pipeline:
        pipeline.run()
        return_plan(agency.rina, plan.id, "Terlalu rendah.", EARLIER)
        session.commit()
        pipeline.run()
        propose_plan(agency.sari, plan.id, "", EARLIER)
        agree_plan(agency.rina, plan.id, "", EARLIER)  # before the second notice went out
        session.commit()
        pipeline.run()
    session.rollback()
    officer = {"officer": "Sari Wulandari", "officer_id": agency.sari_officer.id, "year": 2026}
    assert told(agency.rina) == [("plan_proposed", officer)]
    assert told(above) == []  # the nearest is enough
    assert told(agency.sari) == [("plan_returned", {"year": 2026}), ("plan_agreed", {"year": 2026})]


def limit(*quarters: float, measure: Measure = Measure.OWN_COUNT) -> PlannedTarget:
    return replace(target(measure, *quarters), less_is_better=True)


def test_a_limit_is_kept_by_little_and_only_of_what_the_officer_counts_himself(
    session: Session, agency: Agency
) -> None:
    with pytest.raises(FaultyPlan, match="less_of_work"):
        draft_plan(agency.sari, 2026, [limit(1, 1, 1, 1, measure=Measure.VISITS_SERVED)], NOW)
    own = agreed(agency, limit(0, 0, 4, 4)).targets[0]
    for month, done in (("2026-07", 2), ("2026-08", 6), ("2026-10", 5)):
        report = report_done(agency.sari, own.id, month, done, "Buku keluhan.", write_key=month, at=NOW)
        confirm_report(agency.rina, report.id, "", NOW)
    record_targets(NOW)
    # 2, 6 and, never told of, 8 against 4 a month; then 5 against 4.
    assert standing(session) == {
        "2026-Q3": (pytest.approx((2 - 16 / 12) / 1.25), 3.0),
        "2026-Q4": (pytest.approx((2 - 5 / 4) / 1.25), 1.0),
    }
    view = plan_of(agency.sari, agency.sari_officer.id, 2026, NOW)
    assert view is not None
    third, fourth = view.targets[0].quarters[2:]
    assert (third.done, third.ratio, third.reached) == (pytest.approx(16 / 3), pytest.approx(2 - 16 / 12), False)
    assert (fourth.done, fourth.ratio, fourth.reached) == (5.0, 0.75, False)
    assert [(one.measured, one.beyond, one.untold) for one in (third, fourth)] == [(4.0, 0, 1), (5.0, 0, 0)]


def test_the_product_counts_what_it_can_and_a_plan_does_not_reach_back(session: Session, agency: Agency) -> None:
    agreed(agency, target(Measure.VISITS_SERVED, 0, 0, 30, 30), at=datetime(2026, 10, 3, tzinfo=UTC))
    for day in range(4):
        make_visit(session, agency.unit, datetime(2026, 10, 5 + day, 3, tzinfo=UTC), officer=agency.sari_officer)
    # In Jakarta this one is of October, too.
    make_visit(session, agency.unit, datetime(2026, 9, 30, 17, 30, tzinfo=UTC), officer=agency.sari_officer)
    make_visit(session, agency.unit, datetime(2026, 10, 5, 4, tzinfo=UTC), officer=agency.budi_officer)
    record_targets(NOW)
    assert standing(session) == {"2026-Q4": (0.4, 1.0)}  # 5 of 10 due by October; agreed after the third quarter
    ids = set(session.scalars(select(IndicatorFact.id)))
    record_targets(NOW + timedelta(hours=1))
    assert set(session.scalars(select(IndicatorFact.id))) == ids  # again, nothing new
    make_visit(session, agency.unit, datetime(2026, 11, 5, 4, tzinfo=UTC), officer=agency.sari_officer)
    record_targets(datetime(2026, 12, 1, 3, tzinfo=UTC))
    assert standing(session) == {"2026-Q4": (6 / 20 / 1.25, 2.0)}
    view = plan_of(agency.rina, agency.sari_officer.id, 2026, NOW, agreed=True)
    assert view is not None
    months = view.targets[0].quarters[3].months
    assert [(one.done, one.ended) for one in months] == [(5.0, True), (1.0, False), (None, False)]
