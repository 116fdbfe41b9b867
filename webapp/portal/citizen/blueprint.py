"""The citizen's room: its blueprint, and what all its pages have."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from webapp.portal.navigation import NavItem

blueprint = Blueprint("citizen", __name__)


@blueprint.context_processor
def navigation_of_citizens() -> dict[str, Any]:
    """The three ways in. Who is signed in keeps the navigation of staff."""
    if current_user.is_authenticated:
        return {}
    ways = (
        ("citizen.submit_complaint", _("Lapor"), ("citizen.submit_complaint", "citizen.show_filed")),
        (
            "citizen.choose_hall",
            _("Antrean"),
            ("citizen.choose_hall", "citizen.choose_line", "citizen.draw", "citizen.show_ticket"),
        ),
        ("citizen.rate", _("Nilai layanan"), ("citizen.rate", "citizen.thank_rater")),
        (
            "citizen.track_application",
            _("Berkas"),
            (
                "citizen.track_application",
                "citizen.show_application",
                "citizen.choose_application",
                "citizen.register_application",
            ),
        ),
        ("citizen.track", _("Lacak"), ("citizen.track", "citizen.show_case")),
    )
    return {
        "nav_items": [NavItem(url_for(endpoint), label, request.endpoint in room) for endpoint, label, room in ways]
    }


@blueprint.teardown_request
def close_uploads(error: BaseException | None) -> None:
    """Close the temporary files of uploads, whether they were read or not."""
    request.close()
