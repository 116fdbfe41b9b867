"""An officer's figure kept current, fact by fact, without looking at the earlier ones again. Pure: numba.

F(theta) needs of the earlier facts only two sums for each usual level eta and share p among them: of w and of w y, w
as last damped. A new fact is added to its sums with its weight before damping, and Newton goes on from where theta was.
The sums are whole numbers of 2^-40, so they are the same in any order and a fact can be taken out again exactly.

What is left out until the next full computation: that a new fact may be damped itself, or damp its neighbours. So this
is a preview for displays and a yardstick of cost; what is stored and shown as a figure is computed in full.
"""

from typing import Final, NamedTuple

import numpy as np

from webapp.indicators.facts import Floats
from webapp.indicators.kernel.arranging import Longs
from webapp.indicators.kernel.compiling import compiled
from webapp.indicators.kernel.exponentials import logistic_of
from webapp.indicators.kernel.officers import Usual, points_at, points_slope

_FINE: Final = 2.0**40
_REACH: Final = 8.0  # theta from -8 to 8 in the table of points
_NODES: Final = 1025
_NEAR: Final = 3e-5  # of the last step of Newton, behind which at most half its square is left: under 1e-9


class Sums(NamedTuple):
    """levels (2, k): eta and share of each kind of fact. weights (2, k): sums of w and of w y, in 2^-40."""

    levels: Floats
    weights: Longs


def points_table(usual: Usual) -> Floats:
    """Points and their slope at 1,025 values of theta, between which `points_from` reads to 1e-7."""
    thetas = np.linspace(-_REACH, _REACH, _NODES)
    return np.array([[points_at(theta, usual) for theta in thetas], [points_slope(theta, usual) for theta in thetas]])


@compiled
def points_from(theta: float, table: Floats) -> float:
    """Points at theta, by a cubic between two nodes; held to the table's ends."""
    step = 2.0 * _REACH / (_NODES - 1)
    at = (min(max(theta, -_REACH), _REACH) + _REACH) / step
    node = min(int(at), _NODES - 2)
    t = at - node
    low, high = table[0, node], table[0, node + 1]
    rise, later = table[1, node] * step, table[1, node + 1] * step
    value: float = low + t * (
        rise + t * (3.0 * (high - low) - 2.0 * rise - later + t * (2.0 * (low - high) + rise + later))
    )
    return value


def sums_of(eta: Floats, share: Floats, weights: Floats, y: Floats) -> Sums:
    """The sums of an officer's facts; `weights` as damped, times the cases that each sums up."""
    levels, of = np.unique(np.stack([eta, share]), axis=1, return_inverse=True)
    of = of.ravel()
    whole = np.zeros((2, levels.shape[1]), dtype=np.int64)
    np.add.at(whole[0], of, np.rint(weights * _FINE).astype(np.int64))
    np.add.at(whole[1], of, np.rint(weights * y * _FINE).astype(np.int64))
    return Sums(np.ascontiguousarray(levels), whole)


@compiled
def take_in(sums: Sums, kind: int, weight: float, y: float, theta: float, shrinkage: float) -> float:
    """Add a fact of a kind (minus its weight takes it out again) and find theta from where it was."""
    sums.weights[0, kind] += np.int64(np.rint(weight * _FINE))
    sums.weights[1, kind] += np.int64(np.rint(weight * y * _FINE))
    for _step in range(20):
        pull = -shrinkage * theta
        slope = shrinkage
        for k in range(sums.weights.shape[1]):
            p = sums.levels[1, k]
            mu = logistic_of(sums.levels[0, k] + p * theta)
            w = sums.weights[0, k] * (p / _FINE)
            pull += sums.weights[1, k] * (p / _FINE) - w * mu
            slope += w * p * (mu * (1.0 - mu))
        moved = pull / slope
        theta += min(max(moved, -1.0), 1.0)
        if abs(moved) < _NEAR:
            break
    return theta


@compiled
def stream(
    sums: Sums, kinds: Longs, weights: Floats, y: Floats, theta: float, shrinkage: float, table: Floats, figures: Floats
) -> float:
    """Facts one after the other; `figures` (facts) is written: the points after each. The last theta."""
    for k in range(len(kinds)):
        theta = take_in(sums, kinds[k], weights[k], y[k], theta, shrinkage)
        figures[k] = points_from(theta, table)
    return theta
