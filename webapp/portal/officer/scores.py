"""The officer's own figure: the page, its plots, each part told in full, and the sheet to print."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, abort, current_app, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission
from webapp.app import settings_of
from webapp.attribution.contests.own_lines import count_corrected
from webapp.database import transaction
from webapp.indicators.objections.seen import note_seen
from webapp.indicators.periods import span_of
from webapp.indicators.plots.drawing import Plot
from webapp.indicators.queries import ScoreSheet, own_sheet
from webapp.indicators.weak_points import weak_point
from webapp.indicators.wording.facts import part_detail, part_name
from webapp.indicators.wording.parts_told import TOLD
from webapp.indicators.wording.plots import part_plot
from webapp.portal.access import current_account, requires
from webapp.portal.dates import local_day
from webapp.portal.officer.room import blueprint
from webapp.portal.officer.score_print import printed
from webapp.portal.officer.score_view import OwnView, component_of, lines_of, own_view
from webapp.portal.staff.paper import MEDIA_TYPE
from webapp.portal.staff.pictures import picture, picture_file
from webapp.portal.staff.score_pieces import PLOTS
from webapp.portal.staff.scores import chosen_period, period_in_words, periods_in_words


@blueprint.get("/nilai-saya")
@requires(Permission.INDICATOR_READ_OWN)
def show_score() -> ResponseReturnValue:
    """The viewer's figure of a quarter, line by line."""
    now = datetime.now(UTC)
    sheet = own_sheet(current_account(), chosen_period())
    if sheet is None:
        return render_template("officer/no_score.html")
    page = render_template("officer/show_score.html", sheet=sheet, view=_view(sheet, now))
    _note_seen(sheet, now)
    return page


@blueprint.get("/nilai-saya/cetak.pdf")
@requires(Permission.INDICATOR_READ_OWN)
def download_score() -> ResponseReturnValue:
    """The same sheet on paper: an evidence that its officer may hand on."""
    now = datetime.now(UTC)
    sheet = own_sheet(current_account(), chosen_period())
    if sheet is None or sheet.snapshot_id is None:
        abort(404)
    settings = settings_of(current_app)
    content = printed(
        sheet, _view(sheet, now), settings.city_name, str(get_locale() or "id"), now, settings.default_timezone
    )
    _note_seen(sheet, now)
    response: Response = make_response(content)
    response.mimetype = MEDIA_TYPE
    response.headers["Content-Disposition"] = f'inline; filename="nilai-{sheet.period.lower()}.pdf"'
    return response


@blueprint.get("/nilai-saya/gambar/<plot>.svg")
@requires(Permission.INDICATOR_READ_OWN)
def show_plot(plot: str) -> ResponseReturnValue:
    """One of the sheet's plots."""
    make, sheet = PLOTS.get(plot), own_sheet(current_account(), chosen_period())
    if make is None or sheet is None or make(sheet, 0) is None:
        abort(404)

    def made(width: int) -> Plot:
        drawn = make(sheet, width)
        assert drawn is not None
        return drawn

    return picture_file(made)


@blueprint.get("/nilai-saya/bagian/<part>")
@requires(Permission.INDICATOR_READ_OWN)
def show_part(part: str) -> ResponseReturnValue:
    """One part of the figure: what it reads, from where, how it is weighed, and the viewer's own lines in it."""
    now = datetime.now(UTC)
    name = component_of(part)
    if name is None or name not in TOLD:
        abort(404)
    sheet = own_sheet(current_account(), chosen_period())
    if sheet is None:
        return render_template("officer/no_score.html")
    own = next((one for one in sheet.components if one.name == name), None)
    drawn = None
    if own is not None and part_plot(own) is not None:
        words = _("Angka bagian ini dengan rentangnya dan yang wajar.")

        def made(width: int) -> Plot:
            plot = part_plot(own, width)
            assert plot is not None
            return plot

        drawn = picture(words, made, "officer.show_part_plot", part=part, periode=sheet.period)
    page = render_template(
        "officer/show_part.html",
        name=part_name(name),
        detail=part_detail(name),
        told=TOLD[name],
        own=own,
        drawn=drawn,
        sheet=sheet,
        part=part,
        lines=lines_of(sheet, name),
        preset=sheet.preset_title,
        period=sheet.period,
        periods=periods_in_words(sheet.periods, sheet.period),
        title=period_in_words(sheet.period),
    )
    _note_seen(sheet, now, name)
    return page


@blueprint.get("/nilai-saya/bagian/<part>/gambar.svg")
@requires(Permission.INDICATOR_READ_OWN)
def show_part_plot(part: str) -> ResponseReturnValue:
    """The plot of one part."""
    name, sheet = component_of(part), own_sheet(current_account(), chosen_period())
    own = next((one for one in sheet.components if one.name == name), None) if sheet is not None else None
    if own is None or part_plot(own) is None:
        abort(404)

    def made(width: int) -> Plot:
        plot = part_plot(own, width)
        assert plot is not None
        return plot

    return picture_file(made)


def _view(sheet: ScoreSheet, now: datetime) -> OwnView:
    viewer, zone = current_account(), settings_of(current_app).default_timezone
    return own_view(
        sheet,
        weak_point(viewer, sheet, local_day(now, zone)),
        zone,
        contested=count_corrected(viewer, *span_of(sheet.period)) if sheet.figure is not None else 0,
    )


def _note_seen(sheet: ScoreSheet, now: datetime, component: str = "") -> None:
    """What the viewer was shown is written down: his term to object to a line runs from the first time on."""
    keys = [
        group.line_key
        for group in sheet.groups
        if group.line_key and group.points is not None and component in ("", group.component)
    ]
    if keys and request.method == "GET":
        with transaction():
            note_seen(current_account(), sheet.period, keys, now)
