"""The words as they were written: opened with a reason, and never kept by a browser."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import transaction
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.originals import Original, Reason, describe_original, open_original
from webapp.portal.access import current_account, requires
from webapp.portal.dates import moment_in_words
from webapp.portal.inspector.room import blueprint
from webapp.portal.inspector.words import REASONS
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.moving import case_address
from webapp.portal.typed_text import keeps_typed_text, without_nul


class OpenOriginalForm(DeskForm):
    """Why somebody has to see it."""

    reason = RadioField(
        _l("Mengapa Anda perlu membukanya?"),
        choices=[SelectChoice(str(reason), words) for reason, words in REASONS.items()],
        validators=[InputRequired(_l("Pilih alasannya."))],
    )
    note = TextAreaField(
        _l("Keterangan"),
        filters=[lambda text: (without_nul(text) or "").strip()],
        description=_l("Misalnya nomor surat permintaan. Disimpan bersama nama Anda dan waktunya."),
        validators=[Length(max=300, message=_l("Terlalu panjang: paling banyak %(max)d huruf."))],
    )


@blueprint.route("/meja/<code>/asli", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_READ_ORIGINAL)
@keeps_typed_text
def show_original(code: str) -> ResponseReturnValue:
    """Ask why; then show it once, without a way to come back to it but by asking again."""
    viewer = current_account()
    form = OpenOriginalForm()
    try:
        sealed = describe_original(viewer, code)
        original: Original | None = None
        if form.is_submitted() and form.is_valid():
            with transaction():
                original = open_original(
                    viewer, code, Reason(str(form.reason.data)), str(form.note.data or ""), datetime.now(UTC)
                )
    except NotForThisPerson:
        abort(404)
    page = render_template(
        "inspector/show_original.html",
        form=form,
        sealed=sealed,
        back=case_address(viewer, code) if _has_desk(viewer) else None,
        erased=moment_in_words(sealed.erased_at, sealed.timezone) if sealed.erased_at else None,
        original=original,
        said=[
            (moment_in_words(one.at, sealed.timezone), _("Pelapor") if one.author == "reporter" else _("Instansi"), one)
            for one in (original.messages if original else ())
        ],
    )
    response = Response(page, status=400 if form.is_submitted() and original is None else 200)
    if original is not None:
        response.headers["Cache-Control"] = "no-store"
    return response


def _has_desk(viewer: Account) -> bool:
    """Whether a page of the case is his to go back to."""
    return can(viewer, Permission.COMPLAINT_TRIAGE) or can(viewer, Permission.COMPLAINT_ANSWER)
