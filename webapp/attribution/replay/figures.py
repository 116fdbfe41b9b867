"""What a replay comes to: counts of cases, and what follows from them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

#: Steps of what is said of the likeliest unit, all as wide: below .1, below .2, ...
STEPS = 10


class Outcome(StrEnum):
    """What would have been done with a case, held against the agency's decision."""

    #: Sent to the unit that the agency had chosen.
    RIGHT = "right"
    #: Sent to another one: a disputed case.
    ELSEWHERE = "elsewhere"
    #: To triage, with the agency's unit as the first proposal.
    PROPOSED = "proposed"
    #: To triage, with another first proposal or none.
    OPEN = "open"


class Reading(StrEnum):
    """What a person made of a disputed case."""

    PRODUCT_WRONG = "product_wrong"
    CITY_WRONG = "city_wrong"
    BOTH_POSSIBLE = "both_possible"


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases by outcome."""

    by_outcome: Mapping[Outcome, int]

    def __getitem__(self, outcome: Outcome) -> int:
        return self.by_outcome.get(outcome, 0)

    @property
    def cases(self) -> int:
        """All of them."""
        return sum(self.by_outcome.values())

    @property
    def sure(self) -> int:
        """Those that would have been sent without a person's look."""
        return self[Outcome.RIGHT] + self[Outcome.ELSEWHERE]

    @property
    def to_triage(self) -> int:
        """Those that a person would have decided."""
        return self[Outcome.PROPOSED] + self[Outcome.OPEN]

    @property
    def agreement(self) -> float | None:
        """Share of those sent that went where the agency had sent them; None while none was."""
        return self[Outcome.RIGHT] / self.sure if self.sure else None

    @property
    def abstained(self) -> float:
        """Share of all that would have gone to triage."""
        return self.to_triage / self.cases if self.cases else 0.0

    @property
    def first_right(self) -> float:
        """Share of all whose likeliest unit was the agency's, sure or not."""
        return (self[Outcome.RIGHT] + self[Outcome.PROPOSED]) / self.cases if self.cases else 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """Cases whose likeliest unit was said with about the same share: how surely on average, and how often rightly."""

    number: int
    cases: int
    said: float
    right: int


@dataclass(frozen=True, slots=True)
class Pair:
    """Cases that the agency had sent to one unit and the replay would have sent to another."""

    decided_unit_id: int
    opinion_unit_id: int
    cases: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A replay held against the agency's decisions: in all, by month, by what was said, by pair of units.

    `readings`: how many disputed cases a person has read so.
    """

    total: Counts
    months: tuple[tuple[date, Counts], ...] = ()
    steps: tuple[Step, ...] = ()
    pairs: tuple[Pair, ...] = ()
    readings: Mapping[Reading, int] = field(default_factory=dict)

    @property
    def calibration_error(self) -> float:
        """How far share and hit rate lie apart, over all steps, weighed by cases."""
        cases = sum(step.cases for step in self.steps)
        apart = sum(step.cases * abs(step.said - step.right / step.cases) for step in self.steps)
        return apart / cases if cases else 0.0

    @property
    def read(self) -> int:
        """How many disputed cases a person has read."""
        return sum(self.readings.values())


def compared(
    months: Mapping[date, Mapping[Outcome, int]],
    steps: Sequence[Step],
    pairs: Sequence[Pair],
    readings: Mapping[Reading, int],
) -> Comparison:
    """Put counts together: months in order, steps from unsure to sure, pairs from many cases to few."""
    total = {outcome: sum(counts.get(outcome, 0) for counts in months.values()) for outcome in Outcome}
    return Comparison(
        total=Counts(total),
        months=tuple((month, Counts(months[month])) for month in sorted(months)),
        steps=tuple(sorted(steps, key=lambda step: step.number)),
        pairs=tuple(sorted(pairs, key=lambda pair: (-pair.cases, pair.decided_unit_id, pair.opinion_unit_id))),
        readings=dict(readings),
    )


def summary_of(comparison: Comparison) -> dict[str, Any]:
    """The figures as the command prints them; shares of 1 with four decimals."""
    total = comparison.total
    return {
        "cases": total.cases,
        "sent_right": total[Outcome.RIGHT],
        "sent_elsewhere": total[Outcome.ELSEWHERE],
        "to_triage": total.to_triage,
        "agreement_when_sure": round(total.agreement, 4) if total.agreement is not None else None,
        "abstained": round(total.abstained, 4),
        "top1": round(total.first_right, 4),
        "ece": round(comparison.calibration_error, 4),
    }
