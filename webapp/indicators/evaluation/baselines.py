"""The scores that others use, to be measured against: raw mean, Bayesian average, Wilson's bound. Pure: numpy.

Each charges a fact wholly to its likeliest officer and takes every vote as it comes. Points are 25 + 75 y.
"""

from dataclasses import dataclass

import numpy as np

from webapp.indicators.evaluation.city import Facts
from webapp.indicators.facts import Floats

NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """points of each officer (nan without a rating), and bounds of its interval where the score has one."""

    points: Floats
    low: Floats | None = None
    high: Floats | None = None


def likeliest(facts: Facts) -> Facts:
    """One row a fact: its likeliest officer, the first of those alike."""
    order = np.lexsort((-facts.share, facts.fact))
    first = np.append(True, np.diff(facts.fact[order]) != 0)
    return facts.rows(order[first])


def baselines(facts: Facts, officers: int) -> dict[str, Baseline]:
    """raw_mean; bayesian_average (the mean drawn to the city's as if each had as many more ratings as officers have on
    average); wilson (the lower bound of the 95 % interval of y as a proportion, which rankings use).
    """
    own = likeliest(facts)
    y = own.y.astype(np.float64)
    count = np.bincount(own.officer, minlength=officers).astype(np.float64)
    total = np.bincount(own.officer, weights=y, minlength=officers)
    square = np.bincount(own.officer, weights=y * y, minlength=officers)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        spread = np.sqrt(np.maximum(square / count - mean**2, 0.0) / np.maximum(count - 1.0, 1.0))
        drawn = count[count > 0].mean()
        average = (total + drawn * y.mean()) / (count + drawn)
        z2 = NORMAL_95**2
        centre = (mean + z2 / (2 * count)) / (1 + z2 / count)
        half = NORMAL_95 / (1 + z2 / count) * np.sqrt(mean * (1 - mean) / count + z2 / (4 * count**2))
    return {
        "raw_mean": Baseline(_points(mean), _points(mean - NORMAL_95 * spread), _points(mean + NORMAL_95 * spread)),
        "bayesian_average": Baseline(_points(average)),
        "wilson": Baseline(_points(centre - half), _points(centre - half), _points(centre + half)),
    }


def _points(y: Floats) -> Floats:
    return 25.0 + 75.0 * y
