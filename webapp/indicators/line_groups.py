"""The lines of a score as its officer may see them: no rater can be told (law 9), and the sum stays exact (law 2).

Who rated is protected against two readings. *One* view: a group holds at least `minimum` raters (5). *Two* views,
before and after: whatever joins a shown group joins in a batch of at least `minimum` raters, so the difference of two
views is never one person's. Batches are cut by arrival, not by week: a week's group that grows by one rating tells
that rating.

So ratings are filled into batches in the order of their ids (which are given in the order of arrival); a batch is
closed as soon as it holds `minimum` different raters, and groups for display are whole batches, joined where they end
in the same week. What is not in a closed batch yet waits.

**The figure is live nevertheless** (docs/decisions/0003): its own movement tells whoever looks before and after one
rating what the lines hide. So what waits is added to the newest batch, whose `waiting` says how many facts that are,
and one view tells nothing; where no batch is closed yet it stands alone and is not to be shown. An agency that wants
the stronger protection scores the officer's own view from `released(facts)` only, at most 4 raters behind.

Residual risks, named rather than hidden: five raters who all gave a 1 are told by their sum; an officer who knows four
of five raters' votes learns the fifth; someone with several keys fills a batch; a superseded attribution can move the
boundary of later batches, and the difference of the two views then mixes fewer people. No release after a delay is
made, though law 9 would allow it: an officer with four raters in a quarter would remember them.

Ratings without a known rater: verified ones count as one person each (a visit stands behind each), all unverified ones
together as one. Complaint lines show no person and are not batched: a loss stands alone, with its id, so that it can be
objected to; gains are summed by week.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from webapp.indicators.facts import Fact
from webapp.indicators.formula import Line

MINIMUM_RATERS: Final = 5
RATED_COMPONENTS: Final = frozenset({"satisfaction"})
#: Facts that come from a case and not from a rater, whatever component they count in.
CASE_SOURCES: Final = frozenset({"complaint", "answer"})

Kind = Literal["ratings", "waiting", "cases", "case"]


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines shown as one. `points`: what they moved the figure by together.

    `kind`: "ratings" (whole batches), "waiting" (fewer raters than may be told: `shown` is False, the page says that it
    waits for more and names no points), "cases" (gains of a week), "case" (one loss). `week`: ISO week of the last
    fact, `first_day` and `last_day` the span; empty and None where no day is known. `raters`: how many different ones,
    0 for cases. `sources`: (source, facts), by name. `waiting`: how many of the facts are in no closed batch yet.
    `fact_ids`: empty for ratings, so that no page can show what a group hides.
    """

    kind: Kind
    component: str
    week: str
    first_day: date | None
    last_day: date | None
    facts: int
    raters: int
    sources: tuple[tuple[str, int], ...]
    points: float
    shown: bool
    waiting: int
    fact_ids: tuple[str, ...]


def _arrival(fact: Fact) -> tuple[int, str]:
    """Order of arrival: the number at the end of the id ("rating:9" before "rating:10"), then the text."""
    number = re.search(r"(\d+)$", fact.id)
    return (int(number.group(1)) if number else -1, fact.id)


def _raters(facts: Iterable[Fact]) -> int:
    return len({_person(fact) for fact in facts})


def _person(fact: Fact) -> tuple[str | None, str]:
    if fact.rater is not None:
        return (fact.rater, "")
    return (None, fact.id if fact.verified else "")


def _batches(facts: Iterable[Fact], minimum: int) -> tuple[list[list[Fact]], list[Fact]]:
    """The closed batches of one component's ratings, oldest first, and what waits."""
    if minimum < 1:
        raise ValueError(f"A group needs at least one rater, not {minimum}.")
    closed: list[list[Fact]] = []
    filling: list[Fact] = []
    persons: set[tuple[str | None, str]] = set()
    for fact in sorted(facts, key=_arrival):
        filling.append(fact)
        persons.add(_person(fact))
        if len(persons) >= minimum:
            closed.append(filling)
            filling, persons = [], set()
    return closed, filling


