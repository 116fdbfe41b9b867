"""How much the facts of one officer weigh: no rater and no single day without bound. Pure: numpy only.

Two families of damping are crossed here (a rater comes on many days, a day has many raters), and law 1 must hold
whatever is added: a 4 never lowers, a 1 never raises. The obvious weights, 1/(ratings of the same rater) times
1/(1 + (m - 1) rho), break it: a further 4 for an easy service takes more weight from the earlier 4s for a hard one
than it brings. So not the votes are damped but their sums, praise and blame apart.

Let c_i(theta) = b_i p_i (y_i - logistic(eta_i + p_i theta)) be the undamped pull of fact i, with b = 1 verified, .25
not; max(c, 0) is its praise, max(-c, 0) its blame. For praise and likewise for blame, in each block (calendar quarter,
verified or not):

    A = sum over days d of      f(sum over raters r on d of  h(sum of the pulls of r on d))
    B = sum over raters r of    h(sum of the pulls of r in the block)
    pull of the block = min(A, B)

    h(x) = min(x, b)                                    a rater moves at most as much as one vote that surprises wholly
    f(x) = x                        up to x0 = 2.5 b    an ordinary day counts in full
         = x0 + z / (1 + z / (10 b - x0)), z = x - x0   and no day more than 10 b: 20 votes, each surprising by a half

    F(theta) = sum over blocks of praise - sum over blocks of blame,     lambda theta = F(theta)

**Law 1, proof.** f, h, sums and min never fall when an argument grows. (i) Each c_i falls in theta, so praise falls,
blame rises and F falls in theta; lambda theta rises; there is exactly one root. (ii) Add a fact with y = 1. At every
theta its c = b p (1 - mu) > 0: one praise sum grows by it, no blame sum changes, whatever its day, rater, cell, share
and whatever else is there; so F is nowhere lower than before, and the root of lambda theta = F is not lower either.
(iii) y = 0 is the mirror image. The order of the facts plays no part. Q.E.D.

Verified and unverified facts stand in blocks of their own, so that a flood of anonymous votes can't crowd out the
votes of people who were really served. A rater counts anew each quarter: another visit is another experience, and
reviews are quarterly. Facts without a day (imports that know none) make a block of their own, where only raters are
damped.

The weight of a fact, as the officer is shown it, is w_i = b_i x (pull of its block after damping / before), following
the chain that applied: F = sum w_i p_i (y_i - mu_i) holds exactly.

Residual risk: min(A, B) is gentler than A and B multiplied. Where half a block already is one rater's repeats, a burst
on one day may bring as much as those repeats lost, before its own damping bites.
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from webapp.indicators.facts import MINIMUM_SHARE, UNVERIFIED_WEIGHT, Cell, Fact, Floats, Indexes, added_up, logistic

RATER_LIMIT: Final = 1.0  # full surprises (y = 1 where 0 was expected) of one rater in a block, each direction
DAY_FREE: Final = 2.5  # full surprises of one day that count undamped
DAY_LIMIT: Final = 10.0  # and its most: 20 votes of a mean surprise of a half (rho = .05 of indicator.md)


def _numbered(keys: Iterable[Hashable]) -> Indexes:
    """Each key's number in order of first appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(key, len(numbers)) for key in keys], dtype=np.intp)


def _rater_of(fact: Fact) -> Hashable:
    """Who rated. A verified fact without key is a person of its own: a visit or file stands behind it. Unverified ones
    without key can't be told from repeats, so those of one day pass for one rater. Tuples, so that none equals a
    rater's key.
    """
    if fact.rater is not None:
        return fact.rater
    return (fact.id,) if fact.verified else (fact.day,)


def _quarter(day: date | None) -> int:
    return 4 * day.year + (day.month - 1) // 3 if day else -1


def _share_kept(after: Floats, before: Floats) -> Floats:
    return np.divide(after, before, out=np.ones_like(before), where=before > 0.0)


@dataclass(frozen=True, slots=True)
class _Step:
    """One damping of group sums: what share of each group's sum is kept, and how steep the damped sum still is."""

    kept: Floats
    slope: Floats
    damped: Floats


def _damp_rater(total: Floats, base: Floats) -> _Step:
    damped = np.minimum(total, RATER_LIMIT * base)
    return _Step(_share_kept(damped, total), np.where(total <= RATER_LIMIT * base, 1.0, 0.0), damped)


def _damp_day(total: Floats, base: Floats) -> _Step:
    free = DAY_FREE * base
    over = np.maximum(total - free, 0.0)
    yielding = 1.0 + over / ((DAY_LIMIT - DAY_FREE) * base)
    damped = np.minimum(total, free) + over / yielding
    return _Step(_share_kept(damped, total), 1.0 / (yielding * yielding), damped)


