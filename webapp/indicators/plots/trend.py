"""How a figure went from week to week. Pure but for Altair, which is imported when a plot is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from webapp.indicators.plots.scale import close_window, ticks
from webapp.indicators.plots.theme import LARGE, NARROW, SMALL, WIDE, configured

_HEIGHT: Final = 220
_TOP, _BOTTOM = 18, 190


@dataclass(frozen=True, slots=True)
class TrendStep:
    """The figure at the end of a week; `label` is that day in words."""

    label: str
    figure: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class TrendPlot:
    """Weeks from left to right with their intervals. `shown`: the last figure, `expected_shown`: what is usual.

    The scale is that part of 25 to 100 in which the intervals lie, since what counts here is how it moved.
    """

    steps: tuple[TrendStep, ...]
    expected: float
    shown: str
    expected_shown: str
    width: int = WIDE

    @property
    def height(self) -> int:
        """Pixels."""
        return _HEIGHT

    def specification(self) -> dict[str, Any]:
        """A band for the intervals, a line with points for the figures, a dashed line for what is usual."""
        import altair as alt

        low, high = close_window([v for step in self.steps for v in (step.low, step.high)] + [self.expected])
        least, most = 34, self.width - (64 if self.width > NARROW else 52)
        n = max(1, len(self.steps) - 1)
        labelled = {round(n * part / 3) for part in range(4)} if self.width <= NARROW else set(range(n + 1))
        if n > 7:
            labelled = {round(n * part / (3 if self.width <= NARROW else 6)) for part in range(7)}
        rows = [
            {
                "place": place, "y": step.figure, "low": step.low, "high": step.high,
                "label": step.label if place in labelled else "", "last": place == len(self.steps) - 1,
            }
            for place, step in enumerate(self.steps)
        ]  # fmt: skip
        x = alt.X("place:Q", scale=alt.Scale(domain=[0, n], range=[least, most], nice=False), axis=None)

        def up(field: str) -> Any:
            scale = alt.Scale(domain=[low, high], range=[_BOTTOM, _TOP], nice=False, zero=False)
            return alt.Y(f"{field}:Q", scale=scale, axis=None)

        base = alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]
        marks = alt.Chart(alt.Data(values=[{"y": m, "words": str(m)} for m in ticks(low, high)]))  # type: ignore[no-untyped-call]
        usual = alt.Chart(alt.Data(values=[{"y": self.expected}]))  # type: ignore[no-untyped-call]
        # the line of what is usual ends before the last figure's words where it would go through them
        close = abs(self.steps[-1].figure - self.expected) / (high - low) * (_BOTTOM - _TOP) < LARGE
        usual_end = most + 8 if close else self.width - 2
        # the words of what is usual stand on that side of their line on which the figures are not
        above = self.expected >= self.steps[0].figure
        layers = [
            marks.mark_rule(color="--line").encode(y=up("y"), x=alt.value(least), x2=alt.value(self.width - 2)),
            marks.mark_text(color="--soft", fontSize=SMALL, align="right", baseline="middle").encode(
                y=up("y"), x=alt.value(least - 10), text="words:N"
            ),
            base.mark_area(color="--accent", opacity=0.18).encode(x=x, y=up("low"), y2="high:Q"),
            usual.mark_rule(color="--ink", strokeWidth=1.5, strokeDash=[4, 3]).encode(
                y=up("y"), x=alt.value(least), x2=alt.value(usual_end)
            ),
            usual.mark_text(
                color="--ink", fontSize=SMALL, align="left", baseline="bottom" if above else "top",
                dy=-4 if above else 5, text=self.expected_shown,
            ).encode(y=up("y"), x=alt.value(least + 4)),
            base.mark_line(color="--accent", strokeWidth=2.5, strokeJoin="round").encode(x=x, y=up("y")),
            base.mark_circle(color="--accent", size=44, opacity=1).encode(x=x, y=up("y")),
            base.transform_filter("datum.last").mark_circle(
                color="--accent", size=130, opacity=1, stroke="--paper", strokeWidth=2
            ).encode(x=x, y=up("y")),
            base.transform_filter("datum.last").mark_text(
                color="--accent", fontSize=LARGE, fontWeight=700, align="left", baseline="middle", dx=12,
                text=self.shown
            ).encode(x=x, y=up("y")),
            base.mark_text(color="--soft", fontSize=SMALL, baseline="top").encode(
                x=x, y=alt.value(_BOTTOM + 10), text="label:N"
            ),
        ]  # fmt: skip
        return configured(alt.layer(*layers).to_dict(validate=False), width=self.width, height=self.height)
