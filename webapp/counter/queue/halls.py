"""What an administrator changes: halls, their lines, the places of a slot, the kiosk's secret address."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.counter.queue.errors import PrefixTaken, ServiceTaken
from webapp.counter.queue.models import QueueDay, QueueHall, QueueLine, QueueTicket
from webapp.database import db
from webapp.organisation.models import Service, Unit

#: A number can be drawn at most so many days ahead (a rule of the table).
_FURTHEST = timedelta(days=60)


def open_hall(unit: Unit) -> QueueHall:
    """Let people queue for services of `unit`; where they do already, its hall, open again."""
    db.session.execute(
        upsert(QueueHall)
        .values(unit_id=unit.id, kiosk_key=new_kiosk_key())
        .on_conflict_do_nothing(index_elements=["unit_id"])
    )
    hall = db.session.get_one(QueueHall, unit.id)
    hall.active = True
    db.session.flush()
    return hall


def change_hall(
    hall: QueueHall, *, active: bool, priority_in_a_row: int, tell_ahead: int, always_open: bool | None = None
) -> None:
    """Change the rules of a hall. An inactive one gives no numbers, but those who wait are still called.

    `always_open` None leaves it as it is.
    """
    hall.active, hall.priority_in_a_row, hall.tell_ahead = active, priority_in_a_row, tell_ahead
    if always_open is not None:
        hall.always_open = always_open
    db.session.flush()


def new_kiosk_key(hall: QueueHall | None = None) -> str:
    """A fresh secret part of a kiosk's address (128 bits). `hall`, if given, has it from now on: the old address
    stops working."""
    key = secrets.token_urlsafe(16)
    if hall is not None:
        hall.kiosk_key = key
        db.session.flush()
    return key


def add_line(
    hall: QueueHall,
    service: Service,
    prefix: str,
    *,
    quotas: Mapping[str, int],
    slot_minutes: int = 60,
    days_ahead: int = 7,
    most_open: int = 2,
) -> QueueLine:
    """Let people queue for `service` in `hall`; `quotas` are the places of one slot by channel.

    Raises ServiceTaken where there is a line for it, PrefixTaken where another line has or had the letters.
    """
    _lock(hall)
    taken = select(QueueLine.id).where(QueueLine.unit_id == hall.unit_id, QueueLine.service_id == service.id)
    if db.session.scalar(taken) is not None:
        raise ServiceTaken
    _check_prefix(hall.unit_id, prefix, None)
    line = QueueLine(
        unit_id=hall.unit_id,
        service_id=service.id,
        prefix=prefix,
        quotas=dict(quotas),
        slot_minutes=slot_minutes,
        days_ahead=days_ahead,
        most_open=most_open,
    )
    db.session.add(line)
    db.session.flush()
    return line


def change_line(
    line: QueueLine,
    *,
    prefix: str,
    quotas: Mapping[str, int],
    slot_minutes: int,
    days_ahead: int,
    most_open: int,
    active: bool,
) -> None:
    """Change how a service is queued for. Numbers that were drawn stay as they are, full slots stay full.

    Raises PrefixTaken where another line has or had the letters.
    """
    _lock(line.hall)
    if prefix != line.prefix:
        _check_prefix(line.unit_id, prefix, line.id)
    line.prefix, line.quotas, line.slot_minutes = prefix, dict(quotas), slot_minutes
    line.days_ahead, line.most_open, line.active = days_ahead, most_open, active
    db.session.flush()


def _lock(hall: QueueHall) -> None:
    db.session.refresh(hall, with_for_update={"key_share": True})


def _check_prefix(unit_id: int, prefix: str, line_id: int | None) -> None:
    """Raises PrefixTaken where another line of the hall has these letters, or had and its numbers may be about still:
    the same number would be there twice on one day."""
    others = select(QueueLine.id).where(QueueLine.unit_id == unit_id, QueueLine.id != (line_id or 0)).subquery()
    if db.session.scalar(select(QueueLine.id).where(QueueLine.id.in_(select(others)), QueueLine.prefix == prefix)):
        raise PrefixTaken
    # Nobody can draw further ahead than this, so today does not lie before the day that results.
    latest = select(func.max(QueueDay.day)).join(QueueLine).where(QueueLine.unit_id == unit_id).scalar_subquery()
    borne = exists().where(
        QueueTicket.unit_id == unit_id,
        QueueTicket.day >= latest - _FURTHEST.days,
        QueueTicket.drawn_line_id.in_(select(others)),
        QueueTicket.label.startswith(f"{prefix}-", autoescape=True),
    )
    if db.session.scalar(select(borne)):
        raise PrefixTaken
