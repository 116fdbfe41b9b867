"""What can go wrong with signals."""

from __future__ import annotations


class NoSuchSignal(Exception):
    """There is no such signal for this viewer."""


class AnotherOpen(Exception):
    """A newer signal of the same unit and topic is open: go on there."""


class AlreadyClosed(Exception):
    """Somebody closed it before."""


class StillOpen(Exception):
    """It is open: there is nothing to reopen."""
