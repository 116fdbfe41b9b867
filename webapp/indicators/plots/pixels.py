"""Layers whose places are counted in pixels, for plots that stand several things beside words. Pure but for Altair.

Data items bring x, y (and x2, y2) in pixels from the upper left corner; whatever varies from item to item (colour,
words) is a field too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Item = Mapping[str, Any]

#: What a layer takes from its data where an item has it.
_FIELDS: Final = ("x2", "y2")


class Axis:
    """A stretch of pixels that stands for a stretch of values."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high, self.start, self.end = low, high, start, end

    def __call__(self, value: float) -> float:
        """The place of a value; what lies outside stands at the edge."""
        held = min(max(value, self.low), self.high)
        return self.start + (self.end - self.start) * (held - self.low) / (self.high - self.low)


def steps(low: float, high: float, most: int) -> list[float]:
    """At most `most` round numbers from `low` to `high`."""
    size = 1.0
    while True:
        for factor in (1.0, 2.0, 5.0):
            step = size * factor
            first = math.ceil(low / step)
            marks = [step * number for number in range(first, math.floor(high / step) + 1)]
            if len(marks) <= most:
                return marks
        size *= 10.0


def rules(items: Iterable[Item], **look: Any) -> Any:
    """Straight lines from (x, y) to (x2, y2)."""
    return _layer("rule", items, look)


def words(items: Iterable[Item], **look: Any) -> Any:
    """Words at (x, y); each item has `words`."""
    return _layer("text", items, look)


def points(items: Iterable[Item], **look: Any) -> Any:
    """Marks at (x, y); an item may have `shape`."""
    return _layer("point", items, {"filled": True, "opacity": 1, **look})


def bars(items: Iterable[Item], **look: Any) -> Any:
    """Filled boxes from (x, y) to (x2, y2)."""
    return _layer("rect", items, look)


def line(items: Iterable[Item], **look: Any) -> Any:
    """One line through all items, in their order."""
    return _layer("line", [{**item, "order": number} for number, item in enumerate(items)], look)


def area(items: Iterable[Item], **look: Any) -> Any:
    """The area between y and y2, from the left to the right."""
    return _layer("area", items, look)


def layered(layers: Sequence[Any]) -> dict[str, Any]:
    """The layers above each other, as a specification; layers without items are left out."""
    import altair as alt

    return dict(alt.layer(*(layer for layer in layers if layer is not None)).to_dict())


def _layer(mark: str, items: Iterable[Item], look: Mapping[str, Any]) -> Any:
    import altair as alt

    data = list(items)
    if not data:
        return None
    first = data[0]
    chart = alt.Chart(alt.Data(values=data))  # type: ignore[no-untyped-call]
    encoding: dict[str, Any] = {
        "x": alt.X("x:Q", scale=None, axis=None),
        "y": alt.Y("y:Q", scale=None, axis=None, stack=None),
    }
    encoding |= {field: f"{field}:Q" for field in _FIELDS if field in first}
    if "color" in first:
        encoding["color"] = alt.Color("color:N", scale=None)
    if "words" in first:
        encoding["text"] = "words:N"
    if "shape" in first:
        encoding["shape"] = alt.Shape("shape:N", scale=None)
    if "order" in first:
        encoding["order"] = "order:Q"
    return getattr(chart, f"mark_{mark}")(**look).encode(**encoding)
