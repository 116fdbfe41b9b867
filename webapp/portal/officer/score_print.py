"""The officer's own sheet on paper: the same figures, plots and words as the page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask_babel import gettext as _

from webapp.indicators.plots.drawing import Plot
from webapp.indicators.plots.theme import NARROW, WIDE
from webapp.indicators.queries import ScoreSheet
from webapp.indicators.wording import plots
from webapp.indicators.wording.numbers import decimal, signed
from webapp.portal.officer.score_view import OwnView, printed_at
from webapp.portal.staff.paper import Block, Paper
from webapp.portal.staff.score_pieces import plot_words

#: A table begins where so many of its rows have room; a list where it has as a whole, or so many millimetres.
_BEGUN, _LONG = 4, 60.0


def printed(sheet: ScoreSheet, view: OwnView, city: str, language: str, now: datetime, zone: str) -> bytes:
    """The sheet as a PDF."""
    day = printed_at(now, zone)
    title = _("Mutu layanan, %(period)s", period=view.sheet.title)
    paper = Paper(str(title), f"Tanggap · {city} · {sheet.officer} · {day}", language, now)
    paper.subtitle(" · ".join((sheet.officer, *sheet.units)))
    _figure(paper, sheet, view)
    _parts(paper, sheet, view)
    blocks = (
        _moved(paper, sheet, view),
        _advice(paper, view),
        _lines(paper, sheet, view),
        _less(paper, view),
        _trend(paper, sheet, view),
        _reading(paper, sheet),
    )
    paper.flow([block for block in blocks if block is not None])
    return paper.content()


def _figure(paper: Paper, sheet: ScoreSheet, view: OwnView) -> None:
    plot = plots.figure_plot(sheet, WIDE)
    if plot is None or sheet.low is None or sheet.high is None or sheet.figure is None:
        paper.words(view.sheet.reliability_words)
        return
    between = _("antara %(low)s dan %(high)s", low=decimal(sheet.low), high=decimal(sheet.high))
    shown = decimal(sheet.figure) if sheet.status != "not_enough_data" else "–"
    paper.figure(shown, f"{between}. {view.against} {view.sheet.reliability_words}")
    paper.plot(plot, plot_words("angka", sheet))
    if view.sheet.counted:
        paper.words(_("Yang masuk: %(counted)s.", counted=view.sheet.counted), soft=True)


def _parts(paper: Paper, sheet: ScoreSheet, view: OwnView) -> None:
    plot = plots.parts_plot(sheet, NARROW)
    if plot is None:
        return
    paper.heading(_("Dari mana angka ini"))
    head = (_("Bagian"), _("Angka"), _("Rentang"), _("Bobot"))
    rows = [(row.name, row.figure, row.interval, row.weight) for row in view.parts]
    paper.beside(plot, plot_words("bagian", sheet), head, rows, (3.6, 1.7, 2.5, 1.7), "lrrr")
    if any(row.rare for row in view.parts):
        paper.words(
            _(
                "Bagian yang belum cukup data: yang terjadi di sana terlalu jarang untuk membedakan Anda dari yang "
                "wajar. Barisnya tetap dihitung."
            ),
            soft=True,
        )


def _moved(paper: Paper, sheet: ScoreSheet, view: OwnView) -> Block | None:
    plot = plots.movement_plot(sheet, NARROW)
    if plot is None or sheet.moved_from is None or sheet.figure is None:
        return None
    rows = [(_("Angka pada %(day)s", day=view.moved_since), decimal(sheet.moved_from))]
    rows += [(row.what, signed(row.points)) for row in view.moved]
    rows.append((_("Angka sekarang"), decimal(sheet.figure)))
    heading = _("Yang menggerakkan sejak %(day)s", day=view.moved_since)
    return _beside(
        paper, heading, plot, plot_words("pergerakan", sheet), (_("Apa"), _("Pengaruh")), rows, (4, 1.2), "lr"
    )


def _beside(
    paper: Paper,
    heading: str,
    plot: Plot,
    words: str,
    head: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    widths: tuple[float, ...],
    right: str,
) -> Block:
    def write() -> None:
        paper.heading(heading)
        paper.beside(plot, words, head, rows, widths, right)

    return Block(paper.height_of_heading(heading) + paper.height_beside(plot, head, rows, widths), write)


def _advice(paper: Paper, view: OwnView) -> Block:
    advice = view.advice

    def write() -> None:
        paper.heading(advice.title)
        for words in advice.why:
            paper.words(words)
        paper.points(advice.helps)

    said = sum(paper.height_of_words(words) for words in advice.why)
    return Block(paper.height_of_heading(advice.title) + said + paper.height_of_points(advice.helps), write)


def _lines(paper: Paper, sheet: ScoreSheet, view: OwnView) -> Block | None:
    if not view.sections:
        return None
    rows: list[tuple[str, str, str, str]] = []
    for section in view.sections:
        own = [
            (
                line.what,
                " · ".join(part for part in (line.why, line.tag) if part),
                "–" if line.delta is None else signed(line.delta),
            )
            for line in section.lines
        ]
        if section.still:
            own.append((section.still_words, _("seperti yang wajar"), signed(section.still_points)))
        rows += [(section.name if not place else "", *row) for place, row in enumerate(own)]
    heading, widths = _("Baris demi baris"), (2.2, 4, 4, 1.2)
    head = (_("Bagian"), _("Apa"), _("Mengapa"), _("Pengaruh"))

    def write() -> None:
        paper.heading(heading)
        paper.table(head, rows, widths, "lllr", carried=True)
        if sheet.figure is not None and sheet.expected is not None:
            paper.words(
                _(
                    "Jumlah semua baris sama dengan selisih angka %(figure)s dari yang wajar, %(expected)s.",
                    figure=decimal(sheet.figure),
                    expected=decimal(sheet.expected),
                ),
                soft=True,
            )

    return Block(paper.height_of_heading(heading) + paper.height_of_table(head, rows[:_BEGUN], widths), write)


def _less(paper: Paper, view: OwnView) -> Block | None:
    if not view.sheet.damped and not view.changes:
        return None
    items = [f"{reason} ({count})" for reason, count in view.sheet.damped]
    items += [f"{title}: {words}" for title, words in view.changes]
    heading = _("Yang tidak dihitung, atau dihitung kurang")
    return _points(paper, heading, items)


def _points(paper: Paper, heading: str, items: Sequence[str]) -> Block:
    def write() -> None:
        paper.heading(heading)
        paper.points(items)

    return Block(paper.height_of_heading(heading) + min(paper.height_of_points(items), _LONG), write)


def _trend(paper: Paper, sheet: ScoreSheet, view: OwnView) -> Block | None:
    plot = plots.trend_plot(sheet, NARROW)
    if plot is None:
        return None
    head = (_("Sampai"), _("Angka"), _("Rentang"))
    words, heading = plot_words("minggu", sheet), _("Dari minggu ke minggu")
    return _beside(paper, heading, plot, words, head, list(view.trend), (2, 1.4, 2), "lrr")


def _reading(paper: Paper, sheet: ScoreSheet) -> Block:
    items = [
        _("Skalanya 25 sampai 100, seperti indeks kepuasan masyarakat. Ini bahan pembicaraan, bukan predikat kinerja."),
        _(
            "Angka wajar: yang biasa di kota ini. Setiap kejadian dibandingkan dengan yang biasa untuk layanan "
            "itu, lalu angka dinyatakan seolah semua petugas melayani campuran layanan yang sama."
        ),
        _("Rentang: nilai yang sebenarnya ada di antara kedua angka itu, 19 dari 20 kemungkinan."),
        _(
            "Dapat dihitung ulang: rumus %(formula)s, angka wajar %(reference)s, bobot %(preset)s, catatan "
            "nomor %(id)s.",
            formula=sheet.formula_version,
            reference=sheet.reference_version,
            preset=sheet.preset_version,
            id=sheet.snapshot_id,
        ),
    ]
    return _points(paper, _("Cara membaca angka ini"), items)
