"""What happens to signals."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class SignalsDue(Event):
    """It is time to look what is complained of more than usual."""


@dataclass(frozen=True, slots=True)
class SignalRaised(Event):
    """Something is complained of more than usual at a unit."""

    signal_id: int
