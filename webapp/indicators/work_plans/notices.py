"""Who is told of a work plan and of what is told of its months: whoever may agree to it, and in the end its officer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.database import db
from webapp.feedback.staff_notices import recipient_of
from webapp.indicators.work_plans.access import below
from webapp.indicators.work_plans.events import PlanDecided, PlanProposed, ReportDecided, ReportTold
from webapp.indicators.work_plans.models import WorkPlan, WorkPlanStep, WorkReport, WorkTarget
from webapp.indicators.work_plans.reports import waits
from webapp.indicators.work_plans.vocabulary import Outcome, PlanState, PlanStep
from webapp.messaging.notifications import Recipient, Sender, notify
from webapp.messaging.vocabulary import NoticeKind
from webapp.organisation.models import Officer, Posting, Unit
from webapp.organisation.superiors import list_administrators, nearest_who_may

PlanEvent = PlanProposed | PlanDecided | ReportTold | ReportDecided


def queue_plan_notices(event: PlanEvent, *, key: str, at: datetime, sender: Sender) -> int:
    """Tell who may agree that a plan or a report waits, or its officer what became of it; how many were told."""
    if isinstance(event, ReportTold | ReportDecided):
        return _queue_report_notices(event, at, sender)
    plan = db.session.get_one(WorkPlan, event.plan_id)
    if isinstance(event, PlanDecided):
        kind = NoticeKind.PLAN_AGREED if event.agreed else NoticeKind.PLAN_RETURNED
        return notify(_officer(plan), kind, None, {"year": plan.year}, key=f"plan:{key}", at=at, sender=sender)
    if plan.state != PlanState.PROPOSED:  # somebody was quicker than the notice
        return 0
    accounts = _nearest(plan)
    if not accounts:
        whom = [recipient_of(account) for account in list_administrators()]
        return notify(whom, NoticeKind.PLAN_STRANDED, None, {}, key=f"plan:{key}", at=at, sender=sender)
    particulars = {"officer": plan.officer.name, "officer_id": plan.officer_id, "year": plan.year}
    whom = [recipient_of(account) for account in accounts]
    return notify(whom, NoticeKind.PLAN_PROPOSED, None, particulars, key=f"plan:{key}", at=at, sender=sender)


def _queue_report_notices(event: ReportTold | ReportDecided, at: datetime, sender: Sender) -> int:
    """Tell who agreed to the plan that a report waits for his word, or its officer what became of it.

    Each hears of a report once. Whoever agreed and can't look at it any more is passed over for the nearest who may.
    """
    report = db.session.get_one(WorkReport, event.report_id)
    plan = db.session.scalars(
        select(WorkPlan).join(WorkTarget, WorkTarget.plan_id == WorkPlan.id).where(WorkTarget.id == report.target_id)
    ).one()
    particulars = {"month": report.month, "year": plan.year}
    if isinstance(event, ReportDecided):
        kind = NoticeKind.REPORT_CONFIRMED if report.outcome == Outcome.CONFIRMED else NoticeKind.REPORT_RETURNED
        key = f"report:{report.id}:decided"
        return notify(_officer(plan), kind, None, particulars, key=key, at=at, sender=sender)
    waiting = db.session.scalar(select(WorkReport.id).where(WorkReport.id == report.id, waits()))
    if waiting is None or plan.state != PlanState.AGREED:  # somebody was quicker, or it counts no more
        return 0
    accounts = _who_agreed(plan) or _nearest(plan)
    if not accounts:
        whom = [recipient_of(account) for account in list_administrators()]
        return notify(whom, NoticeKind.PLAN_STRANDED, None, {}, key=f"report:{report.id}", at=at, sender=sender)
    particulars |= {"officer": plan.officer.name, "officer_id": plan.officer_id}
    whom = [recipient_of(account) for account in accounts]
    key = f"report:{report.id}:told"
    return notify(whom, NoticeKind.REPORT_TOLD, None, particulars, key=key, at=at, sender=sender)


def _officer(plan: WorkPlan) -> list[Recipient]:
    """The plan's officer, if he signs in."""
    account = db.session.get(Account, plan.officer.account_id) if plan.officer.account_id is not None else None
    return [recipient_of(account)] if account is not None else []


def _who_agreed(plan: WorkPlan) -> list[Account]:
    """Who agreed to this version, if he may look at it still."""
    account = db.session.scalars(
        select(Account)
        .join(WorkPlanStep, WorkPlanStep.account_id == Account.id)
        .where(WorkPlanStep.plan_id == plan.id, WorkPlanStep.step == PlanStep.AGREED)
        .order_by(WorkPlanStep.id.desc())
        .limit(1)
    ).one_or_none()
    return [account] if account is not None and _may_agree(account, plan.officer_id) else []


def _nearest(plan: WorkPlan) -> list[Account]:
    """The nearest who may agree to it."""
    return nearest_who_may(
        _path_of(plan.officer_id), Permission.PLAN_AGREE, lambda account: _may_agree(account, plan.officer_id)
    )


def _may_agree(account: Account, officer_id: int) -> bool:
    return db.session.scalar(select(Officer.id).where(Officer.id == officer_id, below(account))) is not None


def _path_of(officer_id: int) -> str | None:
    """The unit where an officer is posted, the latest of several."""
    return db.session.scalar(
        select(Unit.path)
        .join(Posting, Posting.unit_id == Unit.id)
        .where(Posting.officer_id == officer_id, Posting.ends_on.is_(None))
        .order_by(Posting.starts_on.desc(), Posting.id.desc())
        .limit(1)
    )
