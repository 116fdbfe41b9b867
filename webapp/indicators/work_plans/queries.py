"""Work plans as their officer and his superiors read them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import db
from webapp.indicators.components.registry import TARGET
from webapp.indicators.periods import day_of, is_closed
from webapp.indicators.presets.stored import list_in_force
from webapp.indicators.work_plans.access import below
from webapp.indicators.work_plans.counting import Counted, count_done
from webapp.indicators.work_plans.errors import NoSuchPlan
from webapp.indicators.work_plans.models import WorkPlan, WorkPlanStep, WorkReport, WorkTarget
from webapp.indicators.work_plans.proportion import MonthDone, attainment, never_told, own_count
from webapp.indicators.work_plans.reports import latest_reports, standing_for, waits
from webapp.indicators.work_plans.views import (
    MonthView,
    PlanList,
    PlanSummary,
    PlanView,
    QuarterView,
    ReportView,
    StepView,
    TargetView,
    VersionView,
)
from webapp.indicators.work_plans.vocabulary import OPEN_TO_OFFICER, Measure, PlanState
from webapp.organisation.models import Officer, Posting, Unit

#: Officers on one page of a unit's plans.
PAGE = 50


def plan_of(
    viewer: Account, officer_id: int, year: int, now: datetime, *, agreed: bool = False, version: int | None = None
) -> PlanView | None:
    """The latest version of an officer's plan, the one that counts (`agreed`) or a `version`; None where there is none.

    His own he reads with drafts, a superior what was proposed to him. Raises NoSuchPlan for anybody else's.
    """
    officer = None
    if officer_id < 2**63:
        officer = db.session.scalars(
            select(Officer).where(Officer.id == officer_id, or_(Officer.account_id == viewer.id, below(viewer)))
        ).one_or_none()
    if officer is None:
        raise NoSuchPlan
    own = officer.account_id == viewer.id
    versions = db.session.execute(
        select(WorkPlan.id, WorkPlan.version, WorkPlan.state)
        .where(WorkPlan.officer_id == officer.id, WorkPlan.year == year)
        .order_by(WorkPlan.version.desc())
    ).all()
    in_force = next((row.version for row in versions if row.state == PlanState.AGREED), None)
    shown = [row for row in versions if own or row.state != PlanState.DRAFT]
    chosen = next(
        (
            row
            for row in shown
            if (not agreed or row.state == PlanState.AGREED) and (version is None or row.version == version)
        ),
        None,
    )
    if chosen is None:
        return None
    steps = _steps([row.id for row in shown])
    return PlanView(
        id=chosen.id,
        officer_id=officer.id,
        officer=officer.name,
        year=year,
        version=chosen.version,
        state=chosen.state,
        in_force=in_force if in_force != chosen.version else None,
        targets=_targets(chosen.id, officer.id, year, now),
        steps=steps.get(chosen.id, ()),
        may=_may(viewer, chosen.state, own) - (frozenset() if chosen is shown[0] else {"edit"}),
        versions=tuple(VersionView(row.version, row.state, steps.get(row.id, ())) for row in shown),
    )


def target_in_force(viewer: Account, target_id: int) -> int:
    """Which target of the version in force an own one is: itself, or the one that says the same.

    Raises NoSuchPlan for anybody else's and for one that never counted, TargetGone where nothing says the same.
    """
    row = None
    if target_id < 2**63:
        row = db.session.execute(
            select(WorkTarget, WorkPlan)
            .join(WorkPlan, WorkPlan.id == WorkTarget.plan_id)
            .join(Officer, Officer.id == WorkPlan.officer_id)
            .where(WorkTarget.id == target_id, Officer.account_id == viewer.id)
        ).first()
    if row is None:
        raise NoSuchPlan
    return standing_for(row[0], row[1]).id


def quarters_to_count(year: int, at: datetime) -> dict[int, bool]:
    """By quarter of a year that is not over, whether the attainment of targets is part of officers' figures in it."""
    in_force = list_in_force(at)
    counted = {}
    for quarter in (1, 2, 3, 4):
        period = f"{year}-Q{quarter}"
        if not is_closed(period, day_of(at)):
            holding = [one for one in in_force if one.from_period <= period][-1]
            counted[quarter] = TARGET in holding.preset.weights
    return counted


