"""The turnaround of a million stages: from columns to everybody's part of every delay, on one core.

Files of six stages, each stage lying in the tray before one or two officers have it, half of the files with a pause
outside control, over two years of a calendar with holidays and Ramadan. Made up from a fixed seed.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np

from tests.benchmarks.results import Result, measured
from webapp.counter.applications.turnaround import (
    TRAY,
    FileColumns,
    HoldingColumns,
    PauseColumns,
    StageColumns,
    compute_turnaround,
)
from webapp.organisation.calendars import Season, WorkingTime
from webapp.organisation.working_clock import WorkingClock

STAGES = 1_000_000
STAGES_A_FILE = 6
CAUSES = 4
TARGET = 10
HOUR = 3600


def run() -> Iterator[Result]:
    """Seconds for a million stages, the calendar's layout included."""
    files, stages, holdings, pauses = make_up(STAGES // STAGES_A_FILE + 1)
    working = _working_time()
    began, worked = time.perf_counter(), time.process_time()
    clock = WorkingClock(working, date(2025, 1, 1), date(2027, 12, 31))
    whole, hands = compute_turnaround(files, stages, holdings, pauses, clock)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    assert len(stages.file) >= STAGES
    assert int(whole.delay.sum()) == int(hands.delay.sum()) > 0, "delay was lost"
    assert int((hands.delay > 0).sum()) > STAGES / 20, "hardly anything was late: nothing was measured"
    size = f"{len(stages.file):,} stages in {len(hands.stage):,} hands"
    yield measured("turnaround", size, took, "s", most=TARGET)
    yield measured("turnaround", "processor time of these", worked, "s")


def make_up(count: int) -> tuple[FileColumns, StageColumns, HoldingColumns, PauseColumns]:
    """`count` files with their stages, hands and pauses."""
    random = np.random.default_rng(20261122)
    first = int(datetime(2025, 1, 6, tzinfo=UTC).timestamp())
    complete = first + random.integers(0, 600 * 24 * HOUR, count)
    length = random.integers(HOUR // 2, 20 * HOUR, (count, STAGES_A_FILE))
    ends = complete[:, None] + np.cumsum(length, axis=1)
    starts = ends - length
    stages = StageColumns(
        np.repeat(np.arange(count), STAGES_A_FILE),
        starts.ravel(),
        ends.ravel(),
        random.integers(HOUR // 2, 3 * HOUR, count * STAGES_A_FILE),
    )
    taken = stages.starts_at + random.integers(0, length.ravel() // 2)
    passed_on = taken + random.integers(0, length.ravel() // 2)
    every = np.arange(count * STAGES_A_FILE)
    one, other = random.integers(1, 400, len(every)), random.integers(1, 400, len(every))
    twice = random.random(len(every)) < 0.2
    holdings = HoldingColumns(
        np.concatenate((every, every, every[twice])),
        np.concatenate((np.full(len(every), TRAY), one, other[twice])),
        np.concatenate((stages.starts_at, taken, passed_on[twice])),
        np.concatenate((taken, np.where(twice, passed_on, stages.ends_at), stages.ends_at[twice])),
    )
    waits = np.flatnonzero(random.random(count) < 0.5)
    begin = complete[waits] + random.integers(0, 30 * HOUR, len(waits))
    pauses = PauseColumns(
        waits, random.integers(0, CAUSES, len(waits)), begin, begin + random.integers(0, 40 * HOUR, len(waits)), CAUSES
    )
    standard = np.full(count, 8 * HOUR)
    return FileColumns(complete, ends[:, -1], standard), stages, holdings, pauses


def _working_time() -> WorkingTime:
    """Every eleventh day off, and two Ramadans."""
    days_off = {date(2025, 1, 1) + timedelta(days=11 * number): False for number in range(90)}
    seasons = (Season(date(2025, 3, 1), date(2025, 3, 29)), Season(date(2026, 2, 18), date(2026, 3, 19)))
    return WorkingTime("Asia/Makassar", exceptions=days_off, seasons=seasons)
