"""Halls with lines, counters that are open, and numbers drawn the way the faces draw them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.counting import next_number
from tests.factories.organisation import make_counter, make_officer, make_service, make_unit
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.counter.queue.calling import open_counter
from webapp.counter.queue.drawing import TicketDraft, draw_ticket
from webapp.counter.queue.models import CounterSession, QueueHall, QueueLine, QueueTicket
from webapp.counter.queue.vocabulary import DrawChannel, Priority
from webapp.organisation.models import Counter, Officer, Service, Unit

#: Places enough that no test runs out of them by chance.
MANY = {"portal": 500, "telegram": 500, "kiosk": 500}
#: A Tuesday at 08:00 in Jakarta, on which every unit works until 16:00 with a break at noon.
MORNING = datetime.fromisoformat("2026-11-24T01:00:00+00:00")


@dataclass(frozen=True)
class Desk:
    """An officer who can sign in, and the counter where he sits."""

    account: Account
    officer: Officer
    counter: Counter


def make_hall(session: Session, unit: Unit | None = None, **columns: Any) -> QueueHall:
    """A hall of `unit`, or of a new one; `columns` of QueueHall."""
    unit = unit or make_unit(session, make_unit(session))
    columns.setdefault("kiosk_key", f"kiosk-{next_number()}")
    hall = QueueHall(unit_id=unit.id, **columns)
    session.add(hall)
    session.flush()
    return hall


def make_line(
    session: Session,
    hall: QueueHall,
    service: Service | None = None,
    *,
    prefix: str | None = None,
    quotas: dict[str, int] | None = None,
    **columns: Any,
) -> QueueLine:
    """A line of `hall` for `service`, or for a new one of the hall's unit, under the next free letter."""
    service = service or make_service(session, hall.unit)
    if prefix is None:
        used = {one.prefix for one in session.query(QueueLine).filter_by(unit_id=hall.unit_id)}
        prefix = next(letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in used)
    line = QueueLine(
        unit_id=hall.unit_id,
        service_id=service.id,
        prefix=prefix,
        quotas=dict(MANY if quotas is None else quotas),
        **columns,
    )
    session.add(line)
    session.flush()
    return line


def make_ticket(
    session: Session,
    line: QueueLine,
    at: datetime,
    *,
    channel: DrawChannel = DrawChannel.PORTAL,
    priority: Priority = Priority.ORDINARY,
    slot_starts_at: datetime | None = None,
    write_key: str | None = None,
    **drawing: Any,
) -> QueueTicket:
    """A number drawn at `at` by the same action as everybody's; `drawing`: person_key, chat."""
    drawn = draw_ticket(
        TicketDraft(line.id, slot_starts_at, priority),
        channel=channel,
        write_key=write_key or f"form:test-{next_number()}",
        at=at,
        **drawing,
    )
    return session.get_one(QueueTicket, drawn.ticket_id)


def make_desk(session: Session, hall: QueueHall, *, name: str | None = None) -> Desk:
    """An officer posted to the hall's unit with an account that may serve there, and a counter."""
    account = make_account(session, (Role.OFFICER, hall.unit), name=name)
    return Desk(
        account=account,
        officer=make_officer(session, hall.unit, name=name or account.name, account=account),
        counter=make_counter(session, hall.unit),
    )


def open_session(
    session: Session, lines: list[QueueLine], at: datetime, desk: Desk | None = None
) -> tuple[Desk, CounterSession]:
    """A counter of the lines' hall opened at `at` for `lines`, by `desk` or by a new one."""
    desk = desk or make_desk(session, lines[0].hall)
    return desk, open_counter(desk.account, desk.counter.id, [line.id for line in lines], at)
