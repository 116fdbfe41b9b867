"""How far the targets of a work plan are reached, quarter by quarter. Pure but for Altair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from webapp.indicators.plots import pixels
from webapp.indicators.plots.theme import LETTER, SMALL, WIDE, WORDS, configured, shortened
from webapp.indicators.plots.titles import title_height, titled

_ROW: Final = 78
_GAP: Final = 14
_BAR: Final = 16
#: A bar ends at so much of its target: what is beyond that is no longer told apart.
_MOST: Final = 1.25


@dataclass(frozen=True, slots=True)
class PlanQuarter:
    """A quarter of a target: what is planned and done in its own unit, in words below the bar.

    `due`: the part of the quarter's target that its ended months make, 0 to 1; 0 for a quarter that lies ahead.
    `limit`: the target is not to be exceeded; what goes beyond it is marked.
    """

    target: float
    done: float
    due: float
    words: str
    limit: bool = False


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A target with its four quarters."""

    label: str
    quarters: tuple[PlanQuarter, ...]


@dataclass(frozen=True, slots=True)
class PlanPlot:
    """Rows in the order of the plan."""

    rows: tuple[PlanRow, ...]
    width: int = WIDE
    title: str = ""

    @property
    def height(self) -> int:
        """Pixels."""
        return _ROW * len(self.rows) + title_height(self.title, self.width)

    def specification(self) -> dict[str, Any]:
        """A box for each quarter, filled as far as it is done; a line where it is whole, a dash where it should be by
        now."""
        across = (self.width - 3 * _GAP - 4) / 4
        labels, boxes, fills, whole, due, words = [], [], [], [], [], []
        for number, row in enumerate(self.rows):
            top = _ROW * number
            labels.append({"x": 0, "y": top + 14, "words": shortened(row.label, int(self.width / LETTER))})
            y, y2 = top + 28, top + 28 + _BAR
            for place, quarter in enumerate(row.quarters):
                left = place * (across + _GAP) + 1
                span = pixels.Axis(0.0, _MOST, left, left + across)
                boxes.append({"x": left, "x2": left + across, "y": y, "y2": y2})
                words.append({"x": left, "y": y2 + 14, "words": quarter.words})
                if quarter.target <= 0:
                    continue
                ratio = quarter.done / quarter.target
                if ratio > 0:
                    tone = "--warn" if quarter.limit and ratio > 1.0 else "--accent"
                    fills.append({"x": left, "x2": span(ratio), "y": y, "y2": y2, "color": tone})
                whole.append({"x": span(1.0), "x2": span(1.0), "y": y - 3, "y2": y2 + 3})
                if 0 < quarter.due < 1:
                    due.append({"x": span(quarter.due), "x2": span(quarter.due), "y": y - 3, "y2": y2 + 3})
        layers = [
            pixels.words(labels, color="--ink", fontSize=WORDS, fontWeight=700, baseline="middle", align="left"),
            pixels.bars(boxes, color="--line", opacity=0.7, cornerRadius=3),
            pixels.bars(fills, opacity=0.75, cornerRadius=3),
            pixels.rules(whole, color="--ink", strokeWidth=2),
            pixels.rules(due, color="--ink", strokeWidth=1.3, strokeDash=[3, 2]),
            pixels.words(words, color="--soft", fontSize=SMALL, baseline="middle", align="left"),
        ]
        return titled(configured(pixels.layered(layers), width=self.width, height=self.height), self.title)
