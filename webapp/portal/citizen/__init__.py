"""Pages for the citizen: file, rate, follow. No account needed."""

from webapp.portal.citizen import applications, filing, following, home, kiosk, queue, rating, tickets
from webapp.portal.citizen.blueprint import blueprint

__all__ = ["applications", "blueprint", "filing", "following", "home", "kiosk", "queue", "rating", "tickets"]
