"""The turnaround of one file, ready to be put into words."""

from __future__ import annotations

from datetime import datetime

from webapp.accounts.models import Account
from webapp.counter.applications.views import Turnaround


def turnaround_of(viewer: Account, application_id: int, now: datetime) -> Turnaround | None:
    """What the turnaround of a file was, or is up to `now`; None while it has not begun, for papers are missing.

    For who handles or supervises files where it passed. Raises NoSuchApplication.
    """
    raise NotImplementedError
