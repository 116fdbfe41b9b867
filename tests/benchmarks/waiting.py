"""Whether the promised waiting ranges hold, and how wide they are against "queue length x mean", over simulated days.

Everything goes through the product's own actions on its own database: a number is drawn (and its promise stored),
called, served or absent. Only time is played. A day has 600 citizens and 8 counters with different officers: a crowd at
opening, another in the middle of the morning, a break at noon, officers who open late, a day as a whole slower or
faster, people with priority, absent ones, some who give their number back, some who chose a slot, and on one day in
four a server that hangs for a while. The first LEARNING days only teach; the figures are of the MEASURED days after
them, with the promise as it stood when the number was drawn.

The baseline gets what no forecast has: its bounds are fitted afterwards, to the very day, so that it holds exactly as
often. The narrowest of three ways to put bounds around it counts.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from tests.benchmarks.results import Result, measured
from tests.cities.running import city_folder
from tests.cities.serving import durable_engines

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from webapp.counter.queue.models import CounterSession, QueueLine, QueueTicket
    from webapp.counter.queue.paces import Coverage

CITIZENS, COUNTERS = 600, 8
LEARNING, MEASURED = 3, 3
#: Seconds of the unit's day: it opens at 07:30, rests from 12:00 to 13:00 and closes at 16:00.
OPENS, RESTS, GOES_ON, CLOSES = 0.0, 4.5 * 3600, 5.5 * 3600, 8.5 * 3600
#: Mean seconds of a service, spread of its logarithm, share of the people who come for it.
SERVICES = ((290.0, 0.5, 0.45), (180.0, 0.45, 0.35), (460.0, 0.6, 0.2))
#: 07:30 in Jakarta on a Monday.
FIRST = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)


@dataclass
class Drawn:
    """A number, and what was known of the queue when it was drawn."""

    ticket: QueueTicket
    line: int
    absent: bool
    naive: float
    shared: float


class Days:
    """Plays one day after the other in a hall."""

    def __init__(self, session: Session) -> None:
        from tests.factories.organisation import make_service, make_unit
        from tests.factories.queue import make_desk, make_hall, make_line

        self.session = session
        self.dice = np.random.default_rng(20261122)
        unit = make_unit(session, make_unit(session, name="Kota Simulasi"), name="Dinas Simulasi")
        self.hall = make_hall(session, unit)
        self.lines: list[QueueLine] = [make_line(session, self.hall, make_service(session, unit)) for _ in SERVICES]
        self.desks = [make_desk(session, self.hall) for _ in range(COUNTERS)]
        self.speeds = np.exp(self.dice.normal(0, 0.15, COUNTERS))
        self.took: list[list[float]] = [[mean] for mean, _, _ in SERVICES]
        self.number = 0

    def serves(self, counter: int) -> list[int]:
        """Every counter but the last two calls from all lines."""
        return [0, 1, 2] if counter < COUNTERS - 2 else [0, 1]

    def play(self) -> list[Drawn]:
        """One day; all that was drawn in it."""
        from webapp.counter.queue.calling import call_next, close_counter, mark_absent, open_counter
        from webapp.counter.queue.drawing import cancel_ticket
        from webapp.counter.queue.models import QueueTicket
        from webapp.counter.queue.vocabulary import TicketState

        dice, day = self.dice, self.number + 2 * (self.number // 5)  # no Saturdays, no Sundays
        opening = FIRST + timedelta(days=day)
        self.number += 1
        luck = float(np.exp(dice.normal(0, 0.06)))
        hangs = (0.0, 0.0)
        if dice.random() < 0.25:
            begin = float(dice.uniform(3600, RESTS))
            hangs = (begin, begin + float(dice.uniform(600, 1500)))
        events: list[tuple[float, int, str, int]] = []
        for when in self._arrivals():
            heapq.heappush(events, (when, len(events), "draw", 0))
        for counter in range(COUNTERS):
            heapq.heappush(events, (abs(float(dice.normal(0, 300))), len(events) + CITIZENS, "open", counter))
        order = len(events) + 10 * CITIZENS
        drawn: dict[int, Drawn] = {}
        waiting: dict[int, int] = {}
        serving: dict[int, int] = {}
        idle: set[int] = set()
        opened: set[int] = set()

        def call(counter: int, now: float) -> None:
            nonlocal order
            if RESTS <= now < GOES_ON:
                order += 1
                heapq.heappush(events, (GOES_ON + float(dice.uniform(0, 120)), order, "call", counter))
                return
            at = opening + timedelta(seconds=now)
            account = self.desks[counter].account
            current = serving.pop(counter, None)
            if current is not None and drawn[current].absent:
                mark_absent(account, current, at)
                current = None
            ticket = call_next(account, at, finishing=current)
            if ticket is None:
                idle.add(counter)
                return
            idle.discard(counter)
            waiting.pop(ticket.id, None)
            serving[counter] = ticket.id
            one = drawn[ticket.id]
            mean, spread, _ = SERVICES[one.line]
            takes = float(dice.uniform(30, 90))
            if not one.absent:
                takes += mean * luck * self.speeds[counter] * float(np.exp(dice.normal(-spread * spread / 2, spread)))
                if hangs[0] < now + takes and now < hangs[1]:
                    takes += hangs[1] - max(now, hangs[0])
                self.took[one.line].append(takes)
            order += 1
            heapq.heappush(events, (now + takes, order, "call", counter))

        while events:
            now, _, kind, counter = heapq.heappop(events)
            at = opening + timedelta(seconds=now)
            if kind == "draw":
                one = self._draw(at, now, waiting, len(opened) or COUNTERS)
                drawn[one.ticket.id] = one
                waiting[one.ticket.id] = one.line
                free = [c for c in sorted(idle) if one.line in self.serves(c)]
                if free and one.ticket.turn_at <= at:
                    call(free[0], now)
                elif dice.random() < 0.03:
                    cancel_ticket(one.ticket.code, at)
                    waiting.pop(one.ticket.id)
                if one.ticket.turn_at > at:  # somebody looks for him when his slot begins
                    order += 1
                    begins = (one.ticket.turn_at - opening).total_seconds() + 1
                    heapq.heappush(events, (begins, order, "look", 0))
            elif kind == "look":
                for free_counter in sorted(idle):
                    call(free_counter, now)
            elif kind == "open":
                session: CounterSession = open_counter(
                    self.desks[counter].account,
                    self.desks[counter].counter.id,
                    [self.lines[number].id for number in self.serves(counter)],
                    at,
                )
                assert session.closed_at is None
                opened.add(counter)
                call(counter, now)
            else:
                call(counter, now)
        evening = opening + timedelta(hours=14)
        for desk in self.desks:
            close_counter(desk.account, evening)
        self.session.commit()
        self.session.expire_all()
        left = [one for one in drawn.values() if one.ticket.state == TicketState.WAITING]
        assert not left, f"{len(left)} were never called"
        assert all(isinstance(one.ticket, QueueTicket) for one in drawn.values())
        return [one for one in drawn.values() if one.ticket.first_called_at is not None]

    def _arrivals(self) -> list[float]:
        dice = self.dice
        early = dice.uniform(-1800, 300, int(CITIZENS * 0.15))
        crowd = dice.normal(1.5 * 3600, 1.1 * 3600, int(CITIZENS * 0.4))
        rest = dice.uniform(0, CLOSES - 3600, CITIZENS - len(early) - len(crowd))
        return sorted(np.clip(np.concatenate([early, crowd, rest]), -1800, CLOSES - 3600).tolist())

    def _draw(self, at: datetime, now: float, waiting: dict[int, int], counters: int) -> Drawn:
        from tests.factories.queue import make_ticket
        from webapp.counter.queue.vocabulary import Priority

        line = int(self.dice.choice(len(SERVICES), p=[share for _, _, share in SERVICES]))
        priority = Priority.ELDERLY if self.dice.random() < 0.07 else Priority.ORDINARY
        slot = None
        if self.dice.random() < 0.08:
            hours = [hour for hour in (1, 2, 3) if hour * 3600 > now + 1800]
            slot = at - timedelta(seconds=now) + timedelta(hours=hours[0]) if hours else None
        ticket = make_ticket(self.session, self.lines[line], at, priority=priority, slot_starts_at=slot)
        means = [float(np.mean(times[-150:])) for times in self.took]
        ahead = sum(1 for other in waiting.values() if other == line)
        everybody = sum(means[other] for other in waiting.values()) / counters
        return Drawn(ticket, line, bool(self.dice.random() < 0.05), ahead * means[line], everybody)


def run() -> Iterator[Result]:
    """Coverage of the measured days together, the day furthest from what was said, and widths."""
    with city_folder() as folder, durable_engines(folder) as env:
        from config import Settings
        from webapp.app import create_app
        from webapp.counter.queue.paces import coverage_of
        from webapp.database import db

        app = create_app(Settings.from_env(env), pool_size=1)
        with app.app_context():
            days = Days(db.session())
            for _ in range(LEARNING):
                days.play()
            played = [days.play() for _ in range(MEASURED)]
            evening = FIRST + timedelta(days=days.number - 1 + 2 * ((days.number - 1) // 5), hours=14)
            span = (evening - FIRST).days + 1 - LEARNING
            seen = coverage_of(days.hall.unit_id, span, evening)
            yield from figures(played, seen)
            db.session.remove()
            db.engine.dispose()


def figures(played: list[list[Drawn]], seen: Coverage) -> Iterator[Result]:
    """What came of the promises of these days; `seen` is what a supervisor is shown of them."""
    everybody = [one for day in played for one in day if one.ticket.promised_until is not None]
    shares = [kept(day) for day in played]
    assert seen.promised == len(everybody) and abs(seen.kept / seen.promised - kept(everybody)) < 1e-9
    yield measured("waiting", "ranges that said 80 % and held, at least", kept(everybody) * 100, "%", least=75)
    yield measured("waiting", "the same, at most", kept(everybody) * 100, "%", most=85)
    yield measured("waiting", "the day on which fewest held", min(shares) * 100, "%")
    yield measured("waiting", "the day on which most held", max(shares) * 100, "%")
    plain = [one for one in everybody if one.ticket.slot_starts_at is None]  # nobody has a queue length for a slot
    ours = float(np.mean([width(one) for one in plain])) / 60
    for name, baseline in (("queue length x mean", "naive"), ("people ahead x mean / counters", "shared")):
        truth = np.array([wait(one) for one in plain])
        theirs = narrowest(truth, np.array([getattr(one, baseline) for one in plain]), kept(plain)) / 60
        most = theirs if baseline == "naive" else None
        yield measured("waiting", f"width of a range, against {name}", ours, "min", most=most, baseline=theirs)


def wait(one: Drawn) -> float:
    """Seconds from drawing to the first call."""
    assert one.ticket.first_called_at is not None
    return (one.ticket.first_called_at - one.ticket.drawn_at).total_seconds()


def width(one: Drawn) -> float:
    """Seconds from the begin of what was promised to its end."""
    assert one.ticket.promised_from is not None and one.ticket.promised_until is not None
    return (one.ticket.promised_until - one.ticket.promised_from).total_seconds()


def kept(tickets: list[Drawn]) -> float:
    """The share of promises that held."""
    promised = [one.ticket for one in tickets if one.ticket.promised_until is not None]
    held = [
        ticket
        for ticket in promised
        if ticket.promised_from <= ticket.first_called_at <= ticket.promised_until  # type: ignore[operator]
    ]
    return len(held) / len(promised)


def narrowest(truth: np.ndarray, forecast: np.ndarray, share: float) -> float:
    """Mean width of the narrowest bounds around a forecast that hold in `share` of exactly these cases.

    By factors, by an amount more and less, or by an amount alike on both sides, which nothing can go below zero by.
    """
    tail = (1 - share) / 2
    length = np.maximum(forecast, 60.0)
    low, high = np.quantile(truth / length, [tail, 1 - tail])
    less, more = np.quantile(truth - forecast, [tail, 1 - tail])
    amount = float(np.quantile(np.abs(truth - forecast), share))
    return float(
        min(
            np.mean(length) * (high - low),
            np.mean(np.maximum(0.0, forecast + more) - np.maximum(0.0, forecast + less)),
            np.mean(amount + np.minimum(forecast, amount)),
        )
    )
