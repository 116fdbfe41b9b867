"""What is said with .8 is right in 8 of 10 cases."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Table = npt.NDArray[np.float64]

#: Bins of the calibration error, all as wide.
BINS = 10
#: The least share that enters a logarithm.
LEAST_SHARE = 1e-6
#: How strongly the weights of a blend are held to where they start: as strongly as so many cases pull.
HELD = 25.0
#: The same for how the largest share is read, and where that starts: as it stands.
HELD_TOP = 5.0
UNTURNED = (1.0, 1.0, 0.0)
#: The largest share is taken to be no nearer to 0 and 1 than this.
LEAST_TOP = 1e-4


def softmax(scores: Table) -> Table:
    """Rows of scores as shares that sum to 1."""
    raised = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True))


def fit_sharpness(scores: Table, truth: npt.NDArray[np.int64], sums: Table) -> float:
    """What to multiply scores with so that their softmax, summed by `sums`, fits cases not learned from.

    No cases: 1.
    """
    from scipy.optimize import minimize_scalar

    if not len(truth):
        return 1.0
    rows = np.arange(len(truth))

    def loss(logarithm: float) -> float:
        found = (softmax(scores * np.exp(logarithm)) @ sums)[rows, truth]
        return float(-np.log(np.maximum(found, LEAST_SHARE)).mean())

    return round(float(np.exp(minimize_scalar(loss, bounds=(-2.0, 4.0), method="bounded").x)), 4)


def blend(learned: Table, catalogue: Table, powers: tuple[float, float]) -> Table:
    """Two opinions (rows of shares) as one: each to its power, multiplied, made to sum to 1."""
    return softmax(
        powers[0] * np.log(np.maximum(learned, LEAST_SHARE)) + powers[1] * np.log(np.maximum(catalogue, LEAST_SHARE))
    )


def fit_blend(
    learned: Table, catalogue: Table, truth: npt.NDArray[np.int64], start: tuple[float, float]
) -> tuple[float, float]:
    """The powers of a blend that fit cases not learned from; with few cases they stay near `start`."""
    from scipy.optimize import minimize

    rows = np.arange(len(truth))

    def loss(powers: npt.NDArray[np.float64]) -> float:
        found = blend(learned, catalogue, (float(powers[0]), float(powers[1])))[rows, truth]
        far = (powers[0] - start[0]) ** 2 + (powers[1] - start[1]) ** 2
        return float(-np.log(np.maximum(found, LEAST_SHARE)).sum() + HELD * far)

    found = minimize(loss, np.array(start), method="L-BFGS-B", bounds=[(0.2, 3.0), (0.0, 2.0)]).x
    return round(float(found[0]), 4), round(float(found[1]), 4)


def fit_top(shares: Table, truth: npt.NDArray[np.int64]) -> tuple[float, float, float]:
    """How the largest share of a row is to be read so that it is right as often as it says (beta calibration).

    Softmax alone says too much where it is sure and too little where it is not, as the same complaint went to one unit
    today and to another yesterday. Fitted on cases not learned from; with few of them it changes little.
    """
    from scipy.optimize import minimize

    top = shares.max(axis=1)
    right = shares.argmax(axis=1) == truth
    far, near = _logarithms(top)

    def loss(turn: npt.NDArray[np.float64]) -> float:
        odds = turn[0] * far - turn[1] * near + turn[2]
        moved = (turn[0] - 1) ** 2 + (turn[1] - 1) ** 2 + turn[2] ** 2
        return float(np.logaddexp(0.0, np.where(right, -odds, odds)).sum() + HELD_TOP * moved)

    found = minimize(loss, np.array(UNTURNED), method="L-BFGS-B", bounds=[(0.1, 3.0), (0.1, 3.0), (-2.0, 2.0)]).x
    return round(float(found[0]), 4), round(float(found[1]), 4), round(float(found[2]), 4)


def turn_top(shares: Table, turn: tuple[float, float, float]) -> Table:
    """Rows with their largest share as `fit_top` reads it, the others in proportion; the likeliest stays it."""
    if turn == UNTURNED:
        return shares
    rows = np.arange(len(shares))
    top = shares.max(axis=1)
    far, near = _logarithms(top)
    turned = 1.0 / (1.0 + np.exp(-(turn[0] * far - turn[1] * near + turn[2])))
    found = shares * ((1.0 - turned) / np.maximum(1.0 - top, LEAST_SHARE))[:, None]
    found[rows, shares.argmax(axis=1)] = turned
    found /= found.sum(axis=1, keepdims=True)
    kept = found.argmax(axis=1) == shares.argmax(axis=1)
    return np.where(kept[:, None], found, shares)


def _logarithms(top: Table) -> tuple[Table, Table]:
    inside = np.clip(top, LEAST_TOP, 1.0 - LEAST_TOP)
    return np.log(inside), np.log(1.0 - inside)


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
