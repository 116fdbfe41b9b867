"""What every member of staff has: signing in and out, and being told."""

from webapp.portal.staff import contests as _contests  # noqa: F401  its pages
from webapp.portal.staff import notifications as _notifications  # noqa: F401  its pages
from webapp.portal.staff import publishing as _publishing  # noqa: F401  its pages
from webapp.portal.staff.views import blueprint

__all__ = ["blueprint"]
