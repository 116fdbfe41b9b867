"""Pieces of a case's page that come by themselves: who else is here, what helped before, who can be named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.feedback.case_file import is_outdated
from webapp.feedback.casework.colleagues import list_colleagues
from webapp.feedback.casework.presence import leave_case, note_presence
from webapp.feedback.casework.similar import list_similar
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import get_case
from webapp.feedback.models import Complaint
from webapp.portal.access import current_account, requires
from webapp.portal.dates import day_in_words, local_day
from webapp.portal.officer.room import blueprint


@dataclass(frozen=True, slots=True)
class SimilarView:
    """A settled case in words."""

    code: str
    service: str | None
    accepted: str
    text: str
    answer: str


@blueprint.post("/meja/<code>/kehadiran")
@requires(Permission.COMPLAINT_ANSWER)
def note_here(code: str) -> ResponseReturnValue:
    """Says that the viewer has the case open, and answers who else has, and whether it changed since."""
    viewer, now = current_account(), datetime.now(UTC)
    with transaction():
        complaint = _open(code)
        if "left" in request.form:
            leave_case(complaint, viewer)
            return "", 204
        present = note_presence(complaint, viewer, writing=request.form.get("writing") == "1", now=now)
        changed = is_outdated(complaint, request.form.get("seen", ""))
    return render_template("officer/case_presence.html", present=present, changed=changed)


@blueprint.get("/meja/<code>/serupa")
@requires(Permission.COMPLAINT_ANSWER)
def list_similar_cases(code: str) -> ResponseReturnValue:
    """Cases like this one whose answers were accepted: a piece of the case's page, or a page where no script runs."""
    complaint = _open(code)
    now = datetime.now(UTC)
    zone = complaint.unit.timezone if complaint.unit else "Asia/Jakarta"
    similar = [
        SimilarView(
            one.code,
            one.service,
            day_in_words(local_day(one.settled_at, zone), local_day(now, zone)),
            one.text,
            one.answer,
        )
        for one in list_similar(current_account(), complaint)
    ]
    piece = request.headers.get("HX-Request") == "true"
    template = "officer/case_similar_list.html" if piece else "officer/case_similar.html"
    return render_template(template, similar=similar, code=code), {"Vary": "HX-Request"}


@blueprint.get("/meja/<code>/rekan")
@requires(Permission.COMPLAINT_ANSWER)
def list_namable(code: str) -> ResponseReturnValue:
    """Names of the colleagues who may see the case, to complete what follows an @."""
    complaint = _open(code)
    return {"names": [one.name for one in list_colleagues(current_account(), complaint)]}


def _open(code: str) -> Complaint:
    try:
        return get_case(current_account(), code)
    except NotForThisPerson:
        abort(404)
