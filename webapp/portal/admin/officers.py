"""Officers and where they belong."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.permissions import Permission, can
from webapp.database import transaction
from webapp.organisation import staffing
from webapp.organisation.errors import (
    AccountTaken,
    DayAhead,
    DaysReversed,
    NipTaken,
    OrganisationError,
    PostingOverlaps,
)
from webapp.organisation.managed import (
    MANAGE,
    get_managed_officer,
    get_managed_posting,
    get_managed_unit,
    last_postings,
    list_managed_officers,
    manages_wholly,
)
from webapp.organisation.managed_accounts import get_managed_account, list_free_accounts
from webapp.organisation.models import Officer, Unit
from webapp.organisation.nip import masked_nip
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import unit_choices
from webapp.portal.admin.people_forms import NewOfficerForm, NewPostingForm, OfficerForm, PostingForm
from webapp.portal.admin.room import blueprint, chosen_unit_id, form_page, searched
from webapp.portal.dates import local_day
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import keeps_typed_text

_ON_A_PAGE = 50


@blueprint.get("/kelola/petugas")
@requires(Permission.ORGANISATION_MANAGE)
def list_officers() -> ResponseReturnValue:
    """Officers by name; by words or unit where asked. Of a NIP the last four digits."""
    viewer = current_account()
    unit_id = chosen_unit_id()
    if unit_id is not None:
        unit_id = get_managed_unit(viewer, unit_id).id
    page = min(max(request.args.get("page", 1, type=int), 1), 100_000)
    officers, total = list_managed_officers(viewer, searched(), unit_id, page=page, size=_ON_A_PAGE)
    return render_template(
        "admin/list_officers.html",
        officers=[(officer, masked_nip(officer.nip), last_postings(officer.postings)) for officer in officers],
        total=total,
        page=page,
        pages=-(-total // _ON_A_PAGE),
        units=unit_choices(viewer, nothing=_("Semua unit Anda")),
        unit_id=unit_id,
        words=searched(),
    )


@blueprint.route("/kelola/petugas/baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def add_officer() -> ResponseReturnValue:
    """A new officer with a first posting."""
    viewer = current_account()
    form = NewOfficerForm()
    form.unit.choices = unit_choices(viewer)
    if not form.is_submitted():
        form.unit.data = chosen_unit_id()
    elif form.is_valid():
        try:
            with transaction():
                unit = get_managed_unit(viewer, form.unit.data)
                officer = staffing.create_officer(
                    unit,
                    name=str(form.name.data),
                    nip=form.nip.data,
                    title=form.title.data or "",
                    starts_on=_day(form.starts_on.data),
                    today=_today(unit),
                    external_id=form.write_key,
                )
        except OrganisationError as error:
            _say(form, error)
        else:
            flash(_("Petugas %(name)s sudah ditambahkan.", name=officer.name))
            return redirect(url_for("admin.change_officer", officer_id=officer.id))
    return form_page(form, _("Tambah petugas"), submit=_("Tambah petugas"), back=url_for("admin.list_officers"))


@blueprint.route("/kelola/petugas/<int:officer_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def change_officer(officer_id: int) -> ResponseReturnValue:
    """Who an officer is, his account and his postings. What is also another unit's is shown and not changed."""
    viewer = current_account()
    officer = get_managed_officer(viewer, officer_id)
    if not manages_wholly(viewer, officer):
        if request.method == "POST":
            abort(404)
        return _officer_page(officer, None)
    form = OfficerForm(
        data={"name": officer.name, "nip": officer.nip, "account": officer.account_id, "active": officer.active}
    )
    accounts = list_free_accounts(viewer, officer)
    if officer.account is not None and officer.account not in accounts:
        accounts.append(officer.account)
    form.account.choices = [
        SelectChoice("", _("Tidak dapat masuk")),
        *(SelectChoice(account.id, f"{account.name} ({account.email})") for account in accounts),
    ]
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                officer = get_managed_officer(viewer, officer_id)
                chosen = form.account.data
                if chosen == officer.account_id:
                    account = officer.account
                else:
                    # Whoever signs in with it sees this officer's figure: it has to be wholly the viewer's to give.
                    account = None
                    if chosen is not None:
                        managed = get_managed_account(viewer, chosen)
                        if not managed.wholly:
                            abort(404)
                        account = managed.account
                staffing.change_officer(
                    officer, name=str(form.name.data), nip=form.nip.data, active=bool(form.active.data), account=account
                )
        except OrganisationError as error:
            _say(form, error)
        else:
            flash(_("Data %(name)s sudah disimpan.", name=form.name.data))
            return redirect(url_for("admin.change_officer", officer_id=officer_id))
    return _officer_page(officer, form)


