"""What is complained of more than usual in a supervisor's units, and what was done about it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.accounts.permissions import Permission, can
from webapp.attribution.signals import actions
from webapp.attribution.signals.errors import AlreadyClosed, AnotherOpen, NoSuchSignal, StillOpen
from webapp.attribution.signals.queries import (
    PAGE,
    BehindSignal,
    ListedSignal,
    SignalDay,
    SignalSheet,
    get_signal,
    list_signals,
)
from webapp.database import transaction
from webapp.portal.access import current_account, requires
from webapp.portal.admin.fields import sentences
from webapp.portal.dates import day_in_words, local_day, moment_in_words, short_day, span_in_words
from webapp.portal.officer.piles import first_sentence, state_tag
from webapp.portal.staff.forms import DeskForm
from webapp.portal.supervisor.views import blueprint
from webapp.portal.typed_text import keeps_typed_text

#: Beyond this nobody turns a page.
_LAST_PAGE = 10_000
_WEEK = 7


class CloseSignalForm(DeskForm):
    """What was found, and what was done about it."""

    note = sentences(
        _l("Apa sebabnya, dan apa yang sudah dilakukan?"),
        _l("Tulis sebab dan tindakannya."),
        description=_l("Satu atau dua kalimat, tanpa nama warga. Tersimpan bersama sinyal ini."),
    )


@dataclass(frozen=True, slots=True)
class SignalView:
    """A signal in words, with its drawing. `weeks` is the table beside it: week, count, what is usual."""

    id: int
    title: str
    sentence: str
    chance: str
    unit: str
    when: str
    new: bool
    closed: str
    note: str | None
    days: tuple[SignalDay, ...]
    top: int
    marks: tuple[tuple[float, str, str], ...]
    weeks: tuple[tuple[str, int, str], ...]


@blueprint.get("/sinyal")
@requires(Permission.SIGNAL_READ)
def list_unit_signals() -> ResponseReturnValue:
    """What is open, or what was closed and how."""
    closed = request.args.get("tampil") == "selesai"
    page = max(1, min(request.args.get("page", 1, type=int), _LAST_PAGE))
    found = list_signals(current_account(), datetime.now(UTC), closed=closed, page=page)
    return render_template(
        "supervisor/list_signals.html",
        signals=[_view(signal) for signal in found.signals],
        open=found.open,
        closed_count=found.closed,
        closed=closed,
        page=page,
        pages=-(-(found.closed if closed else found.open) // PAGE),
    )


@blueprint.get("/sinyal/<int:signal_id>")
@requires(Permission.SIGNAL_READ)
def show_signal(signal_id: int) -> ResponseReturnValue:
    """One signal: what was usual, what came, and the cases behind it."""
    sheet = _sheet(signal_id)
    zone = sheet.signal.timezone
    return render_template(
        "supervisor/show_signal.html",
        signal=_view(sheet.signal),
        is_open=sheet.signal.closed_at is None,
        seen=sheet.signal.seen_at is not None,
        cases=[_case(case, zone) for case in sheet.cases],
        cases_total=sheet.cases_total,
        steps=[
            {"title": _step_in_words(step.step, step.by), "when": moment_in_words(step.at, zone), "text": step.note}
            for step in sheet.steps
        ],
        raised=moment_in_words(sheet.signal.raised_at, zone),
        rate=_rate_in_words(sheet),
        may_open=can(current_account(), Permission.COMPLAINT_ANSWER),
    )


@blueprint.post("/sinyal/<int:signal_id>/dilihat")
@requires(Permission.SIGNAL_READ)
def mark_signal_seen(signal_id: int) -> ResponseReturnValue:
    """Say that it was looked at."""
    try:
        with transaction():
            actions.mark_seen(current_account(), signal_id, datetime.now(UTC))
    except NoSuchSignal:
        abort(404)
    flash(_("Dicatat bahwa Anda sudah melihat sinyal ini."))
    return redirect(url_for("supervisor.show_signal", signal_id=signal_id))


@blueprint.route("/sinyal/<int:signal_id>/tutup", methods=["GET", "POST"])
@requires(Permission.SIGNAL_READ)
@keeps_typed_text
def close_unit_signal(signal_id: int) -> ResponseReturnValue:
    """Close a signal with what was found and done."""
    form = CloseSignalForm()
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                actions.close_signal(current_account(), signal_id, str(form.note.data), datetime.now(UTC))
        except NoSuchSignal:
            abort(404)
        except AlreadyClosed:
            flash(_("Sinyal ini sudah ditutup orang lain."), "warning")
        else:
            flash(_("Sinyal ditutup. Bila laporan serupa melonjak lagi, ada sinyal baru."))
        return redirect(url_for("supervisor.show_signal", signal_id=signal_id))
    sheet = _sheet(signal_id)
    if sheet.signal.closed_at is not None:
        return redirect(url_for("supervisor.show_signal", signal_id=signal_id))
    return render_template("supervisor/close_signal.html", form=form, signal=_view(sheet.signal)), form.status


@blueprint.post("/sinyal/<int:signal_id>/buka")
@requires(Permission.SIGNAL_READ)
def reopen_unit_signal(signal_id: int) -> ResponseReturnValue:
    """Open a signal again: it goes on after all."""
    try:
        with transaction():
            actions.reopen_signal(current_account(), signal_id, datetime.now(UTC))
    except NoSuchSignal:
        abort(404)
    except StillOpen:
        flash(_("Sinyal ini memang masih terbuka."))
    except AnotherOpen:
        flash(_("Sudah ada sinyal baru tentang hal yang sama. Lanjutkan di sana."), "warning")
        return redirect(url_for("supervisor.list_unit_signals"))
    else:
        flash(_("Sinyal dibuka lagi."))
    return redirect(url_for("supervisor.show_signal", signal_id=signal_id))


def _sheet(signal_id: int) -> SignalSheet:
    try:
        return get_signal(current_account(), signal_id, datetime.now(UTC))
    except NoSuchSignal:
        abort(404)


def _case(case: BehindSignal, zone: str) -> dict[str, str]:
    title, text = first_sentence(case.excerpt)
    tag, tone = state_tag(case.state)
    when = short_day(local_day(case.filed_at, zone))
    return {"code": case.code, "title": title, "text": text, "when": when, "tag": tag, "tone": tone}


def _view(signal: ListedSignal) -> SignalView:
    closed = ""
    if signal.closed_at is not None:
        day = day_in_words(local_day(signal.closed_at, signal.timezone))
        closed = str(_("Ditutup %(name)s, %(day)s", name=signal.closed_by, day=day))
    days = (signal.last_day - signal.first_day).days + 1
    expected = _usually(signal.expected)
    return SignalView(
        id=signal.id,
        title=signal.subject,
        sentence=str(
            ngettext(
                "%(count)s laporan dalam %(num)s hari, biasanya %(expected)s",
                "%(count)s laporan dalam %(num)s hari, biasanya %(expected)s",
                days,
                count=signal.count,
                expected=expected,
            )
        ),
        chance=_chance_in_words(signal.a_year),
        unit=signal.unit,
        when=span_in_words(signal.first_day, signal.last_day),
        new=signal.seen_at is None and signal.closed_at is None,
        closed=closed,
        note=signal.note,
        days=signal.days,
        top=max([4, *(max(day.count, day.high) for day in signal.days)]),
        marks=_marks(signal),
        weeks=_weeks(signal.days),
    )


def _usually(expected: float) -> str:
    if expected < 1:
        return str(_("kurang dari 1"))
    return str(_("sekitar %(n)s", n=format_decimal(round(expected, 1 if expected < 10 else 0))))


def _chance_in_words(a_year: float) -> str:
    """How rarely chance alone does this in the whole city."""
    years = 1 / max(a_year, 1e-12)
    if years >= 100:
        return str(_("Karena kebetulan saja, lonjakan seperti ini terjadi kurang dari sekali dalam 100 tahun se-kota."))
    if years >= 1.5:
        rounded = math.floor(years)
        return str(
            _("Karena kebetulan saja, lonjakan seperti ini terjadi sekali dalam %(n)s tahun se-kota.", n=rounded)
        )
    times = format_decimal(round(max(a_year, 1), 1))
    return str(_("Karena kebetulan saja, lonjakan seperti ini terjadi %(n)s kali setahun se-kota.", n=times))


def _rate_in_words(sheet: SignalSheet) -> str:
    return str(
        _(
            "Aturannya: di antara %(pairs)s pasangan unit dan topik, paling banyak %(n)s sinyal setahun muncul karena "
            "kebetulan.",
            pairs=format_decimal(sheet.per_pairs),
            n=format_decimal(sheet.allowed_a_year),
        )
    )


def _step_in_words(step: str, name: str) -> str:
    match step:
        case "seen":
            return str(_("Dilihat %(name)s", name=name))
        case "closed":
            return str(_("Ditutup %(name)s", name=name))
        case _:
            return str(_("Dibuka lagi oleh %(name)s", name=name))


def _marks(signal: ListedSignal) -> tuple[tuple[float, str, str], ...]:
    """What stands below the axis: place (0 to 1), words, and how they are anchored there."""
    days = [day.day for day in signal.days]
    if not days:
        return ()
    places: dict[date, str] = {days[0]: "start", days[-1]: "end"}
    begins = days.index(signal.first_day) if signal.first_day in days else 0
    if len(days) * 0.2 < begins < len(days) * 0.8:
        places[days[begins]] = "middle"
    return tuple(
        ((days.index(day) + (0.5 if anchor == "middle" else anchor == "end")) / len(days), short_day(day), anchor)
        for day, anchor in sorted(places.items())
    )


def _weeks(days: tuple[SignalDay, ...]) -> tuple[tuple[str, int, str], ...]:
    """The drawing as a table: sums of seven days, the last of them whole."""
    beginnings = range(len(days) % _WEEK, len(days), _WEEK)
    found = []
    for at in beginnings:
        week = days[at : at + _WEEK]
        words = span_in_words(week[0].day, week[-1].day)
        usual = format_decimal(round(sum(day.expected for day in week), 1))
        found.append((words, sum(day.count for day in week), usual))
    return tuple(found)
