"""Pages for the supervisor."""

from webapp.portal.supervisor import (
    applications,
    halls,
    handling,
    objections,
    officer,
    signals,
    unit_files,
    work_plans,
)
from webapp.portal.supervisor.views import blueprint

__all__ = [
    "applications",
    "blueprint",
    "halls",
    "handling",
    "objections",
    "officer",
    "signals",
    "unit_files",
    "work_plans",
]
