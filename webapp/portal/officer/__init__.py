"""Pages for the officer."""

from webapp.portal.officer import cases, scores
from webapp.portal.officer.room import blueprint

__all__ = ["blueprint", "cases", "scores"]
