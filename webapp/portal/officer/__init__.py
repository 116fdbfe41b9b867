"""Pages for the officer."""

from webapp.portal.officer import (
    applications,
    case_page,
    case_pieces,
    cases,
    counter,
    moves,
    registering,
    reply_templates,
    scores,
    search,
)
from webapp.portal.officer.room import blueprint

__all__ = [
    "applications",
    "blueprint",
    "case_page",
    "case_pieces",
    "cases",
    "counter",
    "moves",
    "registering",
    "reply_templates",
    "scores",
    "search",
]
