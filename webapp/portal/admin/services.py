"""Services and their standards."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission
from webapp.counter.applications.catalogue import list_stages
from webapp.database import transaction
from webapp.organisation import actions
from webapp.organisation.errors import CodeTaken
from webapp.organisation.managed import get_managed_service, get_managed_unit, list_managed_services
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import unit_choices
from webapp.portal.admin.forms import ChangeServiceForm, ServiceForm
from webapp.portal.admin.room import blueprint, chosen_unit_id, form_page, searched
from webapp.portal.typed_text import keeps_typed_text


@blueprint.get("/kelola/layanan")
@requires(Permission.ORGANISATION_MANAGE)
def list_services() -> ResponseReturnValue:
    """Services by unit; by words or unit where asked."""
    viewer = current_account()
    unit_id = chosen_unit_id()
    if unit_id is not None:
        unit_id = get_managed_unit(viewer, unit_id).id
    return render_template(
        "admin/list_services.html",
        services=list_managed_services(viewer, searched(), unit_id),
        units=unit_choices(viewer, nothing=_("Semua unit Anda")),
        unit_id=unit_id,
        words=searched(),
    )


@blueprint.route("/kelola/layanan/baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def add_service() -> ResponseReturnValue:
    """A new service."""
    viewer = current_account()
    form = ServiceForm()
    form.unit.choices = unit_choices(viewer)
    if not form.is_submitted():
        form.unit.data = chosen_unit_id()
    elif form.is_valid():
        try:
            with transaction():
                actions.create_service(get_managed_unit(viewer, form.unit.data), form.facts)
        except CodeTaken:
            _say_taken(form)
        else:
            flash(_("Layanan %(name)s sudah ditambahkan.", name=form.name.data))
            return redirect(url_for("admin.list_services"))
    return form_page(
        form,
        _("Tambah layanan"),
        submit=_("Tambah layanan"),
        back=url_for("admin.list_services"),
        template="admin/service_form.html",
        stages=None,
    )


@blueprint.route("/kelola/layanan/<int:service_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def change_service(service_id: int) -> ResponseReturnValue:
    """A service with its standard, and whether it is offered."""
    viewer = current_account()
    service = get_managed_service(viewer, service_id)
    form = ChangeServiceForm(
        data={
            "name": service.name,
            "code": service.code,
            "unit": service.unit_id,
            "standard_minutes": service.standard_minutes,
            "standard_hours": service.standard_hours,
            "fee": service.fee,
            "requirements": service.requirements,
            "active": service.active,
        }
    )
    form.unit.choices = unit_choices(viewer, also=service.unit)
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                actions.change_service(
                    get_managed_service(viewer, service_id),
                    get_managed_unit(viewer, form.unit.data),
                    form.facts,
                    active=bool(form.active.data),
                )
        except CodeTaken:
            _say_taken(form)
        else:
            flash(_("Layanan %(name)s sudah diubah.", name=form.name.data))
            return redirect(url_for("admin.list_services"))
    return form_page(
        form,
        _("Ubah %(name)s", name=service.name),
        submit=_("Simpan"),
        back=url_for("admin.list_services"),
        template="admin/service_form.html",
        stages=list_stages(service_id),
        service_id=service_id,
    )


def _say_taken(form: ServiceForm) -> None:
    form.code.errors = [_("Kode ini sudah dipakai layanan lain. Pakai kode lain.")]
