"""A figure with its interval, and what would be usual. Pure but for Altair, which is imported when a plot is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from webapp.indicators.plots.scale import across, axis_layers, window
from webapp.indicators.plots.theme import LARGE, WIDE, WORDS, configured

_HEIGHT = 114
_LEVEL = 40


@dataclass(frozen=True, slots=True)
class FigurePlot:
    """One figure, in points of 25 to 100. `shown`: the figure in words; `expected_shown`: the same of what is usual.

    `sure`: False where there is too little data to name a point; then only the interval is drawn.
    """

    figure: float
    low: float
    high: float
    expected: float
    shown: str
    expected_shown: str
    sure: bool = True
    width: int = WIDE

    @property
    def height(self) -> int:
        """Pixels."""
        return _HEIGHT

    def specification(self) -> dict[str, Any]:
        """The interval as a bar, the figure as a point on it, what is usual as a dashed line."""
        import altair as alt

        low, high = window((self.figure, self.low, self.high, self.expected))
        data = alt.Data(  # type: ignore[no-untyped-call]
            values=[{"x": self.figure, "low": self.low, "high": self.high, "expected": self.expected}]
        )
        base = alt.Chart(data)
        x = across(low, high, self.width)
        level = alt.value(_LEVEL)
        colour = "--accent" if self.sure else "--edge"
        bar = base.mark_bar(color=colour, height=16, cornerRadius=8, opacity=0.3).encode(
            x=across(low, high, self.width, "low"), x2="high:Q", y=level
        )
        usual = across(low, high, self.width, "expected")
        dashes = base.mark_rule(color="--ink", strokeWidth=1.5, strokeDash=[4, 3]).encode(
            x=usual, y=alt.value(_LEVEL - 12), y2=alt.value(_HEIGHT - 24)
        )
        inner = (self.expected - low) / (high - low)
        said = base.mark_text(
            color="--ink",
            fontSize=WORDS,
            baseline="bottom",
            align=_anchor(inner),
            dx=_nudge(inner),
            text=self.expected_shown,
        ).encode(x=usual, y=alt.value(_HEIGHT - 5))
        layers = [*axis_layers(low, high, [(_LEVEL - 14, _LEVEL + 18)], self.width), bar, dashes, said]
        if self.sure:
            point = base.mark_circle(color="--accent", size=230, opacity=1, stroke="--paper", strokeWidth=2)
            words = base.mark_text(color="--accent", fontSize=LARGE, fontWeight=700, baseline="bottom", text=self.shown)
            layers += [point.encode(x=x, y=level), words.encode(x=x, y=alt.value(_LEVEL - 15))]
        return configured(alt.layer(*layers).to_dict(validate=False), width=self.width, height=self.height)


def _anchor(inner: float) -> Any:
    return "left" if inner < 0.4 else "right" if inner > 0.6 else "center"


def _nudge(inner: float) -> int:
    return -4 if inner < 0.4 else 4 if inner > 0.6 else 0
