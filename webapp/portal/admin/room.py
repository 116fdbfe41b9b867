"""The room's blueprint, and what its pages have in common."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import NotFound

from webapp.accounts.permissions import Permission, can
from webapp.organisation.errors import NotManaged
from webapp.portal.access import current_account
from webapp.portal.errors import show_http_error
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul

blueprint = Blueprint("admin", __name__)


@blueprint.errorhandler(NotManaged)
def show_not_there(_error: NotManaged) -> ResponseReturnValue:
    """What lies outside the administrator's units is not there."""
    return show_http_error(NotFound())


@blueprint.errorhandler(IntegrityError)
def show_overtaken(_error: IntegrityError) -> ResponseReturnValue:
    """Somebody wrote the same code or name in the same moment; nothing was stored."""
    page = render_template(
        "layout/error.html",
        code=409,
        title=_("Belum tersimpan"),
        text=_("Data ini baru saja diubah orang lain. Kembali ke formulir, periksa isiannya, lalu kirim lagi."),
    )
    return page, 409


@blueprint.app_context_processor
def _sections() -> dict[str, Any]:
    return {"admin_sections": sections} if request.blueprint == blueprint.name else {}


def sections() -> list[dict[str, Any]]:
    """The pages of the room that this administrator may open, for the tabs on top of each."""
    account = current_account()
    entries = (
        (Permission.ORGANISATION_MANAGE, "show_overview", _("Ringkasan"), ("show_overview",)),
        (Permission.ORGANISATION_MANAGE, "list_units", _("Unit kerja"), ("unit",)),
        (Permission.ORGANISATION_MANAGE, "list_services", _("Layanan"), ("service",)),
        (Permission.ORGANISATION_MANAGE, "list_agency_topics", _("Topik"), ("topic",)),
        (Permission.ORGANISATION_MANAGE, "list_officers", _("Petugas"), ("officer", "posting")),
        (Permission.ORGANISATION_MANAGE, "list_counters", _("Loket"), ("counter",)),
        (Permission.ORGANISATION_MANAGE, "show_roster", _("Jadwal jaga"), ("shift", "roster")),
        (Permission.ORGANISATION_MANAGE, "list_halls", _("Antrean"), ("hall", "line", "kiosk")),
        (Permission.ORGANISATION_MANAGE, "list_calendars", _("Hari libur"), ("calendar", "day")),
        (Permission.ORGANISATION_MANAGE, "list_complaint_terms", _("Tenggat"), ("complaint_terms",)),
        (Permission.ORGANISATION_MANAGE, "list_retention", _("Masa simpan"), ("retention",)),
        (Permission.ORGANISATION_MANAGE, "list_pause_causes", _("Sebab jeda"), ("cause",)),
        (Permission.MODEL_READ, "list_models", _("Model"), ("model",)),
        (Permission.PRESET_MANAGE, "list_presets", _("Indikator"), ("preset",)),
        (Permission.ACCOUNT_MANAGE, "list_accounts", _("Akun"), ("account", "role", "password")),
        (Permission.ORGANISATION_IMPORT, "choose_import", _("Impor"), ("import",)),
        (Permission.ORGANISATION_MANAGE, "list_systems", _("Sistem lain"), ("system", "token")),
        (Permission.ORGANISATION_IMPORT, "list_reports", _("Kiriman"), ("report", "meaning")),
        (Permission.OUTBOX_READ, "list_deliveries", _("Pesan tertunda"), ("deliver",)),
    )
    here = (request.endpoint or "").removeprefix("admin.")
    return [
        {
            "url": url_for(f"admin.{endpoint}"),
            "label": label,
            "current": any(noun in here for noun in nouns),
        }
        for permission, endpoint, label, nouns in entries
        if can(account, permission)
    ]


def form_page(
    form: DeskForm,
    title: str,
    *,
    submit: str,
    back: str,
    lead: str = "",
    status: int | None = None,
    template: str = "admin/form.html",
    **more: Any,
) -> ResponseReturnValue:
    """A page that asks for one form; `back` is the address to leave it by. 400 where the form has errors."""
    page = render_template(template, form=form, title=title, submit=submit, back=back, lead=lead, **more)
    return page, status or form.status


def searched() -> str:
    """The words of the search field."""
    return (without_nul(request.args.get("q")) or "").strip()


def chosen_unit_id() -> int | None:
    """The unit that a list is narrowed to."""
    return request.args.get("unit", type=int)
