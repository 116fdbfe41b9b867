"""Speed of service: how long citizens are served and wait because of the officer, and how long files lie with him.

Policy. A visit: y = .8 serving + .2 waiting, where
- serving: .5 - .5 log2(time / usual), from 0 to 1: the usual time of the service is .5, half of it 1, twice as long 0.
  To be faster than that brings nothing, so that nobody is rushed out of the door;
- waiting: the time in which the officer was free, the citizen already waited, and was not called: 1 up to two minutes
  (tidying up), falling to 0 at ten. What somebody waited before that is the crowd's and the unit's, and counts for no
  officer. It is known only of numbers that were drawn and called here; of other visits serving alone counts.
The usual time is the service's median over the year before the quarter, else its standard; frozen for the quarter.

A file in his hands: .5 - .25 log2(counted time / target of the stage), from 0 to 1: on target .5, a quarter of it 1,
four times as long 0. Counted is working time, without the pauses that lie outside the agency's control. What still lies
with him after four times the target counts as 0 already, so that letting it lie does not pay.

Whoever closes his counter before the end of his shift and leaves people waiting in his lines has his part of them
counted as 0, as many as he could still have served; so has whoever calls somebody and leaves him to a colleague. So
closing early and passing on never raise (law 1). Asking fewer people for a rating changes nothing here. An officer's
day in a service is one fact: the mean of y, weighing as many cases as it sums up.

Sources: Senapelan (speed of service), Semarang (waiting time), Surabaya (documents within the set time); Permendagri
19/2018 (turnaround counts from a complete file). Pure.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

SERVING_WEIGHT: Final = 0.8
WAITING_WEIGHT: Final = 0.2
TIDYING_SECONDS: Final = 120.0
"""Between two citizens: not counted as waiting."""
LONGEST_WAIT_SECONDS: Final = 600.0
"""So long free while somebody waits, and waiting counts 0."""
LEFT_LYING: Final = 4.0
"""Times the target after which a file that still lies there counts as 0."""
UNSERVED: Final = 0.0
"""y of whoever was left waiting or left to a colleague: never more than of whoever was served."""


@dataclass(frozen=True, slots=True)
class Served:
    """A visit of one officer, times in seconds of one clock. `usual`: of its service.

    `waited`: before it started; None where the officer may have been busy with somebody of whom there is no record.
    """

    started: float
    finished: float
    waited: float | None
    usual: float


def serving_value(seconds: float, usual_seconds: float) -> float:
    """y of the time that serving took; `usual_seconds` is above 0."""
    return _falling(seconds / usual_seconds, 0.5)


def waiting_value(idle_seconds: float) -> float:
    """y of the time in which the officer was free while this citizen waited."""
    over = max(idle_seconds - TIDYING_SECONDS, 0.0)
    return 1.0 - min(over / (LONGEST_WAIT_SECONDS - TIDYING_SECONDS), 1.0)


def visit_value(visit: Served, free_since: float | None) -> float:
    """y of a visit; `free_since`: when the officer had finished what was before it, None where that is not known."""
    serving = serving_value(visit.finished - visit.started, visit.usual)
    if free_since is None or visit.waited is None:
        return serving
    idle = visit.started - max(free_since, visit.started - visit.waited)
    return SERVING_WEIGHT * serving + WAITING_WEIGHT * waiting_value(idle)


def day_values(visits: Sequence[Served], opened: float | None = None) -> list[float]:
    """y of each visit of an officer's day, in the order of their start. `opened`: when he opened his counter."""
    values: list[float] = []
    free_since = opened
    for visit in visits:
        values.append(visit_value(visit, free_since))
        free_since = visit.finished if free_since is None else max(free_since, visit.finished)
    return values


def turnaround_value(counted_seconds: float, target_seconds: float) -> float:
    """y of a file's time in an officer's hands; `target_seconds` is above 0."""
    return _falling(counted_seconds / target_seconds, 0.25)


def people_left(waiting: int, counters_left: int, remaining_seconds: float, usual_seconds: float) -> float:
    """How many of those left waiting are an officer's who closed early.

    Shared with the counters that go on, and no more than he could have served in the rest of his shift.
    """
    could_serve = max(remaining_seconds, 0.0) / usual_seconds
    return min(waiting / (1 + counters_left), could_serve)


def _falling(ratio: float, steepness: float) -> float:
    """.5 at ratio 1, falling by `steepness` with each doubling, held to 0 to 1."""
    if ratio <= 0.0:
        return 1.0
    return min(max(0.5 - steepness * math.log2(ratio), 0.0), 1.0)
