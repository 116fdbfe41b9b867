"""Officers by name, each with his figure's interval: no ranking. Pure but for Altair, imported when a plot is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from webapp.indicators.plots import pixels
from webapp.indicators.plots.scale import ticks, window
from webapp.indicators.plots.theme import LETTER, NARROW, SMALL, WIDE, WORDS, configured, shortened
from webapp.indicators.plots.titles import title_height, titled

Mark = Literal["look", "too_little", "none"]

#: Pixels of a row; where the name stands above the bar, it needs more.
_ROW: Final = 32
_TALL_ROW: Final = 50
_FOOT: Final = 24
#: Pixels for names beside the bars, and letters that fit in.
_NAMES: Final = 196
_LETTERS: Final = 26
_COLOURS: Final = {"look": "--warn", "too_little": "--edge", "none": "--accent"}


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """An officer. figure, low, high, expected: points of 25 to 100; None: there is no figure (yet)."""

    name: str
    figure: float | None
    low: float | None
    high: float | None
    expected: float | None
    mark: Mark


@dataclass(frozen=True, slots=True)
class OfficersPlot:
    """Rows in the order given. `none_words` stands where there is no figure. `beside`: points of rows on other pages,
    that all of them may have one scale."""

    rows: tuple[OfficerRow, ...]
    none_words: str
    width: int = WIDE
    title: str = ""
    beside: tuple[float, ...] = ()

    @property
    def height(self) -> int:
        """Pixels."""
        return (
            (_TALL_ROW if self.width <= NARROW else _ROW) * len(self.rows)
            + _FOOT
            + title_height(self.title, self.width)
        )

    def specification(self) -> dict[str, Any]:
        """The interval as a bar, the figure as a point (a triangle where a look is needed), what is usual as a dash."""
        narrow = self.width <= NARROW
        row_height = _TALL_ROW if narrow else _ROW
        own = [value for row in self.rows for value in (row.low, row.figure, row.high, row.expected) if row.figure]
        low, high = window([*own, *self.beside])
        across = pixels.Axis(low, high, (0 if narrow else _NAMES) + 14, self.width - 18)
        depth = row_height * len(self.rows)
        names, bars, usual, marks, nothing, grid = [], [], [], [], [], []
        for number, row in enumerate(self.rows):
            top = row_height * number
            y = top + (36 if narrow else row_height / 2)
            grid += [
                {
                    "x": across(tick),
                    "x2": across(tick),
                    "y": y - 13,
                    "y2": y + row_height - 13 if not narrow else y + 11,
                }
                for tick in ticks(low, high)
            ]
            names.append(
                {
                    "x": 0,
                    "y": top + 15 if narrow else y,
                    "words": shortened(row.name, int(self.width / LETTER) if narrow else _LETTERS),
                }
            )
            if row.figure is None or row.low is None or row.high is None or row.expected is None:
                nothing.append({"x": across.start, "y": y, "words": self.none_words})
                continue
            colour = _COLOURS[row.mark]
            bars.append({"x": across(row.low), "x2": across(row.high), "y": y, "y2": y, "color": colour})
            usual.append({"x": across(row.expected), "x2": across(row.expected), "y": y - 11, "y2": y + 11})
            if row.mark != "too_little":
                shape = "triangle-down" if row.mark == "look" else "circle"
                marks.append({"x": across(row.figure), "y": y, "color": colour, "shape": shape})
        scale = [{"x": across(tick), "y": depth + 4, "words": f"{tick}"} for tick in ticks(low, high)]
        layers = [
            pixels.rules(grid, color="--line", strokeWidth=1),
            pixels.words(scale, color="--soft", fontSize=SMALL, baseline="top", align="center"),
            pixels.words(names, color="--ink", fontSize=WORDS, baseline="middle", align="left"),
            pixels.words(nothing, color="--soft", fontSize=WORDS, baseline="middle", align="left"),
            pixels.rules(bars, strokeWidth=12, strokeCap="round", opacity=0.32),
            pixels.rules(usual, color="--ink", strokeWidth=1.5, strokeDash=[3, 3]),
            pixels.points((m for m in marks if m["shape"] == "circle"), size=110, stroke="--paper", strokeWidth=2),
            pixels.points((m for m in marks if m["shape"] != "circle"), size=190, stroke="--paper", strokeWidth=1.5),
        ]
        look = configured(pixels.layered(layers), width=self.width, height=self.height)
        return titled(look, self.title)
