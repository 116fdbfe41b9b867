"""What somebody of triage did last: said once on the next page, with the press that takes it back."""

from __future__ import annotations

from dataclasses import dataclass

from flask import session, url_for
from flask_babel import gettext as _

from webapp.feedback.vocabulary import ComplaintKind
from webapp.portal.staff.words import KINDS
from webapp.portal.triage.forms import KIND_BACK, KindForm, UndoForm

#: Key of the session.
_DONE = "triage-done"


@dataclass(frozen=True, slots=True)
class UndoView:
    """What was done last, in words, and the one press that takes it back."""

    said: str
    url: str
    form: UndoForm | KindForm


def remember_decision(code: str, attribution_id: int, unit: str) -> None:
    """Let the next page say what was decided, and offer to take it back."""
    session[_DONE] = {"code": code, "attribution": attribution_id, "unit": unit}


def remember_kind(code: str, kind: ComplaintKind, before: ComplaintKind) -> None:
    """Let the next page say what it is called now, and offer to take it back."""
    session[_DONE] = {"code": code, "kind": kind.value, "before": before.value}


def last_done() -> UndoView | None:
    """What was done last, once, where it can still be taken back."""
    done = session.pop(_DONE, None)
    if not isinstance(done, dict):
        return None
    code = str(done["code"])
    if "kind" in done:
        form = KindForm(prefix=KIND_BACK, formdata=None, kind=done["before"])
        said = _("%(code)s sekarang: %(kind)s.", code=code, kind=KINDS[ComplaintKind(done["kind"])])
        return UndoView(str(said), url_for("triage.change_case_kind", code=code), form)
    form_back = UndoForm(prefix="undo", formdata=None, attribution=str(done["attribution"]))
    said = _("%(code)s dikirim ke %(unit)s.", code=code, unit=done["unit"])
    return UndoView(str(said), url_for("triage.undo_last_decision", code=code), form_back)
