"""The numbers of one person: a device or a chat, known by a keyed hash only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from webapp.counter.queue.drawing import TicketDraft, chat_key
from webapp.counter.queue.models import QueueLine, QueueTicket
from webapp.counter.queue.vocabulary import OPEN_STATES, Priority
from webapp.database import db
from webapp.messaging.addresses import ChatAddress
from webapp.organisation.models import Service, Unit


@dataclass(frozen=True, slots=True)
class OwnTicket:
    """An open number, as its holder sees it in a list."""

    code: str
    label: str
    state: str
    unit_id: int
    line_id: int
    unit: str
    service: str
    timezone: str
    day: date
    #: Null where it was drawn for now.
    slot_starts_at: datetime | None


def list_own_tickets(person_key: bytes, now: datetime, *, chat: ChatAddress | None = None) -> list[OwnTicket]:
    """The numbers that this person drew, or follows from `chat`, and that may still be called, the next one first."""
    mine = QueueTicket.person_key == person_key
    if chat is not None:
        mine |= QueueTicket.chat_key == chat_key(chat)
    rows = db.session.execute(
        select(QueueTicket, Unit.name, Service.name, Unit.timezone)
        .join(QueueLine, QueueLine.id == QueueTicket.line_id)
        .join(Service, Service.id == QueueLine.service_id)
        .join(Unit, Unit.id == QueueTicket.unit_id)
        .where(mine, QueueTicket.state.in_(OPEN_STATES))
        .order_by(QueueTicket.turn_at, QueueTicket.id)
    )
    return [
        OwnTicket(
            code=ticket.code,
            label=ticket.label,
            state=ticket.state,
            unit_id=ticket.unit_id,
            line_id=ticket.line_id,
            unit=unit,
            service=service,
            timezone=zone,
            day=ticket.day,
            slot_starts_at=ticket.slot_starts_at,
        )
        for ticket, unit, service, zone in rows
        if ticket.day >= now.astimezone(ZoneInfo(zone)).date()
    ]


def change_ticket_language(chat: ChatAddress) -> None:
    """Tell a chat everything about its open numbers in its language from now on."""
    db.session.execute(
        update(QueueTicket)
        .where(QueueTicket.chat_key == chat_key(chat), QueueTicket.state.in_(OPEN_STATES))
        .values(chat_language=chat.language)
        .execution_options(synchronize_session=False)
    )


@dataclass(frozen=True, slots=True)
class DrawnBefore:
    """The number that a form has drawn already, and what was asked for then."""

    code: str
    draft: TicketDraft


def drawn_under(write_key: str) -> DrawnBefore | None:
    """The number that was drawn under this write key; None if none was."""
    ticket = db.session.scalars(select(QueueTicket).where(QueueTicket.write_key == write_key)).one_or_none()
    if ticket is None:
        return None
    return DrawnBefore(ticket.code, TicketDraft(ticket.drawn_line_id, ticket.slot_starts_at, Priority(ticket.priority)))
