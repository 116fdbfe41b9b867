"""The funnel plot: is an officer's distance from what is usual more than chance, given how many rated? Pure.

Spiegelhalter, Funnel plots for comparing institutional performance, Statistics in Medicine 24 (2005) 1185-1202. Each
officer stands at (volume, difference), neither shrunk; the limits are those of a difference whose truth is 0, from the
frozen reference's phi and tau (tallies.py has the sums):

    chance alone:              +- 1.96 x 75 sqrt(phi V / n)
    chance and usual spread:   +- 1.96 x 75 sqrt(phi V / n + tau^2 V^2)        officers do differ: by tau, all in all

V is the mean of mu (1 - mu) over all facts shown. So that a point lies outside a limit exactly if its own deviation
says so, its volume is n = V (sum w)^2 / sum w V_i: so many full votes of the mean spread.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from webapp.indicators.overview.tallies import SCALE, Tally, summed

NORMAL_95: Final = 1.96
#: Points at which the limits are drawn: enough for a smooth curve.
STEPS: Final = 60

Outside = Literal["", "chance", "spread"]


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """An officer in the funnel. `volume`: full votes; `difference`: points from what is usual.

    `outside`: "" within what chance alone does, "chance" beyond that, "spread" beyond what officers usually differ by.
    `low` and `high` bound the difference's 95 % interval.
    """

    officer_id: int
    facts: int
    volume: float
    difference: float
    low: float
    high: float
    outside: Outside


@dataclass(frozen=True, slots=True)
class Limit:
    """The limits at a volume, in points to either side of 0."""

    volume: float
    chance: float
    spread: float


@dataclass(frozen=True, slots=True)
class Funnel:
    """All points, in the order given, and the limits from the smallest volume to the largest."""

    points: tuple[FunnelPoint, ...]
    limits: tuple[Limit, ...]


def limit_at(volume: float, phi: float, tau: float, spread: float) -> Limit:
    """The limits at a volume (above 0), `spread` being the mean of mu (1 - mu)."""
    by_chance = phi * spread / volume
    return Limit(
        volume,
        NORMAL_95 * SCALE * math.sqrt(by_chance),
        NORMAL_95 * SCALE * math.sqrt(by_chance + (tau * spread) ** 2),
    )


def funnel_of(officers: Iterable[tuple[int, Tally]], phi: float, tau: float) -> Funnel:
    """The funnel of officers (id, tally); one without any weight has no place in it."""
    known = [(officer_id, tally) for officer_id, tally in officers if tally.weight > 0.0 and tally.spread > 0.0]
    if not known:
        return Funnel((), ())
    total = summed(tally for _officer, tally in known)
    spread = total.spread / total.weight
    points = tuple(_point(officer_id, tally, phi, tau, spread) for officer_id, tally in known)
    return Funnel(points, _limits(points, phi, tau, spread))


def _point(officer_id: int, tally: Tally, phi: float, tau: float, spread: float) -> FunnelPoint:
    volume = spread * tally.weight**2 / tally.spread
    limit = limit_at(volume, phi, tau, spread)
    distance = abs(tally.difference)
    half = NORMAL_95 * tally.deviation(phi)
    return FunnelPoint(
        officer_id=officer_id,
        facts=round(tally.facts),
        volume=volume,
        difference=tally.difference,
        low=tally.difference - half,
        high=tally.difference + half,
        outside="spread" if distance > limit.spread else "chance" if distance > limit.chance else "",
    )


def _limits(points: Sequence[FunnelPoint], phi: float, tau: float, spread: float) -> tuple[Limit, ...]:
    """Evenly spaced on the root of the volume, where the curve bends most at its beginning."""
    first = math.sqrt(max(min(point.volume for point in points) * 0.8, 1.0))
    last = math.sqrt(max(point.volume for point in points) * 1.08)
    last = max(last, first + 1.0)
    roots = (first + (last - first) * step / (STEPS - 1) for step in range(STEPS))
    return tuple(limit_at(root * root, phi, tau, spread) for root in roots)
