"""The facts of one officer put into visits, days, weeks and quarters, which is what damping works on. Pure: numba.

A block is a calendar quarter's facts that are verified, or those that are not; facts without a day make blocks of their
own. Within a block facts stand by day, within a day by rater, and those of one rater on one day are a visit.
"""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from webapp.indicators.kernel.compiling import compiled, compiled_part

Longs = NDArray[np.int64]
LongTable = NDArray[np.int64]

NO_DAY: Final = -(2**31)
NO_RATER: Final = -(2**63)

# what a visit is to the damping by rater
ALONE: Final = 0  # a person of its own: a receipt or file stands behind it, and nobody is known to have come twice
ONE_RATER: Final = 1

_RUN: Final = 16
_MIX: Final = -7046029254386353131  # 2^64 / golden ratio, odd: spreads keys over a table


# rows of an arrangement, a table of whole numbers (ROOM_ROWS, facts + 2)
VISIT_START: Final = 0  # first fact of each visit, and behind the last one the number of facts; likewise below
VISIT_KIND: Final = 1  # ALONE or ONE_RATER
VISIT_GROUP: Final = 2  # a rater's number, among the verified facts or the others; -1 where nobody came twice
VISIT_RATER: Final = 3
DAY_START: Final = 4  # first visit of each day
WEEK_START: Final = 5  # first day of each week
BLOCK_START: Final = 6  # first week of each block
BLOCK_VERIFIED: Final = 7  # 1 or 0
BLOCK_DAYLESS: Final = 8
ROOM_ROWS: Final = 9

# rows of a table by hashing, which has a power of two places, at least twice the facts
_KEY: Final = 0
_STAMP: Final = 1  # whose entry it is
_VALUE: Final = 2


class Counts(NamedTuple):
    """How many facts and blocks an arrangement has, and raters with a number, those of verified facts first."""

    facts: int
    blocks: int
    served: int
    raters: int


def room_for(facts: int) -> tuple[LongTable, LongTable]:
    """Room for the arrangement of an officer of at most so many facts, and a table for raters."""
    size = 16
    while size < 2 * facts:
        size *= 2
    table = np.zeros((3, size), dtype=np.int64)
    table[_STAMP] = -1
    return np.zeros((ROOM_ROWS, facts + 2), dtype=np.int64), table


@compiled_part
def _sort_by_rater(order: Longs, rater: Longs, first: int, last: int, spare: Longs) -> None:
    """order[first:last] by rater; those of one rater stay as they stand. Runs by insertion, then merged."""
    run = first
    while run < last:
        end = min(run + _RUN, last)
        for k in range(run + 1, end):
            moving = order[k]
            key = rater[moving]
            hole = k
            while hole > run and rater[order[hole - 1]] > key:
                order[hole] = order[hole - 1]
                hole -= 1
            order[hole] = moving
        run = end
    width = _RUN
    while width < last - first:
        for left in range(first, last, 2 * width):
            middle = min(left + width, last)
            end = min(left + 2 * width, last)
            one, other = left, middle
            for k in range(left, end):
                if one < middle and (other >= end or rater[order[one]] <= rater[order[other]]):
                    spare[k] = order[one]
                    one += 1
                else:
                    spare[k] = order[other]
                    other += 1
        for k in range(first, last):
            order[k] = spare[k]
        width *= 2


@compiled_part
def _number_raters(room: LongTable, blocks: int, verified: int, table: LongTable, stamp: int, numbered: int) -> int:
    """Number the raters of the verified blocks, or of the others, from `numbered` on; -1 for all where nobody came
    twice. How many are numbered then.
    """
    mask = table.shape[1] - 1
    found = numbered
    repeats = False
    for number in range(2):
        for block in range(blocks):
            if room[BLOCK_VERIFIED, block] != verified:
                continue
            first_day = room[WEEK_START, room[BLOCK_START, block]]
            last_day = room[WEEK_START, room[BLOCK_START, block + 1]]
            for visit in range(room[DAY_START, first_day], room[DAY_START, last_day]):
                room[VISIT_GROUP, visit] = -1
                key = room[VISIT_RATER, visit]
                if number == 1 or key == NO_RATER:
                    continue
                place = ((key * _MIX) >> 20) & mask
                while table[_STAMP, place] == stamp and table[_KEY, place] != key:
                    place = (place + 1) & mask
                if table[_STAMP, place] != stamp:
                    table[_STAMP, place] = stamp
                    table[_KEY, place] = key
                    table[_VALUE, place] = found
                    found += 1
                else:
                    repeats = True
                room[VISIT_GROUP, visit] = table[_VALUE, place]
        if repeats:
            return found
    return numbered


@compiled
def arrange(
    facts: int,
    block: Longs,
    day: Longs,
    rater: Longs,
    order: Longs,
    spare: Longs,
    room: LongTable,
    table: LongTable,
    stamp: int,
) -> tuple[Counts, int]:
    """Put facts 0..facts-1 in order, which must come by (block, day) and then in an order that is always the same.

    block: 4 x quarter + 2 if verified + 1 if without a day. `order` is written: the fact at each place. `stamp`: one
    that `table` has not seen; the next unseen one comes back beside the counts.
    """
    for k in range(facts):
        order[k] = k
    zero = 0 * facts  # no literal, for which numba would compile the functions called with it once more
    visits = days = weeks = blocks = place = zero
    while place < facts:
        this_block = block[place]
        verified = (this_block >> 1) & 1
        first_day = days
        room[BLOCK_START, blocks] = weeks
        room[BLOCK_VERIFIED, blocks] = verified
        room[BLOCK_DAYLESS, blocks] = this_block & 1
        week = 0
        while place < facts and block[place] == this_block:
            this_day = day[place]
            end = place + 1
            while end < facts and block[end] == this_block and day[end] == this_day:
                end += 1
            if days == first_day or (this_day - 1) // 7 != week:
                week = (this_day - 1) // 7
                room[WEEK_START, weeks] = days
                weeks += 1
            room[DAY_START, days] = visits
            days += 1
            _sort_by_rater(order, rater, place, end, spare)
            for k in range(place, end):
                who = rater[order[k]]
                alone = verified == 1 and who == NO_RATER
                if k == place or alone or who != rater[order[k - 1]]:
                    room[VISIT_START, visits] = k
                    room[VISIT_KIND, visits] = ALONE if alone else ONE_RATER
                    room[VISIT_RATER, visits] = who
                    visits += 1
            place = end
        blocks += 1
    room[VISIT_START, visits] = facts
    room[DAY_START, days] = visits
    room[WEEK_START, weeks] = days
    room[BLOCK_START, blocks] = weeks
    raters = served = zero
    for verified in range(1, -1, -1):
        served = raters
        raters = _number_raters(room, blocks, verified, table, stamp, raters)
        stamp += 1
    return Counts(facts, blocks, served, raters), stamp
