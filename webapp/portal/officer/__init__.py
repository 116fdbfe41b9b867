"""Pages for the officer."""

from webapp.portal.officer import cases, counter, scores
from webapp.portal.officer.room import blueprint

__all__ = ["blueprint", "cases", "counter", "scores"]
