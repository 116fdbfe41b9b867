"""Summing up cases: one fact for an officer's day in a service. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from webapp.indicators.fact_sources.due import DueFact
from webapp.indicators.periods import period_of

#: How the cases of a fact were done, in place of a citizen's channel: the usual level of each is another.
COUNTER: Final = "counter"
FILE: Final = "file"
SHIFT: Final = "shift"
PLAN: Final = "plan"

#: First parts of the keys of facts that sum up a day.
DAY_SOURCES: Final = ("served", "speed", "left", "turnaround", "finished", "returned", "deadline", "shift")


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Whose cases, where, of which service and day. `service_id` is 0 where they are of none."""

    officer_id: int
    unit_id: int
    service_id: int
    channel: str
    day: date


class Tally:
    """Cases that are added one by one and come out as facts, the same whatever their order (law 4)."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str, Place], list[tuple[float, float]]] = defaultdict(list)
        self._numbers: dict[tuple[str, str, Place], dict[str, list[float]]] = {}

    def add(self, source: str, component: str, place: Place, y: float, events: float = 1.0, **numbers: float) -> None:
        """Add `events` cases that went as well as `y`; the means of `numbers` are told in the fact's details."""
        at = (source, component, place)
        self._values[at].append((y, events))
        for name, number in numbers.items():
            self._numbers.setdefault(at, {}).setdefault(name, []).append(number)

    def facts(self) -> list[DueFact]:
        """The facts, in order of their keys."""
        return [self._fact(*at) for at in sorted(self._values)]

    def _fact(self, source: str, component: str, place: Place) -> DueFact:
        values = self._values[source, component, place]
        events = math.fsum(weight for _y, weight in values)
        y = math.fsum(value * weight for value, weight in values) / events
        details: dict[str, Any] | None = {
            name: round(math.fsum(numbers) / len(numbers), 2)
            for name, numbers in sorted(self._numbers.get((source, component, place), {}).items())
        }
        return DueFact(
            key=key_of(source, place),
            feedback_id=None,
            attribution_id=None,
            officer_id=place.officer_id,
            component=component,
            period=period_of(place.day),
            day=place.day,
            y=min(max(y, 0.0), 1.0),
            share=1.0,
            verified=True,
            rater=None,
            service_id=place.service_id or None,
            channel=place.channel,
            unit_id=place.unit_id,
            events=events,
            details=details or None,
        )


def key_of(source: str, place: Place) -> str:
    """The key of a fact: "served:OFFICER:UNIT:SERVICE:CHANNEL:DAY"."""
    return f"{source}:{place.officer_id}:{place.unit_id}:{place.service_id}:{place.channel}:{place.day}"
