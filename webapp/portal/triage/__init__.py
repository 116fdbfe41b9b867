"""Pages for triage."""

from webapp.portal.triage import choosing, deciding, desk, moves, replay
from webapp.portal.triage.room import blueprint

__all__ = ["blueprint", "choosing", "deciding", "desk", "moves", "replay"]
