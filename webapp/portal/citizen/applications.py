"""A citizen's file: registering it, and seeing where it is. The page of a file opens by its code and shows no name."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby

from flask import current_app, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.app import settings_of
from webapp.counter.applications.actions import ApplicationDraft
from webapp.counter.applications.actions import register_application as register
from webapp.counter.applications.errors import AlreadyRegistered, NoStages, NoSuchApplication, NotOffered
from webapp.counter.applications.offers import Offer, find_offer, list_offers
from webapp.counter.applications.queries import track
from webapp.counter.codes import clean_application_code
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import transaction
from webapp.portal.access import public
from webapp.portal.chosen import chosen_id
from webapp.portal.citizen.application_forms import RegisterFileForm
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.citizen.file_story import tell_file
from webapp.portal.citizen.limits import count_registration
from webapp.portal.citizen.own_cases import digest_of, remember_sent, sent_before
from webapp.portal.qr import draw_qr
from webapp.portal.typed_text import keeps_typed_text, without_nul

#: Name of the session's note that a file was registered on the page before.
_FRESH = "registered_file"


class _LooksTheSame(Exception):
    """The same was registered a moment ago by another form: gone back and pressed again, or a second file like it."""


@blueprint.get("/berkas")
@public
def track_application() -> ResponseReturnValue:
    """Open a file by its code, typed or from the address `?kode=`."""
    typed = (without_nul(request.args.get("kode")) or "").strip()[:40]
    refusal = None
    if typed:
        code = clean_application_code(typed)
        if code and _is_there(code):
            return redirect(url_for("citizen.show_application", application_code=code))
        refusal = (
            _("Tidak ada berkas dengan kode ini. Periksa huruf dan angkanya sekali lagi.")
            if code
            else _("Kode berkas terdiri dari BK dan 10 huruf atau angka, misalnya BK-7K2M4-94QXT.")
        )
    return render_template("citizen/track_application.html", typed=typed, refusal=refusal), 404 if refusal else 200


@blueprint.get("/berkas/<application_code>")
@public
def show_application(application_code: str) -> ResponseReturnValue:
    """One file, for whoever has its code."""
    code = clean_application_code(application_code)
    if code and code != application_code:
        return redirect(url_for("citizen.show_application", application_code=code))
    try:
        file = track(code, datetime.now(UTC))
    except NoSuchApplication:
        return redirect(url_for("citizen.track_application", kode=application_code[:40]))
    address = settings_of(current_app).public_url + url_for("citizen.show_application", application_code=code)
    return render_template(
        "citizen/show_application.html",
        story=tell_file(file),
        fresh=session.pop(_FRESH, None) == code,
        address=address,
        qr=draw_qr(address),
    )


@blueprint.get("/berkas/layanan")
@public
def choose_application() -> ResponseReturnValue:
    """What can be applied for from here."""
    groups = [
        (unit, [{"offer": offer, "detail": _detail(offer)} for offer in offers])
        for unit, offers in groupby(list_offers(), key=lambda offer: offer.unit)
    ]
    return render_template("citizen/choose_application.html", groups=groups)


@blueprint.route("/berkas/daftar", methods=["GET", "POST"])
@public
@keeps_typed_text
def register_application() -> ResponseReturnValue:
    """Register a file for the service `?layanan=`, after having seen what it asks for."""
    offer = _offer_asked_for()
    if offer is None:
        if request.method == "POST":
            flash(_("Layanan ini tidak dapat didaftarkan lagi. Pilih layanan yang lain."), "error")
        return redirect(url_for("citizen.choose_application"), 303)
    now = datetime.now(UTC)
    form = RegisterFileForm(formdata=None) if request.method == "GET" else RegisterFileForm()
    form.service.data = str(offer.service_id)
    form.papers.choices = [SelectChoice(name, name) for name in offer.requirements]
    form.unit.choices = [SelectChoice(str(place.id), place.name) for place in offer.places]
    if request.method == "GET":
        form.unit.data = offer.places[0].id
    if request.method == "POST" and form.received(count_registration):
        code = _register(form, offer, now)
        if code is not None:
            session[_FRESH] = code
            return redirect(url_for("citizen.show_application", application_code=code), 303)
    return _page(form, offer), form.status


def _is_there(code: str) -> bool:
    try:
        track(code, datetime.now(UTC))
    except NoSuchApplication:
        return False
    return True


def _register(form: RegisterFileForm, offer: Offer, now: datetime) -> str | None:
    """The code of the file that the form became; None where something is wrong after all."""
    unit_id = form.unit.data if len(offer.places) > 1 else offer.places[0].id
    if unit_id not in {place.id for place in offer.places}:
        form.unit.errors = [_("Pilih kantornya dari daftar.")]
        return None
    draft = ApplicationDraft(
        unit_id=unit_id,
        service_id=offer.service_id,
        applicant_name=form.name.data or "",
        applicant_phone=form.phone.data or None,
        met=form.papers.positions(offer.requirements),
    )
    digest = digest_of(draft)
    earlier = sent_before(digest, now)
    try:
        with transaction():
            code = register(draft, channel=DrawChannel.PORTAL, write_key=form.write_key, at=now).code
            if earlier not in (None, code, form.again.data):
                raise _LooksTheSame
    except AlreadyRegistered as error:
        form.renew_nonce()
        form.form_errors.append(
            _(
                "Formulir ini sudah terdaftar sebelumnya sebagai berkas %(code)s. Yang Anda ubah ada di bawah dan "
                "belum terkirim. Bila ini berkas lain, daftarkan sekali lagi.",
                code=error.code,
            )
        )
    except _LooksTheSame:
        form.again.data = earlier
        form.form_errors.append(
            _(
                "Isian yang sama baru saja terdaftar sebagai berkas %(code)s. Bila ini berkas lain, misalnya untuk "
                "anak kembar, tekan Daftarkan berkas sekali lagi.",
                code=earlier,
            )
        )
    except (NoStages, NotOffered):
        form.form_errors.append(_("Layanan ini belum dapat didaftarkan dari sini. Datanglah ke kantor."))
    else:
        remember_sent(digest, code, now)
        return code
    return None


def _offer_asked_for() -> Offer | None:
    try:
        return find_offer(chosen_id(request.args.get("layanan")))
    except ValueError:
        return None


def _page(form: RegisterFileForm, offer: Offer) -> str:
    return render_template(
        "citizen/register_application.html",
        form=form,
        offer=offer,
        promise=_promise(offer),
        one_place=offer.places[0].name if len(offer.places) == 1 else None,
    )


def _detail(offer: Offer) -> str:
    """What a service promises, in a few words."""
    asks = ngettext("%(num)s persyaratan", "%(num)s persyaratan", len(offer.requirements))
    parts = [str(asks)] if offer.requirements else []
    if offer.standard_hours:
        parts.append(str(ngettext("%(num)s jam kerja", "%(num)s jam kerja", offer.standard_hours)))
    parts.append(str(_("gratis")) if not offer.fee else f"Rp{format_decimal(offer.fee)}")
    return " · ".join(parts)


def _promise(offer: Offer) -> str:
    fee = _("Gratis.") if not offer.fee else _("Biaya Rp%(fee)s.", fee=format_decimal(offer.fee))
    if offer.standard_hours is None:
        return str(fee)
    within = ngettext(
        "Selesai dalam %(num)s jam kerja sejak lengkap.",
        "Selesai dalam %(num)s jam kerja sejak lengkap.",
        offer.standard_hours,
    )
    return f"{within} {fee}"
