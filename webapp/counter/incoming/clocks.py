"""Clocks that are out of step, and times that cannot be right.

A sender that says what its clock shows while it sends (`sent_at`) tells us how far that clock is off. The times of its
reports were read from the same clock, so they are moved by as much.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from webapp.counter.incoming.problems import Code, Problem

#: A difference as large as this is the way through the network, and says nothing about the clock.
TOLERATED = timedelta(minutes=1)
#: A clock further off than this was not set at all: what it says is no time.
BELIEVABLE = timedelta(days=1)
#: Two clocks of one system (ticket printer and counter) may differ by this much.
BETWEEN_CLOCKS = timedelta(minutes=2)
#: Reports older than this arrived late.
LATE_AFTER = timedelta(days=1)
#: Before it no such system was at work.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def clock_offset(sent_at: datetime | None, now: datetime) -> timedelta:
    """How far the sender's clock is behind ours; zero where it is in step or says nothing."""
    offset = now - sent_at if sent_at is not None else timedelta()
    return timedelta(seconds=round(offset.total_seconds())) if abs(offset) > TOLERATED else timedelta()


def note_offset(offset: timedelta) -> list[Problem]:
    """What is to be said of a clock's offset."""
    if not offset:
        return []
    code = Code.CLOCK_OFFSET if abs(offset) <= BELIEVABLE else Code.CLOCK_UNBELIEVABLE
    return [Problem(code, "sent_at", str(round(offset.total_seconds())))]


def moved(at: datetime, offset: timedelta) -> datetime:
    """`at` by our clock; unmoved where the calendar ends."""
    try:
        return at + offset
    except OverflowError:
        return at


def in_order(earlier: datetime, later: datetime, field: str, problems: list[Problem]) -> datetime:
    """`later`, or `earlier` where the two are reversed by no more than clocks of one system differ.

    What is reversed by more is noted in `problems` as something to hold the report for.
    """
    if later >= earlier:
        return later
    adjustable = earlier - later <= BETWEEN_CLOCKS
    note(problems, Problem(Code.TIMES_ADJUSTED if adjustable else Code.TIMES_REVERSED, field))
    return earlier


def check_moment(at: datetime, field: str, now: datetime, problems: list[Problem]) -> None:
    """Note in `problems` a time that cannot be."""
    if at > now + TOLERATED:
        note(problems, Problem(Code.IN_FUTURE, field))
    elif at < EARLIEST:
        note(problems, Problem(Code.TOO_OLD, field))


def note(problems: list[Problem], problem: Problem) -> None:
    """Add a problem that is not noted yet."""
    if problem not in problems:
        problems.append(problem)
