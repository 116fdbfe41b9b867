"""An officer's open counter while something is done at it: locked, with what is called there.

These statements are written out as SQL: they are what every press of every officer waits for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from webapp.accounts.models import Account
from webapp.counter.queue.errors import CounterClosed
from webapp.counter.queue.models import QueueTicket
from webapp.counter.queue.order import Waiting
from webapp.counter.queue.vocabulary import TicketState
from webapp.database import db

#: Calls of one hall come one after the other: the space of advisory locks over halls.
_HALL_LOCK = 7_231_003

_DESK = """
    SELECT session.id, session.unit_id, session.counter_id, session.officer_id, session.line_ids, session.opened_at,
           unit.timezone, hall.priority_in_a_row
    FROM counter_session AS session
    JOIN officer ON officer.id = session.officer_id
    JOIN unit ON unit.id = session.unit_id
    JOIN queue_hall AS hall ON hall.unit_id = session.unit_id
    WHERE officer.account_id = :account_id AND session.closed_at IS NULL
    FOR NO KEY UPDATE OF session
"""
#: The open counter of an account's officer, locked until the transaction ends.
_OPEN_DESK = text(_DESK)
#: The same, and then the hall: nobody else calls in it until the transaction ends.
_OPEN_DESK_IN_HALL = text(
    f"""
    WITH desk AS MATERIALIZED ({_DESK})
    SELECT desk.*, pg_advisory_xact_lock({_HALL_LOCK}, (unit_id % 2147483648)::int) FROM desk
    """  # noqa: S608  made of constants
)

#: What is called at a counter.
_CURRENT = """
    SELECT 'current' AS kind, ticket.id, ticket.first_called_at AS at, ticket.number,
           ticket.priority <> 'ordinary' AS priority, queue_line.service_id, ticket.drawn_at, ticket.slot_starts_at,
           ticket.called_at
    FROM queue_ticket AS ticket JOIN queue_line ON queue_line.id = ticket.line_id
    WHERE ticket.session_id = :session_id AND ticket.state = 'called'
"""
_CALLED_AT_DESK = text(_CURRENT)

#: What is called at the counter; the first who waits with and without priority in each line; the last calls of all.
_AT_DESK = text(
    f"""
    WITH line AS (SELECT unnest(:line_ids) AS id)
    {_CURRENT}
    UNION ALL
    SELECT 'waiting', one.id, one.at, one.number, class.priority, NULL, NULL, NULL, NULL
    FROM line CROSS JOIN (VALUES (true), (false)) AS class (priority) CROSS JOIN LATERAL (
        SELECT id, turn_at AS at, number FROM queue_ticket
        WHERE line_id = line.id AND day = :day AND state = 'waiting' AND turn_at <= :at
          AND (priority <> 'ordinary') = class.priority
        ORDER BY turn_at, number LIMIT 1
    ) AS one
    UNION ALL (
        SELECT 'called', one.id, one.at, one.number, one.priority, NULL, NULL, NULL, NULL
        FROM line CROSS JOIN LATERAL (
            SELECT id, first_called_at AS at, number, priority <> 'ordinary' AS priority FROM queue_ticket
            WHERE line_id = line.id AND day = :day AND first_called_at IS NOT NULL
            ORDER BY first_called_at DESC LIMIT :in_a_row
        ) AS one
        ORDER BY one.at DESC LIMIT :in_a_row
    )
    """  # noqa: S608  made of constants
).bindparams(bindparam("line_ids", type_=ARRAY(BigInteger)))

#: The visit of what was called ends.
_SERVED = """
    served AS (
        INSERT INTO visit (unit_id, service_id, counter_id, officer_id, waited_seconds, started_at, finished_at)
        VALUES (:unit_id, :service_id, :counter_id, :officer_id, :waited_seconds, :started_at, :finished_at)
        RETURNING id
    ), ended AS (
        UPDATE queue_ticket SET state = 'finished', finished_at = :finished_at, visit_id = served.id
        FROM served WHERE queue_ticket.id = :finishing
        RETURNING queue_ticket.id
    ), end_logged AS (
        INSERT INTO ticket_event (ticket_id, unit_id, step, at, session_id)
        VALUES (:finishing, :unit_id, 'finished', :finished_at, :session_id)
        RETURNING id
    )
"""
#: A ticket is called, if it is still in the state in which it was seen.
_CALLED = """
    called AS (
        UPDATE queue_ticket
        SET state = 'called', session_id = :session_id,
            called_at = :at, first_called_at = coalesce(first_called_at, :at), finished_at = NULL
        WHERE id = :ticket_id AND state = :state {after}
        RETURNING *
    ), call_logged AS (
        INSERT INTO ticket_event (ticket_id, unit_id, step, at, session_id)
        SELECT id, unit_id, 'called', :at, :session_id FROM called
    )
