"""Facts of one component as columns, put by officer and day, and all officers read from them. Pure: numpy, numba."""

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.facts import MINIMUM_SHARE, Floats
from webapp.indicators.kernel.arranging import (
    NO_DAY,
    Longs,
    LongTable,
    arrange,
    room_for,
)
from webapp.indicators.kernel.blocks import blocks_of
from webapp.indicators.kernel.compiling import compiled
from webapp.indicators.kernel.damping import UNVERIFIED, ways_for
from webapp.indicators.kernel.officers import Places, Usual, points_at, read_officer, usual_of
from webapp.indicators.kernel.reference_columns import Levels

Rows = NDArray[np.int32]
Shares = NDArray[np.float32] | Floats

LEAST_SHARE: Final = MINIMUM_SHARE  # law 3: what is too unsure weighs nothing

_CODES: Final = 1 << 12


@dataclass(frozen=True, slots=True, eq=False)
class FactColumns:
    """One row a fact and candidate, n rows. `officer`: 0 .. officers - 1. `share`, `y`: 0 to 1. `place` (n, 3): as
    `Codebook.places` gives them. `quarter`: any numbering. `day`: days from any origin whose day 1 begins a week,
    NO_DAY if unknown. `rater`: NO_RATER if unknown. `events` (n): cases summed up, or None for one each. `offset` (n):
    what the others who share the fact add to its level, or None. `fact`: its number, unique for each officer.
    """

    fact: NDArray[np.int64]
    officer: Rows
    share: Shares
    y: Shares
    verified: NDArray[np.bool_]
    place: Places
    quarter: Rows
    day: Rows
    rater: NDArray[np.int64]
    officers: int
    events: Floats | None = None
    offset: Floats | None = None


@compiled
def _counted(order: Rows, codes: Rows, count: int) -> tuple[Rows, Longs]:
    """`order` by code, equal ones as they stand; and where each code begins."""
    start = np.zeros(count + 1, dtype=np.int64)
    for k in range(len(order)):
        start[codes[order[k]] + 1] += 1
    for code in range(count):
        start[code + 1] += start[code]
    filled = start.copy()
    following = np.empty_like(order)
    for k in range(len(order)):
        row = order[k]
        code = codes[row]
        following[filled[code]] = row
        filled[code] += 1
    return following, start


def by_officer(facts: FactColumns) -> tuple[Rows, Longs]:
    """The rows by officer, block, day and fact; and where each officer's begin."""
    order: Rows
    if bool(np.all(facts.fact[1:] >= facts.fact[:-1])):
        order = np.arange(len(facts.fact), dtype=np.int32)
    else:
        order = np.argsort(facts.fact, kind="stable").astype(np.int32)
    if len(order):
        quarters = facts.quarter.astype(np.int32) - int(facts.quarter.min())
        dated = facts.day != NO_DAY
        first = int(facts.day[dated].min()) if dated.any() else 0
        span = int(facts.day[dated].max()) - first + 1 if dated.any() else 1
        count = (int(quarters.max()) + 1) * 4 * span
        if count <= max(_CODES, 4 * len(order)):
            codes = quarters
            codes *= 2
            codes += facts.verified
            codes *= 2
            codes += ~dated
            codes *= span
            codes += np.where(dated, facts.day - first, 0).astype(np.int32)
            order, _start = _counted(order, codes, count)
        else:  # some odd dates: the same order by sorting
            days, unknown = facts.day[order], ~dated[order]
            order = order[np.lexsort((np.where(unknown, 0, days), unknown, facts.verified[order], quarters[order]))]
    return _counted(order, facts.officer, facts.officers)


@compiled
def _several(fact: Longs, order: Rows) -> bool:
    """Whether any fact has more than one row."""
    several = False
    for k in range(1, len(order)):
        several |= fact[order[k]] == fact[order[k - 1]]
    return several


@compiled
def _offsets(fact: Longs, share: Shares, officer: Rows, theta: Floats, order: Rows) -> Floats:
    offset = np.zeros(len(order))
    first = 0
    while first < len(order):
        last = first + 1
        while last < len(order) and fact[order[last]] == fact[order[first]]:
            last += 1
        for own in range(first, last):
            for other in range(first, last):
                if other != own:
                    offset[order[own]] += share[order[other]] * theta[officer[order[other]]]
        first = last
    return offset


def offsets_of_others(fact: Longs, share: Shares, officer: Rows, theta: Floats) -> Floats | None:
    """What the other candidates of each row's fact add to its level: the sum of share x theta over them; None where
    each fact has one row. theta (officers): frozen.
    """
    if bool(np.all(fact[1:] >= fact[:-1])):
        order: Rows = np.arange(len(fact), dtype=np.int32)
    else:
        order = np.lexsort((officer, fact)).astype(np.int32)
    return _offsets(fact, share, officer, theta, order) if _several(fact, order) else None


@dataclass(frozen=True, slots=True, eq=False)
class OfficerReadings:
    """All officers of a component. theta, error: logistic scale; figure, low, high: points; reliability: 0 to 1."""

    theta: Floats
    information: Floats
    error: Floats
    figure: Floats
    variance: Floats
    facts: Longs


