"""One officer for whoever supervises him."""

from __future__ import annotations

from flask import abort, render_template
from flask.typing import ResponseReturnValue

from webapp.accounts.permissions import Permission
from webapp.indicators.errors import NoSuchOfficer
from webapp.indicators.queries import sheet_of
from webapp.portal.access import current_account, requires
from webapp.portal.staff.scores import chosen_period, sheet_view
from webapp.portal.supervisor.views import blueprint


@blueprint.get("/petugas/<int:officer_id>")
@requires(Permission.INDICATOR_READ_UNIT)
def show_officer(officer_id: int) -> ResponseReturnValue:
    """One officer's figure in groups."""
    try:
        sheet = sheet_of(current_account(), officer_id, chosen_period())
    except NoSuchOfficer:
        abort(404)
    return render_template("supervisor/show_officer.html", sheet=sheet, view=sheet_view(sheet, own=False))
