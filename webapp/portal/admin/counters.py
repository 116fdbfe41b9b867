"""Counters and who serves at them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.organisation import actions, staffing
from webapp.organisation.errors import (
    CodeTaken,
    DaysReversed,
    NotPostedThen,
    OrganisationError,
    ShiftBegun,
    ShiftOverlaps,
    ShiftTooLong,
)
from webapp.organisation.managed import (
    get_managed_counter,
    get_managed_shift,
    get_managed_unit,
    list_managed_counters,
    list_posted_officers,
    list_week_shifts,
)
from webapp.organisation.models import Counter, Shift
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import ZONES, officer_choices, unit_choices
from webapp.portal.admin.forms import ChangeCounterForm, NewCounterForm, ShiftForm
from webapp.portal.admin.room import blueprint, chosen_unit_id, form_page
from webapp.portal.dates import clock, day_in_words, local_day, span_in_words
from webapp.portal.typed_text import keeps_typed_text


@blueprint.get("/kelola/loket")
@requires(Permission.ORGANISATION_MANAGE)
def list_counters() -> ResponseReturnValue:
    """Counters by unit."""
    return render_template("admin/list_counters.html", counters=list_managed_counters(current_account()))


@blueprint.route("/kelola/loket/baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def add_counter() -> ResponseReturnValue:
    """A new counter."""
    viewer = current_account()
    form = NewCounterForm()
    form.unit.choices = unit_choices(viewer)
    if not form.is_submitted():
        form.unit.data = chosen_unit_id()
    elif form.is_valid():
        try:
            with transaction():
                actions.create_counter(
                    get_managed_unit(viewer, form.unit.data), code=str(form.code.data), name=str(form.name.data)
                )
        except CodeTaken:
            form.code.errors = [_("Kode ini sudah dipakai loket lain di unit ini. Pakai kode lain.")]
        else:
            flash(_("Loket %(name)s sudah ditambahkan.", name=form.name.data))
            return redirect(url_for("admin.list_counters"))
    return form_page(form, _("Tambah loket"), submit=_("Tambah loket"), back=url_for("admin.list_counters"))


@blueprint.route("/kelola/loket/<int:counter_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def change_counter(counter_id: int) -> ResponseReturnValue:
    """A counter's code and name, and whether it is used."""
    viewer = current_account()
    counter = get_managed_counter(viewer, counter_id)
    form = ChangeCounterForm(obj=counter)
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                actions.change_counter(
                    get_managed_counter(viewer, counter_id),
                    code=str(form.code.data),
                    name=str(form.name.data),
                    active=bool(form.active.data),
                )
        except CodeTaken:
            form.code.errors = [_("Kode ini sudah dipakai loket lain di unit ini. Pakai kode lain.")]
        else:
            flash(_("Loket %(name)s sudah diubah.", name=form.name.data))
            return redirect(url_for("admin.list_counters"))
    return form_page(
        form,
        _("Ubah %(name)s, %(unit)s", name=counter.name, unit=counter.unit.name),
        submit=_("Simpan"),
        back=url_for("admin.list_counters"),
    )


