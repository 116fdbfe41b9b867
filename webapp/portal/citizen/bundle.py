"""Everything that was said on a complaint on one page to print: what the Ombudsman asks to see."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from webapp.app import settings_of
from webapp.feedback.codes import clean_code
from webapp.feedback.errors import NoSuchCase
from webapp.feedback.reporter_case import read_case
from webapp.portal.access import public
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.citizen.own_cases import reporter
from webapp.portal.citizen.story import tell_case
from webapp.portal.citizen.words import moment_in_words


@blueprint.get("/lacak/<code>/berkas")
@public
def show_bundle(code: str) -> ResponseReturnValue:
    """The bundle, for whoever opened the complaint in this session. The secret word is not in it."""
    now = datetime.now(UTC)
    try:
        case = read_case(reporter(), code, now)
    except NoSuchCase:
        return redirect(url_for("citizen.track", kode=clean_code(code) or None))
    return render_template(
        "citizen/show_bundle.html",
        case=case,
        story=tell_case(case),
        city=settings_of(current_app).city_name,
        printed=moment_in_words(now, case.timezone),
        filed=moment_in_words(case.filed_at, case.timezone),
    )
