"""Who decides an objection that was decided already is told so, and loses none of what he wrote."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.accounts.models import Account
from webapp.indicators.objections.desk import find_decision
from webapp.indicators.objections.vocabulary import Outcome
from webapp.portal.dates import day_in_words, local_day
from webapp.portal.typed_text import without_nul

OUTCOMES = {
    Outcome.UPHELD: _l("diterima"),
    Outcome.PARTLY: _l("diterima sebagian"),
    Outcome.REFUSED: _l("ditolak"),
}


def came_too_late(viewer: Account, objection_id: int) -> ResponseReturnValue | None:
    """How it was decided and by whom, with the reasons that were sent now; None where the viewer may not know."""
    found = find_decision(viewer, objection_id)
    if found is None:
        return None
    zone = found.timezone
    how = {
        "outcome": OUTCOMES[Outcome(found.outcome)],
        "day": day_in_words(local_day(found.at, zone), local_day(datetime.now(UTC), zone)),
    }
    if found.own:
        said = _("Anda sudah memutuskan keberatan ini: %(outcome)s, %(day)s.", **how)
    else:
        said = _("Keberatan ini sudah diputuskan %(name)s: %(outcome)s, %(day)s.", name=found.by, **how)
    page = render_template(
        "supervisor/objection_decided.html",
        officer=found.officer,
        said=said,
        objection_id=objection_id if found.own else None,
        typed=(without_nul(request.form.get("reasons")) or "").strip(),
    )
    return page, 409
