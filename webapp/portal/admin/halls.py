"""Where citizens queue: halls, the lines of their services, the places of a slot, the kiosk's secret address."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.permissions import Permission
from webapp.counter.queue import halls
from webapp.counter.queue.errors import PrefixTaken, ServiceTaken
from webapp.counter.queue.managed_halls import (
    get_managed_hall,
    get_managed_line,
    list_hall_lines,
    list_managed_halls,
    list_services_without_line,
    list_units_without_hall,
)
from webapp.counter.queue.models import QueueHall
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import transaction
from webapp.organisation.managed import list_managed_counters
from webapp.portal.access import current_account, requires
from webapp.portal.admin.hall_forms import ChangeLineForm, HallForm, LineForm, NewHallForm, NewLineForm
from webapp.portal.admin.room import blueprint, form_page
from webapp.portal.typed_text import keeps_typed_text


@blueprint.get("/kelola/antrean")
@requires(Permission.ORGANISATION_MANAGE)
def list_halls() -> ResponseReturnValue:
    """The halls with what is queued for in them."""
    viewer = current_account()
    return render_template(
        "admin/list_halls.html",
        halls=list_managed_halls(viewer),
        may_open=bool(list_units_without_hall(viewer)),
    )


@blueprint.route("/kelola/antrean/baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def open_hall() -> ResponseReturnValue:
    """A queue for a unit that has none."""
    form = NewHallForm()
    units = {unit.id: unit for unit in list_units_without_hall(current_account())}
    form.unit.choices = [
        SelectChoice("", _("Pilih unit kerja")),
        *(SelectChoice(unit.id, unit.name) for unit in units.values()),
    ]
    if form.is_submitted() and form.is_valid():
        with transaction():
            hall = halls.open_hall(units[form.unit.data])
            unit_id = hall.unit_id
        flash(_("Antrean %(name)s sudah dibuka. Tambahkan layanan yang diantrekan.", name=units[unit_id].name))
        return redirect(url_for("admin.show_hall", unit_id=unit_id))
    return form_page(
        form,
        _("Buka antrean"),
        submit=_("Buka antrean"),
        back=url_for("admin.list_halls"),
        lead=_("Satu unit, satu ruang tunggu: warga mengambil nomor, loket memanggil, layar menampilkannya."),
    )


@blueprint.route("/kelola/antrean/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def show_hall(unit_id: int) -> ResponseReturnValue:
    """A hall: its lines, its addresses for the door and the screen, its rules."""
    viewer = current_account()
    hall = get_managed_hall(viewer, unit_id)
    form = HallForm(obj=hall)
    if form.is_submitted() and form.is_valid():
        with transaction():
            halls.change_hall(
                get_managed_hall(viewer, unit_id),
                active=bool(form.active.data),
                priority_in_a_row=int(form.priority_in_a_row.data or 1),
                tell_ahead=int(form.tell_ahead.data or 0),
                always_open=bool(form.always_open.data),
            )
        flash(_("Aturan antrean sudah disimpan."))
        return redirect(url_for("admin.show_hall", unit_id=unit_id))
    page = render_template(
        "admin/show_hall.html",
        hall=hall,
        lines=list_hall_lines(hall),
        channels=[str(channel) for channel in DrawChannel],
        may_add=bool(list_services_without_line(hall)),
        counters=[counter for counter in list_managed_counters(viewer, unit_id) if counter.active],
        form=form,
    )
    return page, form.status


@blueprint.post("/kelola/antrean/<int:unit_id>/alamat-baru")
@requires(Permission.ORGANISATION_MANAGE)
def renew_kiosk_key(unit_id: int) -> ResponseReturnValue:
    """A new secret address of the kiosk page; the old one stops working."""
    with transaction():
        halls.new_kiosk_key(get_managed_hall(current_account(), unit_id))
    flash(_("Alamat kios yang lama tidak berlaku lagi. Buka alamat yang baru di perangkat di pintu masuk."))
    return redirect(url_for("admin.show_hall", unit_id=unit_id))


@blueprint.route("/kelola/antrean/<int:unit_id>/layanan-baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def add_line(unit_id: int) -> ResponseReturnValue:
    """One more service that is queued for."""
    viewer = current_account()
    hall = get_managed_hall(viewer, unit_id)
    services = {service.id: service for service in list_services_without_line(hall)}
    form = NewLineForm()
    form.service.choices = [
        SelectChoice("", _("Pilih layanan")),
        *(SelectChoice(service.id, service.name) for service in services.values()),
    ]
    if not form.is_submitted():
        form.prefix.data = _free_prefix(hall)
    elif form.is_valid():
        try:
            with transaction():
                halls.add_line(get_managed_hall(viewer, unit_id), services[form.service.data], **form.rules)
        except PrefixTaken:
            _say_taken(form)
        except ServiceTaken:
            form.service.errors = [_("Layanan ini baru saja ditambahkan orang lain. Lihat daftarnya.")]
        else:
            flash(_("%(name)s sekarang dapat diantrekan.", name=services[form.service.data].name))
            return redirect(url_for("admin.show_hall", unit_id=unit_id))
    return form_page(
        form,
        _("Tambah layanan di antrean %(name)s", name=hall.unit.name),
        submit=_("Tambah layanan"),
        back=url_for("admin.show_hall", unit_id=unit_id),
        template="admin/change_line.html",
        field_order=("service", *_RULES),
    )


@blueprint.route("/kelola/antrean/layanan/<int:line_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def change_line(line_id: int) -> ResponseReturnValue:
    """The letter, slots and places of a service."""
    viewer = current_account()
    line = get_managed_line(viewer, line_id)
    form = ChangeLineForm(
        data={
            "prefix": line.prefix,
            "slot_minutes": line.slot_minutes,
            "days_ahead": line.days_ahead,
            "most_open": line.most_open,
            "active": line.active,
            **{str(channel): line.quotas.get(channel, 0) for channel in DrawChannel},
        }
    )
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                halls.change_line(get_managed_line(viewer, line_id), active=bool(form.active.data), **form.rules)
        except PrefixTaken:
            _say_taken(form)
        else:
            flash(_("Antrean %(name)s sudah diubah.", name=line.service.name))
            return redirect(url_for("admin.show_hall", unit_id=line.unit_id))
    return form_page(
        form,
        _("Antrean %(service)s, %(unit)s", service=line.service.name, unit=line.hall.unit.name),
        submit=_("Simpan"),
        back=url_for("admin.show_hall", unit_id=line.unit_id),
        template="admin/change_line.html",
        field_order=(*_RULES, "active"),
    )


#: The fields of a line in the order in which they are asked.
_RULES = ("prefix", "slot_minutes", "portal", "telegram", "kiosk", "days_ahead", "most_open")


def _free_prefix(hall: QueueHall) -> str:
    """The first letter that no line of the hall has; empty where all have one."""
    taken = {line.prefix for line in list_hall_lines(hall)}
    return next((letter for letter in "ABCDEFGHJKLMNPQRSTUVWXYZ" if letter not in taken), "")


def _say_taken(form: LineForm) -> None:
    form.prefix.errors = [
        _("Huruf ini sudah atau belum lama ini dipakai layanan lain di antrean ini. Pakai huruf lain.")
    ]
