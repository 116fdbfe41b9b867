"""The officer's own sheet as the page and its print show it: all of it is words, numbers and addresses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.indicators.components.registry import COMPONENTS
from webapp.indicators.objections.vocabulary import Outcome
from webapp.indicators.plots.drawing import Plot
from webapp.indicators.queries import ComponentView, GroupView, ScoreSheet
from webapp.indicators.weak_points import WeakPoint
from webapp.indicators.wording.adding_up import shown_movements, shown_sections
from webapp.indicators.wording.advice import Advice, advice_on
from webapp.indicators.wording.facts import part_name
from webapp.indicators.wording.numbers import decimal, exact_percent, full_day, short_day, signed
from webapp.indicators.wording.sheets import (
    against_expected,
    change_in_words,
    moved_since,
    movement_reason,
    movement_title,
)
from webapp.portal.dates import local_day
from webapp.portal.staff.pictures import Picture, picture
from webapp.portal.staff.score_pieces import MARKS, PLOTS, plot_words
from webapp.portal.staff.scores import PartedLines, ScoreLine, SheetView, parted_lines, score_line, sheet_view

#: A section with at most so many lines stands open; so does the one that moved most.
SHOWN_OPEN = 6
_DECIDED = {
    Outcome.UPHELD: _l("Keberatan Anda diterima: yang digugat tidak lagi dihitung."),
    Outcome.PARTLY: _l("Keberatan Anda diterima sebagian: sebagian tidak lagi dihitung."),
    Outcome.REFUSED: _l("Keberatan Anda diperiksa dan ditolak; barisnya tetap dihitung."),
}


@dataclass(frozen=True, slots=True)
class Section:
    """The lines of one part of the figure. `points`: what they moved together, None where one may not be told.

    `still`: those that moved it by next to nothing each, summed up by `still_words` and `still_points`.
    """

    name: str
    lines: tuple[ScoreLine, ...]
    still: tuple[ScoreLine, ...]
    still_words: str
    still_points: float
    points: float | None
    open: bool

    @property
    def count(self) -> int:
        """How many lines there are."""
        return len(self.lines) + len(self.still)


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part in the table beside the plot. `empty`: nothing of it is known. `rare`: something is, but too little."""

    name: str
    href: str
    figure: str
    interval: str
    expected: str
    weight: str
    tag: str
    empty: bool
    rare: bool


@dataclass(frozen=True, slots=True)
class MovedRow:
    """What moved the figure since the end of last month."""

    what: str
    why: str
    points: float


@dataclass(frozen=True, slots=True)
class OwnView:
    """Everything the page says. Pictures are None where there is nothing to draw."""

    sheet: SheetView
    against: str
    pictures: dict[str, Picture | None]
    parts: tuple[PartRow, ...]
    moved_since: str
    moved_from: float | None
    moved: tuple[MovedRow, ...]
    sections: tuple[Section, ...]
    changes: tuple[tuple[str, str], ...]
    advice: Advice
    trend: tuple[tuple[str, str, str], ...]


def own_view(sheet: ScoreSheet, weak: WeakPoint | None, zone: str, *, contested: int = 0) -> OwnView:
    """The sheet in words. `contested`: complaints that count no more after their officer said that they were not about
    him. `zone`: of the city."""
    return OwnView(
        sheet=sheet_view(sheet, own=True),
        against=against_expected(sheet) if sheet.status != "not_enough_data" else "",
        pictures={name: _picture(name, sheet) for name in PLOTS},
        parts=tuple(_part(part, sheet.period) for part in sheet.components),
        moved_since=moved_since(sheet),
        moved_from=sheet.moved_from,
        moved=tuple(MovedRow(movement_title(one), movement_reason(one), one.points) for one in shown_movements(sheet)),
        sections=_sections(sheet),
        changes=_changes(sheet, zone, contested),
        advice=advice_on(sheet, weak),
        trend=tuple(
            (short_day(one.until), decimal(one.figure), f"{decimal(one.low)}–{decimal(one.high)}")
            for one in sheet.trend
        ),
    )


def _picture(name: str, sheet: ScoreSheet) -> Picture | None:
    make = PLOTS[name]
    if make(sheet, 0) is None:
        return None

    def made(width: int) -> Plot:
        plot = make(sheet, width)
        assert plot is not None
        return plot

    return picture(plot_words(name, sheet), made, "officer.show_plot", plot=name, periode=sheet.period)


