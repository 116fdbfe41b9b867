"""Showing a complaint to the public: looked at as the public will see it, then published; and taken back."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length

from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.feedback.drafts import LONGEST_TEXT
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import get_case
from webapp.feedback.publishing.actions import publish_complaint, withdraw_publication, words_that_tell
from webapp.feedback.publishing.errors import NotPublishable, TellsOfPerson
from webapp.feedback.publishing.queries import ForPublisher, list_candidates, read_for_publisher
from webapp.feedback.publishing.rules import Bar
from webapp.portal.access import current_account, requires
from webapp.portal.public_words import ShownComplaint, shown, shown_as
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.views import blueprint
from webapp.portal.typed_text import keeps_typed_text, without_nul

_TOO_LONG = _l("Tulisan terlalu panjang: paling banyak 10.000 huruf.")
#: Why a complaint can't be shown, for whoever wants to.
_BARS = {
    Bar.NOT_WANTED: _l(
        "Pelapor tidak mengizinkan laporan ini ditampilkan kepada umum. Hanya pelapor sendiri yang dapat mengubahnya, "
        "di halaman laporannya."
    ),
    Bar.NEEDS_SUPERIOR: _l("Laporan ini menyangkut seseorang. Hanya atasan unit yang boleh memutuskan mengumumkannya."),
    Bar.NOT_IN_HAND: _l("Laporan ini belum atau tidak lagi ditangani unit, jadi tidak diumumkan."),
}


class PublishForm(DeskForm):
    """The words for the public. `seen` is what was looked at last as the public will see it."""

    text = TextAreaField(
        _l("Isi laporan untuk umum"),
        description=_l("Hilangkan nama, tanggal persis, alamat, dan apa pun yang dapat mengenali seseorang."),
        filters=[without_nul],
        validators=[InputRequired(_l("Tulis isi laporannya.")), Length(min=10, max=LONGEST_TEXT, message=_TOO_LONG)],
    )
    answer = TextAreaField(
        _l("Jawaban untuk umum"),
        description=_l("Boleh dikosongkan."),
        filters=[without_nul],
        validators=[Length(max=LONGEST_TEXT, message=_TOO_LONG)],
    )
    seen = HiddenField()

    @property
    def digest(self) -> str:
        """The words as they are now, in a few letters."""
        return hashlib.sha256(repr((self.text.data, self.answer.data)).encode()).hexdigest()[:32]


class WithdrawForm(DeskForm):
    """Why the public shall not see it any more."""

    reason = TextAreaField(
        _l("Mengapa ditarik?"),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis alasannya.")),
            Length(min=5, max=500, message=_l("Tulis alasannya dalam satu kalimat.")),
        ],
    )


@blueprint.get("/umumkan")
@requires(Permission.COMPLAINT_PUBLISH)
def list_publications() -> ResponseReturnValue:
    """What could be shown to the public, and what is."""
    viewer = current_account()
    return render_template(
        "staff/list_publications.html",
        candidates=list_candidates(viewer, published=False),
        published=list_candidates(viewer, published=True),
    )


@blueprint.route("/umumkan/<code>", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_PUBLISH)
@keeps_typed_text
def publish_case(code: str) -> ResponseReturnValue:
    """Write the words, look at them as the public will see them, publish exactly these."""
    case = _read(code)
    if request.method == "GET":
        standing = case.standing
        words = {
            "text": standing.text if standing else case.text,
            "answer": (standing.answer if standing else case.answer) or "",
        }
        return _page(case, PublishForm(formdata=None, data=words))
    form = PublishForm()
    if not form.is_valid():
        return _page(case, form, status=400)
    if request.form.get("do") != "publish" or form.seen.data != form.digest:
        return _look(case, form)
    try:
        with transaction():
            complaint = get_case(current_account(), code, lock=True)
            publish_complaint(complaint, current_account(), form.text.data or "", form.answer.data, datetime.now(UTC))
    except NotForThisPerson:
        abort(404)
    except (NotPublishable, TellsOfPerson):  # it changed since it was looked at
        return _look(_read(code), form, status=409)
    flash(_("Sudah diumumkan. Begini umum membacanya."))
    return redirect(url_for("staff.publish_case", code=code), 303)


@blueprint.route("/umumkan/<code>/tarik", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_PUBLISH)
@keeps_typed_text
def withdraw_case(code: str) -> ResponseReturnValue:
    """Take back what the public sees."""
    case = _read(code)
    if request.method == "GET":
        return redirect(url_for("staff.publish_case", code=code))
    form = WithdrawForm(prefix="withdraw")
    if not form.is_valid():
        return _page(case, _words_of(case), withdrawing=form, status=400)
    try:
        with transaction():
            complaint = get_case(current_account(), code, lock=True)
            withdraw_publication(complaint, current_account(), form.reason.data or "", datetime.now(UTC))
    except NotForThisPerson:
        abort(404)
    flash(_("Laporan ini tidak tampil lagi untuk umum."))
    return redirect(url_for("staff.publish_case", code=code), 303)


def _look(case: ForPublisher, form: PublishForm, status: int = 200) -> ResponseReturnValue:
    """Show the words as the public will see them, or what keeps them from being shown."""
    if case.bar is not None:
        return _page(case, form, status=409)
    words = words_that_tell(get_case(current_account(), case.code), f"{form.text.data}\n{form.answer.data or ''}")
    if words:
        form.text.errors = [
            *form.text.errors,
            _(
                "Ini dapat mengenali seseorang. Ganti atau hapus dulu, di isi maupun jawabannya: %(words)s",
                words="; ".join(f"“{word}”" for word in words),
            ),
        ]
        return _page(case, form, status=400)
    form.seen.data = form.digest
    answer = (form.answer.data or "").strip() or None
    return _page(case, form, preview=_as_public(case, (form.text.data or "").strip(), answer), status=status)


def _as_public(case: ForPublisher, text: str, answer: str | None) -> ShownComplaint:
    return shown_as(text, answer, case.kind, case.state, case.unit, case.service, case.filed_at, case.timezone)


def _words_of(case: ForPublisher) -> PublishForm:
    standing = case.standing
    return PublishForm(
        formdata=None,
        data={"text": standing.text if standing else case.text, "answer": (standing.answer if standing else "") or ""},
    )


def _read(code: str) -> ForPublisher:
    try:
        return read_for_publisher(current_account(), code)
    except NotForThisPerson:
        abort(404)


def _page(
    case: ForPublisher,
    form: PublishForm,
    *,
    preview: ShownComplaint | None = None,
    withdrawing: WithdrawForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    page = render_template(
        "staff/publish.html",
        case=case,
        bar=_BARS[case.bar] if case.bar is not None else None,
        form=form,
        preview=preview,
        standing=shown(case.standing) if case.standing else None,
        withdrawing=withdrawing or WithdrawForm(formdata=None, prefix="withdraw"),
    )
    return page, status
