"""What an officer can open: counters of the halls in reach, with what is likely meant already chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.counter.queue.models import CounterSession, QueueHall, QueueLine, QueueTicket
from webapp.counter.queue.vocabulary import TicketState
from webapp.database import db
from webapp.organisation.managed import in_reach
from webapp.organisation.models import Counter, Officer, Service, Shift, Unit

#: Somebody on duty later today finds his counter chosen this long before.
_BEFORE_SHIFT = timedelta(hours=2)
#: So long an officer is told that somebody closed his counter.
_NEWS_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class HallToServe:
    """A hall in which the officer may open a counter."""

    unit_id: int
    name: str


@dataclass(frozen=True, slots=True)
class CounterToOpen:
    """A counter; `taken_by` is the name of whoever has it open."""

    id: int
    name: str
    taken_by: str | None


@dataclass(frozen=True, slots=True)
class LineToServe:
    """A service that is queued for, and how many wait for it now."""

    id: int
    prefix: str
    service: str
    waiting: int


@dataclass(frozen=True, slots=True)
class ClosedForOfficer:
    """Somebody closed the counter that the officer had left open."""

    counter: str
    by: str
    at: datetime
    timezone: str
    reason: str


@dataclass(frozen=True, slots=True)
class Opening:
    """What can be opened in one hall. `counter_id` and `line_ids` are proposed; the counter from the roster of today
    where `from_roster`, else from the last time."""

    halls: tuple[HallToServe, ...]
    hall: HallToServe
    counters: tuple[CounterToOpen, ...]
    lines: tuple[LineToServe, ...]
    counter_id: int | None
    line_ids: tuple[int, ...]
    from_roster: bool
    #: Where somebody else closed the officer's counter lately: who, when and why.
    closed: ClosedForOfficer | None = None


def opening_for(account: Account, officer: Officer, unit_id: int | None, now: datetime) -> Opening | None:
    """What `officer` can open in the hall of `unit_id`, else in the most likely one; None if no hall is in reach."""
    halls = _halls(account)
    if not halls:
        return None
    shift = _duty(officer, now)
    last = _last_session(officer)
    reached = {hall.unit_id: hall for hall in halls}
    wanted = (unit_id, shift.unit_id if shift else None, last.unit_id if last else None, halls[0].unit_id)
    hall = next(reached[one] for one in wanted if one in reached)
    counters, lines = _counters(hall.unit_id, officer), _lines(hall.unit_id, now)
    free = {counter.id for counter in counters if counter.taken_by is None}
    on_roster = shift is not None and shift.id in free
    proposed = shift.id if shift is not None and on_roster else last.counter_id if last else None
    known = {line.id for line in lines}
    again = tuple(one for one in last.line_ids if one in known) if last and last.unit_id == hall.unit_id else ()
    return Opening(
        halls,
        hall,
        counters,
        lines,
        proposed if proposed in free else next(iter(free)) if len(free) == 1 else None,
        again or tuple(line.id for line in lines),
        on_roster,
        _closed_for(last, now),
    )


def _halls(account: Account) -> tuple[HallToServe, ...]:
    rows = db.session.execute(
        select(Unit.id, Unit.name)
        .join(QueueHall, QueueHall.unit_id == Unit.id)
        .where(QueueHall.active, Unit.active, in_reach(account, Permission.QUEUE_SERVE))
        .order_by(func.lower(Unit.name), Unit.id)
    )
    return tuple(HallToServe(unit_id, name) for unit_id, name in rows)


def _duty(officer: Officer, now: datetime) -> Counter | None:
    """The counter of the officer's shift: the running one, else the next that begins soon."""
    return db.session.scalars(
        select(Counter)
        .join(Shift, Shift.counter_id == Counter.id)
        .where(
            Shift.officer_id == officer.id, Shift.ends_at > now, Shift.starts_at < now + _BEFORE_SHIFT, Counter.active
        )
        .order_by(Shift.starts_at)
        .limit(1)
    ).one_or_none()


def _last_session(officer: Officer) -> CounterSession | None:
    return db.session.scalars(
        select(CounterSession)
        .where(CounterSession.officer_id == officer.id)
        .order_by(CounterSession.opened_at.desc())
        .limit(1)
    ).one_or_none()


def _closed_for(last: CounterSession | None, now: datetime) -> ClosedForOfficer | None:
    if last is None or last.closed_by_id is None or last.closed_at is None or now - last.closed_at > _NEWS_FOR:
        return None
    by = db.session.scalar(select(Account.name).where(Account.id == last.closed_by_id))
    zone = last.counter.unit.timezone
    return ClosedForOfficer(last.counter.name, by or "–", last.closed_at, zone, last.close_reason or "")


def _counters(unit_id: int, officer: Officer) -> tuple[CounterToOpen, ...]:
    rows = db.session.execute(
        select(Counter.id, Counter.name, Officer.name)
        .outerjoin(
            CounterSession,
            (CounterSession.counter_id == Counter.id)
            & CounterSession.closed_at.is_(None)
            & (CounterSession.officer_id != officer.id),
        )
        .outerjoin(Officer, Officer.id == CounterSession.officer_id)
        .where(Counter.unit_id == unit_id, Counter.active)
        .order_by(func.length(Counter.code), Counter.code, Counter.id)
    )
    return tuple(CounterToOpen(counter_id, name, taken_by) for counter_id, name, taken_by in rows)


def _lines(unit_id: int, now: datetime) -> tuple[LineToServe, ...]:
    zone = db.session.scalar(select(Unit.timezone).where(Unit.id == unit_id)) or "UTC"
    waiting = (
        select(func.count(QueueTicket.id))
        .where(
            QueueTicket.line_id == QueueLine.id,
            QueueTicket.day == now.astimezone(ZoneInfo(zone)).date(),
            QueueTicket.state == TicketState.WAITING,
            QueueTicket.turn_at <= now,
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(QueueLine.id, QueueLine.prefix, Service.name, waiting)
        .join(Service, Service.id == QueueLine.service_id)
        .where(QueueLine.unit_id == unit_id, QueueLine.active)
        .order_by(QueueLine.prefix)
    )
    return tuple(LineToServe(*row) for row in rows)
