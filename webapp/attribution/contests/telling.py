"""How much of the place and time of a complaint its officer may read, so that he cannot tell who complained. Pure.

What is told narrows down to those whom the officer served in the days that are told, at the counter or with the service
that is told. So day, counter and service are told only where he served at least LEAST_CROWD people in just these
bounds; else the bounds are widened: from the day to the week, to the month, first with the service, then without. The
month is the widest: the lines of his score say that much. Neither hour nor queue number is ever told. A day is told
only where the evidence is the roster of that day, since only then can he know better; and whoever decides a contest
sees the day in any case.
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
    """So many people whom an officer served on a day, at a counter, with a service."""

    day: date
    service_id: int | None
    counter_id: int | None
    people: int


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told: the days `first` to `last`, and whether the counter and the service may be named."""

    grain: Grain
    first: date
    last: date
    counter: bool
    service: bool


def what_may_be_told(
    day: date,
    served: Iterable[Served],
    *,
    service_id: int | None,
    counter_id: int | None,
    by_roster: bool,
    least: int = LEAST_CROWD,
) -> Told:
    """The narrowest bounds within which the officer served at least `least` people; else the month alone.

    `served`: all whom he served in the month of `day`, and in its week.
    """
    served = list(served)
    week = day - timedelta(days=day.weekday())
    month = day.replace(day=1)
    spans = (
        (Grain.WEEK, week, week + timedelta(days=6)),
        (Grain.MONTH, month, (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)),
    )
    if by_roster and counter_id is not None:
        at_counter = sum(one.people for one in served if one.day == day and one.counter_id == counter_id)
        if at_counter >= least:
            return Told(Grain.DAY, day, day, counter=True, service=False)
    for with_service in (True, False):
        for grain, first, last in spans:
            crowd = sum(
                one.people
                for one in served
                if first <= one.day <= last and (not with_service or one.service_id == service_id)
            )
            if crowd >= least and (not with_service or service_id is not None):
                return Told(grain, first, last, counter=False, service=with_service)
    return Told(Grain.MONTH, *spans[1][1:], counter=False, service=False)
