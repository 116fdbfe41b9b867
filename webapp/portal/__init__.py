"""The web face: pages for citizens, officers, supervisors, triage and administrators."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from config import Settings


def register_portal(app: Flask, settings: Settings) -> None:
    """Give `app` its pages, sign-in, guards, headers and error pages."""
    from webapp.portal import (
        admin,
        api,
        citizen,
        errors,
        hall,
        inspector,
        officer,
        security,
        staff,
        supervisor,
        triage,
        views,
    )
    from webapp.portal.access import check_access, refuse_undeclared
    from webapp.portal.filters import add_filters

    app.jinja_env.undefined = StrictUndefined
    add_filters(app)
    app.static_folder = str(Path(__file__).parent / "static")
    app.add_url_rule("/static/<path:filename>", endpoint="static", view_func=app.send_static_file)
    app.register_blueprint(views.blueprint)
    for room in (citizen, hall, staff, officer, supervisor, triage, inspector, admin, api):
        app.register_blueprint(room.blueprint)
    security.secure(app, settings)
    errors.register_error_pages(app)
    app.before_request(check_access)
    refuse_undeclared(app)
