"""All that a figure is computed from, read in one go: with each rating it is asked for, so each way counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Row, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from webapp.database import db
from webapp.indicators.formula import FORMULA_VERSION, Preset, Reference
from webapp.indicators.kept_facts import OwnFacts, keep, known_facts, own_facts
from webapp.indicators.periods import day_of, is_closed
from webapp.indicators.presets import load_preset, read_preset
from webapp.indicators.presets.stored import DEFAULT, preset_for
from webapp.indicators.reference_keeping import PRIOR_ONLY, current_reference, newest_of, reference_by_id
from webapp.indicators.stored_facts import COLUMNS

#: A fact's mark tells its row from any other: see `webapp.indicators.kept_facts`.
_MARK: Final = "hashint8extended(id, xmin::text::bigint)"
_FACT_COLUMNS: Final = ", ".join(column.key for column in COLUMNS)
_STANDING: Final = "indicator_fact WHERE officer_id = :officer AND period = :period AND withdrawn_at IS NULL"
_FACTS: Final = f"SELECT {_FACT_COLUMNS}, {_MARK} AS mark FROM {_STANDING}"  # noqa: S608  names of columns
#: One row, or as many as there are facts with an id above `last`; a row begins with what `read_facts` reads, and all
#: that is not of a fact is the same in each.
_GROUND: Final = text(
    f"""
    SELECT f.*, s.id AS standing_id, s.fact_ids, s.formula_version, s.preset_version, s.rules_version, s.reference_id,
           s.content -> 'trend' AS trend, g.preset, r.id AS newest, r.written_by AS newest_written_by,
           k.known_rows, k.known_mark
      FROM (SELECT count(*) AS known_rows, coalesce(bit_xor({_MARK}), 0) AS known_mark
              FROM {_STANDING} AND id <= :last) k
     CROSS JOIN (SELECT (SELECT p.content FROM indicator_preset p
              LEFT JOIN preset_in_force f ON f.preset_id = p.id AND f.from_period <= :period
                AND NOT EXISTS (SELECT 1 FROM preset_withdrawal w WHERE w.in_force_id = f.id)
             WHERE f.id IS NOT NULL OR p.version = :fallback
             ORDER BY f.from_period DESC NULLS LAST, f.id DESC NULLS LAST LIMIT 1) AS preset) g
      LEFT JOIN indicator_snapshot s
        ON s.officer_id = :officer AND s.period = :period AND s.superseded_at IS NULL
      LEFT JOIN LATERAL (SELECT id, xmin::text AS written_by FROM indicator_reference ORDER BY id DESC LIMIT 1) r
        ON true
      LEFT JOIN ({_FACTS} AND id > :last) f ON true
     ORDER BY f.id
    """  # noqa: S608  names of columns
).columns(
    fact_ids=ARRAY(BigInteger),
    trend=JSONB,
    preset=Text,
    newest=BigInteger,
    newest_written_by=Text,
    details=JSONB,
)
_ALL: Final = text(f"{_FACTS} ORDER BY id").columns(details=JSONB)
#: Above every id: then no fact is read beside the rest.
_NONE_ABOVE: Final = 2**63 - 1

Standing = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Ground:
    """`standing`: the snapshot that stands (id, fact_ids, versions, trend), if any. `facts`: what counts."""

    standing: Standing | None
    preset: Preset
    reference_id: int
    reference: Reference
    facts: OwnFacts


def ground_of(officer_id: int, period: str, at: datetime) -> Ground:
    """What an officer's figure of a quarter is to be computed from now."""
    kept = known_facts(officer_id, period)
    whose = {"officer": officer_id, "period": period}
    rows = db.session.execute(
        _GROUND,
        {**whose, "fallback": load_preset(DEFAULT).version, "last": _NONE_ABOVE if kept is None else kept.last},
    ).all()
    row = rows[0]
    standing = row if row.standing_id is not None else None
    preset = read_preset(row.preset) if row.preset is not None else preset_for(period, at)
    reference_id, reference = _reference_for(row, period, at)
    if kept is not None and kept.is_of(preset, row.known_rows, row.known_mark):
        facts = kept.with_rows([one for one in rows if one.id is not None])
    else:
        facts = own_facts(db.session.execute(_ALL, whose).all(), preset)
    keep(officer_id, period, facts)
    return Ground(standing, preset, reference_id, reference, facts)


def _reference_for(row: Standing, period: str, at: datetime) -> tuple[int, Reference]:
    """The reference in force; for a quarter that has ended the one it ended with: late facts move it, a new month's
    level does not."""
    if row.standing_id is not None and row.formula_version == FORMULA_VERSION and is_closed(period, day_of(at)):
        own = reference_by_id(row.reference_id)
        if own.version != PRIOR_ONLY:
            return row.reference_id, own
    known = newest_of(row.newest, row.newest_written_by) if row.newest is not None else None
    return (row.newest, known) if known is not None else current_reference(at)
