"""An officer's open counter while something is done at it: locked, with what is called there.

These statements are written out as SQL: they are what every press of every officer waits for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, text

from webapp.accounts.models import Account
from webapp.counter.queue.errors import CounterClosed
from webapp.counter.queue.models import QueueTicket
from webapp.counter.queue.vocabulary import TicketState
from webapp.database import db

#: The open counter of an account's officer, locked until the transaction ends.
_OPEN_DESK = text(
    """
    SELECT session.id, session.unit_id, session.counter_id, session.officer_id, session.line_ids, session.opened_at,
           unit.timezone, hall.priority_in_a_row
    FROM counter_session AS session
    JOIN officer ON officer.id = session.officer_id
    JOIN unit ON unit.id = session.unit_id
    JOIN queue_hall AS hall ON hall.unit_id = session.unit_id
    WHERE officer.account_id = :account_id AND session.closed_at IS NULL
    FOR NO KEY UPDATE OF session
    """
)

#: What is called at a counter.
_CURRENT = text(
    """
    SELECT ticket.id, line.service_id, ticket.drawn_at, ticket.slot_starts_at, ticket.first_called_at, ticket.called_at
    FROM queue_ticket AS ticket JOIN queue_line AS line ON line.id = ticket.line_id
    WHERE ticket.session_id = :session_id AND ticket.state = 'called'
    """
)

_CALL = text(
    """
    WITH called AS (
        UPDATE queue_ticket
        SET state = 'called', session_id = :session_id,
            called_at = :at, first_called_at = coalesce(first_called_at, :at), finished_at = NULL
        WHERE id = :ticket_id AND state = :state
        RETURNING *
    ), logged AS (
        INSERT INTO ticket_event (ticket_id, unit_id, step, at, session_id)
        SELECT id, unit_id, 'called', :at, :session_id FROM called
    )
    SELECT * FROM called
    """
)

_FINISH = text(
    """
    WITH served AS (
        INSERT INTO visit (unit_id, service_id, counter_id, officer_id, waited_seconds, started_at, finished_at)
        VALUES (:unit_id, :service_id, :counter_id, :officer_id, :waited_seconds, :started_at, :finished_at)
        RETURNING id
    ), ended AS (
        UPDATE queue_ticket SET state = 'finished', finished_at = :finished_at, visit_id = served.id
        FROM served WHERE queue_ticket.id = :ticket_id
    ), logged AS (
        INSERT INTO ticket_event (ticket_id, unit_id, step, at, session_id)
        VALUES (:ticket_id, :unit_id, 'finished', :finished_at, :session_id)
    )
    SELECT id FROM served
    """
)


@dataclass(frozen=True, slots=True)
class LockedDesk:
    """An officer's open counter, locked; with today in the unit's zone and the rule of the hall."""

    session_id: int
    unit_id: int
    counter_id: int
    officer_id: int
    line_ids: list[int]
    day: date
    in_a_row: int


@dataclass(frozen=True, slots=True)
class CalledTicket:
    """The ticket that is called at a counter."""

    id: int
    service_id: int
    drawn_at: datetime
    slot_starts_at: datetime | None
    first_called_at: datetime
    called_at: datetime


def lock_desk(account: Account, at: datetime) -> LockedDesk:
    """The officer's open counter, locked for the transaction; raises CounterClosed, as it does for one of yesterday."""
    row = db.session.execute(_OPEN_DESK, {"account_id": account.id}).one_or_none()
    if row is None:
        raise CounterClosed
    zone = ZoneInfo(row.timezone)
    day = at.astimezone(zone).date()
    if row.opened_at.astimezone(zone).date() < day:
        raise CounterClosed
    return LockedDesk(row.id, row.unit_id, row.counter_id, row.officer_id, row.line_ids, day, row.priority_in_a_row)


def called_at_desk(session_id: int) -> CalledTicket | None:
    """What is called at a counter. Asked after its session was locked: a press that was quicker has been heard then."""
    row = db.session.execute(_CURRENT, {"session_id": session_id}).one_or_none()
    return CalledTicket(*row) if row is not None else None


def call_ticket(ticket_id: int, state: TicketState, session_id: int, at: datetime) -> QueueTicket | None:
    """Call a ticket if it is still in `state`."""
    statement = select(QueueTicket).from_statement(_CALL).execution_options(populate_existing=True)
    values = {"ticket_id": ticket_id, "state": state, "session_id": session_id, "at": at}
    return db.session.scalars(statement, values).one_or_none()


def write_visit(desk: LockedDesk, current: CalledTicket, at: datetime) -> int:
    """Write the visit of the ticket that is called; its id."""
    began_waiting = max(current.drawn_at, current.slot_starts_at or current.drawn_at)
    waited = current.first_called_at - began_waiting
    visit_id: int = db.session.execute(
        _FINISH,
        {
            "unit_id": desk.unit_id,
            "service_id": current.service_id,
            "counter_id": desk.counter_id,
            "officer_id": desk.officer_id,
            "waited_seconds": max(0, int(waited.total_seconds())),
            "started_at": current.called_at,
            "finished_at": max(at, current.called_at),
            "ticket_id": current.id,
            "session_id": desk.session_id,
        },
    ).scalar_one()
    known = db.session.identity_map.get(db.session.identity_key(QueueTicket, current.id))
    if known is not None:
        db.session.expire(known)
    return visit_id
