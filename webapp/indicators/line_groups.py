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
objected to; gains are summed by week. Days at the counter, files and targets show no person either and are summed by
week.

Each group has a `key` by which it is found again: an objection, and when its officer first saw it, are about this line
and no other. It is made of what the group began with (its first batch, its week, its case), so it stays while the group
grows. It is a plain digest, which guessing ids could open: no page shows it (see `webapp.indicators.line_keys`).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby
from typing import Final, Literal

from webapp.indicators.facts import Fact
from webapp.indicators.formula import Line

MINIMUM_RATERS: Final = 5
RATED_COMPONENTS: Final = frozenset({"satisfaction"})
#: Facts that come from a case and not from a rater, whatever component they count in.
CASE_SOURCES: Final = frozenset({"complaint", "answer"})

Kind = Literal["ratings", "waiting", "cases", "case", "days"]
_NUMBER: Final = re.compile(r"[a-z_]+:(\d+)")
_LAST_NUMBER: Final = re.compile(r"(\d+)$")


@dataclass(frozen=True, slots=True)
class LineGroup:
    """Lines shown as one. `points`: what they moved the figure by together.

    `kind`: "ratings" (whole batches), "waiting" (fewer raters than may be told: `shown` is False, the page says that it
    waits for more and names no points), "cases" (gains of a week), "case" (one loss), "days" (what days, files or
    targets of a week moved, up and down). `week`: ISO week of the last fact, `first_day` and `last_day` the span; empty
    and None where no day is known. `raters`: how many different ones, 0 for all but ratings. `sources`: (source,
    facts), by name. `waiting`: how many of the facts are in no closed batch yet.
    `fact_ids`: empty for ratings, so that no page can show what a group hides. `key`: the group's own, the same as long
    as what it began with stays.
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
    key: str


@dataclass(frozen=True, slots=True)
class _Members:
    """The facts of one group, and what its key is made of."""

    kind: Kind
    facts: Sequence[Fact]
    began_with: tuple[str, ...]
    waiting: int = 0

    @property
    def key(self) -> str:
        said = "\n".join((self.facts[0].component, self.kind, *self.began_with))
        return sha256(said.encode()).hexdigest()[:32]


def _number(fact: Fact) -> int:
    """The number of the feedback or case it comes from: 9 of "rating:9" and of "rating:9:perilaku"; -1 without one."""
    number = _NUMBER.match(fact.id) or _LAST_NUMBER.search(fact.id)
    return int(number.group(1)) if number else -1


def _arrival(fact: Fact) -> tuple[int, str]:
    """Order of arrival: by number ("rating:9" before "rating:10"), then the text."""
    return _number(fact), fact.id


def count_raters(facts: Iterable[Fact]) -> int:
    """How many different people rated; all unverified ones without a known rater are one."""
    return len({_person(fact) for fact in facts})


def _person(fact: Fact) -> tuple[str | None, str]:
    """Who rated, as far as can be told: a visit behind a rating is one person, whatever he said in it."""
    if fact.rater is not None:
        return (fact.rater, "")
    number = _number(fact)
    return (None, (fact.id if number < 0 else str(number)) if fact.verified else "")


def _batches(facts: Iterable[Fact], minimum: int) -> tuple[list[list[Fact]], list[Fact]]:
    """The closed batches of one component's ratings, oldest first, and what waits. What one rating says of several
    elements stays together."""
    if minimum < 1:
        raise ValueError(f"A group needs at least one rater, not {minimum}.")
    closed: list[list[Fact]] = []
    filling: list[Fact] = []
    persons: set[tuple[str | None, str]] = set()
    for _rating, said in groupby(sorted(facts, key=_arrival), key=lambda fact: (_number(fact), _person(fact))):
        filling.extend(said)
        persons.add(_person(filling[-1]))
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
            (fact for fact in facts if fact.component == component and is_rating(fact)), minimum
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

    groups = [_group(members, points) for members in _all_members(facts, points, minimum)]
    return tuple(sorted(groups, key=_recency, reverse=True))


def members_of(
    facts: Iterable[Fact], keys: Iterable[str], minimum: int = MINIMUM_RATERS
) -> dict[str, tuple[tuple[str, str], ...]]:
    """The facts, as (component, id), of those groups that `keys` name: all keys of one score, as `group_lines` gave
    them for these facts.

    For whoever decides about a line, never for a page of its officer. What is no group's is left out.
    """
    known = frozenset(keys)
    facts = list(facts)
    # Which cases lost is not computed again: a loss has a key of its own, and that is among those given.
    points = {
        (fact.component, fact.id): -1.0 if _Members("case", (fact,), (fact.id,)).key in known else 0.0 for fact in facts
    }
    return {
        members.key: tuple(sorted((fact.component, fact.id) for fact in members.facts))
        for members in _all_members(facts, points, minimum)
        if members.key in known
    }


def waiting_components(facts: Iterable[Fact], minimum: int = MINIMUM_RATERS) -> tuple[str, ...]:
    """The components whose ratings come from fewer raters than may be told: `group_lines` shows no group of them.

    It looks at no more facts than it must: it is asked with every rating.
    """
    rated: dict[str, set[tuple[str | None, str]]] = {}
    open_ones = set(RATED_COMPONENTS)
    for fact in facts:
        if fact.component in open_ones and is_rating(fact):
            persons = rated.setdefault(fact.component, set())
            persons.add(_person(fact))
            if len(persons) >= minimum:
                open_ones.discard(fact.component)
                if not open_ones:
                    break
    return tuple(sorted(component for component in rated if component in open_ones))


def _all_members(facts: Sequence[Fact], points: dict[tuple[str, str], float], minimum: int) -> Iterator[_Members]:
    for component in sorted({fact.component for fact in facts}):
        own = [fact for fact in facts if fact.component == component]
        if ratings := [fact for fact in own if is_rating(fact)]:
            yield from _rating_members(ratings, minimum)
        others = [fact for fact in own if not is_rating(fact)]
        yield from _case_members([fact for fact in others if _is_case(fact)], points)
        yield from _day_members([fact for fact in others if not _is_case(fact)])


def is_rating(fact: Fact) -> bool:
    """Whether a person rated here, who must not be told."""
    return fact.component in RATED_COMPONENTS and fact.source not in CASE_SOURCES


def _is_case(fact: Fact) -> bool:
    return fact.source in CASE_SOURCES or fact.id.partition(":")[0] in CASE_SOURCES


def _latest(facts: Sequence[Fact]) -> Fact:
    return max(facts, key=lambda fact: fact.day or date.min)


def _recency(group: LineGroup) -> tuple[date, str, tuple[str, ...]]:
    return (group.last_day or date.min, group.component, group.fact_ids)


def _group(members: _Members, points: dict[tuple[str, str], float]) -> LineGroup:
    facts = members.facts
    secret = members.kind in ("ratings", "waiting")
    last = _latest(facts)
    days = [fact.day for fact in facts if fact.day]
    return LineGroup(
        kind=members.kind,
        component=last.component,
        week=last.week,
        first_day=min(days, default=None),
        last_day=last.day,
        facts=len(facts),
        raters=count_raters(facts) if secret else 0,
        sources=tuple(sorted(Counter(fact.source for fact in facts).items())),
        points=math.fsum(points[fact.component, fact.id] for fact in facts),
        shown=members.kind != "waiting",
        waiting=members.waiting,
        fact_ids=() if secret else tuple(sorted(fact.id for fact in facts)),
        key=members.key,
    )


def _rating_members(facts: Sequence[Fact], minimum: int) -> Iterator[_Members]:
    closed, waiting = _batches(facts, minimum)
    by_week: dict[str, list[Fact]] = {}
    began: dict[str, tuple[str, ...]] = {}
    newest = ""
    for batch in closed:
        newest = _latest(batch).week
        by_week.setdefault(newest, []).extend(batch)
        began.setdefault(newest, tuple(fact.id for fact in batch))
    # a batch is closed at its minimum, so what waits always has fewer raters than that
    if waiting and not by_week:
        yield _Members("waiting", waiting, tuple(fact.id for fact in waiting), len(waiting))
    for week, own in by_week.items():
        late = waiting if week == newest else []
        yield _Members("ratings", own + late, began[week], len(late))


def _case_members(facts: Sequence[Fact], points: dict[tuple[str, str], float]) -> Iterator[_Members]:
    gains: dict[str, list[Fact]] = {}
    for fact in facts:
        if points[fact.component, fact.id] < 0.0:
            yield _Members("case", (fact,), (fact.id,))
        else:
            gains.setdefault(fact.week, []).append(fact)
    for week, own in gains.items():
        yield _Members("cases", own, (week,))


def _day_members(facts: Sequence[Fact]) -> Iterator[_Members]:
    weeks: dict[str, list[Fact]] = {}
    for fact in facts:
        weeks.setdefault(fact.week, []).append(fact)
    for week, own in weeks.items():
        yield _Members("days", own, (week,))
