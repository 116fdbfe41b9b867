"""A work plan in words and as a plot, for its officer and for his superior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import abort, request
from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.indicators.plots.plan import PlanPlot, PlanQuarter, PlanRow
from webapp.indicators.wording.numbers import percent
from webapp.indicators.work_plans.proportion import WORST
from webapp.indicators.work_plans.views import (
    MonthView,
    PlanView,
    QuarterView,
    ReportView,
    StepView,
    TargetView,
    VersionView,
)
from webapp.indicators.work_plans.vocabulary import Measure, Outcome, PlanState, PlanStep
from webapp.portal.chosen import chosen_id
from webapp.portal.dates import local_day, moment_in_words, month_in_words
from webapp.portal.staff.plan_forms import ASPECTS, MEASURES

STATES = {
    PlanState.DRAFT: (_l("draf"), "none"),
    PlanState.PROPOSED: (_l("menunggu persetujuan"), "warn"),
    PlanState.RETURNED: (_l("dikembalikan"), "warn"),
    PlanState.AGREED: (_l("disepakati"), ""),
    PlanState.SUPERSEDED: (_l("sudah diganti"), "none"),
}
_STEPS = {
    PlanStep.DRAFTED: _l("Ditulis oleh %(name)s"),
    PlanStep.PROPOSED: _l("Diajukan oleh %(name)s"),
    PlanStep.RETURNED: _l("Dikembalikan oleh %(name)s"),
    PlanStep.AGREED: _l("Disepakati oleh %(name)s"),
    PlanStep.SUPERSEDED: _l("Diganti versi baru"),
}
#: Years that can be chosen: from so many before this one to the next.
_YEARS_BACK = 2
#: What an address calls the version that counts.
IN_FORCE = "berlaku"
_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """What was told of a month. `waiting`: for the superior's word.

    `counted`: the number confirmed before, which counts until another is confirmed, "" where there is none.
    """

    id: int
    month: str
    done: str
    evidence: str
    said: str
    tone: str
    note: str | None
    waiting: bool
    counted: str


@dataclass(frozen=True, slots=True)
class QuarterLine:
    """A quarter of a target in the table. `counted`: what it counts as and why, where that is not what was measured."""

    name: str
    target: str
    done: str
    part: str
    counted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TargetCard:
    """A row of the plan."""

    id: int
    position: int
    indicator: str
    result: str
    superior_result: str
    aspect: str
    measure: str
    unit: str
    quarters: tuple[QuarterLine, ...]
    reports: tuple[ReportLine, ...]
    told_by_officer: bool
    limited: bool


@dataclass(frozen=True, slots=True)
class VersionLine:
    """A version in the list of all: `versi` asks for it, `steps` say who did what, when and why."""

    number: int
    versi: int | None
    state: str
    tone: str
    shown: bool
    steps: tuple[dict[str, str], ...]


@dataclass(frozen=True, slots=True)
class PlanPage:
    """A plan as its pages show it."""

    plan: PlanView
    state: str
    tone: str
    targets: tuple[TargetCard, ...]
    steps: tuple[dict[str, str], ...]
    versions: tuple[VersionLine, ...]
    words: str


def plan_page(plan: PlanView, zone: str) -> PlanPage:
    """The plan in words; times in `zone`."""
    state, tone = STATES[PlanState(plan.state)]
    return PlanPage(
        plan=plan,
        state=str(state),
        tone=tone,
        targets=tuple(_card(target) for target in plan.targets),
        steps=_told(plan.steps, zone),
        versions=tuple(_version(one, plan, zone) for one in plan.versions),
        words=plan_words(plan),
    )


def _told(steps: tuple[StepView, ...], zone: str) -> tuple[dict[str, str], ...]:
    return tuple(
        {
            "title": str(_STEPS[PlanStep(step.step)]) % {"name": step.by},
            "when": moment_in_words(step.at, zone),
            "text": step.note or "",
        }
        for step in steps
        if step.step != PlanStep.DRAFTED or step is steps[-1]
    )


def _version(one: VersionView, plan: PlanView, zone: str) -> VersionLine:
    state, tone = STATES[PlanState(one.state)]
    return VersionLine(
        number=one.version,
        versi=None if one.version == plan.latest else one.version,
        state=str(state),
        tone=tone,
        shown=one.version == plan.version,
        steps=_told(one.steps, zone),
    )


def plan_words(plan: PlanView) -> str:
    """What the plot shows, for who doesn't see it."""
    reached = sum(quarter.reached for target in plan.targets for quarter in target.quarters)
    planned = sum(1 for target in plan.targets for quarter in target.quarters if quarter.target > 0)
    return str(
        _(
            "Dari %(planned)s target triwulan tahun %(year)s, %(reached)s sudah tercapai. Angkanya ada di bawah.",
            planned=planned,
            year=plan.year,
            reached=reached,
        )
    )