@compiled
def _gather(
    rows: Rows,
    verified: NDArray[np.bool_],
    quarter: NDArray[np.int32],
    day: NDArray[np.int32],
    rater: NDArray[np.int64],
    block_of: Longs,
    day_of: Longs,
    rater_of: Longs,
) -> None:
    for k in range(len(rows)):
        row = rows[k]
        unknown = day[row] == NO_DAY
        block_of[k] = 4 * np.int64(quarter[row]) + 2 * verified[row] + unknown
        day_of[k] = day[row]
        rater_of[k] = rater[row]


@compiled
def _read_range(
    first: int,
    count: int,
    order: Rows,
    start: Longs,
    fact: NDArray[np.int64],
    share: Shares,
    y: Shares,
    verified: NDArray[np.bool_],
    place: Places,
    quarter: NDArray[np.int32],
    day: NDArray[np.int32],
    rater: NDArray[np.int64],
    events: Floats,
    offset: Floats,
    usual: Usual,
    room: LongTable,
    table: LongTable,
    ways: Floats,
    longs: NDArray[np.int64],
    floats: Floats,
    own_place: Places,
    charged: Floats,
    touched: Longs,
    result: Floats,
) -> int:
    """`count` officers into `result` (5, officers), from its column `first` on. The row of a fact that comes twice for
    an officer, or -1.
    """
    stamp = 0
    coefficients = usual.coefficients
    for officer in range(count):
        rows = order[start[officer] : start[officer + 1]]
        n = len(rows)
        for k in range(n):
            row = rows[k]
            if k and fact[row] == fact[rows[k - 1]]:
                return int(row)
        _gather(rows, verified, quarter, day, rater, longs[0], longs[1], longs[2])
        counts, stamp = arrange(n, longs[0], longs[1], longs[2], longs[3], longs[4], room, table, stamp)
        for k in range(n):
            row = rows[longs[3, k]]
            cases = events[row] if len(events) else 1.0
            a, b, c = place[row, 0], place[row, 1], place[row, 2]
            own_place[k, 0], own_place[k, 1], own_place[k, 2] = a, b, c
            level = ((coefficients[0] + coefficients[a]) + coefficients[b]) + coefficients[c]
            floats[0, k] = level + offset[row] if len(offset) else level
            floats[1, k] = share[row]
            weight = 1.0 if verified[row] else UNVERIFIED
            floats[2, k] = weight * cases if share[row] >= LEAST_SHARE else 0.0
            floats[3, k] = y[row]
            floats[4, k] = 1.0 / cases
        reading = read_officer(
            floats[0],
            floats[1],
            floats[2],
            floats[3],
            floats[4],
            own_place,
            usual,
            room,
            counts,
            ways,
            floats[5:],
            charged,
            touched,
            False,
        )
        result[0, first + officer] = reading.theta
        result[1, first + officer] = reading.information
        result[2, first + officer] = reading.error
        result[3, first + officer] = points_at(reading.theta, usual)
        result[4, first + officer] = reading.variance
    return -1


def read_columns(facts: FactColumns, levels: Levels, threads: int = 1) -> OfficerReadings:
    """Every officer on the frozen reference, `threads` at a time; the result does not depend on how many.

    Raises ValueError for a fact that comes twice for an officer.
    """
    usual = usual_of(levels)
    result = np.zeros((5, facts.officers))
    sizes = np.zeros(facts.officers, dtype=np.int64)
    none = np.empty(0)
    blocks = blocks_of(facts.officer, facts.officers)
    names = [field.name for field in fields(FactColumns) if isinstance(getattr(facts, field.name), np.ndarray)]
    dealt = dict(zip(names, blocks.put([getattr(facts, name) for name in names], threads), strict=True))

    def read(block: int) -> int | None:
        first, last = blocks.officers[block : block + 2]
        rows = slice(blocks.rows[block], blocks.rows[block + 1])
        own = replace(facts, **{name: column[rows] for name, column in dealt.items()}, officers=last - first)
        own = replace(own, officer=own.officer - np.int32(first))
        order, start = by_officer(own)
        sizes[first:last] = np.diff(start)
        most = int(sizes[first:last].max(initial=0))
        room, table = room_for(most)
        twice = _read_range(
            first,
            last - first,
            order,
            start,
            own.fact,
            own.share,
            own.y,
            own.verified,
            own.place,
            own.quarter,
            own.day,
            own.rater,
            none if own.events is None else own.events,
            none if own.offset is None else own.offset,
            usual,
            room,
            table,
            ways_for(most),
            np.zeros((5, most), dtype=np.int64),
            np.zeros((10, most)),
            np.zeros((most, 3), dtype=np.int32),
            np.zeros((4, len(usual.coefficients))),
            np.zeros(len(usual.coefficients) + 1, dtype=np.int64),
            result,
        )
        return None if twice < 0 else int(own.fact[twice])

    for fact in blocks.each(read, threads):
        if fact is not None:
            raise ValueError(f"Fact {fact} comes twice for one officer; it may count only once.")
    return OfficerReadings(result[0], result[1], result[2], result[3], result[4], sizes)
