"""Where one can queue, and what for: the first thing that somebody asks who does not know the agency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import func, select

from webapp.counter.queue.models import QueueHall, QueueLine
from webapp.database import db
from webapp.organisation.choices import list_unit_choices
from webapp.organisation.models import Service, Unit


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """A hall and the services that are queued for in it. `office` is what it belongs to, None where it stands alone."""

    unit_id: int
    name: str
    office: str | None
    services: tuple[str, ...]


def list_places() -> Sequence[QueuePlace]:
    """Open halls with their lines, those of one office beside each other, in the order of the tree."""
    rows = db.session.execute(
        select(QueueLine.unit_id, Service.name)
        .join(Service, Service.id == QueueLine.service_id)
        .join(QueueHall, QueueHall.unit_id == QueueLine.unit_id)
        .join(Unit, Unit.id == QueueLine.unit_id)
        .where(QueueLine.active, Service.active, QueueHall.active, Unit.active)
        .order_by(QueueLine.unit_id, func.lower(Service.name))
    )
    services = {unit_id: tuple(name for _id, name in group) for unit_id, group in groupby(rows, lambda row: row[0])}
    return [
        QueuePlace(unit.id, unit.name, unit.group, services[unit.id])
        for unit in list_unit_choices()
        if unit.id in services
    ]
