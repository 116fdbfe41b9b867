"""Pages for those who look after what the others do: the trail, and originals that are opened with a reason."""

from webapp.portal.inspector import originals, trail  # noqa: F401  # each registers its pages with the blueprint
from webapp.portal.inspector.room import blueprint

__all__ = ["blueprint"]