def plans_of_unit(
    viewer: Account, year: int, *, unit_id: int | None = None, words: str = "", page: int = 1
) -> PlanList:
    """Officers below the viewer with the state of their plans: those first who wait for a word, then by name."""
    chosen: list[ColumnElement[bool]] = [Officer.active.is_(True), below(viewer)]
    if unit_id is not None:
        chosen.append(_posted_below(unit_id))
    chosen += [Officer.name.icontains(word, autoescape=True) for word in words.split()[:5]]
    total = db.session.scalar(select(func.count()).select_from(Officer).where(*chosen)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = db.session.execute(_summaries(year).where(*chosen).limit(PAGE).offset((page - 1) * PAGE)).all()
    plans = tuple(
        PlanSummary(
            officer_id=row.officer_id,
            officer=row.officer,
            unit=row.unit or "",
            plan_id=row.plan_id,
            version=row.version,
            state=row.state,
            in_force=row.in_force,
            moved_at=row.moved_at,
            waiting=row.waiting,
        )
        for row in rows
    )
    return PlanList(plans, total, page, pages)


def waiting_plans(viewer: Account) -> int:
    """How many plans and reports wait for the viewer's word."""
    proposed = (
        select(func.count())
        .select_from(WorkPlan)
        .join(Officer, Officer.id == WorkPlan.officer_id)
        .where(WorkPlan.state == PlanState.PROPOSED, below(viewer))
    )
    told = (
        select(func.count())
        .select_from(WorkReport)
        .join(WorkTarget, WorkTarget.id == WorkReport.target_id)
        .join(WorkPlan, WorkPlan.id == WorkTarget.plan_id)
        .join(Officer, Officer.id == WorkPlan.officer_id)
        .where(waits(), WorkPlan.state == PlanState.AGREED, below(viewer))
    )
    return db.session.scalar(select(proposed.scalar_subquery() + told.scalar_subquery())) or 0


def _targets(plan_id: int, officer_id: int, year: int, now: datetime) -> tuple[TargetView, ...]:
    targets = db.session.scalars(
        select(WorkTarget).where(WorkTarget.plan_id == plan_id).order_by(WorkTarget.position)
    ).all()
    counted = count_done([officer_id], date(year, 1, 1), date(year, 12, 31))
    reports = latest_reports([one.id for one in targets])
    names = _names({report.decided_by_id for report, _confirmed in reports.values()})
    return tuple(_target(one, officer_id, year, now, counted, reports, names) for one in targets)


def _target(
    one: WorkTarget,
    officer_id: int,
    year: int,
    now: datetime,
    counted: Counted,
    reports: dict[tuple[int, str], tuple[WorkReport, float | None]],
    names: dict[int, str],
) -> TargetView:
    this_month = f"{day_of(now):%Y-%m}"
    quarters = []
    for number, target in enumerate((one.quarter_1, one.quarter_2, one.quarter_3, one.quarter_4), start=1):
        months = []
        for month in (f"{year}-{number * 3 - 2 + step:02d}" for step in range(3)):
            report, confirmed = reports.get((one.id, month), (None, None))
            if one.measure != Measure.OWN_COUNT:
                done = counted.get((officer_id, one.measure, month), 0.0) if month <= this_month else None
            else:
                done = confirmed
            view = _report(report, names) if report is not None else None
            months.append(MonthView(month, done, ended=month < this_month, report=view))
        quarters.append(_quarter(f"{year}-Q{number}", target, tuple(months), one.less_is_better, day_of(now)))
    return TargetView(
        id=one.id,
        position=one.position,
        superior_result=one.superior_result,
        result=one.result,
        aspect=one.aspect,
        indicator=one.indicator,
        measure=one.measure,
        unit_of_measure=one.unit_of_measure,
        less_is_better=one.less_is_better,
        quarters=tuple(quarters),
    )


def _quarter(period: str, target: float, months: tuple[MonthView, ...], limited: bool, today: date) -> QuarterView:
    if not limited:
        done = math.fsum(month.done or 0.0 for month in months)
        ratio = done / target if target > 0 else None
        return QuarterView(period, target, done, ratio, ratio is not None and ratio >= 1, months)
    untold = never_told(target, less_is_better=True)
    as_counted = [
        MonthDone(
            month.month,
            own_count(month.month, month.done, month.report is not None and month.report.outcome is None, today, untold)
            if month.ended
            else month.done,
        )
        for month in months
    ]
    kept = attainment(target, as_counted, less_is_better=True)
    measured = [month.done for month in months if month.done is not None]
    ended = all(month.ended for month in months) and all(month.done is not None for month in as_counted)
    return QuarterView(
        period,
        target,
        kept.done / kept.months if kept is not None else 0.0,
        kept.ratio if kept is not None else None,
        kept is not None and ended and kept.ratio >= 1,
        months,
        measured=math.fsum(measured) / len(measured) if measured else None,
        beyond=sum(done > untold for done in measured),
        untold=sum(
            counted.done is not None and month.done is None for counted, month in zip(as_counted, months, strict=True)
        ),
    )


def _report(report: WorkReport, names: dict[int, str]) -> ReportView:
    return ReportView(
        id=report.id,
        month=report.month,
        done=report.done,
        evidence=report.evidence,
        at=report.at,
        outcome=report.outcome,
        note=report.note,
        decided_by=names.get(report.decided_by_id or 0),
        decided_at=report.decided_at,
    )


def _names(account_ids: set[int | None]) -> dict[int, str]:
    known = {id_ for id_ in account_ids if id_ is not None}
    if not known:
        return {}
    return {
        row.id: row.name for row in db.session.execute(select(Account.id, Account.name).where(Account.id.in_(known)))
    }


def _steps(plan_ids: Sequence[int]) -> dict[int, tuple[StepView, ...]]:
    """By plan who did what with it, in order."""
    rows = db.session.execute(
        select(WorkPlanStep.plan_id, WorkPlanStep.step, Account.name, WorkPlanStep.note, WorkPlanStep.at)
        .join(Account, Account.id == WorkPlanStep.account_id)
        .where(WorkPlanStep.plan_id.in_(plan_ids))
        .order_by(WorkPlanStep.id)
    )
    steps: dict[int, tuple[StepView, ...]] = {}
    for plan_id, step, name, note, at in rows:
        steps[plan_id] = (*steps.get(plan_id, ()), StepView(step, name, note, at))
    return steps


def _may(viewer: Account, state: str, own: bool) -> frozenset[str]:
    if own:
        if not can(viewer, Permission.PLAN_PROPOSE):
            return frozenset()
        if state in OPEN_TO_OFFICER:
            return frozenset({"edit", "propose"})
        return frozenset({"edit", "report"}) if state == PlanState.AGREED else frozenset()
    if state == PlanState.PROPOSED:
        return frozenset({"agree", "return"})
    return frozenset({"confirm"}) if state == PlanState.AGREED else frozenset()


def _summaries(year: int) -> Select[*tuple[object, ...]]:
    newest = (
        select(WorkPlan.officer_id, func.max(WorkPlan.version).label("version"))
        .where(WorkPlan.year == year, WorkPlan.state != PlanState.DRAFT)
        .group_by(WorkPlan.officer_id)
        .subquery()
    )
    forced = aliased(WorkPlan)
    in_force = (
        select(forced.id)
        .where(forced.officer_id == Officer.id, forced.year == year, forced.state == PlanState.AGREED)
        .exists()
    )
    moved_at = (
        select(func.max(WorkPlanStep.at)).where(WorkPlanStep.plan_id == WorkPlan.id).correlate(WorkPlan)
    ).scalar_subquery()
    waiting = (
        select(func.count())
        .select_from(WorkReport)
        .join(WorkTarget, WorkTarget.id == WorkReport.target_id)
        .join(forced, forced.id == WorkTarget.plan_id)
        .where(
            forced.officer_id == Officer.id,
            forced.year == year,
            forced.state == PlanState.AGREED,
            waits(),
        )
        .correlate(Officer)
    ).scalar_subquery()
    posted = (
        select(func.min(Unit.name))
        .join(Posting, Posting.unit_id == Unit.id)
        .where(Posting.officer_id == Officer.id, Posting.ends_on.is_(None))
        .correlate(Officer)
    ).scalar_subquery()
    return (
        select(
            Officer.id.label("officer_id"),
            Officer.name.label("officer"),
            posted.label("unit"),
            WorkPlan.id.label("plan_id"),
            WorkPlan.version,
            WorkPlan.state,
            in_force.label("in_force"),
            moved_at.label("moved_at"),
            waiting.label("waiting"),
        )
        .select_from(Officer)
        .outerjoin(newest, newest.c.officer_id == Officer.id)
        .outerjoin(
            WorkPlan,
            and_(WorkPlan.officer_id == Officer.id, WorkPlan.year == year, WorkPlan.version == newest.c.version),
        )
        .order_by(
            or_(func.coalesce(WorkPlan.state == PlanState.PROPOSED, false()), waiting > 0).desc(),
            func.lower(Officer.name),
            Officer.id,
        )
    )


def _posted_below(unit_id: int) -> ColumnElement[bool]:
    if unit_id >= 2**63:
        return false()
    top = select(Unit.path).where(Unit.id == unit_id).scalar_subquery()
    return Officer.id.in_(
        select(Posting.officer_id)
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Posting.ends_on.is_(None), func.starts_with(Unit.path, top))
    )
