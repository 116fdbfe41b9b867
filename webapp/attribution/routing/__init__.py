"""Text routing: which unit a complaint is for, by what it says. Pure: no database, no web, no queue."""

from webapp.attribution.routing.cases import (
    Candidate,
    CatalogueUnit,
    DecidedCase,
    Routed,
    RoutingFigures,
    Said,
    UnreadableModel,
)
from webapp.attribution.routing.measuring import measure
from webapp.attribution.routing.router import Router

__all__ = [
    "Candidate",
    "CatalogueUnit",
    "DecidedCase",
    "Routed",
    "Router",
    "RoutingFigures",
    "Said",
    "UnreadableModel",
    "measure",
]
