"""What is announced about the trail."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class TrailSealingDue(Event):
    """It is time to join what is new in the trail to its chain."""
