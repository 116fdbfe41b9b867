"""Shifts: when an officer began, and whom he left waiting when he closed his counter before the end."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Date, DateTime, any_, cast, column, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from webapp.counter.queue.models import CounterSession, QueueLine, QueueTicket
from webapp.counter.queue.vocabulary import TicketState
from webapp.database import db
from webapp.indicators.components.registry import SPEED, TIME_DISCIPLINE
from webapp.indicators.components.speed import UNSERVED, people_left
from webapp.indicators.components.time_discipline import EARLY_FREE_MINUTES, begin_value, day_value, end_value
from webapp.indicators.fact_sources.tally import COUNTER, SHIFT, Place, Tally
from webapp.indicators.fact_sources.usual_times import usual_seconds
from webapp.indicators.fact_sources.visits import DaysAsked, OfficerDay, Opening
from webapp.indicators.periods import period_of
from webapp.organisation.models import Counter, Shift, Unit

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Duty:
    """An officer's shifts of a day, from the first beginning to the last end, in the unit of the first."""

    unit_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class _Left:
    """Whom an officer left waiting in one service when he closed."""

    service_id: int
    waiting: int
    counters_left: int


def add_duty(
    tally: Tally,
    asked: DaysAsked,
    openings: Mapping[OfficerDay, Sequence[Opening]],
) -> None:
    """Add each day on duty of which there is a record, and the people that were left waiting."""
    duties = _duties(asked, {officer_id for officer_id, _day in openings})
    early = {
        at: opened[-1]
        for at, opened in openings.items()
        if at in duties and _closed_early(opened[-1], duties[at].ends_at)
    }
    left = _left_waiting({row.id: duties[at].ends_at for at, row in early.items()})
    for at, duty in sorted(duties.items()):
        if at not in openings:
            continue
        officer_id, day = at
        opened = openings[at]
        late, minutes = _late(duty, opened), _early(opened[-1], duty.ends_at)
        begin = begin_value(late) if late is not None else None
        y = day_value(begin, end_value(minutes, bool(left.get(opened[-1].id))))
        if y is not None:
            place = Place(officer_id, duty.unit_id, 0, SHIFT, day)
            tally.add("shift", TIME_DISCIPLINE, place, y, late_minutes=max(late or 0.0, 0.0), early_minutes=minutes)
        if at in early:
            _add_left(tally, at, early[at], duty, left.get(early[at].id, ()))


def _add_left(tally: Tally, at: OfficerDay, closed: Opening, duty: _Duty, left: Sequence[_Left]) -> None:
    officer_id, day = at
    usual = usual_seconds({one.service_id for one in left}, period_of(day)) if left else {}
    rest = _early(closed, duty.ends_at) * 60.0
    for one in left:
        if one.service_id not in usual:
            continue
        seconds = usual[one.service_id]
        people = people_left(one.waiting, one.counters_left, rest, seconds)
        rest -= people * seconds
        if people > 0.0:
            place = Place(officer_id, closed.unit_id, one.service_id, COUNTER, day)
            tally.add("left", SPEED, place, UNSERVED, events=people)


def _late(duty: _Duty, opened: Sequence[Opening]) -> float | None:
    """Minutes after the start of the shift at which he opened; None where nothing tells it."""
    began = opened[0].opened_at
    return (began - duty.starts_at) / _MINUTE if began < duty.ends_at else None


def _early(last: Opening, ends_at: datetime) -> float:
    """Minutes before the end of the shift at which he closed himself; 0 where he did not."""
    if last.closed_at is None or last.closed_by_id is not None:
        return 0.0
    return max((ends_at - last.closed_at) / _MINUTE, 0.0)


def _closed_early(last: Opening, ends_at: datetime) -> bool:
    """Whether he closed before the end, and not by so little that it does not matter."""
    return _early(last, ends_at) > EARLY_FREE_MINUTES


def _duties(asked: DaysAsked, officer_ids: set[int]) -> dict[OfficerDay, _Duty]:
    if not officer_ids:
        return {}
    day = cast(func.timezone(Unit.timezone, Shift.starts_at), Date)
    found: dict[OfficerDay, list[tuple[int, datetime, datetime]]] = defaultdict(list)
    for row in db.session.execute(
        select(Shift.officer_id, Counter.unit_id, Shift.starts_at, Shift.ends_at, day.label("day"))
        .join(Counter, Counter.id == Shift.counter_id)
        .join(Unit, Unit.id == Counter.unit_id)
        .where(Shift.officer_id.in_(officer_ids), Shift.starts_at >= asked.begin, Shift.starts_at < asked.end)
        .order_by(Shift.starts_at, Shift.id)
    ):
        if row.day in asked.days:
            found[row.officer_id, row.day].append((row.unit_id, row.starts_at, row.ends_at))
    return {
        at: _Duty(*rows[0][:2], max(ends_at for _unit_id, _starts_at, ends_at in rows)) for at, rows in found.items()
    }


def _left_waiting(closed: Mapping[int, datetime]) -> dict[int, list[_Left]]:
    """Who waited, or still came, in the lines of these sessions after they were closed and before the shift's end.

    `closed`: session and end of the shift. Whoever was called by then, or gave up his number, was not left.
    """
    if not closed:
        return {}
    ends = (
        func.unnest(cast(list(closed), ARRAY(BigInteger)), cast(list(closed.values()), ARRAY(DateTime(timezone=True))))
        .table_valued(column("session_id", BigInteger), column("ends_at", DateTime(timezone=True)), name="ends")
        .render_derived()
    )
    other = aliased(CounterSession)
    counters_left = (
        select(func.count())
        .where(
            other.unit_id == CounterSession.unit_id,
            other.id != CounterSession.id,
            other.opened_at <= CounterSession.closed_at,
            or_(other.closed_at.is_(None), other.closed_at > CounterSession.closed_at),
            other.line_ids.overlap(CounterSession.line_ids),
        )
        .correlate(CounterSession)
        .scalar_subquery()
    )
    day = cast(func.timezone(Unit.timezone, CounterSession.opened_at), Date)
    rows = db.session.execute(
        select(CounterSession.id, QueueLine.service_id, func.count(), counters_left)
        .join(ends, ends.c.session_id == CounterSession.id)
        .join(Unit, Unit.id == CounterSession.unit_id)
        .join(
            QueueTicket,
            (QueueTicket.unit_id == CounterSession.unit_id)
            & (QueueTicket.day == day)
            & (QueueTicket.line_id == any_(CounterSession.line_ids)),
        )
        .join(QueueLine, QueueLine.id == QueueTicket.line_id)
        .where(
            QueueTicket.turn_at < ends.c.ends_at,
            QueueTicket.drawn_at < ends.c.ends_at,
            or_(QueueTicket.first_called_at.is_(None), QueueTicket.first_called_at > CounterSession.closed_at),
            QueueTicket.state != TicketState.CANCELLED,
        )
        .group_by(CounterSession.id, QueueLine.service_id)
        .order_by(CounterSession.id, QueueLine.service_id)
    )
    left: dict[int, list[_Left]] = defaultdict(list)
    for session_id, service_id, waiting, others in rows:
        left[session_id].append(_Left(service_id, waiting, others))
    return left
