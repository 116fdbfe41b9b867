"""An officer's counter as it stands: who is called, who was put aside, who is next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Account
from webapp.counter.queue.lineup import Lineup, count_waiting, lineup_of
from webapp.counter.queue.models import CounterSession, QueueHall, QueueLine, QueueTicket
from webapp.counter.queue.vocabulary import TicketState
from webapp.database import db
from webapp.organisation.models import Officer, Service, Unit

#: So many numbers are shown as next.
_NEXT = 5


@dataclass(frozen=True, slots=True)
class DeskTicket:
    """A number on the officer's desk."""

    id: int
    code: str
    label: str
    line_id: int
    service: str
    priority: str
    drawn_at: datetime
    slot_starts_at: datetime | None
    #: From drawing, or the begin of the slot, to the first call; null while it waits.
    waited: timedelta | None
    #: The standing call; null unless it is called.
    called_at: datetime | None
    visit_id: int | None


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A line of the hall; `mine` if this counter calls from it, `waiting` whose turn has come."""

    id: int
    prefix: str
    service: str
    waiting: int
    mine: bool


@dataclass(frozen=True, slots=True)
class CounterDesk:
    """An open counter. `next` are those whom it calls next if nobody else calls.

    `held` were put aside, `missed` did not come when they were called: both can be called again. `served` is the last
    one that the officer has served today, at whichever counter.
    """

    session_id: int
    unit_id: int
    unit: str
    timezone: str
    day: date
    counter_id: int
    counter: str
    opened_at: datetime
    lines: tuple[DeskLine, ...]
    hall_lines: tuple[DeskLine, ...]
    current: DeskTicket | None
    held: tuple[DeskTicket, ...]
    missed: tuple[DeskTicket, ...]
    next: tuple[DeskTicket, ...]
    waiting: int
    served_today: int
    served: DeskTicket | None


def desk_of(account: Account, now: datetime) -> CounterDesk | None:
    """The counter that the account's officer has open today; None without one."""
    row = db.session.execute(
        select(CounterSession, Unit.name, Unit.timezone, QueueHall.priority_in_a_row)
        .join(Officer, Officer.id == CounterSession.officer_id)
        .join(Unit, Unit.id == CounterSession.unit_id)
        .join(QueueHall, QueueHall.unit_id == CounterSession.unit_id)
        .where(Officer.account_id == account.id, CounterSession.closed_at.is_(None))
        .options(joinedload(CounterSession.counter))
    ).one_or_none()
    if row is None:
        return None
    session, unit, timezone, in_a_row = row
    zone = ZoneInfo(timezone)
    day = now.astimezone(zone).date()
    if session.opened_at.astimezone(zone).date() < day:
        return None
    lines = _lines(session, timezone, now)
    mine = tuple(line for line in lines if line.mine)
    lineup = lineup_of([line.id for line in mine], day, in_a_row, now)
    aside = _aside(session, day, lines)
    served_today, served = _served(session, day, lines)
    return CounterDesk(
        session_id=session.id,
        unit_id=session.unit_id,
        unit=unit,
        timezone=timezone,
        day=day,
        counter_id=session.counter_id,
        counter=session.counter.name,
        opened_at=session.opened_at,
        lines=mine,
        hall_lines=lines,
        current=_current(session, lines),
        held=tuple(one for one, state in aside if state == TicketState.HELD),
        missed=tuple(one for one, state in aside if state == TicketState.NO_SHOW),
        next=_next(lineup, lines),
        waiting=sum(line.waiting for line in mine),
        served_today=served_today,
        served=served,
    )


def _lines(session: CounterSession, timezone: str, now: datetime) -> tuple[DeskLine, ...]:
    """The lines of the hall that are queued for, and those that the counter calls from anyway."""
    rows = db.session.execute(
        select(QueueLine.id, QueueLine.prefix, Service.name)
        .join(Service, Service.id == QueueLine.service_id)
        .where(QueueLine.unit_id == session.unit_id, QueueLine.active | QueueLine.id.in_(session.line_ids))
        .order_by(QueueLine.prefix)
    ).all()
    waiting = count_waiting([row.id for row in rows], timezone, now)
    return tuple(
        DeskLine(id_, prefix, service, waiting.get(id_, 0), id_ in session.line_ids) for id_, prefix, service in rows
    )


def _current(session: CounterSession, lines: tuple[DeskLine, ...]) -> DeskTicket | None:
    ticket = db.session.scalars(
        select(QueueTicket).where(QueueTicket.session_id == session.id, QueueTicket.state == TicketState.CALLED)
    ).one_or_none()
    return _on_desk(ticket, lines) if ticket is not None else None


def _aside(session: CounterSession, day: date, lines: tuple[DeskLine, ...]) -> list[tuple[DeskTicket, str]]:
    """What was put aside or missed in the counter's lines today, the latest first."""
    tickets = db.session.scalars(
        select(QueueTicket)
        .where(
            QueueTicket.line_id.in_(session.line_ids),
            QueueTicket.day == day,
            QueueTicket.first_called_at.is_not(None),
            QueueTicket.state.in_((TicketState.HELD, TicketState.NO_SHOW)),
        )
        .order_by(QueueTicket.first_called_at.desc(), QueueTicket.id.desc())
    )
    return [(_on_desk(ticket, lines), ticket.state) for ticket in tickets]


def _next(lineup: Lineup, lines: tuple[DeskLine, ...]) -> tuple[DeskTicket, ...]:
    """The next numbers whose turn has come."""
    ids = [one.id for one in lineup.order_of(list(lineup.waiting)) if one.turn_at <= lineup.now][:_NEXT]
    tickets = {one.id: one for one in db.session.scalars(select(QueueTicket).where(QueueTicket.id.in_(ids)))}
    return tuple(_on_desk(tickets[id_], lines) for id_ in ids if id_ in tickets)


def _served(session: CounterSession, day: date, lines: tuple[DeskLine, ...]) -> tuple[int, DeskTicket | None]:
    """How many the officer has served in this unit today, at whichever counter, and the last of them."""
    mine = (
        select(QueueTicket)
        .join(CounterSession, CounterSession.id == QueueTicket.session_id)
        .where(
            QueueTicket.unit_id == session.unit_id,
            QueueTicket.day == day,
            QueueTicket.state == TicketState.FINISHED,
            CounterSession.officer_id == session.officer_id,
        )
    )
    count = db.session.scalar(mine.with_only_columns(func.count())) or 0
    last = db.session.scalars(
        mine.order_by(QueueTicket.finished_at.desc(), QueueTicket.id.desc()).limit(1)
    ).one_or_none()
    return count, _on_desk(last, lines) if last is not None else None


def _on_desk(ticket: QueueTicket, lines: tuple[DeskLine, ...]) -> DeskTicket:
    service = next((line.service for line in lines if line.id == ticket.line_id), None)
    came = max(ticket.drawn_at, ticket.slot_starts_at or ticket.drawn_at)
    return DeskTicket(
        id=ticket.id,
        code=ticket.code,
        label=ticket.label,
        line_id=ticket.line_id,
        service=service if service is not None else ticket.line.service.name,
        priority=ticket.priority,
        drawn_at=ticket.drawn_at,
        slot_starts_at=ticket.slot_starts_at,
        waited=max(timedelta(), ticket.first_called_at - came) if ticket.first_called_at is not None else None,
        called_at=ticket.called_at if ticket.state == TicketState.CALLED else None,
        visit_id=ticket.visit_id,
    )
