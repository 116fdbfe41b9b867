"""A simulated morning in one hall: citizens at the doors and officers at the counters, in processes that get killed.

`python -m tests.faults.morning PLAN` is the server: it forks the processes, kills one door and one process of counters
in the middle, forks new ones in their place, and ends when everybody was served. What an actor was told by the product
is written to a log the moment it was told, with the machine's own steady clock.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import select

from config import Settings
from webapp.accounts.models import Account
from webapp.app import create_app
from webapp.counter.queue.calling import call_held, call_next, finish_ticket, hold_ticket, mark_absent, transfer_ticket
from webapp.counter.queue.drawing import TicketDraft, cancel_ticket, draw_ticket
from webapp.counter.queue.errors import TicketGone
from webapp.counter.queue.models import CounterSession, QueueTicket, TicketEvent
from webapp.counter.queue.vocabulary import DrawChannel, Priority, Step, TicketState
from webapp.database import db, transaction
from webapp.organisation.models import Officer

DOORS, PROCESSES, COUNTERS = 2, 3, 12


class Hall:
    """What all actors share: the plan, the clock, the log."""

    def __init__(self, app: Flask, plan: dict[str, Any], folder: Path) -> None:
        self.app, self.plan, self.folder = app, plan, folder
        self._opens = datetime.fromisoformat(plan["opens"])
        self._began = time.monotonic()
        self._log = os.open(folder / "log", os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def clock(self) -> datetime:
        """The time in the hall."""
        return self._opens + timedelta(seconds=time.monotonic() - self._began)

    def note(self, **said: Any) -> None:
        """Write down what was told just now. One write, so that nothing is torn when the process dies."""
        os.write(self._log, (json.dumps({**said, "steady": time.monotonic()}, default=str) + "\n").encode())

    def noted(self, what: str) -> int:
        """How often something was written down so far."""
        return (self.folder / "log").read_text().count(f'"what": "{what}"')

    @property
    def doors_closed(self) -> bool:
        """Whether nobody comes any more."""
        return (self.folder / "doors closed").exists()


def stand_at_door(hall: Hall, number: int) -> None:
    """Draw numbers for every citizen of this door; some change their minds. Begun anew, it does the same again."""
    with hall.app.app_context():
        for one in hall.plan["citizens"][number::DOORS]:
            with transaction():
                draft = TicketDraft(one["line"], priority=Priority(one["priority"]))
                drawn = draw_ticket(draft, channel=DrawChannel.KIOSK, write_key=one["key"], at=hall.clock())
            hall.note(what="drawn", ticket=drawn.ticket_id)
            if one["leaves"]:
                try:
                    with transaction():
                        cancel_ticket(drawn.code, hall.clock())
                except TicketGone:
                    hall.note(what="too late", ticket=drawn.ticket_id)
            db.session.remove()


def serve(hall: Hall, number: int) -> None:
    """The counters of one process, a thread each, until nobody waits and nobody comes."""
    accounts = hall.plan["accounts"][number::PROCESSES]
    threads = [threading.Thread(target=_sit_at_counter, args=(hall, account), daemon=True) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _sit_at_counter(hall: Hall, account_id: int) -> None:
    """Whoever sits down here anew, after a crash, goes on with the number that is called, or calls back the one that
    was put aside here: its paper is brought, and nobody else knows of it."""
    chance = random.Random(account_id)
    finishing: int | None = None
    with hall.app.app_context():
        for ticket_id in _put_aside_by(account_id):
            _serve_held(hall, account_id, ticket_id)
        while True:
            over = hall.doors_closed
            at, steady = hall.clock(), time.monotonic()
            with transaction():
                ticket = call_next(_account(account_id), at, finishing=finishing)
                called = (ticket.id, ticket.line_id) if ticket is not None else None
            if called is None:
                if over:
                    return
                finishing = None
                time.sleep(0.3)
                continue
            finishing, line_id = called
            hall.note(what="called", ticket=finishing, at=at, asked=steady)
            if chance.random() < 0.15:
                _do_otherwise(hall, account_id, finishing, line_id, chance.randrange(3))
                finishing = None
            db.session.remove()


def _do_otherwise(hall: Hall, account_id: int, ticket_id: int, line_id: int, kind: int) -> None:
    """Nobody came; or a paper is missing and is brought; or another line is the right one."""
    with transaction():
        account, at = _account(account_id), hall.clock()
        if kind == 0:
            mark_absent(account, ticket_id, at)
        elif kind == 1:
            hold_ticket(account, ticket_id, at)
        else:
            other = next(one for one in hall.plan["lines"] if one != line_id)
            transfer_ticket(account, ticket_id, other, at)
    if kind == 1:
        _serve_held(hall, account_id, ticket_id)
    if kind == 2:
        hall.note(what="moved", ticket=ticket_id)


def _serve_held(hall: Hall, account_id: int, ticket_id: int) -> None:
    with transaction():
        account = _account(account_id)
        call_held(account, ticket_id, hall.clock())
        finish_ticket(account, ticket_id, hall.clock())


def _put_aside_by(account_id: int) -> list[int]:
    held = (
        select(QueueTicket.id)
        .join(TicketEvent, TicketEvent.ticket_id == QueueTicket.id)
        .join(CounterSession, CounterSession.id == TicketEvent.session_id)
        .join(Officer, Officer.id == CounterSession.officer_id)
        .where(QueueTicket.state == TicketState.HELD, TicketEvent.step == Step.HELD, Officer.account_id == account_id)
    )
    with transaction() as session:
        return list(session.scalars(held))


def _account(account_id: int) -> Account:
    return db.session.get_one(Account, account_id)


def main(plan_path: Path) -> int:
    """Run the morning; the exit code."""
    plan = json.loads(plan_path.read_text())
    hall = Hall(create_app(Settings.from_env(os.environ), pool_size=5), plan, plan_path.parent)
    doors = [_fork(stand_at_door, hall, number) for number in range(DOORS)]
    _wait(lambda: hall.noted("drawn") >= plan["before_opening"])
    counters = [_fork(serve, hall, number) for number in range(PROCESSES)]
    _wait(lambda: hall.noted("called") >= 100)
    os.kill(doors[0], signal.SIGKILL)
    os.kill(counters[0], signal.SIGKILL)
    killed = [os.waitpid(pid, 0)[1] for pid in (doors[0], counters[0])]
    hall.note(what="killed", by=[os.waitstatus_to_exitcode(status) for status in killed])
    doors[0], counters[0] = _fork(stand_at_door, hall, 0), _fork(serve, hall, 0)
    ended = [os.waitpid(pid, 0)[1] for pid in doors]
    (hall.folder / "doors closed").touch()
    ended += [os.waitpid(pid, 0)[1] for pid in counters]
    return int(any(ended))


def _fork(act: Callable[[Hall, int], None], hall: Hall, number: int) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        act(hall, number)
        code = 0
    finally:
        os._exit(code)


def _wait(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + 120
    while not holds():
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
