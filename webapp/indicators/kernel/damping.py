"""The damped pull of one officer, as `webapp.indicators.damping` defines it and proves it monotone. Pure: numba.

Every sum comes with its derivative by theta, so that Newton's slope is exact.
"""

from typing import Final, NamedTuple

import numpy as np

from webapp.indicators.facts import Floats
from webapp.indicators.kernel.arranging import (
    ALONE,
    BLOCK_DAYLESS,
    BLOCK_START,
    BLOCK_VERIFIED,
    DAY_START,
    VISIT_GROUP,
    VISIT_KIND,
    VISIT_START,
    WEEK_START,
    Counts,
    LongTable,
)
from webapp.indicators.kernel.compiling import compiled_part

UNVERIFIED: Final = 0.25  # facts.UNVERIFIED_WEIGHT; constants of the kernel stand in it, for its cache to see them

DAY_FREE: Final = 2.0  # full surprises (y = 1 where 0 was expected) of one day that count undamped, on an idle post
DAY_LIMIT: Final = 4.0  # and its most
DAYS: Final = 63.0  # working days of a quarter
DAY_GROWTH: Final = 1.0  # how far the limits grow with what the officer's other days bring
WEEK_FREE: Final = 3.0  # likewise of one week
WEEK_LIMIT: Final = 5.0
WEEKS: Final = 13.0
WEEK_GROWTH: Final = 2 / 3
REPEATS: Final = 0.5  # what a served person's further visits may add to the greatest, in units of it
CROWD_FREE: Final = 1.0  # full surprises of unverified facts that need no verified ones beside them
CROWD_PART: Final = 0.1  # and how many more for each full surprise of verified ones
CROWD_LIMIT: Final = 1.25  # the most, in units of what is free

# rows of `ways` (2, WAY_ROWS, facts + 2), praise and blame: what is kept of each sum, and scratch
_DAY_KEPT: Final = 0
_WEEK_KEPT: Final = 1
_KEPT: Final = 2  # [.., 0]: what is kept of the unverified facts; [.., 1]: of the verified ones
_BY_RATERS: Final = 3  # 1 where they go by their raters, 0 where by days and weeks; likewise
_DAY_SUM: Final = 4  # each row of sums has that of its slopes behind it
_WEEK_SUM: Final = 6
_GROUP_SUM: Final = 8
_GROUP_MOST: Final = 10
WAY_ROWS: Final = 12


def ways_for(facts: int) -> Floats:
    """Room for an officer of at most so many facts."""
    return np.zeros((2, WAY_ROWS, facts + 2))


@compiled_part
def _bounded(
    value: float, slope: float, unit: float, unit_slope: float, free: float, most: float
) -> tuple[float, float]:
    """unit x phi(value / unit), phi(u) = u up to `free`, then free + z / (1 + z / (most - free)), z = u - free; with
    its derivative. It never falls in value, nor in unit.
    """
    over = value - free * unit
    if over <= 0.0:
        return value, slope
    room = (most - free) * unit
    yielding = 1.0 + over / room
    flat = 1.0 / (yielding * yielding)
    return (
        free * unit + over / yielding,
        slope * flat + unit_slope * (free * (1.0 - flat) + (most - free) * (over / room) * (over / room) * flat),
    )


@compiled_part
def _of_one_rater(total: float, slope: float, most: float, most_slope: float, verified: bool) -> tuple[float, float]:
    """What one rater's pulls in one direction count: unverified, the greatest alone; verified, a little more."""
    if total <= 0.0:
        return 0.0, 0.0
    if not verified:
        return most, most_slope
    part = most / total
    return (
        most * (1.0 + REPEATS * (1.0 - part)),
        REPEATS * part * part * slope + (1.0 + REPEATS - 2.0 * REPEATS * part) * most_slope,
    )


@compiled_part
def _of_visit(
    sign: float, first: int, last: int, pulls: Floats, slopes: Floats, single: Floats
) -> tuple[float, float, float, float]:
    """Of the pulls in one direction: their sum, its slope, the greatest that one case has, its slope."""
    total = slope = most = most_slope = 0.0
    for fact in range(first, last):
        pull = sign * pulls[fact]
        if pull > 0.0:
            total += pull
            slope += sign * slopes[fact]
            if pull * single[fact] > most:
                most = pull * single[fact]
                most_slope = sign * slopes[fact] * single[fact]
    return total, slope, most, most_slope


