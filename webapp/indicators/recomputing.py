"""A published figure computed again from what was stored, bit for bit (law 5); what differs is named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from webapp.attribution.rules import RULES_VERSION
from webapp.database import db
from webapp.indicators.contents import basis_of
from webapp.indicators.errors import NoSuchPreset, NoSuchSnapshot
from webapp.indicators.formula import FORMULA_VERSION, OfficerScore, prepare_officer
from webapp.indicators.models import IndicatorReference, IndicatorSnapshot
from webapp.indicators.views import component_rows, line_content, trend_rows
from webapp.organisation.models import WorkingCalendar

_FIGURES = ("figure", "low", "high", "expected", "reliability", "status")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not what was published. `what`: figure, low, components.speed.low, trend.2026-11-22.figure,
    groups; or formula, facts, preset, reference, if what it was computed from is missing."""

    what: str
    published: str
    computed: str


@dataclass(frozen=True, slots=True)
class Recomputed:
    """A snapshot computed again. `same`: every published number came again to the last bit.

    `versions`: what it was computed with (formula, preset, rules, reference, calendars). `notes`: what has changed
    since and touches no stored fact: "rules:3>4", "calendars:1:2>1:3".
    """

    snapshot_id: int
    officer_id: int
    period: str
    figure: float
    facts: int
    same: bool
    differences: tuple[Difference, ...]
    versions: dict[str, str]
    notes: tuple[str, ...] = ()


def recompute(snapshot_id: int) -> Recomputed:
    """Compute a snapshot again from its stored facts, reference, preset. Changes nothing. Raises NoSuchSnapshot.

    A snapshot of another version of the formula is not computed: it says so in `differences`.
    """
    snapshot = db.session.get(IndicatorSnapshot, snapshot_id) if 0 < snapshot_id < 2**63 else None
    if snapshot is None:
        raise NoSuchSnapshot(snapshot_id)
    differences = tuple(_differences(snapshot))
    reference = db.session.scalars(
        select(IndicatorReference.version).where(IndicatorReference.id == snapshot.reference_id)
    ).one()
    return Recomputed(
        snapshot_id=snapshot.id,
        officer_id=snapshot.officer_id,
        period=snapshot.period,
        figure=snapshot.figure,
        facts=len(snapshot.fact_ids),
        same=not differences,
        differences=differences,
        versions={
            "formula": snapshot.formula_version,
            "preset": snapshot.preset_version,
            "rules": snapshot.rules_version,
            "reference": reference,
            "calendars": snapshot.calendar_version or "",
        },
        notes=_notes(snapshot),
    )


def _differences(snapshot: IndicatorSnapshot) -> list[Difference]:
    if snapshot.formula_version != FORMULA_VERSION:
        return [Difference("formula", snapshot.formula_version, FORMULA_VERSION)]
    try:
        basis = basis_of(snapshot)
    except NoSuchPreset:
        return [Difference("preset", snapshot.preset_version, "")]
    if len(basis.rows) != len(snapshot.fact_ids):
        return [Difference("facts", str(len(snapshot.fact_ids)), str(len(basis.rows)))]
    try:
        score = basis.score()
    except ValueError as error:
        return [Difference("reference", basis.reference.version, str(error))]
    found = [
        Difference(name, repr(getattr(snapshot, name)), repr(getattr(score, name)))
        for name in _FIGURES
        if not _same(getattr(snapshot, name), getattr(score, name))
    ]
    content = snapshot.content
    found += _unlike("components", content["components"], component_rows(score, basis.preset.weights), "name")
    ends = [date.fromisoformat(row["until"]) for row in content["trend"]]
    own = prepare_officer(basis.facts, basis.preset)
    trend = trend_rows(own, score, basis.reference, basis.preset, ends)
    found += _unlike("trend", content["trend"], trend, "until")
    if "groups" in content:
        found += _lines(content, score, basis.facts)
    return found


def _lines(content: dict[str, Any], score: OfficerScore, facts: list[Any]) -> list[Difference]:
    lines = line_content(facts, score)
    if [group.get("key") for group in content["groups"]] != [group["key"] for group in lines["groups"]]:
        return [Difference("groups", str(len(content["groups"])), str(len(lines["groups"])))]
    return _unlike("groups", content["groups"], lines["groups"], "key")


def _unlike(where: str, published: list[dict[str, Any]], computed: list[dict[str, Any]], name: str) -> list[Difference]:
    if [row[name] for row in published] != [row[name] for row in computed]:
        return [Difference(where, str(len(published)), str(len(computed)))]
    return [
        Difference(f"{where}.{then[name]}.{key}", repr(then.get(key)), repr(value))
        for then, now in zip(published, computed, strict=True)
        for key, value in now.items()
        if key != "key" and not _same(then.get(key), value)
    ]


def _same(published: object, computed: object) -> bool:
    """Equal to the last bit: 0.0 is not -0.0, and a text or number that JSON gave back is itself."""
    return published == computed and repr(published) == repr(computed)


def _notes(snapshot: IndicatorSnapshot) -> tuple[str, ...]:
    notes = []
    if snapshot.rules_version != RULES_VERSION:
        notes.append(f"rules:{snapshot.rules_version}>{RULES_VERSION}")
    now = ",".join(
        f"{row.id}:{row.version}"
        for row in db.session.execute(select(WorkingCalendar.id, WorkingCalendar.version).order_by(WorkingCalendar.id))
    )
    if snapshot.calendar_version is not None and snapshot.calendar_version != now:
        notes.append(f"calendars:{snapshot.calendar_version}>{now}")
    return tuple(notes)
