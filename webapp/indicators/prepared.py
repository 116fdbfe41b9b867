"""The facts of one officer in one component, in columns that the kernel reads. Pure: numpy only.

Putting a fact in columns takes Python longer than everything that the kernel then does with it. So it is done once: who
computes a figure again after one more fact adds that fact to the columns, and who wants the figure as it was at the end
of a week takes a part of them. The columns are the same however they came to be, so a score has the same bits.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import compress
from operator import attrgetter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.facts import MINIMUM_SHARE, UNVERIFIED_WEIGHT, Fact, Floats, in_order, twice

Longs = NDArray[np.int64]

#: Rows of `Prepared.numbers`.
SHARE, CASES, BASE, Y = range(4)
#: Rows of `Prepared.codes`.
BLOCK, DAY, RATER, KIND = range(4)

_NO_DAY: Final = -(2**31)  # kernel.arranging's NO_DAY and NO_RATER: the kernel is imported when it is first needed
_NO_RATER: Final = -(2**63)
_NOBODY: Final = 0

_Kind = tuple[Any, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """Facts in columns, in one order (by id where a score is to be made of them).

    `numbers` (4, n): share, cases, weight before damping times cases (0 for a share that is not charged), y. `codes`
    (4, n): block (kernel.arranging), day, rater and kind. `raters`: the code of each, from 1 on; 0 is nobody known.
    `kinds`: facts that have the same usual level, by what it depends on; `examples`: one fact of each.
    """

    facts: tuple[Fact, ...]
    numbers: Floats
    codes: Longs
    raters: Mapping[str, int]
    kinds: Mapping[_Kind, int]
    examples: tuple[Fact, ...]

    def __len__(self) -> int:
        return len(self.facts)

    def rater_numbers(self) -> Longs:
        """The raters numbered so that who comes first in the columns is first: no code given elsewhere plays a part."""
        codes = self.codes[RATER]
        first = np.zeros(len(self.raters) + 1, dtype=np.int64)
        first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)  # of a code written twice the last one stays: the first
        first[_NOBODY] = _NO_RATER
        numbers: Longs = first[codes]
        return numbers

    def until(self, day: date) -> Prepared:
        """What was known at the end of that day; facts without a day always were."""
        known = self.codes[DAY] <= day.toordinal()
        if known.all():
            return self
        return Prepared(
            tuple(compress(self.facts, known.tolist())),
            np.ascontiguousarray(self.numbers[:, known]),
            np.ascontiguousarray(self.codes[:, known]),
            self.raters,
            self.kinds,
            self.examples,
        )

    def with_more(self, facts: Iterable[Fact]) -> Prepared:
        """These facts put in at their places by id. Raises ValueError for an id that comes twice."""
        more = list(facts)
        if not more:
            return self
        if len(more) * 4 > len(self):
            return prepare(in_order([*self.facts, *more]))
        added = _prepare(in_order(more), dict(self.raters), dict(self.kinds), list(self.examples))
        places = [bisect_left(self.facts, fact.id, key=_id_of) for fact in added.facts]
        facts_now = list(self.facts)
        for place, fact in zip(reversed(places), reversed(added.facts), strict=True):
            if place < len(self) and self.facts[place].id == fact.id:
                raise twice(fact)
            facts_now.insert(place, fact)
        return Prepared(
            tuple(facts_now),
            np.insert(self.numbers, places, added.numbers, axis=1),
            np.insert(self.codes, places, added.codes, axis=1),
            added.raters,
            added.kinds,
            added.examples,
        )


_id_of: Final = attrgetter("id")


def prepare(facts: Sequence[Fact]) -> Prepared:
    """These facts of one officer and component in columns, in the order given."""
    return _prepare(facts, {}, {}, [])


def _prepare(facts: Sequence[Fact], raters: dict[str, int], kinds: dict[_Kind, int], examples: list[Fact]) -> Prepared:
    numbers: list[tuple[float, float, float, float]] = []
    codes: list[tuple[int, int, int, int]] = []
    for fact in facts:
        quarter, day, share, cases = fact.quarter, fact.day, fact.share, fact.events
        whole_kind = (fact.cell, quarter, fact.unit, fact.others)
        kind = kinds.get(whole_kind)
        if kind is None:
            kind = kinds[whole_kind] = len(examples)
            examples.append(fact)
        rater = _NOBODY if fact.rater is None else raters.setdefault(fact.rater, len(raters) + 1)
        # law 3: what is too unsure is not charged, and his page can say so
        base = 0.0 if share < MINIMUM_SHARE else (1.0 if fact.verified else UNVERIFIED_WEIGHT) * cases
        numbers.append((share, cases, base, fact.y))
        block = _quarter_number(quarter) + 2 * fact.verified + (day is None)
        codes.append((block, _NO_DAY if day is None else day.toordinal(), rater, kind))
    return Prepared(
        tuple(facts),
        np.ascontiguousarray(np.array(numbers, dtype=np.float64).reshape(len(numbers), 4).T),
        np.ascontiguousarray(np.array(codes, dtype=np.int64).reshape(len(codes), 4).T),
        raters,
        kinds,
        tuple(examples),
    )


@lru_cache(maxsize=256)
def _quarter_number(quarter: str) -> int:
    return 4 * (10 * int(quarter[:4]) + int(quarter[-1]) if quarter else 0)
