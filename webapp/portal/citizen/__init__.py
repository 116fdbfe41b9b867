"""Pages for the citizen: file, rate, follow. No account needed."""

from webapp.portal.citizen import (
    applications,
    bundle,
    filing,
    following,
    home,
    kiosk,
    public_list,
    queue,
    rating,
    tickets,
)
from webapp.portal.citizen.blueprint import blueprint

__all__ = [
    "applications",
    "blueprint",
    "bundle",
    "filing",
    "following",
    "home",
    "kiosk",
    "public_list",
    "queue",
    "rating",
    "tickets",
]
