"""What can go wrong with indicators."""

from __future__ import annotations


class IndicatorError(Exception):
    """Base of the errors of this room."""


class NoSuchOfficer(IndicatorError):
    """There is no such officer, or he is not among those whose figures the viewer may read: never said which."""


class NoSuchPreset(IndicatorError):
    """No preset of this version is stored."""


class TitleTaken(IndicatorError):
    """Another preset bears this title: in a list nobody could tell the two apart."""


class PeriodClosed(IndicatorError):
    """The quarter has ended: nothing that is decided later changes it."""


class PeriodBegun(IndicatorError):
    """The quarter runs or has ended: what holds in it can be replaced, no longer withdrawn."""


class NoSuchSnapshot(IndicatorError):
    """There is no such snapshot, or it is of an officer whose figures the viewer may not read."""
