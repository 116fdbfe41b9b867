"""Registering a file at the counter."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.permissions import Permission
from webapp.counter.applications.actions import ApplicationDraft, register_application
from webapp.counter.applications.errors import AlreadyRegistered, NoStages, NotOffered
from webapp.counter.applications.offers import Offer, RecentVisit, list_offers_of, list_recent_visits
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import transaction
from webapp.organisation.queries import officer_of
from webapp.portal.access import current_account, requires
from webapp.portal.dates import clock
from webapp.portal.officer.application_forms import RegisterForm, choices
from webapp.portal.officer.applications import SENT_DRAFTS
from webapp.portal.officer.room import blueprint
from webapp.portal.typed_text import keeps_typed_text


@blueprint.route("/berkas-kerja/daftar", methods=["GET", "POST"])
@requires(Permission.APPLICATION_HANDLE)
@keeps_typed_text
def register_file() -> ResponseReturnValue:
    """A file for whoever stands at the counter: `?layanan=` is the service, `?kunjungan=` the visit it comes from."""
    now = datetime.now(UTC)
    account = current_account()
    offers, visits = list_offers_of(account), list_recent_visits(account, now)
    visit_id = request.args.get("kunjungan", type=int)
    visit = next((one for one in visits if one.id == visit_id), None)
    wanted = request.args.get("layanan", type=int) or (visit.service_id if visit else None)
    offer = next((one for one in offers if one.service_id == wanted), offers[0] if len(offers) == 1 else None)
    form = RegisterForm() if request.method == "POST" else RegisterForm(formdata=None)
    if offer is not None:
        _offer_choices(form, offer, visits, visit)
    if request.method == "POST":
        if offer is None:
            form.form_errors.append(_("Layanan ini tidak lagi menerima berkas di unit Anda. Pilih layanan lain."))
        elif form.is_valid():
            code = _register(form, offer, now)
            if code is not None:
                session[SENT_DRAFTS] = [f"register-file-{offer.service_id}"]
                flash(_("Berkas %(code)s terdaftar. Beri pemohon tanda terimanya.", code=code))
                return redirect(url_for("officer.show_file", application_code=code), 303)
    page = render_template(
        "officer/register_file.html",
        form=form,
        offer=offer,
        offers=offers,
        visit_id=visit.id if visit else None,
        one_place=offer.places[0].name if offer and len(offer.places) == 1 else None,
    )
    return page, form.status


def _offer_choices(form: RegisterForm, offer: Offer, visits: list[RecentVisit], visit: RecentVisit | None) -> None:
    form.unit.choices = choices((place.id, place.name) for place in offer.places)
    form.papers.choices = [SelectChoice(name, name) for name in offer.requirements]
    form.visit.choices = choices(
        ((one.id, f"{clock(one.finished_at, one.timezone)} · {one.service}") for one in visits),
        _("Tidak dari kunjungan"),
    )
    if request.method == "GET":
        form.visit.data = visit.id if visit else None
    if len(offer.places) == 1 or request.method == "GET":
        form.unit.data = offer.places[0].id
    if len(offer.places) == 1:
        form.unit.validators = ()


def _register(form: RegisterForm, offer: Offer, now: datetime) -> str | None:
    """The code of the file that the form became; None where something is wrong after all."""
    draft = ApplicationDraft(
        unit_id=form.unit.data or offer.places[0].id,
        service_id=offer.service_id,
        applicant_name=str(form.name.data),
        applicant_phone=form.phone.data or None,
        met=form.positions(offer.requirements),
        visit_id=form.visit.data,
    )
    officer = officer_of(current_account())
    if officer is None:
        form.form_errors.append(_("Akun Anda belum terhubung dengan data petugas. Minta administrator mengaturnya."))
        return None
    try:
        with transaction():
            return register_application(
                draft, channel=DrawChannel.KIOSK, write_key=form.write_key, at=now, officer=officer
            ).code
    except AlreadyRegistered as error:
        form.renew_nonce()
        form.form_errors.append(
            _(
                "Formulir ini sudah terdaftar sebagai berkas %(code)s. Yang Anda ubah belum terkirim. Bila ini berkas "
                "lain, daftarkan sekali lagi.",
                code=error.code,
            )
        )
    except NoStages:
        form.form_errors.append(_("Layanan ini belum punya tahapan. Minta administrator mengaturnya."))
    except NotOffered:
        form.form_errors.append(_("Unit atau kunjungan yang dipilih tidak lagi berlaku. Periksa, lalu kirim lagi."))
    return None
