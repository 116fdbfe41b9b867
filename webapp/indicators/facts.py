"""What the indicator is computed from, and the arithmetic every part of it shares. Pure: numpy only.

A fact is one thing that happened and concerns an officer: a rating, a complaint handled, a case served. It says how
well it went (`y`), how surely it is this officer's (`share`), and what is needed to damp abuse (day, rater, verified
or not).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indexes = NDArray[np.intp]
CellPart = str | int | None
Cell = CellPart | tuple[CellPart, ...]

UNVERIFIED_WEIGHT: Final = 0.25
"""Weight of a fact without a receipt, ticket or file behind it; a verified one has 1 (indicator.md, Model)."""

MINIMUM_SHARE: Final = 0.3
"""A smaller share is the unit's and never charged to an officer (indicator.md, law 3)."""

MOST_EVENTS: Final = 1_000_000
"""More cases than this in one fact are a mistake of whoever reports them."""

_QUARTER: Final = re.compile(r"\d{4}-Q[1-4]")
_WHOLE: Final = (int, type(None))
#: Quarters that were looked at already.
_known_quarters: set[str] = {""}


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened, seen from one officer.

    `id`: unique within its component, e.g. "rating:123". `component`: e.g. "satisfaction". `y`: how well it went, 0 to
    1. `share`: how surely, or to what part, it is this officer's, above 0 up to 1. `verified`: a receipt, ticket or
    file stands behind it. `day`: the unit's own calendar day, None where an import knows none. `rater`: a pseudonymous
    key of citizen or device, None if unknown. `cell`: (service id, channel), whose usual level is the yardstick.
    `officer`: needed by `fit_reference` only. `source` and `rule`: where it came from and which rule of evidence
    attributed it, for display. `events`: how many cases it sums up (then `y` is their mean), its weight; above 0.
    `unit`: the officer's unit at the time, whose own usual level counts too; None if unknown. `period`: the quarter
    that counts for the usual level, e.g. "2026-Q4"; empty: that of the day.
    `others`: (officer, share) of those it may be instead or who share it; their frozen effects are part of its level.

    Raises ValueError with a sentence for anything out of range.
    """

    id: str
    component: str
    y: float
    share: float
    verified: bool
    day: date | None
    rater: str | None
    cell: Cell
    officer: str | None = None
    source: str = ""
    rule: str = ""
    events: float = 1.0
    unit: CellPart = None
    period: str = ""
    others: tuple[tuple[str, float], ...] = ()

    def __post_init__(self) -> None:
        if not self._is_as_stored():
            self._refuse_impossible()

    def _is_as_stored(self) -> bool:
        """Whether it is sound at first sight, as facts from the database are; others are looked at more closely."""
        cell = self.cell
        return (
            type(self.y) is type(self.share) is type(self.events) is float
            and 0.0 <= self.y <= 1.0
            and 0.0 < self.share <= 1.0
            and 0.0 < self.events <= MOST_EVENTS
            and type(self.id) is type(self.component) is str
            and self.id != ""
            and self.component != ""
            and type(self.verified) is bool
            and (self.day is None or type(self.day) is date)
            and (self.rater is None or (type(self.rater) is str and self.rater != ""))
            and type(cell) is tuple
            and len(cell) == 2
            and type(cell[0]) in _WHOLE
            and type(cell[1]) is str
            and type(self.unit) in _WHOLE
            and self.period in _known_quarters
            and self.others == ()
        )

    def _refuse_impossible(self) -> None:
        if not isinstance(self.id, str) or not self.id:
            raise ValueError(f"A fact needs a non-empty text as its id, not {self.id!r}.")
        if not isinstance(self.component, str) or not self.component:
            raise ValueError(f"Fact {self.id} names no component.")
        if not _is_number(self.y) or not 0.0 <= self.y <= 1.0:
            raise ValueError(f"Fact {self.id}: y must be a number from 0 to 1, not {self.y!r}.")
        if not _is_number(self.share) or not 0.0 < self.share <= 1.0:
            raise ValueError(f"Fact {self.id}: its share must be a number above 0 and at most 1, not {self.share!r}.")
        if not isinstance(self.verified, bool):
            raise ValueError(f"Fact {self.id}: verified must be True or False, not {self.verified!r}.")
        if self.day is not None and (not isinstance(self.day, date) or isinstance(self.day, datetime)):
            raise ValueError(f"Fact {self.id}: its day must be a plain date of the unit or None, not {self.day!r}.")
        if self.rater is not None and (not isinstance(self.rater, str) or not self.rater):
            raise ValueError(f"Fact {self.id}: its rater must be None or a non-empty text.")
        parts = self.cell if isinstance(self.cell, tuple) else (self.cell,)
        if not all(part is None or isinstance(part, str | int) for part in parts):
            raise ValueError(f"Fact {self.id}: its cell must be made of texts and whole numbers, not {self.cell!r}.")
        if not _is_number(self.events) or not 0.0 < self.events <= MOST_EVENTS:
            raise ValueError(
                f"Fact {self.id}: it must sum up more than 0 and at most {MOST_EVENTS:,} cases, not {self.events!r}."
            )
        if not (self.unit is None or isinstance(self.unit, str | int)) or isinstance(self.unit, bool):
            raise ValueError(f"Fact {self.id}: its unit must be a text, a whole number or None, not {self.unit!r}.")
        if not isinstance(self.period, str) or not (self.period == "" or _QUARTER.fullmatch(self.period)):
            raise ValueError(f'Fact {self.id}: its period must be a quarter as "2026-Q4" or "", not {self.period!r}.')
        if not all(isinstance(who, str) and _is_number(part) and 0.0 < part <= 1.0 for who, part in self.others):
            raise ValueError(f"Fact {self.id}: its others must be officers with shares, not {self.others!r}.")
        _known_quarters.add(self.period)

    @property
    def quarter(self) -> str:
        """The quarter whose usual level it is read against, e.g. "2026-Q4"; empty where nothing tells it."""
        if self.period or self.day is None:
            return self.period
        return f"{self.day.year}-Q{(self.day.month + 2) // 3}"

    @property
    def week(self) -> str:
        """ISO week of the day, e.g. "2026-W48"; empty if the day is not known."""
        if self.day is None:
            return ""
        year, week, _weekday = self.day.isocalendar()
        return f"{year}-W{week:02d}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """The facts of ONE component sorted by id, so that the order of arrival can't matter (law 4).

    Raises ValueError where an id comes twice: the same fact must not count double.
    """
    ordered = sorted(facts, key=lambda fact: fact.id)
    for before, after in pairwise(ordered):
        if before.id == after.id:
            raise twice(after)
    return ordered


def twice(fact: Fact) -> ValueError:
    """What is said where the same fact comes twice."""
    return ValueError(f"Fact {fact.id} comes twice in component {fact.component}; it may count only once.")


# Law 5 wants a score again bit for bit, perhaps years later on another processor. numpy's and libm's exp differ in the
# last digit from one processor to the next, so exp is built here of +, * and powers of two alone, which IEEE 754 fixes
# exactly.

_LOG2_E: Final = 1.4426950408889634
_LN2_HIGH: Final = 0.6931471803691238  # ln 2 in two parts (Cody and Waite), the first with its last 32 bits zero
_LN2_LOW: Final = 1.9082149292705877e-10
_INVERSE_FACTORIALS: Final = tuple(
    1.0 / factorial
    for factorial in (1, 1, 2, 6, 24, 120, 720, 5040, 40320, 362880, 3628800, 39916800, 479001600, 6227020800)
)
_LIMIT: Final = 700.0  # exp(700) is still a float


def exponential(x: Floats) -> Floats:
    """exp(x) within 2 units of the last digit, the same bits on every IEEE 754 machine; x is held to +-700."""
    x = np.minimum(np.maximum(x, -_LIMIT), _LIMIT)
    power = np.rint(x * _LOG2_E)
    rest = (x - power * _LN2_HIGH) - power * _LN2_LOW
    result = np.full_like(rest, _INVERSE_FACTORIALS[-1])
    for coefficient in _INVERSE_FACTORIALS[-2::-1]:
        result *= rest
        result += coefficient
    exponential_: Floats = np.ldexp(result, power.astype(np.int32))
    return exponential_


def logistic(x: Floats) -> Floats:
    """1 / (1 + exp(-x)), without loss at either end."""
    small = exponential(-np.abs(x))
    return np.where(x >= 0.0, 1.0, small) / (1.0 + small)


def logistic_secant(start: Floats, step: Floats) -> Floats:
    """(logistic(start + step) - logistic(start)) / step, and its limit mu (1 - mu) at step 0. Always above 0.

    From logistic(b) - logistic(a) = logistic(b) logistic(-a) (1 - exp(a - b)), taken from the lower end to the upper.
    """
    size = np.abs(step)
    low = np.minimum(start, start + step)
    high = np.maximum(start, start + step)
    series = 1.0 - size * (1 / 2 - size * (1 / 6 - size * (1 / 24 - size * (1 / 120 - size / 720))))
    quotient = np.where(size < 0.01, series, (1.0 - exponential(-size)) / np.maximum(size, 0.01))
    return logistic(high) * logistic(-low) * quotient


def added_up(groups: Indexes, values: Floats, count: int) -> Floats:
    """The sum of the values of each group 0 .. count - 1, added one after the other: the same bits again."""
    sums: Floats = np.bincount(groups, weights=values, minlength=count).astype(np.float64, copy=False)
    return sums
