"""Telling numbers of residents (NIK) and families (KK) in what a system sends: none of them may come in.

Both have 16 digits: two of the province, four of regency and district, six of a date (in a NIK a woman's day is raised
by 40), four of a serial number. Numbers that begin with a date or year ("20261122...") never look like that, because
there is no province 20.
"""

from __future__ import annotations

import re

#: Provinces by the ministry's codes (Kepmendagri 100.1.1-6117 of 2022, with the provinces of Papua of that year).
_PROVINCES = frozenset(
    {*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66), *range(71, 77), 81, 82, *range(91, 98)}
)
_SIXTEEN = re.compile(r"(?<!\d)(?:\d[ .\-]?){15}\d(?!\d)")


def names_a_resident(text: str) -> bool:
    """Whether `text` holds a number that can be a NIK or the number of a family card."""
    return any(_is_plausible(re.sub(r"\D", "", found[0])) for found in _SIXTEEN.finditer(text))


def _is_plausible(digits: str) -> bool:
    day, month = int(digits[6:8]), int(digits[8:10])
    return int(digits[:2]) in _PROVINCES and 1 <= (day - 40 if day > 40 else day) <= 31 and 1 <= month <= 12
