"""The clock for many intervals says what the calendar says for each."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from webapp.organisation.calendars import RAMADAN_WEEK, Season, WorkingTime, working_time_between
from webapp.organisation.working_clock import WorkingClock, clock_around

BEGIN = datetime(2026, 2, 10, tzinfo=UTC)
SECONDS = 12 * 24 * 3600
WEEKS = (
    {str(day): [["07:30", "12:00"], ["13:00", "16:00"]] for day in range(5)},
    {"0": [["00:00", "24:00"]], "1": [["00:00", "06:15"], ["22:00", "24:00"]], "6": [["23:59", "24:00"]]},
    {},
)

near = st.integers(0, 14).map(lambda days: date(2026, 2, 9) + timedelta(days=days))
working_times = st.builds(
    WorkingTime,
    st.sampled_from(("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Pacific/Honolulu")),
    st.sampled_from(WEEKS),
    st.dictionaries(near, st.booleans(), max_size=3),
    near.map(lambda day: (Season(day, day + timedelta(days=4)),)),
    st.just(RAMADAN_WEEK),
)
intervals = st.lists(st.tuples(st.integers(0, SECONDS), st.integers(-5000, 3 * 24 * 3600)), min_size=1, max_size=8)


@given(working_times, intervals)
def test_it_counts_like_the_calendar(working: WorkingTime, many: list[tuple[int, int]]) -> None:
    spans = [(BEGIN + timedelta(seconds=begin), BEGIN + timedelta(seconds=begin + length)) for begin, length in many]
    clock = clock_around(working, min(start for start, _ in spans), max(end for _, end in spans))
    starts, ends = (np.array([int(span[side].timestamp()) for span in spans], np.int64) for side in (0, 1))
    expected = [int(working_time_between(start, end, working).total_seconds()) for start, end in spans]
    assert clock.seconds_between(starts, ends).tolist() == expected


def test_a_second_before_opening_is_none_and_the_last_second_is_one() -> None:
    clock = WorkingClock(WorkingTime("Asia/Makassar"), date(2026, 11, 2), date(2026, 11, 2))
    opens = int(datetime(2026, 11, 1, 23, 30, tzinfo=UTC).timestamp())  # Monday 07:30 WITA is Sunday in UTC
    closes = int(datetime(2026, 11, 2, 8, 0, tzinfo=UTC).timestamp())
    starts = np.array([opens - 1, opens, closes - 1, closes])
    assert clock.seconds_between(starts, starts + 1).tolist() == [0, 1, 1, 0]
