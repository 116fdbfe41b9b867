"""What an entry of the trail is about, where it tells of presets, objections and work plans: in names, for its viewer.

The trail holds ids. An officer is named only to who may read of him: he himself, or whoever reads figures where he is
posted, or was last. Nothing here tells who rated or reported, nor what anybody wrote, but why a preset changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, exists, false, func, literal, or_, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can, reach
from webapp.database import db
from webapp.feedback.trail import TrailLine
from webapp.indicators.models import IndicatorPreset, PresetInForce, PresetWithdrawal
from webapp.indicators.objections.desk import openable, place_of
from webapp.indicators.objections.models import FactExclusion, IndicatorObjection, ObjectionDecision
from webapp.indicators.queries.unit import in_reach
from webapp.indicators.work_plans.access import below
from webapp.indicators.work_plans.models import WorkPlan, WorkPlanStep, WorkReport, WorkTarget
from webapp.indicators.work_plans.vocabulary import PlanState
from webapp.organisation.models import Officer, Unit

#: Deeds that an officer does himself: his name as the one who did them tells whose they are.
OWN_DEEDS: Final = frozenset({("objected", "filed"), ("work_plan", "proposed"), ("work_report", "told")})
#: The table whose row an entry tells of; of what was altered the entry names it itself.
_TABLES: Final = {
    ("preset", "put_in_force"): "preset_in_force",
    ("preset", "withdrawn"): "preset_withdrawal",
    ("objected", "filed"): "indicator_objection",
}


@dataclass(frozen=True, slots=True)
class OfficerNamed:
    """An officer whom the viewer may read of. `own`: it is himself; `page`: he may open the page of his figure."""

    id: int
    name: str
    own: bool
    page: bool


@dataclass(frozen=True, slots=True)
class PresetDeed:
    """A preset, and from which quarter it was to hold. `said`: the note it was stored with, or why it was withdrawn,
    which whoever wrote it was told that auditors read."""

    title: str
    version: str
    from_period: str
    said: str | None


@dataclass(frozen=True, slots=True)
class ObjectionDeed:
    """An objection to a line of a part in a quarter. `officer`: None where the viewer may not read of him."""

    id: int
    officer: OfficerNamed | None
    component: str
    period: str
    may_open: bool


@dataclass(frozen=True, slots=True)
class PlanDeed:
    """A version of a work plan, or what was told of a month ("2026-11") of its target with this number."""

    officer: OfficerNamed | None
    year: int
    version: int
    may_open: bool
    month: str | None = None
    position: int | None = None


Deed = PresetDeed | ObjectionDeed | PlanDeed


def deeds_of(viewer: Account, lines: Sequence[TrailLine]) -> dict[int, Deed]:
    """What these lines are about, by the line's id; nothing for lines about anything else, or about what is gone."""
    wanted: dict[str, set[int]] = {}
    sources: dict[int, tuple[str, int]] = {}
    for line in lines:
        table = _table_of(line)
        if table is not None and line.source_id is not None and not line.plan:
            sources[line.id] = table, line.source_id
            wanted.setdefault(table, set()).add(line.source_id)
    found: dict[tuple[str, int], Deed] = {}
    if not wanted.keys().isdisjoint({"preset_in_force", "preset_withdrawal"}):
        found |= _presets(wanted)
    if not wanted.keys().isdisjoint({"indicator_objection", "objection_decision", "fact_exclusion"}):
        found |= _objections(viewer, wanted)
    deeds = {line_id: found[source] for line_id, source in sources.items() if source in found}
    told = [line for line in lines if line.plan]
    if told or not wanted.keys().isdisjoint({"work_plan_step", "work_target", "work_report"}):
        deeds |= _plans(viewer, told, sources)
    return deeds


def _table_of(line: TrailLine) -> str | None:
    if line.deed == "altered":
        return line.what
    return _TABLES.get((line.deed, line.what)) or ("objection_decision" if line.deed == "objected" else None)


def _presets(wanted: dict[str, set[int]]) -> dict[tuple[str, int], Deed]:
    rows = db.session.execute(
        select(
            PresetInForce.id,
            PresetInForce.from_period,
            PresetWithdrawal.id.label("withdrawal_id"),
            PresetWithdrawal.reason,
            IndicatorPreset.note,
            IndicatorPreset.title,
            IndicatorPreset.version,
        )
        .join(IndicatorPreset, IndicatorPreset.id == PresetInForce.preset_id)
        .outerjoin(PresetWithdrawal, PresetWithdrawal.in_force_id == PresetInForce.id)
        .where(
            or_(
                PresetInForce.id.in_(wanted.get("preset_in_force", ())),
                PresetWithdrawal.id.in_(wanted.get("preset_withdrawal", ())),
            )
        )
    )
    found: dict[tuple[str, int], Deed] = {}
    for row in rows:
        about = (row.title, row.version, row.from_period)
        found["preset_in_force", row.id] = PresetDeed(*about, said=row.note)
        found["preset_withdrawal", row.withdrawal_id] = PresetDeed(*about, said=row.reason)
    return found


