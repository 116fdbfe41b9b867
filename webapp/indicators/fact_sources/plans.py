"""Targets of work plans: what was done of each by the end of the last month."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from webapp.database import db
from webapp.indicators.components.registry import TARGET
from webapp.indicators.components.target import target_value
from webapp.indicators.fact_sources.due import DueFact
from webapp.indicators.fact_sources.tally import PLAN
from webapp.indicators.periods import DEFAULT_TIMEZONE, day_of, span_of
from webapp.indicators.work_plans.counting import Counted, count_done
from webapp.indicators.work_plans.models import WorkPlan, WorkPlanStep, WorkReport, WorkTarget
from webapp.indicators.work_plans.proportion import (
    MonthDone,
    attainment,
    by_quarter,
    has_ended,
    months_of,
    never_told,
    own_count,
)
from webapp.indicators.work_plans.reports import latest_reports
from webapp.indicators.work_plans.vocabulary import Measure, PlanStep
from webapp.organisation.models import Posting

Reports = dict[tuple[int, str], tuple[WorkReport, float | None]]


@dataclass(frozen=True, slots=True)
class _Agreed:
    """A version of a plan with the time at which it was agreed on."""

    officer_id: int
    target: WorkTarget
    agreed_at: datetime
    version: int


def targets_due(year: int, at: datetime, officer_ids: Collection[int] | None = None) -> tuple[set[str], list[DueFact]]:
    """The keys of all targets of a year, and the facts that should stand of them at `at`.

    In a quarter counts the version that was the last to be agreed on by its end; one that was agreed on later does not
    reach back (nobody is measured by what was not agreed).
    """
    today = day_of(at)
    agreed = _agreed(year, officer_ids)
    officers = {one.officer_id for one in agreed}
    counted = count_done(officers, date(year, 1, 1), date(year, 12, 31)) if officers else {}
    reports = latest_reports([one.target.id for one in agreed])
    units = _units(officers)
    keys: set[str] = set()
    due: list[DueFact] = []
    for period in (f"{year}-Q{quarter}" for quarter in (1, 2, 3, 4)):
        ends = datetime.combine(span_of(period)[1], time(23, 59, 59), ZoneInfo(DEFAULT_TIMEZONE))
        holds: dict[int, int] = {}
        for one in agreed:
            if one.agreed_at <= ends:
                holds[one.officer_id] = max(one.version, holds.get(one.officer_id, 0))
        for one in agreed:
            keys.add(_key(one, period))
            if holds.get(one.officer_id) == one.version:
                fact = _fact(one, period, today, counted, reports, units.get(one.officer_id))
                due += [fact] if fact is not None else []
    return keys, due


def _key(one: _Agreed, period: str) -> str:
    return f"target:{one.target.id}:{period}"


def _fact(
    one: _Agreed, period: str, today: date, counted: Counted, reports: Reports, unit_id: int | None
) -> DueFact | None:
    target = one.target
    quarters = (target.quarter_1, target.quarter_2, target.quarter_3, target.quarter_4)
    planned = by_quarter(quarters, int(period[:4]))[period]
    limited, months = target.less_is_better, []
    for month in (month for month in months_of(period) if has_ended(month, today)):
        if target.measure == Measure.OWN_COUNT:
            report, confirmed = reports.get((target.id, month), (None, None))
            waiting = report is not None and report.outcome is None
            done = own_count(month, confirmed, waiting, today, never_told(planned, less_is_better=limited))
        else:
            done = counted.get((one.officer_id, target.measure, month), 0.0)
        months.append(MonthDone(month, done))
    reached = attainment(planned, months, less_is_better=limited)
    if reached is None:
        return None
    last = [month.month for month in months if month.done is not None][-1]
    return DueFact(
        key=_key(one, period),
        feedback_id=None,
        attribution_id=None,
        officer_id=one.officer_id,
        component=TARGET,
        period=period,
        day=_last_day(last),
        y=target_value(reached.ratio),
        share=1.0,
        verified=True,
        rater=None,
        service_id=None,
        channel=PLAN,
        unit_id=unit_id,
        events=float(reached.months),
        details={
            "done": round(reached.done, 2),
            "due": round(reached.due, 2),
            **({"at_most": 1} if limited else {}),
        },
    )


def _last_day(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    following = date(year + number // 12, number % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def _agreed(year: int, officer_ids: Collection[int] | None) -> list[_Agreed]:
    query = (
        select(WorkPlan.officer_id, WorkTarget, func.min(WorkPlanStep.at), WorkPlan.version)
        .join(WorkTarget, WorkTarget.plan_id == WorkPlan.id)
        .join(WorkPlanStep, WorkPlanStep.plan_id == WorkPlan.id)
        .where(WorkPlan.year == year, WorkPlanStep.step == PlanStep.AGREED)
        .group_by(WorkPlan.id, WorkTarget.id)
        .order_by(WorkPlan.officer_id, WorkPlan.version, WorkTarget.position)
    )
    if officer_ids is not None:
        query = query.where(WorkPlan.officer_id.in_(officer_ids))
    return [_Agreed(row[0], row[1], row[2], row[3]) for row in db.session.execute(query)]


def _units(officer_ids: Collection[int]) -> dict[int, int]:
    rows = db.session.execute(
        select(Posting.officer_id, func.min(Posting.unit_id))
        .where(Posting.officer_id.in_(officer_ids), Posting.ends_on.is_(None))
        .group_by(Posting.officer_id)
    )
    return {row[0]: row[1] for row in rows}
