"""1,000 citizens and 12 counters in several processes, of which some are killed in the middle: not one number is lost,
doubled or called out of order."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.engines import ROOT
from tests.factories.queue import MORNING, make_hall, make_line, make_ticket, open_session
from tests.faults.morning import COUNTERS
from webapp.counter.models import Visit
from webapp.counter.queue.models import CounterSession, QueueDay, QueueLine, QueueTicket, TicketEvent
from webapp.counter.queue.vocabulary import Priority, TicketState

CITIZENS = 1000
IN_A_ROW = 2
#: Seconds after which the morning is given up; a quiet machine needs a few of a hundred.
LONGEST = 500


@dataclass
class Wait:
    """One time that a ticket waited in a line: from when everybody could know, until it was called."""

    ticket: QueueTicket
    line: int
    known: float
    first: bool
    #: Place of the call among all calls of the hall; None while it waits.
    call: int | None = None
    #: When the counter asked, by the machine's steady clock and by the hall's, as far as the counter lived to tell.
    asked: float | None = None
    at: datetime | None = None

    @property
    def priority(self) -> bool:
        return self.ticket.priority != Priority.ORDINARY

    @property
    def turn(self) -> tuple[datetime, int]:
        return self.ticket.turn_at, self.ticket.number


@dataclass
class Told:
    """What the actors were told, by ticket in order of time."""

    #: A number whose door was killed is drawn again, and is the same.
    drawn: dict[int, float] = field(default_factory=dict)
    moved: dict[int, list[float]] = field(default_factory=dict)
    calls: dict[int, list[tuple[float, datetime]]] = field(default_factory=dict)
    killed: list[int] = field(default_factory=list)


@pytest.fixture
def lines(session: Session) -> list[QueueLine]:
    hall = make_hall(session, priority_in_a_row=IN_A_ROW)
    many = {"portal": CITIZENS, "telegram": CITIZENS, "kiosk": CITIZENS}
    return [make_line(session, hall, quotas=many) for _ in range(2)]


def test_a_morning(session: Session, lines: list[QueueLine], environment: dict[str, str], tmp_path: Path) -> None:
    chance = random.Random(3)
    desks = [open_session(session, lines, MORNING)[0] for _ in range(COUNTERS)]
    slot = MORNING - timedelta(minutes=30)  # 07:30, the first of the day
    booked = [
        make_ticket(session, chance.choice(lines), MORNING - timedelta(days=1), slot_starts_at=slot) for _ in range(40)
    ]
    citizens = [
        {
            "key": f"form:citizen-{number}",
            "line": chance.choice(lines).id,
            "priority": chance.choice(["ordinary"] * 6 + ["elderly", "pregnant"]),
            "leaves": number % 40 == 7,
        }
        for number in range(CITIZENS - len(booked))
    ]
    plan = {
        "opens": slot - timedelta(seconds=4),
        "lines": [line.id for line in lines],
        "accounts": [desk.account.id for desk in desks],
        "citizens": citizens,
        "before_opening": 500,
    }
    (tmp_path / "plan.json").write_text(json.dumps(plan, default=str))
    session.commit()
    code = run_to_end([sys.executable, "-m", "tests.faults.morning", str(tmp_path / "plan.json")], environment)
    assert code == 0
    told = read_log(tmp_path / "log")
    assert told.killed == [-9, -9]
    told.drawn |= {ticket.id: 0.0 for ticket in booked}
    session.expire_all()
    assert_numbers_complete(session)
    assert_served_once(session)
    assert_called_in_order(session, told)


def run_to_end(argv: list[str], environment: dict[str, str]) -> int:
    """The exit code; whatever the program forked is gone afterwards."""
    program = subprocess.Popen(argv, cwd=ROOT, env=os.environ | environment, start_new_session=True)
    try:
        return program.wait(LONGEST)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()


def read_log(path: Path) -> Told:
    told = Told()
    for text in path.read_text().splitlines():
        one: dict[str, Any] = json.loads(text)
        if one["what"] == "drawn":
            told.drawn.setdefault(one["ticket"], one["steady"])
        elif one["what"] == "moved":
            told.moved.setdefault(one["ticket"], []).append(one["steady"])
        elif one["what"] == "called":
            told.calls.setdefault(one["ticket"], []).append((one["asked"], datetime.fromisoformat(one["at"])))
        elif one["what"] == "killed":
            told.killed = one["by"]
    return told


def assert_numbers_complete(session: Session) -> None:
    """In each line the numbers of the day are 1, 2, 3 ..., none twice, none missing, one for each citizen."""
    drawn: dict[int, list[int]] = {}
    for line_id, number in session.execute(select(QueueTicket.drawn_line_id, QueueTicket.number)):
        drawn.setdefault(line_id, []).append(number)
    assert sum(map(len, drawn.values())) == CITIZENS
    for line_id, numbers in drawn.items():
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
        assert session.get_one(QueueDay, (line_id, MORNING.date())).last_number == len(numbers)


def assert_served_once(session: Session) -> None:
    """Everybody who stayed was called and ended one way, with one visit if served; counters served one at a time."""
    states = Counter(session.scalars(select(QueueTicket.state)))
    assert (
        set(states) == {TicketState.FINISHED, TicketState.NO_SHOW, TicketState.CANCELLED}
        and states["finished"] > 0.8 * CITIZENS
    )
    visits = session.scalars(select(QueueTicket.visit_id).where(QueueTicket.visit_id.is_not(None))).all()
    assert set(visits) == set(session.scalars(select(Visit.id))) and len(set(visits)) == states["finished"]
    sessions = session.scalars(select(CounterSession.id)).all()
    assert len(sessions) == COUNTERS
    for session_id in sessions:
        steps = session.execute(
            select(TicketEvent.step, TicketEvent.ticket_id)
            .where(TicketEvent.session_id == session_id)
            .order_by(TicketEvent.id)
        ).all()
        assert len(steps) > 20, "a counter that hardly called: nothing was tried there"
        for (one, ticket), (two, next_ticket) in pairwise(steps):
            # After a call comes what became of it, and after that another call.
            assert (one == "called") != (two == "called") and (one != "called" or ticket == next_ticket)
        assert [steps[0].step == "called", steps[-1].step == "called"] == [True, False]


def assert_called_in_order(session: Session, told: Told) -> None:
    """Whoever was known to wait when a counter asked was called before those behind him, and priority went by rule."""
    waits, calls = replay(session, told)
    recent: list[bool] = []
    checked = 0
    for call in calls:
        if call.asked is not None and call.at is not None:
            checked += 1
            passed_over = [
                one
                for one in waits
                if one.known < call.asked
                and (one.call is None or one.call > (call.call or 0))
                and one.ticket.turn_at <= call.at  # asked last: that of few, for it takes longest
            ]
            before = [one for one in passed_over if one.priority == call.priority and one.turn < call.turn]
            assert not [one for one in before if one.line == call.line], f"{call} was called before {before}"
            assert not [one for one in before if one.ticket.turn_at < call.ticket.turn_at], f"{call} before {before}"
            others = [one for one in passed_over if one.priority != call.priority]
            if others:
                ran_out = len(recent) >= IN_A_ROW and all(recent[:IN_A_ROW])
                assert call.priority != ran_out, f"{call} was called after {recent[:IN_A_ROW]} before {others}"
        if call.first:
            recent.insert(0, call.priority)
    assert checked > 0.9 * len(calls)


def replay(session: Session, told: Told) -> tuple[list[Wait], list[Wait]]:
    """Every wait that ended in a call, or was passed over; and those called in the order of the calls."""
    tickets = {one.id: one for one in session.scalars(select(QueueTicket))}
    events: dict[int, list[TicketEvent]] = {}
    for event in session.scalars(select(TicketEvent).order_by(TicketEvent.id)):
        events.setdefault(event.ticket_id, []).append(event)
    waits: list[Wait] = []
    called: dict[int, Wait] = {}
    for ticket_id, ticket in tickets.items():
        if ticket.state == TicketState.CANCELLED:
            continue  # nobody knows whether he left before or after the counter asked
        moved = told.moved.get(ticket_id, [])
        if len(moved) != sum(event.step == "transferred" for event in events[ticket_id]):
            moved = []  # whoever transferred it was killed before he told: nobody had to know
        known = iter([told.drawn[ticket_id], *moved])
        line, open_wait = ticket.drawn_line_id, None
        for event in events[ticket_id]:
            if event.step in ("drawn", "transferred"):
                first = event.step == "drawn"
                line = line if first else event.line_id or 0
                open_wait = Wait(ticket, line, next(known, float("inf")), first)
                waits.append(open_wait)
            elif event.step == "called" and open_wait is not None:
                open_wait.call = event.id
                called[event.id], open_wait = open_wait, None
    for ticket_id, asked_times in told.calls.items():
        mine = [one for one in waits if one.ticket.id == ticket_id]
        if len(asked_times) == len(mine):  # else whoever called was killed before he told, or told twice
            for one, (asked, at) in zip(mine, asked_times, strict=True):
                one.asked, one.at = asked, at
    return waits, [called[event_id] for event_id in sorted(called)]
