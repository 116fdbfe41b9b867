"""Working days and hours: pure arithmetic over a unit's week, its seasons and its days off.

Times go in and come out as UTC; days and hours are those of the unit's own zone. For many intervals of one calendar at
once see `working_clock`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

#: Monday to Friday, 07:30 to 16:00 with a break at noon: 37.5 hours a week (Perpres 21/2023).
OFFICE_WEEK: dict[str, list[list[str]]] = {
    **{str(day): [["07:30", "12:00"], ["13:00", "16:00"]] for day in range(4)},
    "4": [["07:30", "11:30"], ["13:00", "16:30"]],
}
#: In Ramadan 32.5 hours a week from 08:00, with a shorter break (Perpres 21/2023).
RAMADAN_WEEK: dict[str, list[list[str]]] = {
    **{str(day): [["08:00", "12:00"], ["12:30", "15:00"]] for day in range(4)},
    "4": [["08:00", "11:30"], ["12:30", "15:30"]],
}
#: Where even the season says nothing of a day that is worked after all.
_DAY = [["07:30", "16:00"]]
#: A unit that works on no day within this time has no working days.
_HORIZON = 731


@dataclass(frozen=True, slots=True)
class Season:
    """A time of other hours: from its first to its last day."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When a unit works. `exceptions` maps a day to whether it is worked after all.

    `calendar` names the calendar and version that the exceptions and seasons come from, "3:7"; None without calendar.
    """

    timezone: str = "Asia/Jakarta"
    weekly_hours: Mapping[str, list[list[str]]] = field(default_factory=lambda: OFFICE_WEEK)
    exceptions: Mapping[date, bool] = field(default_factory=dict)
    seasons: tuple[Season, ...] = ()
    season_hours: Mapping[str, list[list[str]]] = field(default_factory=lambda: RAMADAN_WEEK)
    calendar: str | None = None

    def is_working_day(self, day: date) -> bool:
        """Whether the unit works on `day`: an exception decides, else the week."""
        return self.exceptions.get(day, bool(self._week_of(day).get(str(day.weekday()))))

    def local_day(self, at: datetime) -> date:
        """The unit's own date at the moment `at`."""
        return at.astimezone(ZoneInfo(self.timezone)).date()

    def spans_on(self, day: date) -> list[tuple[datetime, datetime]]:
        """When the unit works on `day`, in order, as UTC; empty on a day off.

        A day worked by exception has the hours of its weekday, or else those of the first day that has any.
        """
        if not self.is_working_day(day):
            return []
        return [(self._moment(day, opens), self._moment(day, closes)) for opens, closes in self._hours_of(day)]

    def closing_time(self, day: date) -> datetime:
        """When the unit closes on `day` (on a day off: would close), as UTC."""
        return self._moment(day, self._hours_of(day)[-1][1])

    def _hours_of(self, day: date) -> list[list[str]]:
        week = self._week_of(day)
        return week.get(str(day.weekday())) or next((hours for _, hours in sorted(week.items()) if hours), _DAY)

    def _week_of(self, day: date) -> Mapping[str, list[list[str]]]:
        in_season = any(season.first <= day <= season.last for season in self.seasons)
        return self.season_hours if in_season else self.weekly_hours

    def _moment(self, day: date, clock: str) -> datetime:
        return _moment_at(day, clock, self.timezone)


@lru_cache(maxsize=8192)
def _moment_at(day: date, clock: str, timezone: str) -> datetime:
    """The moment at which a clock in a zone shows `clock` on `day`, as UTC: asked for again and again."""
    hour, minute = (int(part) for part in clock.split(":"))
    if hour == 24:  # "24:00": open until midnight
        day, hour = day + timedelta(days=1), 0
    return datetime.combine(day, time(hour, minute), ZoneInfo(timezone)).astimezone(UTC)


def due_after_working_days(at: datetime, days: int, working: WorkingTime) -> datetime:
    """The close of business on the `days`-th working day after the day of `at`.

    The day of arrival itself does not count. Raises ValueError for a unit that works on no day within two years.
    """
    day = working.local_day(at)
    left = days
    for _ in range(_HORIZON):
        if left == 0:
            return working.closing_time(day)
        day += timedelta(days=1)
        if working.is_working_day(day):
            left -= 1
    raise ValueError("this unit has no working days")


def count_working_days(after: datetime, until: datetime, working: WorkingTime) -> int:
    """How many days the unit works after the day of `after`, up to and with the day of `until`; 0 if that is past."""
    day, last = working.local_day(after), working.local_day(until)
    days = 0
    while day < last:
        day += timedelta(days=1)
        days += working.is_working_day(day)
    return days


def working_time_between(start: datetime, end: datetime, working: WorkingTime) -> timedelta:
    """How long the unit works between `start` and `end`; zero if `end` is not after `start`."""
    total = timedelta()
    for opens, closes in _spans_from(start, working):
        if opens >= end:
            break
        total += max(timedelta(), min(closes, end) - max(opens, start))
    return total


def add_working_time(at: datetime, amount: timedelta, working: WorkingTime) -> datetime:
    """The moment by which the unit has worked for `amount` since `at`: the earliest one, so the close of a day rather
    than the opening of the next. Zero gives `at` itself.

    Raises ValueError for a unit that works on no day within two years.
    """
    if amount <= timedelta():
        return at
    left, last = amount, working.local_day(at)
    for opens, closes in _spans_from(at, working):
        begin = max(opens, at)
        if closes - begin >= left:
            return begin + left
        left -= max(timedelta(), closes - begin)
        last = working.local_day(opens)
    raise ValueError(f"this unit has no working days after {last}")


def next_opening(at: datetime, working: WorkingTime) -> datetime:
    """The next moment, from `at` on, at which the unit works; `at` itself if it does.

    Raises ValueError for a unit that works on no day within two years.
    """
    for opens, closes in _spans_from(at, working):
        if closes > at:
            return max(opens, at)
    raise ValueError("this unit has no working days")


def _spans_from(at: datetime, working: WorkingTime) -> Iterator[tuple[datetime, datetime]]:
    """All spans of work from the day before `at` on (one may reach over midnight UTC), in order of time.

    Ends where two years bring no further day of work.
    """
    first = working.local_day(at)
    idle = 0
    for days in count():
        spans = working.spans_on(first + timedelta(days=days))
        yield from spans
        idle = 0 if spans else idle + 1
        if idle > _HORIZON:
            return
