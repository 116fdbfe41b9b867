"""How much of the place and time of a complaint its officer may read, so that he cannot tell who complained. Pure.

What is told narrows down to those whom the officer served within it: in the unit, in the days, at the counter or with
the service that are told. Each of these is told only where he served at least LEAST_CROWD people in just these bounds;
else they are widened. The widest, the month, is what the lines of his score say as well. Neither hour nor queue number
is ever told. A day is told only where the evidence is the roster of that day, since only then can he know better;
whoever decides a contest sees the day in any case.

The bounds lie within each other: month, unit, week, and then either the service or the day at the counter. As more
people are served the bounds narrow, and whoever remembers an earlier page knows no more than the narrowest one says.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

#: Among so many people somebody cannot be told by having been there.
LEAST_CROWD: Final = 20


class Grain(StrEnum):
    """How exactly a time is told."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Served:
    """So many people whom an officer served on a day, in a unit, at a counter, with a service."""

    day: date
    unit_id: int
    service_id: int | None
    counter_id: int | None
    people: int


@dataclass(frozen=True, slots=True)
class Happened:
    """When and where it was, as far as it is known. `by_roster`: the evidence is who was at that counter that day.

    The service is not told where a counter was stated: day and counter would be told of it, if anything.
    """

    day: date
    unit_id: int
    service_id: int | None = None
    counter_id: int | None = None
    by_roster: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told: the days `first` to `last`, and whether unit, counter and service may be named."""

    grain: Grain
    first: date
    last: date
    unit: bool = False
    counter: bool = False
    service: bool = False


def what_may_be_told(what: Happened, served: Iterable[Served], least: int = LEAST_CROWD) -> Told:
    """The narrowest bounds within which the officer served at least `least` people; else the month alone.

    `served`: all whom he served in the month of the day, and in its week. Where he served nobody elsewhere, the unit is
    no news.
    """
    week = what.day - timedelta(days=what.day.weekday())
    sunday = week + timedelta(days=6)
    month = what.day.replace(day=1)
    end = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    served = list(served)
    in_month = [one for one in served if month <= one.day <= end]
    here = [one for one in served if one.unit_id == what.unit_id]
    only_here = all(one.unit_id == what.unit_id for one in in_month)
    if not only_here and _people(one for one in here if month <= one.day <= end) < least:
        return Told(Grain.MONTH, month, end)
    in_week = [one for one in here if week <= one.day <= sunday]
    if _people(in_week) < least:
        return Told(Grain.MONTH, month, end, unit=True)
    if what.counter_id is not None:
        that_day = (one for one in in_week if (one.day, one.counter_id) == (what.day, what.counter_id))
        if what.by_roster and _people(that_day) >= least:
            return Told(Grain.DAY, what.day, what.day, unit=True, counter=True)
        return Told(Grain.WEEK, week, sunday, unit=True)
    with_it = (one for one in in_week if one.service_id == what.service_id)
    service = what.service_id is not None and _people(with_it) >= least
    return Told(Grain.WEEK, week, sunday, unit=True, service=service)


def _people(served: Iterable[Served]) -> int:
    return sum(one.people for one in served)
