"""Time discipline: beginning with the shift, staying while people wait, keeping the dates that were promised.

Policy. A day on duty: the counter opened up to 5 minutes after the start of the shift is 1, falling evenly to
0 at an hour. Whoever closed his counter himself before the end of the shift and left people waiting has a second half
of the day: 1 up to 10 minutes early, falling to 0 at two hours; if nobody waited, it is 1. y of the day is the mean of
the halves that are known.

A date: a file that the officer had in his hands and that was finished counts 1 for him if none of its delay was his,
else 0; a file that is overdue counts 0 for whose delay that is, finished or not, so that leaving it does not pay. Delay
is time beyond the standard without the pauses outside the agency's control, shared out as in
webapp.counter.applications.turnaround.

A shift in which he opened no counter here is no evidence of anything (leave, illness, somebody stood in, another queue
machine): it counts for nothing.
A counter that a superior closed, with his reason, is not closed early by its officer.

Sources: Surabaya (time discipline; documents finished within the set time); PP 94/2021 on keeping working hours, by
general knowledge, so the limits are settings to correct here. Pure.
"""

from __future__ import annotations

from typing import Final

LATE_FREE_MINUTES: Final = 5.0
LATE_LIMIT_MINUTES: Final = 60.0
EARLY_FREE_MINUTES: Final = 10.0
EARLY_LIMIT_MINUTES: Final = 120.0
KEPT: Final = 1.0
MISSED: Final = 0.0


def begin_value(late_minutes: float) -> float:
    """y of a beginning so late after the start of the shift; before it is in time."""
    return _falling(late_minutes, LATE_FREE_MINUTES, LATE_LIMIT_MINUTES)


def end_value(early_minutes: float, somebody_waited: bool) -> float:
    """y of closing so long before the end of the shift."""
    return _falling(early_minutes, EARLY_FREE_MINUTES, EARLY_LIMIT_MINUTES) if somebody_waited else 1.0


def day_value(begin: float | None, end: float | None) -> float | None:
    """y of a day on duty from the halves that are known; None where neither is."""
    known = [half for half in (begin, end) if half is not None]
    return sum(known) / len(known) if known else None


def _falling(minutes: float, free: float, limit: float) -> float:
    return 1.0 - min(max(minutes - free, 0.0) / (limit - free), 1.0)