@blueprint.route("/kelola/jadwal", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def show_roster() -> ResponseReturnValue:
    """The shifts of a week at one counter, and a form for one more."""
    viewer = current_account()
    counters = [counter for counter in list_managed_counters(viewer) if counter.active and counter.unit.active]
    chosen = request.args.get("loket", type=int)
    if chosen is None and not counters:
        if request.method == "POST":
            abort(404)
        return render_template("admin/no_counters.html")
    counter = get_managed_counter(viewer, chosen) if chosen is not None else counters[0]
    today = local_day(datetime.now(UTC), counter.unit.timezone)
    monday = _monday(request.args.get("minggu"), today)
    form = ShiftForm()
    form.officer.choices = officer_choices(list_posted_officers(viewer))
    if not form.is_submitted():
        form.day.data = max(today, monday)
    elif form.is_valid():
        begins, ends = _span(form, counter)
        allowed = {officer.id: officer for officer in list_posted_officers(viewer)}
        try:
            with transaction():
                staffing.add_shift(allowed[form.officer.data], counter, begins, ends)
        except OrganisationError as error:
            _say(form, error)
        else:
            flash(_("Jadwal jaga sudah ditambahkan."))
            week = _monday(str(form.day.data), today)
            return redirect(url_for("admin.show_roster", loket=counter.id, minggu=week.isoformat()))
    page = render_template(
        "admin/show_roster.html",
        counters=counters if counter in counters else [counter, *counters],
        counter=counter,
        zone=ZONES.get(counter.unit.timezone, counter.unit.timezone),
        form=form,
        monday=monday,
        week=span_in_words(monday, monday + timedelta(days=6)),
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        days=_days(counter, monday),
    )
    return page, form.status


@blueprint.post("/kelola/jadwal/<int:shift_id>/hapus")
@requires(Permission.ORGANISATION_MANAGE)
def remove_shift(shift_id: int) -> ResponseReturnValue:
    """Take a shift off the roster that has not begun."""
    with transaction():
        shift = get_managed_shift(current_account(), shift_id)
        back = url_for("admin.show_roster", loket=shift.counter_id, minggu=_monday_of(shift).isoformat())
        try:
            staffing.remove_shift(shift, datetime.now(UTC))
        except ShiftBegun:
            flash(_("Jadwal yang sudah mulai adalah bukti siapa yang melayani, jadi tidak dihapus."), "error")
            return redirect(back)
    flash(_("Jadwal jaga sudah dihapus."))
    return redirect(back)


def _days(counter: Counter, monday: date) -> list[tuple[str, list[tuple[Shift, str, bool]]]]:
    """The week day by day: its name, and each shift with its times in words and whether it can be removed."""
    zone, now = counter.unit.timezone, datetime.now(UTC)
    start = datetime.combine(monday, datetime.min.time(), ZoneInfo(zone)).astimezone(UTC)
    shifts = list_week_shifts(counter, start)
    return [
        (
            day_in_words(day),
            [
                (shift, f"{clock(shift.starts_at, zone)}–{clock(shift.ends_at, zone)}", shift.starts_at > now)
                for shift in shifts
                if local_day(shift.starts_at, zone) == day
            ],
        )
        for day in (monday + timedelta(days=number) for number in range(7))
    ]


def _span(form: ShiftForm, counter: Counter) -> tuple[datetime, datetime]:
    """When the shift begins and ends, as UTC; an end before the beginning is on the day after."""
    zone = ZoneInfo(counter.unit.timezone)
    day, at, until = form.day.data, form.begins.data, form.ends.data
    assert day is not None and at is not None and until is not None  # the form requires them
    begins = datetime.combine(day, at, zone)
    ends = datetime.combine(day + timedelta(days=until < at), until, zone)
    return begins.astimezone(UTC), ends.astimezone(UTC)


def _monday(text: str | None, today: date) -> date:
    """The Monday of the week of a date as in "2026-11-24"; of this week where it is none."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        day = today
    # Far from the ends of the calendar, so that the weeks beside it exist.
    if not 1970 <= day.year <= 2200:
        day = today
    return day - timedelta(days=day.weekday())


def _monday_of(shift: Shift) -> date:
    day = local_day(shift.starts_at, shift.counter.unit.timezone)
    return day - timedelta(days=day.weekday())


def _say(form: ShiftForm, error: OrganisationError) -> None:
    if isinstance(error, ShiftOverlaps):
        form.begins.errors = [
            _(
                "Petugas ini sudah berjaga di %(counter)s pada jam itu. Ubah jamnya, atau pilih petugas lain.",
                counter=error.counter,
            )
        ]
    elif isinstance(error, DaysReversed):
        form.ends.errors = [_("Jam selesai sama dengan jam mulai. Perbaiki salah satunya.")]
    elif isinstance(error, ShiftTooLong):
        form.ends.errors = [_("Satu jadwal paling lama 16 jam. Perbaiki jamnya.")]
    elif isinstance(error, NotPostedThen):
        form.day.errors = [_("Petugas ini belum ditempatkan di unit mana pun pada hari itu. Periksa tanggalnya.")]
    else:
        raise error
