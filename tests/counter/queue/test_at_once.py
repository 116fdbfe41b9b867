"""Everybody in the same instant: threads with connections of their own, on real transactions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.queue import MORNING, make_hall, make_line, make_ticket, open_session
from webapp.accounts.models import Account
from webapp.counter.models import Visit
from webapp.counter.queue.calling import call_next
from webapp.counter.queue.drawing import TicketDraft, draw_ticket
from webapp.counter.queue.errors import SlotFull, TooManyTickets
from webapp.counter.queue.models import QueueTicket
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import db, transaction

T = TypeVar("T")
HOUR = timedelta(hours=1)


def at_once(app: Flask, acts: list[Callable[[], T]]) -> list[T]:
    """Do all of it at the same moment, each in a thread and a transaction of its own; what each returned."""
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        with app.app_context():
            start.wait(10)
            with transaction():
                result = act()
            db.session.remove()
            return result

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def press(account_id: int, finishing: int | None = None) -> Callable[[], str | None]:
    def act() -> str | None:
        account = db.session.get_one(Account, account_id)
        ticket = call_next(account, MORNING + HOUR, finishing=finishing)
        return ticket.label if ticket is not None else None

    return act


def draw(line_id: int, key: str, *, days: int = 0, person: bytes | None = None) -> Callable[[], str]:
    def act() -> str:
        draft = TicketDraft(line_id, MORNING + days * 24 * HOUR + HOUR / 2 if days else None)
        try:
            return draw_ticket(draft, channel=DrawChannel.PORTAL, write_key=key, at=MORNING, person_key=person).label
        except (SlotFull, TooManyTickets) as refusal:
            return type(refusal).__name__

    return act


def test_twelve_counters_and_eleven_people(app: Flask, session: Session) -> None:
    line = make_line(session, make_hall(session))
    desks = [open_session(session, [line], MORNING)[0].account.id for _ in range(12)]
    for _ in range(11):
        make_ticket(session, line, MORNING)
    session.commit()
    called = at_once(app, [press(account_id) for account_id in desks])
    assert called.count(None) == 1
    assert sorted(label for label in called if label) == [f"A-{number:03d}" for number in range(1, 12)]


def test_one_press_that_arrives_three_times(app: Flask, session: Session) -> None:
    line = make_line(session, make_hall(session))
    desk, _ = open_session(session, [line], MORNING)
    first, *_others = (make_ticket(session, line, MORNING) for _ in range(4))
    call_next(desk.account, MORNING)
    session.commit()
    assert at_once(app, [press(desk.account.id, first.id) for _ in range(3)]) == ["A-002"] * 3
    assert len(session.scalars(select(Visit.id)).all()) == 1


def test_the_last_place_the_same_form_and_one_person_in_two_tabs(app: Flask, session: Session) -> None:
    hall = make_hall(session)
    scarce = make_line(session, hall, quotas={"portal": 1})
    free = make_line(session, hall, most_open=1)
    session.commit()
    drawn = at_once(app, [draw(scarce.id, f"form:{number}") for number in range(5)])
    assert sorted(drawn) == ["A-001", *["SlotFull"] * 4]
    assert at_once(app, [draw(free.id, "form:same") for _ in range(4)]) == ["B-001"] * 4
    # Of one person, though on different days, each with a row of its own to wait for.
    tabs = [draw(free.id, f"form:tab {days}", days=days, person=b"device") for days in (1, 2)]
    assert sorted(at_once(app, tabs)) == ["B-001", "TooManyTickets"]
    numbers = session.execute(select(QueueTicket.day, QueueTicket.label).where(QueueTicket.line_id == free.id)).all()
    assert len(numbers) == len(set(numbers)) == 2