def _part(part: ComponentView, period: str) -> PartRow:
    known = part.facts > 0 and part.figure is not None and part.low is not None and part.high is not None
    sure = known and part.status != "not_enough_data"
    return PartRow(
        name=part_name(part.name),
        href=url_for("officer.show_part", part=part.name.replace("_", "-"), periode=period),
        figure=decimal(part.figure) if sure and part.figure is not None else "–",
        interval=f"{decimal(part.low)}–{decimal(part.high)}" if known and part.low and part.high else "–",
        expected=decimal(part.expected),
        weight=exact_percent(part.weight),
        tag="" if sure else str(_("belum cukup data") if part.facts else _("belum ada data")),
        empty=part.facts == 0,
        rare=known and not sure,
    )


def _sections(sheet: ScoreSheet) -> tuple[Section, ...]:
    """The lines by part, in the order of the parts."""
    order = [part.name for part in sheet.components]
    names = sorted(
        {group.component for group in sheet.groups}, key=lambda name: order.index(name) if name in order else 99
    )
    sections, totals = [], shown_sections(sheet)
    for name in names:
        total, parted = totals[name], lines_of(sheet, name)
        points = total / 10 if total is not None else None
        marked = any(line.tag for line in parted.moving)
        sections.append(
            Section(
                part_name(name), parted.moving, parted.still, parted.words, parted.points, points,
                marked or 0 < len(parted.moving) <= SHOWN_OPEN,
            )
        )  # fmt: skip
    most = max((abs(section.points) for section in sections if section.points is not None), default=0.0)
    return tuple(
        replace(section, open=True) if section.points is not None and abs(section.points) == most else section
        for section in sections
    )


def own_line(group: GroupView) -> ScoreLine:
    """A line with its mark, and the way to object where there is one."""
    line = score_line(group, own=True)
    tag, tone = MARKS.get(group.objected or "", ("", ""))
    if not group.line_key or group.points is None:
        return replace(line, tag=str(tag), tone=tone)
    link = _("keberatan") if group.objected is None else _("lihat keberatan")
    href = url_for("officer.file_objection", own_line=group.line_key)
    if line.href:  # a complaint, of which he reads more elsewhere
        return replace(line, tag=str(tag), tone=tone, objection=href)
    return replace(line, tag=str(tag), tone=tone, href=href, link=str(link))


def _changes(sheet: ScoreSheet, zone: str, contested: int) -> tuple[tuple[str, str], ...]:
    """What stood in the figure and counts no more, and how objections ended, the latest first."""
    told: list[tuple[date, str, str]] = []
    for change in sheet.changes:
        day = local_day(change.at, zone)
        told.append((day, *change_in_words(change, day)))
    for line in sheet.decided:
        day = local_day(line.at, zone)
        title = _("Keberatan atas %(part)s diputuskan %(day)s", part=part_name(line.component), day=full_day(day))
        words = str(_DECIDED[Outcome(line.outcome)])
        if line.outcome != Outcome.REFUSED:
            words = str(
                _("%(words)s Baris itu tadinya berpengaruh %(points)s.", words=words, points=signed(line.points))
            )
        told.append((day, str(title), words))
    told.sort(key=lambda one: one[0], reverse=True)
    rows = [(title, words) for _day, title, words in told]
    if contested:
        title = ngettext("%(num)s pengaduan tidak lagi dihitung", "%(num)s pengaduan tidak lagi dihitung", contested)
        rows.append((str(title), str(_("dikoreksi setelah keberatan Anda"))))
    return tuple(rows)


def lines_of(sheet: ScoreSheet, component: str) -> PartedLines:
    """The lines of one part."""
    lines = [own_line(group) for group in sheet.groups if group.component == component]
    return parted_lines(lines, shown_sections(sheet).get(component))


def component_of(address: str) -> str | None:
    """The part that an address names, "complaint-handling"; None for none."""
    name = address.replace("-", "_")
    return name if name in COMPONENTS and "_" not in address else None


def printed_at(now: datetime, zone: str) -> str:
    """ "22 November 2026"."""
    return full_day(local_day(now, zone))
