"""What differs by service, channel or weekday, so told that no rater is. Pure.

Each group's level comes with its 95 % interval and with what is usual there. It is called different only where it
would be so beyond chance among all groups of its question: with k groups from the (1 - .025 / k) quantile on
(Bonferroni), so that of twenty quiet quarters one cries wolf, not of twenty groups.

Small groups (law 9). A group of fewer than MINIMUM raters is not told. All such are told together as "the rest" if they
have enough raters together; if not, the smallest group that could be told joins them. So the groups told of always are
all there is, and what is hidden is no difference between a sum and its parts. With fewer than MINIMUM raters in all
nothing is told.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final, Generic, TypeVar

from webapp.indicators.line_groups import MINIMUM_RATERS
from webapp.indicators.overview.tallies import Tally, summed

MINIMUM: Final = MINIMUM_RATERS
NORMAL_95: Final = 1.96
#: How often one of a question's groups is called different though none is.
FALSE_ALARMS: Final = 0.05

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Group(Generic[Key]):
    """Facts of one service, channel or weekday. `raters`: how many different ones; `persons`: their keys, needed only
    where there are fewer than MINIMUM."""

    key: Key
    tally: Tally
    raters: int
    persons: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Difference(Generic[Key]):
    """A group as it may be told; `key` is None for the rest. Points of 25 to 100, `difference` of its level from what
    is usual there. `clear`: surely different, among all groups of the question."""

    key: Key | None
    facts: int
    level: float
    low: float
    high: float
    expected: float
    difference: float
    difference_low: float
    difference_high: float
    clear: bool


def differences_of(groups: Iterable[Group[Key]], phi: float) -> tuple[Difference[Key], ...]:
    """The groups that may be told, in the order given, the rest last. `phi` is the reference's."""
    known = [group for group in groups if group.tally.weight > 0.0]
    told, rest = _told(known)
    if not told and rest is None:
        return ()
    tallies: list[tuple[Key | None, Tally]] = [(group.key, group.tally) for group in told]
    if rest is not None:
        tallies.append((None, rest))
    mark = NormalDist().inv_cdf(1.0 - FALSE_ALARMS / 2.0 / len(tallies))
    return tuple(_difference(key, tally, phi, mark) for key, tally in tallies)


def _told(groups: Sequence[Group[Key]]) -> tuple[list[Group[Key]], Tally | None]:
    """Which groups are told of alone, and the sum of the rest if it may be told."""
    small = [group for group in groups if group.raters < MINIMUM]
    large = [group for group in groups if group.raters >= MINIMUM]
    if not small:
        return large, None
    if len(frozenset().union(*(group.persons for group in small))) < MINIMUM:
        if not large:
            return [], None
        least = min(large, key=lambda group: (group.raters, group.tally.facts))
        large = [group for group in large if group is not least]
        small.append(least)
    return large, summed(group.tally for group in small)


def _difference(key: Key | None, tally: Tally, phi: float, mark: float) -> Difference[Key]:
    deviation = tally.deviation(phi)
    half = NORMAL_95 * deviation
    return Difference(
        key=key,
        facts=round(tally.facts),
        level=tally.level,
        low=max(tally.level - half, 25.0),
        high=min(tally.level + half, 100.0),
        expected=tally.expected,
        difference=tally.difference,
        difference_low=tally.difference - half,
        difference_high=tally.difference + half,
        clear=abs(tally.difference) > mark * deviation,
    )
