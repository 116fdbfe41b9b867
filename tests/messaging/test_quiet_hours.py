"""When somebody may be told something."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.messaging.quiet_hours import end_of_quiet, last_digest

JAKARTA, MAKASSAR = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Makassar")


def local(clock: str, zone: ZoneInfo = JAKARTA, day: int = 24) -> datetime:
    return datetime(2026, 11, day, *map(int, clock.split(":")), tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "quiet_from", "quiet_until", "told"),
    [
        ("20:59", "21:00", "06:00", local("20:59")),
        ("21:00", "21:00", "06:00", local("06:00", day=25)),
        ("23:30", "21:00", "06:00", local("06:00", day=25)),
        ("05:59", "21:00", "06:00", local("06:00")),
        ("06:00", "21:00", "06:00", local("06:00")),
        ("12:15", "12:00", "13:00", local("13:00")),
        ("13:00", "12:00", "13:00", local("13:00")),
        ("12:15", "12:00", "12:00", local("12:15")),
    ],
)
def test_quiet_hours_end_where_they_say(at: str, quiet_from: str, quiet_until: str, told: datetime) -> None:
    assert end_of_quiet(local(at), time.fromisoformat(quiet_from), time.fromisoformat(quiet_until), JAKARTA) == told


def test_hours_are_those_of_the_persons_zone() -> None:
    at = local("20:30")  # 21:30 in Makassar
    assert end_of_quiet(at, time(21), time(6), JAKARTA) == at
    assert end_of_quiet(at, time(21), time(6), MAKASSAR) == local("06:00", MAKASSAR, 25)


@given(st.integers(0, 2**31).map(lambda second: datetime.fromtimestamp(second, UTC)), st.times(), st.times())
def test_what_is_told_is_told_at_once_or_within_a_day_and_never_in_quiet_hours(
    at: datetime, quiet_from: time, quiet_until: time
) -> None:
    told = end_of_quiet(at, quiet_from, quiet_until, JAKARTA)
    assert at <= told < at + timedelta(days=1)
    assert end_of_quiet(told, quiet_from, quiet_until, JAKARTA) == told


def test_a_digest_falls_due_once_a_day() -> None:
    assert last_digest(local("07:00"), time(7), JAKARTA) == local("07:00")
    assert last_digest(local("06:59"), time(7), JAKARTA) == local("07:00", day=23)
