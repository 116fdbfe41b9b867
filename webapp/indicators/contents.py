"""What pages show of a snapshot beyond its figure: made when it is read or when there is time, and the same ever after.

A snapshot is written with every rating, and read now and then. So its groups of lines are made when somebody opens the
sheet; an hourly chore keeps those of the snapshots that stand, so that they outlive the version of the formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from webapp.database import db
from webapp.indicators.errors import IndicatorError, NoSuchPreset
from webapp.indicators.formula import FORMULA_VERSION, Fact, OfficerScore, Preset, Reference, score_officer
from webapp.indicators.models import IndicatorSnapshot
from webapp.indicators.presets.stored import preset_of_version
from webapp.indicators.reference_keeping import reference_by_id
from webapp.indicators.stored_facts import StoredFact, facts_by_id, formula_facts
from webapp.indicators.views import line_content


class OldFormula(IndicatorError):
    """The snapshot was made by another version of the formula than this one, which can't make it again."""


class FactsMissing(IndicatorError):
    """Facts of the snapshot are stored no more."""


@dataclass(frozen=True, slots=True)
class Basis:
    """All that a snapshot was computed from, read again."""

    rows: list[StoredFact]
    facts: list[Fact]
    preset: Preset
    reference: Reference

    def score(self) -> OfficerScore:
        """The score that they give."""
        return score_officer(self.facts, self.reference, self.preset)


def basis_of(snapshot: IndicatorSnapshot, preset: Preset | None = None) -> Basis:
    """What the snapshot stands on, as it was stored; facts that are stored no more are left out. `preset`: the
    snapshot's, if it was read already."""
    preset = preset or preset_of_version(snapshot.preset_version)
    rows = facts_by_id(snapshot.fact_ids)
    return Basis(rows, formula_facts(rows, preset), preset, reference_by_id(snapshot.reference_id))


def sound_basis_of(snapshot: IndicatorSnapshot, preset: Preset | None = None) -> Basis:
    """What the snapshot stands on, whole. Raises OldFormula, FactsMissing, NoSuchPreset where that can't be had."""
    if snapshot.formula_version != FORMULA_VERSION:
        raise OldFormula(snapshot.formula_version)
    basis = basis_of(snapshot, preset)
    if len(basis.rows) != len(snapshot.fact_ids):
        raise FactsMissing
    return basis


def content_of(snapshot: IndicatorSnapshot, basis: Basis | None = None) -> dict[str, Any]:
    """The snapshot's content with its groups of lines, whether they are stored already or not.

    `basis`: what it stands on, if it was read already. Raises OldFormula, FactsMissing, NoSuchPreset where they are not
    stored and can't be made any more.
    """
    if "groups" in snapshot.content:
        return snapshot.content
    basis = basis or sound_basis_of(snapshot)
    return snapshot.content | line_content(basis.facts, basis.score())


def complete_contents(most: int = 300) -> int:
    """Store the groups of snapshots that stand without them, the oldest first; how many."""
    waiting = db.session.scalars(
        select(IndicatorSnapshot)
        .where(
            IndicatorSnapshot.superseded_at.is_(None),
            IndicatorSnapshot.formula_version == FORMULA_VERSION,
            ~IndicatorSnapshot.content.has_key("groups"),
        )
        .order_by(IndicatorSnapshot.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    for snapshot in waiting:
        try:
            snapshot.content = content_of(snapshot)
        except (FactsMissing, NoSuchPreset):
            # Erased since: the figure follows with the next fact, and nothing is left to be explained here.
            snapshot.content = snapshot.content | {"groups": [], "not_counted": []}
    db.session.flush()
    return len(waiting)