@dataclass(frozen=True, slots=True)
class _Groups:
    """A partition of the facts: each fact's group, and each group's base weight (one value within a group)."""

    of: Indexes
    base: Floats

    @classmethod
    def by(cls, keys: Indexes, base: Floats) -> "_Groups":
        """Facts with the same whole number as key are a group."""
        of = np.unique(keys, return_inverse=True)[1]
        group_base = np.zeros(int(of.max()) + 1)
        group_base[of] = base
        return cls(of, group_base)

    def sums(self, values: Floats) -> Floats:
        return added_up(self.of, values, len(self.base))


@dataclass(frozen=True, slots=True)
class Pull:
    """F(theta), its slope dF/dtheta (at most 0), the weight of each fact and the two reasons why it may be lower."""

    total: float
    slope: float
    weights: Floats
    damped_by_rater: Floats
    damped_by_day: Floats


class DampedFacts:
    """The facts of one officer and component, in the order given (by id), ready to be asked for their pull at any
    theta.
    """

    def __init__(self, facts: Sequence[Fact], eta: Floats) -> None:
        self.eta = eta
        self.y = np.array([fact.y for fact in facts], dtype=np.float64)
        self.p = np.array([fact.share for fact in facts], dtype=np.float64)
        base = np.array([1.0 if fact.verified else UNVERIFIED_WEIGHT for fact in facts], dtype=np.float64)
        # law 3: what is too unsure to be charged to an officer weighs nothing, and his page can say so
        self.base = np.where(self.p >= MINIMUM_SHARE, base, 0.0)
        verified = np.array([fact.verified for fact in facts], dtype=np.intp)
        raters = _numbered(_rater_of(fact) for fact in facts)
        # facts without a day share a block, and each has a day of its own: nothing is known of a crowd
        days = np.array([fact.day.toordinal() if fact.day else -n for n, fact in enumerate(facts)], dtype=np.intp)
        quarters = np.array([_quarter(fact.day) for fact in facts], dtype=np.intp)
        days, quarters = 2 * days + verified, 2 * quarters + verified
        self._blocks = _Groups.by(quarters, base)
        self._days = _Groups.by(days, base)
        self._raters = _Groups.by(raters * len(self._blocks.base) + self._blocks.of, base)
        self._visits = _Groups.by(raters * len(self._days.base) + self._days.of, base)
        # where each (rater, day) belongs
        self._day_of_visit = np.zeros(len(self._visits.base), dtype=np.intp)
        self._day_of_visit[self._visits.of] = self._days.of

    def _damp(self, pull: Floats, slope: Floats) -> tuple[float, float, Floats, Floats, Floats]:
        """One direction. pull: undamped, not below 0; slope: its derivative. Gives sum, slope, kept, by rater, by
        day.
        """
        days, visits, raters, blocks = self._days, self._visits, self._raters, self._blocks
        visit = _damp_rater(visits.sums(pull), visits.base)
        day_total = added_up(self._day_of_visit, visit.damped, len(days.base))
        day = _damp_day(day_total, days.base)
        rater = _damp_rater(raters.sums(pull), raters.base)

        by_visit, by_day, by_rater = visit.kept[visits.of], day.kept[days.of], rater.kept[raters.of]
        through_days = by_visit * by_day
        days_win = (blocks.sums(pull * through_days) <= blocks.sums(pull * by_rater))[blocks.of]
        kept = np.where(days_win, through_days, by_rater)
        steepness = np.where(days_win, visit.slope[visits.of] * day.slope[days.of], rater.slope[raters.of])
        return (
            math.fsum((pull * kept).tolist()),
            math.fsum((slope * steepness).tolist()),
            kept,
            np.where(days_win, by_visit, by_rater),
            np.where(days_win, by_day, 1.0),
        )

    def pull(self, theta: float) -> Pull:
        """F(theta) as defined above, with its slope and the weights that hold there."""
        mu = logistic(self.eta + self.p * theta)
        undamped = self.base * self.p * (self.y - mu)
        slope = -self.base * self.p * self.p * mu * (1.0 - mu)
        praised = undamped > 0.0
        praise, praise_slope, praise_kept, praise_rater, praise_day = self._damp(
            np.where(praised, undamped, 0.0), np.where(praised, slope, 0.0)
        )
        blame, blame_slope, blame_kept, blame_rater, blame_day = self._damp(
            np.where(praised, 0.0, -undamped), np.where(praised, 0.0, slope)
        )
        return Pull(
            total=praise - blame,
            slope=praise_slope + blame_slope,
            weights=self.base * np.where(praised, praise_kept, blame_kept),
            damped_by_rater=np.where(praised, praise_rater, blame_rater),
            damped_by_day=np.where(praised, praise_day, blame_day),
        )


def usual_levels(facts: Sequence[Fact], usual: float, effects: dict[Cell, float]) -> Floats:
    """eta of each fact: the usual level on the logistic scale plus its cell's effect (0 for a cell not in the
    reference).
    """
    return np.array([usual + effects.get(fact.cell, 0.0) for fact in facts], dtype=np.float64)
