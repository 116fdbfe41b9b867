"""Drawing numbers, giving them back, and what can be drawn.

Whoever draws holds the row of the line's day until his transaction ends. So numbers of a day are given one after the
other: none twice, and none that nobody has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import joinedload

from webapp.counter.codes import clean_ticket_code, new_ticket_code
from webapp.counter.events import TicketMoved
from webapp.counter.queue.errors import (
    HallClosed,
    NoQueueHere,
    NoSuchTicket,
    QueueRefusal,
    SlotFull,
    SlotGone,
    TicketGone,
    TooManyTickets,
)
from webapp.counter.queue.models import QueueHall, QueueLine, QueueTicket, TicketEvent
from webapp.counter.queue.numbering import count_up, insert_ticket, lock_day, lock_person
from webapp.counter.queue.paces import TurnDrawn, promise_for
from webapp.counter.queue.slots import Slot, around_the_clock, current_slot, places_left, slots_of_day
from webapp.counter.queue.vocabulary import OPEN_STATES, DrawChannel, Priority, Step, TicketState
from webapp.database import db
from webapp.encryption import keyring
from webapp.messaging.addresses import ChatAddress
from webapp.organisation.calendars import WorkingTime
from webapp.organisation.queries import working_time_of
from webapp.outbox import publish

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class TicketDraft:
    """What somebody wants: a number in a line, for now (`slot_starts_at` None) or for a slot."""

    line_id: int
    slot_starts_at: datetime | None = None
    priority: Priority = Priority.ORDINARY


@dataclass(frozen=True, slots=True)
class DrawnTicket:
    """The number that was drawn; `created` False where the same write key had drawn it before."""

    ticket_id: int
    code: str
    label: str
    created: bool


@dataclass(frozen=True, slots=True)
class OfferedSlot:
    """A slot that can be chosen, and the places left in it for the channel (0: it is full)."""

    starts_at: datetime
    ends_at: datetime
    left: int


@dataclass(frozen=True, slots=True)
class OfferedDay:
    """A day in the unit's zone and its slots that have not begun."""

    day: date
    slots: tuple[OfferedSlot, ...]


def draw_ticket(
    draft: TicketDraft,
    *,
    channel: DrawChannel,
    write_key: str,
    at: datetime,
    person_key: bytes | None = None,
    chat: ChatAddress | None = None,
) -> DrawnTicket:
    """Draw the next number of a line's day. The same `write_key` again gives the same ticket.

    A number for now takes a place of the running slot, or before opening and at a break of the next one today. Raises
    NoQueueHere, HallClosed, SlotGone, SlotFull or TooManyTickets.
    """
    earlier = _drawn_before(write_key)
    if earlier is not None:
        return earlier
    line = open_line(draft.line_id)
    working = _serving_time(line)
    day, slot, before = _place(line, working, draft.slot_starts_at, at)
    if person_key is not None:
        lock_person(person_key)
    last_number, last_turn_at = lock_day(line.id, day)
    refusal = _too_many(line, person_key, working.local_day(at)) or _full(line, day, slot, before, channel, at)
    if refusal is not None:
        earlier = _drawn_before(write_key)  # by the same form, while we waited for it
        if earlier is not None:
            return earlier
        raise refusal
    number = last_number + 1
    turn_at = draft.slot_starts_at or max(at, last_turn_at or at)
    promise = promise_for(TurnDrawn(line.unit_id, line.id, turn_at, draft.priority, draft.slot_starts_at), at)
    drawn = _insert(
        {
            "write_key": write_key,
            "unit_id": line.unit_id,
            "line_id": line.id,
            "drawn_line_id": line.id,
            "day": day,
            "number": number,
            "label": f"{line.prefix}-{number:03d}",
            "channel": channel,
            "priority": draft.priority,
            "slot_starts_at": draft.slot_starts_at,
            "turn_at": turn_at,
            "drawn_at": at,
            "person_key": person_key,
            "chat_address": chat.address if chat else None,
            "chat_key": chat_key(chat) if chat else None,
            "chat_language": chat.language if chat else "id",
            **(promise.columns() if promise is not None else {}),
        }
    )
    if not drawn.created:
        return drawn
    count_up(
        line_id=line.id,
        day=day,
        number=number,
        turn_at=turn_at if draft.slot_starts_at is None else None,
        ticket_id=drawn.ticket_id,
        unit_id=line.unit_id,
        at=at,
    )
    publish(TicketMoved(drawn.ticket_id, Step.DRAWN))
    return drawn


