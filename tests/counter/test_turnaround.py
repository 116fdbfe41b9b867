"""Turnaround and the sharing of delay, held against a slow reading of the policy, file by file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.counter.applications.proportion import share_out, sums_by
from webapp.counter.applications.turnaround import (
    NONE,
    TRAY,
    FileColumns,
    FileTimes,
    HandTimes,
    HoldingColumns,
    PauseColumns,
    StageColumns,
    compute_turnaround,
)
from webapp.organisation.calendars import WorkingTime, working_time_between
from webapp.organisation.working_clock import WorkingClock

WORKING = WorkingTime("Asia/Makassar", exceptions={date(2026, 11, 4): False})
BEGIN = datetime(2026, 11, 2, 0, 30, tzinfo=UTC)  # Monday 08:30 WITA
MINUTES = 6 * 24 * 60
CAUSES = 3
HOUR = 3600


@dataclass
class Hand:
    officer: int
    starts: int
    ends: int


@dataclass
class Stage:
    starts: int
    ends: int
    target: int | None
    hands: list[Hand]


@dataclass
class File:
    """Minutes since BEGIN."""

    complete: int
    ends: int
    standard: int | None
    stages: list[Stage]
    pauses: list[tuple[int, int, int]]


minutes = st.integers(0, MINUTES)


@st.composite
def files(draw: st.DrawFn) -> File:
    registered = draw(st.integers(0, 1000))
    cuts = [registered, *sorted(draw(st.lists(minutes.map(lambda m: m + registered), min_size=1, max_size=4)))]
    stages = []
    for starts, ends in pairwise(cuts):
        marks = [starts, *sorted(draw(st.lists(st.integers(starts, ends), max_size=3))), ends]
        hands = [
            Hand(draw(st.integers(TRAY, 3)), begin, end)
            for begin, end in pairwise(marks)
            if draw(st.integers(0, 4))  # an agency's system may not know who had it for a while
        ]
        stages.append(Stage(starts, ends, draw(st.none() | st.integers(1, 600)), hands))
    pauses = draw(st.lists(st.tuples(minutes, st.integers(0, 2000), st.integers(0, CAUSES - 1)), max_size=4))
    return File(
        draw(st.integers(registered, cuts[-1])),
        cuts[-1],
        draw(st.none() | st.integers(0, 900)),
        stages,
        [(starts, starts + length, cause) for starts, length, cause in pauses],
    )


def second(minute: int) -> int:
    return int(BEGIN.timestamp()) + minute * 60


def column(numbers: list[int]) -> np.ndarray:
    return np.array(numbers, np.int64)


def computed(many: list[File]) -> tuple[FileTimes, HandTimes]:
    stages = [(number, stage) for number, file in enumerate(many) for stage in file.stages]
    hands = [(number, hand) for number, (_, stage) in enumerate(stages) for hand in stage.hands]
    pauses = [(number, *pause) for number, file in enumerate(many) for pause in file.pauses]
    return compute_turnaround(
        FileColumns(
            column([second(file.complete) for file in many]),
            column([second(file.ends) for file in many]),
            column([NONE if file.standard is None else file.standard * 60 for file in many]),
        ),
        StageColumns(
            column([number for number, _ in stages]),
            column([second(stage.starts) for _, stage in stages]),
            column([second(stage.ends) for _, stage in stages]),
            column([NONE if stage.target is None else stage.target * 60 for _, stage in stages]),
        ),
        HoldingColumns(
            column([number for number, _ in hands]),
            column([hand.officer for _, hand in hands]),
            column([second(hand.starts) for _, hand in hands]),
            column([second(hand.ends) for _, hand in hands]),
        ),
        PauseColumns(
            column([number for number, *_ in pauses]),
            column([cause for *_, cause in pauses]),
            column([second(starts) for _, starts, _, _ in pauses]),
            column([second(ends) for _, _, ends, _ in pauses]),
            CAUSES,
        ),
        WorkingClock(WORKING, date(2026, 11, 1), date(2026, 12, 1)),
    )


def worked(starts: int, ends: int) -> int:
    at, until = BEGIN + timedelta(minutes=starts), BEGIN + timedelta(minutes=ends)
    return int(working_time_between(at, until, WORKING).total_seconds())


def slow_times(file: File, starts: int, ends: int) -> tuple[int, list[int]]:
    """Counted seconds between two minutes, and those taken out by cause: the plain reading of rules 1 and 6."""
    starts, ends = max(starts, file.complete), min(ends, file.ends)
    outside, reached = [0] * CAUSES, starts
    for begin, end, cause in sorted(file.pauses, key=lambda pause: pause[:2]):
        begin, end = max(begin, reached), min(end, ends)
        if end > begin:
            outside[cause] += worked(begin, end)
            reached = end
    # What an earlier pause covers before `starts` does not matter: it ends at `reached` or before.
    return (worked(starts, ends) if ends > starts else 0) - sum(outside), outside


@settings(max_examples=60, deadline=None)
@given(st.lists(files(), min_size=1, max_size=4))
def test_it_says_what_the_policy_says(many: list[File]) -> None:
    whole, hands = computed(many)
    first = 0
    for number, file in enumerate(many):
        counted, outside = slow_times(file, file.complete, file.ends)
        assert whole.counted[number] == counted
        assert whole.outside[:, number].tolist() == outside
        delay = max(0, counted - file.standard * 60) if file.standard is not None else 0
        assert whole.delay[number] == delay
        check_hands(file, first, hands, delay)
        first += len(file.stages)


def check_hands(file: File, first: int, hands: HandTimes, delay: int) -> None:
    times = [slow_times(file, stage.starts, stage.ends)[0] for stage in file.stages]
    overruns = [
        max(0, counted - stage.target * 60) if stage.target is not None else 0
        for counted, stage in zip(times, file.stages, strict=True)
    ]
    shared = min(delay, sum(overruns))
    of_file = 0
    for number, (stage, counted, overrun) in enumerate(zip(file.stages, times, overruns, strict=True)):
        rows = np.flatnonzero(hands.stage == first + number)
        assert hands.counted[rows].sum() == counted
        assert hands.elapsed[rows].sum() == (stage.ends - stage.starts) * 60
        part = Fraction(shared * overrun, sum(overruns)) if overrun else Fraction(0)
        of_officers = 0
        for officer in {hand.officer for hand in stage.hands} - {TRAY}:
            own = sum(slow_times(file, hand.starts, hand.ends)[0] for hand in stage.hands if hand.officer == officer)
            (row,) = (row for row in rows if hands.officer[row] == officer)
            assert hands.counted[row] == own
            beyond = max(0, own - stage.target * 60) if stage.target is not None else 0
            answers = hands.delay[row]
            assert abs(answers - (part * beyond / overrun if overrun else 0)) <= 2  # cut to seconds twice
            assert answers <= beyond, "nobody answers for more than what was beyond the target in his own hands"
            of_officers += answers
        of_file += hands.delay[rows].sum()
        assert hands.delay[rows].min(initial=0) >= 0
    assert of_file == delay, "the parts of the hands make up the delay"


def one(file: File) -> tuple[FileTimes, dict[tuple[int, int], tuple[int, int]]]:
    """Times of one file, and of each stage and officer what counted and what they answer for."""
    whole, hands = computed([file])
    rows = zip(hands.stage, hands.officer, hands.counted, hands.delay, strict=True)
    return whole, {(int(s), int(o)): (int(c), int(d)) for s, o, c, d in rows}


def test_an_hour_in_the_tray_is_the_units_and_the_officer_within_his_target_answers_for_nothing() -> None:
    stage = Stage(0, 180, 60, [Hand(TRAY, 0, 125), Hand(7, 125, 180)])
    whole, hands = one(File(0, 180, 120, [stage], []))
    assert whole.delay[0] == HOUR
    assert hands == {(0, 7): (55 * 60, 0), (0, TRAY): (125 * 60, HOUR)}


def test_a_server_that_is_down_is_nobodys_fault() -> None:
    stage = Stage(0, 180, 60, [Hand(7, 0, 180)])
    whole, hands = one(File(0, 180, 60, [stage], [(30, 150, 2)]))
    assert (whole.counted[0], whole.delay[0], whole.outside[:, 0].tolist()) == (HOUR, 0, [0, 0, 2 * HOUR])
    assert hands == {(0, 7): (HOUR, 0)}


def test_delay_goes_to_the_stages_that_overran_in_proportion() -> None:
    stages = [
        Stage(0, 60, 60, [Hand(1, 0, 60)]),
        Stage(60, 120, 30, [Hand(2, 60, 120)]),  # half an hour over
        Stage(120, 180, 50, [Hand(3, 120, 180)]),  # ten minutes over
    ]
    whole, hands = one(File(0, 180, 160, stages, []))
    assert whole.delay[0] == 20 * 60
    assert hands == {(0, 1): (HOUR, 0), (1, 2): (HOUR, 15 * 60), (2, 3): (HOUR, 5 * 60)}


def test_many_hands_that_each_kept_to_the_target_leave_the_rest_to_the_unit() -> None:
    stage = Stage(0, 100, 60, [Hand(1, 0, 50), Hand(2, 50, 100)])
    _whole, hands = one(File(0, 100, 60, [stage], []))
    assert hands == {(0, 1): (3000, 0), (0, 2): (3000, 0), (0, TRAY): (0, 40 * 60)}


def test_a_standard_below_the_targets_is_the_units() -> None:
    stages = [Stage(0, 60, 60, [Hand(1, 0, 60)]), Stage(60, 180, 120, [Hand(2, 60, 180)])]
    whole, hands = one(File(0, 180, 150, stages, []))
    assert whole.delay[0] == 30 * 60
    assert hands == {(0, 1): (3600, 0), (0, TRAY): (0, 600), (1, 2): (7200, 0), (1, TRAY): (0, 1200)}


def test_what_was_before_completeness_counts_for_nobody() -> None:
    stage = Stage(0, 180, 60, [Hand(7, 0, 180)])
    whole, hands = one(File(150, 180, 60, [stage], []))
    assert (whole.counted[0], whole.delay[0]) == (30 * 60, 0)
    assert hands == {(0, 7): (30 * 60, 0)}


groups = st.lists(st.tuples(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), max_size=6)), max_size=5)


@given(groups)
def test_what_is_shared_out_sums_up_exactly_and_stays_in_proportion(many: list[tuple[int, list[int]]]) -> None:
    weights = [weight for _, members in many for weight in members]
    group = [number for number, (_, members) in enumerate(many) for _ in members]
    amounts = [amount for amount, _ in many]
    shares = share_out(column(amounts), column(group), column(weights))
    sums = sums_by(column(group), shares, len(many))
    for number, (amount, members) in enumerate(many):
        assert sums[number] == (amount if sum(members) else 0)
        for weight, share in zip(members, shares[column(group) == number], strict=True):
            exact = Fraction(amount * weight, sum(members) or 1)
            assert abs(share - exact) < 1
            assert share == 0 if weight == 0 else True
            assert share <= weight or amount > sum(members)
