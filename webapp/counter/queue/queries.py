"""Reading the queue for those who queue: halls, lines, and the ticket that a code opens. No officer has a name here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.counter.codes import clean_ticket_code
from webapp.counter.queries import receipt_of
from webapp.counter.queue.drawing import places_by_line
from webapp.counter.queue.errors import NoQueueHere, NoSuchTicket
from webapp.counter.queue.lineup import count_waiting, lineup_of
from webapp.counter.queue.models import CounterSession, QueueHall, QueueLine, QueueTicket
from webapp.counter.queue.vocabulary import DrawChannel, TicketState
from webapp.database import db
from webapp.organisation.models import Service, Unit


@dataclass(frozen=True, slots=True)
class HallChoice:
    """A unit where one can queue; `counters` are open there now."""

    unit_id: int
    name: str
    timezone: str
    always_open: bool
    counters: int = 0


@dataclass(frozen=True, slots=True)
class LineChoice:
    """A service that one can queue for; `open_now` if a number for now can be drawn, `waiting` whose turn has come."""

    id: int
    service_id: int
    service: str
    prefix: str
    waiting: int
    open_now: bool


@dataclass(frozen=True, slots=True)
class TicketView:
    """A ticket as whoever holds its code sees it."""

    id: int
    code: str
    label: str
    unit_id: int
    unit: str
    timezone: str
    line_id: int
    service_id: int
    service: str
    day: date
    channel: str
    priority: str
    #: Null where it was drawn for now.
    slot_starts_at: datetime | None
    state: str
    drawn_at: datetime
    #: How many who wait in its line will be called before; null unless it waits itself.
    ahead: int | None
    #: Where it is called to, or was served last.
    counter: str | None
    called_at: datetime | None
    finished_at: datetime | None
    promised_from: datetime | None
    promised_until: datetime | None
    #: Once it is finished: the code of the visit's receipt.
    receipt: str | None


def list_halls() -> list[HallChoice]:
    """Where one can queue, by name: open halls with a line."""
    open_now = (
        select(func.count(CounterSession.id))
        .where(CounterSession.unit_id == Unit.id, CounterSession.closed_at.is_(None))
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Unit.id, Unit.name, Unit.timezone, QueueHall.always_open, open_now)
        .join(QueueHall, QueueHall.unit_id == Unit.id)
        .where(
            QueueHall.active,
            Unit.active,
            select(QueueLine.id)
            .join(Service, Service.id == QueueLine.service_id)
            .where(QueueLine.unit_id == Unit.id, QueueLine.active, Service.active)
            .exists(),
        )
        .order_by(func.lower(Unit.name), Unit.id)
    )
    return [HallChoice(*row) for row in rows]


def hall_of_kiosk(key: str) -> HallChoice:
    """The hall whose kiosk page has this key; raises NoQueueHere where there is none or it gives no numbers."""
    row = db.session.execute(
        select(Unit.id, Unit.name, Unit.timezone, QueueHall.always_open)
        .join(QueueHall, QueueHall.unit_id == Unit.id)
        .where(QueueHall.kiosk_key == key, QueueHall.active, Unit.active)
    ).one_or_none()
    if row is None:
        raise NoQueueHere
    return HallChoice(*row)


def list_lines(unit_id: int, channel: DrawChannel, now: datetime) -> list[LineChoice]:
    """What can be queued for in a hall by `channel`, by name of the service; empty where there is no open hall."""
    lines = db.session.scalars(
        select(QueueLine)
        .join(Service, Service.id == QueueLine.service_id)
        .join(QueueHall, QueueHall.unit_id == QueueLine.unit_id)
        .join(Unit, Unit.id == QueueLine.unit_id)
        .where(QueueLine.unit_id == unit_id, QueueLine.active, Service.active, QueueHall.active, Unit.active)
        .options(joinedload(QueueLine.service), joinedload(QueueLine.hall).joinedload(QueueHall.unit))
        .order_by(func.lower(Service.name), QueueLine.id)
    ).all()
    if not lines:
        return []
    places = places_by_line(lines, channel, now)
    waiting = count_waiting([line.id for line in lines], lines[0].hall.unit.timezone, now)
    return [
        LineChoice(
            line.id, line.service_id, line.service.name, line.prefix, waiting.get(line.id, 0), places[line.id] > 0
        )
        for line in lines
    ]


def ticket_of(code: str, now: datetime) -> TicketView:
    """The ticket that a code opens, however it was typed, as it stands at `now`; raises NoSuchTicket."""
    row = db.session.execute(
        select(QueueTicket, QueueHall.priority_in_a_row)
        .join(QueueHall, QueueHall.unit_id == QueueTicket.unit_id)
        .where(QueueTicket.code == clean_ticket_code(code))
        .options(
            joinedload(QueueTicket.line).joinedload(QueueLine.service),
            joinedload(QueueTicket.unit),
            joinedload(QueueTicket.session).joinedload(CounterSession.counter),
        )
    ).one_or_none()
    if row is None:
        raise NoSuchTicket
    ticket, in_a_row = row
    return TicketView(
        id=ticket.id,
        code=ticket.code,
        label=ticket.label,
        unit_id=ticket.unit_id,
        unit=ticket.unit.name,
        timezone=ticket.unit.timezone,
        line_id=ticket.line_id,
        service_id=ticket.line.service_id,
        service=ticket.line.service.name,
        day=ticket.day,
        channel=ticket.channel,
        priority=ticket.priority,
        slot_starts_at=ticket.slot_starts_at,
        state=ticket.state,
        drawn_at=ticket.drawn_at,
        ahead=_ahead(ticket, in_a_row, now),
        counter=ticket.session.counter.name if ticket.session is not None else None,
        called_at=ticket.called_at,
        finished_at=ticket.finished_at,
        promised_from=ticket.promised_from,
        promised_until=ticket.promised_until,
        receipt=receipt_of(ticket.visit_id) if ticket.visit_id is not None else None,
    )


def _ahead(ticket: QueueTicket, in_a_row: int, now: datetime) -> int | None:
    if ticket.state != TicketState.WAITING:
        return None
    order = lineup_of([ticket.line_id], ticket.day, in_a_row, now).order_of([ticket.line_id])
    return next((number for number, one in enumerate(order) if one.id == ticket.id), None)
