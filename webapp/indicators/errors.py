"""What can go wrong with indicators."""

from __future__ import annotations


class IndicatorError(Exception):
    """Base of the errors of this room."""


class NoSuchOfficer(IndicatorError):
    """There is no such officer, or he is not among those whose figures the viewer may read: never said which."""
