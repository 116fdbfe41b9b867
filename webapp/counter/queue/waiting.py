"""How long until the first call, and how far that may be off: a forecast from what is known now. Pure.

It plays the hall on many times over: everybody who waits is called in order by whichever counter that serves his line
is free first, and holds it for as long as one of the hall's own recent numbers did, drawn at random. So it knows what
"people ahead x mean" does not: how many counters call from the line, which of them have just begun with somebody, which
open later, that services differ, and that counters which are slow together stay so (`_DAY_SPREAD`). The mean of what
it sees is the forecast, its standard deviation the spread.

How sure it really is, `calibration` finds out from what came true.

All durations are seconds of the hall's working time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: How often the hall is played on.
_PLAYS = 64
#: Steps that are played; behind them the queue goes on as fast as it did before.
_STEPS = 120
#: Places behind the last who waits that are played too, for whoever draws next.
BEHIND = 12
#: A whole day is this much slower or faster than the numbers before (standard deviation of the logarithm).
_DAY_SPREAD = 0.1
#: A number takes as long as this where nothing is known, and seldom less than the second.
_UNKNOWN, _LEAST = 600.0, 20.0
#: So many calls of a hall say all about its pace; fewer are completed by what is assumed.
_BELIEVED = 20
#: No forecast is surer than this.
_LEAST_SPREAD = 45.0

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class OpenCounter:
    """A counter that calls from `lines`. `serving` is the line of the number it serves since `served` seconds; None
    where it is free, from `free_in` seconds on (0: now; later where it opens only then)."""

    lines: frozenset[int]
    serving: int | None = None
    served: float = 0.0
    free_in: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """Somebody who waits in a line and cannot be called before `ready_in` seconds."""

    line_id: int
    ready_in: float = 0.0


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds until a call and how far that may be off, by line and by people ahead.

    `means[line_id][k]` is for somebody in the line with k of the hall's waiting people called before him. `overtaken`
    is the share of calls that goes to people with priority, most of whom are yet to come.
    """

    means: Mapping[int, Floats]
    spreads: Mapping[int, Floats]
    overtaken: float = 0.0

    def for_place(
        self, line_id: int, ahead: int, ready_in: float = 0.0, *, priority: bool = False
    ) -> tuple[float, float] | None:
        """Expected seconds and their spread with `ahead` people ahead; None where no counter calls from the line."""
        means = self.means.get(line_id)
        if means is None:
            return None
        known = min(max(ahead, 0), len(means) - 1)
        stretch = 1.0 if priority else 1.0 / (1.0 - min(max(self.overtaken, 0.0), 0.5))
        if ahead > known:  # further back than was played: as fast as before
            stretch *= (ahead + 1) / (known + 1)
        mean, spread = float(means[known]) * stretch, float(self.spreads[line_id][known]) * stretch
        return max(mean, ready_in), max(spread, _LEAST_SPREAD)


def forecast_calls(
    turns: Sequence[Turn],
    counters: Sequence[OpenCounter],
    cycles: Mapping[int, Floats],
    *,
    overtaken: float = 0.0,
    seed: int = 0,
) -> Forecast:
    """Play the hall on: `turns` in the order of the calls, `cycles` the recent seconds a number held its counter, by
    line, `overtaken` as in Forecast. The same `seed` throws the same dice."""
    if not counters:
        return Forecast({}, {})
    dice = np.random.default_rng(seed)
    pace = np.exp(dice.normal(0.0, _DAY_SPREAD, _PLAYS))
    free = np.empty((_PLAYS, len(counters)))
    for number, counter in enumerate(counters):
        free[:, number] = counter.free_in
        if counter.serving is not None:
            free[:, number] += pace * _rest(cycles.get(counter.serving), counter.served, dice)
    served = {line_id: _columns(counters, line_id) for line_id in {line for one in counters for line in one.lines}}
    groups = {columns: np.array(columns) for columns in served.values()}
    seen: dict[tuple[int, ...], list[Floats]] = {columns: [] for columns in groups}
    people = [turn for turn in turns if turn.line_id in served][:_STEPS]
    # Whoever draws next stands behind all of them; what they come for is what others came for.
    for turn in [*people, *_others(people, sorted(served), dice)]:
        for columns, indices in groups.items():
            seen[columns].append(free[:, indices].min(axis=1))
        _call(free, groups[served[turn.line_id]], turn, cycles.get(turn.line_id), pace, dice)
    table = {columns: np.stack(waits) for columns, waits in seen.items()}
    means = {columns: waits.mean(axis=1) for columns, waits in table.items()}
    spreads = {columns: waits.std(axis=1) for columns, waits in table.items()}
    return Forecast(
        {line_id: means[columns] for line_id, columns in served.items()},
        {line_id: spreads[columns] for line_id, columns in served.items()},
        overtaken,
    )