"""
_FINISH = text(f"WITH {_SERVED} SELECT id FROM served")  # noqa: S608  made of constants, as those below
_CALL = text(f"WITH {_CALLED.format(after='')} SELECT * FROM called")  # noqa: S608
#: Both in one statement. The one ends, and that is written down, before the other is called: a counter has one called
#: ticket at a time, and the log is read by its ids.
_AFTER = "AND EXISTS (SELECT FROM ended) AND EXISTS (SELECT FROM end_logged)"
_FINISH_AND_CALL = text(f"WITH {_SERVED}, {_CALLED.format(after=_AFTER)} SELECT * FROM called")  # noqa: S608


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


def lock_desk(account: Account, at: datetime, *, with_hall: bool = False) -> LockedDesk:
    """The officer's open counter, locked for the transaction; raises CounterClosed, as it does for one of yesterday.

    `with_hall`: nobody else calls in the hall meanwhile.
    """
    statement = _OPEN_DESK_IN_HALL if with_hall else _OPEN_DESK
    row = db.session.execute(statement, {"account_id": account.id}).one_or_none()
    if row is None:
        raise CounterClosed
    zone = ZoneInfo(row.timezone)
    day = at.astimezone(zone).date()
    if row.opened_at.astimezone(zone).date() < day:
        raise CounterClosed
    return LockedDesk(row.id, row.unit_id, row.counter_id, row.officer_id, row.line_ids, day, row.priority_in_a_row)


def called_at_desk(session_id: int) -> CalledTicket | None:
    """What is called at a counter. Asked after its session was locked: a press that was quicker has been heard then."""
    row = db.session.execute(_CALLED_AT_DESK, {"session_id": session_id}).one_or_none()
    return _called_ticket(row) if row is not None else None


def _called_ticket(row: Any) -> CalledTicket:
    return CalledTicket(row.id, row.service_id, row.drawn_at, row.slot_starts_at, row.at, row.called_at)


@dataclass(frozen=True, slots=True)
class AtDesk:
    """What is called at a counter, who could be called next, and the last calls: when, and whether with priority."""

    current: CalledTicket | None
    waiting: list[Waiting]
    calls: list[tuple[datetime, bool]]


def look_around(desk: LockedDesk, at: datetime) -> AtDesk:
    """Everything that a call is decided by. Asked after desk and hall were locked."""
    rows = db.session.execute(
        _AT_DESK,
        {
            "line_ids": desk.line_ids,
            "session_id": desk.session_id,
            "day": desk.day,
            "at": at,
            "in_a_row": desk.in_a_row,
        },
    ).all()
    current = next((row for row in rows if row.kind == "current"), None)
    return AtDesk(
        _called_ticket(current) if current is not None else None,
        [Waiting(row.at, row.number, row.id, row.priority) for row in rows if row.kind == "waiting"],
        sorted(((row.at, row.priority) for row in rows if row.kind == "called"), reverse=True),
    )


def call_ticket(
    ticket_id: int,
    state: TicketState,
    desk: LockedDesk,
    at: datetime,
    *,
    finishing: CalledTicket | None = None,
    finished_at: datetime | None = None,
) -> QueueTicket | None:
    """Call a ticket if it is still in `state`, after the visit of `finishing` has ended at `finished_at`.

    None where the ticket is in another state; the visit has ended nevertheless.
    """
    statement, values = _CALL, {"ticket_id": ticket_id, "state": state, "session_id": desk.session_id, "at": at}
    if finishing is not None:
        statement = _FINISH_AND_CALL
        values |= _visit_values(desk, finishing, finished_at or at)
    query = select(QueueTicket).from_statement(statement).execution_options(populate_existing=True)
    ticket = db.session.scalars(query, values).one_or_none()
    if finishing is not None:
        _forget(finishing.id)
    return ticket


def write_visit(desk: LockedDesk, current: CalledTicket, at: datetime) -> int:
    """Write the visit of the ticket that is called; its id."""
    visit_id: int = db.session.execute(_FINISH, _visit_values(desk, current, at)).scalar_one()
    _forget(current.id)
    return visit_id


def _visit_values(desk: LockedDesk, current: CalledTicket, at: datetime) -> dict[str, Any]:
    began_waiting = max(current.drawn_at, current.slot_starts_at or current.drawn_at)
    waited = current.first_called_at - began_waiting
    return {
        "unit_id": desk.unit_id,
        "service_id": current.service_id,
        "counter_id": desk.counter_id,
        "officer_id": desk.officer_id,
        "waited_seconds": max(0, int(waited.total_seconds())),
        "started_at": current.called_at,
        "finished_at": max(at, current.called_at),
        "finishing": current.id,
        "session_id": desk.session_id,
    }


def _forget(ticket_id: int) -> None:
    """What the session knows of a ticket is read anew."""
    known = db.session.identity_map.get(db.session.identity_key(QueueTicket, ticket_id))
    if known is not None:
        db.session.expire(known)
