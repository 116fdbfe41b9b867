"""What an administrator manages: the units that a role reaches, and what belongs to them.

Everything here takes the viewer. What lies outside his units is as if it were not there: NotManaged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import joinedload, selectinload

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can, reach
from webapp.database import Base, db
from webapp.organisation.errors import NotManaged
from webapp.organisation.models import Counter, Officer, Posting, Service, Shift, Unit, WorkingCalendar

T = TypeVar("T", bound=Base)

MANAGE = Permission.ORGANISATION_MANAGE
#: The largest id that a table can have; a larger one in an address is simply not there.
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Counts:
    """How much an administrator manages: what is open, offered and in use."""

    units: int
    services: int
    officers: int
    counters: int
    calendars: int


def in_reach(viewer: Account, permission: Permission = MANAGE) -> ColumnElement[bool]:
    """The condition that a row of Unit lies where `viewer` may do `permission`."""
    paths = reach(viewer, permission)
    return or_(*(Unit.path.startswith(path, autoescape=True) for path in paths)) if paths else false()


def is_topmost(viewer: Account, unit: Unit) -> bool:
    """Whether `unit` is where the viewer's reach begins: what happens to it as a whole is decided above."""
    return unit.parent is None or not can(viewer, MANAGE, unit.parent)


def list_managed_units(viewer: Account, permission: Permission = MANAGE, *, closed: bool = False) -> list[Unit]:
    """Units of the viewer in the order of the tree, siblings by name; closed ones only if asked for."""
    query = select(Unit).where(in_reach(viewer, permission))
    rows = db.session.scalars(query if closed else query.where(Unit.active)).all()
    names = {f"/{unit.path.strip('/')}/": unit.name for unit in rows}

    def place(unit: Unit) -> tuple[tuple[str, int], ...]:
        steps = unit.path.strip("/").split("/")
        above = ("/" + "/".join(steps[: n + 1]) + "/" for n in range(len(steps)))
        return tuple((names.get(path, ""), int(path.strip("/").split("/")[-1])) for path in above)

    return sorted(rows, key=place)


def get_managed_unit(viewer: Account, unit_id: int | None, permission: Permission = MANAGE) -> Unit:
    """The unit with this id; raises NotManaged."""
    return _one(select(Unit).where(Unit.id == _id(unit_id), in_reach(viewer, permission)))


def list_managed_services(viewer: Account, words: str = "", unit_id: int | None = None) -> list[Service]:
    """Services of the viewer's units, those not offered any more included, by unit and name."""
    query = (
        select(Service)
        .join(Unit, Unit.id == Service.unit_id)
        .options(joinedload(Service.unit))
        .where(in_reach(viewer))
        .order_by(Unit.path, func.lower(Service.name))
    )
    if words:
        query = query.where(
            or_(Service.name.icontains(words, autoescape=True), Service.code.icontains(words, autoescape=True))
        )
    if unit_id is not None:
        query = query.where(Service.unit_id == unit_id)
    return list(db.session.scalars(query))


def get_managed_service(viewer: Account, service_id: int) -> Service:
    """The service with this id; raises NotManaged."""
    return _one(
        select(Service).join(Unit, Unit.id == Service.unit_id).where(Service.id == _id(service_id), in_reach(viewer))
    )


def list_managed_counters(viewer: Account, unit_id: int | None = None) -> list[Counter]:
    """Counters of the viewer's units by unit and code, those out of use included."""
    query = (
        select(Counter)
        .join(Unit, Unit.id == Counter.unit_id)
        .options(joinedload(Counter.unit))
        .where(in_reach(viewer))
        .order_by(Unit.path, Counter.code)
    )
    return list(db.session.scalars(query if unit_id is None else query.where(Counter.unit_id == unit_id)))


def get_managed_counter(viewer: Account, counter_id: int) -> Counter:
    """The counter with this id; raises NotManaged."""
    return _one(
        select(Counter).join(Unit, Unit.id == Counter.unit_id).where(Counter.id == _id(counter_id), in_reach(viewer))
    )


def list_week_shifts(counter: Counter, monday: datetime) -> list[Shift]:
    """Shifts at a counter that begin in the seven days from the moment `monday` on."""
    return list(
        db.session.scalars(
            select(Shift)
            .where(
                Shift.counter_id == counter.id, Shift.starts_at >= monday, Shift.starts_at < monday + timedelta(days=7)
            )
            .options(joinedload(Shift.officer))
            .order_by(Shift.starts_at, Shift.id)
        )
    )


def get_managed_shift(viewer: Account, shift_id: int) -> Shift:
    """The shift with this id; raises NotManaged."""
    return _one(
        select(Shift)
        .join(Counter, Counter.id == Shift.counter_id)
        .join(Unit, Unit.id == Counter.unit_id)
        .where(Shift.id == _id(shift_id), in_reach(viewer))
    )


def belongs_to(viewer: Account, permission: Permission = MANAGE) -> ColumnElement[bool]:
    """The condition that a row of Officer belongs to the viewer's units.

    He does who is posted there now, or was when his last posting ended. Who has no posting at all belongs to those who
    manage a whole agency.
    """
    # Correlated by name: queries around this one may name postings and units as well.
    here = exists(
        select(Posting.id)
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Posting.officer_id == Officer.id, in_reach(viewer, permission), _is_last())
        .correlate(Officer)
    )
    if not _manages_all(viewer, permission):
        return here
    return or_(here, ~exists(select(Posting.id).where(Posting.officer_id == Officer.id).correlate(Officer)))


