"""A day's opening hours as people write them: "07.30-12.00, 13.00-16.00"."""

from __future__ import annotations

import re

_SPAN = re.compile(r"([0-9]{1,2})[.:]([0-9]{2})\s*(?:-|–|—|s/d|sampai)\s*([0-9]{1,2})[.:]([0-9]{2})")


def parse_hours(text: str) -> list[list[str]]:
    """The spans of a day in order, [["07:30", "12:00"], ["13:00", "16:00"]]; [] for a day off.

    Raises ValueError where it is no span of time, a span ends before it begins, or two overlap.
    """
    spans: list[list[str]] = []
    for part in filter(None, (piece.strip() for piece in re.split(r"[,;]", text))):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise ValueError(part)
        opens_hour, opens_minute, closes_hour, closes_minute = (int(number) for number in match.groups())
        if max(opens_hour, closes_hour) > 23 or max(opens_minute, closes_minute) > 59:
            raise ValueError(part)
        opens, closes = f"{opens_hour:02}:{opens_minute:02}", f"{closes_hour:02}:{closes_minute:02}"
        if closes <= opens or (spans and opens < spans[-1][1]):
            raise ValueError(part)
        spans.append([opens, closes])
    return spans


def written_hours(spans: list[list[str]]) -> str:
    """The inverse of `parse_hours`, with dots as Indonesian writes times."""
    return ", ".join(f"{opens}-{closes}".replace(":", ".") for opens, closes in spans)
