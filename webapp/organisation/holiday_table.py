"""National holidays, joint leave (cuti bersama) and Ramadan, as far as the library knows the decrees."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

import holidays

#: Due dates reach so far ahead, so a calendar should know the year in which that ends.
LOOK_AHEAD = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class NationalDays:
    """Days off of a year by date. `joint_leave_known`: whether a decree on cuti bersama for that year is among them.

    `ramadan`: first and last day of each Ramadan that ends in the year, counted back from Idul Fitri as 30 days.
    """

    days: dict[date, str]
    joint_leave_known: bool
    ramadan: tuple[tuple[date, date], ...] = ()


@cache
def national_days(year: int) -> NationalDays:
    """Public holidays and cuti bersama of `year`, named in Indonesian.

    Decrees change within a year and the library knows cuti bersama only for years that were decreed when it was
    released: what comes out is a proposal for a calendar that people edit.
    """
    both = holidays.country_holidays("ID", years=year, categories=("public", "government"), language="id")
    decreed = holidays.country_holidays("ID", years=year, categories=("government",), language="id")
    days = {day: str(name) for day, name in sorted(both.items())}
    fitri = [day for day, name in days.items() if name.startswith("Hari Raya Idul Fitri")]
    ramadan = tuple((day - timedelta(days=30), day - timedelta(days=1)) for day in fitri)
    return NationalDays(days, bool(decreed), ramadan)


def years_to_mend(days: Iterable[date], today: date) -> list[tuple[int, bool]]:
    """The years within LOOK_AHEAD of `today` that a calendar with these `days` knows too little of.

    Each with whether any day is entered for it: False where none is, True where its cuti bersama is not decreed as far
    as is known here, so that somebody has to look.
    """
    entered = {day.year for day in days}
    years = range(today.year, (today + LOOK_AHEAD).year + 1)
    return [
        (year, year in entered) for year in years if year not in entered or not national_days(year).joint_leave_known
    ]
