"""What can go wrong with attributions."""

from __future__ import annotations


class AttributionError(Exception):
    """Base of the errors of this room."""


class OfficerNotInUnit(AttributionError):
    """The officer chosen does not belong to the unit chosen."""
