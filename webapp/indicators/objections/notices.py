"""Who is told of an objection: whoever may decide it, and in the end the officer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import exists, select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.staff_notices import ask_to_decide, recipient_of
from webapp.indicators.objections.desk import nearest_deciders
from webapp.indicators.objections.events import ObjectionDecided, ObjectionFiled
from webapp.indicators.objections.models import IndicatorObjection, ObjectionDecision
from webapp.messaging.notifications import Sender, notify
from webapp.messaging.vocabulary import NoticeKind


def queue_objection_notices(event: ObjectionFiled | ObjectionDecided, *, key: str, at: datetime, sender: Sender) -> int:
    """Tell the nearest who may decide of an objection, or its officer of the decision; how many were told."""
    objection = db.session.get_one(IndicatorObjection, event.objection_id)
    if isinstance(event, ObjectionFiled):
        return _ask(objection, NoticeKind.OBJECTION_FILED, key=f"objection:{key}", at=at, sender=sender)
    account = db.session.get_one(Account, objection.account_id)
    return notify(
        [recipient_of(account)], NoticeKind.OBJECTION_DECIDED, None, {}, key=f"objection:{key}", at=at, sender=sender
    )


def tell_of_overdue(now: datetime, sender: Sender) -> int:
    """Tell all who may decide, above the nearest as well, of what waits longer than it may; each objection once."""
    overdue = db.session.scalars(
        select(IndicatorObjection)
        .where(
            IndicatorObjection.due_at < now,
            ~exists().where(ObjectionDecision.objection_id == IndicatorObjection.id),
        )
        .order_by(IndicatorObjection.due_at, IndicatorObjection.id)
    ).all()
    return sum(
        _ask(one, NoticeKind.OBJECTION_OVERDUE, key=f"objection:overdue:{one.id}", at=now, sender=sender, above=True)
        for one in overdue
    )


def _ask(
    objection: IndicatorObjection, kind: NoticeKind, *, key: str, at: datetime, sender: Sender, above: bool = False
) -> int:
    return ask_to_decide(
        nearest_deciders(objection, above=above),
        kind,
        NoticeKind.OBJECTION_STRANDED if objection.decision is None else None,
        code=None,
        due_at=objection.due_at,
        key=key,
        at=at,
        sender=sender,
    )
