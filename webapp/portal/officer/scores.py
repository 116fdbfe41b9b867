"""The officer's own figure."""

from __future__ import annotations

from dataclasses import replace

from flask import render_template
from flask.typing import ResponseReturnValue

from webapp.accounts.permissions import Permission
from webapp.attribution.contests.own_lines import count_corrected
from webapp.indicators.periods import span_of
from webapp.indicators.queries import own_sheet
from webapp.portal.access import current_account, requires
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.scores import chosen_period, corrected_line, sheet_view


@blueprint.get("/nilai-saya")
@requires(Permission.INDICATOR_READ_OWN)
def show_score() -> ResponseReturnValue:
    """The viewer's figure of a quarter, line by line."""
    sheet = own_sheet(current_account(), chosen_period())
    if sheet is None:
        return render_template("officer/no_score.html")
    view = sheet_view(sheet, own=True)
    corrected = count_corrected(current_account(), *span_of(sheet.period))
    if corrected and sheet.figure is not None:
        view = replace(view, lines=(*view.lines, corrected_line(corrected)))
    return render_template("officer/show_score.html", sheet=sheet, view=view)
