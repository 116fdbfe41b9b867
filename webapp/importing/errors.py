"""What can go wrong with an import."""

from __future__ import annotations


class ImportFailed(Exception):
    """The import cannot begin or go on; says in one or more sentences what to do."""


class Unusable(Exception):
    """A row that cannot be taken, for the reason that it says; the rows around it can."""