@blueprint.route("/kelola/petugas/<int:officer_id>/penempatan-baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def add_posting(officer_id: int) -> ResponseReturnValue:
    """A new posting; those that last end the day before, where that is wished and they are the viewer's."""
    viewer = current_account()
    officer = get_managed_officer(viewer, officer_id)
    form = NewPostingForm()
    form.unit.choices = unit_choices(viewer)
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                officer = get_managed_officer(viewer, officer_id)
                unit = get_managed_unit(viewer, form.unit.data)
                lasting = [p for p in officer.postings if p.ends_on is None and can(viewer, MANAGE, p.unit)]
                staffing.add_posting(
                    officer,
                    unit,
                    title=form.title.data or "",
                    starts_on=_day(form.starts_on.data),
                    ends_on=None,
                    today=_today(unit),
                    ending=lasting if form.ends_others.data else (),
                )
        except OrganisationError as error:
            _say(form, error)
        else:
            flash(_("Penempatan %(name)s sudah ditambahkan.", name=officer.name))
            return redirect(url_for("admin.change_officer", officer_id=officer_id))
    return form_page(
        form,
        _("Penempatan baru untuk %(name)s", name=officer.name),
        submit=_("Tambah penempatan"),
        back=url_for("admin.change_officer", officer_id=officer.id),
    )


@blueprint.route("/kelola/penempatan/<int:posting_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def change_posting(posting_id: int) -> ResponseReturnValue:
    """Title and days of a posting; a last day ends it."""
    viewer = current_account()
    posting = get_managed_posting(viewer, posting_id)
    form = PostingForm(obj=posting)
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                posting = get_managed_posting(viewer, posting_id)
                officer_id = posting.officer_id
                staffing.change_posting(
                    posting,
                    title=form.title.data or "",
                    starts_on=_day(form.starts_on.data),
                    ends_on=form.ends_on.data,
                    today=_today(posting.unit),
                )
        except OrganisationError as error:
            _say(form, error)
        else:
            flash(_("Penempatan sudah disimpan."))
            return redirect(url_for("admin.change_officer", officer_id=officer_id))
    return form_page(
        form,
        _("Penempatan %(name)s di %(unit)s", name=posting.officer.name, unit=posting.unit.name),
        submit=_("Simpan"),
        back=url_for("admin.change_officer", officer_id=posting.officer_id),
    )


def _officer_page(officer: Officer, form: OfficerForm | None) -> ResponseReturnValue:
    viewer = current_account()
    page = render_template(
        "admin/change_officer.html",
        officer=officer,
        form=form,
        nip=masked_nip(officer.nip),
        postings=[(posting, can(viewer, MANAGE, posting.unit)) for posting in reversed(officer.postings)],
    )
    return page, 200 if form is None else form.status


def _today(unit: Unit) -> date:
    return local_day(datetime.now(UTC), unit.timezone)


def _day(value: object) -> date:
    assert isinstance(value, date)  # the form requires it
    return value


def _say(form: DeskForm, error: OrganisationError) -> None:
    """What stands in the way, at the field that it is about."""
    if isinstance(error, NipTaken):
        said, field = _("NIP ini sudah dipakai petugas lain. Periksa lagi angkanya."), "nip"
    elif isinstance(error, AccountTaken):
        said, field = _("Akun ini sudah dipakai petugas lain. Pilih akun lain."), "account"
    elif isinstance(error, DayAhead):
        said, field = _("Penempatan dicatat paling lambat hari ini. Catat yang akan datang pada harinya."), "starts_on"
    elif isinstance(error, DaysReversed) and "ends_on" in form:
        said, field = _("Hari terakhir mendahului hari mulai. Perbaiki salah satunya."), "ends_on"
    elif isinstance(error, DaysReversed):
        said, field = (
            _("Penempatan yang sekarang mulai pada hari itu atau sesudahnya. Isi tanggal yang lebih akhir."),
            "starts_on",
        )
    elif isinstance(error, PostingOverlaps):
        said, field = (
            _("Petugas sudah ditempatkan di unit ini pada hari-hari itu. Ubah penempatan yang ada, atau tanggalnya."),
            "starts_on",
        )
    else:
        raise error
    form[field].errors = [said]