def _objections(viewer: Account, wanted: dict[str, set[int]]) -> dict[tuple[str, int], Deed]:
    exclusions = _pairs(FactExclusion.id, FactExclusion.decision_id, wanted.get("fact_exclusion", ()))
    decisions = wanted.get("objection_decision", set()) | set(exclusions.values())
    rows = db.session.execute(
        select(
            IndicatorObjection.id,
            IndicatorObjection.component,
            IndicatorObjection.period,
            ObjectionDecision.id.label("decision_id"),
            *_officer_columns(viewer),
        )
        .join(Officer, Officer.id == IndicatorObjection.officer_id)
        .outerjoin(ObjectionDecision, ObjectionDecision.objection_id == IndicatorObjection.id)
        .where(
            or_(
                IndicatorObjection.id.in_(wanted.get("indicator_objection", ())),
                ObjectionDecision.id.in_(decisions),
            )
        )
    ).all()
    may_open = openable(viewer, [row.id for row in rows])
    found: dict[tuple[str, int], Deed] = {}
    for row in rows:
        deed = ObjectionDeed(row.id, _officer(row), row.component, row.period, row.id in may_open)
        found["indicator_objection", row.id] = found["objection_decision", row.decision_id] = deed
    return found | {
        ("fact_exclusion", id_): found["objection_decision", decision_id]
        for id_, decision_id in exclusions.items()
        if ("objection_decision", decision_id) in found
    }


def _plans(viewer: Account, told: Sequence[TrailLine], sources: dict[int, tuple[str, int]]) -> dict[int, Deed]:
    """By line the plan that it names itself, or that the row was part of which somebody altered."""
    plan_ids: dict[int, int] = {line.id: line.plan["plan"] for line in told}
    for table, part_of in (
        ("work_plan_step", select(WorkPlanStep.id, WorkPlanStep.plan_id)),
        ("work_target", select(WorkTarget.id, WorkTarget.plan_id)),
        (
            "work_report",
            select(WorkReport.id, WorkTarget.plan_id).join(WorkTarget, WorkTarget.id == WorkReport.target_id),
        ),
    ):
        lines = {line_id: id_ for line_id, (of, id_) in sources.items() if of == table}
        if lines:
            own_id = part_of.selected_columns[0]
            found = {row.id: row.plan_id for row in db.session.execute(part_of.where(own_id.in_(lines.values())))}
            plan_ids |= {line_id: found[id_] for line_id, id_ in lines.items() if id_ in found}
    agrees = below(viewer) if can(viewer, Permission.PLAN_AGREE) else false()
    rows = {
        row.plan_id: row
        for row in db.session.execute(
            select(
                WorkPlan.id.label("plan_id"),
                WorkPlan.year,
                WorkPlan.version,
                WorkPlan.state,
                agrees.label("agrees"),
                *_officer_columns(viewer),
            )
            .join(Officer, Officer.id == WorkPlan.officer_id)
            .where(WorkPlan.id.in_(set(plan_ids.values())))
        )
    }
    named = {line.id: (line.plan.get("month"), line.plan.get("target")) for line in told}
    return {
        line_id: _plan(rows[plan_id], *named.get(line_id, (None, None)))
        for line_id, plan_id in plan_ids.items()
        if plan_id in rows
    }


def _plan(row: Row[Any], month: str | None, position: int | None) -> PlanDeed:
    may_open = row.agrees and row.state != PlanState.DRAFT  # a draft is its officer's alone
    return PlanDeed(_officer(row), row.year, row.version, may_open, month, position)


def _pairs(id_: Any, other: Any, wanted: Iterable[int]) -> dict[int, int]:
    """The column `other` of the rows with these ids."""
    ids = sorted(wanted)
    return {row[0]: row[1] for row in db.session.execute(select(id_, other).where(id_.in_(ids)))} if ids else {}


def _officer_columns(viewer: Account) -> tuple[ColumnElement[Any], ...]:
    """Officer of a row, whether it is the viewer, whether he may open his page, and whether he may read of him."""
    paths = reach(viewer, Permission.INDICATOR_READ_UNIT)
    within = or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))
    own = func.coalesce(Officer.account_id == viewer.id, literal(False))
    return (
        Officer.id.label("officer_id"),
        Officer.name.label("officer"),
        own.label("own"),
        in_reach(viewer).label("page"),
        or_(own, in_reach(viewer), exists().where(Unit.id == place_of(Officer.id), within)).label("readable"),
    )


def _officer(row: Row[Any]) -> OfficerNamed | None:
    return OfficerNamed(row.officer_id, row.officer, row.own, row.page) if row.readable else None
