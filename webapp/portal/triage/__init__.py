"""Pages for triage."""

from webapp.portal.triage.views import blueprint

__all__ = ["blueprint"]
