"""What officers and their superiors do with work plans. Flushes only."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select, update

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import db
from webapp.feedback.masking import mask_personal_numbers
from webapp.indicators.periods import day_of
from webapp.indicators.work_plans.access import below
from webapp.indicators.work_plans.errors import (
    FaultyPlan,
    FaultyReport,
    NoSuchPlan,
    NotAnOfficer,
    ReportReplaced,
    StepNotPossible,
)
from webapp.indicators.work_plans.events import PlanDecided, PlanProposed, ReportDecided, ReportTold, WorkConfirmed
from webapp.indicators.work_plans.models import WorkPlan, WorkPlanStep, WorkReport, WorkTarget
from webapp.indicators.work_plans.reports import alike, replaced, standing_for
from webapp.indicators.work_plans.vocabulary import OPEN_TO_OFFICER, Aspect, Measure, Outcome, PlanState, PlanStep
from webapp.organisation.models import Officer
from webapp.organisation.queries import officer_of
from webapp.outbox import publish

MOST_TARGETS: Final = 12
MOST_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class PlannedTarget:
    """A row of a plan as it is written. `quarters`: the four targets, none below 0, 0 where there is none.

    More is better in each; with `less_is_better` they are limits, what a month may come to on average. Only what the
    officer counts himself can have limits: of work that the product counts, doing less must never pay.
    """

    superior_result: str
    result: str
    aspect: Aspect
    indicator: str
    measure: Measure
    unit_of_measure: str
    quarters: tuple[float, float, float, float]
    less_is_better: bool = False


def draft_plan(viewer: Account, year: int, targets: Sequence[PlannedTarget], at: datetime) -> WorkPlan:
    """Write the viewer's own plan of a year: a new version, or in place of what stands in his draft.

    What was agreed stays in force beside it until the new one is agreed. Raises NotAnOfficer, FaultyPlan, and
    StepNotPossible while a version waits for the superior.
    """
    officer = _own_officer(viewer)
    rows = [_checked(one) for one in targets]
    if not rows:
        raise FaultyPlan("empty")
    if len(rows) > MOST_TARGETS:
        raise FaultyPlan("too_many")
    latest = _latest(officer.id, year)
    if latest is not None and latest.state == PlanState.PROPOSED:
        raise StepNotPossible
    if latest is not None and latest.state in OPEN_TO_OFFICER:
        plan = latest
        plan.state = PlanState.DRAFT
        plan.targets.clear()
        db.session.flush()  # the old rows leave their positions first
    else:
        version = latest.version + 1 if latest is not None else 1
        plan = WorkPlan(officer_id=officer.id, year=year, version=version, state=PlanState.DRAFT, created_at=at)
        db.session.add(plan)
    plan.targets.extend(_target(position, one) for position, one in enumerate(rows, start=1))
    db.session.flush()
    _note(plan, PlanStep.DRAFTED, viewer, None, at)
    return plan


def propose_plan(viewer: Account, plan_id: int, note: str, at: datetime) -> WorkPlan:
    """Put one's own plan before the superior; twice is once. Raises NoSuchPlan, StepNotPossible."""
    plan = _own_plan(viewer, plan_id)
    if plan.state == PlanState.PROPOSED:
        return plan
    if plan.state not in OPEN_TO_OFFICER:
        raise StepNotPossible
    plan.state = PlanState.PROPOSED
    _note(plan, PlanStep.PROPOSED, viewer, note, at)
    publish(PlanProposed(plan.id))
    return plan


def agree_plan(viewer: Account, plan_id: int, note: str, at: datetime) -> WorkPlan:
    """Agree to the plan of somebody below: from now on it counts, in place of the version before.

    Agreed twice it is agreed once. Raises NoSuchPlan (nobody agrees to his own), StepNotPossible where it is not
    proposed.
    """
    plan = _plan_below(viewer, plan_id)
    if plan.state == PlanState.AGREED:
        return plan
    if plan.state != PlanState.PROPOSED:
        raise StepNotPossible
    before = db.session.scalars(
        select(WorkPlan).where(
            WorkPlan.officer_id == plan.officer_id, WorkPlan.year == plan.year, WorkPlan.state == PlanState.AGREED
        )
    ).one_or_none()
    if before is not None:
        before.state = PlanState.SUPERSEDED
        _note(before, PlanStep.SUPERSEDED, viewer, None, at)  # and flushed: one agreed version a year
        _hand_on_reports(plan)
    plan.state = PlanState.AGREED
    _note(plan, PlanStep.AGREED, viewer, note, at)
    publish(WorkConfirmed([plan.officer_id]))
    publish(PlanDecided(plan.id, agreed=True))
    return plan


