"""A score sheet in words: what its officer and his supervisor read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import abort, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.app import settings_of
from webapp.indicators.periods import period_of, span_of
from webapp.indicators.queries import GroupView, ScoreSheet, TrendPoint
from webapp.indicators.wording.adding_up import spread
from webapp.indicators.wording.facts import all_counted, counts_less, line_reason, line_title
from webapp.indicators.wording.numbers import AS_EXPECTED, period_in_words
from webapp.indicators.wording.sheets import reliability_in_words
from webapp.portal.dates import short_day

__all__ = ["period_in_words", "reliability_in_words"]

#: Names of the macros' states for the statuses of the formula.
RELIABILITY = {"not_enough_data": "not_enough", "provisional": "provisional", "sufficient": "enough"}


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line of the score_lines macro; `delta` None where it may not be told. `key` names it in an objection."""

    what: str
    why: str
    delta: float | None
    #: Where the whole of it is told, if anywhere, and what that link says.
    href: str = ""
    link: str = ""
    #: Words and tone of a tag: that it was objected to.
    tag: str = ""
    tone: str = ""
    key: str = ""
    #: The way to object, where `href` leads elsewhere.
    objection: str = ""


@dataclass(frozen=True, slots=True)
class PartedLines:
    """Lines of a part as they are written: those that moved the figure, and those that each are next to nothing, with
    what they are together."""

    moving: tuple[ScoreLine, ...]
    still: tuple[ScoreLine, ...]
    words: str
    points: float


@dataclass(frozen=True, slots=True)
class PlottedPoint:
    """One point of the trend macro."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SheetView:
    """What the template shows of a score sheet."""

    title: str
    period: str
    periods: tuple[tuple[str, str], ...]
    reliability: str
    reliability_words: str
    counted: str
    lines: tuple[ScoreLine, ...]
    trend: tuple[PlottedPoint, ...]
    damped: tuple[tuple[str, int], ...]


def chosen_period() -> str:
    """The quarter that the address asks for, else the present one; 404 for what is no quarter."""
    asked = request.args.get("periode")
    if not asked:
        return present_period(datetime.now(UTC))
    try:
        span_of(asked)
    except ValueError:
        abort(404)
    return asked


def present_period(now: datetime) -> str:
    """The quarter of `now` in the city's zone."""
    return period_of(now.astimezone(ZoneInfo(settings_of(current_app).default_timezone)).date())


def periods_in_words(periods: Iterable[str], chosen: str) -> tuple[tuple[str, str], ...]:
    """The quarters to choose from with their words, the latest first; the chosen one is always among them."""
    return tuple((period, period_in_words(period)) for period in sorted({*periods, chosen}, reverse=True))


def sheet_view(sheet: ScoreSheet, *, own: bool) -> SheetView:
    """The sheet in words; `own` for the officer himself, else for whoever supervises him."""
    return SheetView(
        title=period_in_words(sheet.period),
        period=sheet.period,
        periods=periods_in_words(sheet.periods, sheet.period),
        reliability=RELIABILITY[sheet.status],
        reliability_words=reliability_in_words(sheet),
        counted=all_counted(sheet.groups),
        lines=tuple(score_line(group, own=own) for group in sheet.groups),
        trend=plotted(sheet.trend),
        damped=tuple((counts_less(item.reason), item.facts) for item in sheet.damped),
    )


def plotted(trend: Iterable[TrendPoint]) -> tuple[PlottedPoint, ...]:
    """Weekly points as the trend macro takes them."""
    return tuple(
        PlottedPoint(_("s.d. %(day)s", day=short_day(point.until)), point.figure, point.low, point.high)
        for point in trend
    )


def parted_lines(lines: Sequence[ScoreLine], total: int | None = None) -> PartedLines:
    """Lines that each are next to nothing apart from the others; a single one stays among them, and so does what is
    marked.

    Nothing of the sum is lost: the points of those apart are theirs together, which may well show. All points come as
    they are written, so that what is seen adds up to `total` (tenths; their own sum if none is given).
    """
    still = [one for one in lines if one.delta is not None and abs(one.delta) < AS_EXPECTED and not one.tag]
    if len(still) < 2:
        return PartedLines(_written(lines, total), (), "", 0.0)
    words = ngettext(
        "%(num)s baris lain, masing-masing hampir 0", "%(num)s baris lain, masing-masing hampir 0", len(still)
    )
    if len(still) == len(lines):
        words = ngettext("%(num)s baris, masing-masing hampir 0", "%(num)s baris, masing-masing hampir 0", len(still))
    apart = {id(one) for one in still}
    together = ScoreLine(str(words), "", math.fsum(one.delta or 0.0 for one in still))
    *moving, together = _written([*(one for one in lines if id(one) not in apart), together], total)
    points = together.delta or 0.0
    return PartedLines(tuple(moving), _written(still, round(10 * points)), together.what, points)


def _written(lines: Sequence[ScoreLine], total: int | None) -> tuple[ScoreLine, ...]:
    """The same lines, with points that add up as they are written."""
    shown = iter(spread([one.delta for one in lines if one.delta is not None], total))
    return tuple(one if one.delta is None else replace(one, delta=next(shown) / 10) for one in lines)


def score_line(group: GroupView, *, own: bool) -> ScoreLine:
    """A line in words; a founded complaint about the officer leads him to what he may read of it."""
    href = url_for("officer.list_attributed") if own and "complaint" in group.sources else ""
    return ScoreLine(line_title(group), line_reason(group, own=own), group.points, href, key=group.line_key)
