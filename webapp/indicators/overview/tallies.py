"""Sums of facts against what was expected of them: what the funnel and the differences are computed from. Pure.

A fact weighs what the indicator's model gives it (indicator.md): 1 with a receipt behind it and .25 without, divided by
how often the same citizen or device rated the same officer, and by 1 + (m - 1) rho on a day of m ratings, times its
share and the cases it sums up. With mu what the frozen reference expects of it and V = mu (1 - mu):

    level = sum w y / sum w         residual = sum w (y - mu) / sum w         Var(residual) = phi sum w V / (sum w)^2

each on the scale of 0 to 1; SCALE makes points of them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

#: Points of the scale of 25 to 100 for a step from 0 to 1.
SCALE: Final = 75.0
#: What one more rating of an officer on one day loses: a day counts for at most 1 / RHO votes (indicator.md).
RHO: Final = 0.05


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over some facts. `facts`: how many ratings or cases; `weight`: sum w; `good`: sum w y; `usual`: sum w mu;
    `spread`: sum w mu (1 - mu)."""

    facts: float
    weight: float
    good: float
    usual: float
    spread: float

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.facts + other.facts,
            self.weight + other.weight,
            self.good + other.good,
            self.usual + other.usual,
            self.spread + other.spread,
        )

    @property
    def level(self) -> float:
        """How well it went, in points of 25 to 100."""
        return 25.0 + SCALE * self.good / self.weight

    @property
    def expected(self) -> float:
        """What is usual for the same services, in points of 25 to 100."""
        return 25.0 + SCALE * self.usual / self.weight

    @property
    def difference(self) -> float:
        """Level less expected, in points."""
        return SCALE * (self.good - self.usual) / self.weight

    def deviation(self, phi: float) -> float:
        """Standard deviation of level and difference by chance alone, in points."""
        return SCALE * math.sqrt(phi * self.spread) / self.weight


NOTHING: Final = Tally(0.0, 0.0, 0.0, 0.0, 0.0)


def tally_of(facts: float, weight: float, good: float, mu: float) -> Tally:
    """The tally of facts of which the same was expected, mu (above 0, below 1)."""
    return Tally(facts, weight, good, weight * mu, weight * mu * (1.0 - mu))


def summed(tallies: Iterable[Tally]) -> Tally:
    """All of them together."""
    total = NOTHING
    for tally in tallies:
        total = total + tally
    return total
