"""Reports of other systems that wait: what an unknown name means is said here, and they are tried again."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.accounts.permissions import Permission
from webapp.counter.incoming import held
from webapp.counter.incoming.discards import Unwanted, count_unwanted, list_discarded, take_back
from webapp.counter.incoming.discards import discard_reports as discard
from webapp.counter.incoming.errors import NotHeld, NotMeant
from webapp.counter.incoming.intake import Taken
from webapp.counter.incoming.names import shown_name
from webapp.database import transaction
from webapp.feedback.masking import mask_personal_numbers
from webapp.organisation.managed import LARGEST_ID
from webapp.portal.access import current_account, requires
from webapp.portal.admin.fields import sentences
from webapp.portal.admin.report_words import KINDS, NAMED, said_of_problem
from webapp.portal.admin.room import blueprint, form_page
from webapp.portal.dates import moment_in_words
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import keeps_typed_text, without_nul

_PER_PAGE = 50
#: Names asked about at once, each with a list to choose from.
_ASKED = 20
#: Discarded reports that the page still shows, to be taken back.
_DISCARDED = 20


class DiscardForm(DeskForm):
    """Why reports are not wanted; which ones they are is in the address."""

    reason = sentences(
        _l("Mengapa?"),
        _l("Tulis alasannya."),
        description=_l("Disimpan bersama nama Anda dan waktunya. Misalnya: kiriman uji coba dari pemasok."),
    )


@blueprint.get("/kelola/kiriman")
@requires(Permission.ORGANISATION_IMPORT)
def list_reports() -> ResponseReturnValue:
    """Unknown names with what they can mean, and the reports that wait."""
    viewer = current_account()
    names = held.list_unknown_names(viewer)
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    waiting, total = held.list_held(viewer, page=page, size=_PER_PAGE)
    return render_template(
        "admin/list_reports.html",
        names=[(name, NAMED[name.kind], shown_name(name.name), held.list_meanings(name)) for name in names[:_ASKED]],
        more_names=max(0, len(names) - _ASKED),
        waiting=[
            (
                one,
                KINDS[one.kind],
                moment_in_words(one.received_at, one.timezone),
                [said_of_problem(problem) for problem in one.problems],
            )
            for one in waiting
        ],
        total=total,
        discarded=[
            (one, KINDS[one.kind], moment_in_words(one.at, one.timezone)) for one in list_discarded(viewer, _DISCARDED)
        ],
        page=page,
        pages=max(1, -(-total // _PER_PAGE)),
    )


@blueprint.post("/kelola/kiriman/arti")
@requires(Permission.ORGANISATION_IMPORT)
def set_meaning() -> ResponseReturnValue:
    """Say what a name means; what waited for it is tried again at once."""
    source, kind, name = (without_nul(request.form.get(field, "")) or "" for field in ("source", "kind", "name"))
    meaning = request.form.get("meaning", 0, type=int)
    if not 0 < meaning <= LARGEST_ID:
        flash(_("Pilih dulu artinya, lalu simpan."), "error")
        return redirect(url_for("admin.list_reports"))
    try:
        with transaction():
            taken = held.set_meaning(current_account(), source, kind, name, meaning, datetime.now(UTC))
    except NotMeant:
        flash(_("Nama ini tidak lagi menunggu, atau pilihannya sudah berubah. Periksa daftarnya lagi."), "error")
    else:
        tell_taken(taken)
    return redirect(url_for("admin.list_reports"))


@blueprint.post("/kelola/kiriman/ulangi")
@requires(Permission.ORGANISATION_IMPORT)
def retry_reports() -> ResponseReturnValue:
    """Try everything again that waits."""
    with transaction():
        taken = held.retry_held(current_account(), datetime.now(UTC))
    tell_taken(taken)
    return redirect(url_for("admin.list_reports"))


@blueprint.route("/kelola/kiriman/buang", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_IMPORT)
@keeps_typed_text
def discard_reports() -> ResponseReturnValue:
    """Let reports wait no longer: one by its id (`?kiriman=`), or all that wait for a name (source, kind, name)."""
    viewer = current_account()
    unwanted = _unwanted()
    count = count_unwanted(viewer, unwanted)
    form = DiscardForm()
    if not count and not form.is_submitted():
        flash(_("Kiriman itu tidak lagi menunggu."), "warning")
        return redirect(url_for("admin.list_reports"))
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                reason = mask_personal_numbers(str(form.reason.data))
                gone = discard(viewer, unwanted, reason, datetime.now(UTC))
        except NotHeld:
            flash(_("Kiriman itu tidak lagi menunggu."), "warning")
        else:
            flash(ngettext("%(num)s kiriman dibuang.", "%(num)s kiriman dibuang.", gone))
        return redirect(url_for("admin.list_reports"))
    return form_page(
        form,
        ngettext("Buang %(num)s kiriman", "Buang %(num)s kiriman", count),
        submit=_("Buang"),
        back=url_for("admin.list_reports"),
        lead=_(
            "Yang dibuang tidak dihitung dan tidak menunggu lagi. Catatannya tetap ada dan dapat dikembalikan. Bila "
            "sistemnya mengirim perbaikan, perbaikan itu diperiksa seperti biasa."
        ),
    )


@blueprint.post("/kelola/kiriman/<int:discarded_report_id>/kembalikan")
@requires(Permission.ORGANISATION_IMPORT)
def take_back_report(discarded_report_id: int) -> ResponseReturnValue:
    """Let a discarded report wait again; it is tried at once."""
    if discarded_report_id > LARGEST_ID:
        abort(404)
    try:
        with transaction():
            taken = take_back(current_account(), discarded_report_id, datetime.now(UTC))
    except NotHeld:
        flash(_("Kiriman itu tidak lagi dibuang."), "warning")
    else:
        tell_taken([taken])
    return redirect(url_for("admin.list_reports"))


def _unwanted() -> Unwanted:
    record_id = request.args.get("kiriman", type=int)
    if record_id is not None:
        return Unwanted(record_id if 0 < record_id <= LARGEST_ID else 0)
    source, kind, name = (without_nul(request.args.get(field, "")) or "" for field in ("source", "kind", "name"))
    return Unwanted(None, source, kind, name)


def tell_taken(taken: list[Taken]) -> None:
    """Say what became of reports that were tried again."""
    used, waiting = held.counted(taken)
    if used:
        flash(ngettext("%(num)s kiriman sekarang dihitung.", "%(num)s kiriman sekarang dihitung.", used), "success")
    if waiting:
        flash(
            ngettext(
                "%(num)s kiriman masih menunggu sebab lain.", "%(num)s kiriman masih menunggu sebab lain.", waiting
            ),
            "warning",
        )
    if not taken:
        flash(_("Tidak ada kiriman yang menunggu."))
