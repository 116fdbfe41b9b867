"""Officers read against the frozen reference: one of them for a page, or all of them in bulk. Pure: numba.

For one officer and component (formula.py gives the definitions):

    lambda theta = F(theta)                      damping.py; Newton within a bracket, from theta = 0
    H = sum w p^2 V,  V = mu (1 - mu),  D = H + lambda,  h = sum w p V x       x: 1 at the fact's four coefficients
    PEV  = phi / D + h' C h / D^2                C: covariance of the reference's coefficients
    points = 25 (1 + 3 sum_k share_k logistic(eta_k + theta)),  v = sum_k share_k V_k,  c = sum_k share_k V_k x_k
    Var(points) = 75^2 (v^2 phi / D + (v h / D - c)' C (v h / D - c))

The second term is the doubt of the level against which points are read; it falls where an officer does what the city
does, because what is not known of the level then moves both alike.
"""

from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.facts import Floats
from webapp.indicators.kernel.arranging import Counts, Longs, LongTable
from webapp.indicators.kernel.compiling import compiled, compiled_part
from webapp.indicators.kernel.damping import calm_pull, damped_sum, kept_of_facts, nobody_repeats
from webapp.indicators.kernel.exponentials import logistic_of, secant_of
from webapp.indicators.kernel.reference_columns import Levels

Places = NDArray[np.int32]

_STEPS: Final = 200
_ROUNDING: Final = 4 * 2.0**-52


class Usual(NamedTuple):
    """`Levels` as compiled functions read them. mix_*: of the case mix row by row, M its design and C the covariance;
    mix_reach (coefficients, rows): C M'; mix_doubt (rows, rows): M C M'.
    """

    coefficients: Floats
    covariance: Floats
    phi: float
    shrinkage: float
    mix_eta: Floats
    mix_share: Floats
    mix_reach: Floats
    mix_doubt: Floats
    doubtful: bool


@compiled
def _mixed(covariance: Floats, start: Longs, index: Longs, value: Floats) -> tuple[Floats, Floats]:
    """C M' and M C M' once for all officers; M by rows without its zeros."""
    count, size = len(start) - 1, len(covariance)
    reach, doubt = np.zeros((size, count)), np.zeros((count, count))
    for row in range(count):
        for k in range(start[row], start[row + 1]):
            for where in range(size):
                reach[where, row] += covariance[index[k], where] * value[k]
    for row in range(count):
        for k in range(start[row], start[row + 1]):
            for other in range(count):
                doubt[row, other] += value[k] * reach[index[k], other]
    return reach, doubt


@lru_cache(maxsize=64)
def usual_of(levels: Levels) -> Usual:
    """The reference ready for the functions below; kept, so asking again costs nothing."""
    rows, columns = np.nonzero(levels.mix)
    values = np.ascontiguousarray(levels.mix[rows, columns], dtype=np.float64)
    start = np.searchsorted(rows, np.arange(len(levels.mix) + 1)).astype(np.int64)
    coefficients = np.ascontiguousarray(levels.coefficients, dtype=np.float64)
    eta = np.array(
        [
            sum((values[k] * coefficients[columns[k]] for k in range(start[row], start[row + 1])), 0.0)
            for row in range(len(levels.mix))
        ],
        dtype=np.float64,
    )
    covariance = np.ascontiguousarray(levels.covariance, dtype=np.float64)
    reach, doubt = _mixed(covariance, start, columns.astype(np.int64), values)
    return Usual(
        coefficients,
        covariance,
        float(levels.phi),
        float(levels.shrinkage),
        eta,
        np.ascontiguousarray(levels.mix_share, dtype=np.float64),
        reach,
        doubt,
        bool(np.any(levels.covariance)),
    )


@compiled
def points_at(theta: float, usual: Usual) -> float:
    """The figure of an officer with this effect, 25 to 100."""
    mean = 0.0
    for row in range(len(usual.mix_eta)):
        mean += usual.mix_share[row] * logistic_of(usual.mix_eta[row] + theta)
    return 25.0 * (1.0 + 3.0 * mean)


@compiled
def points_secant(theta: float, usual: Usual) -> float:
    """(points at theta - points at 0) / theta."""
    mean = 0.0
    for row in range(len(usual.mix_eta)):
        mean += usual.mix_share[row] * secant_of(usual.mix_eta[row], theta)
    return 75.0 * mean


@compiled
def points_slope(theta: float, usual: Usual) -> float:
    """Points for 1 of theta."""
    mean = 0.0
    for row in range(len(usual.mix_eta)):
        mu = logistic_of(usual.mix_eta[row] + theta)
        mean += usual.mix_share[row] * (mu * (1.0 - mu))
    return 75.0 * mean


class Doubt(NamedTuple):
    """What is known of an officer. `variance`: of the points; `error`: PEV, logistic scale squared."""

    error: float
    variance: float