def _hand_on_reports(plan: WorkPlan) -> None:
    """What waits for a word goes to the target of the new version that says the same; what is decided stays.

    From whichever version before: a target that was dropped may come back.
    """
    before = select(WorkPlan.id).where(
        WorkPlan.officer_id == plan.officer_id, WorkPlan.year == plan.year, WorkPlan.id != plan.id
    )
    for target in plan.targets:
        same = select(WorkTarget.id).where(WorkTarget.plan_id.in_(before), alike(WorkTarget, target))
        db.session.execute(
            update(WorkReport)
            .where(WorkReport.outcome.is_(None), WorkReport.target_id.in_(same))
            .values(target_id=target.id)
        )


def return_plan(viewer: Account, plan_id: int, note: str, at: datetime) -> WorkPlan:
    """Give a proposed plan back with what shall be changed. Raises NoSuchPlan, StepNotPossible, FaultyPlan."""
    plan = _plan_below(viewer, plan_id)
    if plan.state == PlanState.RETURNED:
        return plan
    if plan.state != PlanState.PROPOSED:
        raise StepNotPossible
    if not note.strip():
        raise FaultyPlan("words_missing")
    plan.state = PlanState.RETURNED
    _note(plan, PlanStep.RETURNED, viewer, note, at)
    publish(PlanDecided(plan.id, agreed=False))
    return plan


def report_done(
    viewer: Account, target_id: int, month: str, done: float, evidence: str, *, write_key: str, at: datetime
) -> WorkReport:
    """Tell what one did of an own target in a month ("2026-11"), with what proves it; the latest word holds.

    Of a target whose version was replaced meanwhile it is told to the one that says the same. Sent twice it is told
    once. Raises NoSuchPlan, TargetGone where none says the same, and FaultyReport for a month outside the plan's year
    or not begun, for a number below 0, without evidence, and for what the product counts itself.
    """
    officer = _own_officer(viewer)
    earlier = db.session.scalars(select(WorkReport).where(WorkReport.write_key == write_key)).one_or_none()
    if earlier is not None:
        if earlier.account_id != viewer.id:
            raise NoSuchPlan
        return earlier
    target, plan = _target_of(target_id)
    if plan.officer_id != officer.id:
        raise NoSuchPlan
    db.session.refresh(plan, with_for_update={"read": True})  # no version takes its place until this is told
    target = standing_for(target, plan, held=True)
    if target.measure != Measure.OWN_COUNT:
        raise FaultyReport("counted_by_product")
    if not re.fullmatch(rf"{plan.year}-(0[1-9]|1[0-2])", month) or month > f"{day_of(at):%Y-%m}":
        raise FaultyReport("month")
    if not math.isfinite(done) or done < 0:
        raise FaultyReport("negative")
    words = mask_personal_numbers(evidence.strip())[:MOST_WORDS]
    if not words:
        raise FaultyReport("evidence_missing")
    report = WorkReport(
        write_key=write_key, target_id=target.id, month=month, done=done, evidence=words, account_id=viewer.id, at=at
    )
    db.session.add(report)
    db.session.flush()
    publish(ReportTold(report.id))
    return report


def confirm_report(viewer: Account, report_id: int, note: str, at: datetime) -> WorkReport:
    """Confirm what somebody below says he did: it counts.

    Raises NoSuchPlan, StepNotPossible where it is decided, ReportReplaced where something newer was told.
    """
    return _decide(viewer, report_id, Outcome.CONFIRMED, note, at)


def return_report(viewer: Account, report_id: int, note: str, at: datetime) -> WorkReport:
    """Not so: with words why. Raises NoSuchPlan, StepNotPossible, ReportReplaced, FaultyReport without words."""
    if not note.strip():
        raise FaultyReport("words_missing")
    return _decide(viewer, report_id, Outcome.RETURNED, note, at)


