"""What hangs in a hall: the board of its queue, as data and as a page for a large screen."""

from webapp.portal.hall.views import blueprint

__all__ = ["blueprint"]
