"""Who is told of a work plan: whoever may agree to it, and in the end its officer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.database import db
from webapp.feedback.staff_notices import recipient_of
from webapp.indicators.work_plans.access import below
from webapp.indicators.work_plans.events import PlanDecided, PlanProposed
from webapp.indicators.work_plans.models import WorkPlan
from webapp.indicators.work_plans.vocabulary import PlanState
from webapp.messaging.notifications import Sender, notify
from webapp.messaging.vocabulary import NoticeKind
from webapp.organisation.models import Officer, Posting, Unit
from webapp.organisation.superiors import list_administrators, nearest_who_may


def queue_plan_notices(event: PlanProposed | PlanDecided, *, key: str, at: datetime, sender: Sender) -> int:
    """Tell the nearest who may agree that a plan waits, or its officer what became of it; how many were told."""
    plan = db.session.get_one(WorkPlan, event.plan_id)
    if isinstance(event, PlanDecided):
        kind = NoticeKind.PLAN_AGREED if event.agreed else NoticeKind.PLAN_RETURNED
        account = db.session.get(Account, plan.officer.account_id) if plan.officer.account_id is not None else None
        told = [recipient_of(account)] if account is not None else []
        return notify(told, kind, None, {"year": plan.year}, key=f"plan:{key}", at=at, sender=sender)
    if plan.state != PlanState.PROPOSED:  # somebody was quicker than the notice
        return 0
    accounts = nearest_who_may(
        _path_of(plan.officer_id), Permission.PLAN_AGREE, lambda account: _may_agree(account, plan.officer_id)
    )
    if not accounts:
        whom = [recipient_of(account) for account in list_administrators()]
        return notify(whom, NoticeKind.PLAN_STRANDED, None, {}, key=f"plan:{key}", at=at, sender=sender)
    particulars = {"officer": plan.officer.name, "officer_id": plan.officer_id, "year": plan.year}
    whom = [recipient_of(account) for account in accounts]
    return notify(whom, NoticeKind.PLAN_PROPOSED, None, particulars, key=f"plan:{key}", at=at, sender=sender)


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
