"""All the halls that somebody answers for at a glance: who waits, since when, and how many counters call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Date, cast, func, literal, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.counter.queue.models import CounterSession, QueueHall, QueueTicket
from webapp.counter.queue.vocabulary import TicketState
from webapp.database import db
from webapp.organisation.managed import in_reach
from webapp.organisation.models import Unit


@dataclass(frozen=True, slots=True)
class HallNow:
    """A hall at this moment; `longest_wait` in seconds, None where nobody waits."""

    unit_id: int
    unit: str
    active: bool
    waiting: int
    longest_wait: float | None
    counters: int


def list_halls_now(viewer: Account, now: datetime) -> list[HallNow]:
    """The halls of the units that the viewer answers for, by name."""
    came = func.greatest(QueueTicket.slot_starts_at, QueueTicket.drawn_at)  # which leaves out what is null
    today = cast(func.timezone(Unit.timezone, literal(now)), Date)
    open_counters = (
        select(func.count(CounterSession.id))
        .where(CounterSession.unit_id == Unit.id, CounterSession.closed_at.is_(None))
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(Unit.id, Unit.name, QueueHall.active, func.count(QueueTicket.id), func.min(came), open_counters)
        .join(QueueHall, QueueHall.unit_id == Unit.id)
        .outerjoin(
            QueueTicket,
            (QueueTicket.unit_id == Unit.id)
            & (QueueTicket.day == today)
            & (QueueTicket.state == TicketState.WAITING)
            & (QueueTicket.turn_at <= now),
        )
        .where(in_reach(viewer, Permission.QUEUE_READ_UNIT))
        .group_by(Unit.id, QueueHall.unit_id)
        .order_by(func.lower(Unit.name), Unit.id)
    )
    return [
        HallNow(unit_id, name, active, waiting, max(0.0, (now - since).total_seconds()) if since else None, counters)
        for unit_id, name, active, waiting, since, counters in rows
    ]
