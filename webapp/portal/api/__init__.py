"""The interface for other systems: visits and stages come in as JSON, with a token. See docs/connecting.md."""

from webapp.portal.api import description, stages, visits  # noqa: F401  # each registers its endpoints with the blueprint
from webapp.portal.api.room import blueprint

__all__ = ["blueprint"]
