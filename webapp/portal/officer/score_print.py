"""The officer's own sheet on paper: the same figures, plots and words as the page."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _

from webapp.indicators.plots.theme import NARROW, WIDE
from webapp.indicators.queries import ScoreSheet
from webapp.indicators.wording import plots
from webapp.indicators.wording.numbers import decimal, signed
from webapp.portal.officer.score_view import OwnView, printed_at
from webapp.portal.staff.paper import Paper
from webapp.portal.staff.score_pieces import plot_words


def printed(sheet: ScoreSheet, view: OwnView, city: str, language: str, now: datetime, zone: str) -> bytes:
    """The sheet as a PDF."""
    day = printed_at(now, zone)
    title = _("Mutu layanan, %(period)s", period=view.sheet.title)
    paper = Paper(str(title), f"Tanggap · {city} · {sheet.officer} · {day}", language, now)
    paper.subtitle(" · ".join((sheet.officer, *sheet.units)))
    _figure(paper, sheet, view)
    _parts(paper, sheet, view)
    _moved(paper, sheet, view)
    _advice(paper, view)
    _lines(paper, sheet, view)
    _less(paper, view)
    _trend(paper, sheet, view)
    paper.heading(_("Cara membaca angka ini"))
    paper.points(
        [
            _(
                "Skalanya 25 sampai 100, seperti indeks kepuasan masyarakat. Ini bahan pembicaraan, bukan predikat "
                "kinerja."
            ),
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
    )
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


def _moved(paper: Paper, sheet: ScoreSheet, view: OwnView) -> None:
    plot = plots.movement_plot(sheet, NARROW)
    if plot is None or sheet.moved_from is None or sheet.figure is None:
        return
    paper.heading(_("Yang menggerakkan sejak %(day)s", day=view.moved_since))
    rows = [(_("Angka pada %(day)s", day=view.moved_since), decimal(sheet.moved_from))]
    rows += [(row.what, signed(row.points)) for row in view.moved]
    rows.append((_("Angka sekarang"), decimal(sheet.figure)))
    paper.beside(plot, plot_words("pergerakan", sheet), (_("Apa"), _("Pengaruh")), rows, (4, 1.2), "lr")


def _advice(paper: Paper, view: OwnView) -> None:
    paper.heading(view.advice.title)
    for words in view.advice.why:
        paper.words(words)
    paper.points(view.advice.helps)


def _lines(paper: Paper, sheet: ScoreSheet, view: OwnView) -> None:
    if not view.sections:
        return
    paper.heading(_("Baris demi baris"))
    rows = []
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
    paper.table((_("Bagian"), _("Apa"), _("Mengapa"), _("Pengaruh")), rows, (2.2, 4, 4, 1.2), "lllr")
    if sheet.figure is not None and sheet.expected is not None:
        paper.words(
            _(
                "Jumlah semua baris sama dengan selisih angka %(figure)s dari yang wajar, %(expected)s.",
                figure=decimal(sheet.figure),
                expected=decimal(sheet.expected),
            ),
            soft=True,
        )


def _less(paper: Paper, view: OwnView) -> None:
    if not view.sheet.damped and not view.changes:
        return
    paper.heading(_("Yang tidak dihitung, atau dihitung kurang"))
    paper.points(
        [f"{reason} ({count})" for reason, count in view.sheet.damped]
        + [f"{title}: {words}" for title, words in view.changes]
    )


def _trend(paper: Paper, sheet: ScoreSheet, view: OwnView) -> None:
    plot = plots.trend_plot(sheet, NARROW)
    if plot is None:
        return
    paper.heading(_("Dari minggu ke minggu"))
    head = (_("Sampai"), _("Angka"), _("Rentang"))
    paper.beside(plot, plot_words("minggu", sheet), head, list(view.trend), (2, 1.4, 2), "lrr")
