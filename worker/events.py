"""What the scheduler announces on its own account."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class SweepDue(Event):
    """It is time to throw away what nobody needs."""


@dataclass(frozen=True, slots=True)
class ClocksDue(Event):
    """It is time to look which terms of complaints run out."""


@dataclass(frozen=True, slots=True)
class LexiconDue(Event):
    """It is time to learn the words of what was filed since."""


@dataclass(frozen=True, slots=True)
class LearningDue(Event):
    """It is time to look whether there is enough new to learn from; `weekly`: less is enough once a week."""

    weekly: bool


@dataclass(frozen=True, slots=True)
class StrengthsDue(Event):
    """It is time to learn how far each kind of evidence is right."""


@dataclass(frozen=True, slots=True)
class RemindersDue(Event):
    """It is time to look whose slot in some queue is about to begin."""


@dataclass(frozen=True, slots=True)
class DigestsDue(Event):
    """It is time to look whose daily digest has come due."""