def list_managed_officers(
    viewer: Account, words: str = "", unit_id: int | None = None, *, page: int = 1, size: int = 50
) -> tuple[list[Officer], int]:
    """Officers of the viewer's units by name, one page of them, and how many there are."""
    query = select(Officer).where(belongs_to(viewer))
    if words:
        query = query.where(Officer.name.icontains(words, autoescape=True))
    if unit_id is not None:
        query = query.where(
            exists(select(Posting.id).where(Posting.officer_id == Officer.id, Posting.unit_id == unit_id, _is_last()))
        )
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    officers = db.session.scalars(
        query.options(selectinload(Officer.postings).joinedload(Posting.unit))
        .order_by(func.lower(Officer.name), Officer.id)
        .limit(size)
        .offset((max(page, 1) - 1) * size)
    )
    return list(officers), total


def list_posted_officers(viewer: Account) -> list[Officer]:
    """Active officers who are posted to one of the viewer's units now, by name: who can be put on a roster."""
    return list(
        db.session.scalars(
            select(Officer)
            .where(
                Officer.active,
                exists(
                    select(Posting.id)
                    .join(Unit, Unit.id == Posting.unit_id)
                    .where(Posting.officer_id == Officer.id, Posting.ends_on.is_(None), in_reach(viewer))
                ),
            )
            .order_by(func.lower(Officer.name), Officer.id)
        )
    )


def get_managed_officer(viewer: Account, officer_id: int) -> Officer:
    """The officer with this id; raises NotManaged."""
    return _one(select(Officer).where(Officer.id == _id(officer_id), belongs_to(viewer)))


def manages_wholly(viewer: Account, officer: Officer, permission: Permission = MANAGE) -> bool:
    """Whether every unit that `officer` belongs to is the viewer's.

    Only then may name, NIP and account be changed: they are as much the other unit's.
    """
    last = last_postings(officer.postings)
    if not last:
        return _manages_all(viewer, permission)
    return all(can(viewer, permission, posting.unit) for posting in last)


def last_postings(postings: Sequence[Posting]) -> list[Posting]:
    """The postings that tell where an officer belongs: those that last, else those that ended last."""
    lasting = [posting for posting in postings if posting.ends_on is None]
    if lasting or not postings:
        return lasting
    latest = max(posting.ends_on for posting in postings if posting.ends_on is not None)
    return [posting for posting in postings if posting.ends_on == latest]


def get_managed_posting(viewer: Account, posting_id: int) -> Posting:
    """The posting with this id, to one of the viewer's units, of an officer who belongs there; raises NotManaged."""
    return _one(
        select(Posting)
        .join(Unit, Unit.id == Posting.unit_id)
        .join(Officer, Officer.id == Posting.officer_id)
        .where(Posting.id == _id(posting_id), in_reach(viewer), belongs_to(viewer))
    )


def list_managed_calendars(viewer: Account) -> list[tuple[WorkingCalendar, list[Unit]]]:
    """Calendars by name that only the viewer's units use, each with these units.

    A calendar that other units use too is theirs as well, so it is changed above; one that nobody uses is changed by
    those who manage a whole agency.
    """
    users = db.session.scalars(select(Unit).where(Unit.calendar_id.is_not(None)).order_by(Unit.path)).all()
    managed = []
    for calendar in db.session.scalars(select(WorkingCalendar).order_by(func.lower(WorkingCalendar.name))):
        units = [unit for unit in users if unit.calendar_id == calendar.id]
        if all(can(viewer, MANAGE, unit) for unit in units) if units else _manages_all(viewer, MANAGE):
            managed.append((calendar, units))
    return managed


def get_managed_calendar(viewer: Account, calendar_id: int | None) -> WorkingCalendar:
    """The calendar with this id; raises NotManaged."""
    for calendar, _units in list_managed_calendars(viewer):
        if calendar.id == calendar_id:
            return calendar
    raise NotManaged


def count_managed(viewer: Account) -> Counts:
    """How much the viewer manages."""

    def count(query: Select[int]) -> int:
        return db.session.scalar(query) or 0

    here = in_reach(viewer)
    return Counts(
        units=count(select(func.count(Unit.id)).where(here, Unit.active)),
        services=count(
            select(func.count(Service.id)).join(Unit, Unit.id == Service.unit_id).where(here, Service.active)
        ),
        officers=count(select(func.count(Officer.id)).where(belongs_to(viewer), Officer.active)),
        counters=count(
            select(func.count(Counter.id)).join(Unit, Unit.id == Counter.unit_id).where(here, Counter.active)
        ),
        calendars=len(list_managed_calendars(viewer)),
    )


def _is_last() -> ColumnElement[bool]:
    """The condition that a row of Posting tells where its officer belongs; the SQL of `last_postings`."""
    other = Posting.__table__.alias("other_posting")
    beyond = exists(
        select(other.c.id)
        .where(
            other.c.officer_id == Posting.officer_id,
            or_(other.c.ends_on.is_(None), other.c.ends_on > Posting.ends_on),
        )
        .correlate(Posting)
    )
    return or_(Posting.ends_on.is_(None), and_(Posting.ends_on.is_not(None), ~beyond))


def _manages_all(viewer: Account, permission: Permission) -> bool:
    """Whether the viewer holds `permission` for a whole agency, that is for the root of a tree."""
    return any(path.count("/") == 2 for path in reach(viewer, permission))


def _id(value: int | None) -> int | None:
    return value if value is not None and 0 < value <= LARGEST_ID else None


def _one(query: Select[T]) -> T:
    row = db.session.scalars(query).one_or_none()
    if row is None:
        raise NotManaged
    return row
