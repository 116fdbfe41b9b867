"""What a preset would have changed in the last closed quarter, for the officers whose figures the viewer may read."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.indicators.formula import FORMULA_VERSION, Reference, score_officer
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
from webapp.indicators.periods import day_of, period_of, span_of
from webapp.indicators.presets.changes import ChangeSummary, OfficerChange, change_of, summed_up
from webapp.indicators.presets.presets import Preset
from webapp.indicators.presets.stored import preset_of_version
from webapp.indicators.queries.unit import in_reach
from webapp.indicators.reference_keeping import current_reference, reference_by_id
from webapp.indicators.stored_facts import StoredFact, fact_columns, formula_facts
from webapp.indicators.views import component_rows
from webapp.organisation.models import Officer


@dataclass(frozen=True, slots=True)
class Preview:
    """`officers`: by name, those whom the viewer may read; `summary`: all of the city."""

    period: str
    officers: tuple[OfficerChange, ...]
    summary: ChangeSummary


def preview(viewer: Account, preset: Preset, at: datetime) -> Preview:
    """Each figure of the last closed quarter as it was published, and as this preset would have made it.

    The reference is the one that the quarter was published with. Nothing is stored.
    """
    period = last_closed(day_of(at))
    snapshots = db.session.execute(
        select(
            IndicatorSnapshot.officer_id,
            Officer.name,
            IndicatorSnapshot.figure,
            IndicatorSnapshot.low,
            IndicatorSnapshot.high,
            IndicatorSnapshot.status,
            IndicatorSnapshot.preset_version,
            IndicatorSnapshot.reference_id,
            IndicatorSnapshot.formula_version,
            IndicatorSnapshot.content["components"].label("components"),
            in_reach(viewer).label("readable"),
        )
        .join(Officer, Officer.id == IndicatorSnapshot.officer_id)
        .where(IndicatorSnapshot.period == period, IndicatorSnapshot.superseded_at.is_(None))
        .order_by(Officer.name, Officer.id)
    ).all()
    facts = _facts_of(period)
    presets = {version: preset_of_version(version) for version in {row.preset_version for row in snapshots}}
    references = {id_: reference_by_id(id_) for id_ in {row.reference_id for row in snapshots}}
    newest = current_reference(at)[1]
    changes: list[OfficerChange] = []
    readable: list[OfficerChange] = []
    for row in snapshots:
        change = _change(row, facts[row.officer_id], presets[row.preset_version], preset, references, newest)
        changes.append(change)
        if row.readable:
            readable.append(change)
    return Preview(period, tuple(readable), summed_up(changes))


def last_closed(today: date) -> str:
    """The quarter that ended last."""
    return period_of(span_of(period_of(today))[0] - timedelta(days=1))


def _facts_of(period: str) -> dict[int, list[StoredFact]]:
    facts: dict[int, list[StoredFact]] = defaultdict(list)
    for row in db.session.execute(
        fact_columns()
        .where(IndicatorFact.period == period, IndicatorFact.withdrawn_at.is_(None))
        .order_by(IndicatorFact.id)
    ):
        facts[row.officer_id].append(row)
    return facts


def _change(
    row: Row[*tuple[Any, ...]],
    facts: list[StoredFact],
    published_by: Preset,
    preset: Preset,
    references: dict[int, Reference],
    newest: Reference,
) -> OfficerChange:
    reference = references[row.reference_id]
    before: dict[str, Any] = {
        "figure": row.figure,
        "low": row.low,
        "high": row.high,
        "status": row.status,
        "components": row.components,
    }
    if row.formula_version != FORMULA_VERSION or not preset.weights.keys() <= reference.components.keys():
        # Published by an earlier release: both sides are computed by this one, so that the presets alone differ.
        reference = newest
        score = score_officer(formula_facts(facts, published_by), reference, published_by, with_lines=False)
        before = {
            "figure": score.figure,
            "low": score.low,
            "high": score.high,
            "status": score.status,
            "components": component_rows(score, published_by.weights),
        }
    after = score_officer(formula_facts(facts, preset), reference, preset, with_lines=False)
    return change_of(row.officer_id, row.name, before, after, published_by.weights, preset.weights)
