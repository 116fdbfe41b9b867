"""One officer for whoever supervises him, and his figure computed again at a press."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import abort, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.accounts.permissions import Permission, can
from webapp.app import settings_of
from webapp.indicators.errors import NoSuchOfficer
from webapp.indicators.overview.attention import Attention, Standing, attention_for
from webapp.indicators.plots.drawing import Plot
from webapp.indicators.queries import GroupView, ScoreSheet, sheet_of
from webapp.indicators.recomputing import Recomputed, recompute
from webapp.indicators.wording.adding_up import shown_movements, shown_sections
from webapp.indicators.wording.facts import part_name
from webapp.indicators.wording.numbers import decimal, exact_percent
from webapp.indicators.wording.sheets import against_expected, moved_since, movement_title
from webapp.portal.access import current_account, requires
from webapp.portal.dates import moment_in_words
from webapp.portal.staff.pictures import Picture, picture, picture_file
from webapp.portal.staff.score_pieces import MARKS, PLOTS, plot_words
from webapp.portal.staff.scores import ScoreLine, chosen_period, parted_lines, score_line, sheet_view
from webapp.portal.supervisor.unit_view import reasons
from webapp.portal.supervisor.views import blueprint

_VERSIONS = {
    "formula": _l("rumus"),
    "preset": _l("preset"),
    "rules": _l("aturan atribusi"),
    "reference": _l("acuan"),
    "calendars": _l("kalender"),
}
#: A section with at most so many lines stands open.
_SHOWN_OPEN = 6
#: So many differences are named; more say the same.
_NAMED = 8


@dataclass(frozen=True, slots=True)
class PartRow:
    """A part of the figure in the table beside its plot."""

    name: str
    figure: str
    interval: str
    expected: str
    weight: str
    enough: bool


@dataclass(frozen=True, slots=True)
class LineSection:
    """The lines of one part. `points`: what they moved together; as they are written, they add up to it."""

    name: str
    lines: tuple[ScoreLine, ...]
    still: tuple[ScoreLine, ...]
    still_words: str
    still_points: float
    points: float | None
    open: bool


@dataclass(frozen=True, slots=True)
class Again:
    """What came of computing a figure again."""

    same: bool
    title: str
    words: str
    differences: tuple[tuple[str, str, str], ...]
    versions: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]


@blueprint.get("/petugas/<int:officer_id>")
@requires(Permission.INDICATOR_READ_UNIT)
def show_officer(officer_id: int) -> ResponseReturnValue:
    """One officer's figure: its parts, what moved it, its lines in groups."""
    return _page(_sheet(officer_id), None)


@blueprint.post("/petugas/<int:officer_id>/hitung-ulang")
@requires(Permission.INDICATOR_READ_UNIT)
def recompute_officer(officer_id: int) -> ResponseReturnValue:
    """Compute the figure that is shown again from what was stored, and say whether it comes out the same.

    Changes nothing, so that pressing twice does no harm.
    """
    sheet = _sheet(officer_id)
    if sheet.snapshot_id is None or sheet.withheld:
        abort(404)
    return _page(sheet, _again(recompute(sheet.snapshot_id)))


@blueprint.get("/petugas/<int:officer_id>/gambar/<plot>.svg")
@requires(Permission.INDICATOR_READ_UNIT)
def draw_officer(officer_id: int, plot: str) -> ResponseReturnValue:
    """One of the sheet's plots."""
    make, sheet = PLOTS.get(plot), _sheet(officer_id)
    if make is None or make(sheet, 0) is None:
        abort(404)

    def made(width: int) -> Plot:
        drawn = make(sheet, width)
        assert drawn is not None
        return drawn

    return picture_file(made)


def _sheet(officer_id: int) -> ScoreSheet:
    try:
        return sheet_of(current_account(), officer_id, chosen_period())
    except NoSuchOfficer:
        abort(404)


