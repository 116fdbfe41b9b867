"""What is promised to whoever draws a number, what can be expected now, and whether promises hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from sqlalchemy import func, select

from webapp.counter.queue.hall_pace import CallRange, HallPace, Promise, hall_pace
from webapp.counter.queue.models import QueueLine, QueueTicket
from webapp.counter.queue.order import Waiting, in_order_of_calls
from webapp.counter.queue.vocabulary import Priority, TicketState
from webapp.database import db

#: Behind everybody who has the same turn.
_LAST = 10**9


class HasTurn(Protocol):
    """What a promise depends on; a QueueTicket has it all."""

    @property
    def unit_id(self) -> int: ...
    @property
    def line_id(self) -> int: ...
    @property
    def turn_at(self) -> datetime: ...
    @property
    def priority(self) -> str: ...
    @property
    def slot_starts_at(self) -> datetime | None: ...


class TurnDrawn(NamedTuple):
    """A number that is being drawn, before there is a row of it."""

    unit_id: int
    line_id: int
    turn_at: datetime
    priority: str
    slot_starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whether promises held: `kept` of `promised` first calls came within the range; `early` and `late` the rest.

    `minutes` is how wide the ranges were on average, in wall-clock time.
    """

    promised: int
    kept: int
    early: int
    late: int
    minutes: float

    @property
    def share(self) -> float | None:
        """The share of promises kept; None where none was due."""
        return self.kept / self.promised if self.promised else None


def promise_for(drawn: HasTurn, at: datetime) -> Promise | None:
    """What to promise for a number that is drawn at `at`: to be stored with it (`Promise.columns()`), never changed.

    None where no counter has ever called from its line: then nothing honest can be said.
    """
    pace = hall_pace(drawn.unit_id, at)
    if drawn.slot_starts_at is not None and drawn.slot_starts_at > at:
        return pace.slot_promise(drawn.slot_starts_at)
    me = Waiting(drawn.turn_at, _LAST, 0, drawn.priority != Priority.ORDINARY)
    people = [*pace.order, me]
    ahead = in_order_of_calls(people, recent=pace.learned.recent, in_a_row=pace.learned.in_a_row, now=at).index(me)
    if not me.priority:
        ahead += _drawn_since(pace, drawn.turn_at)
    return pace.promise(drawn.line_id, ahead, drawn.turn_at, priority=me.priority)


def expected_range(place: QueueTicket | tuple[int, int | None], now: datetime) -> CallRange | None:
    """When a ticket that waits will be called for the first time; for a ticket in another state None.

    Or for (line_id, ahead): somebody in a line with `ahead` of those who wait in it called before; (line_id, None) is
    for whoever draws now. None also where no counter calls from the line.
    """
    if isinstance(place, tuple):
        line_id, people = place
        unit_id = db.session.scalar(select(QueueLine.unit_id).where(QueueLine.id == line_id))
        if unit_id is None:
            return None
        pace = hall_pace(unit_id, now)
        return pace.range_at(line_id, pace.behind(line_id, people))
    if place.state != TicketState.WAITING:
        return None
    pace = hall_pace(place.unit_id, now)
    if place.slot_starts_at is not None and place.slot_starts_at > now:
        promise = pace.slot_promise(place.slot_starts_at)
        return CallRange(promise.promised_from, promise.promised_until)
    ahead = next((number for number, one in enumerate(pace.order) if one.id == place.id), None)
    if ahead is None:  # drawn a moment ago, or for another day
        ahead = len(pace.order) if place.day == pace.day else 0
    return pace.range_at(place.line_id, ahead, place.turn_at, priority=place.priority != Priority.ORDINARY)


def is_checked(ticket: HasTurn, now: datetime) -> bool:
    """Whether enough of the hall's ranges came true or did not to say how often they hold; else they are rough."""
    learned = hall_pace(ticket.unit_id, now).learned
    for_slot = ticket.slot_starts_at is not None and ticket.slot_starts_at > now
    return (learned.slot_calibration if for_slot else learned.calibration).checked


def coverage_of(unit_id: int, days: int, now: datetime) -> Coverage:
    """Whether what was promised in a hall on today and the `days` - 1 days before held, by calls up to `now`.

    A promise whose time has passed without a call counts as broken, unless the number was given back.
    """
    first = hall_pace(unit_id, now).day - timedelta(days=days - 1)
    ticket = QueueTicket
    called = ticket.first_called_at
    # A number that expired was not called in its range either; one that is still waiting may yet be.
    due = called.is_not(None) | (
        ticket.state.in_((TicketState.WAITING, TicketState.EXPIRED)) & (ticket.promised_until < now)
    )
    early = called < ticket.promised_from
    kept = (called >= ticket.promised_from) & (called <= ticket.promised_until)
    row = db.session.execute(
        select(
            func.count(),
            func.count().filter(kept),
            func.count().filter(early),
            func.coalesce(func.avg(func.extract("epoch", ticket.promised_until - ticket.promised_from)), 0.0),
        ).where(ticket.unit_id == unit_id, ticket.day >= first, ticket.promised_until.is_not(None), due)
    ).one()
    promised, held, too_early, seconds = row
    return Coverage(promised, held, too_early, promised - held - too_early, float(seconds) / 60)


def _drawn_since(pace: HallPace, turn_at: datetime) -> int:
    """How many others have drawn since the pace was read whose turn comes earlier."""
    return (
        db.session.scalar(
            select(func.count(QueueTicket.id)).where(
                QueueTicket.line_id.in_(pace.lines),
                QueueTicket.day == pace.day,
                QueueTicket.state == TicketState.WAITING,
                QueueTicket.turn_at < turn_at,
                QueueTicket.id > pace.newest,
            )
        )
        or 0
    )
