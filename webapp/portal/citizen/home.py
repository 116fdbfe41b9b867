"""The front page."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import render_template
from flask.typing import ResponseReturnValue

from webapp.feedback.public_figures import DAYS, read_public_figures
from webapp.portal.access import public
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.citizen.forms import SubmitComplaintForm


@blueprint.get("/")
@public
def home() -> ResponseReturnValue:
    """What this is, three ways in, and what became of what others said."""
    return render_template(
        "citizen/home.html",
        form=SubmitComplaintForm(formdata=None),
        figures=read_public_figures(datetime.now(UTC)),
        days=DAYS,
    )