@compiled_part
def _bound_each(
    way_of: Floats, row: int, kept_row: int, first: int, last: int, base: float, free: float, most: float, growth: float
) -> tuple[float, float]:
    """Bound the sums first..last of a row (its slopes stand in the next), each by a limit that grows with what the
    others bring; write what is kept. Their total and its slope; the damped sums replace the sums.
    """
    sums, slopes, kept = way_of[row], way_of[row + 1], way_of[kept_row]
    seen = most * base  # no single one lifts the limits of the others by more
    others = others_slope = 0.0
    for k in range(first, last):
        if sums[k] < seen:
            others += sums[k]
            others_slope += slopes[k]
        else:
            others += seen
    total = total_slope = 0.0
    for k in range(first, last):
        kept[k] = 1.0
        if sums[k] > free * base and most < np.inf:
            own = min(sums[k], seen)
            own_slope = slopes[k] if sums[k] < seen else 0.0
            unit = base + growth * max(others - own, 0.0)
            unit_slope = growth * (others_slope - own_slope)
            before = sums[k]
            sums[k], slopes[k] = _bounded(before, slopes[k], unit, unit_slope, free, most)
            kept[k] = sums[k] / before
        total += sums[k]
        total_slope += slopes[k]
    return total, total_slope


@compiled_part
def _by_days(
    mine: Floats, sign: float, pulls: Floats, slopes: Floats, single: Floats, room: LongTable, block: int
) -> tuple[float, float, float, float]:
    """One block by its days and weeks, and the part of it by raters that no group will add; each with its slope."""
    verified = room[BLOCK_VERIFIED, block] == 1
    base = 1.0 if verified else UNVERIFIED
    first_week, last_week = room[BLOCK_START, block], room[BLOCK_START, block + 1]
    by_raters = by_raters_slope = 0.0
    for week in range(first_week, last_week):
        for day in range(room[WEEK_START, week], room[WEEK_START, week + 1]):
            day_sum = day_slope = 0.0
            for visit in range(room[DAY_START, day], room[DAY_START, day + 1]):
                first, last = room[VISIT_START, visit], room[VISIT_START, visit + 1]
                if last == first + 1 and sign * pulls[first] <= 0.0:
                    continue
                total, slope, most, most_slope = _of_visit(sign, first, last, pulls, slopes, single)
                damped, damped_slope = total, slope
                if most != total and room[VISIT_KIND, visit] != ALONE:
                    damped, damped_slope = _of_one_rater(total, slope, most, most_slope, verified)
                day_sum += damped
                day_slope += damped_slope
                group = room[VISIT_GROUP, visit]
                if group < 0:
                    by_raters += damped
                    by_raters_slope += damped_slope
                else:
                    mine[_GROUP_SUM, group] += total
                    mine[_GROUP_SUM + 1, group] += slope
                    if most > mine[_GROUP_MOST, group]:
                        mine[_GROUP_MOST, group] = most
                        mine[_GROUP_MOST + 1, group] = most_slope
            mine[_DAY_SUM, day] = day_sum
            mine[_DAY_SUM + 1, day] = day_slope
    block_sum = block_slope = 0.0
    for level in range(2):  # days, then weeks
        start = first_week if level else room[WEEK_START, first_week]
        end = last_week if level else room[WEEK_START, last_week]
        if level:
            for week in range(start, end):
                week_sum = week_slope = 0.0
                for day in range(room[WEEK_START, week], room[WEEK_START, week + 1]):
                    week_sum += mine[_DAY_SUM, day]
                    week_slope += mine[_DAY_SUM + 1, day]
                mine[_WEEK_SUM, week] = week_sum
                mine[_WEEK_SUM + 1, week] = week_slope
        block_sum, block_slope = _bound_each(
            mine,
            _WEEK_SUM if level else _DAY_SUM,
            _WEEK_KEPT if level else _DAY_KEPT,
            start,
            end,
            base,
            WEEK_FREE if level else DAY_FREE,
            (WEEK_LIMIT if level else DAY_LIMIT) if room[BLOCK_DAYLESS, block] == 0 else np.inf,
            WEEK_GROWTH / WEEKS if level else DAY_GROWTH / DAYS,
        )
    return block_sum, block_slope, by_raters, by_raters_slope


