"""Working calendars: the days that differ from the week."""

from __future__ import annotations

from datetime import UTC, date, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.organisation import calendar_actions
from webapp.organisation.errors import CodeTaken
from webapp.organisation.holiday_table import national_days
from webapp.organisation.managed import get_managed_calendar, get_managed_unit, list_managed_calendars
from webapp.organisation.models import WorkingCalendar
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import unit_choices
from webapp.portal.admin.forms import CalendarDayForm, CalendarNameForm, NationalDaysForm, NewCalendarForm
from webapp.portal.admin.room import blueprint, form_page
from webapp.portal.dates import day_in_words, local_day
from webapp.portal.typed_text import keeps_typed_text


@blueprint.get("/kelola/hari-libur")
@requires(Permission.ORGANISATION_MANAGE)
def list_calendars() -> ResponseReturnValue:
    """Calendars that only the viewer's units use."""
    return render_template("admin/list_calendars.html", calendars=list_managed_calendars(current_account()))


@blueprint.route("/kelola/hari-libur/baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def add_calendar() -> ResponseReturnValue:
    """A new calendar, and the unit that works by it."""
    viewer = current_account()
    form = NewCalendarForm()
    form.unit.choices = unit_choices(viewer)
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                calendar = calendar_actions.create_calendar(
                    str(form.name.data), get_managed_unit(viewer, form.unit.data)
                )
        except CodeTaken:
            form.name.errors = [_("Nama ini sudah dipakai kalender lain. Pakai nama lain.")]
        else:
            flash(_("Kalender %(name)s sudah dibuat. Sekarang isi hari liburnya.", name=calendar.name))
            return redirect(url_for("admin.show_calendar", calendar_id=calendar.id))
    return form_page(form, _("Buat kalender"), submit=_("Buat kalender"), back=url_for("admin.list_calendars"))


@blueprint.route("/kelola/hari-libur/<int:calendar_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def show_calendar(calendar_id: int) -> ResponseReturnValue:
    """The days of a year; POST adds a day, adds the national ones, or renames, whichever button was pressed."""
    viewer = current_account()
    calendar = get_managed_calendar(viewer, calendar_id)
    year = _year()
    forms = {
        "day": CalendarDayForm(prefix="day"),
        "national": NationalDaysForm(prefix="national", data={"year": year}),
        "name": CalendarNameForm(prefix="name", data={"name": calendar.name}),
    }
    if request.method == "POST":
        doing = request.form.get("do", "")
        if doing not in forms:
            abort(400)
        form = forms[doing]
        # The others were not sent: they stand as on a fresh page.
        for name, other in forms.items():
            if name != doing:
                other.process(data={"year": year, "name": calendar.name if name == "name" else None})
        if form.is_valid():
            done = {"day": _set_day, "national": _add_national, "name": _rename}[doing](calendar_id, form)
            if done is not None:
                return done
    years = sorted({entry.day.year for entry in calendar.days} | {year})
    page = render_template(
        "admin/show_calendar.html",
        calendar=calendar,
        users=next((units for known, units in list_managed_calendars(viewer) if known.id == calendar_id), []),
        forms_by_name=forms,
        year=year,
        years=years,
        days=[(entry, day_in_words(entry.day)) for entry in calendar.days if entry.day.year == year],
        joint_leave_known=national_days(year).joint_leave_known,
    )
    return page, max(form.status for form in forms.values()) if request.method == "POST" else 200


@blueprint.post("/kelola/hari-libur/<int:calendar_id>/hapus-hari")
@requires(Permission.ORGANISATION_MANAGE)
def remove_day(calendar_id: int) -> ResponseReturnValue:
    """Let a day be as the week says."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        abort(400)
    with transaction():
        calendar_actions.remove_day(get_managed_calendar(current_account(), calendar_id), day)
    flash(_("%(day)s sudah dihapus dari kalender.", day=day_in_words(day)))
    return _to_year(calendar_id, day.year)


def _set_day(calendar_id: int, form: CalendarDayForm) -> Response | None:
    day = form.day.data
    assert day is not None  # the form requires it
    with transaction():
        calendar_actions.set_day(_managed(calendar_id), day, str(form.name.data), working=bool(form.working.data))
    flash(_("%(day)s sudah dicatat.", day=day_in_words(day)))
    return _to_year(calendar_id, day.year)


def _add_national(calendar_id: int, form: NationalDaysForm) -> Response | None:
    year = form.year.data
    assert year is not None  # the form requires it
    national = national_days(year)
    with transaction():
        added = calendar_actions.add_days_off(_managed(calendar_id), national.days)
    if added:
        flash(ngettext("%(num)s hari libur ditambahkan.", "%(num)s hari libur ditambahkan.", added))
    else:
        flash(_("Semua hari libur nasional %(year)s sudah ada di kalender ini.", year=year))
    if not national.joint_leave_known:
        flash(
            _("Cuti bersama %(year)s belum diketahui. Tambahkan sendiri setelah keputusannya terbit.", year=year),
            "warning",
        )
    return _to_year(calendar_id, year)


def _rename(calendar_id: int, form: CalendarNameForm) -> Response | None:
    try:
        with transaction():
            calendar_actions.rename_calendar(_managed(calendar_id), str(form.name.data))
    except CodeTaken:
        form.name.errors = [_("Nama ini sudah dipakai kalender lain. Pakai nama lain.")]
        return None
    flash(_("Nama kalender sudah diubah."))
    return _to_year(calendar_id, _year())


def _managed(calendar_id: int) -> WorkingCalendar:
    return get_managed_calendar(current_account(), calendar_id)


def _year() -> int:
    """The year that is shown: this one unless asked for another."""
    asked = request.args.get("tahun", type=int)
    if asked is not None and 2000 <= asked <= 2100:
        return asked
    return local_day(datetime.now(UTC), "Asia/Jakarta").year


def _to_year(calendar_id: int, year: int) -> Response:
    return redirect(url_for("admin.show_calendar", calendar_id=calendar_id, tahun=year))
