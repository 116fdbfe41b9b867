"""How the queue of a hall runs today, for those who answer for it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.counter.models import Visit
from webapp.counter.queue.models import CounterSession, QueueHall, QueueLine, QueueTicket
from webapp.counter.queue.vocabulary import TicketState
from webapp.database import db
from webapp.organisation.errors import NotManaged
from webapp.organisation.managed import in_reach
from webapp.organisation.models import Counter, Officer, Service, Unit


@dataclass(frozen=True, slots=True)
class LineToday:
    """A line today. `waiting` and `longest_wait` are of those whose turn has come, `later` have a slot still to come.

    Times in seconds; `mean_wait` until the first call of those called, `mean_service` of the finished visits.
    """

    id: int
    prefix: str
    service: str
    waiting: int
    longest_wait: float | None
    later: int
    held: int
    drawn: int
    served: int
    no_shows: int
    cancelled: int
    mean_wait: float | None
    mean_service: float | None


@dataclass(frozen=True, slots=True)
class CounterToday:
    """An open counter: who serves there since when, the number called there since when, and how many were served."""

    session_id: int
    counter: str
    officer: str
    opened_at: datetime
    prefixes: tuple[str, ...]
    label: str | None
    called_at: datetime | None
    served: int


@dataclass(frozen=True, slots=True)
class HallOverview:
    """A hall today; the sums and means of its lines besides."""

    unit_id: int
    unit: str
    timezone: str
    day: date
    active: bool
    lines: tuple[LineToday, ...]
    counters: tuple[CounterToday, ...]
    waiting: int
    longest_wait: float | None
    served: int
    no_shows: int
    mean_wait: float | None
    mean_service: float | None
    #: Whether the viewer may close a counter that was left open.
    may_close: bool


def list_halls_to_see(viewer: Account) -> list[tuple[int, str]]:
    """Id and name of the units with a hall that the viewer answers for, by name."""
    rows = db.session.execute(
        select(Unit.id, Unit.name)
        .join(QueueHall, QueueHall.unit_id == Unit.id)
        .where(in_reach(viewer, Permission.QUEUE_READ_UNIT))
        .order_by(func.lower(Unit.name), Unit.id)
    )
    return [(unit_id, name) for unit_id, name in rows]


def hall_overview(viewer: Account, unit_id: int, now: datetime) -> HallOverview:
    """The hall of a unit today; raises NotManaged where there is none or the viewer does not answer for it."""
    row = db.session.execute(
        select(QueueHall, Unit)
        .join(Unit, Unit.id == QueueHall.unit_id)
        .where(QueueHall.unit_id == unit_id, in_reach(viewer, Permission.QUEUE_READ_UNIT))
    ).one_or_none()
    if row is None:
        raise NotManaged
    hall, unit = row
    day = now.astimezone(ZoneInfo(unit.timezone)).date()
    counts = _counts(unit_id, day, now)
    lines = tuple(_line(line_id, prefix, name, counts, now) for line_id, prefix, name in _lines(unit_id, counts))
    total = _total(counts)
    return HallOverview(
        unit_id=unit_id,
        unit=unit.name,
        timezone=unit.timezone,
        day=day,
        active=hall.active,
        lines=lines,
        counters=_counters(unit_id, day),
        waiting=total.waiting,
        longest_wait=_since(total.waits_since, now),
        served=total.served,
        no_shows=total.no_shows,
        mean_wait=_mean(total.wait_sum, total.called),
        mean_service=_mean(total.service_sum, total.served),
        may_close=can(viewer, Permission.QUEUE_CLOSE, unit),
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """A line's numbers today, as sums that can be added up."""

    drawn: int = 0
    waiting: int = 0
    later: int = 0
    waits_since: datetime | None = None
    held: int = 0
    served: int = 0
    no_shows: int = 0
    cancelled: int = 0
    called: int = 0
    wait_sum: float = 0
    service_sum: float = 0


