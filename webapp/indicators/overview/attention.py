"""Who needs a look, and of whom too little is known to say anything. Pure.

A flag asks a human to look; it is no verdict. It is raised only where the officer is *surely and noticeably* below what
is usual for the same services:

    P(distance < -margin) > sure,      distance ~ Normal(figure - expected, ((high - low) / 3.92)^2)

The distance in points is the officer's effect theta on the scale that people read: g(theta) - g(0), its deviation
g'(theta) sqrt(PEV). Asking P(g(theta) - g(0) < -margin) is asking P(theta < -delta) with delta = margin / slope of g,
some .22 where 77 of 100 are content.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from webapp.indicators.presets import Mark

_NORMAL_95: Final = 1.96
_LEAST, _MOST = 25.0, 100.0

Need = Literal["look", "too_little", "none"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A figure against what was expected, in points of 25 to 100; `low` and `high` bound its 95 % interval.

    `status`: not_enough_data, provisional, sufficient.
    """

    figure: float
    low: float
    high: float
    expected: float
    status: str


@dataclass(frozen=True, slots=True)
class Flag:
    """A part that is surely below what is usual; `part` is empty for the figure as a whole."""

    part: str
    probability: float
    #: Points below what was expected.
    below: float


@dataclass(frozen=True, slots=True)
class Attention:
    """Whether an officer needs a look, and for what: the whole first, then parts by name."""

    need: Need
    flags: tuple[Flag, ...] = ()


def deviation_of(standing: Standing) -> float:
    """Standard deviation of the figure in points. The wider side counts: the other may end at the end of the scale."""
    return max(standing.high - standing.figure, standing.figure - standing.low) / _NORMAL_95


def probability_below(standing: Standing, margin: float) -> float:
    """How likely the true figure lies more than `margin` points below what was expected, 0 to 1."""
    distance = standing.figure - standing.expected + margin
    deviation = deviation_of(standing)
    if deviation <= 0.0:
        return 1.0 if distance < 0.0 else 0.0
    return 0.5 * math.erfc(distance / deviation / math.sqrt(2.0))


def attention_for(whole: Standing | None, parts: Sequence[tuple[str, Standing]], mark: Mark) -> Attention:
    """What a figure and its parts ask for by the preset's `mark`.

    Too little data never raises a flag, neither of the whole nor of a part.
    """
    flags = [
        Flag(name, probability, standing.expected - standing.figure)
        for name, standing in ((("", whole), *sorted(parts)) if whole else ())
        if standing.status != "not_enough_data"
        and (probability := probability_below(standing, mark.margin)) > mark.sure
    ]
    if flags:
        return Attention("look", tuple(flags))
    if whole is None or whole.status == "not_enough_data":
        return Attention("too_little")
    return Attention("none")
