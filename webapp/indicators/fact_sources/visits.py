"""Visits: speed, and the cases served that accuracy and conduct are held against."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Date, and_, cast, func, select
from sqlalchemy.orm import aliased

from webapp.counter.models import Visit
from webapp.counter.queue.models import CounterSession, QueueHall, QueueLine, QueueTicket, TicketEvent
from webapp.counter.queue.vocabulary import Step, TicketState
from webapp.database import db
from webapp.indicators.components import accuracy, conduct
from webapp.indicators.components.registry import ACCURACY, CONDUCT, SPEED
from webapp.indicators.components.speed import UNSERVED, Served, day_values
from webapp.indicators.fact_sources.tally import COUNTER, Place, Tally
from webapp.indicators.fact_sources.usual_times import usual_seconds
from webapp.indicators.periods import period_of
from webapp.organisation.models import Unit

OfficerDay = tuple[int, date]


@dataclass(frozen=True, slots=True)
class DaysAsked:
    """Which days are summed up: of these officers, or of all (None)."""

    days: frozenset[date]
    officer_ids: frozenset[int] | None = None

    @property
    def begin(self) -> datetime:
        """A moment before any of the days begins in any zone."""
        return datetime.combine(min(self.days), datetime.min.time(), UTC) - timedelta(days=1)

    @property
    def end(self) -> datetime:
        """A moment after all of the days, in any zone."""
        return datetime.combine(max(self.days), datetime.min.time(), UTC) + timedelta(days=2)


@dataclass(frozen=True, slots=True)
class ServedVisit:
    """A visit as it is summed up; `day` by the unit's own clock."""

    id: int
    officer_id: int
    unit_id: int
    service_id: int
    waited_seconds: int
    started_at: datetime
    finished_at: datetime
    day: date


@dataclass(frozen=True, slots=True)
class Opening:
    """A counter that an officer had open; `closed_by_id` where somebody else closed it."""

    id: int
    officer_id: int
    unit_id: int
    opened_at: datetime
    closed_at: datetime | None
    closed_by_id: int | None
    day: date


def visits_of(asked: DaysAsked) -> dict[OfficerDay, list[ServedVisit]]:
    """The visits of these days, by officer and day of the unit's own clock, in the order of their start."""
    day = cast(func.timezone(Unit.timezone, Visit.finished_at), Date)
    query = (
        select(
            Visit.id,
            Visit.officer_id,
            Visit.unit_id,
            Visit.service_id,
            Visit.waited_seconds,
            Visit.started_at,
            Visit.finished_at,
            day.label("day"),
        )
        .join(Unit, Unit.id == Visit.unit_id)
        .where(Visit.finished_at >= asked.begin, Visit.finished_at < asked.end)
        .order_by(Visit.started_at, Visit.id)
    )
    if asked.officer_ids is not None:
        query = query.where(Visit.officer_id.in_(asked.officer_ids))
    found: dict[OfficerDay, list[ServedVisit]] = defaultdict(list)
    for row in db.session.execute(query):
        if row.day in asked.days:
            found[row.officer_id, row.day].append(ServedVisit(*row))
    return found


def openings_of(asked: DaysAsked) -> dict[OfficerDay, list[Opening]]:
    """The times that officers had a counter open on these days, by officer and day, in the order of opening."""
    day = cast(func.timezone(Unit.timezone, CounterSession.opened_at), Date)
    query = (
        select(
            CounterSession.id,
            CounterSession.officer_id,
            CounterSession.unit_id,
            CounterSession.opened_at,
            CounterSession.closed_at,
            CounterSession.closed_by_id,
            day.label("day"),
        )
        .join(Unit, Unit.id == CounterSession.unit_id)
        .where(CounterSession.opened_at >= asked.begin, CounterSession.opened_at < asked.end)
        .order_by(CounterSession.opened_at, CounterSession.id)
    )
    if asked.officer_ids is not None:
        query = query.where(CounterSession.officer_id.in_(asked.officer_ids))
    found: dict[OfficerDay, list[Opening]] = defaultdict(list)
    for row in db.session.execute(query):
        if row.day in asked.days:
            found[row.officer_id, row.day].append(Opening(*row))
    return found


def called_here(asked: DaysAsked) -> set[int]:
    """The visits of these days that began with a number called here: then it is known who was free when."""
    return set(
        db.session.scalars(
            select(QueueTicket.visit_id).where(
                QueueTicket.unit_id.in_(select(QueueHall.unit_id)),
                QueueTicket.day.in_(asked.days),
                QueueTicket.visit_id.is_not(None),
            )
        )
    )


def add_visits(
    tally: Tally,
    visits: Mapping[OfficerDay, Sequence[ServedVisit]],
    openings: Mapping[OfficerDay, Sequence[Opening]],
    called: Collection[int],
) -> None:
    """Add each visit: as a case served, and with its speed where the service's usual time is known.

    `called`: those of which it is known how long somebody waited while the officer was free.
    """
    services: dict[str, set[int]] = defaultdict(set)
    for (_officer_id, day), rows in visits.items():
        services[period_of(day)].update(row.service_id for row in rows)
    usual = {period: usual_seconds(ids, period) for period, ids in sorted(services.items())}
    for (officer_id, day), rows in visits.items():
        known = usual[period_of(day)]
        opened = openings.get((officer_id, day))
        values = day_values(
            [
                Served(
                    row.started_at.timestamp(),
                    row.finished_at.timestamp(),
                    row.waited_seconds if row.id in called else None,
                    known.get(row.service_id, 1.0),
                )
                for row in rows
            ],
            opened[0].opened_at.timestamp() if opened else None,
        )
        for row, value in zip(rows, values, strict=True):
            place = Place(officer_id, row.unit_id, row.service_id, COUNTER, day)
            tally.add("served", ACCURACY, place, accuracy.SERVED)
            tally.add("served", CONDUCT, place, conduct.SERVED)
            if row.service_id in known:
                minutes = (row.finished_at - row.started_at) / timedelta(minutes=1)
                tally.add("speed", SPEED, place, value, minutes=minutes, usual_minutes=known[row.service_id] / 60.0)


def add_left_to_colleagues(tally: Tally, asked: DaysAsked, resting: Collection[OfficerDay]) -> None:
    """Add whoever was called by one officer and served by another, for the one who called first."""
    called, served = aliased(CounterSession), aliased(CounterSession)
    query = (
        select(called.officer_id, called.unit_id, QueueLine.service_id, QueueTicket.day, QueueTicket.id)
        .select_from(QueueTicket)
        .join(TicketEvent, and_(TicketEvent.ticket_id == QueueTicket.id, TicketEvent.step == Step.CALLED))
        .join(called, called.id == TicketEvent.session_id)
        .join(served, served.id == QueueTicket.session_id)
        .join(QueueLine, QueueLine.id == QueueTicket.drawn_line_id)
        .where(
            QueueTicket.unit_id.in_(select(QueueHall.unit_id)),
            QueueTicket.day.in_(asked.days),
            QueueTicket.state == TicketState.FINISHED,
            called.officer_id != served.officer_id,
        )
        .distinct()
        .order_by(QueueTicket.id, called.officer_id)
    )
    if asked.officer_ids is not None:
        query = query.where(called.officer_id.in_(asked.officer_ids))
    for row in db.session.execute(query):
        if (row.officer_id, row.day) in resting:
            place = Place(row.officer_id, row.unit_id, row.service_id, COUNTER, row.day)
            tally.add("left", SPEED, place, UNSERVED)
