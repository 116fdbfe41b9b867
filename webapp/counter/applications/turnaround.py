"""How long files took, and who answers for what was too long. Pure; written to be read as the policy that it is.

1. What counts of a file is the working time of its unit from the moment at which it was complete to its end, without
   the pauses whose cause lies outside the agency's control. Two such pauses at once are taken out once, for the first.
2. A file's delay is what it counted beyond its standard.
3. A stage overran by what it counted beyond its target. The delay is shared out to the stages that overran, in
   proportion to that, and to none by more than that.
4. Within a stage an officer answers only for what was beyond the target in his own hands, whether he had it once or
   several times; several officers in proportion to that. All the rest is the unit's: the time in its tray, and what
   came together from many hands that each kept to the target.
5. What no stage overran (targets that add up to more than the standard, time between stages) is the units', in
   proportion to what their stages counted: nobody who kept to his target answers for it.
6. What lies outside control is nobody's, and told by cause.

Everything is whole seconds, and every sum is exact: the parts of the hands make up the file's delay, their counted
times the stage's. Columns of numpy arrays, so that a million stages take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from webapp.counter.applications.proportion import share_out, sums_by
from webapp.organisation.working_clock import WorkingClock

#: Written into every fact: which reading of the rules it follows.
RULES_VERSION = "turnaround-1"
#: In place of an officer: the unit's tray.
TRAY = 0
#: In place of a standard or target: there is none.
NONE = -1

Column = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Files that are complete, one a place. Times in seconds since 1970; `standard` in seconds, or NONE."""

    complete_at: Column
    ends_at: Column
    standard: Column


@dataclass(frozen=True, slots=True)
class StageColumns:
    """Stages that have begun, those of a file together. `file` is its place; a running stage ends now."""

    file: Column
    starts_at: Column
    ends_at: Column
    target: Column


@dataclass(frozen=True, slots=True)
class HoldingColumns:
    """In whose hands stages were. `stage` is its place, `officer` an id or TRAY. What nobody held lay in the tray."""

    stage: Column
    officer: Column
    starts_at: Column
    ends_at: Column


@dataclass(frozen=True, slots=True)
class PauseColumns:
    """Pauses outside control, and only these. `cause` is the place of the cause, `causes` how many there are."""

    file: Column
    cause: Column
    starts_at: Column
    ends_at: Column
    causes: int


@dataclass(frozen=True, slots=True)
class FileTimes:
    """What each file took, in its place. `outside` has a row for each cause."""

    elapsed: Column
    counted: Column
    outside: Column
    delay: Column


@dataclass(frozen=True, slots=True)
class HandTimes:
    """What each stage took in each pair of hands: by stage, in it by officer, the tray last."""

    stage: Column
    officer: Column
    starts_at: Column
    ends_at: Column
    elapsed: Column
    counted: Column
    outside: Column
    delay: Column


def compute_turnaround(
    files: FileColumns, stages: StageColumns, holdings: HoldingColumns, pauses: PauseColumns, clock: WorkingClock
) -> tuple[FileTimes, HandTimes]:
    """The turnaround of files that share a working time. `clock` covers them from the first to the last moment."""
    times = _CountedTime(files, pauses, clock)
    everything = np.arange(len(files.complete_at), dtype=np.int64)
    counted, outside = times.between(everything, files.complete_at, files.ends_at)
    delay = np.where(files.standard == NONE, 0, np.maximum(0, counted - files.standard))
    elapsed = np.maximum(0, files.ends_at - files.complete_at)
    of_stages = times.between(stages.file, stages.starts_at, stages.ends_at)
    hands = _hands(stages, of_stages, holdings, times)
    return FileTimes(elapsed, counted, outside, delay), _share_delay(stages, of_stages[0], hands, delay)


