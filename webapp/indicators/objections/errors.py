"""What can go wrong with objections."""

from __future__ import annotations

from webapp.indicators.errors import IndicatorError
from webapp.indicators.objections.vocabulary import Obstacle


class NoSuchLine(IndicatorError):
    """The officer has no line with this key, and objected to none."""


class NotObjectable(IndicatorError):
    """The line can't be objected to (any more): `obstacle` says why."""

    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__()
        self.obstacle = obstacle


class NoSuchObjection(IndicatorError):
    """There is none that this person may decide or has decided."""


class AlreadyDecided(IndicatorError):
    """Somebody else was quicker, or the same person decided otherwise or with other reasons."""


class FactsChanged(IndicatorError):
    """What the line stands for is not what the page showed."""


class NothingChosen(IndicatorError):
    """Partly, but no day was chosen, or all of them."""


class TooFewRaters(IndicatorError):
    """So few rated on the chosen days, or on the others, that the change of the figure would tell who: fewer than
    `least`."""

    def __init__(self, least: int) -> None:
        super().__init__()
        self.least = least


class GivesAway(IndicatorError):
    """The words for the officer quote a complaint, or name its code: `what`."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what


class NotAPaper(IndicatorError):
    """Neither a PDF nor a picture that can be read, or damaged."""


class PaperTooLarge(IndicatorError):
    """More bytes or pixels than are taken."""


class TooManyPapers(IndicatorError):
    """More files than one objection takes."""
