"""What a preset would change: each officer's figure before and after, and how sure the difference is. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from webapp.indicators.formula import NORMAL_95, OfficerScore

#: A smaller difference is nobody's concern: a tenth of a point is what pages show.
NOTICEABLE: Final = 0.1


@dataclass(frozen=True, slots=True)
class OfficerChange:
    """One officer's figure under two presets, from the same facts. Points of 25 to 100.

    `doubt`: half of the 95 % interval of the difference; `own_doubt`: of the figure before. `expected_before`,
    `expected_after`: what is usual for his work under either.
    """

    officer_id: int
    officer: str
    before: float
    after: float
    doubt: float
    own_doubt: float
    status_before: str
    status_after: str
    expected_before: float
    expected_after: float

    @property
    def difference(self) -> float:
        """How far the figure would move."""
        return self.after - self.before

    @property
    def against_expected(self) -> bool:
        """Whether it would move noticeably, and the other way than what is usual for his work."""
        return abs(self.difference) >= NOTICEABLE and self.difference * (self.expected_after - self.expected_before) < 0

    @property
    def beyond_doubt(self) -> bool:
        """Whether it would move by more than its own doubt."""
        return abs(self.difference) > self.own_doubt

    @property
    def certainty(self) -> float:
        """How surely it moves that way, .5 (nobody knows) to 1."""
        if self.doubt <= 0.0:
            return 1.0 if self.difference else 0.5
        return 0.5 * (1.0 + math.erf(abs(self.difference) / (self.doubt / NORMAL_95) / math.sqrt(2.0)))


@dataclass(frozen=True, slots=True)
class ChangeSummary:
    """All officers together. `mean`: of the sizes of the differences, in points. `expected_before`, `expected_after`:
    means of what is usual. `against`: how many move the other way than what is usual for their work."""

    officers: int
    up: int
    down: int
    beyond_doubt: int
    surely: int
    other_status: int
    mean: float
    largest: float
    expected_before: float
    expected_after: float
    against: int


def change_of(
    officer_id: int,
    officer: str,
    before: Mapping[str, Any],
    after: OfficerScore,
    weights_before: Mapping[str, float],
    weights_after: Mapping[str, float],
) -> OfficerChange:
    """`before`: figure, low, high, status and components (name, low, high) as a snapshot stores them.

    The same facts stand behind both figures, so a component errs the same way in both and counts by what its weight
    changes: sd^2 = sum_k (omega'_k sd'_k - omega_k sd_k)^2, sd a 95 % interval by 3.92. What components share of each
    other's errors is left out.
    """
    sd_before = {
        part["name"]: weights_before[part["name"]] * (part["high"] - part["low"]) / (2.0 * NORMAL_95)
        for part in before["components"]
        if part["name"] in weights_before
    }
    sd_after = {name: weights_after[name] * math.sqrt(part.variance) for name, part in after.components.items()}
    variance = math.fsum(
        (sd_after.get(name, 0.0) - sd_before.get(name, 0.0)) ** 2 for name in sorted({*sd_before, *sd_after})
    )
    return OfficerChange(
        officer_id=officer_id,
        officer=officer,
        before=before["figure"],
        after=after.figure,
        doubt=NORMAL_95 * math.sqrt(variance),
        own_doubt=(before["high"] - before["low"]) / 2.0,
        status_before=before["status"],
        status_after=after.status,
        expected_before=math.fsum(
            weights_before[part["name"]] * part["expected"]
            for part in before["components"]
            if part["name"] in weights_before
        ),
        expected_after=after.expected,
    )


def summed_up(changes: Sequence[OfficerChange]) -> ChangeSummary:
    """What a preset changes, for how many."""
    sizes = [abs(change.difference) for change in changes]
    return ChangeSummary(
        officers=len(changes),
        up=sum(change.difference >= NOTICEABLE for change in changes),
        down=sum(change.difference <= -NOTICEABLE for change in changes),
        beyond_doubt=sum(change.beyond_doubt for change in changes),
        surely=sum(change.certainty > 0.95 and abs(change.difference) >= NOTICEABLE for change in changes),
        other_status=sum(change.status_before != change.status_after for change in changes),
        mean=_mean(sizes),
        largest=max(sizes, default=0.0),
        expected_before=_mean([change.expected_before for change in changes]),
        expected_after=_mean([change.expected_after for change in changes]),
        against=sum(change.against_expected for change in changes),
    )


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