class _CountedTime:
    """What counts of a file between two moments, and what is taken out by cause."""

    def __init__(self, files: FileColumns, pauses: PauseColumns, clock: WorkingClock) -> None:
        self._files, self._clock = files, clock
        self._origin = int(min(files.complete_at.min(initial=0), pauses.starts_at.min(initial=0)))
        latest = int(max(files.ends_at.max(initial=0), files.complete_at.max(initial=0), pauses.ends_at.max(initial=0)))
        self._reach = latest - self._origin + 2
        file, cause, starts_at, ends_at = self._apart(pauses)
        self._causes = [
            _TakenOut(file[one], starts_at[one], ends_at[one], len(files.complete_at), self)
            for one in (np.flatnonzero(cause == number) for number in range(pauses.causes))
        ]

    def between(self, file: Column, starts_at: Column, ends_at: Column) -> tuple[Column, Column]:
        """Counted seconds of each interval, and a row of seconds taken out for each cause."""
        begin, end = self._files.complete_at[file], self._files.ends_at[file]
        first = np.clip(starts_at, begin, np.maximum(begin, end))
        last = np.maximum(first, np.clip(ends_at, begin, np.maximum(begin, end)))
        worked_first, worked_last = self._clock.seconds_until(first), self._clock.seconds_until(last)
        outside = np.zeros((len(self._causes), len(file)), np.int64)
        for row, cause in zip(outside, self._causes, strict=True):
            some = np.flatnonzero(cause.concerns[file])  # most files never waited for most causes
            whose, until, since = file[some], (last[some], worked_last[some]), (first[some], worked_first[some])
            row[some] = cause.until(whose, *until) - cause.until(whose, *since)
        counted: Column = worked_last - worked_first - outside.sum(axis=0)
        return counted, outside

    def place(self, file: Column, moment: Column) -> Column:
        """File and moment as one number that orders by both."""
        result: Column = file * self._reach + (moment - self._origin)
        return result

    def worked(self, moments: Column) -> Column:
        """Working seconds until each moment."""
        return self._clock.seconds_until(moments)

    def _apart(self, pauses: PauseColumns) -> tuple[Column, Column, Column, Column]:
        """The pauses by file and time, each without what an earlier one of the file covers."""
        order = np.lexsort((pauses.ends_at, pauses.starts_at, pauses.file))
        file, cause = pauses.file[order], pauses.cause[order]
        starts = self.place(file, pauses.starts_at[order])
        ends = np.maximum(starts, self.place(file, pauses.ends_at[order]))
        covered = np.concatenate(([0], np.maximum.accumulate(ends)[:-1])) if len(ends) else ends
        starts = np.maximum(starts, covered)
        ends = np.maximum(starts, ends)
        left = ends > starts
        back = file * self._reach - self._origin
        return file[left], cause[left], (starts - back)[left], (ends - back)[left]


class _TakenOut:
    """The pauses of one cause: how much working time they took out of a file until a moment."""

    def __init__(self, file: Column, starts_at: Column, ends_at: Column, files: int, times: _CountedTime) -> None:
        self._times = times
        self._file, self._ends = file, ends_at
        #: Whether each file ever waited for this cause.
        self.concerns = np.zeros(files, bool)
        self.concerns[file] = True
        self._starts = times.place(file, starts_at)
        self._worked_ends = times.worked(ends_at)
        lengths = self._worked_ends - times.worked(starts_at)
        self._before = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)

    def until(self, file: Column, moment: Column, worked: Column) -> Column:
        """Seconds, counted over all files before this one as well: only differences within a file mean something."""
        if not len(self._starts):
            return np.zeros(len(file), np.int64)
        begun = np.searchsorted(self._starts, self._times.place(file, moment), "right")
        last = np.maximum(begun - 1, 0)
        goes_on = (begun > 0) & (self._file[last] == file) & (self._ends[last] > moment)
        result: Column = self._before[begun] - np.where(goes_on, self._worked_ends[last] - worked, 0)
        return result


