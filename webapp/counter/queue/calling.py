"""What officers do at an open counter: call, recall, hold, transfer, mark as absent, finish.

Each of these locks the row of the officer's session first, so that two presses of one officer come one after the other.
Calls of one hall wait for each other besides, so that with any number of counters the order is that of `order`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.counter.events import QueueAdvanced, TicketMoved
from webapp.counter.models import Visit
from webapp.counter.queue.errors import CounterTaken, NoQueueHere, StillServing, TicketGone
from webapp.counter.queue.locked_desk import (
    LockedDesk,
    call_ticket,
    called_at_desk,
    lock_desk,
    look_around,
    write_visit,
)
from webapp.counter.queue.models import CounterSession, QueueHall, QueueLine, QueueTicket, TicketEvent
from webapp.counter.queue.order import choose_next
from webapp.counter.queue.upkeep import end_past_sessions
from webapp.counter.queue.vocabulary import Step, TicketState
from webapp.database import db
from webapp.organisation.errors import NotManaged
from webapp.organisation.models import Counter, Officer
from webapp.organisation.queries import officer_of
from webapp.outbox import Event, publish, publish_all

#: Two calls of a line are never at the same time, so that their order can be read from it.
_APART = timedelta(microseconds=1)


def open_counter(account: Account, counter_id: int, line_ids: Sequence[int], at: datetime) -> CounterSession:
    """Open a counter for these lines. Who has it open already goes on there, with these lines.

    An officer has one counter at a time: another one is closed. Raises NotManaged where the officer cannot serve,
    NoQueueHere for lines that are not the hall's, CounterTaken, or StillServing at the other counter.
    """
    officer = officer_of(account)
    counter = db.session.get(Counter, counter_id)
    if (
        officer is None
        or not officer.active
        or counter is None
        or not counter.active
        or not can(account, Permission.QUEUE_SERVE, counter.unit)
    ):
        raise NotManaged
    lines = _check_lines(counter.unit_id, line_ids)
    end_past_sessions(counter.unit, at)
    while True:
        session = _open_session_of(officer.id)
        if session is not None and session.counter_id == counter.id:
            session.line_ids = lines
            db.session.flush()
            return session
        if session is not None:
            _close(session, at)
        opened = db.session.scalar(
            upsert(CounterSession)
            .values(unit_id=counter.unit_id, counter_id=counter.id, officer_id=officer.id, line_ids=lines, opened_at=at)
            .on_conflict_do_nothing()
            .returning(CounterSession.id)
        )
        if opened is not None:
            return db.session.get_one(CounterSession, opened)
        name = db.session.scalar(
            select(Officer.name)
            .join(CounterSession, CounterSession.officer_id == Officer.id)
            .where(
                CounterSession.counter_id == counter.id,
                CounterSession.closed_at.is_(None),
                CounterSession.officer_id != officer.id,
            )
        )
        if name is not None:
            raise CounterTaken(name)


def close_counter(account: Account, at: datetime) -> None:
    """Close the officer's counter; raises CounterClosed or StillServing."""
    _close(db.session.get_one(CounterSession, lock_desk(account, at).session_id, populate_existing=True), at)


def call_next(account: Account, at: datetime, *, finishing: int | None = None) -> QueueTicket | None:
    """Call whoever is next, after finishing the visit of the ticket `finishing`; None if nobody waits.

    `finishing` is the ticket that the officer sees as called. Where it is another one by now (the button was pressed
    twice), nothing changes and that one is returned. Raises CounterClosed.
    """
    desk = lock_desk(account, at, with_hall=True)
    found = look_around(desk, at)
    current = found.current
    if current is not None and current.id != finishing:
        return db.session.get_one(QueueTicket, current.id, populate_existing=True)
    events: list[Event] = [TicketMoved(current.id, Step.FINISHED)] if current is not None else []
    ticket = None
    while ticket is None:
        chosen = choose_next(found.waiting, [priority for _at, priority in found.calls], desk.in_a_row)
        if chosen is None:
            if current is not None:
                write_visit(desk, current, at)
            break
        moment = max(at, found.calls[0][0] + _APART) if found.calls else at
        ticket = call_ticket(chosen.id, TicketState.WAITING, desk, moment, finishing=current, finished_at=at)
        if ticket is None:  # it was given back just now
            current, found = None, look_around(desk, at)
    if ticket is not None:
        events += [
            TicketMoved(ticket.id, Step.CALLED),
            QueueAdvanced(desk.unit_id, desk.day.isoformat()),
        ]
    publish_all(events)
    return ticket


def finish_ticket(account: Account, ticket_id: int, at: datetime) -> Visit:
    """End the visit of the ticket that is called; raises CounterClosed or TicketGone."""
    desk = lock_desk(account, at)
    current = called_at_desk(desk.session_id)
    if current is None or current.id != ticket_id:
        raise TicketGone
    visit_id = write_visit(desk, current, at)
    publish(TicketMoved(ticket_id, Step.FINISHED))
    return db.session.get_one(Visit, visit_id)


