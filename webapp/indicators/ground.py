"""All that a figure is computed from, read in one go: with each rating it is asked for, so each way counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Row, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from webapp.database import db
from webapp.indicators.formula import FORMULA_VERSION, Fact, Preset, Reference
from webapp.indicators.kept_facts import counted_facts
from webapp.indicators.periods import day_of, is_closed
from webapp.indicators.presets import load_preset, read_preset
from webapp.indicators.presets.stored import DEFAULT, preset_for
from webapp.indicators.reference_keeping import PRIOR_ONLY, current_reference, newest_of, reference_by_id

_GROUND: Final = text(
    """
    SELECT s.id, s.fact_ids, s.formula_version, s.preset_version, s.rules_version, s.reference_id,
           s.content -> 'trend' AS trend,
           (SELECT p.content FROM indicator_preset p
              LEFT JOIN preset_in_force f ON f.preset_id = p.id AND f.from_period <= :period
             WHERE f.id IS NOT NULL OR p.version = :fallback
             ORDER BY f.from_period DESC NULLS LAST, f.id DESC NULLS LAST LIMIT 1) AS preset,
           r.id AS newest, r.written_by AS newest_written_by, k.ids, k.written_by
      FROM (SELECT array_agg(id ORDER BY id) AS ids, array_agg(xmin::text::bigint ORDER BY id) AS written_by
              FROM indicator_fact WHERE officer_id = :officer AND period = :period AND withdrawn_at IS NULL) k
      LEFT JOIN indicator_snapshot s
        ON s.officer_id = :officer AND s.period = :period AND s.superseded_at IS NULL
      LEFT JOIN LATERAL (SELECT id, xmin::text AS written_by FROM indicator_reference ORDER BY id DESC LIMIT 1) r
        ON true
    """
).columns(
    fact_ids=ARRAY(BigInteger),
    trend=JSONB,
    preset=Text,
    newest=BigInteger,
    newest_written_by=Text,
    ids=ARRAY(BigInteger),
    written_by=ARRAY(BigInteger),
)

Standing = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Ground:
    """`standing`: the snapshot that stands (id, fact_ids, versions, trend), if any. `counted`: facts by row id."""

    standing: Standing | None
    preset: Preset
    reference_id: int
    reference: Reference
    counted: dict[int, Fact]


def ground_of(officer_id: int, period: str, at: datetime) -> Ground:
    """What an officer's figure of a quarter is to be computed from now."""
    row = db.session.execute(
        _GROUND, {"officer": officer_id, "period": period, "fallback": load_preset(DEFAULT).version}
    ).one()
    standing = row if row.id is not None else None
    preset = read_preset(row.preset) if row.preset is not None else preset_for(period, at)
    reference_id, reference = _reference_for(row, period, at)
    counted = counted_facts(officer_id, period, preset, row.ids or (), row.written_by or ())
    return Ground(standing, preset, reference_id, reference, counted)


def _reference_for(row: Standing, period: str, at: datetime) -> tuple[int, Reference]:
    """The reference in force; for a quarter that has ended the one it ended with: late facts move it, a new month's
    level does not."""
    if row.id is not None and row.formula_version == FORMULA_VERSION and is_closed(period, day_of(at)):
        own = reference_by_id(row.reference_id)
        if own.version != PRIOR_ONLY:
            return row.reference_id, own
    known = newest_of(row.newest, row.newest_written_by) if row.newest is not None else None
    return (row.newest, known) if known is not None else current_reference(at)
