"""Reading figures: one's own, and those of the officers of one's units."""

from __future__ import annotations

from webapp.indicators.movements import Movement
from webapp.indicators.queries.own import counted_complaints, own_sheet
from webapp.indicators.queries.unit import in_reach, periods_of, sheet_of, unit_filters
from webapp.indicators.queries.views import (
    Change,
    ComponentView,
    Damped,
    GroupView,
    ScoreSheet,
    TrendPoint,
    UnitChoice,
)

__all__ = [
    "Change",
    "ComponentView",
    "Damped",
    "GroupView",
    "Movement",
    "ScoreSheet",
    "TrendPoint",
    "UnitChoice",
    "counted_complaints",
    "in_reach",
    "own_sheet",
    "periods_of",
    "sheet_of",
    "unit_filters",
]