def _counts(unit_id: int, day: date, now: datetime) -> dict[int, _Counts]:
    came = func.greatest(QueueTicket.drawn_at, func.coalesce(QueueTicket.slot_starts_at, QueueTicket.drawn_at))
    waiting = QueueTicket.state == TicketState.WAITING
    waited = func.extract("epoch", QueueTicket.first_called_at - came)
    serving = func.extract("epoch", Visit.finished_at - Visit.started_at)
    rows = db.session.execute(
        select(
            QueueTicket.line_id,
            func.count(),
            func.count().filter(waiting, QueueTicket.turn_at <= now),
            func.count().filter(waiting, QueueTicket.turn_at > now),
            func.min(came).filter(waiting, QueueTicket.turn_at <= now),
            func.count().filter(QueueTicket.state == TicketState.HELD),
            func.count().filter(QueueTicket.state == TicketState.FINISHED),
            func.count().filter(QueueTicket.state == TicketState.NO_SHOW),
            func.count().filter(QueueTicket.state == TicketState.CANCELLED),
            func.count(QueueTicket.first_called_at),
            func.coalesce(func.sum(func.greatest(waited, 0)), 0),
            func.coalesce(func.sum(serving), 0),
        )
        .outerjoin(Visit, Visit.id == QueueTicket.visit_id)
        .where(QueueTicket.unit_id == unit_id, QueueTicket.day == day)
        .group_by(QueueTicket.line_id)
    )
    names = [field.name for field in fields(_Counts)]
    counts: dict[int, _Counts] = {}
    for line_id, *sums in rows:
        wait_sum, service_sum = float(sums.pop(-2)), float(sums.pop())
        counts[line_id] = _Counts(**dict(zip(names, [*sums, wait_sum, service_sum], strict=True)))
    return counts


def _total(counts: dict[int, _Counts]) -> _Counts:
    lines = counts.values()
    return _Counts(
        waiting=sum(one.waiting for one in lines),
        waits_since=min((one.waits_since for one in lines if one.waits_since is not None), default=None),
        served=sum(one.served for one in lines),
        no_shows=sum(one.no_shows for one in lines),
        called=sum(one.called for one in lines),
        wait_sum=sum(one.wait_sum for one in lines),
        service_sum=sum(one.service_sum for one in lines),
    )


def _lines(unit_id: int, counts: dict[int, _Counts]) -> list[tuple[int, str, str]]:
    """The lines that are queued for, and those that still have numbers today, by prefix."""
    rows = db.session.execute(
        select(QueueLine.id, QueueLine.prefix, Service.name)
        .join(Service, Service.id == QueueLine.service_id)
        .where(QueueLine.unit_id == unit_id, QueueLine.active | QueueLine.id.in_(counts))
        .order_by(QueueLine.prefix)
    )
    return [(line_id, prefix, name) for line_id, prefix, name in rows]


def _line(line_id: int, prefix: str, service: str, counts: dict[int, _Counts], now: datetime) -> LineToday:
    found = counts.get(line_id, _Counts())
    return LineToday(
        id=line_id,
        prefix=prefix,
        service=service,
        waiting=found.waiting,
        longest_wait=_since(found.waits_since, now),
        later=found.later,
        held=found.held,
        drawn=found.drawn,
        served=found.served,
        no_shows=found.no_shows,
        cancelled=found.cancelled,
        mean_wait=_mean(found.wait_sum, found.called),
        mean_service=_mean(found.service_sum, found.served),
    )


def _counters(unit_id: int, day: date) -> tuple[CounterToday, ...]:
    current = aliased(QueueTicket)
    served = (
        select(func.count(QueueTicket.id))
        .where(
            QueueTicket.unit_id == unit_id,
            QueueTicket.day == day,
            QueueTicket.session_id == CounterSession.id,
            QueueTicket.state == TicketState.FINISHED,
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(CounterSession, Counter.name, Officer.name, current.label, current.called_at, served)
        .join(Counter, Counter.id == CounterSession.counter_id)
        .join(Officer, Officer.id == CounterSession.officer_id)
        .outerjoin(current, (current.session_id == CounterSession.id) & (current.state == TicketState.CALLED))
        .where(CounterSession.unit_id == unit_id, CounterSession.closed_at.is_(None))
        .order_by(func.length(Counter.code), Counter.code, Counter.id)
    ).all()
    prefixes: dict[int, str] = dict(
        db.session.execute(select(QueueLine.id, QueueLine.prefix).where(QueueLine.unit_id == unit_id)).all()
    )
    return tuple(
        CounterToday(
            session_id=session.id,
            counter=counter,
            officer=officer,
            opened_at=session.opened_at,
            prefixes=tuple(sorted(prefixes[line_id] for line_id in session.line_ids if line_id in prefixes)),
            label=label,
            called_at=called_at,
            served=count,
        )
        for session, counter, officer, label, called_at, count in rows
    )


def _since(at: datetime | None, now: datetime) -> float | None:
    return max(0.0, (now - at).total_seconds()) if at is not None else None


def _mean(total: float, count: int) -> float | None:
    return total / count if count else None
