"""Where everybody in a hall stands, and what its past says of its pace: read from the database, kept for moments.

What a hall has learned from the past days is read once a minute, where everybody stands every few seconds, by each
process for itself; between two readings a promise costs one count.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.counter.queue.calibration import Calibration, Outcome
from webapp.counter.queue.hall_clock import HallClock
from webapp.counter.queue.models import CounterSession, QueueHall, QueueLine, QueueTicket, TicketEvent
from webapp.counter.queue.order import Waiting, in_order_of_calls
from webapp.counter.queue.slots import around_the_clock
from webapp.counter.queue.vocabulary import Priority, Step, TicketState
from webapp.counter.queue.waiting import (
    Floats,
    Forecast,
    OpenCounter,
    Served,
    Turn,
    cycles_of,
    forecast_calls,
    with_unknown,
)
from webapp.database import db
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_of

#: How old a reading may be: of what was learned, and of where everybody stands.
_LEARNED_FOR, _STANDING_FOR = timedelta(seconds=60), timedelta(seconds=10)
#: How far back a hall learns.
_DAYS, _CALLS, _OUTCOMES, _SESSIONS = 21, 400, 2000, 100
#: Slots are promised so many days ahead at most.
_AHEAD = 61
#: A number for a slot of its own is promised from the begin of the slot on; delays are counted in these seconds.
_SLOT_SPREAD = 600.0
#: As long as nobody knows how late slots begin, in such spreads.
_SLOT_UNCHECKED = (0.0, 3.0)
#: So long after opening, counters that were open the last time are still expected, and come so much later.
_OPENING, _LATE = 1800.0, 300.0


class CallRange(NamedTuple):
    """When a first call is to be expected, in four of five cases."""

    earliest: datetime
    latest: datetime


class Promise(NamedTuple):
    """What is told to whoever draws a number, and the forecast behind it."""

    promised_from: datetime
    promised_until: datetime
    expected_at: datetime
    expected_spread: float

    def columns(self) -> dict[str, Any]:
        """As columns of the ticket."""
        return self._asdict()


@dataclass(frozen=True, slots=True)
class Learned:
    """What the past says of a hall."""

    at: datetime
    day: date
    clock: HallClock
    #: When the hall opens on this day, on its clock.
    opens: float
    cycles: Mapping[int, Floats]
    overtaken: float
    calibration: Calibration
    slot_calibration: Calibration
    #: The lines of the counters that were open on the last day before today, by counter.
    usual: Mapping[int, frozenset[int]]
    #: The hall's rule for priority, and whether its last calls had it, the latest first.
    in_a_row: int
    recent: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class HallPace:
    """Where everybody in a hall stands at `at`, in the order of the calls to come, and the forecast from there."""

    unit_id: int
    day: date
    at: datetime
    #: `at` on the hall's clock.
    begun: float
    order: tuple[Waiting, ...]
    #: Label and line of everybody in `order`.
    labels: Mapping[int, tuple[str, int]]
    lines: tuple[int, ...]
    newest: int
    forecast: Forecast
    learned: Learned

    def range_at(
        self, line_id: int, ahead: int, turn_at: datetime | None = None, *, priority: bool = False
    ) -> CallRange | None:
        """For somebody in a line with `ahead` people of the hall called before; None where nobody serves the line."""
        promise = self.promise(line_id, ahead, turn_at, priority=priority)
        return CallRange(promise.promised_from, promise.promised_until) if promise else None

    def promise(
        self, line_id: int, ahead: int, turn_at: datetime | None = None, *, priority: bool = False
    ) -> Promise | None:
        """The same with the forecast behind it."""
        clock = self.learned.clock
        now = self.begun
        ready = max(0.0, clock.second(turn_at) - now) if turn_at and turn_at > self.at else 0.0
        expected = self.forecast.for_place(line_id, ahead, ready, priority=priority)
        if expected is None:
            return None
        low, high = self.learned.calibration.range_of(*expected, self.day.toordinal())
        return _promise(clock, now, max(low, ready), max(high, ready), *expected)

    def behind(self, line_id: int, people: int | None) -> int:
        """How many of the hall are called before somebody who has `people` ahead in the line, None: all of them."""
        places = [number for number, one in enumerate(self.order) if self.labels[one.id][1] == line_id]
        return places[people] if people is not None and people < len(places) else len(self.order)

    def slot_promise(self, starts_at: datetime) -> Promise:
        """For somebody who has chosen a slot that has not begun."""
        clock = self.learned.clock
        now = clock.second(self.at)
        ready = clock.second(starts_at) - now
        low, high = self.learned.slot_calibration.range_of(ready, _SLOT_SPREAD, self.day.toordinal())
        return _promise(clock, now, max(low, ready), max(high, ready), ready, _SLOT_SPREAD)


def _promise(clock: HallClock, now: float, low: float, high: float, mean: float, spread: float) -> Promise:
    """In moments; the range in whole minutes, opened outwards, because nobody is told seconds."""
    earliest, latest = clock.moment(now + low), clock.moment(now + high)
    up = timedelta(minutes=1) if latest.second or latest.microsecond else timedelta()
    return Promise(
        earliest.replace(second=0, microsecond=0),
        latest.replace(second=0, microsecond=0) + up,
        clock.moment(now + mean),
        spread,
    )


_learned: dict[int, Learned] = {}
_paces: dict[int, HallPace] = {}


def forget_paces() -> None:
    """Forget what this process has read: for tests that empty the tables between two moments of the same clock."""
    _learned.clear()
    _paces.clear()


def hall_pace(unit_id: int, now: datetime, *, fresh: bool = False) -> HallPace:
    """Where everybody in a hall stands, read moments ago at most; `fresh`: now. Raises LookupError for no hall."""
    kept = _paces.get(unit_id)
    if kept is None or fresh or not timedelta() <= now - kept.at < _STANDING_FOR:
        kept = _paces[unit_id] = _read_pace(unit_id, now)
    return kept


def _read_pace(unit_id: int, now: datetime) -> HallPace:
    learned = _learned.get(unit_id)
    if learned is None or not timedelta() <= now - learned.at < _LEARNED_FOR:
        learned = _learned[unit_id] = _learn(unit_id, now)
    lines = tuple(db.session.scalars(select(QueueLine.id).where(QueueLine.unit_id == unit_id)))
    tickets = db.session.execute(
        select(
            QueueTicket.id,
            QueueTicket.line_id,
            QueueTicket.turn_at,
            QueueTicket.number,
            QueueTicket.priority,
            QueueTicket.label,
        ).where(
            QueueTicket.line_id.in_(lines),
            QueueTicket.day == learned.day,
            QueueTicket.state == TicketState.WAITING,
        )
    ).all()
    waiting = [Waiting(one.turn_at, one.number, one.id, one.priority != Priority.ORDINARY) for one in tickets]
    order = in_order_of_calls(waiting, recent=learned.recent, in_a_row=learned.in_a_row, now=now)
    labels = {one.id: (one.label, one.line_id) for one in tickets}
    begun = learned.clock.second(now)
    ready = learned.clock.seconds(one.turn_at for one in order) - begun
    turns = [Turn(labels[one.id][1], max(0.0, wait)) for one, wait in zip(order, ready.tolist(), strict=True)]
    return HallPace(
        unit_id=unit_id,
        day=learned.day,
        at=now,
        begun=begun,
        order=tuple(order),
        labels=labels,
        lines=lines,
        newest=max(labels, default=0),
        forecast=forecast_calls(
            turns,
            _counters(unit_id, learned, now),
            learned.cycles,
            overtaken=learned.overtaken,
            seed=zlib.crc32(f"{unit_id} {learned.day}".encode()),
        ),
        learned=learned,
    )


def _counters(unit_id: int, learned: Learned, now: datetime) -> list[OpenCounter]:
    """The counters that are open, and shortly before and after opening those that were open the last time."""
    second = learned.clock.second
    sessions = db.session.execute(
        select(CounterSession.counter_id, CounterSession.line_ids, QueueTicket.line_id, QueueTicket.called_at)
        .outerjoin(
            QueueTicket, (QueueTicket.session_id == CounterSession.id) & (QueueTicket.state == TicketState.CALLED)
        )
        .where(
            CounterSession.unit_id == unit_id,
            CounterSession.opened_at >= now - timedelta(days=1),
            CounterSession.closed_at.is_(None),
        )
    ).all()
    counters = [
        OpenCounter(
            frozenset(one.line_ids),
            one.line_id,
            max(0.0, second(now) - second(one.called_at)) if one.called_at is not None else 0.0,
        )
        for one in sessions
    ]
    opened = second(now) - learned.opens
    if opened < _OPENING or not counters:
        present = {one.counter_id for one in sessions}
        late = _LATE if opened > 0 else 0.0
        counters += [
            OpenCounter(lines, free_in=late) for number, lines in learned.usual.items() if number not in present
        ]
    return counters


def _learn(unit_id: int, now: datetime) -> Learned:
    unit = db.session.get(Unit, unit_id)
    hall = db.session.get(QueueHall, unit_id)
    if unit is None or hall is None:
        raise LookupError(f"unit {unit_id} has no hall")
    working = working_time_of(unit)
    if hall.always_open:
        working = around_the_clock(working)
    day = working.local_day(now)
    clock = HallClock(working, day - timedelta(days=_DAYS), day + timedelta(days=_AHEAD))
    calls = _recent_calls(unit_id, now)
    priorities = [call.priority != Priority.ORDINARY for call in calls]
    opens = next((opens for opens, _ in working.spans_on(day)), now)
    return Learned(
        at=now,
        day=day,
        clock=clock,
        opens=clock.second(opens),
        cycles=with_unknown(cycles_of(_served(calls, clock)), len(calls)),
        overtaken=sum(priorities) / len(priorities) if priorities else 0.0,
        calibration=Calibration(_outcomes(unit_id, day, clock, slots=False)),
        slot_calibration=Calibration(_outcomes(unit_id, day, clock, slots=True), _SLOT_UNCHECKED),
        usual=_usual_counters(unit_id, day, now, unit.timezone),
        in_a_row=hall.priority_in_a_row,
        recent=tuple(priorities[: hall.priority_in_a_row]),
    )


def _recent_calls(unit_id: int, now: datetime) -> Sequence[Any]:
    """First calls, the newest first."""
    return db.session.execute(
        select(
            TicketEvent.session_id,
            TicketEvent.at,
            QueueTicket.line_id,
            QueueTicket.turn_at,
            QueueTicket.priority,
            QueueTicket.finished_at,
            QueueTicket.session_id.label("last_session_id"),
        )
        .join(QueueTicket, QueueTicket.id == TicketEvent.ticket_id)
        .where(
            TicketEvent.unit_id == unit_id,
            TicketEvent.step == Step.CALLED,
            # Said again in the words of the index, which knows only calls.
            TicketEvent.step.in_((Step.CALLED, Step.RECALLED)),
            TicketEvent.at == QueueTicket.first_called_at,
            TicketEvent.at >= now - timedelta(days=_DAYS),
        )
        .order_by(TicketEvent.id.desc())
        .limit(_CALLS)
    ).all()


def _served(calls: Sequence[Any], clock: HallClock) -> list[Served]:
    ready = clock.seconds(call.turn_at for call in calls).tolist()
    called = clock.seconds(call.at for call in calls).tolist()
    ended = clock.seconds(call.finished_at or call.at for call in calls).tolist()
    return [
        Served(
            call.session_id,
            call.line_id,
            ready[number],
            called[number],
            ended[number] if call.finished_at is not None and call.session_id == call.last_session_id else None,
        )
        for number, call in enumerate(calls)
    ]


def _outcomes(unit_id: int, day: date, clock: HallClock, *, slots: bool) -> list[Outcome]:
    """What became of forecasts for numbers drawn for now, or for `slots`."""
    rows = db.session.execute(
        select(
            QueueTicket.day,
            QueueTicket.drawn_at,
            QueueTicket.first_called_at,
            QueueTicket.expected_at,
            QueueTicket.expected_spread,
        )
        .where(
            QueueTicket.unit_id == unit_id,
            QueueTicket.day >= day - timedelta(days=_DAYS),
            QueueTicket.day <= day,
            QueueTicket.expected_at.is_not(None),
            QueueTicket.first_called_at.is_not(None),
            QueueTicket.slot_starts_at.is_not(None) if slots else QueueTicket.slot_starts_at.is_(None),
        )
        .order_by(QueueTicket.day.desc(), QueueTicket.first_called_at.desc())
        .limit(_OUTCOMES)
    ).all()
    if not rows:
        return []
    drawn = clock.seconds(row.drawn_at for row in rows).tolist()
    called = clock.seconds(row.first_called_at or row.drawn_at for row in rows).tolist()
    expected = clock.seconds(row.expected_at or row.drawn_at for row in rows).tolist()
    return [
        Outcome(row.day.toordinal(), drawn[number], called[number], expected[number] - drawn[number], row[4] or 1.0)
        for number, row in enumerate(rows)
    ]


def _usual_counters(unit_id: int, day: date, now: datetime, zone: str) -> dict[int, frozenset[int]]:
    """The counters that were open on the last day before today on which any was, with their lines."""
    rows = db.session.execute(
        select(CounterSession.opened_at, CounterSession.counter_id, CounterSession.line_ids)
        .where(CounterSession.unit_id == unit_id, CounterSession.opened_at >= now - timedelta(days=_DAYS))
        .order_by(CounterSession.opened_at.desc())
        .limit(_SESSIONS)
    ).all()
    before = [(one.opened_at.astimezone(ZoneInfo(zone)).date(), one) for one in rows]
    last = max((opened for opened, _ in before if opened < day), default=None)
    return {one.counter_id: frozenset(one.line_ids) for opened, one in before if opened == last}
