"""What of a target was due by the end of a month, and what was done of it. Pure.

A quarter's target falls due month by month in equal parts: a third by the end of its first month. What was done is
counted from the beginning of the quarter, so that a weak first month can be made good. Months of which nothing is known
yet, neither due nor done, are left out (law 10: missing is not zero).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

GRACE_DAYS: Final = 10
"""Own counts may be told so many days into the next month; what was not told by then counts as nothing done."""


@dataclass(frozen=True, slots=True)
class MonthDone:
    """What is known of a month, "2026-11": `done` is None while nothing is known, so that it is not read as zero."""

    month: str
    done: float | None


@dataclass(frozen=True, slots=True)
class Attainment:
    """How far a quarter's target was reached by the months that count: `done` of `due`, both in the target's unit."""

    months: int
    due: float
    done: float

    @property
    def ratio(self) -> float:
        """Done as a part of due; 1 is just what was planned. `due` is above 0."""
        return self.done / self.due


def months_of(period: str) -> tuple[str, str, str]:
    """The months of a quarter: "2026-Q4" gives "2026-10", "2026-11", "2026-12"."""
    year, quarter = int(period[:4]), int(period[-1])
    first = quarter * 3 - 2
    return (f"{year}-{first:02d}", f"{year}-{first + 1:02d}", f"{year}-{first + 2:02d}")


def month_after(month: str) -> str:
    """The month after this one."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def has_ended(month: str, today: date) -> bool:
    """Whether a month is over on `today`."""
    return month < f"{today:%Y-%m}"


def grace_is_over(month: str, today: date) -> bool:
    """Whether own counts of this month can no longer be waited for."""
    following = month_after(month)
    return today > date(int(following[:4]), int(following[5:]), GRACE_DAYS)


def own_count(month: str, confirmed: float | None, waiting: bool, today: date) -> float | None:
    """What an own count says of a month that has ended.

    What a superior confirmed counts. What waits for his word is not known, which is not its officer's fault. What was
    never told is waited for until the grace is over and counts as nothing done then, so that keeping silent is no way.
    """
    if confirmed is not None:
        return confirmed
    if waiting or not grace_is_over(month, today):
        return None
    return 0.0


def attainment(target: float, months: Sequence[MonthDone]) -> Attainment | None:
    """How far `target`, of a quarter, was reached by those of its months that have ended; None: nothing to say."""
    known = [month.done for month in months if month.done is not None]
    if target <= 0.0 or not known:
        return None
    return Attainment(len(known), target * len(known) / 3.0, float(sum(known)))


def by_quarter(quarters: Sequence[float], year: int) -> Mapping[str, float]:
    """A target's four numbers by period."""
    return {f"{year}-Q{number}": target for number, target in enumerate(quarters, start=1)}
