"""The halls and lines that an administrator manages: those of the units that the role reaches.

Everything here takes the viewer. What lies outside his units is as if it were not there: NotManaged.
"""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Account
from webapp.counter.queue.models import QueueHall, QueueLine
from webapp.database import db
from webapp.organisation.errors import NotManaged
from webapp.organisation.managed import LARGEST_ID, in_reach, list_managed_units
from webapp.organisation.models import Service, Unit
from webapp.organisation.queries import list_services


def list_managed_halls(viewer: Account) -> list[tuple[QueueHall, list[QueueLine]]]:
    """The halls of the viewer's units by the unit's name, closed ones included, each with its lines by prefix."""
    halls = db.session.scalars(
        select(QueueHall)
        .join(Unit, Unit.id == QueueHall.unit_id)
        .where(in_reach(viewer))
        .options(joinedload(QueueHall.unit))
        .order_by(func.lower(Unit.name), Unit.id)
    ).all()
    lines: dict[int, list[QueueLine]] = {hall.unit_id: [] for hall in halls}
    for line in db.session.scalars(
        select(QueueLine)
        .where(QueueLine.unit_id.in_(lines))
        .options(joinedload(QueueLine.service))
        .order_by(QueueLine.prefix)
    ):
        lines[line.unit_id].append(line)
    return [(hall, lines[hall.unit_id]) for hall in halls]


def get_managed_hall(viewer: Account, unit_id: int) -> QueueHall:
    """The hall of this unit; raises NotManaged."""
    hall = db.session.scalars(
        select(QueueHall)
        .join(Unit, Unit.id == QueueHall.unit_id)
        .where(QueueHall.unit_id == _id(unit_id), in_reach(viewer))
    ).one_or_none()
    if hall is None:
        raise NotManaged
    return hall


def get_managed_line(viewer: Account, line_id: int) -> QueueLine:
    """The line with this id; raises NotManaged."""
    line = db.session.scalars(
        select(QueueLine)
        .join(Unit, Unit.id == QueueLine.unit_id)
        .where(QueueLine.id == _id(line_id), in_reach(viewer))
        .options(joinedload(QueueLine.service))
    ).one_or_none()
    if line is None:
        raise NotManaged
    return line


def list_hall_lines(hall: QueueHall) -> list[QueueLine]:
    """The lines of a hall by prefix, those not queued for any more included."""
    return list(
        db.session.scalars(
            select(QueueLine)
            .where(QueueLine.unit_id == hall.unit_id)
            .options(joinedload(QueueLine.service))
            .order_by(QueueLine.prefix)
        )
    )


def list_units_without_hall(viewer: Account) -> list[Unit]:
    """Open units of the viewer in which nobody queues yet, in the order of the tree."""
    taken = set(db.session.scalars(select(QueueHall.unit_id)))
    return [unit for unit in list_managed_units(viewer) if unit.id not in taken]


def list_services_without_line(hall: QueueHall) -> list[Service]:
    """What the hall's unit offers, but has no line for."""
    taken = {line.service_id for line in list_hall_lines(hall)}
    return [service for service in list_services(hall.unit_id) if service.id not in taken]


def _id(value: int) -> int | None:
    return value if 0 < value <= LARGEST_ID else None
