"""How services, channels or weekdays were rated, with intervals and what is usual there. Pure but for Altair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from webapp.indicators.plots import pixels
from webapp.indicators.plots.scale import close_window, ticks
from webapp.indicators.plots.theme import LETTER, NARROW, SMALL, WIDE, WORDS, configured, shortened
from webapp.indicators.plots.titles import title_height, titled

_ROW: Final = 34
_TALL_ROW: Final = 52
_FOOT: Final = 24
_LABELS: Final = 196
_LETTERS: Final = 26


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A group in points of 25 to 100. `clear`: surely not what is usual there."""

    label: str
    level: float
    low: float
    high: float
    expected: float
    clear: bool


@dataclass(frozen=True, slots=True)
class DifferencesPlot:
    """Rows in the order given."""

    rows: tuple[DifferenceRow, ...]
    width: int = WIDE
    title: str = ""

    @property
    def height(self) -> int:
        """Pixels."""
        return (
            (_TALL_ROW if self.width <= NARROW else _ROW) * len(self.rows)
            + _FOOT
            + title_height(self.title, self.width)
        )

    def specification(self) -> dict[str, Any]:
        """The level as a point on its interval, what is usual as a dash; what is surely different as a diamond."""
        narrow = self.width <= NARROW
        row_height = _TALL_ROW if narrow else _ROW
        low, high = close_window([value for row in self.rows for value in (row.low, row.high, row.expected)])
        across = pixels.Axis(low, high, (0 if narrow else _LABELS) + 14, self.width - 18)
        depth = row_height * len(self.rows)
        labels, bars, usual, marks, grid = [], [], [], [], []
        for number, row in enumerate(self.rows):
            top = row_height * number
            y = top + (37 if narrow else row_height / 2)
            colour = "--warn" if row.clear else "--accent"
            grid += [
                {"x": across(tick), "x2": across(tick), "y": y - 13, "y2": y + 12 if narrow else y + row_height - 13}
                for tick in ticks(low, high)
            ]
            short = shortened(row.label, int(self.width / LETTER) if narrow else _LETTERS)
            labels.append({"x": 0, "y": top + 15 if narrow else y, "words": short})
            bars.append({"x": across(row.low), "x2": across(row.high), "y": y, "y2": y, "color": colour})
            usual.append({"x": across(row.expected), "x2": across(row.expected), "y": y - 12, "y2": y + 12})
            shape = "diamond" if row.clear else "circle"
            marks.append({"x": across(row.level), "y": y, "color": colour, "shape": shape})
        scale = [{"x": across(tick), "y": depth + 4, "words": f"{tick}"} for tick in ticks(low, high)]
        layers = [
            pixels.rules(grid, color="--line", strokeWidth=1),
            pixels.words(scale, color="--soft", fontSize=SMALL, baseline="top", align="center"),
            pixels.words(labels, color="--ink", fontSize=WORDS, baseline="middle", align="left"),
            pixels.rules(bars, strokeWidth=12, strokeCap="round", opacity=0.32),
            pixels.rules(usual, color="--ink", strokeWidth=1.5, strokeDash=[3, 3]),
            pixels.points(marks, size=120, stroke="--paper", strokeWidth=2),
        ]
        return titled(configured(pixels.layered(layers), width=self.width, height=self.height), self.title)
