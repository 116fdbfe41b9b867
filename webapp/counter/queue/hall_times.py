"""When a hall serves: its unit's working time, or around the clock."""

from __future__ import annotations

from webapp.counter.queue.errors import NoQueueHere
from webapp.counter.queue.models import QueueHall
from webapp.counter.queue.slots import around_the_clock
from webapp.database import db
from webapp.organisation.calendars import WorkingTime
from webapp.organisation.queries import working_time_of


def serving_time_of(unit_id: int) -> WorkingTime:
    """When the hall of a unit serves; raises NoQueueHere for a unit without hall."""
    hall = db.session.get(QueueHall, unit_id)
    if hall is None:
        raise NoQueueHere
    working = working_time_of(hall.unit)
    return around_the_clock(working) if hall.always_open else working
