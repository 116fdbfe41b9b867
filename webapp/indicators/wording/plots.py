"""The plots of a score sheet, with their words: the same for the page, its print and the chat."""

from __future__ import annotations

import math

from flask_babel import gettext as _

from webapp.indicators.movements import is_by_objection
from webapp.indicators.plots.figure import FigurePlot
from webapp.indicators.plots.movements import MovementPlot, Step
from webapp.indicators.plots.parts import Part, PartsPlot
from webapp.indicators.plots.theme import WIDE
from webapp.indicators.plots.trend import TrendPlot, TrendStep
from webapp.indicators.queries import ComponentView, ScoreSheet
from webapp.indicators.wording.adding_up import shown_movements
from webapp.indicators.wording.facts import part_name
from webapp.indicators.wording.numbers import decimal, short_day, signed
from webapp.indicators.wording.sheets import moved_since, movement_title

#: So many steps are told one by one; the smallest beyond them as one.
MOST_STEPS = 7


def figure_plot(sheet: ScoreSheet, width: int = WIDE) -> FigurePlot | None:
    """The figure with its interval; None where there is none to show."""
    if sheet.figure is None or sheet.low is None or sheet.high is None or sheet.expected is None:
        return None
    return FigurePlot(
        figure=sheet.figure,
        low=sheet.low,
        high=sheet.high,
        expected=sheet.expected,
        shown=decimal(sheet.figure),
        expected_shown=str(_("wajar %(expected)s", expected=decimal(sheet.expected))),
        sure=sheet.status != "not_enough_data",
        width=width,
    )


def parts_plot(sheet: ScoreSheet, width: int = WIDE) -> PartsPlot | None:
    """The parts of the figure; None where there are none."""
    if not sheet.components:
        return None
    return PartsPlot(tuple(_part(part) for part in sheet.components), width)


def part_plot(part: ComponentView, width: int = WIDE) -> FigurePlot | None:
    """One part alone; None where nothing of it may or can be shown."""
    if part.figure is None or part.low is None or part.high is None or part.facts == 0:
        return None
    return FigurePlot(
        figure=part.figure,
        low=part.low,
        high=part.high,
        expected=part.expected,
        shown=decimal(part.figure),
        expected_shown=str(_("wajar %(expected)s", expected=decimal(part.expected))),
        sure=part.status != "not_enough_data",
        width=width,
    )


def trend_plot(sheet: ScoreSheet, width: int = WIDE) -> TrendPlot | None:
    """The figure from week to week; None before there are two."""
    if len(sheet.trend) < 2 or sheet.expected is None:
        return None
    return TrendPlot(
        tuple(TrendStep(short_day(one.until), one.figure, one.low, one.high) for one in sheet.trend),
        expected=sheet.expected,
        shown=decimal(sheet.trend[-1].figure),
        expected_shown=str(_("wajar %(expected)s", expected=decimal(sheet.expected))),
        width=width,
    )


def movement_plot(sheet: ScoreSheet, width: int = WIDE) -> MovementPlot | None:
    """What moved the figure since the end of the last month; None where nothing did, or may be told."""
    if sheet.moved_from is None or sheet.figure is None or not sheet.movements:
        return None
    # what an objection did is never summed up with others, however little it is
    moved = sorted(
        zip(sheet.movements, shown_movements(sheet), strict=True),
        key=lambda both: (not is_by_objection(both[0]), -abs(both[0].points)),
    )
    told, rest = (moved, []) if len(moved) <= MOST_STEPS else (moved[: MOST_STEPS - 1], moved[MOST_STEPS - 1 :])
    told = sorted(told, key=lambda both: -abs(both[0].points))
    steps = [Step(movement_title(one), one.points, signed(shown.points)) for one, shown in told]
    if rest:
        points, written = (math.fsum(one.points for one in ones) for ones in zip(*rest, strict=True))
        steps.append(Step(str(_("Lain-lain")), points, signed(written)))
    return MovementPlot(
        before=sheet.moved_from,
        before_words=str(_("Angka pada %(day)s", day=moved_since(sheet))),
        before_shown=decimal(sheet.moved_from),
        steps=tuple(steps),
        after_words=str(_("Angka sekarang")),
        after_shown=decimal(sheet.figure),
        width=width,
    )


def _part(part: ComponentView) -> Part:
    known = part.facts > 0 and part.figure is not None
    sure = known and part.status != "not_enough_data"
    if sure:
        shown = decimal(part.figure or 0.0)
    elif part.facts > 0:
        shown = str(_("belum cukup data"))
    else:
        shown = str(_("belum ada data"))
    return Part(
        name=part_name(part.name),
        figure=part.figure if known else None,
        low=part.low if known else None,
        high=part.high if known else None,
        expected=part.expected,
        shown=shown,
        sure=sure,
    )
