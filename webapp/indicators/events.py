"""What happens to indicators."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class FactsOutdated(Event):
    """A large batch of facts came in: the figures they outdate are computed in the background."""


@dataclass(frozen=True, slots=True)
class ServiceDaysDue(Event):
    """It is time to look whose day at the counter or at his desk has come to rest, to sum it up."""


@dataclass(frozen=True, slots=True)
class ReferenceDue(Event):
    """It is time to fit the reference anew; `version` is the month, e.g. "2026-11"."""

    version: str
