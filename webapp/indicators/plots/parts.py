"""The parts of a figure below each other on one scale. Pure but for Altair, which is imported when a plot is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from webapp.indicators.plots.scale import across, axis_layers, down, window
from webapp.indicators.plots.theme import WIDE, WORDS, configured

_ROW: Final = 54
_AXIS: Final = 22


@dataclass(frozen=True, slots=True)
class Part:
    """A figure with a name. figure, low, high are None where nothing may or can be said; `shown` says it in words.

    `sure`: False where there is too little data to name a point; then only the interval is drawn.
    """

    name: str
    figure: float | None
    low: float | None
    high: float | None
    expected: float
    shown: str
    sure: bool = True


@dataclass(frozen=True, slots=True)
class PartsPlot:
    """Parts in the caller's order, each with its interval and what is usual as a dashed line."""

    parts: tuple[Part, ...]
    width: int = WIDE

    @property
    def height(self) -> int:
        """Pixels."""
        return _ROW * len(self.parts) + _AXIS

    def specification(self) -> dict[str, Any]:
        """Each part: its name and its figure in words, below them its interval on the common scale."""
        import altair as alt

        low, high = window(v for part in self.parts for v in (part.figure, part.low, part.high, part.expected))
        rows: list[dict[str, Any]] = [
            {
                "name": part.name, "shown": part.shown, "x": part.figure, "low": part.low,
                "high": part.high, "expected": part.expected, "sure": part.sure, "words": _ROW * place + 12,
                "level": _ROW * place + 36, "upper": _ROW * place + 25, "lower": _ROW * place + 47,
            }
            for place, part in enumerate(self.parts)
        ]  # fmt: skip
        base = alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]
        x = across(low, high, self.width)
        known = base.transform_filter("isValid(datum.low)")
        layers = [
            *axis_layers(low, high, [(row["upper"], row["lower"]) for row in rows], self.width),
            base.mark_text(align="left", fontWeight=700, fontSize=WORDS, baseline="middle").encode(
                text="name:N", x=alt.value(0), y=down("words")
            ),
            base.mark_text(align="right", fontWeight=700, fontSize=WORDS, baseline="middle").encode(
                text="shown:N", x=alt.value(self.width - 4), y=down("words"),
                color=alt.condition("datum.sure", alt.value("--accent"), alt.value("--soft")),
            ),
            known.mark_bar(height=12, cornerRadius=6, opacity=0.3).encode(
                x=across(low, high, self.width, "low"), x2="high:Q", y=down("level"),
                color=alt.condition("datum.sure", alt.value("--accent"), alt.value("--edge")),
            ),
            base.mark_rule(color="--ink", strokeWidth=1.5, strokeDash=[4, 3]).encode(
                x=across(low, high, self.width, "expected"), y=down("upper"), y2="lower:Q"
            ),
            known.transform_filter("datum.sure").mark_circle(
                color="--accent", size=130, opacity=1, stroke="--paper", strokeWidth=2
            ).encode(x=x, y=down("level")),
        ]  # fmt: skip
        return configured(alt.layer(*layers).to_dict(validate=False), width=self.width, height=self.height)
