"""The agency: units, services, officers, counters, shifts."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from tests.factories.counting import next_number
from webapp.accounts.models import Account
from webapp.organisation.models import CalendarDay, Counter, Officer, Posting, Service, Shift, Unit, WorkingCalendar

#: Long before anything that a test is about.
BEGINNING = date(2020, 1, 1)
#: The zones of Indonesia.
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")


def daytime_zone(now: datetime) -> str:
    """The zone of Indonesia in which `now` is furthest from midnight, an hour or more.

    A number of the queue is of one day: for a test at the machine's own time, what happened forty minutes ago and what
    happens in a quarter of an hour are to be of the same.
    """

    def from_noon(zone: str) -> float:
        local = now.astimezone(ZoneInfo(zone))
        return abs(local.hour * 60 + local.minute - 12 * 60)

    return min(ZONES, key=from_noon)


def make_unit(
    session: Session,
    parent: Unit | None = None,
    *,
    name: str | None = None,
    code: str | None = None,
    timezone: str = "Asia/Jakarta",
    active: bool = True,
    calendar: WorkingCalendar | None = None,
) -> Unit:
    """A unit below `parent` (a root of its own else), its path being right."""
    n = next_number()
    above = parent.path if parent else "/"
    unit = Unit(
        parent_id=parent.id if parent else None,
        path=func.concat(above, func.currval("unit_id_seq"), "/"),  # with the number that this very row gets
        code=code or f"UNIT-{n}",
        name=name or f"Unit {n}",
        timezone=timezone,
        active=active,
        calendar_id=calendar.id if calendar else None,
    )
    session.add(unit)
    session.flush()
    set_committed_value(unit, "path", f"{above}{unit.id}/")  # known without asking
    return unit


def make_calendar(session: Session, days_off: tuple[date, ...] = ()) -> WorkingCalendar:
    """A calendar with these days off."""
    calendar = WorkingCalendar(name=f"Kalender {next_number()}")
    calendar.days = [CalendarDay(day=day, name="Libur", working=False) for day in days_off]
    session.add(calendar)
    session.flush()
    return calendar


def make_service(session: Session, unit: Unit, *, name: str | None = None, active: bool = True) -> Service:
    """A service that `unit` offers."""
    n = next_number()
    service = Service(
        unit_id=unit.id,
        code=f"LAYANAN-{n}",
        name=name or f"Layanan {n}",
        standard_minutes=15,
        standard_hours=24,
        active=active,
    )
    session.add(service)
    session.flush()
    return service


def make_counter(session: Session, unit: Unit, *, name: str | None = None, active: bool = True) -> Counter:
    """A counter in `unit`."""
    n = next_number()
    counter = Counter(unit_id=unit.id, code=f"{n}", name=name or f"Loket {n}", active=active)
    session.add(counter)
    session.flush()
    return counter


def make_officer(
    session: Session,
    unit: Unit | None = None,
    *,
    name: str | None = None,
    account: Account | None = None,
    title: str = "Pelaksana",
    active: bool = True,
) -> Officer:
    """An officer, posted to `unit` if one is given, who signs in with `account` if one is given."""
    n = next_number()
    officer = Officer(name=name or f"Petugas {n}", account_id=account.id if account else None, active=active)
    session.add(officer)
    session.flush()
    if unit is not None:
        make_posting(session, officer, unit, title=title)
    return officer


def make_posting(
    session: Session,
    officer: Officer,
    unit: Unit,
    *,
    title: str = "Pelaksana",
    starts_on: date = BEGINNING,
    ends_on: date | None = None,
) -> Posting:
    """Where `officer` belongs."""
    posting = Posting(officer_id=officer.id, unit_id=unit.id, title=title, starts_on=starts_on, ends_on=ends_on)
    session.add(posting)
    session.flush()
    return posting


def make_shift(session: Session, officer: Officer, counter: Counter, starts_at: datetime, *, hours: float = 4) -> Shift:
    """`officer` serves at `counter` from `starts_at` on, for `hours`."""
    shift = Shift(
        counter_id=counter.id, officer_id=officer.id, starts_at=starts_at, ends_at=starts_at + timedelta(hours=hours)
    )
    session.add(shift)
    session.flush()
    return shift
