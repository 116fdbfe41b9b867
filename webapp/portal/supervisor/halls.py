"""How the queues of a supervisor's units run: all of them at a glance, and one of them today."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import TextAreaField
from wtforms.validators import InputRequired, Length

from webapp.accounts.permissions import Permission
from webapp.counter.queue.closing import close_left_open, open_counter_of
from webapp.counter.queue.errors import CounterClosed
from webapp.counter.queue.hall_hours import HallHour, hours_of_today
from webapp.counter.queue.halls_now import list_halls_now
from webapp.counter.queue.overview import CounterToday, hall_overview
from webapp.counter.queue.paces import Coverage, coverage_of
from webapp.database import transaction
from webapp.feedback.masking import mask_personal_numbers
from webapp.organisation.errors import NotManaged
from webapp.portal.access import current_account, requires
from webapp.portal.dates import clock, day_in_words
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.queue_words import minutes_in_words
from webapp.portal.supervisor.views import blueprint
from webapp.portal.typed_text import keeps_typed_text, without_nul


class CloseCounterForm(DeskForm):
    """Why a counter is closed in its officer's stead."""

    reason = TextAreaField(
        _l("Mengapa?"),
        description=_l("Satu kalimat. Petugasnya membaca ini saat membuka loket lagi."),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis alasannya.")),
            Length(min=5, max=500, message=_l("Tulis dalam satu atau dua kalimat.")),
        ],
    )


#: The days over which promised waiting times are compared with what came true.
_COVERAGE_DAYS = 28


@blueprint.get("/antrean-unit")
@requires(Permission.QUEUE_READ_UNIT)
def list_halls() -> ResponseReturnValue:
    """The halls in reach; where there is only one, that one."""
    now = datetime.now(UTC)
    halls = list_halls_now(current_account(), now)
    if len(halls) == 1:
        return _hall_page(halls[0].unit_id, now, only=True)
    return render_template(
        "supervisor/list_halls.html",
        halls=[(hall, minutes_in_words(hall.longest_wait)) for hall in halls],
    )


@blueprint.get("/antrean-unit/<int:unit_id>")
@requires(Permission.QUEUE_READ_UNIT)
def show_hall(unit_id: int) -> ResponseReturnValue:
    """One hall today. What changes by itself is fetched anew alone."""
    return _hall_page(unit_id, datetime.now(UTC))


@blueprint.route("/antrean-unit/<int:unit_id>/loket/<int:counter_session_id>/tutup", methods=["GET", "POST"])
@requires(Permission.QUEUE_CLOSE)
@keeps_typed_text
def close_left_counter(unit_id: int, counter_session_id: int) -> ResponseReturnValue:
    """Close a counter that its officer left open; the reason is kept, and he reads it when he opens one again."""
    viewer, now = current_account(), datetime.now(UTC)
    form = CloseCounterForm()
    sent = form.is_submitted() and form.is_valid()
    try:
        counter = open_counter_of(viewer, unit_id, counter_session_id)
        if sent:
            with transaction():
                reason = mask_personal_numbers(str(form.reason.data))
                label = close_left_open(viewer, unit_id, counter_session_id, reason, now)
            flash(_("%(counter)s ditutup.", counter=counter.counter))
            if label:
                flash(_("Nomor %(label)s ditahan: loket lain dapat memanggilnya lagi.", label=label))
            return redirect(url_for("supervisor.show_hall", unit_id=unit_id))
    except CounterClosed:
        if not sent:
            abort(404)
        flash(_("Loket itu sudah ditutup."), "warning")
        return redirect(url_for("supervisor.list_halls"))
    since = clock(counter.opened_at, counter.timezone)
    return render_template("supervisor/close_counter.html", form=form, counter=counter, since=since), form.status


def _hall_page(unit_id: int, now: datetime, *, only: bool = False) -> ResponseReturnValue:
    try:
        hall = hall_overview(current_account(), unit_id, now)
    except NotManaged:
        abort(404)
    alone = request.headers.get("HX-Request") == "true"
    values: dict[str, Any] = {
        "hall": hall,
        "title": _("%(unit)s hari ini", unit=hall.unit),
        "day": day_in_words(hall.day),
        "at": clock(now, hall.timezone),
        "waited": minutes_in_words,
        "counters": [_counter(one, hall.timezone) for one in hall.counters],
        "hours": _hours(hours_of_today(hall.unit_id, hall.timezone, now)),
        "only": only,
    }
    values["busiest"] = _busiest(values["hours"])
    if not alone:
        values["coverage"] = _coverage(coverage_of(unit_id, _COVERAGE_DAYS, now))
        values["coverage_days"] = _COVERAGE_DAYS
    template = "supervisor/hall_now.html" if alone else "supervisor/show_hall.html"
    response = Response(render_template(template, **values))
    response.vary.add("HX-Request")
    return response


def _counter(one: CounterToday, timezone: str) -> dict[str, str | int]:
    """An open counter as its row shows it."""
    serving = (
        _("%(label)s sejak %(time)s", label=one.label, time=clock(one.called_at, timezone))
        if one.label and one.called_at
        else _("kosong")
    )
    return {
        "session_id": one.session_id,
        "counter": one.counter,
        "officer": one.officer,
        "letters": ", ".join(one.prefixes),
        "serving": serving,
        "since": clock(one.opened_at, timezone),
        "served": one.served,
    }


def _hours(hours: list[HallHour]) -> list[dict[str, Any]]:
    """The hours as the bars take them: how long those who came in an hour waited, in minutes."""
    return [
        {
            "label": f"{hour.hour:02d}",
            "value": hour.mean_wait / 60 if hour.mean_wait is not None else None,
            "shown": str(round(hour.mean_wait / 60)) if hour.mean_wait is not None else "",
            "more": hour.came,
        }
        for hour in hours
    ]


def _busiest(hours: list[dict[str, Any]]) -> str:
    """What the bars say, in a sentence; empty while there is nothing to compare."""
    known = [hour for hour in hours if hour["value"] is not None]
    if len(known) < 2:
        return ""
    most = max(known, key=lambda hour: hour["value"])
    return str(
        _(
            "Yang datang pukul %(hour)s menunggu paling lama: rata-rata %(minutes)s",
            hour=most["label"],
            minutes=minutes_in_words(most["value"] * 60),
        )
    )


def _coverage(coverage: Coverage) -> dict[str, Any] | None:
    """How honest the promised ranges were, in shares; None before anything was promised."""
    if not coverage.promised:
        return None
    return {
        "promised": coverage.promised,
        "kept": coverage.kept / coverage.promised,
        "early": coverage.early / coverage.promised,
        "late": coverage.late / coverage.promised,
        "minutes": minutes_in_words(coverage.minutes * 60),
    }
