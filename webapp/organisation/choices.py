"""What a citizen may choose from: active units, services and counters by name, and checking what was chosen."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, BindParameter, Select, bindparam, select
from sqlalchemy.orm import aliased

from webapp.database import db
from webapp.organisation.models import Counter, Service, Unit


class NoSuchChoice(Exception):
    """`fields` ("unit", "service", "counter") name what does not exist or is no longer offered."""

    def __init__(self, fields: list[str]) -> None:
        self.fields = fields
        super().__init__(", ".join(fields))


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list; `group` is the heading it stands under, None where it stands alone."""

    id: int
    name: str
    group: str | None


@dataclass(frozen=True, slots=True)
class ChosenPlace:
    """A place that exists. `timezone` is the unit's, None where none is known."""

    unit_id: int | None = None
    service_id: int | None = None
    counter_id: int | None = None
    timezone: str | None = None


def list_unit_choices() -> list[Choice]:
    """Active units in the order of the tree, each below the name of the office that it belongs to.

    The root of a tree is the whole city and helps nobody to find the right door: it is offered only if nothing is
    below it.
    """
    rows = db.session.execute(select(Unit.id, Unit.name, Unit.path).where(Unit.active).order_by(Unit.path)).all()
    parents = {path.rsplit("/", 2)[0] + "/" for _, _, path in rows}
    offices = {path: name for _, name, path in rows if path.count("/") == 3 and path in parents}
    choices = [
        Choice(id_, name, offices.get("/".join(path.split("/")[:3]) + "/"))
        for id_, name, path in rows
        if path.count("/") > 2 or path not in parents
    ]
    # Those that stand alone first, so that no group is interrupted; else as the tree has it.
    return sorted(choices, key=lambda choice: (choice.group is not None, choice.group or choice.name))


def list_service_choices() -> list[Choice]:
    """Active services by the unit that offers them."""
    return [
        Choice(id_, name, unit)
        for id_, name, unit in db.session.execute(
            select(Service.id, Service.name, Unit.name)
            .join(Unit, Unit.id == Service.unit_id)
            .where(Service.active, Unit.active)
            .order_by(Unit.name, Unit.id, Service.name)
        )
    ]


def list_counter_choices() -> list[Choice]:
    """Active counters by their unit."""
    return [
        Choice(id_, name, unit)
        for id_, name, unit in db.session.execute(
            select(Counter.id, Counter.name, Unit.name)
            .join(Unit, Unit.id == Counter.unit_id)
            .where(Counter.active, Unit.active)
            .order_by(Unit.name, Unit.id, Counter.code)
        )
    ]


def _chosen() -> Select[str | None, int | None, int | None, str | None]:
    """The unit's zone, the service, the counter's unit and its zone: null where there is no such choice."""
    at_counter = aliased(Unit)
    unit = select(Unit.timezone).where(Unit.id == _id("unit"), Unit.active)
    service = select(Service.id).where(Service.id == _id("service"), Service.active)
    counter = select(Counter.unit_id).where(Counter.id == _id("counter"), Counter.active).scalar_subquery()
    counter_zone = select(at_counter.timezone).where(at_counter.id == counter)
    return select(unit.scalar_subquery(), service.scalar_subquery(), counter, counter_zone.scalar_subquery())


def _id(name: str) -> BindParameter[int]:
    return bindparam(name, type_=BigInteger)


#: Built once: every complaint asks it.
_CHOSEN = _chosen()


def check_place(unit_id: int | None, service_id: int | None, counter_id: int | None) -> ChosenPlace:
    """What was chosen, if all of it is offered; raises NoSuchChoice. One query, whatever the agency's size.

    A counter tells its unit, where none was chosen; one of another unit than the chosen is not offered there.
    """
    if unit_id is None and service_id is None and counter_id is None:
        return ChosenPlace()
    chosen = {"unit": unit_id, "service": service_id, "counter": counter_id}
    timezone, found_service, counter_unit, counter_timezone = db.session.execute(_CHOSEN, chosen).one()
    missing = [
        field
        for field, wanted, there in (
            ("unit", unit_id, timezone is not None),
            ("service", service_id, found_service is not None),
            ("counter", counter_id, counter_unit is not None and unit_id in (None, counter_unit)),
        )
        if wanted is not None and not there
    ]
    if missing:
        raise NoSuchChoice(missing)
    return ChosenPlace(
        unit_id if unit_id is not None else counter_unit, service_id, counter_id, timezone or counter_timezone
    )
