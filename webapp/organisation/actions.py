"""Changing the agency: its units, services and counters. Who works there is changed in `staffing`.

Actions take what they change as rows that the caller may change (see `managed`), flush and never commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.orm.attributes import InstrumentedAttribute

from webapp.database import db
from webapp.organisation.errors import CodeTaken, ParentClosed, UnitStillNeeded, UnitWithinItself
from webapp.organisation.models import Counter, Officer, Posting, Service, Unit, WorkingCalendar

#: Who changes the shape of the tree waits here for the other, so that no path is built on one that is being moved.
_TREE_LOCK = 7_231_001


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What a service is and promises: serving time in minutes, turnaround in working hours, fee in rupiah."""

    code: str
    name: str
    standard_minutes: int | None = None
    standard_hours: int | None = None
    fee: int = 0
    requirements: tuple[str, ...] = ()


def lock_tree() -> None:
    """Wait for whoever is changing the tree; held until the transaction ends."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _TREE_LOCK})


def create_unit(
    parent: Unit,
    *,
    code: str,
    name: str,
    kind: str = "unit",
    timezone: str | None = None,
    external_id: str | None = None,
) -> Unit:
    """A new unit below `parent`, in its zone unless one is given; raises CodeTaken or ParentClosed."""
    lock_tree()
    db.session.refresh(parent)
    if not parent.active:
        raise ParentClosed
    _refuse_taken(Unit.code, code, None)
    # The path ends in the unit's own id, which the database gives; until then it is one that no unit has.
    unit = Unit(
        parent_id=parent.id,
        path=f"{parent.path}new/",
        code=code,
        name=name,
        kind=kind,
        timezone=timezone or parent.timezone,
        external_id=external_id,
    )
    db.session.add(unit)
    db.session.flush()
    unit.path = f"{parent.path}{unit.id}/"
    db.session.flush()
    return unit


def change_unit(unit: Unit, *, code: str, name: str, kind: str, timezone: str) -> None:
    """Change what a unit is called and its zone; raises CodeTaken."""
    _refuse_taken(Unit.code, code, unit.id)
    unit.code, unit.name, unit.kind, unit.timezone = code, name, kind, timezone
    db.session.flush()


def set_working_time(
    unit: Unit, weekly_hours: dict[str, Any], season_hours: dict[str, Any], calendar: WorkingCalendar | None
) -> None:
    """Set a unit's week, its week in Ramadan and its calendar; an empty week or None: those of the unit above."""
    unit.weekly_hours, unit.season_hours = weekly_hours, season_hours
    unit.calendar_id = calendar.id if calendar else None
    db.session.flush()


def move_unit(unit: Unit, parent: Unit) -> None:
    """Put `unit`, with all below it, below `parent`.

    Every path below is rewritten in one statement. Raises UnitWithinItself or ParentClosed.
    """
    lock_tree()
    db.session.refresh(unit)
    db.session.refresh(parent)
    if parent.path.startswith(unit.path):
        raise UnitWithinItself
    if not parent.active and unit.active:
        raise ParentClosed
    before, after = unit.path, f"{parent.path}{unit.id}/"
    if before == after:
        return
    unit.parent_id = parent.id
    db.session.flush()
    db.session.execute(
        update(Unit)
        .where(Unit.path.startswith(before, autoescape=True))
        .values(path=func.concat(after, func.substr(Unit.path, len(before) + 1)))
        .execution_options(synchronize_session="fetch")
    )


def close_unit(unit: Unit) -> None:
    """Close a unit: nobody finds it any more, its past stays. Raises UnitStillNeeded while anything lives in it."""
    lock_tree()
    below = Unit.path.startswith(unit.path, autoescape=True)
    units = db.session.scalar(select(func.count()).where(below, Unit.active, Unit.id != unit.id)) or 0
    officers = (
        db.session.scalar(
            select(func.count(func.distinct(Posting.officer_id)))
            .join(Officer)
            .where(Posting.unit_id == unit.id, Posting.ends_on.is_(None), Officer.active)
        )
        or 0
    )
    if units or officers:
        raise UnitStillNeeded(units, officers)
    unit.active = False
    db.session.flush()


def reopen_unit(unit: Unit) -> None:
    """Open a closed unit again; raises ParentClosed while the unit above is closed."""
    lock_tree()
    if unit.parent is not None and not unit.parent.active:
        raise ParentClosed
    unit.active = True
    db.session.flush()


def create_service(unit: Unit, facts: ServiceFacts, *, external_id: str | None = None) -> Service:
    """A new service of `unit`; raises CodeTaken."""
    _refuse_taken(Service.code, facts.code, None)
    service = Service(unit_id=unit.id, external_id=external_id)
    _set_facts(service, facts)
    db.session.add(service)
    db.session.flush()
    return service


def change_service(service: Service, unit: Unit, facts: ServiceFacts, *, active: bool) -> None:
    """Change a service, the unit that offers it, and whether it is offered; raises CodeTaken."""
    _refuse_taken(Service.code, facts.code, service.id)
    _set_facts(service, facts)
    service.unit_id, service.active = unit.id, active
    db.session.flush()


def create_counter(unit: Unit, *, code: str, name: str) -> Counter:
    """A new counter of `unit`; raises CodeTaken where the unit has one with this code."""
    _refuse_taken_counter(unit, code, None)
    counter = Counter(unit_id=unit.id, code=code, name=name)
    db.session.add(counter)
    db.session.flush()
    return counter


def change_counter(counter: Counter, *, code: str, name: str, active: bool) -> None:
    """Change a counter's code and name, and whether it is used; raises CodeTaken."""
    _refuse_taken_counter(counter.unit, code, counter.id)
    counter.code, counter.name, counter.active = code, name, active
    db.session.flush()


def _set_facts(service: Service, facts: ServiceFacts) -> None:
    service.code, service.name = facts.code, facts.name
    service.standard_minutes, service.standard_hours = facts.standard_minutes, facts.standard_hours
    service.fee, service.requirements = facts.fee, list(facts.requirements)


def _refuse_taken(column: InstrumentedAttribute[str], code: str, own_id: int | None) -> None:
    entity: Any = column.class_
    taken = db.session.scalar(select(entity.id).where(column == code))
    if taken is not None and taken != own_id:
        raise CodeTaken


def _refuse_taken_counter(unit: Unit, code: str, own_id: int | None) -> None:
    taken = db.session.scalar(select(Counter.id).where(Counter.unit_id == unit.id, Counter.code == code))
    if taken is not None and taken != own_id:
        raise CodeTaken
