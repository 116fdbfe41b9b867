"""The work plans of a superior's officers: what waits for his word, and each of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webapp.accounts.permissions import Permission
from webapp.app import settings_of
from webapp.database import transaction
from webapp.indicators.work_plans.actions import agree_plan, confirm_report, return_plan, return_report
from webapp.indicators.work_plans.errors import FaultyPlan, FaultyReport, NoSuchPlan, ReportReplaced, StepNotPossible
from webapp.indicators.work_plans.queries import plan_of, plans_of_unit, waiting_plans
from webapp.indicators.work_plans.views import PlanSummary, PlanView
from webapp.indicators.work_plans.vocabulary import PlanState
from webapp.organisation.managed import list_managed_units
from webapp.portal.access import current_account, requires
from webapp.portal.dates import local_day, short_day
from webapp.portal.staff.pictures import picture, picture_file
from webapp.portal.staff.plan_forms import WordForm
from webapp.portal.staff.plan_view import (
    STATES,
    chosen_version,
    chosen_year,
    plan_page,
    plan_plot,
    plan_words,
    years_to_choose,
)
from webapp.portal.supervisor.views import blueprint
from webapp.portal.typed_text import keeps_typed_text, without_nul

_LAST_PAGE = 10_000


@blueprint.get("/rencana-kerja-unit")
@requires(Permission.PLAN_AGREE)
def list_plans() -> ResponseReturnValue:
    """Officers below the viewer with where their plans stand: those first who wait for his word, then by name."""
    viewer, now, zone = current_account(), datetime.now(UTC), settings_of(current_app).default_timezone
    year = chosen_year(now, zone)
    units = list_managed_units(viewer, Permission.PLAN_AGREE)
    unit_id = request.args.get("unit", type=int)
    if unit_id is not None and unit_id not in {unit.id for unit in units}:
        abort(404)
    words = (without_nul(request.args.get("q")) or "").strip()
    page = max(1, min(request.args.get("page", 1, type=int), _LAST_PAGE))
    plans = plans_of_unit(viewer, year, unit_id=unit_id, words=words, page=page)
    top = min((unit.path.count("/") for unit in units), default=0)
    return render_template(
        "supervisor/list_plans.html",
        year=year,
        years=years_to_choose(now, zone),
        rows=[_row(plan, zone) for plan in plans.plans],
        plans=plans,
        units=[(unit.id, "– " * (unit.path.count("/") - top) + unit.name) for unit in units],
        unit_id=unit_id,
        words=words,
        waiting=waiting_plans(viewer),
    )


def _row(plan: PlanSummary, zone: str) -> dict[str, Any]:
    state, tone = STATES[PlanState(plan.state)] if plan.state else (_("belum ada rencana"), "none")
    return {
        "officer_id": plan.officer_id,
        "name": plan.officer,
        "unit": plan.unit,
        "state": str(state),
        "tone": tone,
        "moved": short_day(local_day(plan.moved_at, zone)) if plan.moved_at else "",
        "in_force": plan.in_force,
        "waiting": " · ".join(
            str(words)
            for words in (
                _("rencana menunggu") if plan.state == PlanState.PROPOSED else "",
                ngettext("%(num)s laporan menunggu", "%(num)s laporan menunggu", plan.waiting) if plan.waiting else "",
            )
            if words
        ),
        "has_plan": plan.plan_id is not None,
    }


@blueprint.get("/petugas/<int:officer_id>/rencana-kerja")
@requires(Permission.PLAN_AGREE)
def show_plan(officer_id: int) -> ResponseReturnValue:
    """One officer's plan, with what waits for the viewer's word."""
    return _page(officer_id)


@blueprint.get("/petugas/<int:officer_id>/rencana-kerja/gambar.svg")
@requires(Permission.PLAN_AGREE)
def draw_plan(officer_id: int) -> ResponseReturnValue:
    """The plan drawn."""
    now = datetime.now(UTC)
    year = chosen_year(now, settings_of(current_app).default_timezone)
    plan = _plan(officer_id, year, now)
    if plan is None or not plan.targets:
        abort(404)
    return picture_file(lambda width: plan_plot(plan, width))


@blueprint.post("/petugas/<int:officer_id>/rencana-kerja/<int:plan_id>/putuskan")
@requires(Permission.PLAN_AGREE)
@keeps_typed_text
def decide_plan(officer_id: int, plan_id: int) -> ResponseReturnValue:
    """Agree to a proposed plan, or give it back with what shall be changed."""
    form, agrees = WordForm(), "agree" in request.form
    if not form.is_valid() or (not agrees and form.needs_note()):
        return _page(officer_id, plan_form=form)
    try:
        with transaction():
            decide = agree_plan if agrees else return_plan
            decide(current_account(), plan_id, form.note.data or "", datetime.now(UTC))
    except NoSuchPlan:
        abort(404)
    except (StepNotPossible, FaultyPlan):
        flash(_("Rencana ini sudah diputuskan. Keadaannya sekarang ada di bawah."), "warning")
    else:
        flash(_("Rencana disepakati dan mulai dihitung.") if agrees else _("Rencana dikembalikan dengan catatan Anda."))
    return redirect(_address(officer_id), 303)


@blueprint.post("/petugas/<int:officer_id>/rencana-kerja/laporan/<int:report_id>")
@requires(Permission.PLAN_AGREE)
@keeps_typed_text
def decide_report(officer_id: int, report_id: int) -> ResponseReturnValue:
    """Confirm what somebody says he did, or give it back with words why."""
    form, confirms = WordForm(prefix=f"r{report_id}"), "confirm" in request.form
    if not form.is_valid() or (not confirms and form.needs_note()):
        return _page(officer_id, report_id=report_id, report_form=form)
    try:
        with transaction():
            decide = confirm_report if confirms else return_report
            decide(current_account(), report_id, form.note.data or "", datetime.now(UTC))
    except NoSuchPlan:
        abort(404)
    except ReportReplaced:
        flash(_("Laporan ini sudah diganti dengan yang lebih baru. Putuskan yang terbaru."), "warning")
    except (StepNotPossible, FaultyReport):
        flash(_("Laporan ini sudah diputuskan orang lain."), "warning")
    else:
        flash(
            _("Laporan dibenarkan: angkanya dihitung.") if confirms else _("Laporan dikembalikan dengan catatan Anda.")
        )
    return redirect(_address(officer_id), 303)


def _page(
    officer_id: int,
    *,
    plan_form: WordForm | None = None,
    report_id: int = 0,
    report_form: WordForm | None = None,
) -> ResponseReturnValue:
    now, zone = datetime.now(UTC), settings_of(current_app).default_timezone
    year = chosen_year(now, zone)
    plan = _plan(officer_id, year, now)
    view = plan_page(plan, zone) if plan is not None else None
    waiting = [(card, report) for card in view.targets for report in card.reports if report.waiting] if view else []
    may_confirm = plan is not None and "confirm" in plan.may
    forms = {
        report.id: report_form
        if report_form is not None and report.id == report_id
        else WordForm(formdata=None, prefix=f"r{report.id}")
        for _card, report in waiting
    }
    drawn = None
    if plan is not None and plan.targets:
        drawn = picture(
            f"{plan.officer}: {plan_words(plan)}",
            lambda width: plan_plot(plan, width),
            "supervisor.draw_plan",
            officer_id=officer_id,
            tahun=year,
            versi=request.args.get("versi"),
        )
    wrong = next((form for form in (plan_form, report_form) if form is not None), None)
    page = render_template(
        "supervisor/show_plan.html",
        year=year,
        years=years_to_choose(now, zone),
        officer_id=officer_id,
        versi=request.args.get("versi"),
        view=view,
        drawn=drawn,
        waiting=[(card, report, forms[report.id]) for card, report in waiting] if may_confirm else [],
        form=plan_form or WordForm(formdata=None),
    )
    return page, wrong.status if wrong is not None else 200


def _plan(officer_id: int, year: int, now: datetime) -> PlanView | None:
    chosen = chosen_version()
    try:
        plan = plan_of(current_account(), officer_id, year, now, agreed=chosen.agreed, version=chosen.number)
    except NoSuchPlan:
        abort(404)
    if plan is None and chosen.number is not None:
        abort(404)
    return plan


def _address(officer_id: int) -> str:
    """The page that the press came from."""
    year, versi = request.args.get("tahun"), request.args.get("versi")
    return url_for("supervisor.show_plan", officer_id=officer_id, tahun=year, versi=versi)
