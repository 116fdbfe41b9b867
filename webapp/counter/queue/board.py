"""What a hall shows to everybody: who waits in which order, when to expect the call, who was called where.

Labels and names of counters, nothing else: no person, no officer, no priority. It is asked for by every open queue page
every few seconds, so each process keeps it: as text that is ready to be sent, with a tag by which a page that knows it
already is told so in a few bytes. Every CHECK_SECONDS it is asked whether a number was drawn or called; only then, and
every OLD_SECONDS for what else may have happened, is it read anew.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from webapp.counter.queue.hall_pace import CallRange, HallPace, forget_paces, hall_pace
from webapp.counter.queue.models import CounterSession, QueueDay, QueueHall, QueueLine, QueueTicket, TicketEvent
from webapp.counter.queue.spoken import call_in_words
from webapp.counter.queue.vocabulary import Step, TicketState
from webapp.database import db
from webapp.organisation.models import Counter, Service, Unit

CHECK_SECONDS, OLD_SECONDS = 2.0, 20.0
#: So many of the last calls are shown, none older than this.
_CALLS, _CALLS_FOR = 8, timedelta(minutes=30)
#: When a page should ask again: after a `share` of the least time that is left to wait, within these seconds. A page
#: that nobody looks at waits `hidden` times as long.
POLL = {"near": 5, "far": 180, "share": 0.15, "hidden": 4, "display": 3}


class NoSuchHall(LookupError):
    """The unit has no hall, or none that is open to the public."""


@dataclass(frozen=True, slots=True)
class Board:
    """A board as it is sent: `text` is JSON (see `read_board`), `tag` changes when it does."""

    text: bytes
    tag: str


@dataclass(slots=True)
class _Kept:
    board: Board
    version: tuple[int, ...]
    checked: float
    read: float


_boards: dict[int, _Kept] = {}
_reading = threading.Lock()


def current_board(unit_id: int, now: datetime) -> Board:
    """The board of a hall, read or checked moments ago; raises NoSuchHall."""
    kept = _boards.get(unit_id)
    moment = time.monotonic()
    if kept is not None and moment - kept.checked < CHECK_SECONDS:
        return kept.board
    if kept is not None and not _reading.acquire(blocking=False):
        return kept.board  # somebody else is looking already
    if kept is None:
        _reading.acquire()
    try:
        version = _version(unit_id, now)
        if kept is not None and version == kept.version and moment - kept.read < OLD_SECONDS:
            kept.checked = moment
            return kept.board
        text = json.dumps(read_board(unit_id, now), ensure_ascii=False, separators=(",", ":")).encode()
        board = Board(text, hashlib.blake2b(text, digest_size=9).hexdigest())
        _boards[unit_id] = _Kept(board, version, moment, moment)
        return board
    finally:
        _reading.release()


def forget_boards() -> None:
    """Forget all that this process has read of halls: for tests that empty the tables behind its back."""
    _boards.clear()
    forget_paces()


def read_board(unit_id: int, now: datetime) -> dict[str, Any]:
    """The board as plain data; raises NoSuchHall.

    `lines`: id, prefix, service, whether a counter calls from it (`open`), `waiting` labels in the order of the calls
    to come, `ranges` for each when to expect the call, and `next` the range for whoever draws now. A range is
    [earliest, latest] in seconds since 1970, or None.
    `counters`: the open ones with the label they serve, or None. `calls`: the last, newest first, with what is said.
    """
    hall = _hall(unit_id)
    pace = hall_pace(unit_id, now, fresh=True)
    return {
        "unit": hall.name,
        "timezone": hall.timezone,
        "day": pace.day.isoformat(),
        "poll": POLL,
        "lines": [_line(pace, *row) for row in _lines(unit_id)],
        "counters": _counters(unit_id, now),
        "calls": _calls(unit_id, now),
    }


def _hall(unit_id: int) -> Unit:
    unit = db.session.scalars(
        select(Unit)
        .join(QueueHall, QueueHall.unit_id == Unit.id)
        .where(Unit.id == unit_id, QueueHall.active, Unit.active)
    ).one_or_none()
    if unit is None:
        raise NoSuchHall(unit_id)
    return unit


def _version(unit_id: int, now: datetime) -> tuple[int, ...]:
    """Changes with each call and each number drawn, at the price of two looks into an index."""
    call = (
        select(func.max(TicketEvent.id))
        .where(TicketEvent.unit_id == unit_id, TicketEvent.step.in_((Step.CALLED, Step.RECALLED)))
        .scalar_subquery()
    )
    # Days ahead count as well: a sum over a few rows a line is cheaper than to ask for the day.
    drawn = (
        select(func.sum(QueueDay.last_number))
        .join(QueueLine, QueueLine.id == QueueDay.line_id)
        .where(QueueLine.unit_id == unit_id, QueueDay.day >= (now - timedelta(days=1)).date())
        .scalar_subquery()
    )
    row = db.session.execute(select(func.coalesce(call, 0), func.coalesce(drawn, 0))).one()
    return int(row[0]), int(row[1])


def _lines(unit_id: int) -> list[tuple[int, str, str]]:
    rows = db.session.execute(
        select(QueueLine.id, QueueLine.prefix, Service.name)
        .join(Service, Service.id == QueueLine.service_id)
        .where(QueueLine.unit_id == unit_id, QueueLine.active)
        .order_by(QueueLine.prefix)
    )
    return [(row[0], row[1], row[2]) for row in rows]


def _line(pace: HallPace, line_id: int, prefix: str, service: str) -> dict[str, Any]:
    waiting, ranges = [], []
    for number, one in enumerate(pace.order):
        label, line = pace.labels[one.id]
        if line == line_id:
            waiting.append(label)
            ranges.append(_stamps(pace.range_at(line_id, number, one.turn_at, priority=one.priority)))
    return {
        "id": line_id,
        "prefix": prefix,
        "service": service,
        "open": line_id in pace.forecast.means,
        "waiting": waiting,
        "ranges": ranges,
        "next": _stamps(pace.range_at(line_id, len(pace.order))),
    }


def _stamps(call: CallRange | None) -> list[int] | None:
    return [int(call.earliest.timestamp()), int(call.latest.timestamp())] if call else None


def _counters(unit_id: int, now: datetime) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Counter.name, QueueTicket.label)
        .join(CounterSession, CounterSession.counter_id == Counter.id)
        .outerjoin(
            QueueTicket, (QueueTicket.session_id == CounterSession.id) & (QueueTicket.state == TicketState.CALLED)
        )
        .where(
            CounterSession.unit_id == unit_id,
            CounterSession.opened_at >= now - timedelta(days=1),
            CounterSession.closed_at.is_(None),
        )
        .order_by(func.length(Counter.code), Counter.code, Counter.id)
    )
    return [{"counter": name, "label": label} for name, label in rows]


def _calls(unit_id: int, now: datetime) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(TicketEvent.id, QueueTicket.label, Counter.name)
        .join(QueueTicket, QueueTicket.id == TicketEvent.ticket_id)
        .join(CounterSession, CounterSession.id == TicketEvent.session_id)
        .join(Counter, Counter.id == CounterSession.counter_id)
        .where(
            TicketEvent.unit_id == unit_id,
            TicketEvent.step.in_((Step.CALLED, Step.RECALLED)),
            TicketEvent.at > now - _CALLS_FOR,
        )
        .order_by(TicketEvent.id.desc())
        .limit(_CALLS)
    )
    return [
        {"id": event_id, "label": label, "counter": counter, "say": call_in_words(label, counter)}
        for event_id, label, counter in rows
    ]
