"""The row of a line's day, from which numbers are counted: who draws holds it until his transaction ends."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.counter.queue.models import QueueTicket
from webapp.database import db

#: Two numbers for one person are drawn one after the other: the space of advisory locks over persons.
_PERSON_LOCK = 7_231_002
_TICKETS = QueueTicket.metadata.tables[QueueTicket.__tablename__]
_INSERT = upsert(_TICKETS).on_conflict_do_nothing(index_elements=["write_key"]).returning(_TICKETS.c.id)

_LOCK_DAY = text(
    """
    INSERT INTO queue_day (line_id, day) VALUES (:line_id, :day)
    ON CONFLICT (line_id, day) DO UPDATE SET last_number = queue_day.last_number
    RETURNING last_number, last_turn_at
    """
)

_COUNT_UP = text(
    """
    WITH counted AS (
        UPDATE queue_day SET last_number = :number, last_turn_at = coalesce(:turn_at, last_turn_at)
        WHERE line_id = :line_id AND day = :day
    )
    INSERT INTO ticket_event (ticket_id, unit_id, step, at) VALUES (:ticket_id, :unit_id, 'drawn', :at)
    """
)


def lock_person(person_key: bytes) -> None:
    """Wait for whatever else this person draws; held until the transaction ends."""
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(:space, hashtext(:key))"), {"space": _PERSON_LOCK, "key": person_key.hex()}
    )


def lock_day(line_id: int, day: date) -> tuple[int, datetime | None]:
    """Wait for whoever draws in the line's day; the last number and the latest turn given for now."""
    row = db.session.execute(_LOCK_DAY, {"line_id": line_id, "day": day}).one()
    return row.last_number, row.last_turn_at


def insert_ticket(values: dict[str, Any]) -> int | None:
    """Write a ticket; its id, or None where its write key stands already."""
    ticket_id: int | None = db.session.scalar(_INSERT, values)
    return ticket_id


def count_up(
    *, line_id: int, day: date, number: int, turn_at: datetime | None, ticket_id: int, unit_id: int, at: datetime
) -> None:
    """Note that `number` was drawn; `turn_at` is its turn if it is one for now."""
    db.session.execute(
        _COUNT_UP,
        {
            "line_id": line_id,
            "day": day,
            "number": number,
            "turn_at": turn_at,
            "ticket_id": ticket_id,
            "unit_id": unit_id,
            "at": at,
        },
    )
