"""Who may rate a visit."""

from __future__ import annotations

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.counter.models import Visit
from webapp.database import db
from webapp.feedback.errors import ReceiptOwn, ReceiptUsed
from webapp.feedback.models import Feedback
from webapp.organisation.models import Officer


def check_may_rate(visit_id: int, account: Account | None) -> None:
    """Raise ReceiptUsed where the visit was rated, ReceiptOwn where `account`, who is signed in, served it."""
    if account is not None:
        served = select(Visit.id).join(Officer, Officer.id == Visit.officer_id)
        if db.session.scalar(served.where(Visit.id == visit_id, Officer.account_id == account.id)) is not None:
            raise ReceiptOwn
    if db.session.scalar(select(Feedback.id).where(Feedback.visit_id == visit_id, Feedback.kind == "rating")):
        raise ReceiptUsed
