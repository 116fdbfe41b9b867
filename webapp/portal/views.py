"""What belongs to no audience: static files, health, the design page, the language switch, values every page has."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_login import current_user
from sqlalchemy import text

from webapp.app import LANGUAGES, settings_of
from webapp.database import db
from webapp.feedback.staff_notices import count_unread, may_be_told
from webapp.portal.access import current_account, public
from webapp.portal.design import SAMPLE_PLOTS, design_samples
from webapp.portal.navigation import navigation_for
from webapp.portal.staff.pictures import picture_file

blueprint = Blueprint("portal", __name__, template_folder="templates")


@blueprint.get("/health")
@public
def health() -> ResponseReturnValue:
    """Whether this process serves and reaches its database; the supervisor and load balancers ask."""
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}


@blueprint.get("/design")
@public
def design() -> ResponseReturnValue:
    """Every component with all its states."""
    return render_template("design.html", **design_samples())


@blueprint.get("/design/gambar/<plot>.svg")
@public
def show_sample(plot: str) -> ResponseReturnValue:
    """A plot of made-up figures, for the design page."""
    if plot not in SAMPLE_PLOTS:
        abort(404)
    return picture_file(SAMPLE_PLOTS[plot])


@blueprint.before_app_request
def remember_language() -> None:
    """`?lang=en` on any page chooses the language for the session."""
    chosen = request.args.get("lang")
    if chosen in LANGUAGES:
        session["language"] = chosen


@blueprint.app_context_processor
def values_of_every_page() -> dict[str, Any]:
    """City, language and the public address, for the layout."""
    settings = settings_of(current_app)
    values: dict[str, Any] = {
        "city_name": settings.city_name,
        "locale": str(get_locale() or "id"),
        "public_url": settings.public_url,
    }
    if current_user.is_authenticated:
        values |= {
            "nav_items": navigation_for(current_account()),
            "person": current_account().name,
            "sign_out_url": url_for("staff.sign_out"),
        }
        if may_be_told(current_account()):
            values["unread"] = count_unread(current_account())
    return values
