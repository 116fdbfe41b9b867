"""Signing in and out."""

from webapp.portal.staff.views import blueprint

__all__ = ["blueprint"]
