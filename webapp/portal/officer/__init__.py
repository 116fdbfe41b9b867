"""Pages for the officer."""

from webapp.portal.officer import applications, cases, counter, registering, scores
from webapp.portal.officer.room import blueprint

__all__ = ["applications", "blueprint", "cases", "counter", "registering", "scores"]
