"""Numbers of a sum, written with one place behind the comma so that what is written adds up. Pure.

Each rounded by itself, three lines of 0,04 would be written as 0,0, and their sum as 0,1. So the sum is rounded, and
what its lines lack of it goes to those that lose most by being rounded down (largest remainders). Each stays within a
tenth of what it is and keeps its sign. Nothing is changed where it is stored.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Final

from webapp.indicators.queries import Movement, ScoreSheet

_TENTH: Final = Decimal("0.1")
#: A sum that is further from its lines' than rounding explains, in tenths, is not theirs.
_THEIRS: Final = Fraction(1) + Fraction(1, 10**6)


def tenths(value: float) -> int:
    """How many tenths are written: 842 of 84.23, as `numbers.decimal` rounds."""
    return int(Decimal(str(float(value))).quantize(_TENTH, ROUND_HALF_EVEN) * 10)


def spread(values: Sequence[float], total: int | None = None) -> tuple[int, ...]:
    """Each value in tenths, rounded up or down, so that together they are `total` tenths: those of their sum, if none
    is given.

    A `total` that is more than a tenth away from the values' sum is not theirs, and is not used.
    """
    exact = [Fraction(Decimal(str(float(value)))) * 10 for value in values]
    whole = sum(exact, Fraction())
    if total is None or abs(total - whole) > _THEIRS:
        total = round(whole)
    shown = [math.floor(value) for value in exact]
    # the order does not matter: the greatest remainder first, of equal ones the greater number
    upward = sorted(
        (place for place, value in enumerate(exact) if value != shown[place]),
        key=lambda place: (shown[place] - exact[place], -abs(exact[place])),
    )
    lacking = total - sum(shown)
    for place in upward[: max(lacking, 0)]:
        shown[place] += 1
    if shown and (left := total - sum(shown)):  # a total just between two tenths, of lines without a remainder
        shown[max(range(len(exact)), key=lambda place: abs(exact[place]))] += left
    return tuple(shown)


def difference(of: float, to: float) -> float:
    """What is written as the difference of two written numbers."""
    return (tenths(of) - tenths(to)) / 10


def shown_sections(sheet: ScoreSheet) -> dict[str, int | None]:
    """What the lines of each part of the figure are together, in tenths; None where one of them may not be told.

    They add up to what sets the written figure apart from what is usual.
    """
    by_part: dict[str, list[float | None]] = {}
    for group in sheet.groups:
        by_part.setdefault(group.component, []).append(group.points)
    told = {name: [value for value in part if value is not None] for name, part in by_part.items()}
    whole = None
    if told == by_part and sheet.figure is not None and sheet.expected is not None:
        whole = tenths(sheet.figure) - tenths(sheet.expected)
    open_to_all = [name for name in told if len(told[name]) == len(by_part[name])]
    sums = [math.fsum(told[name]) for name in open_to_all]
    shown = spread(sums, whole) if whole is not None else tuple(tenths(one) for one in sums)
    return dict.fromkeys(by_part) | dict(zip(open_to_all, shown, strict=True))


def shown_movements(sheet: ScoreSheet) -> tuple[Movement, ...]:
    """What moved the figure, in points as they are written: from the one written figure to the other."""
    whole = None
    if sheet.figure is not None and sheet.moved_from is not None:
        whole = tenths(sheet.figure) - tenths(sheet.moved_from)
    shown = spread([one.points for one in sheet.movements], whole)
    return tuple(replace(one, points=points / 10) for one, points in zip(sheet.movements, shown, strict=True))
