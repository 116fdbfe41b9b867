"""Rating a visit with its receipt, or a service freely."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from webapp.accounts.models import Account
from webapp.app import settings_of
from webapp.counter.errors import ReceiptExpired
from webapp.counter.receipts import InvalidReceipt
from webapp.database import transaction
from webapp.feedback.actions import submit_rating
from webapp.feedback.drafts import RatingDraft
from webapp.feedback.errors import AlreadySent, ReceiptOwn, ReceiptUsed
from webapp.feedback.ratings import check_may_rate
from webapp.feedback.vocabulary import Channel
from webapp.organisation.choices import NoSuchChoice, check_place, list_service_choices, list_unit_choices
from webapp.portal.access import current_account, public
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.citizen.device import device_key
from webapp.portal.citizen.forms import RateForm, SubmitComplaintForm, choices_of
from webapp.portal.citizen.limits import count_rating
from webapp.portal.citizen.own_cases import digest_of, remember_sent, sent_before
from webapp.portal.citizen.visits import ProvenVisit, find_visit, read_visit
from webapp.portal.citizen.words import ELEMENTS, day_in_words
from webapp.portal.typed_text import keeps_typed_text


@blueprint.route("/nilai", methods=["GET", "POST"])
@blueprint.route("/nilai/<receipt>", methods=["GET", "POST"])
@public
@keeps_typed_text
def rate(receipt: str | None = None) -> ResponseReturnValue:
    """Rate the visit of a receipt; without one, enter its code or rate a service freely."""
    now = datetime.now(UTC)
    typed = request.args.get("struk", "").strip()[:40]
    if receipt is None and typed:
        return redirect(url_for("citizen.rate", receipt=typed))
    form = RateForm(formdata=None) if request.method == "GET" else RateForm()
    if receipt is None:
        return _rate(form, None, None, now)
    try:
        visit = read_visit(receipt, now, settings_of(current_app).receipt_valid_days)
        return _rate(form, visit, receipt, now)
    except (InvalidReceipt, ReceiptExpired, ReceiptUsed, ReceiptOwn) as refusal:
        return _refuse(refusal, receipt, form, now)


def _rate(form: RateForm, visit: ProvenVisit | None, receipt: str | None, now: datetime) -> ResponseReturnValue:
    if request.method == "GET":
        if visit is not None:
            check_may_rate(visit.id, _signed_in())
        return _page(form, visit, receipt)
    if form.received(count_rating) and _has_place(form, visit) and _take(form, visit, now):
        return redirect(url_for("citizen.thank_rater", struk=receipt), 303)
    return _page(form, visit, receipt, form.status)


def _has_place(form: RateForm, visit: ProvenVisit | None) -> bool:
    if visit is None and form.unit.data is None and form.service.data is None:
        form.unit.errors = [_("Pilih unit atau layanan yang Anda nilai.")]
        return False
    return True


def _take(form: RateForm, visit: ProvenVisit | None, now: datetime) -> bool:
    """Whether the rating was taken; raises ReceiptOwn and ReceiptUsed."""
    try:
        with transaction():
            draft = _draft_from(form, visit)
            digest = digest_of(draft)
            if visit is None and sent_before(digest, now) is not None:
                return True
            submit_rating(
                draft,
                write_key=form.write_key,
                channel=Channel.RECEIPT if visit else Channel.PORTAL,
                at=now,
                rater_key=device_key("rater"),  # repeated ratings of one device weigh less
            )
    except NoSuchChoice as error:
        for name in error.fields:
            form[name].errors = [_("Pilihan ini tidak ada lagi. Pilih yang lain.")]
    except AlreadySent:
        if visit is not None:
            raise ReceiptUsed from None
        form.renew_nonce()
        form.form_errors.append(
            _(
                "Penilaian Anda sudah kami terima sebelumnya. Isian di bawah belum terkirim: kirim lagi bila ini "
                "kunjungan lain."
            )
        )
    else:
        remember_sent(digest, "", now)
    return not form.errors


def _draft_from(form: RateForm, visit: ProvenVisit | None) -> RatingDraft:
    elements = {name: form[f"element_{name}"].data for name in ELEMENTS}
    given = {name: value for name, value in elements.items() if value is not None}
    if visit is None:
        place = check_place(form.unit.data, form.service.data, None)
        return RatingDraft(
            value=form.value.data,
            unit_id=place.unit_id,
            service_id=place.service_id,
            comment=form.comment.data,
            elements=given,
        )
    account = _signed_in()
    if account is not None:
        with suppress(ReceiptUsed):  # the same form again is the same rating: the action tells
            check_may_rate(visit.id, account)
    return RatingDraft(
        value=form.value.data,
        visit_id=visit.id,
        unit_id=visit.unit_id,
        service_id=visit.service_id,
        counter_id=visit.counter_id,
        occurred_at=visit.finished_at,
        occurred_exactly=True,
        comment=form.comment.data,
        elements=given,
    )


def _page(form: RateForm, visit: ProvenVisit | None, receipt: str | None, status: int = 200) -> ResponseReturnValue:
    if visit is None:
        form.unit.choices = choices_of(list_unit_choices(), _("Tidak tahu"))
        form.service.choices = choices_of(list_service_choices(), _("Tidak tahu atau lainnya"))
    page = render_template(
        "citizen/rate.html",
        form=form,
        visit=visit,
        visit_day=day_in_words(visit.finished_at, visit.timezone) if visit else None,
        receipt=receipt,
        elements=form.element_fields(),
    )
    return page, status


def _refuse(refusal: Exception, receipt: str, form: RateForm, now: datetime) -> ResponseReturnValue:
    """Why this receipt rates nothing, and what can be done instead; a comment that was written is not lost."""
    kind = type(refusal)
    title, text, status = {
        ReceiptUsed: (
            _("Kunjungan ini sudah dinilai"),
            _("Satu struk berlaku untuk satu penilaian. Terima kasih, penilaian yang pertama sudah kami terima."),
            409,
        ),
        ReceiptExpired: (
            _("Masa berlaku struk ini sudah lewat"),
            _(
                "Struk dapat dinilai sampai %(days)d hari setelah kunjungan, selagi Anda masih ingat.",
                days=settings_of(current_app).receipt_valid_days,
            ),
            410,
        ),
        ReceiptOwn: (
            _("Anda yang melayani kunjungan ini"),
            _("Penilaian hanya dapat diberikan oleh warga yang dilayani."),
            403,
        ),
        InvalidReceipt: (
            _("Kode struk tidak dikenali"),
            _("Periksa lagi 16 huruf dan angka pada struk Anda. Huruf O dan angka 0 kami anggap sama."),
            404,
        ),
    }[kind]
    comment = form.comment.data if request.method == "POST" else None
    page = render_template(
        "citizen/receipt_refused.html",
        title=title,
        text=text,
        comment=comment,
        complaint=SubmitComplaintForm(formdata=None, data={"text": comment}),
        receipt=receipt if find_visit(receipt, now) and kind is not ReceiptOwn else None,
        again=kind is InvalidReceipt,
    )
    return page, status


@blueprint.get("/nilai/terima-kasih")
@public
def thank_rater() -> ResponseReturnValue:
    """The rating was taken; a complaint about the same visit is one step away."""
    receipt = request.args.get("struk", "")[:40]
    linked = receipt if find_visit(receipt, datetime.now(UTC)) else None
    return render_template("citizen/thank_rater.html", receipt=linked)


def _signed_in() -> Account | None:
    return current_account() if current_user.is_authenticated else None