@compiled_part
def _with_crowd(
    mine: Floats, crowd: float, crowd_slope: float, served: float, served_slope: float
) -> tuple[float, float]:
    """The unverified facts, bounded by what the verified ones bring, and these; with the slope."""
    unit = CROWD_FREE + CROWD_PART * served
    if crowd > unit:
        before = crowd
        crowd, crowd_slope = _bounded(before, crowd_slope, unit, CROWD_PART * served_slope, 1.0, CROWD_LIMIT)
        mine[_KEPT, 0] = crowd / before
    return crowd + served, crowd_slope + served_slope


@compiled_part
def damped_sum(
    way: int, pulls: Floats, slopes: Floats, single: Floats, room: LongTable, counts: Counts, ways: Floats
) -> tuple[float, float]:
    """Praise (way 0) or blame (way 1) and its derivative. `pulls`, `slopes` (facts): undamped; `single`: that part of a
    fact which is one case. `ways[way]` is written.
    """
    sign = 1.0 - 2.0 * way
    mine = ways[way]
    crowd = crowd_slope = served = served_slope = 0.0
    for kind in range(2):  # the unverified, then the verified
        verified = kind == 1
        first, last = (0, counts.served) if verified else (counts.served, counts.raters)
        mine[_GROUP_SUM : _GROUP_MOST + 2, first:last] = 0.0
        by_days = by_days_slope = by_raters = by_raters_slope = 0.0
        for block in range(counts.blocks):
            if room[BLOCK_VERIFIED, block] == kind:
                one, one_slope, other, other_slope = _by_days(mine, sign, pulls, slopes, single, room, block)
                by_days += one
                by_days_slope += one_slope
                by_raters += other
                by_raters_slope += other_slope
        for group in range(first, last):
            damped, damped_slope = _of_one_rater(
                mine[_GROUP_SUM, group],
                mine[_GROUP_SUM + 1, group],
                mine[_GROUP_MOST, group],
                mine[_GROUP_MOST + 1, group],
                verified,
            )
            by_raters += damped
            by_raters_slope += damped_slope
        mine[_KEPT, kind] = 1.0
        mine[_BY_RATERS, kind] = 0.0
        if first < last and by_raters < by_days:
            mine[_BY_RATERS, kind] = 1.0
            by_days, by_days_slope = by_raters, by_raters_slope
        if verified:
            served, served_slope = by_days, by_days_slope
        else:
            crowd, crowd_slope = by_days, by_days_slope
    return _with_crowd(mine, crowd, crowd_slope, served, served_slope)


@compiled_part
def nobody_repeats(single: Floats, room: LongTable, counts: Counts) -> bool:
    """Whether each visit is one fact that damping by rater leaves whole, whatever it pulls."""
    last_day = room[WEEK_START, room[BLOCK_START, counts.blocks]]
    alone = counts.raters == 0 and room[DAY_START, last_day] == counts.facts
    for fact in range(counts.facts if alone else 0):
        alone &= room[VISIT_KIND, fact] == ALONE or single[fact] == 1.0
    return alone


class Pull(NamedTuple):
    """Praise less blame, its derivative, and both together. `calm`: only the want of verified facts damped anything;
    else the others mean nothing.
    """

    total: float
    slope: float
    size: float
    calm: bool


