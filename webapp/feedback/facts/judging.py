"""What a complaint's messages and clocks say of how it was handled: by whom, in time or not, and what came of it.

Pure. The reporter's verdict belongs to the answer it is about, and an answer to whoever gave it, whoever holds the case
later. A clock that rested while the reporter owed something makes nobody late.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.feedback.clocks.presets import Term
from webapp.feedback.clocks.running import Ticking
from webapp.feedback.clocks.vocabulary import Clock, Outcome
from webapp.organisation.calendars import WorkingTime, working_time_between

ACCEPTED, DISPUTED, SILENT = "accepted", "disputed", "silent"


@dataclass(frozen=True, slots=True)
class Said:
    """A message that counts here: "answer", "acceptance" or "dispute". `shared`: the answer of a main complaint."""

    id: int
    kind: str
    at: datetime
    account_id: int | None
    shared: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reporter made of an answer: ACCEPTED, DISPUTED, or SILENT where he left it alone until it was closed."""

    what: str
    at: datetime


def verdict_on(place: int, said: Sequence[Said], closed_at: datetime | None) -> Verdict | None:
    """The verdict on the answer at `place` of what was said, in order; None while the reporter may still speak.

    `closed_at` is when silence closed the complaint, if it is closed. Who comes back after that has not accepted.
    """
    if place + 1 == len(said):
        return Verdict(SILENT, closed_at) if closed_at is not None else None
    following = said[place + 1]
    what = {"acceptance": ACCEPTED, "dispute": DISPUTED}.get(following.kind)
    return Verdict(what, following.at) if what is not None else None


def clock_of(at: datetime, clocks: Sequence[Ticking]) -> Ticking | None:
    """The SETTLE clock that what was done at `at` ended; None where none ran."""
    return next((one for one in clocks if one.clock == Clock.SETTLE and one.stopped_at == at), None)


def was_on_time(at: datetime, clock: Ticking | None, due_at: datetime | None) -> bool:
    """Whether something came in time by the clock that it ended.

    Where none ran (an export, from before there were clocks) the due date decides; without one nothing is late.
    """
    if clock is not None:
        return clock.outcome != Outcome.MISSED
    return due_at is None or at <= due_at


def time_taken(at: datetime, clock: Ticking, working: WorkingTime) -> timedelta:
    """How long it took from the clock's start until `at`, without the time that it rested: as the clock counts."""
    term = Term.parse(clock.term)

    def between(start: datetime, end: datetime) -> timedelta:
        return working_time_between(start, end, working) if term.in_working_time else max(timedelta(), end - start)

    allowed = between(clock.started_at, term.due(clock.started_at, working))
    if clock.paused_at is not None:  # at rest when it was answered
        left = timedelta(seconds=clock.seconds_left or 0)
    else:
        left = between(at, clock.due_at) - between(clock.due_at, at)
    return max(timedelta(), allowed - left)
