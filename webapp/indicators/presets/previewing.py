"""What a preset would have changed in the last closed quarter, for the officers whose figures the viewer may read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Row, case, null, select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.indicators.components.registry import COMPONENTS, SATISFACTION
from webapp.indicators.formula import (
    FORMULA_VERSION,
    NORMAL_95,
    ComponentScore,
    OfficerScore,
    Reference,
    compose,
    score_component,
    score_officer,
)
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
from webapp.indicators.periods import day_of, period_of, span_of
from webapp.indicators.presets.changes import ChangeSummary, OfficerChange, change_of, summed_up
from webapp.indicators.presets.presets import Preset
from webapp.indicators.presets.stored import preset_of_version
from webapp.indicators.queries.unit import in_reach
from webapp.indicators.reference_keeping import current_reference, reference_by_id
from webapp.indicators.stored_facts import FORMULA_COLUMNS, StoredFact, formula_facts
from webapp.indicators.views import component_rows
from webapp.organisation.models import Officer

_Published = Row[*tuple[Any, ...]]


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
    presets = {version: preset_of_version(version) for version in {row.preset_version for row in snapshots}}
    references = {id_: reference_by_id(id_) for id_ in {row.reference_id for row in snapshots}}
    ground = _Ground(preset, presets, references, current_reference(at)[1])
    facts = _facts_of(period, ground.components_to_read(snapshots))
    changes: list[OfficerChange] = []
    readable: list[OfficerChange] = []
    for row in snapshots:
        change = ground.change(row, facts[row.officer_id])
        changes.append(change)
        if row.readable:
            readable.append(change)
    return Preview(period, tuple(readable), summed_up(changes))


def last_closed(today: date) -> str:
    """The quarter that ended last."""
    return period_of(span_of(period_of(today))[0] - timedelta(days=1))


#: As `fact_columns`, with details of ratings alone: of the others nothing is read here, and taking JSON apart is half
#: the time that rows take.
_COLUMNS: Final = tuple(
    case((IndicatorFact.component == SATISFACTION, IndicatorFact.details), else_=null()).label("details")
    if column is IndicatorFact.details
    else column
    for column in FORMULA_COLUMNS
)


def _facts_of(period: str, components: frozenset[str]) -> dict[int, list[StoredFact]]:
    facts: dict[int, list[StoredFact]] = defaultdict(list)
    if not components:
        return facts
    for row in db.session.execute(
        select(*_COLUMNS)
        .where(
            IndicatorFact.period == period,
            IndicatorFact.withdrawn_at.is_(None),
            IndicatorFact.component.in_(components),
        )
        .order_by(IndicatorFact.id)
    ):
        facts[row.officer_id].append(row)
    return facts


@dataclass(frozen=True, slots=True)
class _Ground:
    """What figures are compared by. A component that both presets read alike is taken as it was published."""

    preset: Preset
    presets: dict[str, Preset]
    references: dict[int, Reference]
    newest: Reference

    def components_to_read(self, snapshots: Sequence[_Published]) -> frozenset[str]:
        """The stored components whose facts must be read, because some figure's component is computed anew."""
        if any(self._is_older(row) for row in snapshots):
            return frozenset(COMPONENTS)
        needed: set[str] = set()
        for published_by in self.presets.values():
            needed |= self._anew(published_by)
        return frozenset(needed | {name for name, component in COMPONENTS.items() if component.stands_in in needed})

    def _anew(self, published_by: Preset) -> set[str]:
        """The components of the new preset that the published figure did not have, or read from other facts."""
        before, after = published_by.weights, self.preset.weights
        anew = {name for name in after if name not in before}
        if published_by.elements != self.preset.elements and SATISFACTION in after:
            anew.add(SATISFACTION)
        for name, component in COMPONENTS.items():
            if component.stands_in is not None and component.stands_in in after and (name in before) != (name in after):
                anew.add(component.stands_in)
        return anew

    def _is_older(self, row: _Published) -> bool:
        """Published by an earlier release: both sides are computed by this one, so that the presets alone differ."""
        reference = self.references[row.reference_id]
        return row.formula_version != FORMULA_VERSION or not self.preset.weights.keys() <= reference.components.keys()

    def change(self, row: _Published, facts: list[StoredFact]) -> OfficerChange:
        """One officer's figure as published, and by the new preset."""
        published_by = self.presets[row.preset_version]
        if self._is_older(row):
            score = score_officer(formula_facts(facts, published_by), self.newest, published_by, with_lines=False)
            after = score_officer(formula_facts(facts, self.preset), self.newest, self.preset, with_lines=False)
            before: dict[str, Any] = {
                "figure": score.figure,
                "low": score.low,
                "high": score.high,
                "status": score.status,
                "components": component_rows(score, published_by.weights),
            }
        else:
            after = self._after(row, facts, published_by)
            before = {
                "figure": row.figure,
                "low": row.low,
                "high": row.high,
                "status": row.status,
                "components": row.components,
            }
        return change_of(row.officer_id, row.name, before, after, published_by.weights, self.preset.weights)

    def _after(self, row: _Published, facts: list[StoredFact], published_by: Preset) -> OfficerScore:
        reference = self.references[row.reference_id]
        anew = self._anew(published_by)
        known = {part["name"]: part for part in row.components if part["name"] not in anew}
        read = [fact for fact in formula_facts(facts, self.preset) if fact.component in anew]
        scores: dict[str, ComponentScore] = {}
        for name in self.preset.weights:
            own = [fact for fact in read if fact.component == name]
            score = score_component(own, reference.components[name], self.preset.thresholds, with_lines=False)
            scores[name] = _as_published(score, known[name]) if name in known else score
        return compose(scores, reference, self.preset)


def _as_published(empty: ComponentScore, part: dict[str, Any]) -> ComponentScore:
    """A component as its snapshot shows it, upon what is known of it without any fact."""
    return replace(
        empty,
        figure=part["figure"],
        low=part["low"],
        high=part["high"],
        expected=part["expected"],
        reliability=part["reliability"],
        variance=((part["high"] - part["low"]) / (2.0 * NORMAL_95)) ** 2,
        facts=part["facts"],
    )
