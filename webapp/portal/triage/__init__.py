"""Pages for triage."""

from webapp.portal.triage import deciding, desk, moves
from webapp.portal.triage.room import blueprint

__all__ = ["blueprint", "deciding", "desk", "moves"]