def plan_plot(plan: PlanView, width: int, title: str = "") -> PlanPlot:
    """The plan drawn; there must be targets in it."""
    return PlanPlot(
        tuple(
            PlanRow(
                f"{target.position}. {target.indicator}",
                tuple(
                    PlanQuarter(
                        quarter.target,
                        quarter.done,
                        0.0 if target.less_is_better else _due(quarter),
                        _short(number, quarter, target.less_is_better),
                        limit=target.less_is_better,
                    )
                    for number, quarter in enumerate(target.quarters)
                ),
            )
            for target in plan.targets
        ),
        width,
        title,
    )


def _due(quarter: QuarterView) -> float:
    return sum(month.ended for month in quarter.months) / 3


def _short(number: int, quarter: QuarterView, limited: bool) -> str:
    if quarter.target <= 0:
        return f"{_ROMAN[number]}: –"
    if limited:
        measured = amount(quarter.measured) if quarter.measured is not None else "–"
        return f"{_ROMAN[number]}: {measured}/{amount(quarter.target)}"
    return f"{_ROMAN[number]}: {amount(quarter.done)}/{amount(quarter.target)}"


def _card(target: TargetView) -> TargetCard:
    return TargetCard(
        id=target.id,
        position=target.position,
        indicator=target.indicator,
        result=target.result,
        superior_result=target.superior_result,
        aspect=str(ASPECTS[target.aspect]),
        measure=str(MEASURES[target.measure]),
        unit=target.unit_of_measure,
        quarters=tuple(
            _quarter(number, quarter, target.less_is_better) for number, quarter in enumerate(target.quarters)
        ),
        reports=tuple(
            _report(month, month.report) for quarter in target.quarters for month in quarter.months if month.report
        ),
        told_by_officer=target.measure == Measure.OWN_COUNT,
        limited=target.less_is_better,
    )


def _begun(quarter: QuarterView) -> bool:
    return any(month.done is not None for month in quarter.months)


def _quarter(number: int, quarter: QuarterView, limited: bool) -> QuarterLine:
    name = str(_("Triwulan %(number)s", number=_ROMAN[number]))
    if limited:
        return QuarterLine(
            name=name,
            target=f"≤ {amount(quarter.target)}" if quarter.target > 0 else "–",
            done=amount(quarter.measured) if quarter.measured is not None else "–",
            part=_part(quarter.ratio) if quarter.ratio is not None else "–",
            counted=_counted(quarter),
        )
    begun = _begun(quarter) and (quarter.target > 0 or quarter.done > 0)
    return QuarterLine(
        name=name,
        target=amount(quarter.target) if quarter.target > 0 else "–",
        done=amount(quarter.done) if begun else "–",
        part=_part(quarter.ratio) if quarter.ratio is not None and begun else "–",
    )


def _part(ratio: float) -> str:
    return percent(ratio).replace(" %", "\N{NO-BREAK SPACE}%")


