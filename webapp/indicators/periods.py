"""Quarters, in which figures are kept and reviewed (PermenPANRB 6/2022: triwulan I-IV). Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

#: By whose clock a quarter ends where no unit is known.
DEFAULT_TIMEZONE: Final = "Asia/Jakarta"


def period_of(day: date) -> str:
    """The quarter of a day, e.g. "2026-Q4"."""
    return f"{day.year}-Q{(day.month + 2) // 3}"


@lru_cache(maxsize=256)
def span_of(period: str) -> tuple[date, date]:
    """First and last day of a quarter; raises ValueError for what is none."""
    match = re.fullmatch(r"(\d{4})-Q([1-4])", period)
    if match is None:
        raise ValueError(f"{period!r} is no quarter such as 2026-Q4")
    year, quarter = int(match[1]), int(match[2])
    first = date(year, quarter * 3 - 2, 1)
    following = date(year + quarter // 4, quarter % 4 * 3 + 1, 1)
    return first, following - timedelta(days=1)


def weeks_until(period: str, day: date) -> list[date]:
    """The last day (Sunday, or the quarter's last) of each week of a quarter up to the week of `day`."""
    first, last = span_of(period)
    ends: list[date] = []
    sunday = first + timedelta(days=6 - first.weekday())
    while sunday < last and sunday - timedelta(days=6) <= day:
        ends.append(sunday)
        sunday += timedelta(days=7)
    if sunday >= last and sunday - timedelta(days=6) <= day:
        ends.append(last)
    return ends


def last_periods(day: date, count: int) -> list[str]:
    """So many quarters up to that of `day`, the latest first."""
    periods: list[str] = []
    for _ in range(count):
        periods.append(period_of(day))
        day = span_of(periods[-1])[0] - timedelta(days=1)
    return periods


def day_of(at: datetime, timezone: str = DEFAULT_TIMEZONE) -> date:
    """The day of a moment by that clock."""
    return at.astimezone(ZoneInfo(timezone)).date()


def is_closed(period: str, today: date) -> bool:
    """Whether the quarter has ended."""
    return span_of(period)[1] < today


def period_after(period: str) -> str:
    """The quarter after this one."""
    return period_of(span_of(period)[1] + timedelta(days=1))
