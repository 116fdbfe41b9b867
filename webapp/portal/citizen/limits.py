"""How much one address may send. Generous: a whole neighbourhood, an office or a mobile network shares one."""

from __future__ import annotations

from webapp.portal.security import limiter


@limiter.limit("30 per minute; 300 per hour")
def count_filing() -> None:
    """Count one complaint; raises RateLimitExceeded."""


@limiter.limit("30 per minute; 300 per hour")
def count_rating() -> None:
    """Count one rating; raises RateLimitExceeded."""


@limiter.limit("10 per minute; 100 per hour")
def count_look() -> None:
    """Count one attempt to open a case; raises RateLimitExceeded."""


@limiter.limit("30 per minute; 200 per hour")
def count_message() -> None:
    """Count one reply, acceptance or dispute; raises RateLimitExceeded."""
