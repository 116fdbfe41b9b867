"""How near the due dates of many files are at one moment: one clock for each unit and calendar version."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from webapp.counter.applications.urgency import Urgency, ordinary_day, urgency_of
from webapp.counter.applications.vocabulary import ApplicationState
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_as_of
from webapp.organisation.working_clock import clock_around


@dataclass(frozen=True, slots=True)
class Standing:
    """What the urgency of a file depends on. `waits_since`: since when its clock stands still."""

    unit: Unit
    state: str
    standard_minutes: int | None
    due_at: datetime | None
    due_calendar: str | None
    waits_since: datetime | None


def urgencies(files: Iterable[Standing], now: datetime) -> list[Urgency]:
    """The urgency of each of `files`, in their order."""
    standings = list(files)
    groups: dict[tuple[int, str | None], list[int]] = defaultdict(list)
    for number, one in enumerate(standings):
        if one.due_at is not None:
            groups[one.unit.id, one.due_calendar].append(number)
    left: dict[int, int] = {}
    days: dict[int, int] = {}
    for (_unit_id, calendar), numbers in groups.items():
        unit = standings[numbers[0]].unit
        working = working_time_as_of(unit, calendar)
        seen = [min(now, standings[n].waits_since or now) for n in numbers]
        due = [standings[n].due_at or now for n in numbers]
        clock = clock_around(working, min(*seen, *due), max(*seen, *due))
        at, until = (np.array([int(one.timestamp()) for one in moments], np.int64) for moments in (seen, due))
        ahead, behind = clock.seconds_between(at, until), clock.seconds_between(until, at)
        day = ordinary_day(working.weekly_hours)
        for place, number in enumerate(numbers):
            late = seen[place] > due[place]
            left[number] = -max(1, int(behind[place])) if late else int(ahead[place])
            days[number] = day
    return [
        urgency_of(
            ApplicationState(one.state),
            stands_still=one.waits_since is not None,
            left=left.get(number),
            standard=one.standard_minutes * 60 if one.standard_minutes is not None else None,
            day=days.get(number, 0),
        )
        for number, one in enumerate(standings)
    ]
