"""What moved a figure, step by step. Pure but for Altair, which is imported when a plot is made."""

from __future__ import annotations

import math
import textwrap
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

from webapp.indicators.plots.scale import across, axis_layers, close_window, down
from webapp.indicators.plots.theme import LETTER, WIDE, WORDS, configured

_ROW: Final = 46
_AXIS: Final = 22
#: Pixels of a second line of words, where one has no room for them; two lines at most.
_LINE: Final = 16
_LINES: Final = 2
#: Pixels that the points to the right need.
_POINTS: Final = 64
#: Less than this shows as nothing.
_NOTHING: Final = 0.05


@dataclass(frozen=True, slots=True)
class Step:
    """What moved the figure by `points`; `shown` says them in words."""

    words: str
    points: float
    shown: str


@dataclass(frozen=True, slots=True)
class MovementPlot:
    """From one figure to another, by steps that sum to the difference: each begins where the one before it ended."""

    before: float
    before_words: str
    before_shown: str
    steps: tuple[Step, ...]
    after_words: str
    after_shown: str
    width: int = WIDE

    @property
    def height(self) -> int:
        """Pixels."""
        words = (self.before_words, *(step.words for step in self.steps), self.after_words)
        return sum(_ROW + _LINE * (len(self._lines(one)) - 1) for one in words) + _AXIS

    def _lines(self, words: str) -> list[str]:
        """The words in lines that have room; what is too long for two ends with dots."""
        letters = int((self.width - _POINTS) / LETTER)
        return textwrap.wrap(words, letters, max_lines=_LINES, placeholder=" …") or [""]

    def specification(self) -> dict[str, Any]:
        """Each step: its words and points, below them a bar from where the figure was to where it went."""
        import altair as alt

        rows: list[dict[str, Any]] = [
            {
                "words": self.before_words,
                "shown": self.before_shown,
                "from": self.before,
                "to": self.before,
                "tone": "at",
            }
        ]
        at = self.before
        for step in self.steps:
            tone = "flat" if abs(step.points) < _NOTHING else "up" if step.points > 0 else "down"
            rows.append({"words": step.words, "shown": step.shown, "from": at, "to": at + step.points, "tone": tone})
            at += step.points
        after = math.fsum([self.before, *(step.points for step in self.steps)])
        rows.append({"words": self.after_words, "shown": self.after_shown, "from": after, "to": after, "tone": "at"})
        top, said = 0, []
        for row in rows:
            lines = self._lines(row["words"])
            said += [{"words": line, "head": top + 11 + _LINE * number} for number, line in enumerate(lines)]
            below = _LINE * (len(lines) - 1)
            row |= {"head": top + 11, "level": top + 30 + below}
            top += _ROW + below
        # from the end of each bar down to the next, with a gap for the words between them
        ways = [
            {"to": row["to"], "from": begin, "until": end}
            for row, following in pairwise(rows)
            for begin, end in (
                (row["level"] + 6, row["level"] + 16),
                (following["level"] - 10, following["level"] - 6),
            )
        ]
        low, high = close_window([row["from"] for row in rows] + [row["to"] for row in rows], room=0.6, least=3.0)
        base = alt.Chart(alt.Data(values=rows))  # type: ignore[no-untyped-call]

        by_tone = alt.Color(
            "tone:N",
            scale=alt.Scale(domain=["at", "up", "down", "flat"], range=["--ink", "--accent", "--bad", "--soft"]),
            legend=None,
        )
        to = across(low, high, self.width, "to")
        layers = [
            *axis_layers(low, high, [(row["level"] - 9, row["level"] + 9) for row in rows], self.width),
            alt.Chart(alt.Data(values=said))  # type: ignore[no-untyped-call]
            .mark_text(align="left", fontSize=WORDS, baseline="middle", limit=self.width - _POINTS)
            .encode(text="words:N", x=alt.value(0), y=down("head")),
            base.mark_text(align="right", fontSize=WORDS, fontWeight=700, baseline="middle").encode(
                text="shown:N", x=alt.value(self.width - 2), y=down("head"), color=by_tone
            ),
            alt.Chart(alt.Data(values=ways))  # type: ignore[no-untyped-call]
            .mark_rule(color="--edge", strokeWidth=1)
            .encode(x=to, y=down("from"), y2="until:Q"),
            base.transform_filter("datum.tone != 'at'").mark_bar(height=12, cornerRadius=2).encode(
                x=across(low, high, self.width, "from"), x2="to:Q", y=down("level"), color=by_tone
            ),
            base.transform_filter("datum.tone == 'at'").mark_circle(
                size=130, opacity=1, color="--accent", stroke="--paper", strokeWidth=2
            ).encode(x=to, y=down("level")),
        ]  # fmt: skip
        return configured(alt.layer(*layers).to_dict(validate=False), width=self.width, height=self.height)
