"""When somebody may be told something: quiet hours and the daily digest, in his own zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def end_of_quiet(at: datetime, quiet_from: time | None, quiet_until: time | None, zone: ZoneInfo) -> datetime:
    """The first moment from `at` on that is not within the quiet hours [from, until) of `zone`.

    Hours may go past midnight (21:00 to 06:00). Without both, or with both the same, no hour is quiet.
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return at
    local = at.astimezone(zone)
    clock = local.time()
    over_midnight = quiet_from > quiet_until
    quiet = (clock >= quiet_from or clock < quiet_until) if over_midnight else quiet_from <= clock < quiet_until
    if not quiet:
        return at
    day = local.date() + timedelta(days=1) if over_midnight and clock >= quiet_from else local.date()
    return datetime.combine(day, quiet_until, tzinfo=zone).astimezone(at.tzinfo)


def last_digest(now: datetime, digest_at: time, zone: ZoneInfo) -> datetime:
    """The latest moment up to `now` at which the digest was due."""
    local = now.astimezone(zone)
    due = datetime.combine(local.date(), digest_at, tzinfo=zone)
    if due > local:
        due = datetime.combine(local.date() - timedelta(days=1), digest_at, tzinfo=zone)
    return due.astimezone(now.tzinfo)
