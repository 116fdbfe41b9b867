"""The officer's own work plan: read, written row by row, proposed; what was done is told month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.permissions import Permission
from webapp.app import settings_of
from webapp.database import transaction
from webapp.indicators.work_plans.actions import MOST_TARGETS, draft_plan, propose_plan, report_done
from webapp.indicators.work_plans.errors import (
    FaultyPlan,
    FaultyReport,
    NoSuchPlan,
    NotAnOfficer,
    StepNotPossible,
    TargetGone,
)
from webapp.indicators.work_plans.queries import plan_of, quarters_to_count, target_in_force
from webapp.indicators.work_plans.views import PlanView, TargetView
from webapp.indicators.work_plans.vocabulary import Measure
from webapp.organisation.queries import officer_of
from webapp.portal.access import current_account, requires
from webapp.portal.dates import local_day
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.pictures import picture, picture_file
from webapp.portal.staff.plan_forms import LESS, MORE, PlanForm, ReportForm, WordForm, typed_without
from webapp.portal.staff.plan_view import (
    IN_FORCE,
    LATEST,
    ChosenVersion,
    attainment_promise,
    chosen_version,
    chosen_year,
    months_until,
    plan_page,
    plan_plot,
    plan_words,
    written,
    years_to_choose,
)
from webapp.portal.typed_text import keeps_typed_text

#: Empty rows in a form that begins empty.
_SPARE = 1


@blueprint.get("/rencana-kerja")
@requires(Permission.PLAN_PROPOSE)
def show_plan() -> ResponseReturnValue:
    """The viewer's plan of a year: what it aims at, how far it is, what may be done with it."""
    return _page(WordForm(formdata=None))


def _page(form: WordForm, status: int = 200) -> ResponseReturnValue:
    now, zone = datetime.now(UTC), settings_of(current_app).default_timezone
    year = chosen_year(now, zone)
    plan = _own(year, now, chosen_version())
    drawn = None
    if plan is not None and plan.targets:
        drawn = picture(
            plan_words(plan),
            lambda width: plan_plot(plan, width),
            "officer.draw_plan",
            tahun=year,
            versi=request.args.get("versi"),
        )
    page = render_template(
        "officer/show_plan.html",
        year=year,
        years=years_to_choose(now, zone),
        view=plan_page(plan, zone) if plan is not None else None,
        drawn=drawn,
        form=form,
        promise=attainment_promise(quarters_to_count(year, now)) if plan is not None and "propose" in plan.may else "",
    )
    return page, status


@blueprint.get("/rencana-kerja/gambar.svg")
@requires(Permission.PLAN_PROPOSE)
def draw_plan() -> ResponseReturnValue:
    """The plan drawn."""
    now = datetime.now(UTC)
    year = chosen_year(now, settings_of(current_app).default_timezone)
    plan = _own(year, now, chosen_version())
    if plan is None or not plan.targets:
        abort(404)
    return picture_file(lambda width: plan_plot(plan, width))


@blueprint.route("/rencana-kerja/tulis", methods=["GET", "POST"])
@requires(Permission.PLAN_PROPOSE)
@keeps_typed_text
def write_plan() -> ResponseReturnValue:
    """Write the plan. A press adds or drops a row and keeps all that is typed; nothing is stored before it is saved."""
    now, zone = datetime.now(UTC), settings_of(current_app).default_timezone
    year = chosen_year(now, zone)
    if request.method == "GET":
        plan = _own(year, now)
        if plan is not None and "edit" not in plan.may:
            flash(_("Rencana ini sedang menunggu persetujuan, jadi belum dapat diubah."), "warning")
            return redirect(url_for("officer.show_plan", tahun=year))
        rows = _rows(plan.targets if plan is not None else ())
        return _form_page(PlanForm(formdata=None, data={"rows": rows}), year)
    if "remove" in request.form:
        form = PlanForm(formdata=typed_without(request.form["remove"]))
        if not form.rows.entries:
            form.rows.append_entry()
        return _form_page(form, year)
    form = PlanForm()
    if "more" in request.form:
        if len(form.rows) < MOST_TARGETS:
            form.rows.append_entry()
        return _form_page(form, year)
    if not form.is_valid():
        return _form_page(form, year)
    try:
        with transaction():
            plan_row = draft_plan(current_account(), year, form.targets, now)
            if "propose" in request.form:
                propose_plan(current_account(), plan_row.id, "", now)
    except NotAnOfficer:
        abort(404)
    except (StepNotPossible, FaultyPlan):
        form.form_errors.append(
            _("Rencana ini sedang menunggu persetujuan, jadi belum tersimpan. Tulisan Anda masih ada di sini.")
        )
        return _form_page(form, year)
    flash(_("Rencana diajukan kepada atasan Anda.") if "propose" in request.form else _("Draf tersimpan."))
    return redirect(url_for("officer.show_plan", tahun=year), 303)


