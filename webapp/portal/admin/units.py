"""The tree of units: adding, changing, moving, closing, and when a unit works."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.feedback.open_work import count_open_complaints
from webapp.organisation import actions
from webapp.organisation.calendars import OFFICE_WEEK, RAMADAN_WEEK
from webapp.organisation.errors import CodeTaken, ParentClosed, UnitStillNeeded, UnitWithinItself
from webapp.organisation.managed import (
    get_managed_calendar,
    get_managed_unit,
    is_topmost,
    list_managed_calendars,
    list_managed_units,
)
from webapp.organisation.models import Unit
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import ZONES, unit_choices, zone_choices
from webapp.portal.admin.forms import MoveUnitForm, NewUnitForm, UnitForm, WorkingTimeForm
from webapp.portal.admin.room import blueprint, chosen_unit_id, form_page
from webapp.portal.typed_text import keeps_typed_text


@blueprint.get("/kelola/unit")
@requires(Permission.ORGANISATION_MANAGE)
def list_units() -> ResponseReturnValue:
    """The tree, closed units included."""
    units = list_managed_units(current_account(), closed=True)
    top = min((unit.path.count("/") for unit in units), default=0)
    return render_template(
        "admin/list_units.html",
        units=[(unit, unit.path.count("/") - top, ZONES.get(unit.timezone, unit.timezone)) for unit in units],
    )


@blueprint.route("/kelola/unit/baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def add_unit() -> ResponseReturnValue:
    """A new unit; `?unit=` proposes the one above."""
    viewer = current_account()
    form = NewUnitForm()
    form.parent.choices = unit_choices(viewer)
    if not form.is_submitted():
        above = chosen_unit_id()
        if above is not None:
            form.parent.data = above
            form.timezone.data = get_managed_unit(viewer, above).timezone
    elif form.is_valid():
        try:
            with transaction():
                unit = actions.create_unit(
                    get_managed_unit(viewer, form.parent.data),
                    code=str(form.code.data),
                    name=str(form.name.data),
                    kind=str(form.kind.data),
                    timezone=form.timezone.data,
                )
        except (CodeTaken, ParentClosed) as error:
            _say(form, error)
        else:
            flash(_("Unit %(name)s sudah ditambahkan.", name=unit.name))
            return redirect(url_for("admin.list_units"))
    return form_page(form, _("Tambah unit kerja"), submit=_("Tambah unit"), back=url_for("admin.list_units"))


@blueprint.route("/kelola/unit/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def change_unit(unit_id: int) -> ResponseReturnValue:
    """Name, code, kind and zone of a unit; from here it is moved and closed."""
    viewer = current_account()
    unit = get_managed_unit(viewer, unit_id)
    form = UnitForm(obj=unit)
    if unit.timezone not in ZONES:
        form.timezone.choices = [*zone_choices(), SelectChoice(unit.timezone, unit.timezone)]
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                actions.change_unit(
                    get_managed_unit(viewer, unit_id),
                    code=str(form.code.data),
                    name=str(form.name.data),
                    kind=str(form.kind.data),
                    timezone=str(form.timezone.data),
                )
        except CodeTaken as error:
            _say(form, error)
        else:
            flash(_("Unit %(name)s sudah diubah.", name=form.name.data))
            return redirect(url_for("admin.list_units"))
    return form_page(
        form,
        _("Ubah %(name)s", name=unit.name),
        submit=_("Simpan"),
        back=url_for("admin.list_units"),
        template="admin/change_unit.html",
        unit=unit,
        topmost=is_topmost(viewer, unit),
    )


@blueprint.route("/kelola/unit/<int:unit_id>/pindah", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def move_unit(unit_id: int) -> ResponseReturnValue:
    """Put a unit, with all below it, below another. The topmost one of the viewer is moved by those above."""
    viewer = current_account()
    unit = get_managed_unit(viewer, unit_id)
    if is_topmost(viewer, unit):
        abort(404)
    form = MoveUnitForm()
    form.parent.choices = unit_choices(viewer, without=unit)
    if not form.is_submitted():
        form.parent.data = unit.parent_id
    elif form.is_valid():
        try:
            with transaction():
                actions.move_unit(get_managed_unit(viewer, unit_id), get_managed_unit(viewer, form.parent.data))
        except (UnitWithinItself, ParentClosed) as error:
            _say(form, error)
        else:
            flash(_("Unit %(name)s sudah dipindahkan bersama semua unit di bawahnya.", name=unit.name))
            return redirect(url_for("admin.list_units"))
    return form_page(
        form,
        _("Pindahkan %(name)s", name=unit.name),
        lead=_(
            "Semua unit di bawahnya ikut pindah. Peran akun untuk unit ini ikut; peran untuk unit lama di atasnya "
            "tidak lagi menjangkaunya."
        ),
        submit=_("Pindahkan unit"),
        back=url_for("admin.change_unit", unit_id=unit.id),
    )


@blueprint.post("/kelola/unit/<int:unit_id>/tutup")
@requires(Permission.ORGANISATION_MANAGE)
def close_unit(unit_id: int) -> ResponseReturnValue:
    """Close a unit in which nothing lives any more; it can be opened again."""
    viewer = current_account()
    with transaction():
        unit = get_managed_unit(viewer, unit_id)
        if is_topmost(viewer, unit):
            abort(404)
        complaints = count_open_complaints(unit.id)
        if complaints:
            said = ngettext(
                "Unit ini belum dapat ditutup: masih ada %(num)s pengaduan yang belum selesai di sini.",
                "Unit ini belum dapat ditutup: masih ada %(num)s pengaduan yang belum selesai di sini.",
                complaints,
            )
            return _back_to(unit, said, "error")
        try:
            actions.close_unit(unit)
        except UnitStillNeeded as error:
            return _back_to(
                unit,
                _(
                    "Unit ini belum dapat ditutup. Pindahkan atau tutup dulu unit di bawahnya (%(units)s), dan akhiri "
                    "penempatan petugasnya (%(officers)s).",
                    units=error.units,
                    officers=error.officers,
                ),
                "error",
            )
    flash(_("Unit %(name)s sudah ditutup. Anda dapat membukanya lagi.", name=unit.name))
    return redirect(url_for("admin.list_units"))


@blueprint.post("/kelola/unit/<int:unit_id>/buka")
@requires(Permission.ORGANISATION_MANAGE)
def reopen_unit(unit_id: int) -> ResponseReturnValue:
    """Open a closed unit again."""
    with transaction():
        unit = get_managed_unit(current_account(), unit_id)
        if is_topmost(current_account(), unit):
            abort(404)
        try:
            actions.reopen_unit(unit)
        except ParentClosed:
            return _back_to(unit, _("Buka dulu unit di atasnya, baru unit ini."), "error")
    flash(_("Unit %(name)s sudah dibuka lagi.", name=unit.name))
    return redirect(url_for("admin.list_units"))


@blueprint.route("/kelola/unit/<int:unit_id>/jam-kerja", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def set_unit_hours(unit_id: int) -> ResponseReturnValue:
    """A unit's week and its calendar of days off."""
    viewer = current_account()
    unit = get_managed_unit(viewer, unit_id)
    week = unit.weekly_hours or _week_above(unit)
    season = unit.season_hours or RAMADAN_WEEK
    form = WorkingTimeForm(
        data={
            "inherits": not unit.weekly_hours,
            "week": {f"d{number}": week.get(str(number), []) for number in range(7)},
            "calendar": unit.calendar_id,
            "own_season": bool(unit.season_hours),
            "season": {f"d{number}": season.get(str(number), []) for number in range(7)},
        }
    )
    calendars = [calendar for calendar, _units in list_managed_calendars(viewer)]
    if unit.calendar is not None and unit.calendar not in calendars:
        calendars.append(unit.calendar)
    form.calendar.choices = [
        SelectChoice("", _("Sama dengan unit di atasnya")),
        *(SelectChoice(calendar.id, calendar.name) for calendar in calendars),
    ]
    if form.is_submitted() and form.is_valid():
        with transaction():
            unit = get_managed_unit(viewer, unit_id)
            chosen = form.calendar.data
            if chosen is None:
                calendar = None
            elif chosen == unit.calendar_id:
                calendar = unit.calendar
            else:
                calendar = get_managed_calendar(viewer, chosen)
            actions.set_working_time(unit, form.weekly_hours, form.season_hours, calendar)
        flash(_("Jam kerja %(name)s sudah disimpan.", name=unit.name))
        return redirect(url_for("admin.change_unit", unit_id=unit_id))
    return form_page(
        form,
        _("Jam kerja %(name)s", name=unit.name),
        lead=_(
            "Waktu setempat, %(zone)s. Tulis seperti 07.30-12.00, 13.00-16.00; kosongkan hari yang tutup.",
            zone=ZONES.get(unit.timezone, unit.timezone),
        ),
        submit=_("Simpan jam kerja"),
        back=url_for("admin.change_unit", unit_id=unit.id),
        template="admin/set_unit_hours.html",
    )


def _week_above(unit: Unit) -> dict[str, list[list[str]]]:
    """The week that holds where `unit` has none of its own: what the form begins with."""
    above = unit.parent
    while above is not None:
        if above.weekly_hours:
            return above.weekly_hours
        above = above.parent
    return OFFICE_WEEK


def _back_to(unit: Unit, said: str, category: str) -> Response:
    flash(said, category)
    return redirect(url_for("admin.change_unit", unit_id=unit.id))


def _say(form: UnitForm | MoveUnitForm, error: Exception) -> None:
    """What stands in the way, at the field that it is about."""
    if isinstance(error, CodeTaken) and isinstance(form, UnitForm):
        form.code.errors = [_("Kode ini sudah dipakai unit lain. Pakai kode lain.")]
    elif isinstance(error, UnitWithinItself):
        form.form_errors.append(_("Unit tidak dapat dipindah ke bawah dirinya sendiri. Pilih unit lain."))
    else:
        form.form_errors.append(_("Unit di atasnya sudah ditutup. Pilih unit lain, atau buka dulu unit itu."))
