"""What can go wrong with contests."""

from __future__ import annotations

from webapp.attribution.errors import AttributionError


class NoSuchLine(AttributionError):
    """Nothing under this key is attributed to this officer."""


class NotContestable(AttributionError):
    """The term is over, it is contested already, or it does not count."""


class NoSuchContest(AttributionError):
    """There is none that this person may decide."""


class AlreadyDecided(AttributionError):
    """Somebody else was quicker."""


class GivesAway(AttributionError):
    """The words for the officer quote the complaint, or name its code: `what`."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self.what = what


class NotAChoice(AttributionError):
    """The officer chosen neither serves in the unit nor was on duty there that day."""
