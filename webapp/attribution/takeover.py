"""Whether what was learned anew takes the place of what is used: only where it is no worse on cases new to both."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

#: By so much, as a share of all cases, may it be surely wrong more often: one case in a hundred is chance.
SURELY_WRONG_TOLERANCE = 0.01


class Verdict(StrEnum):
    """Why a model was adopted or not."""

    BETTER = "better"
    NO_WORSE = "no_worse"
    #: Its first candidate is right less often.
    RIGHT_LESS_OFTEN = "right_less_often"
    #: It sends more cases to the wrong unit without asking anybody.
    SURELY_WRONG_MORE_OFTEN = "surely_wrong_more_often"

    @property
    def adopts(self) -> bool:
        """Whether the model takes over."""
        return self in (Verdict.BETTER, Verdict.NO_WORSE)


class Figures(Protocol):
    """What is compared, in shares of 1."""

    @property
    def top1(self) -> float: ...

    @property
    def abstained(self) -> float: ...

    @property
    def top1_when_sure(self) -> float: ...


def surely_wrong(figures: Figures) -> float:
    """The share of all cases that go to a wrong unit without anybody being asked."""
    return (1.0 - figures.abstained) * (1.0 - figures.top1_when_sure)


def takes_over(new: Figures, standing: Figures) -> Verdict:
    """The verdict on `new` beside `standing`, both measured on the same cases that neither has learned from."""
    if new.top1 < standing.top1:
        return Verdict.RIGHT_LESS_OFTEN
    if surely_wrong(new) > surely_wrong(standing) + SURELY_WRONG_TOLERANCE:
        return Verdict.SURELY_WRONG_MORE_OFTEN
    return Verdict.BETTER if new.top1 > standing.top1 else Verdict.NO_WORSE
