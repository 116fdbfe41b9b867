"""Pages for the officer."""

from webapp.portal.officer import (
    applications,
    attributions,
    case_page,
    case_pieces,
    cases,
    counter,
    moves,
    objections,
    registering,
    reply_templates,
    scores,
    search,
    work_plan,
)
from webapp.portal.officer.room import blueprint

__all__ = [
    "applications",
    "attributions",
    "blueprint",
    "case_page",
    "case_pieces",
    "cases",
    "counter",
    "moves",
    "objections",
    "registering",
    "reply_templates",
    "scores",
    "search",
    "work_plan",
]
