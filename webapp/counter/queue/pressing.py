"""Whether the press of a button at a counter can be meant."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.counter.queue.models import CounterSession, QueueTicket
from webapp.counter.queue.vocabulary import TicketState
from webapp.database import db
from webapp.organisation.models import Officer

#: Whoever was called less than this ago cannot have been served: it is the second half of a double press.
TOO_SOON = timedelta(seconds=1)


def is_pressed_twice(account: Account, ticket_id: int, now: datetime) -> bool:
    """Whether the ticket was called this very moment at the account's counter.

    The page that came with the call has its button where the last one had it, so that a hand which presses twice meets
    it: that must not end the visit of whoever has only just heard the number.
    """
    called_at = db.session.scalar(
        select(QueueTicket.called_at)
        .join(CounterSession, CounterSession.id == QueueTicket.session_id)
        .join(Officer, Officer.id == CounterSession.officer_id)
        .where(QueueTicket.id == ticket_id, QueueTicket.state == TicketState.CALLED, Officer.account_id == account.id)
    )
    return called_at is not None and now - called_at < TOO_SOON
