"""Closing a counter that its officer left open: by who answers for the hall, with a reason that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.counter.queue.calling import note_step
from webapp.counter.queue.errors import CounterClosed
from webapp.counter.queue.locked_desk import called_at_desk
from webapp.counter.queue.models import CounterSession, QueueTicket
from webapp.counter.queue.vocabulary import Step, TicketState
from webapp.database import db
from webapp.organisation.managed import LARGEST_ID, in_reach
from webapp.organisation.models import Counter, Officer, Unit


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """An open counter that the viewer may close: whose it is since when, and the number that is called there."""

    session_id: int
    unit_id: int
    unit: str
    timezone: str
    counter: str
    officer: str
    opened_at: datetime
    label: str | None


def open_counter_of(viewer: Account, unit_id: int, session_id: int) -> LeftOpen:
    """An open counter of a hall that the viewer answers for; raises CounterClosed for any other."""
    row = None
    if 0 < session_id <= LARGEST_ID and 0 < unit_id <= LARGEST_ID:
        row = db.session.execute(
            select(CounterSession, Unit, Counter.name, Officer.name, QueueTicket.label)
            .join(Unit, Unit.id == CounterSession.unit_id)
            .join(Counter, Counter.id == CounterSession.counter_id)
            .join(Officer, Officer.id == CounterSession.officer_id)
            .outerjoin(
                QueueTicket,
                (QueueTicket.session_id == CounterSession.id) & (QueueTicket.state == TicketState.CALLED),
            )
            .where(
                CounterSession.id == session_id,
                CounterSession.unit_id == unit_id,
                CounterSession.closed_at.is_(None),
                in_reach(viewer, Permission.QUEUE_CLOSE),
            )
        ).one_or_none()
    if row is None:
        raise CounterClosed
    session, unit, counter, officer, label = row
    return LeftOpen(session.id, unit.id, unit.name, unit.timezone, counter, officer, session.opened_at, label)


def close_left_open(viewer: Account, unit_id: int, session_id: int, reason: str, at: datetime) -> str | None:
    """Close a counter in its officer's stead; the label of the number that was called there, which is put aside.

    Nobody knows whether it was served, so no visit is written: any counter of its line may call it again. Raises
    CounterClosed where the counter is closed, or not the viewer's to close.
    """
    open_counter_of(viewer, unit_id, session_id)
    # The session before the ticket, the order in which its officer's presses take them.
    session = db.session.scalars(
        select(CounterSession)
        .where(CounterSession.id == session_id, CounterSession.closed_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if session is None:
        raise CounterClosed
    current, label = called_at_desk(session.id), None
    if current is not None:
        ticket = db.session.get_one(QueueTicket, current.id, populate_existing=True)
        ticket.state, ticket.session_id, ticket.called_at = TicketState.HELD, None, None
        note_step(ticket, Step.HELD, at, session.id)
        label = ticket.label
    session.closed_at, session.closed_by_id, session.close_reason = at, viewer.id, reason
    db.session.flush()
    return label
