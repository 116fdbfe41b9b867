"""What is announced about the trail."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class TrailWaits(Event):
    """There may be entries of the trail to be sealed."""
