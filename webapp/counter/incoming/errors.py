"""What can go wrong with systems that report."""

from __future__ import annotations


class NotKnown(Exception):
    """The token opens nothing: it was never given out, was replaced, or its system was switched off."""


class SourceTaken(Exception):
    """Another system reports under this short name, or has reported for units that are not below this one."""


class NotMeant(Exception):
    """What was chosen as the meaning of a name cannot be it: it lies outside the units that the system reports for."""


class NotHeld(Exception):
    """None of these reports waits, or waited and was discarded: somebody was quicker, or it is not the viewer's."""