def _hands(
    stages: StageColumns, of_stages: tuple[Column, Column], holdings: HoldingColumns, times: _CountedTime
) -> HandTimes:
    """What each pair of hands took; each stage has its tray last, which took what no officer did. No delay yet."""
    count = len(stages.file)
    every = np.arange(count, dtype=np.int64)
    begin, end = stages.starts_at, np.maximum(stages.starts_at, stages.ends_at)
    held_from = np.clip(holdings.starts_at, begin[holdings.stage], end[holdings.stage])
    held_until = np.maximum(held_from, np.clip(holdings.ends_at, begin[holdings.stage], end[holdings.stage]))
    by_officer = holdings.officer != TRAY
    # The tray of each stage takes part in the grouping even where nothing lay in it: it may have to answer.
    stage = np.concatenate((holdings.stage, every))
    officer = np.concatenate((holdings.officer, np.full(count, TRAY)))
    starts_at, ends_at = np.concatenate((held_from, end)), np.concatenate((held_until, begin))
    last_in_stage = int(officer.max(initial=0)) + 1
    order = np.argsort(stage * (last_in_stage + 1) + np.where(officer == TRAY, last_in_stage, officer), kind="stable")
    stage, officer, starts_at, ends_at = stage[order], officer[order], starts_at[order], ends_at[order]
    new = np.ones(len(stage), bool)
    new[1:] = (stage[1:] != stage[:-1]) | (officer[1:] != officer[:-1])
    group = np.empty(len(stage), np.int64)
    group[order] = np.cumsum(new) - 1  # of each holding and tray in the order in which they came
    heads = np.flatnonzero(new)
    rows = len(heads)

    counted, outside = times.between(stages.file[holdings.stage], held_from, held_until)
    in_hands = group[: len(holdings.stage)]
    of_officers = in_hands[by_officer]
    columns = [held_until - held_from, counted, *outside]
    wholes = [end - begin, of_stages[0], *of_stages[1]]
    tray = group[len(holdings.stage) :]
    summed = []
    for column, whole in zip(columns, wholes, strict=True):
        row = sums_by(of_officers, column[by_officer], rows)
        row[tray] = np.maximum(0, whole - sums_by(stage[heads], row, count))
        summed.append(row)
    first = np.minimum.reduceat(starts_at, heads) if rows else starts_at
    last = np.maximum.reduceat(ends_at, heads) if rows else ends_at
    # A tray in which nothing lay has the times of its stage.
    empty = first > last
    first, last = np.where(empty, begin[stage[heads]], first), np.where(empty, end[stage[heads]], last)
    return HandTimes(
        stage[heads],
        officer[heads],
        first,
        last,
        summed[0],
        summed[1],
        np.array(summed[2:], np.int64).reshape(len(outside), rows),
        np.zeros(rows, np.int64),
    )


def _share_delay(stages: StageColumns, counted: Column, hands: HandTimes, delay: Column) -> HandTimes:
    """Share the delay of each file out to stages and hands; trays that neither held nor answer for anything go."""
    count = len(stages.file)
    has_target = stages.target != NONE
    overrun = np.where(has_target, np.maximum(0, counted - stages.target), 0)
    overran = sums_by(stages.file, overrun, len(delay))
    of_stages = np.minimum(delay, overran)
    shared = share_out(of_stages, stages.file, overrun)
    planned = share_out(delay - of_stages, stages.file, _or_equally(stages.file, counted, len(delay)))

    in_tray = hands.officer == TRAY
    beyond = np.where(in_tray | ~has_target[hands.stage], 0, np.maximum(0, hands.counted - stages.target[hands.stage]))
    weight = beyond.copy()
    weight[in_tray] = np.maximum(0, overrun - sums_by(hands.stage, beyond, count))
    answers = share_out(shared, hands.stage, weight)
    answers[in_tray] += planned
    kept = ~in_tray | (hands.elapsed > 0) | (answers > 0)
    return HandTimes(
        hands.stage[kept],
        hands.officer[kept],
        hands.starts_at[kept],
        hands.ends_at[kept],
        hands.elapsed[kept],
        hands.counted[kept],
        hands.outside[:, kept],
        answers[kept],
    )


def _or_equally(group: Column, weight: Column, groups: int) -> Column:
    """`weight`, or 1 for each member of a group that has none at all."""
    result: Column = np.where(sums_by(group, weight, groups)[group] == 0, 1, weight)
    return result
