"""Pages for the supervisor."""

from webapp.portal.supervisor import applications, halls, handling, signals
from webapp.portal.supervisor.views import blueprint

__all__ = ["applications", "blueprint", "halls", "handling", "signals"]
