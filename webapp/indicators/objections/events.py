"""What happens to objections."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class ObjectionFiled(Event):
    """An officer objected to a line of his figure."""

    objection_id: int


@dataclass(frozen=True, slots=True)
class ObjectionDecided(Event):
    """Somebody decided about that."""

    objection_id: int


@dataclass(frozen=True, slots=True)
class ObjectionsDue(Event):
    """It is time to look which objections wait longer than they may."""
