"""Why files may wait, and whether that lies outside the officers' control."""

from __future__ import annotations

from collections.abc import Iterable

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.counter.applications.catalogue import WAITING_APPLICANT, pause_causes, set_cause
from webapp.counter.applications.models import PauseCause
from webapp.database import transaction
from webapp.portal.access import current_account, requires
from webapp.portal.admin.room import blueprint, form_page
from webapp.portal.admin.stage_forms import CauseForm, ChangeCauseForm, made_code
from webapp.portal.typed_text import keeps_typed_text


@blueprint.get("/kelola/sebab-jeda")
@requires(Permission.ORGANISATION_MANAGE)
def list_pause_causes() -> ResponseReturnValue:
    """All causes; they hold for the whole agency."""
    with transaction():  # the usual ones come into being when they are first asked for
        causes = pause_causes(all_of_them=True)
        return render_template("admin/list_causes.html", causes=causes, may_change=_may_change(current_account()))


@blueprint.route("/kelola/sebab-jeda/baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def add_pause_cause() -> ResponseReturnValue:
    """A new cause."""
    _refuse_part_of_agency()
    form = CauseForm()
    if form.is_submitted() and form.is_valid():
        known = pause_causes(all_of_them=True)
        if _is_free(form, known):
            with transaction():
                code = made_code(str(form.name.data), {cause.code for cause in known})
                set_cause(code, str(form.name.data), outside_control=bool(form.outside_control.data))
            flash(_("Sebab %(name)s sudah ditambahkan.", name=form.name.data))
            return redirect(url_for("admin.list_pause_causes"))
    return form_page(form, _("Tambah sebab jeda"), submit=_("Tambah sebab"), back=url_for("admin.list_pause_causes"))


@blueprint.route("/kelola/sebab-jeda/<int:cause_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def change_pause_cause(cause_id: int) -> ResponseReturnValue:
    """A cause; pauses that were begun with it keep what was decided then."""
    _refuse_part_of_agency()
    known = pause_causes(all_of_them=True)
    cause = next((one for one in known if one.id == cause_id), None)
    if cause is None:
        abort(404)
    form = ChangeCauseForm(data={"name": cause.name, "outside_control": cause.outside_control, "active": cause.active})
    if form.is_submitted() and form.is_valid() and _is_free(form, [one for one in known if one is not cause]):
        with transaction():
            set_cause(
                cause.code,
                str(form.name.data),
                outside_control=bool(form.outside_control.data),
                active=bool(form.active.data),
            )
        flash(_("Sebab %(name)s sudah diubah.", name=form.name.data))
        return redirect(url_for("admin.list_pause_causes"))
    return form_page(
        form,
        _("Ubah sebab %(name)s", name=cause.name),
        submit=_("Simpan"),
        back=url_for("admin.list_pause_causes"),
        lead=_("Berkas yang menunggu pemohon selalu memakai sebab ini, jadi letaknya tidak dapat diubah.")
        if cause.code == WAITING_APPLICANT
        else _("Jeda yang sudah tercatat tetap dihitung seperti saat dicatat."),
    )


def _may_change(viewer: Account) -> bool:
    """Causes hold for everybody, so only those change them who manage a whole agency."""
    return any(path.count("/") == 2 for path in reach(viewer, Permission.ORGANISATION_MANAGE))


def _refuse_part_of_agency() -> None:
    if not _may_change(current_account()):
        abort(403)


def _is_free(form: CauseForm, others: Iterable[PauseCause]) -> bool:
    """Whether no other cause bears the name; else the form says what to do."""
    if str(form.name.data).casefold() in {other.name.casefold() for other in others}:
        form.name.errors = [_("Sebab ini sudah ada. Pakai nama lain.")]
        return False
    return True