def recall_ticket(account: Account, ticket_id: int, at: datetime) -> QueueTicket:
    """Call again who did not come; raises CounterClosed or TicketGone."""
    desk, ticket = _called(account, ticket_id, at)
    note_step(ticket, Step.RECALLED, at, desk.session_id)
    return ticket


def hold_ticket(account: Account, ticket_id: int, at: datetime) -> QueueTicket:
    """Put a ticket aside until its holder comes back; any counter of its line may call it again.

    Raises CounterClosed or TicketGone.
    """
    desk, ticket = _called(account, ticket_id, at)
    ticket.state, ticket.session_id, ticket.called_at = TicketState.HELD, None, None
    note_step(ticket, Step.HELD, at, desk.session_id)
    return ticket


def call_held(account: Account, ticket_id: int, at: datetime) -> QueueTicket:
    """Call a ticket that was put aside, or whose holder came too late.

    Raises CounterClosed, StillServing, or TicketGone where another counter was quicker, the line is not this counter's
    or the day is over.
    """
    desk = lock_desk(account, at)
    if called_at_desk(desk.session_id) is not None:
        raise StillServing
    aside = db.session.execute(
        select(QueueTicket.state, QueueTicket.line_id, QueueTicket.day).where(QueueTicket.id == ticket_id)
    ).one_or_none()
    if (
        aside is None
        or aside.state not in (TicketState.HELD, TicketState.NO_SHOW)
        or aside.line_id not in desk.line_ids
        or aside.day != desk.day
    ):
        raise TicketGone
    ticket = call_ticket(ticket_id, TicketState(aside.state), desk, at)
    if ticket is None:
        raise TicketGone
    publish(TicketMoved(ticket.id, Step.CALLED))
    return ticket


def transfer_ticket(account: Account, ticket_id: int, line_id: int, at: datetime) -> QueueTicket:
    """Send a ticket to another line of the hall, where it waits under its number and by its turn; no visit ends here.

    Raises CounterClosed, TicketGone or NoQueueHere.
    """
    desk, ticket = _called(account, ticket_id, at)
    if line_id == ticket.line_id:
        raise NoQueueHere
    _check_lines(desk.unit_id, [line_id])
    ticket.state, ticket.session_id, ticket.called_at = TicketState.WAITING, None, None
    ticket.line_id = line_id
    note_step(ticket, Step.TRANSFERRED, at, desk.session_id, line_id)
    return ticket


def mark_absent(account: Account, ticket_id: int, at: datetime) -> QueueTicket:
    """Nobody came; raises CounterClosed or TicketGone."""
    desk, ticket = _called(account, ticket_id, at)
    ticket.state, ticket.finished_at = TicketState.NO_SHOW, at
    note_step(ticket, Step.NO_SHOW, at, desk.session_id)
    return ticket


def _check_lines(unit_id: int, line_ids: Sequence[int]) -> list[int]:
    """These lines in order of their prefixes; raises NoQueueHere unless all of them are open ones of the hall."""
    found = db.session.scalars(
        select(QueueLine.id)
        .join(QueueHall, QueueHall.unit_id == QueueLine.unit_id)
        .where(QueueLine.id.in_(line_ids), QueueLine.unit_id == unit_id, QueueLine.active, QueueHall.active)
        .order_by(QueueLine.prefix)
    ).all()
    if not found or set(found) != set(line_ids):
        raise NoQueueHere
    return list(found)


def _open_session_of(officer_id: int) -> CounterSession | None:
    return db.session.scalars(
        select(CounterSession)
        .where(CounterSession.officer_id == officer_id, CounterSession.closed_at.is_(None))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one_or_none()


def _close(session: CounterSession, at: datetime) -> None:
    if called_at_desk(session.id) is not None:
        raise StillServing
    session.closed_at = at
    db.session.flush()


def _called(account: Account, ticket_id: int, at: datetime) -> tuple[LockedDesk, QueueTicket]:
    """The officer's counter and the ticket, if that is what is called there; raises CounterClosed or TicketGone."""
    desk = lock_desk(account, at)
    current = called_at_desk(desk.session_id)
    if current is None or current.id != ticket_id:
        raise TicketGone
    return desk, db.session.get_one(QueueTicket, ticket_id, populate_existing=True)


def note_step(ticket: QueueTicket, step: Step, at: datetime, session_id: int, line_id: int | None = None) -> None:
    """Write down and tell what happened to a ticket."""
    db.session.flush()
    db.session.execute(
        insert(TicketEvent).values(
            ticket_id=ticket.id, unit_id=ticket.unit_id, step=step, at=at, session_id=session_id, line_id=line_id
        )
    )
    publish(TicketMoved(ticket.id, step))
