"""National holidays and joint leave (cuti bersama), as far as the library knows the decrees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import holidays


@dataclass(frozen=True, slots=True)
class NationalDays:
    """Days off of a year by date. `joint_leave_known`: whether a decree on cuti bersama for that year is among them."""

    days: dict[date, str]
    joint_leave_known: bool


def national_days(year: int) -> NationalDays:
    """Public holidays and cuti bersama of `year`, named in Indonesian.

    Decrees change within a year and the library knows cuti bersama only for years that were decreed when it was
    released: what comes out is a proposal for a calendar that people edit.
    """
    both = holidays.country_holidays("ID", years=year, categories=("public", "government"), language="id")
    decreed = holidays.country_holidays("ID", years=year, categories=("government",), language="id")
    return NationalDays({day: str(name) for day, name in sorted(both.items())}, bool(decreed))
