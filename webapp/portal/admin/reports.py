"""Reports of other systems that wait: what an unknown name means is said here, and they are tried again."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.accounts.permissions import Permission
from webapp.counter.incoming import held
from webapp.counter.incoming.errors import NotMeant
from webapp.counter.incoming.intake import Taken
from webapp.counter.incoming.names import shown_name
from webapp.database import transaction
from webapp.organisation.managed import LARGEST_ID
from webapp.portal.access import current_account, requires
from webapp.portal.admin.report_words import KINDS, NAMED, said_of_problem
from webapp.portal.admin.room import blueprint
from webapp.portal.dates import moment_in_words
from webapp.portal.typed_text import without_nul

_PER_PAGE = 50
#: Names asked about at once, each with a list to choose from.
_ASKED = 20


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
        _tell(taken)
    return redirect(url_for("admin.list_reports"))


@blueprint.post("/kelola/kiriman/ulangi")
@requires(Permission.ORGANISATION_IMPORT)
def retry_reports() -> ResponseReturnValue:
    """Try everything again that waits."""
    with transaction():
        taken = held.retry_held(current_account(), datetime.now(UTC))
    _tell(taken)
    return redirect(url_for("admin.list_reports"))


def _tell(taken: list[Taken]) -> None:
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
