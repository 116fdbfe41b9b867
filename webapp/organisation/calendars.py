"""Working days and hours: pure arithmetic over a unit's week and days off.

Times go in and come out as UTC; days are counted in the unit's own zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

#: Monday to Friday, 07:30 to 16:00 with a break at noon: 37.5 hours a week (Perpres 21/2023).
OFFICE_WEEK: dict[str, list[list[str]]] = {
    **{str(day): [["07:30", "12:00"], ["13:00", "16:00"]] for day in range(4)},
    "4": [["07:30", "11:30"], ["13:00", "16:30"]],
}


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When a unit works. `exceptions` maps a day to whether it is worked after all."""

    timezone: str = "Asia/Jakarta"
    weekly_hours: Mapping[str, list[list[str]]] = field(default_factory=lambda: OFFICE_WEEK)
    exceptions: Mapping[date, bool] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Whether the unit works on `day`: an exception decides, else the week."""
        return self.exceptions.get(day, bool(self.weekly_hours.get(str(day.weekday()))))

    def local_day(self, at: datetime) -> date:
        """The unit's own date at the moment `at`."""
        return at.astimezone(ZoneInfo(self.timezone)).date()

    def closing_time(self, day: date) -> datetime:
        """When the unit closes on `day` (16:00 local where its week says nothing), as UTC."""
        spans = self.weekly_hours.get(str(day.weekday())) or [["07:30", "16:00"]]
        hour, minute = (int(part) for part in spans[-1][1].split(":"))
        return datetime.combine(day, time(hour, minute), ZoneInfo(self.timezone)).astimezone(UTC)


def due_after_working_days(at: datetime, days: int, working: WorkingTime) -> datetime:
    """The close of business on the `days`-th working day after the day of `at`.

    The day of arrival itself does not count. Raises ValueError for a unit that works on no day within two years.
    """
    day = working.local_day(at)
    left = days
    for _ in range(731):
        if left == 0:
            return working.closing_time(day)
        day += timedelta(days=1)
        if working.is_working_day(day):
            left -= 1
    raise ValueError("this unit has no working days")


def count_working_days(after: datetime, until: datetime, working: WorkingTime) -> int:
    """How many days the unit works after the day of `after`, up to and with the day of `until`; 0 if that is past."""
    day, last = working.local_day(after), working.local_day(until)
    count = 0
    while day < last:
        day += timedelta(days=1)
        count += working.is_working_day(day)
    return count