def _counted(quarter: QuarterView) -> tuple[str, ...]:
    """What a limit's quarter counts as, where it is not the average that was measured, and why."""
    if quarter.ratio is None or not (quarter.beyond or quarter.untold):
        return ()
    said = [_("dihitung %(average)s", average=amount(quarter.done))]
    worst = amount(WORST * quarter.target)
    if quarter.beyond:
        said.append(_("satu bulan paling banyak %(worst)s, dua kali batas", worst=worst))
    if quarter.untold:
        told = ngettext("%(num)s bulan tidak dilaporkan", "%(num)s bulan tidak dilaporkan", quarter.untold)
        said.append(_("%(months)s, dihitung %(worst)s", months=told, worst=worst))
    return tuple(str(words) for words in said)


def _report(month: MonthView, report: ReportView) -> ReportLine:
    if report.outcome is None:
        said, tone = _("menunggu atasan"), "warn"
    elif report.outcome == Outcome.CONFIRMED:
        said, tone = _("dibenarkan %(name)s", name=report.decided_by or "–"), ""
    else:
        said, tone = _("dikembalikan %(name)s", name=report.decided_by or "–"), "warn"
    return ReportLine(
        id=report.id,
        month=month_named(month.month),
        done=amount(report.done),
        evidence=report.evidence,
        said=str(said),
        tone=tone,
        note=report.note,
        waiting=report.outcome is None,
        counted=amount(month.done) if report.outcome != Outcome.CONFIRMED and month.done is not None else "",
    )


def month_named(month: str) -> str:
    """ "November 2026" of "2026-11"."""
    return month_in_words(date(int(month[:4]), int(month[5:]), 1))


def attainment_promise(counted: Mapping[int, bool]) -> str:
    """What the attainment of a plan will count for, by its quarters that are not over; "" where all are."""
    if not counted:
        return ""
    if all(counted.values()):
        return str(_("Setelah disepakati, capaian tiap triwulan menjadi bagian dari nilai Anda."))
    if not any(counted.values()):
        return str(_("Acuan yang berlaku sekarang tidak menghitung capaian target. Rencana ini tetap dicatat."))
    quarters = ", ".join(_ROMAN[quarter - 1] for quarter, counts in counted.items() if counts)
    return str(
        _(
            "Menurut acuan yang ditetapkan, capaian menjadi bagian dari nilai Anda pada triwulan %(list)s.",
            list=quarters,
        )
    )


def months_until(plan: PlanView, now: date) -> tuple[tuple[str, str], ...]:
    """The months of the plan's year that have begun, the latest first, with their words."""
    last = 12 if now.year > plan.year else now.month if now.year == plan.year else 0
    months = [f"{plan.year}-{number:02d}" for number in range(last, 0, -1)]
    return tuple((month, month_named(month)) for month in months)


def amount(value: float) -> str:
    """ "1.250" or "97,5"."""
    return str(format_decimal(value, format="#,##0.##"))


def written(value: float) -> str:
    """A number as the form takes it: "97,5", "" for 0."""
    return "" if value == 0 else f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


@dataclass(frozen=True, slots=True)
class ChosenVersion:
    """Which version an address asks for (`versi`): the one that counts, a number, or else the latest."""

    agreed: bool = False
    number: int | None = None


#: The one that is shown where nothing is asked for.
LATEST = ChosenVersion()


def chosen_version() -> ChosenVersion:
    """The version that the address asks for; 404 for what is none."""
    asked = request.args.get("versi")
    if asked is None:
        return LATEST
    if asked == IN_FORCE:
        return ChosenVersion(agreed=True)
    try:
        number = chosen_id(asked)
    except ValueError:
        abort(404)
    return ChosenVersion(number=number)


def chosen_year(now: datetime, zone: str) -> int:
    """The year that the address asks for, else the present one; 404 for one that cannot be chosen."""
    this = local_day(now, zone).year
    year = request.args.get("tahun", this, type=int)
    if year not in years_to_choose(now, zone):
        abort(404)
    return year


def years_to_choose(now: datetime, zone: str) -> tuple[int, ...]:
    """The years that plans can be looked at, the latest first."""
    return plan_years(local_day(now, zone))


def plan_years(today: date) -> tuple[int, ...]:
    """The years whose plans have a page on this day, the latest first."""
    return tuple(range(today.year + 1, today.year - _YEARS_BACK - 1, -1))