@compiled_part
def doubt_of(
    theta: float, information: float, charged: Floats, touched: Longs, touched_count: int, usual: Usual, design: Floats
) -> Doubt:
    """PEV and variance of the points. charged: h, which is not 0 at the first `touched_count` places of `touched`
    only. `design` (3, coefficients) is scratch.
    """
    rows = len(usual.mix_eta)
    parts, by_charged, by_parts = design[0], design[1], design[2]
    evidence = information + usual.shrinkage
    slope = 0.0
    for row in range(rows):
        mu = logistic_of(usual.mix_eta[row] + theta)
        parts[row] = usual.mix_share[row] * mu * (1.0 - mu)
        slope += parts[row]
    own = usual.phi / evidence
    if not usual.doubtful:
        return Doubt(own, 5625.0 * slope * slope * own)
    # c'C h and c'C c through sums of rows: without a reduction these loops become vector instructions, in a fixed
    # order, if each has its row at hand
    for row in range(rows):
        by_charged[row] = by_parts[row] = 0.0
    own_level = both = level = 0.0
    for k in range(touched_count):
        part, covariance, mix_reach = charged[touched[k]], usual.covariance[touched[k]], usual.mix_reach[touched[k]]
        for other in range(touched_count):
            where = np.uint64(touched[other])  # unsigned: nothing to do for places from the end
            own_level += part * charged[where] * covariance[where]
        for row in range(rows):
            by_charged[row] += part * mix_reach[row]
    for row in range(rows):
        part, mix_doubt = parts[row], usual.mix_doubt[row]
        for other in range(rows):
            by_parts[other] += part * mix_doubt[other]
    for row in range(rows):
        both += parts[row] * by_charged[row]
        level += parts[row] * by_parts[row]
    reach = slope / evidence
    of_level = reach * reach * own_level - 2.0 * reach * both + level
    return Doubt(
        own + max(own_level, 0.0) / (evidence * evidence),
        5625.0 * (slope * slope * own + max(of_level, 0.0)),
    )


class Reading(NamedTuple):
    """One officer. `resistance`: sum w p^2 S, S the secant, for the lines (formula.py)."""

    theta: float
    information: float
    resistance: float
    error: float
    variance: float


@compiled
def read_officer(
    eta: Floats,
    share: Floats,
    base: Floats,
    y: Floats,
    single: Floats,
    place: Places,
    usual: Usual,
    room: LongTable,
    counts: Counts,
    ways: Floats,
    scratch: Floats,
    charged: Floats,
    touched: Longs,
    with_lines: bool,
) -> Reading:
    """theta and its doubt: Newton within a bracket, bisection where that is slow, always from 0.

    The facts stand as arranged; place (facts, 3): of their cell, quarter and unit. scratch (5, facts): on return row 2
    holds what damping by rater keeps of each fact, row 3 by day and week, row 4 for want of verified facts. charged
    (4, coefficients) must be all 0, and its first row is so again; touched (coefficients + 1).
    """
    pulls, slopes = scratch[0], scratch[1]
    shrinkage = usual.shrinkage
    theta = following = low = high = 0.0
    previous = np.inf
    alone = nobody_repeats(single, room, counts)
    calm = False
    for step in range(_STEPS):
        theta = following
        for fact in range(counts.facts):
            p = share[fact]
            mu = logistic_of(eta[fact] + p * theta)
            pulls[fact] = base[fact] * p * (y[fact] - mu)
            slopes[fact] = -base[fact] * p * p * mu * (1.0 - mu)
        total = slope = size = 0.0
        if alone:  # as most officers' facts are
            total, slope, size, calm = calm_pull(pulls, slopes, room, counts, ways)
        for way in range(0 if calm else 2):
            sum_, sum_slope = damped_sum(way, pulls, slopes, single, room, counts, ways)
            sign = 1.0 - 2.0 * way
            total += sign * sum_
            slope += sign * sum_slope
            size += sum_
        if step == 0:  # F never rises in theta, so the root lies between 0 and F(0) / lambda
            low, high = min(0.0, total / shrinkage), max(0.0, total / shrinkage)
        excess = total - shrinkage * theta
        if abs(excess) <= _ROUNDING * (size + shrinkage * abs(theta)):
            break
        if excess > 0.0:
            low = theta
        else:
            high = theta
        following = theta + excess / (shrinkage - slope)
        if not (low < following < high) or abs(excess) > 0.5 * previous:
            following = 0.5 * (low + high)
        previous = abs(excess)
        if abs(following - theta) <= 1e-15 * max(1.0, abs(theta)):
            break
    kept = scratch[2:5]
    kept_of_facts(pulls, single, room, counts, calm, ways, kept)
    h, design = charged[0], charged[1:]
    information = resistance = 0.0
    touched[0] = 0
    touched_count = 1 + 0 * counts.facts  # no literal: see arranging.arrange
    for fact in range(counts.facts):
        p = share[fact]
        left = kept[0, fact] * kept[1, fact] * kept[2, fact]
        variance = -slopes[fact] * left  # slopes hold -base p^2 V at theta
        information += variance
        if with_lines:
            resistance += base[fact] * left * p * p * secant_of(eta[fact], p * theta)
        if usual.doubtful:
            by = variance / p
            h[0] += by
            for family in range(3):
                where = place[fact, family]
                if h[where] == 0.0 and by > 0.0:
                    touched[touched_count] = where
                    touched_count += 1
                h[where] += by
    doubt = doubt_of(theta, information, h, touched, touched_count, usual, design)
    for k in range(touched_count):
        h[touched[k]] = 0.0
    return Reading(theta, information, resistance, doubt.error, doubt.variance)