def _columns(counters: Sequence[OpenCounter], line_id: int) -> tuple[int, ...]:
    return tuple(number for number, counter in enumerate(counters) if line_id in counter.lines)


def _others(people: Sequence[Turn], lines: Sequence[int], dice: np.random.Generator) -> list[Turn]:
    known = [turn.line_id for turn in people] or list(lines)
    return [Turn(int(line_id)) for line_id in dice.choice(known, BEHIND + 1)]


def _call(
    free: Floats, columns: NDArray[np.int64], turn: Turn, cycles: Floats | None, pace: Floats, dice: np.random.Generator
) -> None:
    """The counter that is free first calls this one, in each of the plays."""
    rows = np.arange(len(free))
    first = columns[free[:, columns].argmin(axis=1)]
    called = np.maximum(free[rows, first], turn.ready_in)
    free[rows, first] = called + pace * _sample(cycles, dice)


def _sample(cycles: Floats | None, dice: np.random.Generator) -> Floats:
    if cycles is None or not len(cycles):
        return dice.exponential(_UNKNOWN, _PLAYS)
    return cycles[dice.integers(0, len(cycles), _PLAYS)]


def _rest(cycles: Floats | None, served: float, dice: np.random.Generator) -> Floats:
    """How long a number goes on that has held its counter for `served` seconds: as those did that took longer."""
    longer = cycles[cycles > served] - served if cycles is not None else np.empty(0)
    if len(longer) < 3:  # longer than nearly all: it may end any moment, or be one of the long ones
        typical = float(np.median(cycles)) if cycles is not None and len(cycles) else _UNKNOWN
        return dice.exponential(typical / 2, _PLAYS)
    return longer[dice.integers(0, len(longer), _PLAYS)]


def with_unknown(cycles: Mapping[int, Floats], calls: int) -> dict[int, Floats]:
    """`cycles` of a hall in which `calls` were heard, completed by what is assumed where nothing is known.

    Each call takes the place of one of `_BELIEVED` assumed ones, so that the first few, short or long, move the
    forecast by no more than they can tell; with so many calls nothing is assumed any more.
    """
    if calls >= _BELIEVED:
        return dict(cycles)
    # The assumed ones, evenly out of the distribution that is drawn from where nothing is known.
    steps = np.arange(_BELIEVED - calls)
    assumed = -_UNKNOWN * np.log(1.0 - (steps + 0.5) / len(steps))
    return {
        line_id: np.concatenate([own, np.repeat(assumed, max(1, round(len(own) / max(1, calls))))])
        for line_id, own in cycles.items()
    }


@dataclass(frozen=True, slots=True)
class Served:
    """A call of the past: which counter session called at `called` a number of a line that could have been called since
    `ready`, and when its service ended (None: unknown). Seconds on one clock of working time."""

    session_id: int
    line_id: int
    ready: float
    called: float
    ended: float | None


def cycles_of(calls: Sequence[Served], most: int = 100) -> dict[int, Floats]:
    """How long numbers held their counters, by line, the newest `most` of each.

    What lies between two calls counts as long as somebody waited. A line with few of its own takes all others' besides.
    """
    sessions: dict[int, list[Served]] = {}
    for call in calls:
        sessions.setdefault(call.session_id, []).append(call)
    found: list[tuple[float, int, float]] = []
    for ordered in sessions.values():
        ordered.sort(key=lambda call: call.called)
        for call, following in zip(ordered, [*ordered[1:], None], strict=True):
            length = None
            if following is not None and (call.ended is None or following.ready <= call.ended):
                length = following.called - call.called
            elif call.ended is not None:
                length = call.ended - call.called
            if length is not None and length >= 0:
                found.append((call.called, call.line_id, max(length, _LEAST)))
    found.sort(reverse=True)
    everything = np.array([length for _, _, length in found[:most]])
    cycles: dict[int, Floats] = {}
    for line_id in {call.line_id for call in calls}:
        own = np.array([length for _, line, length in found if line == line_id][:most])
        cycles[line_id] = own if len(own) >= 15 else np.concatenate([own, own, everything])
    return cycles
