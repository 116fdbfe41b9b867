"""An 80 % range around a forecast that holds, because it is made from what was forecast before and came true. Pure.

For each forecast of the past: score = (true wait - forecast) / spread. A range runs from the 10th to the 90th
percentile of past scores, in spreads around the forecast (conformal prediction). What makes it hold as days change:

- The lead of the day. Whoever draws meanwhile shares the day's luck: slow officers, a server that hangs. The mean score
  of the last LEAD calls of today is added to the forecast, held back as long as they are few; and past scores are taken
  as they were left by the lead of their own day at the moment of drawing.
- Likeness. Scores of similar forecasts, as long and drawn at a time when as much was known of the day, weigh more.
- Age. Newer scores weigh more (Barber et al. 2023, "Conformal prediction beyond exchangeability").

Durations and moments are seconds on a clock of working time that goes on from day to day.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

#: How often a range says it holds: four times of five.
SAYS = 0.8
#: The lead of a day is the mean of so many last scores; as many calls as RESERVE leave it at half its size.
LEAD, RESERVE = 60, 20
#: A score weighs half as much as one that came so many scores later.
_HALF_LIFE = 1500.0
#: How unlike forecasts may be: in the logarithm of their length (which matters less below _SHORT), in what was known.
_UNLIKE_LENGTH, _SHORT, _UNLIKE_KNOWN = 0.6, 300.0, 0.4
#: With fewer scores than this nothing is known: a normal spread, widened because nothing was checked.
_FEW = 30
#: With so many it may be said how often a range holds: the share that held is known to 8 points then (two standard
#: errors of .8 in 100).
ENOUGH = 100
#: A score counts for the lead of its day up to so many robust standard deviations from the middle of all: a number that
#: was pressed through, or one that was forgotten, is no news about how fast the day runs.
_NEWS = 6.0
_UNCHECKED = (-1.6, 1.9)

Floats = NDArray[np.float64]


class Outcome(NamedTuple):
    """A forecast of `mean` seconds and its `spread`, made at `drawn`, and when the call came; all of the day `day`."""

    day: int
    drawn: float
    called: float
    mean: float
    spread: float


class Calibration:
    """What became of past forecasts. `unchecked` are the bounds, in spreads, as long as there are too few of them."""

    def __init__(self, outcomes: Iterable[Outcome] = (), unchecked: tuple[float, float] = _UNCHECKED) -> None:
        rows = np.array(sorted(outcomes, key=lambda one: one.called), dtype=np.float64).reshape(-1, 5)
        self._day, drawn, called, mean, spread = rows.T
        self._unchecked = unchecked
        scores = (called - drawn - mean) / spread
        self._reached = np.concatenate([[0.0], np.cumsum(_bounded(scores))])
        lead, self._known = self._lead(self._day, np.searchsorted(called, drawn, side="right"))
        left = scores - lead
        self._order = np.argsort(left, kind="stable")
        self._left = left[self._order]
        self._length = np.log(_SHORT + np.maximum(mean, 0.0))
        self._newness = 0.5 ** (np.arange(len(left))[::-1] / _HALF_LIFE)

    @property
    def checked(self) -> bool:
        """Whether so much came true that it may be said how often a range holds."""
        return len(self._left) >= ENOUGH

    def range_of(self, mean: float, spread: float, day: int) -> tuple[float, float]:
        """The range around a forecast that is made now, on `day`; never before now."""
        if len(self._left) < _FEW:
            low, high = self._unchecked
            return max(0.0, mean + low * spread), max(0.0, mean + high * spread)
        leads, knowns = self._lead(np.array([float(day)]), np.array([len(self._left)]))
        far = (np.log(_SHORT + max(mean, 0.0)) - self._length) / _UNLIKE_LENGTH
        other = (knowns[0] - self._known) / _UNLIKE_KNOWN
        # Never nothing: where no forecast was like this one, all count alike.
        weights = self._newness * (np.exp(-0.5 * (far**2 + other**2)) + 1e-6)
        reached = np.cumsum(weights[self._order])
        tail = (1.0 - SAYS) / 2 * reached[-1]
        low, high = np.searchsorted(reached, [tail, reached[-1] - tail])
        middle = mean + float(leads[0]) * spread
        return (
            max(0.0, middle + float(self._left[low]) * spread),
            max(0.0, middle + float(self._left[min(int(high), len(self._left) - 1)]) * spread),
        )

    def _lead(self, day: Floats, heard: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """The lead of these days when the first `heard` outcomes were known, and how much of it was known (0 to 1)."""
        first = np.maximum(np.searchsorted(self._day, day, side="left"), heard - LEAD)
        last = np.maximum(heard, first)
        count = last - first
        lead: Floats = (self._reached[last] - self._reached[first]) / (count + RESERVE)
        known: Floats = count / (count + RESERVE)
        return lead, known


def _bounded(scores: Floats) -> Floats:
    """Scores without what is further out than `_NEWS` (Huber's influence: linear in the middle, bounded outside)."""
    if not len(scores):
        return scores
    middle = float(np.median(scores))
    # The median deviation of a normal distribution is 1 / 1.4826 of its standard deviation.
    far = _NEWS * max(1.4826 * float(np.median(np.abs(scores - middle))), 1.0)
    bounded: Floats = np.clip(scores, middle - far, middle + far)
    return bounded
