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


@limiter.limit("30 per minute; 200 per hour")
def count_registration() -> None:
    """Count one registered file; raises RateLimitExceeded."""


@limiter.limit("30 per minute; 300 per hour")
def count_drawing() -> None:
    """Count one number drawn or given back; raises RateLimitExceeded."""


@limiter.limit("20 per minute; 200 per hour")
def count_wrong_code() -> None:
    """Count one code that opens nothing: whoever tries out codes gets no further; raises RateLimitExceeded."""


@limiter.limit("60 per minute; 900 per hour")
def count_kiosk() -> None:
    """Count one number drawn at the door: a hall's kiosks often share one address; raises RateLimitExceeded."""
