"""Who waits in which line today, in the order in which they will be called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from webapp.counter.queue.models import QueueTicket
from webapp.counter.queue.order import Waiting, in_order_of_calls
from webapp.counter.queue.vocabulary import Priority, TicketState
from webapp.database import db


@dataclass(frozen=True, slots=True)
class Lineup:
    """Everybody who waits in some lines on a day, and how they were called so far."""

    waiting: dict[int, list[Waiting]]
    labels: dict[int, str]
    #: The latest calls of each line first: when, and whether with priority.
    calls: dict[int, list[tuple[datetime, bool]]]
    in_a_row: int
    now: datetime

    def order_of(self, line_ids: Sequence[int]) -> list[Waiting]:
        """Who waits in these lines, as a counter that calls from all of them would go on if nobody else came."""
        waiting = [one for line_id in line_ids for one in self.waiting.get(line_id, [])]
        calls = sorted((call for line_id in line_ids for call in self.calls.get(line_id, [])), reverse=True)
        recent = [priority for _at, priority in calls[: self.in_a_row]]
        return in_order_of_calls(waiting, recent=recent, in_a_row=self.in_a_row, now=self.now)


def lineup_of(line_ids: Sequence[int], day: date, in_a_row: int, now: datetime) -> Lineup:
    """The lineup of these lines of one hall; `in_a_row` is its rule."""
    waiting: dict[int, list[Waiting]] = {line_id: [] for line_id in line_ids}
    calls: dict[int, list[tuple[datetime, bool]]] = {line_id: [] for line_id in line_ids}
    labels: dict[int, str] = {}
    rows = db.session.execute(
        select(
            QueueTicket.line_id, QueueTicket.turn_at, QueueTicket.number, QueueTicket.id, QueueTicket.priority,
            QueueTicket.label,
        ).where(
            QueueTicket.line_id.in_(line_ids), QueueTicket.day == day, QueueTicket.state == TicketState.WAITING
        )
    )  # fmt: skip
    for line_id, turn_at, number, id_, priority, label in rows:
        waiting[line_id].append(Waiting(turn_at, number, id_, priority != Priority.ORDINARY))
        labels[id_] = label
    for line_id in line_ids:
        latest = db.session.execute(
            select(QueueTicket.first_called_at, QueueTicket.priority)
            .where(QueueTicket.line_id == line_id, QueueTicket.day == day, QueueTicket.first_called_at.is_not(None))
            .order_by(QueueTicket.first_called_at.desc())
            .limit(in_a_row)
        )
        calls[line_id] = [(at, priority != Priority.ORDINARY) for at, priority in latest if at is not None]
    return Lineup(waiting, labels, calls, in_a_row, now)


def count_waiting(line_ids: Sequence[int], timezone: str, now: datetime) -> dict[int, int]:
    """How many wait by line whose turn has come; lines of one hall, whose zone is `timezone`."""
    rows = db.session.execute(
        select(QueueTicket.line_id, func.count())
        .where(
            QueueTicket.line_id.in_(line_ids),
            QueueTicket.day == now.astimezone(ZoneInfo(timezone)).date(),
            QueueTicket.state == TicketState.WAITING,
            QueueTicket.turn_at <= now,
        )
        .group_by(QueueTicket.line_id)
    )
    return dict(rows.all())