def cancel_ticket(code: str, at: datetime) -> None:
    """Give a number back, which frees its place; what is given back already stays so.

    Raises NoSuchTicket, or TicketGone where the number was called or its day is over.
    """
    ticket = db.session.execute(
        update(QueueTicket)
        .where(
            QueueTicket.code == clean_ticket_code(code),
            QueueTicket.state.in_((TicketState.WAITING, TicketState.HELD)),
        )
        .values(state=TicketState.CANCELLED, finished_at=at)
        .returning(QueueTicket.id, QueueTicket.unit_id),
        execution_options={"synchronize_session": "fetch"},
    ).one_or_none()
    if ticket is None:
        if ticket_by_code(code).state == TicketState.CANCELLED:
            return
        raise TicketGone
    db.session.execute(
        insert(TicketEvent).values(ticket_id=ticket.id, unit_id=ticket.unit_id, step=Step.CANCELLED, at=at)
    )
    publish(TicketMoved(ticket.id, Step.CANCELLED))


def follow_ticket(code: str, chat: ChatAddress, at: datetime) -> QueueTicket:
    """Tell a chat from now on what happens to a ticket, and nobody else; raises NoSuchTicket, or TicketGone where
    nothing will happen to it any more."""
    ticket = ticket_by_code(code)
    if ticket.state not in OPEN_STATES or ticket.day < working_time_of(ticket.unit).local_day(at):
        raise TicketGone
    ticket.chat_address, ticket.chat_key, ticket.chat_language = chat.address, chat_key(chat), chat.language
    db.session.flush()
    return ticket


def chat_key(chat: ChatAddress) -> bytes:
    """By what the tickets of a chat are found without its address being stored in the clear."""
    return keyring().lookup_key(f"address:{chat.channel}", chat.address)


def offer_slots(line_id: int, channel: DrawChannel, at: datetime) -> list[OfferedDay]:
    """The days and slots that `channel` may choose from at `at`, full ones included; raises NoQueueHere."""
    line = open_line(line_id)
    working = _serving_time(line)
    today = working.local_day(at)
    days = [today + timedelta(days=number) for number in range(line.days_ahead + 1)]
    turns = _turns(line.id, days)
    offered = []
    for day in days:
        slots = slots_of_day(working, day, line.slot_minutes)
        taken = _taken_by_slot(slots, turns.get(day, []))
        free = tuple(
            OfferedSlot(slot.starts_at, slot.ends_at, places_left(line.quotas, taken[slot], channel, False))
            for slot in slots
            if slot.starts_at > at
        )
        if free:
            offered.append(OfferedDay(day, free))
    return offered


def places_now(line_id: int, channel: DrawChannel, at: datetime) -> int:
    """How many numbers for now `channel` can still draw at `at`; 0 when the unit does not work any more today.

    Raises NoQueueHere.
    """
    line = open_line(line_id)
    return places_by_line([line], channel, at)[line.id]


def places_by_line(lines: Sequence[QueueLine], channel: DrawChannel, at: datetime) -> dict[int, int]:
    """`places_now` of lines of one hall, by their ids."""
    places = {}
    working = _serving_time(lines[0])
    for line in lines:
        try:
            day, slot, before = _place(line, working, None, at)
        except HallClosed:
            places[line.id] = 0
        else:
            taken = _taken(line.id, day, before, slot.ends_at)
            places[line.id] = places_left(line.quotas, taken, channel, slot.starts_at <= at)
    return places


def open_line(line_id: int) -> QueueLine:
    """The line, with hall, unit and service; raises NoQueueHere where it is not queued for (any more)."""
    line = db.session.scalars(
        select(QueueLine)
        .where(QueueLine.id == line_id)
        .options(joinedload(QueueLine.hall).joinedload(QueueHall.unit), joinedload(QueueLine.service))
    ).one_or_none()
    if line is None or not (line.active and line.hall.active and line.hall.unit.active and line.service.active):
        raise NoQueueHere
    return line


def ticket_by_code(code: str) -> QueueTicket:
    """The ticket that a code opens, however it was typed; raises NoSuchTicket."""
    ticket = db.session.scalars(select(QueueTicket).where(QueueTicket.code == clean_ticket_code(code))).one_or_none()
    if ticket is None:
        raise NoSuchTicket
    return ticket


def _serving_time(line: QueueLine) -> WorkingTime:
    working = working_time_of(line.hall.unit)
    return around_the_clock(working) if line.hall.always_open else working


