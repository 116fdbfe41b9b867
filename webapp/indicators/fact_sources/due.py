"""A fact as it should stand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True, slots=True)
class DueFact:
    """A fact as it should stand: the columns of IndicatorFact that tell what it says.

    `events`: how many cases it sums up, `y` being their mean. `details`: what a line says of it; names no person.
    """

    key: str
    feedback_id: int | None
    attribution_id: int | None
    officer_id: int
    component: str
    period: str
    day: date | None
    y: float
    share: float
    verified: bool
    rater: str | None
    service_id: int | None
    channel: str
    unit_id: int | None = None
    events: float = 1.0
    details: dict[str, Any] | None = None
