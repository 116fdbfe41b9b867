"""How a hall's day went by the hour: when people came, and how long they then waited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from webapp.counter.queue.models import QueueTicket
from webapp.counter.queue.vocabulary import TicketState
from webapp.database import db


@dataclass(frozen=True, slots=True)
class HallHour:
    """An hour of the day in the unit's zone: how many came to wait, and how long those of them called had waited."""

    hour: int
    came: int
    called: int
    mean_wait: float | None


def hours_of_today(unit_id: int, timezone: str, now: datetime) -> list[HallHour]:
    """The hours of today from the first to the last in which somebody came to wait in the hall of a unit.

    Who has a slot comes when it begins. Cancelled numbers and slots yet to begin are left out. Waits are in seconds,
    until the first call. Callers have asked for the hall as somebody who may see it.
    """
    came_at = func.greatest(QueueTicket.slot_starts_at, QueueTicket.drawn_at)  # which leaves out what is null
    hour = func.extract("hour", func.timezone(timezone, came_at))
    rows = db.session.execute(
        select(
            hour,
            func.count(),
            func.count(QueueTicket.first_called_at),
            func.avg(func.greatest(func.extract("epoch", QueueTicket.first_called_at - came_at), 0)).filter(
                QueueTicket.first_called_at.is_not(None)
            ),
        )
        .where(
            QueueTicket.unit_id == unit_id,
            QueueTicket.day == now.astimezone(ZoneInfo(timezone)).date(),
            QueueTicket.state != TicketState.CANCELLED,
            came_at <= now,
        )
        .group_by(hour)
    )
    found = {
        int(at): HallHour(int(at), came, called, float(mean) if mean is not None else None)
        for at, came, called, mean in rows
    }
    if not found:
        return []
    return [found.get(at, HallHour(at, 0, 0, None)) for at in range(min(found), max(found) + 1)]
