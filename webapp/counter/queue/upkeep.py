"""The end of a day in each unit's own zone: what still waits expires, counters that are still open close."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import insert, select, update

from webapp.counter.events import TicketMoved
from webapp.counter.queue.models import CounterSession, QueueHall, QueueTicket, TicketEvent
from webapp.counter.queue.vocabulary import OPEN_STATES, Step, TicketState
from webapp.database import db
from webapp.organisation.models import Unit
from webapp.outbox import publish_all


def close_past_days(now: datetime) -> int:
    """Close in all halls what is left of days past in the unit's zone; how many tickets expired.

    A ticket that nobody finished expires whether it was called or not: it says nothing about anybody.
    """
    units = db.session.scalars(select(Unit).join(QueueHall, QueueHall.unit_id == Unit.id).order_by(Unit.id))
    return sum(_close_past_day(unit, now) for unit in units)


def end_past_sessions(unit: Unit, now: datetime) -> None:
    """Close the counters of a unit that were opened on a day past and left open."""
    _close_past_day(unit, now)


def _close_past_day(unit: Unit, now: datetime) -> int:
    today = now.astimezone(ZoneInfo(unit.timezone)).date()
    # Sessions before tickets, the order in which whoever calls takes them.
    db.session.execute(
        update(CounterSession)
        .where(
            CounterSession.unit_id == unit.id,
            CounterSession.closed_at.is_(None),
            CounterSession.opened_at < _midnight(today, unit.timezone),
        )
        .values(closed_at=now)
    )
    expired = db.session.execute(
        update(QueueTicket)
        .where(QueueTicket.unit_id == unit.id, QueueTicket.day < today, QueueTicket.state.in_(OPEN_STATES))
        .values(state=TicketState.EXPIRED, finished_at=now)
        .returning(QueueTicket.id, QueueTicket.session_id)
    ).all()
    if expired:
        db.session.execute(
            insert(TicketEvent),
            [
                {"ticket_id": id_, "unit_id": unit.id, "step": Step.EXPIRED, "at": now, "session_id": session_id}
                for id_, session_id in expired
            ],
        )
        publish_all([TicketMoved(id_, Step.EXPIRED) for id_, _session_id in expired])
    return len(expired)


def _midnight(day: date, timezone: str) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(timezone)).astimezone(UTC)
