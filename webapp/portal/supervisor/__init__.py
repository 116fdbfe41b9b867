"""Pages for the supervisor."""

from webapp.portal.supervisor import halls
from webapp.portal.supervisor.views import blueprint

__all__ = ["blueprint", "halls"]
