"""Working calendars: the days that differ from the week."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from webapp.accounts.permissions import Permission
from webapp.app import settings_of
from webapp.database import transaction
from webapp.organisation import calendar_actions
from webapp.organisation.errors import CodeTaken, SeasonOverlaps
from webapp.organisation.holiday_table import national_days, years_to_mend
from webapp.organisation.managed import get_managed_calendar, get_managed_unit, list_managed_calendars
from webapp.organisation.models import WorkingCalendar
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import unit_choices
from webapp.portal.admin.forms import CalendarDayForm, CalendarNameForm, NationalDaysForm, NewCalendarForm, SeasonForm
from webapp.portal.admin.room import blueprint, form_page
from webapp.portal.dates import day_in_words, local_day, span_in_words
from webapp.portal.typed_text import keeps_typed_text


@blueprint.get("/kelola/hari-libur")
@requires(Permission.ORGANISATION_MANAGE)
def list_calendars() -> ResponseReturnValue:
    """Calendars that only the viewer's units use."""
    return render_template(
        "admin/list_calendars.html",
        calendars=list_managed_calendars(current_account()),
        to_mend=calendars_to_mend(),
    )


def calendars_to_mend() -> list[tuple[WorkingCalendar, int, bool]]:
    """The viewer's calendars that soon count with a year they know too little of: the year, and whether nothing at all
    is entered for it (else only its cuti bersama is not decreed yet, and nobody has looked after it since).
    """
    today = local_day(datetime.now(UTC), settings_of(current_app).default_timezone)
    return [
        (calendar, year, not known)
        for calendar, _units in list_managed_calendars(current_account())
        for year, known in years_to_mend((entry.day for entry in calendar.days), today)
    ]


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
    """The days and seasons of a year; POST adds one, adds the national ones, or renames, by the button pressed."""
    viewer = current_account()
    calendar = get_managed_calendar(viewer, calendar_id)
    year = _year()
    forms = {
        "day": CalendarDayForm(prefix="day"),
        "national": NationalDaysForm(prefix="national", data={"year": year}),
        "season": SeasonForm(prefix="season"),
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
            done = _DOING[doing](calendar_id, form)
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
        seasons=[
            (season, span_in_words(season.first_day, season.last_day))
            for season in calendar.seasons
            if year in (season.first_day.year, season.last_day.year)
        ],
        joint_leave_known=national_days(year).joint_leave_known,
    )
    return page, max(form.status for form in forms.values()) if request.method == "POST" else 200


@blueprint.post("/kelola/hari-libur/<int:calendar_id>/hapus-musim")
@requires(Permission.ORGANISATION_MANAGE)
def remove_season(calendar_id: int) -> ResponseReturnValue:
    """Let the days of a season have their usual hours."""
    try:
        first = date.fromisoformat(request.form.get("first", ""))
    except ValueError:
        abort(400)
    with transaction():
        calendar_actions.remove_season(_managed(calendar_id), first)
    flash(_("Jam kerja kembali seperti biasa pada hari-hari itu."))
    return _to_year(calendar_id, first.year)


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


def _add_season(calendar_id: int, form: SeasonForm) -> Response | None:
    first, last = form.first.data, form.last.data
    assert first is not None and last is not None  # the form requires them
    try:
        with transaction():
            calendar_actions.add_season(_managed(calendar_id), str(form.name.data), first, last)
    except SeasonOverlaps:
        form.first.errors = [_("Hari-hari ini bertumpuk dengan masa lain di kalender. Ubah tanggalnya.")]
        return None
    flash(_("%(name)s sudah dicatat: %(days)s.", name=form.name.data, days=span_in_words(first, last)))
    return _to_year(calendar_id, first.year)


def _add_national(calendar_id: int, form: NationalDaysForm) -> Response | None:
    year = form.year.data
    assert year is not None  # the form requires it
    national = national_days(year)
    with transaction():
        calendar = _managed(calendar_id)
        added = calendar_actions.add_days_off(calendar, national.days)
        for first, last in national.ramadan:
            # What somebody entered stays.
            if all(season.last_day < first or last < season.first_day for season in calendar.seasons):
                calendar_actions.add_season(calendar, _("Ramadan (perkiraan)"), first, last)
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


_DOING: dict[str, Callable[[int, Any], Response | None]] = {
    "day": _set_day,
    "national": _add_national,
    "season": _add_season,
    "name": _rename,
}


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