def _form_page(form: PlanForm, year: int) -> ResponseReturnValue:
    page = render_template("officer/write_plan.html", form=form, year=year, room=len(form.rows) < MOST_TARGETS)
    return page, form.status


@blueprint.post("/rencana-kerja/<int:plan_id>/ajukan")
@requires(Permission.PLAN_PROPOSE)
@keeps_typed_text
def propose_own_plan(plan_id: int) -> ResponseReturnValue:
    """Put the draft before the superior."""
    form = WordForm()
    if not form.is_valid():
        return _page(form, form.status)
    try:
        with transaction():
            plan = propose_plan(current_account(), plan_id, form.note.data or "", datetime.now(UTC))
            year = plan.year
    except (NoSuchPlan, NotAnOfficer):
        abort(404)
    except StepNotPossible:
        flash(_("Rencana ini sudah diputuskan. Muat ulang halaman untuk melihat keadaannya."), "warning")
        return redirect(url_for("officer.show_plan"), 303)
    flash(_("Rencana diajukan kepada atasan Anda."))
    return redirect(url_for("officer.show_plan", tahun=year), 303)


@blueprint.route("/rencana-kerja/target/<int:target_id>", methods=["GET", "POST"])
@requires(Permission.PLAN_PROPOSE)
@keeps_typed_text
def report_target(target_id: int) -> ResponseReturnValue:
    """Tell what was done of an own target in a month, with what proves it.

    A form that was opened before another version of the plan was agreed on tells it of the row that says the same.
    """
    now, zone = datetime.now(UTC), settings_of(current_app).default_timezone
    year, sent, gone = chosen_year(now, zone), request.method == "POST", False
    try:
        own_id, shown = target_in_force(current_account(), target_id), ChosenVersion(agreed=True)
    except TargetGone as error:
        own_id, shown, gone = target_id, ChosenVersion(number=error.version), True
    except NoSuchPlan:
        abort(404)
    plan = _own(year, now, shown)
    target = next((one for one in plan.targets if one.id == own_id), None) if plan is not None else None
    if plan is None or target is None or target.measure != Measure.OWN_COUNT:
        abort(404)
    if gone and not sent:
        flash(_("Target itu tidak ada lagi dalam rencana yang berlaku."), "warning")
        return redirect(url_for("officer.show_plan", tahun=year))
    if own_id != target_id and not sent:
        return redirect(url_for("officer.report_target", target_id=own_id, tahun=year))
    form = ReportForm()
    if target.less_is_better:
        form.done.label.text = _("Berapa pada bulan itu?")
    months = months_until(plan, local_day(now, zone))
    form.month.choices = [SelectChoice(month, words) for month, words in months]
    if sent and form.is_valid() and _report(form, own_id, now):
        flash(_("Laporan dikirim. Angkanya dihitung setelah dibenarkan atasan Anda."))
        versi = IN_FORCE if plan.version != plan.latest else None
        return redirect(url_for("officer.show_plan", tahun=year, versi=versi), 303)
    view = plan_page(plan, zone)
    card = next(one for one in view.targets if one.id == own_id)
    return render_template("officer/report_target.html", form=form, card=card, year=year), form.status


def _report(form: ReportForm, target_id: int, now: datetime) -> bool:
    try:
        with transaction():
            report_done(
                current_account(),
                target_id,
                str(form.month.data),
                form.done.number or 0.0,
                str(form.evidence.data),
                write_key=form.write_key,
                at=now,
            )
    except TargetGone:
        form.form_errors.append(
            _(
                "Target ini tidak ada lagi dalam rencana yang berlaku, jadi laporan belum tersimpan. Tulisan Anda "
                "masih ada di sini: salin ke target yang sesuai."
            )
        )
        return False
    except (NoSuchPlan, NotAnOfficer):
        abort(404)
    except FaultyReport:
        form.form_errors.append(_("Bulan itu tidak dapat dilaporkan. Pilih bulan lain; tulisan Anda masih ada."))
        return False
    return True


def _own(year: int, now: datetime, chosen: ChosenVersion = LATEST) -> PlanView | None:
    officer = officer_of(current_account())
    if officer is None:
        abort(404)
    plan = plan_of(current_account(), officer.id, year, now, agreed=chosen.agreed, version=chosen.number)
    if plan is None and chosen.number is not None:
        abort(404)
    return plan


def _rows(targets: Sequence[TargetView]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "superior_result": target.superior_result,
            "result": target.result,
            "indicator": target.indicator,
            "aspect": target.aspect,
            "measure": target.measure,
            "direction": LESS if target.less_is_better else MORE,
            "unit_of_measure": target.unit_of_measure,
            **{f"quarter_{number}": written(quarter.target) for number, quarter in enumerate(target.quarters, start=1)},
        }
        for target in targets
    ]
    return rows or [{} for _number in range(_SPARE)]
