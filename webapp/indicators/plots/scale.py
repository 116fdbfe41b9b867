"""The scale that figures stand on, as layers of a plot. Pure but for Altair, which is imported when a plot is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

from webapp.indicators.plots.theme import SMALL

LEAST: Final = 25.0
MOST: Final = 100.0
#: Where all that is shown lies above this, the scale begins here, so that intervals can be told apart.
UPPER_HALF: Final = 50.0


def window(values: Iterable[float | None]) -> tuple[float, float]:
    """The part of the scale from 25 to 100 that shows all values: all of it, or its part from 50 on."""
    known = [value for value in values if value is not None]
    return (UPPER_HALF if known and min(known) >= UPPER_HALF else LEAST, MOST)


def close_window(values: Iterable[float], room: float = 1.5, least: float = 6.0) -> tuple[float, float]:
    """A window close around the values, at least `least` points wide, within 25 to 100."""
    known = list(values)
    low, high = min(known) - room, max(known) + room
    missing = max(0.0, least - (high - low)) / 2
    low, high = low - missing, high + missing
    shift = max(0.0, LEAST - low) - max(0.0, high - MOST)
    return max(LEAST, low + shift), min(MOST, high + shift)


def ticks(low: float, high: float) -> list[int]:
    """Round numbers to write at the scale: 25, 50, 75, 100, or finer in a part of it."""
    if (low, high) == (LEAST, MOST):
        return [25, 50, 75, 100]
    for step in (1, 2, 5, 10):
        first = int(-(-low // step)) * step
        marks = list(range(first, int(high) + 1, step))
        if len(marks) <= 6:
            return marks
    return marks


def axis_layers(low: float, high: float, bands: Sequence[tuple[float, float]], width: float) -> list[Any]:
    """Faint lines at round numbers, within each band from its top to its bottom (pixels), so that they cross no words;
    the numbers stand below the last band. The plot is `width` pixels across."""
    import altair as alt

    marks = ticks(low, high)
    x = across(low, high, width)
    lines = [{"x": mark, "top": top, "bottom": bottom} for mark in marks for top, bottom in bands]
    words = alt.Data(values=[{"x": mark, "words": str(mark)} for mark in marks])  # type: ignore[no-untyped-call]
    return [
        alt.Chart(alt.Data(values=lines))  # type: ignore[no-untyped-call]
        .mark_rule(color="--line", strokeWidth=1)
        .encode(x=x, y=down("top"), y2="bottom:Q"),
        alt.Chart(words)
        .mark_text(color="--soft", fontSize=SMALL, baseline="top", align="center")
        .encode(x=x, y=alt.value(bands[-1][1] + 5), text="words:N"),
    ]


def down(field: str) -> Any:
    """A place that the data counts in pixels from the top."""
    import altair as alt

    return alt.Y(f"{field}:Q", scale=None, axis=None)


def across(low: float, high: float, width: float, field: str = "x") -> Any:
    """The horizontal place of a figure: half a word's room stays free on both sides."""
    import altair as alt

    scale = alt.Scale(domain=[low, high], range=[14, width - 18], nice=False, zero=False, clamp=True)
    return alt.X(f"{field}:Q", scale=scale, axis=None)
