"""Reading figures: one's own, and those of the officers of one's units."""

from __future__ import annotations

from webapp.indicators.movements import Movement
from webapp.indicators.queries.own import counted_complaints, own_sheet
from webapp.indicators.queries.unit import PAGE, in_reach, list_figures, periods_of, sheet_of, unit_filters
from webapp.indicators.queries.views import (
    Change,
    ComponentView,
    Damped,
    FigureList,
    GroupView,
    OfficerFigure,
    ScoreSheet,
    TrendPoint,
    UnitChoice,
)

__all__ = [
    "PAGE",
    "Change",
    "ComponentView",
    "Damped",
    "FigureList",
    "GroupView",
    "Movement",
    "OfficerFigure",
    "ScoreSheet",
    "TrendPoint",
    "UnitChoice",
    "counted_complaints",
    "in_reach",
    "list_figures",
    "own_sheet",
    "periods_of",
    "sheet_of",
    "unit_filters",
]
