"""One press each: the unit that the words speak for, another kind, and back; then the next case."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission
from webapp.attribution.opinions import opinions_of
from webapp.attribution.queries import DECIDABLE, get_decidable, unit_choices
from webapp.attribution.triage_desk import next_in_triage
from webapp.attribution.undoing import NotUndoable, undo_decision
from webapp.database import transaction
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.models import Complaint
from webapp.feedback.movement.kinds import change_kind
from webapp.portal.access import current_account, requires
from webapp.portal.triage.deciding import store_decision
from webapp.portal.triage.forms import KIND_BACK, ChooseForm, KindForm, UndoForm
from webapp.portal.triage.last_done import remember_decision, remember_kind
from webapp.portal.triage.room import blueprint


@blueprint.post("/triase/<code>/pilih")
@requires(Permission.COMPLAINT_TRIAGE)
def choose_candidate(code: str) -> ResponseReturnValue:
    """Send the case to the candidate whose button or number was pressed; then show the next one."""
    viewer, complaint, form = current_account(), _shown(code), ChooseForm(prefix="choose")
    here = redirect(url_for("triage.decide", code=code))
    if not form.is_valid() or form.unit_id is None:
        flash(_("Belum tersimpan: halaman ini terlalu lama terbuka. Pilih lagi."), "error")
        return here
    names = {unit.id: unit.name for unit in unit_choices(viewer)}
    if form.unit_id not in names or form.unit_id not in _offered(complaint):
        flash(_("Unit itu tidak dapat dipilih. Pilih unit lain."), "error")
        return here
    stored = store_decision(code, str(form.standing.data), form.unit_id)
    if isinstance(stored, str):
        flash(stored, "error")
        return here
    remember_decision(code, stored, names[form.unit_id])
    following = next_in_triage(viewer, datetime.now(UTC))
    return redirect(url_for("triage.decide", code=following) if following else url_for("triage.list_undecided"))


@blueprint.post("/triase/<code>/batalkan")
@requires(Permission.COMPLAINT_TRIAGE)
def undo_last_decision(code: str) -> ResponseReturnValue:
    """Take one's own decision back while nobody works on the case."""
    _shown(code)
    viewer, form = current_account(), UndoForm(prefix="undo")
    if not form.is_valid() or form.attribution_id is None:
        flash(_("Belum dibatalkan: halaman ini terlalu lama terbuka. Coba lagi."), "error")
        return redirect(url_for("triage.decide", code=code))
    try:
        with transaction():
            complaint = get_decidable(viewer, code, lock=True)
            undo_decision(complaint, form.attribution_id, viewer, datetime.now(UTC))
    except NotForThisPerson:
        abort(404)
    except NotUndoable:
        flash(_("Tidak dapat dibatalkan lagi: laporan ini sudah dikerjakan, atau sudah diputuskan lain."), "error")
        return redirect(url_for("triage.list_undecided"))
    flash(_("Keputusan dibatalkan. Laporan %(code)s menunggu keputusan lagi.", code=code))
    return redirect(url_for("triage.decide", code=code))


@blueprint.post("/triase/<code>/jenis")
@requires(Permission.COMPLAINT_TRIAGE)
def change_case_kind(code: str) -> ResponseReturnValue:
    """Call the case praise, a suggestion, a question or a complaint; the next page offers the way back."""
    _shown(code)
    viewer = current_account()
    form = KindForm(prefix=KIND_BACK if f"{KIND_BACK}-kind" in request.form else "kind")
    here = redirect(url_for("triage.decide", code=code))
    if not form.is_valid() or form.chosen is None:
        flash(_("Belum tersimpan: halaman ini terlalu lama terbuka. Pilih lagi."), "error")
        return here
    try:
        with transaction():
            complaint = get_decidable(viewer, code, lock=True)
            if complaint.state not in DECIDABLE:
                flash(_("Laporan ini sudah dikerjakan. Jenisnya tidak diubah lagi dari sini."), "error")
                return here
            before = change_kind(complaint, form.chosen, viewer, datetime.now(UTC))
    except NotForThisPerson:
        abort(404)
    if before is not None:
        remember_kind(code, form.chosen, before)
    return here


def _offered(complaint: Complaint) -> set[int]:
    """The units that the words speak for: any other is chosen by the form, with a reason."""
    opinion = opinions_of([complaint.feedback_id]).get(complaint.feedback_id)
    return {one.unit_id for one in opinion.candidates} if opinion is not None else set()


def _shown(code: str) -> Complaint:
    """The case, if who is signed in does triage where it lies; else there is no such page, whatever was sent."""
    try:
        return get_decidable(current_account(), code)
    except NotForThisPerson:
        abort(404)
