"""The funnel: how far from what is usual, by how many rated, with the limits of chance. Pure but for Altair."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final, Literal

from webapp.indicators.plots import pixels
from webapp.indicators.plots.theme import NARROW, SMALL, WIDE, WORDS, configured
from webapp.indicators.plots.titles import title_height, titled

_HEIGHT: Final = 360
_LEFT: Final = 38
_TOP: Final = 26
_FOOT: Final = 86
#: Points that are named; more names would stand on each other.
_NAMED: Final = 12
_SHADE: Final = 0.13
_LETTER: Final = 6.6
_COLOURS: Final = {"": "--accent", "chance": "--accent", "spread": "--warn"}


@dataclass(frozen=True, slots=True)
class FunnelMark:
    """An officer at (volume, difference in points); `name` is written beside it where it is not empty."""

    volume: float
    difference: float
    outside: Literal["", "chance", "spread"]
    name: str = ""


@dataclass(frozen=True, slots=True)
class FunnelPlot:
    """`limits`: (volume, limit of chance, limit of chance and usual spread), by volume. Words of the axes, and of the
    two limits."""

    marks: tuple[FunnelMark, ...]
    limits: tuple[tuple[float, float, float], ...]
    down_words: str
    across_words: str
    chance_words: str
    spread_words: str
    width: int = WIDE
    title: str = ""

    @property
    def height(self) -> int:
        """Pixels."""
        return _HEIGHT + title_height(self.title, self.width)

    def specification(self) -> dict[str, Any]:
        """Marks over the funnel of chance, which stands in the wider one of what officers usually differ by."""
        first, last = self.limits[0][0], self.limits[-1][0]
        most = max(abs(mark.difference) for mark in self.marks) * 1.12
        # limits of very small volumes may run out of the picture: it is made for the marks
        reach = max(most, min(self.limits[0][2] * 1.05, 1.7 * most), 4.0)
        across = pixels.Axis(math.sqrt(first), math.sqrt(last), _LEFT + 6, self.width - 14)
        up = pixels.Axis(-reach, reach, _HEIGHT - _FOOT, _TOP)

        def x(volume: float) -> float:
            return across(math.sqrt(volume))

        spread = [{"x": x(v), "y": up(limit), "y2": up(-limit)} for v, _chance, limit in self.limits]
        chance = [{"x": x(v), "y": up(limit), "y2": up(-limit)} for v, limit, _spread in self.limits]
        heights = pixels.steps(-reach, reach, 7)
        volumes = [v for v in _round_volumes(first, last) if x(v) < self.width - 20]
        marks = [
            {"x": x(m.volume), "y": up(m.difference), "color": _COLOURS[m.outside], "shape": _shape(m)}
            for m in self.marks
        ]
        layers = [
            pixels.area(spread, color="--accent", opacity=0.05),
            pixels.area(chance, color="--accent", opacity=_SHADE),
            *(
                pixels.line(
                    ({"x": i["x"], "y": i[side]} for i in spread), color="--edge", strokeDash=[4, 4], strokeWidth=1.2
                )
                for side in ("y", "y2")
            ),
            pixels.rules(
                [{"x": _LEFT, "x2": self.width - 14, "y": up(0), "y2": up(0)}], color="--ink", strokeWidth=1.2
            ),
            pixels.words(
                ({"x": _LEFT - 8, "y": up(value), "words": _signed(value)} for value in heights),
                color="--soft", fontSize=SMALL, baseline="middle", align="right",
            ),
            pixels.words(
                ({"x": x(v), "y": _HEIGHT - _FOOT + 8, "words": f"{v:g}"} for v in volumes),
                color="--soft", fontSize=SMALL, baseline="top", align="center",
            ),
            pixels.words(
                [{"x": 0, "y": 8, "words": self.down_words}],
                color="--soft", fontSize=SMALL, baseline="middle", align="left",
            ),
            pixels.words(
                [{"x": self.width - 8, "y": _HEIGHT - _FOOT + 34, "words": self.across_words}],
                color="--soft", fontSize=SMALL, baseline="middle", align="right",
            ),
            # what the two limits are, below
            pixels.bars(
                [{"x": 0, "x2": 18, "y": _HEIGHT - 34, "y2": _HEIGHT - 22}], color="--accent", opacity=_SHADE,
            ),
            pixels.rules(
                [{"x": 0, "x2": 18, "y": _HEIGHT - 9, "y2": _HEIGHT - 9}],
                color="--edge", strokeDash=[4, 4], strokeWidth=1.2,
            ),
            pixels.words(
                [
                    {"x": 26, "y": _HEIGHT - 28, "words": self.chance_words},
                    {"x": 26, "y": _HEIGHT - 9, "words": self.spread_words},
                ],
                color="--soft", fontSize=SMALL, baseline="middle", align="left",
            ),
            pixels.points(
                (mark for mark in marks if mark["shape"] == "circle"),
                size=90 if self.width > NARROW else 64, stroke="--paper", strokeWidth=1.5,
            ),
            pixels.points(
                (mark for mark in marks if mark["shape"] != "circle"), size=170, stroke="--paper", strokeWidth=1.5
            ),
            *self._names(x, up),
        ]  # fmt: skip
        return titled(configured(pixels.layered(layers), width=self.width, height=self.height), self.title)

    def _names(self, x: Any, up: Any) -> list[Any]:
        """Names beside marks, on the side where there is room."""
        left: list[dict[str, Any]] = []
        right: list[dict[str, Any]] = []
        for mark in [mark for mark in self.marks if mark.name][:_NAMED]:
            place = x(mark.volume)
            ends = place + 9 + len(mark.name) * _LETTER > self.width
            item = {"x": place - 9 if ends else place + 9, "y": up(mark.difference), "words": mark.name}
            (left if ends else right).append(item)
        look = {"color": "--ink", "fontSize": WORDS, "baseline": "middle", "stroke": None}
        return [pixels.words(right, align="left", **look), pixels.words(left, align="right", **look)]


def _shape(mark: FunnelMark) -> str:
    if mark.outside != "spread":
        return "circle"
    return "triangle-down" if mark.difference < 0 else "triangle-up"


def _signed(value: float) -> str:
    return f"{value:+.0f}".replace("-", "−") if value else "0"


def _round_volumes(first: float, last: float) -> list[int]:
    marks = (
        1,
        2,
        5,
        10,
        15,
        20,
        30,
        50,
        75,
        100,
        150,
        200,
        300,
        500,
        750,
        1000,
        1500,
        2000,
        3000,
        5000,
        10_000,
        20_000,
    )
    within = [mark for mark in marks if first <= mark <= last]
    return within if len(within) < 8 else within[:: -(-len(within) // 7)]
