"""Systems of the agency that report visits and stages: made, given tokens, switched off."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from wtforms import StringField
from wtforms.validators import InputRequired, Length, Regexp

from webapp.accounts.permissions import Permission
from webapp.app import settings_of
from webapp.counter.incoming import clients, held
from webapp.counter.incoming.clocks import TOLERATED
from webapp.counter.incoming.errors import SourceTaken
from webapp.counter.incoming.models import ApiClient
from webapp.database import transaction
from webapp.organisation.errors import CodeTaken
from webapp.organisation.managed import get_managed_unit
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import unit_choices
from webapp.portal.admin.fields import one_of, words
from webapp.portal.admin.reports import tell_taken
from webapp.portal.admin.room import blueprint, form_page
from webapp.portal.dates import moment_in_words
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import keeps_typed_text


class ChangeSystemForm(DeskForm):
    """What can be changed of a system; its short name is on everything that it reported."""

    name = words(_l("Nama sistem"), _l("Isi nama sistem."), longest=80, description=_l("Misalnya: Mesin antrean lobi"))
    unit = one_of(
        _l("Unit kerja"),
        _l("Pilih unit kerja."),
        description=_l("Sistem ini hanya boleh melapor untuk unit ini dan unit di bawahnya."),
    )


class SystemForm(ChangeSystemForm):
    """A system that shall report."""

    source = StringField(
        _l("Nama pendek"),
        filters=[lambda text: text.strip().lower() if text else text],
        validators=[
            InputRequired(_l("Isi nama pendek.")),
            Length(max=40, message=_l("Terlalu panjang: paling banyak %(max)d huruf.")),
            Regexp(
                r"[a-z0-9][a-z0-9_.-]*\Z",
                message=_l("Pakai huruf kecil, angka, titik, garis bawah, atau tanda hubung; tanpa spasi."),
            ),
        ],
        description=_l(
            "Semua kirimannya dicatat dengan nama ini, juga bila diimpor dari berkas CSV. Tidak dapat diubah lagi."
        ),
        render_kw={"autocapitalize": "off", "spellcheck": "false"},
    )


@blueprint.get("/kelola/sistem-lain")
@requires(Permission.ORGANISATION_MANAGE)
def list_systems() -> ResponseReturnValue:
    """The systems that report for the viewer's units."""
    return render_template(
        "admin/list_systems.html",
        systems=[
            (managed, _last_use(managed.client), _clock(managed.client))
            for managed in clients.list_clients(current_account())
        ],
        description_url=_address() + "/openapi.json",
    )


@blueprint.route("/kelola/sistem-lain/baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def add_system() -> ResponseReturnValue:
    """A new system; its token is on the page that follows, and nowhere later."""
    viewer = current_account()
    form = SystemForm()
    form.unit.choices = unit_choices(viewer)
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                client, token = clients.create_client(
                    get_managed_unit(viewer, form.unit.data),
                    name=str(form.name.data),
                    source=str(form.source.data),
                    now=datetime.now(UTC),
                )
        except CodeTaken:
            form.name.errors = [_("Nama ini sudah dipakai sistem lain. Pakai nama lain.")]
        except SourceTaken:
            form.source.errors = [_("Nama pendek ini sudah dipakai. Pakai nama lain.")]
        else:
            return _token_page(client, token)
    return form_page(
        form,
        _("Hubungkan sistem"),
        submit=_("Buat token"),
        back=url_for("admin.list_systems"),
        lead=_(
            "Mesin antrean atau aplikasi berkas yang sudah ada dapat melaporkan kunjungan dan tahap berkas ke sini."
        ),
    )


@blueprint.route("/kelola/sistem-lain/<int:client_id>/ubah", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def change_system(client_id: int) -> ResponseReturnValue:
    """Another name, or the unit that a system really reports for; what waits is tried again for that one."""
    viewer, now = current_account(), datetime.now(UTC)
    client = clients.get_client(viewer, client_id)
    form = ChangeSystemForm(data={"name": client.name, "unit": client.unit_id})
    form.unit.choices = unit_choices(viewer, also=client.unit)
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                unit = get_managed_unit(viewer, form.unit.data)
                taken = []
                if clients.change_client(client, unit, str(form.name.data)):
                    taken = held.retry_source(viewer, client.source, now)
        except CodeTaken:
            form.name.errors = [_("Nama ini sudah dipakai sistem lain. Pakai nama lain.")]
        else:
            flash(_("%(name)s sekarang melapor untuk %(unit)s.", name=client.name, unit=client.unit.name))
            if taken:
                tell_taken(taken)
            return redirect(url_for("admin.list_systems"))
    return form_page(
        form,
        _("Ubah %(name)s", name=client.name),
        submit=_("Simpan"),
        back=url_for("admin.list_systems"),
        lead=_(
            "Yang sudah dihitung tetap di unitnya. Kiriman yang menunggu, dan yang datang setelah ini, masuk ke unit "
            "yang dipilih. Token dan nama pendek %(source)s tidak berubah.",
            source=client.source,
        ),
    )


@blueprint.post("/kelola/sistem-lain/<int:client_id>/token")
@requires(Permission.ORGANISATION_MANAGE)
def create_token(client_id: int) -> ResponseReturnValue:
    """A new token in place of the old one."""
    with transaction():
        client = clients.get_client(current_account(), client_id)
        token = clients.renew_token(client)
    return _token_page(client, token)


@blueprint.post("/kelola/sistem-lain/<int:client_id>/matikan")
@requires(Permission.ORGANISATION_MANAGE)
def close_system(client_id: int) -> ResponseReturnValue:
    """Take nothing more from a system."""
    return _switch(client_id, active=False)


@blueprint.post("/kelola/sistem-lain/<int:client_id>/hidupkan")
@requires(Permission.ORGANISATION_MANAGE)
def reopen_system(client_id: int) -> ResponseReturnValue:
    """Take reports of a system again."""
    return _switch(client_id, active=True)


def _switch(client_id: int, *, active: bool) -> ResponseReturnValue:
    with transaction():
        client = clients.get_client(current_account(), client_id)
        clients.set_active(client, active)
        name = client.name
    if active:
        flash(_("%(name)s boleh melapor lagi.", name=name))
    else:
        flash(_("%(name)s tidak lagi diterima. Laporannya yang sudah masuk tetap ada.", name=name))
    return redirect(url_for("admin.list_systems"))


def _token_page(client: ApiClient, token: str) -> ResponseReturnValue:
    page = render_template(
        "admin/show_token.html", name=client.name, unit=client.unit.name, token=token, address=_address() + "/visits"
    )
    # The back button shall not bring it back.
    return page, 200, {"Cache-Control": "no-store"}


def _address() -> str:
    return settings_of(current_app).public_url + "/api/v1"


def _last_use(client: ApiClient) -> str:
    if client.last_used_at is None:
        return str(_("belum pernah"))
    return moment_in_words(client.last_used_at, client.unit.timezone)


def _clock(client: ApiClient) -> str:
    """How far its clock is off, where that is worth a word."""
    seconds = client.clock_offset_seconds or 0
    if abs(seconds) <= TOLERATED.total_seconds():
        return ""
    minutes = max(1, round(abs(seconds) / 60))
    if seconds > 0:
        return str(ngettext("jam terlambat %(num)s menit", "jam terlambat %(num)s menit", minutes))
    return str(ngettext("jam terlalu cepat %(num)s menit", "jam terlalu cepat %(num)s menit", minutes))
