"""What can go wrong when the agency is changed."""

from __future__ import annotations


class OrganisationError(Exception):
    """Base of the errors of this room."""


class NotManaged(OrganisationError):
    """There is no such thing, or this administrator does not manage it: never said which."""


class CodeTaken(OrganisationError):
    """Another unit, service, counter or calendar bears this code or name already."""


class UnitWithinItself(OrganisationError):
    """A unit cannot be moved below itself."""


class UnitStillNeeded(OrganisationError):
    """A unit with `units` open units below it or `officers` posted to it cannot be closed."""

    def __init__(self, units: int, officers: int) -> None:
        self.units, self.officers = units, officers
        super().__init__(f"{units} units, {officers} officers")


class ParentClosed(OrganisationError):
    """Nothing opens below a unit that is closed."""


class SeasonOverlaps(OrganisationError):
    """Two seasons of a calendar have days in common."""


class NipInvalid(OrganisationError):
    """A NIP has 18 digits that begin with a date of birth."""


class NipTaken(OrganisationError):
    """Another officer has this NIP."""


class AccountTaken(OrganisationError):
    """Another officer signs in with this account."""


class DaysReversed(OrganisationError):
    """Something ends before it begins."""


class DayAhead(OrganisationError):
    """A posting begins or ends on a day that has not come yet: who belongs where is read as of today."""


class PostingOverlaps(OrganisationError):
    """The officer is posted to this unit on some of these days already."""


class ShiftTooLong(OrganisationError):
    """A shift is longer than LONGEST_SHIFT."""


class ShiftOverlaps(OrganisationError):
    """The officer serves somewhere at this time already; `counter` is where."""

    def __init__(self, counter: str) -> None:
        self.counter = counter
        super().__init__(counter)


class NotPostedThen(OrganisationError):
    """The officer belongs to no unit on the day of the shift."""


class ShiftBegun(OrganisationError):
    """A shift that has begun is evidence of who served: it stays."""
