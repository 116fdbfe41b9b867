"""Who is told of a contest: whoever may decide it, and in the end the officer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select

from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import Role
from webapp.attribution.contests.desk import nearest_deciders
from webapp.attribution.events import ContestDecided, ContestFiled
from webapp.attribution.models import Contest
from webapp.database import db
from webapp.feedback.models import Complaint
from webapp.feedback.staff_notices import recipient_of
from webapp.messaging.notifications import Sender, notify
from webapp.messaging.vocabulary import NoticeKind


def queue_contest_notices(event: ContestFiled | ContestDecided, *, key: str, at: datetime, sender: Sender) -> int:
    """Tell the nearest who may decide of a contest, or its officer of the decision; how many were told.

    The officer's notice has no code: the complaint is kept from him.
    """
    contest = db.session.get_one(Contest, event.contest_id)
    if isinstance(event, ContestFiled):
        return _tell_deciders(contest, NoticeKind.CONTEST_FILED, key=f"contest:{key}", at=at, sender=sender)
    account = db.session.get_one(Account, contest.account_id)
    return notify(
        [recipient_of(account)],
        NoticeKind.CONTEST_DECIDED,
        None,
        {},
        key=f"contest:{key}",
        at=at,
        sender=sender,
    )


def tell_of_overdue(now: datetime, sender: Sender) -> int:
    """Tell all who may decide, above the nearest as well, of what waits longer than it may; each contest once."""
    overdue = db.session.scalars(
        select(Contest).where(Contest.decided_at.is_(None), Contest.due_at < now).order_by(Contest.due_at, Contest.id)
    ).all()
    return sum(
        _tell_deciders(
            contest, NoticeKind.CONTEST_OVERDUE, key=f"contest:overdue:{contest.id}", at=now, sender=sender, above=True
        )
        for contest in overdue
    )


def _tell_deciders(
    contest: Contest, kind: NoticeKind, *, key: str, at: datetime, sender: Sender, above: bool = False
) -> int:
    accounts = nearest_deciders(contest, above=above)
    if not accounts:
        return _tell_administrators(contest, key=key, at=at, sender=sender)
    told = 0
    for account in accounts:
        recipient = recipient_of(account)
        particulars: dict[str, Any] = {"due": contest.due_at.isoformat(), "zone": recipient.timezone}
        code = db.session.get_one(Complaint, contest.feedback_id).code
        told += notify([recipient], kind, code, particulars, key=key, at=at, sender=sender)
    return told


def _tell_administrators(contest: Contest, *, key: str, at: datetime, sender: Sender) -> int:
    """Nobody may decide it, so whoever gives roles hears that somebody is missing; nothing of the case itself."""
    if contest.decided_at is not None:
        return 0
    accounts = db.session.scalars(
        select(Account)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .where(Account.active, RoleAssignment.role == Role.ADMINISTRATOR)
        .order_by(Account.id)
        .distinct()
    ).all()
    return notify(
        [recipient_of(account) for account in accounts],
        NoticeKind.CONTEST_STRANDED,
        None,
        {},
        key=key,
        at=at,
        sender=sender,
    )