def _page(sheet: ScoreSheet, again: Again | None) -> ResponseReturnValue:
    viewer, zone = current_account(), settings_of(current_app).default_timezone
    return render_template(
        "supervisor/show_officer.html",
        sheet=sheet,
        view=sheet_view(sheet, own=False),
        again=again,
        against=against_expected(sheet) if sheet.status != "not_enough_data" else "",
        reasons=reasons(_attention(sheet)),
        pictures={name: _picture(name, sheet) for name in PLOTS},
        part_rows=[
            PartRow(
                part_name(part.name),
                decimal(part.figure) if part.figure is not None and part.status != "not_enough_data" else "–",
                f"{decimal(part.low)}–{decimal(part.high)}"
                if part.low is not None and part.high is not None and part.facts
                else "",
                decimal(part.expected),
                exact_percent(part.weight),
                part.status != "not_enough_data",
            )
            for part in sheet.components
        ],
        moved_since=moved_since(sheet),
        moved=[(movement_title(movement), movement.points) for movement in shown_movements(sheet)],
        sections=_sections(sheet),
        computed=moment_in_words(sheet.computed_at, zone) if sheet.computed_at else "",
        plan_year=int(sheet.period[:4]),
        may_agree=can(viewer, Permission.PLAN_AGREE),
    )


def _attention(sheet: ScoreSheet) -> Attention:
    if sheet.figure is None or sheet.low is None or sheet.high is None or sheet.expected is None:
        return attention_for(None, [], sheet.mark)
    whole = Standing(sheet.figure, sheet.low, sheet.high, sheet.expected, sheet.status)
    parts = [
        (part.name, Standing(part.figure, part.low, part.high, part.expected, part.status))
        for part in sheet.components
        if part.figure is not None and part.low is not None and part.high is not None
    ]
    return attention_for(whole, parts, sheet.mark)


def _picture(name: str, sheet: ScoreSheet) -> Picture | None:
    make = PLOTS[name]
    if make(sheet, 0) is None:
        return None

    def made(width: int) -> Plot:
        drawn = make(sheet, width)
        assert drawn is not None
        return drawn

    return picture(
        f"{sheet.officer}: {plot_words(name, sheet)}", made, "supervisor.draw_officer",
        officer_id=sheet.officer_id, plot=name, periode=sheet.period,
    )  # fmt: skip


def _sections(sheet: ScoreSheet) -> tuple[LineSection, ...]:
    groups: dict[str, list[GroupView]] = {part.name: [] for part in sheet.components}
    for group in sheet.groups:
        groups.setdefault(group.component, []).append(group)
    totals = shown_sections(sheet)
    return tuple(_section(name, own, totals[name]) for name, own in groups.items() if own)


def _section(name: str, own: list[GroupView], total: int | None) -> LineSection:
    parted = parted_lines([_line(group) for group in own], total)
    return LineSection(
        part_name(name),
        parted.moving,
        parted.still,
        parted.words,
        parted.points,
        total / 10 if total is not None else None,
        0 < len(parted.moving) <= _SHOWN_OPEN,
    )


def _line(group: GroupView) -> ScoreLine:
    words, tone = MARKS.get(group.objected or "", ("", ""))
    return replace(score_line(group, own=False), href="", tag=str(words), tone=tone)


def _again(made: Recomputed) -> Again:
    count = ngettext("%(num)s catatan", "%(num)s catatan", made.facts)
    if made.same:
        title = _("Sama sampai angka terakhir.")
        words = _(
            "Angka ini dihitung ulang dari %(count)s yang tersimpan, dan tidak ada satu digit pun yang lain.",
            count=count,
        )
    else:
        title = _("Tidak sama.")
        words = _("Angka ini dihitung ulang dari %(count)s yang tersimpan; yang lain ada di bawah.", count=count)
    named = [(one.what, one.published, one.computed) for one in made.differences[:_NAMED]]
    return Again(
        same=made.same,
        title=str(title),
        words=str(words),
        differences=tuple(named),
        versions=tuple((str(_VERSIONS.get(name, name)), version) for name, version in made.versions.items() if version),
        notes=tuple(_note(note) for note in made.notes),
    )


def _note(note: str) -> str:
    what, _colon, change = note.partition(":")
    before, _arrow, now = change.partition(">")
    if what == "rules":
        words = _("Aturan atribusi sejak itu berubah dari versi %(before)s ke %(now)s.", before=before, now=now)
    else:
        words = _("Kalender kerja sejak itu berubah (%(before)s menjadi %(now)s).", before=before, now=now)
    return f"{words} {_('Yang sudah tersimpan tidak ikut berubah.')}"
