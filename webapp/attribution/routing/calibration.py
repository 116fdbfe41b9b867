"""What is said with .8 is right in 8 of 10 cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float64]

#: Bins of the calibration error, all as wide.
BINS = 10


def softmax(scores: Table) -> Table:
    """Rows of scores as probabilities."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def fit_temperature(scores: Table, truth: npt.NDArray[np.int64]) -> float:
    """What to multiply scores with so that they are calibrated on cases that they were not learned from."""
    from scipy.optimize import minimize_scalar

    rows = np.arange(len(truth))

    def loss(logarithm: float) -> float:
        chances = softmax(scores * np.exp(logarithm))[rows, truth]
        return float(-np.log(np.maximum(chances, 1e-12)).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3.0, 4.0), method="bounded").x))


def calibration_error(shares: Sequence[float], right: Sequence[bool]) -> float:
    """Expected calibration error: how far share and hit rate are apart in BINS bins as wide, weighed by cases."""
    if not shares:
        return 0.0
    said = np.asarray(shares)
    hit = np.asarray(right, dtype=float)
    bins = np.minimum((said * BINS).astype(int), BINS - 1)
    return float(
        sum(
            (bins == number).mean() * abs(said[bins == number].mean() - hit[bins == number].mean())
            for number in range(BINS)
            if (bins == number).any()
        )
    )
