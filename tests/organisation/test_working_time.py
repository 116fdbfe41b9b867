"""Working time, held against a slow count minute by minute: zones, midnight, holidays, Ramadan."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.organisation.calendars import (
    RAMADAN_WEEK,
    Season,
    WorkingTime,
    add_working_time,
    next_opening,
    working_time_between,
)

MINUTE = timedelta(minutes=1)
FIRST = date(2026, 2, 9)
CLOCKS = st.integers(0, 24 * 12).map(lambda fives: f"{fives // 12:02}:{fives % 12 * 5:02}")


@st.composite
def weeks(draw: st.DrawFn) -> dict[str, list[list[str]]]:
    """Any week: nights, days open until midnight, days off, breaks."""
    week = {}
    for day in range(7):
        clocks = sorted(draw(st.lists(CLOCKS, max_size=4, unique=True)))
        spans = [list(span) for span in zip(clocks[::2], clocks[1::2], strict=False)]
        if spans:
            week[str(day)] = spans
    return week


@st.composite
def working_times(draw: st.DrawFn) -> WorkingTime:
    near = st.integers(0, 20).map(lambda days: FIRST + timedelta(days=days))
    season = sorted((draw(near), draw(near)))
    return WorkingTime(
        draw(st.sampled_from(("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Europe/Berlin"))),
        draw(weeks()),
        draw(st.dictionaries(near, st.booleans(), max_size=4)),
        (Season(*season),) if draw(st.booleans()) else (),
        draw(st.sampled_from((RAMADAN_WEEK, {"0": [["22:00", "24:00"]]}))),
    )


moments = st.integers(0, 12 * 24 * 60).map(lambda minutes: datetime(2026, 2, 10, tzinfo=UTC) + minutes * MINUTE)


def works_at(at: datetime, working: WorkingTime) -> bool:
    """The slow and plain reading of the rules: is this minute worked?"""
    local = at.astimezone(ZoneInfo(working.timezone))
    day = local.date()
    in_season = any(season.first <= day <= season.last for season in working.seasons)
    week = working.season_hours if in_season else working.weekly_hours
    spans = week.get(str(day.weekday()), [])
    if not working.exceptions.get(day, bool(spans)):
        return False
    spans = spans or next((week[name] for name in sorted(week) if week[name]), [["07:30", "16:00"]])
    now = local.time().isoformat("minutes")
    return any(opens <= now < closes for opens, closes in spans)


def counted(start: datetime, end: datetime, working: WorkingTime) -> timedelta:
    minutes = max(0, int((end - start) / MINUTE))
    return MINUTE * sum(works_at(start + number * MINUTE, working) for number in range(minutes))


@given(working_times(), moments, st.integers(-60, 2 * 24 * 60))
def test_time_between_is_the_count_of_worked_minutes(working: WorkingTime, start: datetime, minutes: int) -> None:
    end = start + minutes * MINUTE
    assert working_time_between(start, end, working) == counted(start, end, working)


@given(working_times(), moments, st.integers(1, 24 * 60))
def test_adding_is_the_first_moment_by_which_so_much_was_worked(
    working: WorkingTime, start: datetime, minutes: int
) -> None:
    try:
        end = add_working_time(start, minutes * MINUTE, working)
    except ValueError:
        assert not any(working.weekly_hours.values())
        return
    assert working_time_between(start, end, working) == minutes * MINUTE
    assert works_at(end - MINUTE, working)


@given(working_times(), moments)
def test_the_next_opening_is_a_worked_minute_and_none_lies_before(working: WorkingTime, at: datetime) -> None:
    try:
        opening = next_opening(at, working)
    except ValueError:
        assert not any(working.weekly_hours.values())
        return
    assert works_at(opening, working)
    assert working_time_between(at, opening, working) == timedelta()


def local(day: int, clock: time, zone: str = "Asia/Makassar", month: int = 2) -> datetime:
    return datetime.combine(date(2026, month, day), clock, ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        # Thursday 12 February, WITA: 24 working hours of 7.5 a day, over the weekend.
        (local(12, time(8)), 24, local(17, time(9, 30))),
        # Late at night counts from the next morning.
        (local(12, time(23, 50)), 1, local(13, time(8, 30))),
        # The close of the day, not the opening of the next.
        (local(12, time(15)), 1, local(12, time(16))),
        # Friday's prayer and the weekend lie between.
        (local(13, time(11)), 4, local(13, time(16, 30))),
        # Ramadan from Thursday 19 February: 6.5 hours a day from 08:00, half an hour of break.
        (local(19, time(7)), 5, local(19, time(13, 30))),
        # 23 February is a holiday here.
        (local(20, time(15, 30)), 1, local(24, time(9))),
    ],
)
def test_a_due_time_as_a_clerk_would_count_it(start: datetime, hours: int, due: datetime) -> None:
    working = WorkingTime(
        "Asia/Makassar", exceptions={date(2026, 2, 23): False}, seasons=(Season(date(2026, 2, 19), date(2026, 3, 20)),)
    )
    assert add_working_time(start, timedelta(hours=hours), working) == due


def test_the_weeks_have_the_hours_that_the_regulation_says() -> None:
    office = WorkingTime(seasons=(Season(date(2026, 2, 19), date(2026, 3, 20)),))
    monday = datetime(2026, 2, 8, 17, tzinfo=UTC)
    assert working_time_between(monday, monday + timedelta(days=7), office) == timedelta(hours=37.5)
    ramadan = monday + timedelta(days=14)
    assert working_time_between(ramadan, ramadan + timedelta(days=7), office) == timedelta(hours=32.5)
