"""The officers of a supervisor's units: all of them by name, and one of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.accounts.permissions import Permission
from webapp.indicators.errors import NoSuchOfficer
from webapp.indicators.queries import OfficerFigure, list_figures, periods_of, sheet_of, unit_filters
from webapp.portal.access import current_account, requires
from webapp.portal.staff.scores import (
    RELIABILITY,
    chosen_period,
    period_in_words,
    periods_in_words,
    plotted,
    sheet_view,
)
from webapp.portal.typed_text import without_nul

blueprint = Blueprint("supervisor", __name__)


@blueprint.get("/petugas")
@requires(Permission.INDICATOR_READ_UNIT)
def list_officers() -> ResponseReturnValue:
    """Officers by name with their figures; by unit or name where asked."""
    viewer = current_account()
    period = chosen_period()
    unit_id = request.args.get("unit", type=int)
    words = (without_nul(request.args.get("q")) or "").strip()
    units = unit_filters(viewer)
    if unit_id is not None and unit_id not in {unit.id for unit in units}:
        abort(404)
    figures = list_figures(viewer, period, unit_id=unit_id, words=words, page=request.args.get("page", 1, type=int))
    return render_template(
        "supervisor/list_officers.html",
        figures=figures,
        officers=[_listed(figure) for figure in figures.officers],
        units=units,
        unit_id=unit_id,
        words=words,
        period=period,
        periods=periods_in_words(periods_of(viewer), period),
        period_words=period_in_words(period),
    )


@blueprint.get("/petugas/<int:officer_id>")
@requires(Permission.INDICATOR_READ_UNIT)
def show_officer(officer_id: int) -> ResponseReturnValue:
    """One officer's figure in groups."""
    try:
        sheet = sheet_of(current_account(), officer_id, chosen_period())
    except NoSuchOfficer:
        abort(404)
    return render_template("supervisor/show_officer.html", sheet=sheet, view=sheet_view(sheet, own=False))


def _listed(figure: OfficerFigure) -> dict[str, Any]:
    """An officer as the officer_intervals macro takes him; the address is the template's to add."""
    facts = ngettext("%(num)s fakta", "%(num)s fakta", figure.facts) if figure.facts else _("belum ada fakta")
    facts = str(facts).replace(" ", "\u00a0")
    return {
        "id": figure.officer_id,
        "name": figure.officer,
        "detail": " · ".join((*figure.units[:2], facts)),
        "points": figure.figure,
        "low": figure.low,
        "high": figure.high,
        "expected": figure.expected,
        "reliability": RELIABILITY[figure.status],
        "trend": plotted(figure.trend),
    }
