"""What of a target was due by the end of a month, and what was done of it. Pure.

A quarter's target falls due month by month in equal parts: a third by the end of its first month. What was done is
counted from the beginning of the quarter, so that a weak first month can be made good. Months of which nothing is known
yet, neither due nor done, are left out (law 10: missing is not zero).

Where less is better (complaints in a month, days that a file takes), a quarter's number is the limit that its months
may come to on average: days can't be summed, and an average of counts is as good as their sum. How far it is kept is
2 - average / limit, the mirror image at 1 of what is done of a target, as Indonesian agencies reckon such
targets in their performance sheets (polarisasi minimize: 1 + (1 - realisasi / target)): at the limit 1, a quarter below
it 1.25, at twice the limit nothing. A month counts as twice the limit at most, and one that was never told of as just
that: silence must not pay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

GRACE_DAYS: Final = 10
"""Own counts may be told so many days into the next month; what was not told by then counts as nothing done."""
WORST: Final = 2.0
"""Part of a limit at which nothing of it is kept."""


@dataclass(frozen=True, slots=True)
class MonthDone:
    """What is known of a month, "2026-11": `done` is None while nothing is known, so that it is not read as zero."""

    month: str
    done: float | None


@dataclass(frozen=True, slots=True)
class Attainment:
    """How far a quarter's target was reached by the months that count: `done` of `due`, both in the target's unit.

    `less_is_better`: `due` is what the months may come to together.
    """

    months: int
    due: float
    done: float
    less_is_better: bool = False

    @property
    def ratio(self) -> float:
        """Done as a part of due, or its mirror image where less is better; 1 is just what was planned. `due` is above
        0."""
        part = self.done / self.due
        return max(0.0, WORST - part) if self.less_is_better else part


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


def never_told(target: float, *, less_is_better: bool) -> float:
    """What a month counts as of which nothing was told: nothing done, or the worst that a limit knows."""
    return WORST * target if less_is_better else 0.0


def own_count(month: str, confirmed: float | None, waiting: bool, today: date, untold: float = 0.0) -> float | None:
    """What an own count says of a month that has ended.

    What a superior confirmed counts. What waits for his word is not known, which is not its officer's fault. What was
    never told is waited for until the grace is over and counts as `untold` then (see `never_told`), so that keeping
    silent is no way.
    """
    if confirmed is not None:
        return confirmed
    if waiting or not grace_is_over(month, today):
        return None
    return untold


def attainment(target: float, months: Sequence[MonthDone], *, less_is_better: bool = False) -> Attainment | None:
    """How far `target`, of a quarter, was reached by those of its months that have ended; None: nothing to say.

    With `less_is_better` it is the limit of each month's average.
    """
    known = [month.done for month in months if month.done is not None]
    if target <= 0.0 or not known:
        return None
    if less_is_better:
        held = [min(done, WORST * target) for done in known]
        return Attainment(len(known), target * len(known), float(sum(held)), less_is_better)
    return Attainment(len(known), target * len(known) / 3.0, float(sum(known)))


def by_quarter(quarters: Sequence[float], year: int) -> Mapping[str, float]:
    """A target's four numbers by period."""
    return {f"{year}-Q{number}": target for number, target in enumerate(quarters, start=1)}
