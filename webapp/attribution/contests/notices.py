"""Who is told of a contest: whoever may decide it, and in the end the officer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.attribution.contests.desk import nearest_deciders
from webapp.attribution.events import ContestDecided, ContestFiled
from webapp.attribution.models import Contest
from webapp.database import db
from webapp.feedback.models import Complaint
from webapp.feedback.staff_notices import ask_to_decide, recipient_of
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
    return ask_to_decide(
        nearest_deciders(contest, above=above),
        kind,
        NoticeKind.CONTEST_STRANDED if contest.decided_at is None else None,
        code=db.session.get_one(Complaint, contest.feedback_id).code,
        due_at=contest.due_at,
        key=key,
        at=at,
        sender=sender,
    )
