"""All officers scored from columns of facts, the way `evaluate` does it: reference first, then each officer on it."""

from dataclasses import dataclass

import numpy as np

from webapp.indicators.evaluation.city import Facts
from webapp.indicators.evaluation.score import NORMAL_95, FactFile, readings_of, reference_of
from webapp.indicators.facts import Floats, logistic


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """points, interval and standard error of each officer; `expected`: points of an officer without facts."""

    points: Floats
    low: Floats
    high: Floats
    error: Floats
    expected: float


def as_file(facts: Facts, officers: int) -> FactFile:
    """The facts in the layout of a file, their officers numbered 0 .. officers - 1."""
    columns = {name: getattr(facts, name) for name in Facts.__slots__}
    return FactFile(**columns, names=np.arange(officers, dtype=np.int64))


def score_columns(facts: Facts, officers: int) -> Scores:
    """Reference and officers from the same facts."""
    file = as_file(facts, officers)
    reference = reference_of(file)
    levels = reference.levels
    readings = readings_of(file, reference)
    error = np.sqrt(readings.variance)
    expected = 25.0 * (1.0 + 3.0 * float(levels.mix_share @ logistic(levels.mix_eta)))
    points = readings.figure
    return Scores(points, points - NORMAL_95 * error, points + NORMAL_95 * error, error, expected)