def _place(
    line: QueueLine, working: WorkingTime, starts_at: datetime | None, at: datetime
) -> tuple[date, Slot, datetime]:
    """Day and slot of a number, and when the slot before ended: whoever has his turn from then on is in this slot."""
    today = working.local_day(at)
    if starts_at is None:
        slots = slots_of_day(working, today, line.slot_minutes)
        slot = current_slot(slots, at)
        if slot is None:
            raise HallClosed
        return today, slot, _end_before(slots, slot)
    day = working.local_day(starts_at)
    slots = slots_of_day(working, day, line.slot_minutes)
    slot = next((one for one in slots if one.starts_at == starts_at), None)
    if slot is None or starts_at <= at or day > today + timedelta(days=line.days_ahead):
        raise SlotGone
    return day, slot, _end_before(slots, slot)


def _end_before(slots: Sequence[Slot], slot: Slot) -> datetime:
    number = slots.index(slot)
    return slots[number - 1].ends_at if number else _BEGINNING


def _too_many(line: QueueLine, person_key: bytes | None, today: date) -> QueueRefusal | None:
    if person_key is None or _open_tickets(line.id, person_key, today) < line.most_open:
        return None
    return TooManyTickets()


def _full(
    line: QueueLine, day: date, slot: Slot, before: datetime, channel: DrawChannel, at: datetime
) -> QueueRefusal | None:
    taken = _taken(line.id, day, before, slot.ends_at)
    return None if places_left(line.quotas, taken, channel, slot.starts_at <= at) else SlotFull()


def _drawn_before(write_key: str) -> DrawnTicket | None:
    row = db.session.execute(
        select(QueueTicket.id, QueueTicket.code, QueueTicket.label).where(QueueTicket.write_key == write_key)
    ).one_or_none()
    return DrawnTicket(row.id, row.code, row.label, False) if row is not None else None


def _open_tickets(line_id: int, person_key: bytes, today: date) -> int:
    return (
        db.session.scalar(
            select(func.count(QueueTicket.id)).where(
                QueueTicket.person_key == person_key,
                QueueTicket.drawn_line_id == line_id,
                QueueTicket.state.in_(OPEN_STATES),
                QueueTicket.day >= today,
            )
        )
        or 0
    )


def _taken(line_id: int, day: date, after: datetime, before: datetime) -> dict[str, int]:
    """Places taken by channel among the numbers of a day whose turn lies in [after, before)."""
    rows = db.session.execute(
        select(QueueTicket.channel, func.count())
        .where(
            QueueTicket.drawn_line_id == line_id,
            QueueTicket.day == day,
            QueueTicket.turn_at >= after,
            QueueTicket.turn_at < before,
            QueueTicket.state != TicketState.CANCELLED,
        )
        .group_by(QueueTicket.channel)
    )
    return dict(rows.all())


def _turns(line_id: int, days: Sequence[date]) -> dict[date, list[tuple[datetime, str, int]]]:
    """How many places were taken on these days, by turn and channel."""
    rows = db.session.execute(
        select(QueueTicket.day, QueueTicket.turn_at, QueueTicket.channel, func.count())
        .where(
            QueueTicket.drawn_line_id == line_id,
            QueueTicket.day.in_(days),
            QueueTicket.state != TicketState.CANCELLED,
        )
        .group_by(QueueTicket.day, QueueTicket.turn_at, QueueTicket.channel)
    )
    turns: dict[date, list[tuple[datetime, str, int]]] = {}
    for day, turn_at, channel, count in rows:
        turns.setdefault(day, []).append((turn_at, channel, count))
    return turns


def _taken_by_slot(slots: Sequence[Slot], turns: Sequence[tuple[datetime, str, int]]) -> dict[Slot, Counter[str]]:
    taken: dict[Slot, Counter[str]] = {slot: Counter() for slot in slots}
    for turn_at, channel, count in turns:
        slot = current_slot(slots, turn_at)
        if slot is not None:
            taken[slot][channel] += count
    return taken


def _insert(values: dict[str, Any]) -> DrawnTicket:
    """Write the ticket under a fresh code; where its write key stands already, the ticket that has it."""
    code = new_ticket_code()
    ticket_id = insert_ticket({**values, "code": code})
    if ticket_id is not None:
        return DrawnTicket(ticket_id, code, values["label"], True)
    earlier = _drawn_before(values["write_key"])
    assert earlier is not None
    return earlier