@compiled_part
def calm_pull(pulls: Floats, slopes: Floats, room: LongTable, counts: Counts, ways: Floats) -> Pull:
    """`damped_sum` both ways in one pass, where `nobody_repeats`, until a day or week turns out to be bounded: with
    the same sums in the same order.
    """
    crowd_up = crowd_up_slope = crowd_down = crowd_down_slope = 0.0
    served_up = served_up_slope = served_down = served_down_slope = 0.0
    for block in range(counts.blocks):
        verified = room[BLOCK_VERIFIED, block] == 1
        base = 1.0 if verified else UNVERIFIED
        limit = base if room[BLOCK_DAYLESS, block] == 0 else np.inf
        up = up_slope = down = down_slope = 0.0
        for week in range(room[BLOCK_START, block], room[BLOCK_START, block + 1]):
            week_up = week_up_slope = week_down = week_down_slope = 0.0
            for day in range(room[WEEK_START, week], room[WEEK_START, week + 1]):
                day_up = day_up_slope = day_down = day_down_slope = 0.0
                for fact in range(room[DAY_START, day], room[DAY_START, day + 1]):
                    upward = pulls[fact] > 0.0
                    day_up += pulls[fact] if upward else 0.0
                    day_up_slope += slopes[fact] if upward else 0.0
                    day_down -= 0.0 if upward else pulls[fact]
                    day_down_slope -= 0.0 if upward or pulls[fact] == 0.0 else slopes[fact]
                if max(day_up, day_down) > DAY_FREE * limit:
                    return Pull(0.0, 0.0, 0.0, False)
                week_up += day_up
                week_up_slope += day_up_slope
                week_down += day_down
                week_down_slope += day_down_slope
            if max(week_up, week_down) > WEEK_FREE * limit:
                return Pull(0.0, 0.0, 0.0, False)
            up += week_up
            up_slope += week_up_slope
            down += week_down
            down_slope += week_down_slope
        if verified:
            served_up += up
            served_up_slope += up_slope
            served_down += down
            served_down_slope += down_slope
        else:
            crowd_up += up
            crowd_up_slope += up_slope
            crowd_down += down
            crowd_down_slope += down_slope
    ways[:, _KEPT, :2] = 1.0
    praise, praise_slope = _with_crowd(ways[0], crowd_up, crowd_up_slope, served_up, served_up_slope)
    blame, blame_slope = _with_crowd(ways[1], crowd_down, crowd_down_slope, served_down, served_down_slope)
    return Pull(praise - blame, praise_slope - blame_slope, praise + blame, True)


@compiled_part
def kept_of_facts(
    pulls: Floats, single: Floats, room: LongTable, counts: Counts, calm: bool, ways: Floats, kept: Floats
) -> None:
    """What damping keeps of each fact, after `damped_sum` or `calm_pull` went both ways: kept (3, facts), by rater, by
    day and week, and for want of verified facts.
    """
    for block in range(counts.blocks):
        kind = room[BLOCK_VERIFIED, block]
        if calm:
            first_day = room[WEEK_START, room[BLOCK_START, block]]
            last_day = room[WEEK_START, room[BLOCK_START, block + 1]]
            for fact in range(room[DAY_START, first_day], room[DAY_START, last_day]):
                kept[0, fact] = kept[1, fact] = 1.0
                kept[2, fact] = ways[0 if pulls[fact] > 0.0 else 1, _KEPT, kind]
            continue
        for week in range(room[BLOCK_START, block], room[BLOCK_START, block + 1]):
            for day in range(room[WEEK_START, week], room[WEEK_START, week + 1]):
                for visit in range(room[DAY_START, day], room[DAY_START, day + 1]):
                    group = room[VISIT_GROUP, visit]
                    first, last = room[VISIT_START, visit], room[VISIT_START, visit + 1]
                    for way in range(2):
                        mine = ways[way]
                        by_raters = mine[_BY_RATERS, kind] == 1.0
                        total, _slope, most, _most_slope = _of_visit(1.0 - 2.0 * way, first, last, pulls, pulls, single)
                        if by_raters and group >= 0:
                            total, most = mine[_GROUP_SUM, group], mine[_GROUP_MOST, group]
                        by_rater = 1.0
                        if room[VISIT_KIND, visit] != ALONE and most != total and total > 0.0:
                            by_rater = _of_one_rater(total, 0.0, most, 0.0, kind == 1)[0] / total
                        for fact in range(first, last):
                            if (pulls[fact] > 0.0) == (way == 0):
                                kept[0, fact] = by_rater
                                kept[1, fact] = 1.0 if by_raters else mine[_DAY_KEPT, day] * mine[_WEEK_KEPT, week]
                                kept[2, fact] = mine[_KEPT, kind]
