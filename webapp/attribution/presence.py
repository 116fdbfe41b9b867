"""Who was at a counter about a time, or on a day, from spans of presence: visits, opened counters, shifts. Pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from webapp.attribution.circumstances import Part

#: How far people misremember a time that they fill in, and one that they write in passing.
STATED_SLACK = timedelta(minutes=15)
WRITTEN_SLACK = timedelta(minutes=30)
#: A visit so much farther from the told time is less likely by e.
_VISIT_NEARNESS = timedelta(minutes=10)
#: What is left out of a list of parts: it is too little to say anything.
_LEAST_PART = 0.02


@dataclass(frozen=True, slots=True)
class Span:
    """An officer was at a counter of a unit: a visit, an opened counter, a shift."""

    unit_id: int
    officer_id: int
    starts_at: datetime
    ends_at: datetime


def parts_by_visits(visits: Iterable[Span], at: datetime, slack: timedelta) -> tuple[Part, ...]:
    """Who served about `at`, by the visits near it: the nearer, the likelier; none farther off than twice the slack."""

    def nearness(visit: Span) -> float:
        away = max(visit.starts_at - at, at - visit.ends_at, timedelta())
        return math.exp(-(away / _VISIT_NEARNESS)) if away <= 2 * slack else 0.0

    return _parts(visits, nearness)


def parts_by_hours(spans: Iterable[Span], at: datetime, slack: timedelta) -> tuple[Part, ...]:
    """Who was there about `at`, each to the part of the time between `at` less and plus the slack."""
    return _parts(
        spans, lambda span: max((min(span.ends_at, at + slack) - max(span.starts_at, at - slack)).total_seconds(), 0.0)
    )


def parts_of_day(spans: Iterable[Span], *, by_count: bool) -> tuple[Part, ...]:
    """Who was there on a day, each to the part of its visits (`by_count`) or of its hours."""
    return _parts(spans, lambda span: 1.0 if by_count else (span.ends_at - span.starts_at).total_seconds())


def _parts(spans: Iterable[Span], weight: Callable[[Span], float]) -> tuple[Part, ...]:
    weights: dict[tuple[int, int], list[float]] = {}
    for span in spans:
        weights.setdefault((span.officer_id, span.unit_id), []).append(weight(span))
    sums = {key: math.fsum(parts) for key, parts in weights.items()}
    total = math.fsum(sums.values())
    if total <= 0:
        return ()
    kept = {key: part / total for key, part in sums.items() if part / total >= _LEAST_PART}
    whole = math.fsum(kept.values())
    return tuple(Part(unit_id, officer_id, part / whole) for (officer_id, unit_id), part in sorted(kept.items()))
