"""How a supervisor's units handle complaints, by month: who answered, in time or not, what reporters made of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import abort, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.accounts.permissions import Permission
from webapp.app import settings_of
from webapp.feedback.facts.queries import (
    LEAST_SHOWN,
    Handled,
    HandledBy,
    MonthlyHandling,
    interval_of,
    monthly_handling,
)
from webapp.organisation.managed import list_managed_units
from webapp.portal.access import current_account, requires
from webapp.portal.dates import local_day, month_in_words
from webapp.portal.file_words import work_in_words
from webapp.portal.supervisor.views import blueprint

#: Months that can be chosen, this one included.
_MONTHS = 12
_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True, slots=True)
class HandlingRow:
    """Somebody's month. `part`, `low` and `high` are per cent of his answers that came in time."""

    name: str
    officer_id: int | None
    answers: int
    on_time: int
    part: float
    low: float
    high: float
    words: str
    verdicts: str
    time: str


@blueprint.get("/penanganan")
@requires(Permission.INDICATOR_READ_UNIT)
def show_handling() -> ResponseReturnValue:
    """A month of handling complaints in the viewer's units, or in one of them."""
    viewer = current_account()
    this = local_day(datetime.now(UTC), settings_of(current_app).default_timezone).replace(day=1)
    units = list_managed_units(viewer, Permission.INDICATOR_READ_UNIT)
    unit_id = request.args.get("unit", type=int)
    if unit_id is not None and unit_id not in {unit.id for unit in units}:
        abort(404)
    month = _chosen_month(this)
    handling = monthly_handling(viewer, month, unit_id)
    top = min((unit.path.count("/") for unit in units), default=0)
    return render_template(
        "supervisor/show_handling.html",
        title=_title(handling),
        rows=[_row(row) for row in handling.rows],
        total=handling.total,
        trend=[
            {
                "label": month_in_words(one.month),
                "value": 100 * one.part,
                "low": 100 * one.low,
                "high": 100 * one.high,
            }
            for one in handling.trend
        ],
        least=LEAST_SHOWN,
        month=f"{month:%Y-%m}",
        months=[(f"{one:%Y-%m}", month_in_words(one)) for one in _months_until(this)],
        units=[(unit.id, "– " * (unit.path.count("/") - top) + unit.name) for unit in units],
        unit_id=unit_id,
    )


def _chosen_month(this: date) -> date:
    match = _MONTH.fullmatch(request.args.get("bulan", ""))
    return date(int(match[1]), int(match[2]), 1) if match else this


def _months_until(this: date) -> list[date]:
    latest = this.year * 12 + this.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(latest, latest - _MONTHS, -1)]


def _title(handling: MonthlyHandling) -> str:
    month = month_in_words(handling.month)
    if handling.total is None:
        return str(_("Penanganan laporan, %(month)s", month=month))
    return str(
        _(
            "%(month)s: %(on_time)s dari %(answers)s jawaban tepat waktu",
            month=month,
            on_time=handling.total.on_time,
            answers=handling.total.answers,
        )
    )


def _row(row: HandledBy) -> HandlingRow:
    handled = row.handled
    low, high = interval_of(handled.on_time, handled.answers)
    return HandlingRow(
        name=row.name
        or ngettext(
            "%(num)s orang lain, masing-masing kurang dari %(least)s jawaban",
            "%(num)s orang lain, masing-masing kurang dari %(least)s jawaban",
            row.people,
            least=LEAST_SHOWN,
        ),
        officer_id=row.officer_id,
        answers=handled.answers,
        on_time=handled.on_time,
        part=100 * handled.on_time / handled.answers,
        low=100 * low,
        high=100 * high,
        words=_("%(on_time)s dari %(answers)s", on_time=handled.on_time, answers=handled.answers),
        verdicts=_verdicts(handled),
        time=_("separuhnya selesai dalam %(time)s kerja", time=work_in_words(round(handled.seconds)))
        if handled.seconds is not None
        else "",
    )


def _verdicts(handled: Handled) -> str:
    """What reporters made of it, without what nobody did: "5 diterima, 1 disanggah"."""
    parts = [
        _("%(n)s diterima", n=handled.accepted) if handled.accepted else "",
        _("%(n)s disanggah", n=handled.disputed) if handled.disputed else "",
        _("%(n)s tanpa tanggapan", n=handled.silent) if handled.silent else "",
        _("%(n)s ditutup tanpa penyelesaian", n=handled.unsolved) if handled.unsolved else "",
    ]
    return ", ".join(part for part in parts if part) or str(_("belum ada tanggapan"))
