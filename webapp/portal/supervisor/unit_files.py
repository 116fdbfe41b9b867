"""The plots of a unit as files of their own, and all of it as a sheet to print."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, current_app, make_response, request
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission
from webapp.app import settings_of
from webapp.indicators.overview.differences import MINIMUM
from webapp.indicators.overview.queries import UnitOverview, overview_of
from webapp.indicators.plots.drawing import Form
from webapp.indicators.plots.theme import WIDE
from webapp.indicators.queries import unit_filters
from webapp.indicators.wording.numbers import decimal, full_day, period_in_words
from webapp.portal.access import current_account, requires
from webapp.portal.dates import local_day
from webapp.portal.staff.paper import MEDIA_TYPE, Block, Paper
from webapp.portal.staff.pictures import Maker, picture_file
from webapp.portal.supervisor import unit_view
from webapp.portal.supervisor.views import Asked, asked_for, blueprint, listed, page_of

#: A table stands whole below its plot with so many rows; a longer one begins there with so many.
_TOGETHER, _BEGUN = 8, 4


@blueprint.get("/petugas/gambar/<unit_plot>.svg", defaults={"form": "svg"})
@blueprint.get("/petugas/gambar/<unit_plot>.png", defaults={"form": "png"})
@requires(Permission.INDICATOR_READ_UNIT)
def draw_unit(unit_plot: str, form: Form) -> ResponseReturnValue:
    """One plot of the unit. A picture to hand on bears its title; in the page the heading says it."""
    viewer = current_account()
    asked = asked_for(unit_filters(viewer))
    overview = overview_of(viewer, asked.period, asked.unit_id, asked.component)
    make = _maker(unit_plot, overview, asked, titled=form == "png" or "judul" in request.args)
    if make is None:
        abort(404)
    return picture_file(make, form)


def _maker(name: str, overview: UnitOverview, asked: Asked, *, titled: bool) -> Maker | None:
    when = f" ({period_in_words(asked.period)})"
    if name == "rentang":
        shown, _page, _pages = page_of(listed(overview, asked), asked)
        title = unit_view.officers_question() + when if titled else ""
        return (lambda width: unit_view.officers_plot(shown, width, title)) if shown else None
    if name == "corong":
        if not overview.funnel.points:
            return None
        title = unit_view.funnel_question(overview.component) + when if titled else ""
        return lambda width: unit_view.funnel_plot(overview, width, title)
    for view in unit_view.differences_views(overview):
        if view.name == name:
            title = view.question + when if titled else ""
            return lambda width: view.plot(width, title)
    return None


@blueprint.get("/petugas/lembar.pdf")
@requires(Permission.INDICATOR_READ_UNIT)
def print_unit() -> ResponseReturnValue:
    """The unit as a PDF: the same plots and tables as the page."""
    viewer = current_account()
    units = unit_filters(viewer)
    asked = asked_for(units)
    overview = overview_of(viewer, asked.period, asked.unit_id, asked.component)
    unit = next((unit.name for unit in units if unit.id == asked.unit_id), units[0].name if units else "")
    response = make_response(_sheet(overview, asked, unit, datetime.now(UTC)))
    response.mimetype = MEDIA_TYPE
    response.headers["Content-Disposition"] = f'inline; filename="petugas-{asked.period}.pdf"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _sheet(overview: UnitOverview, asked: Asked, unit: str, now: datetime) -> bytes:
    today = full_day(local_day(now, settings_of(current_app).default_timezone))
    period = period_in_words(asked.period)
    title = _("Petugas %(unit)s, %(period)s", unit=unit, period=period)
    foot = _("Petugas, %(period)s · dicetak %(day)s · bukan predikat", period=period, day=today)
    paper = Paper(str(title), str(foot), str(get_locale() or "id"), now)
    paper.subtitle(
        ngettext("%(num)s petugas, urut nama.", "%(num)s petugas, urut nama.", len(overview.standings))
        + " "
        + _(
            "Garis putus-putus: angka wajar, yang biasa di kota ini. Angka tiap petugas sudah disetarakan, seolah "
            "semua melayani campuran layanan yang sama. Tidak ada peringkat."
        )
    )
    _who(paper, overview)
    _intervals(paper, overview)
    blocks = [_funnel(paper, overview)] if overview.funnel.points else []
    paper.flow([*blocks, *(_difference(paper, view) for view in unit_view.differences_views(overview))])
    return paper.content()


def _difference(paper: Paper, view: unit_view.DifferencesView) -> Block:
    head = [view.column, str(_("Penilaian")), str(_("Angka")), str(_("Antara")), str(_("Wajar")), str(_("Selisih"))]
    rows = [[one.label, str(one.facts), one.level, one.between, one.expected, one.difference] for one in view.lines]
    plot, widths = view.plot(WIDE), (6, 2, 2, 3, 2, 2)

    def write() -> None:
        paper.heading(view.question, view.answer)
        paper.plot(plot, f"{view.question} {view.answer}")
        paper.table(head, rows, widths, "lrrrrr")

    return Block(
        paper.height_of_heading(view.question, view.answer)
        + paper.height_of_plot(plot)
        + paper.height_of_table(head, rows[:_TOGETHER], widths),
        write,
    )


def _who(paper: Paper, overview: UnitOverview) -> None:
    paper.heading(str(_("Siapa yang perlu dilihat?")))
    needing = unit_view.needing_look(overview)
    if needing:
        paper.points([f"{one.name}. {' '.join(one.reasons)}" for one in needing])
    else:
        paper.words(str(_("Tidak ada petugas yang jelas di bawah wajar.")))
    paper.words(
        str(
            _(
                "Seseorang muncul di sini hanya bila kemungkinannya lebih dari %(sure)s %% bahwa angka sebenarnya "
                "lebih dari %(margin)s poin di bawah yang wajar. Itu ajakan untuk melihat, bukan penilaian.",
                sure=format_decimal(100 * overview.mark.sure),
                margin=format_decimal(overview.mark.margin),
            )
        ),
        soft=True,
    )
    too_little = unit_view.knowing_too_little(overview)
    if too_little:
        paper.heading(str(_("Siapa yang datanya belum cukup?")))
        paper.words(", ".join(one.name for one in too_little) + ".")


def _intervals(paper: Paper, overview: UnitOverview) -> None:
    question = unit_view.officers_question()
    paper.heading(question, unit_view.officers_answer(overview.standings))
    paper.plot_of_rows(
        overview.standings, lambda rows: unit_view.officers_plot(rows, WIDE, among=overview.standings), question
    )
    paper.table(
        [str(_("Petugas")), str(_("Angka")), str(_("Antara")), str(_("Wajar")), str(_("Data"))],
        [
            [
                one.name,
                decimal(one.figure) if one.figure is not None and one.status != "not_enough_data" else "–",
                f"{decimal(one.low)}–{decimal(one.high)}" if one.low is not None and one.high is not None else "–",
                decimal(one.expected) if one.expected is not None else "–",
                str(unit_view.RELIABILITY_WORDS[one.status]),
            ]
            for one in overview.standings
        ],
        (6, 2, 3, 2, 3),
        "lrrrl",
    )


def _funnel(paper: Paper, overview: UnitOverview) -> Block:
    question, answer = unit_view.funnel_question(overview.component), unit_view.funnel_answer(overview)
    plot, widths = unit_view.funnel_plot(overview, WIDE), (6, 2, 2, 3, 4)
    head = [str(_("Petugas")), str(_("Penilaian")), str(_("Selisih")), str(_("Antara")), str(_("Letak di corong"))]
    rows = [
        [row.name, str(row.facts), row.difference, row.between, row.where] for row in unit_view.funnel_rows(overview)
    ]

    def write() -> None:
        paper.heading(question, answer)
        paper.plot(plot, answer)
        paper.table(head, rows, widths, "lrrrl")
        paper.words(
            str(
                _(
                    "Petugas dengan kurang dari %(n)s penilai tidak digambar, supaya tidak ada yang dapat dikenali.",
                    n=MINIMUM,
                )
            ),
            soft=True,
        )

    return Block(
        paper.height_of_heading(question, answer)
        + paper.height_of_plot(plot)
        + paper.height_of_table(head, rows[:_BEGUN], widths),
        write,
    )