def _decide(viewer: Account, report_id: int, outcome: Outcome, note: str, at: datetime) -> WorkReport:
    if report_id >= 2**63:
        raise NoSuchPlan
    report = db.session.scalars(
        select(WorkReport).where(WorkReport.id == report_id).with_for_update(of=WorkReport)
    ).one_or_none()
    if report is None:
        raise NoSuchPlan
    _target_row, plan = _target_of(report.target_id)
    _plan_below(viewer, plan.id)
    if report.outcome is not None:
        if report.outcome == outcome:
            return report
        raise StepNotPossible
    if db.session.scalar(select(WorkReport.id).where(WorkReport.id == report_id, replaced())) is not None:
        raise ReportReplaced
    report.outcome, report.decided_by_id, report.decided_at = outcome, viewer.id, at
    report.note = _words(note)
    db.session.flush()
    publish(WorkConfirmed([plan.officer_id]))
    publish(ReportDecided(report.id))
    return report


def _own_officer(viewer: Account) -> Officer:
    officer = officer_of(viewer)
    if officer is None or not can(viewer, Permission.PLAN_PROPOSE):
        raise NotAnOfficer
    return officer


def _own_plan(viewer: Account, plan_id: int) -> WorkPlan:
    officer = _own_officer(viewer)
    plan = _locked(plan_id)
    if plan is None or plan.officer_id != officer.id:
        raise NoSuchPlan
    return plan


def _plan_below(viewer: Account, plan_id: int) -> WorkPlan:
    plan = _locked(plan_id)
    if plan is None or plan.state == PlanState.DRAFT:  # a draft is its officer's alone
        raise NoSuchPlan
    if db.session.scalar(select(Officer.id).where(Officer.id == plan.officer_id, below(viewer))) is None:
        raise NoSuchPlan
    return plan


def _locked(plan_id: int) -> WorkPlan | None:
    if plan_id >= 2**63:  # no id, and PostgreSQL would not even look
        return None
    return db.session.scalars(select(WorkPlan).where(WorkPlan.id == plan_id).with_for_update(of=WorkPlan)).one_or_none()


def _latest(officer_id: int, year: int) -> WorkPlan | None:
    # Held while a version is written: two windows that draft at a time come one after the other.
    db.session.execute(select(Officer.id).where(Officer.id == officer_id).with_for_update(of=Officer, key_share=True))
    return db.session.scalars(
        select(WorkPlan)
        .where(WorkPlan.officer_id == officer_id, WorkPlan.year == year)
        .order_by(WorkPlan.version.desc())
        .limit(1)
        .with_for_update(of=WorkPlan)
    ).first()


def _target_of(target_id: int) -> tuple[WorkTarget, WorkPlan]:
    if target_id >= 2**63:
        raise NoSuchPlan
    row = db.session.execute(
        select(WorkTarget, WorkPlan).join(WorkPlan, WorkPlan.id == WorkTarget.plan_id).where(WorkTarget.id == target_id)
    ).first()
    if row is None:
        raise NoSuchPlan
    return row[0], row[1]


def _checked(one: PlannedTarget) -> PlannedTarget:
    texts = (one.superior_result, one.result, one.indicator, one.unit_of_measure)
    if not all(text.strip() for text in texts):
        raise FaultyPlan("words_missing")
    if not all(math.isfinite(number) and number >= 0 for number in one.quarters):
        raise FaultyPlan("negative")
    if not any(one.quarters):
        raise FaultyPlan("all_zero")
    if one.less_is_better and one.measure != Measure.OWN_COUNT:
        raise FaultyPlan("less_of_work")
    return one


def _target(position: int, one: PlannedTarget) -> WorkTarget:
    first, second, third, fourth = one.quarters
    return WorkTarget(
        position=position,
        superior_result=one.superior_result.strip()[:MOST_WORDS],
        result=one.result.strip()[:MOST_WORDS],
        aspect=Aspect(one.aspect),
        indicator=one.indicator.strip()[:MOST_WORDS],
        measure=Measure(one.measure),
        unit_of_measure=one.unit_of_measure.strip()[:60],
        quarter_1=first,
        quarter_2=second,
        quarter_3=third,
        quarter_4=fourth,
        less_is_better=one.less_is_better,
    )


def _words(note: str | None) -> str | None:
    return mask_personal_numbers(note.strip())[:MOST_WORDS] or None if note else None


def _note(plan: WorkPlan, step: PlanStep, viewer: Account, note: str | None, at: datetime) -> None:
    db.session.add(WorkPlanStep(plan_id=plan.id, step=step, account_id=viewer.id, note=_words(note), at=at))
    db.session.flush()