def released(facts: Iterable[Fact], minimum: int = MINIMUM_RATERS) -> list[Fact]:
    """The facts of one officer that the officer's own view may be scored from: all but ratings that wait for more
    raters."""
    facts = list(facts)
    waiting: set[tuple[str, str]] = set()
    for component in RATED_COMPONENTS:
        _closed, filling = _batches(
            (fact for fact in facts if fact.component == component and _is_rating(fact)), minimum
        )
        waiting.update((fact.component, fact.id) for fact in filling)
    return [fact for fact in facts if (fact.component, fact.id) not in waiting]


def group_lines(lines: Iterable[Line], facts: Iterable[Fact], minimum: int = MINIMUM_RATERS) -> tuple[LineGroup, ...]:
    """The lines of one officer's score as groups, newest first; their points sum to the lines'.

    `facts`: those that were scored. Raises ValueError where lines and facts don't match one to one.
    """
    facts = list(facts)
    points: dict[tuple[str, str], float] = {}
    for line in lines:
        if (line.component, line.fact_id) in points:
            raise ValueError(f"There are two lines for fact {line.fact_id} in {line.component}.")
        points[line.component, line.fact_id] = line.points
    if len(points) != len(facts) or points.keys() != {(fact.component, fact.id) for fact in facts}:
        raise ValueError("Lines and facts don't match: give the facts that were scored and all lines of that score.")

    groups: list[LineGroup] = []
    for component in sorted({fact.component for fact in facts}):
        own = [fact for fact in facts if fact.component == component]
        ratings = [fact for fact in own if _is_rating(fact)]
        if ratings:
            groups += _rating_groups(ratings, points, minimum)
        groups += _case_groups([fact for fact in own if not _is_rating(fact)], points)
    return tuple(sorted(groups, key=_recency, reverse=True))


def _is_rating(fact: Fact) -> bool:
    return fact.component in RATED_COMPONENTS and fact.source not in CASE_SOURCES


def _latest(facts: Sequence[Fact]) -> Fact:
    return max(facts, key=lambda fact: fact.day or date.min)


def _recency(group: LineGroup) -> tuple[date, str, tuple[str, ...]]:
    return (group.last_day or date.min, group.component, group.fact_ids)


def _group(kind: Kind, facts: Sequence[Fact], points: dict[tuple[str, str], float], waiting: int = 0) -> LineGroup:
    secret = kind in ("ratings", "waiting")
    last = _latest(facts)
    days = [fact.day for fact in facts if fact.day]
    return LineGroup(
        kind=kind,
        component=last.component,
        week=last.week,
        first_day=min(days, default=None),
        last_day=last.day,
        facts=len(facts),
        raters=_raters(facts) if secret else 0,
        sources=tuple(sorted(Counter(fact.source for fact in facts).items())),
        points=math.fsum(points[fact.component, fact.id] for fact in facts),
        shown=kind != "waiting",
        waiting=waiting,
        fact_ids=() if secret else tuple(sorted(fact.id for fact in facts)),
    )


def _rating_groups(facts: list[Fact], points: dict[tuple[str, str], float], minimum: int) -> list[LineGroup]:
    closed, waiting = _batches(facts, minimum)
    by_week: dict[str, list[Fact]] = {}
    newest = ""
    for batch in closed:
        newest = _latest(batch).week
        by_week.setdefault(newest, []).extend(batch)
    # a batch is closed at its minimum, so what waits always has fewer raters than that
    if waiting and not by_week:
        return [_group("waiting", waiting, points, len(waiting))]
    return [
        _group("ratings", own + waiting, points, len(waiting)) if week == newest else _group("ratings", own, points)
        for week, own in by_week.items()
    ]


def _case_groups(facts: list[Fact], points: dict[tuple[str, str], float]) -> list[LineGroup]:
    groups: list[LineGroup] = []
    gains: dict[str, list[Fact]] = {}
    for fact in facts:
        if points[fact.component, fact.id] < 0.0:
            groups.append(_group("case", [fact], points))
        else:
            gains.setdefault(fact.week, []).append(fact)
    return groups + [_group("cases", own, points) for own in gains.values()]
