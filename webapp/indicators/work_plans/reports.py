"""What was told of a target's months: which report holds, across the versions of a plan."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from webapp.database import db
from webapp.indicators.work_plans.errors import NoSuchPlan, TargetGone
from webapp.indicators.work_plans.models import WorkPlan, WorkReport, WorkTarget
from webapp.indicators.work_plans.vocabulary import Outcome, PlanState

#: By what a target of one version of a plan is known again in another.
_SAYS = ("result", "aspect", "indicator", "measure", "unit_of_measure", "less_is_better")


def waits() -> ColumnElement[bool]:
    """Whether the row's WorkReport waits for a superior's word: undecided, and nothing newer replaced it."""
    return and_(WorkReport.outcome.is_(None), ~replaced())


def replaced() -> ColumnElement[bool]:
    """Whether something newer was told of the month that the row's WorkReport tells of, in any version of the plan."""
    newer = aliased(WorkReport)
    own, plan, told_plan, told = aliased(WorkTarget), aliased(WorkPlan), aliased(WorkPlan), aliased(WorkTarget)
    return (
        select(newer.id)
        .join(told, told.id == newer.target_id)
        .join(told_plan, told_plan.id == told.plan_id)
        .join(plan, and_(plan.officer_id == told_plan.officer_id, plan.year == told_plan.year))
        .join(own, own.plan_id == plan.id)
        .where(
            newer.month == WorkReport.month,
            newer.id > WorkReport.id,
            own.id == WorkReport.target_id,
            _told_of(told, own),
        )
        .correlate(WorkReport)
        .exists()
    )


def latest_reports(target_ids: Sequence[int]) -> dict[tuple[int, str], tuple[WorkReport, float | None]]:
    """By target and month the latest report, with what was confirmed last (a later, undecided one leaves it).

    What was told of a target in one version of a plan is told of it in each that says the same of it.
    """
    own, plan, told_plan, told = aliased(WorkTarget), aliased(WorkPlan), aliased(WorkPlan), aliased(WorkTarget)
    query = (
        select(own.id, WorkReport)
        .join(plan, plan.id == own.plan_id)
        .join(told_plan, and_(told_plan.officer_id == plan.officer_id, told_plan.year == plan.year))
        .join(told, told.plan_id == told_plan.id)
        .join(WorkReport, WorkReport.target_id == told.id)
        .where(own.id.in_(target_ids), _told_of(told, own))
        .order_by(WorkReport.id)
    )
    latest: dict[tuple[int, str], tuple[WorkReport, float | None]] = {}
    for target_id, report in db.session.execute(query):
        confirmed = latest.get((target_id, report.month), (report, None))[1]
        if report.outcome == Outcome.CONFIRMED:
            confirmed = report.done
        latest[target_id, report.month] = (report, confirmed)
    return latest


def alike(one: type[WorkTarget], other: type[WorkTarget] | WorkTarget) -> ColumnElement[bool]:
    """Whether two targets say the same, whatever their numbers and whichever result of the superior they serve."""
    return and_(*(getattr(one, name) == getattr(other, name) for name in _SAYS))


def standing_for(target: WorkTarget, plan: WorkPlan, *, held: bool = False) -> WorkTarget:
    """Which target of the version in force this one of `plan` is: itself, or the one that says the same.

    `held`: that version stays in force until the transaction ends. Raises NoSuchPlan where `plan` never counted,
    TargetGone where nothing says the same.
    """
    if plan.state == PlanState.AGREED:
        return target
    if plan.state != PlanState.SUPERSEDED:
        raise NoSuchPlan
    query = (
        select(WorkTarget)
        .join(WorkPlan, WorkPlan.id == WorkTarget.plan_id)
        .where(
            WorkPlan.officer_id == plan.officer_id,
            WorkPlan.year == plan.year,
            WorkPlan.state == PlanState.AGREED,
            alike(WorkTarget, target),
        )
        .order_by(WorkTarget.position)
        .limit(1)
    )
    found = db.session.scalar(query.with_for_update(read=True, of=WorkPlan) if held else query)
    if found is None:
        raise TargetGone(plan.version)
    return found


def _told_of(told: type[WorkTarget], own: type[WorkTarget]) -> ColumnElement[bool]:
    """Whether what was told of one target is told of the other, both of an officer's plans of one year."""
    return or_(told.id == own.id, and_(told.plan_id != own.plan_id, alike(told, own)))
