"""Pages for the citizen: file, rate, follow. No account needed."""

from webapp.portal.citizen import filing, following, home, rating
from webapp.portal.citizen.blueprint import blueprint

__all__ = ["blueprint", "filing", "following", "home", "rating"]
