"""All that figures are computed from, read in one go: with each rating one is asked for, so each way counts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from webapp.database import driver_connection
from webapp.indicators.formula import FORMULA_VERSION, Preset, Reference
from webapp.indicators.kept_facts import Kept, OwnFacts, Standing, keep, known_of, own_facts
from webapp.indicators.models import IndicatorFact
from webapp.indicators.periods import day_of, is_closed
from webapp.indicators.presets import load_preset, read_preset
from webapp.indicators.presets.stored import DEFAULT, preset_for
from webapp.indicators.reference_keeping import PRIOR_ONLY, current_reference, frozen_reference, newest_of
from webapp.indicators.stored_facts import FORMULA_COLUMNS, FactRow

#: A fact's mark tells its row from any other: see `webapp.indicators.kept_facts`.
_MARK: Final = "hashint8extended(id, xmin::text::bigint)"
_FACT_COLUMNS: Final = ", ".join(column.key for column in FORMULA_COLUMNS)
_DAY: Final = FORMULA_COLUMNS.index(IndicatorFact.day)
_NUMBERS: Final = tuple(
    FORMULA_COLUMNS.index(column) for column in (IndicatorFact.y, IndicatorFact.share, IndicatorFact.events)
)
#: One row an officer. `known_rows`, `known_mark`: of the facts up to `last`, and `fresh` are those above it. Of the
#: snapshot that stands only its id is read where it is the one that is known. Numbers in JSON are written and read
#: without loss, and one text is read sooner than a row a fact. Whose it is comes from subselects, so that the plan does
#: not depend on it: PostgreSQL then makes one plan for good, where a new one would take longer than running it.
_GROUND: Final = f"""
    SELECT w.officer, k.known_rows, k.known_mark, k.fresh, s.id, s.xmin::text AS written_by, s.reference_id,
           (SELECT xmin::text FROM indicator_reference WHERE id = s.reference_id) AS reference_written_by,
           CASE WHEN n.known IS NOT TRUE THEN
                json_build_array(s.formula_version, s.preset_version, s.rules_version, s.reference_id)::text END
           AS versions,
           CASE WHEN n.known IS NOT TRUE THEN s.fact_ids END AS ids,
           CASE WHEN n.known IS NOT TRUE THEN (s.content -> 'trend')::text END AS trend,
           CASE WHEN w.number = 1 THEN (
               SELECT p.content FROM indicator_preset p
                 LEFT JOIN preset_in_force f ON f.preset_id = p.id AND f.from_period <= w.period
                  AND NOT EXISTS (SELECT 1 FROM preset_withdrawal gone WHERE gone.in_force_id = f.id)
                WHERE f.id IS NOT NULL OR p.version = %(fallback)s
                ORDER BY f.from_period DESC NULLS LAST, f.id DESC NULLS LAST LIMIT 1) END AS preset,
           r.id AS newest, r.written_by AS newest_written_by
      FROM unnest((SELECT CAST(%(officers)s AS bigint[])), (SELECT CAST(%(periods)s AS text[])),
                  (SELECT CAST(%(lasts)s AS bigint[])), (SELECT CAST(%(snapshots)s AS bigint[])),
                  (SELECT CAST(%(writers)s AS text[])))
           WITH ORDINALITY AS w (officer, period, last, snapshot, writer, number)
     CROSS JOIN LATERAL (
               SELECT count(*) FILTER (WHERE id <= w.last) AS known_rows,
                      coalesce(bit_xor({_MARK}) FILTER (WHERE id <= w.last), 0) AS known_mark,
                      (json_agg(json_build_array({_FACT_COLUMNS}, {_MARK})) FILTER (WHERE id > w.last))::text AS fresh
                 FROM indicator_fact
                WHERE officer_id = w.officer AND period = w.period AND withdrawn_at IS NULL) k
      LEFT JOIN indicator_snapshot s
        ON s.officer_id = w.officer AND s.period = w.period AND s.superseded_at IS NULL
     CROSS JOIN LATERAL (SELECT s.id = w.snapshot AND s.xmin::text = w.writer AS known) n
      LEFT JOIN LATERAL (SELECT id, xmin::text AS written_by FROM indicator_reference ORDER BY id DESC LIMIT 1) r
        ON true
     ORDER BY w.number
"""  # noqa: S608  names of columns


class _Row(NamedTuple):
    """What `_GROUND` gives of an officer."""

    officer: int
    known_rows: int
    known_mark: int
    fresh: str | None
    id: int | None
    written_by: str
    reference_id: int
    reference_written_by: str
    versions: str | None
    ids: bytes
    trend: str
    preset: str | None
    newest: int | None
    newest_written_by: str


@dataclass(frozen=True, slots=True)
class Ground:
    """`standing`: the snapshot that stands, if any. `facts`: what counts."""

    officer_id: int
    standing: Standing | None
    preset: Preset
    reference_id: int
    reference: Reference
    facts: OwnFacts


def grounds_of(officer_ids: Sequence[int], period: str, at: datetime) -> list[Ground]:
    """What these officers' figures of a quarter are to be computed from now, in their order."""
    kept = {officer_id: known_of(officer_id, period) for officer_id in officer_ids}
    rows = _read(kept, period)
    if not rows:
        return []
    preset = read_preset(rows[0].preset) if rows[0].preset is not None else preset_for(period, at)
    outdated = {row.officer: None for row in rows if not _still(kept[row.officer], row, preset)}
    anew = {row.officer: row for row in _read(outdated, period)}
    grounds = []
    for row in rows:
        officer_id, known = row.officer, kept[row.officer]
        if officer_id in anew:
            facts = own_facts(_fresh(anew[officer_id]), preset)
        elif known is not None:
            facts = known.facts.with_rows(_fresh(row))
        else:
            facts = own_facts(_fresh(row), preset)
        standing = _standing(row, known)
        keep(officer_id, period, facts, standing)
        grounds.append(Ground(officer_id, standing, preset, *_reference_for(row, standing, period, at), facts))
    return grounds


def _read(kept: Mapping[int, Kept | None], period: str) -> Sequence[_Row]:
    if not kept:
        return ()
    standing = [known.standing if known is not None else None for known in kept.values()]
    cursor = driver_connection().cursor(binary=True)
    cursor.execute(
        _GROUND,
        {
            "fallback": load_preset(DEFAULT).version,
            "officers": as_array(kept),
            "periods": as_array([period] * len(kept)),
            "lasts": as_array(known.facts.last if known is not None else 0 for known in kept.values()),
            "snapshots": as_array(one.id if one is not None else 0 for one in standing),
            "writers": as_array(one.written_by if one is not None else 0 for one in standing),
        },
    )
    return [_Row(*row) for row in cursor]


def as_array(values: Iterable[int | str]) -> str:
    """Numbers, or words without any sign, as PostgreSQL reads an array; the driver takes longer over a list."""
    return f"{{{','.join(map(str, values))}}}"


def _still(known: Kept | None, row: _Row, preset: Preset) -> bool:
    """Whether what is kept, if anything, is what still stands; the row then has the rest."""
    return known is None or known.facts.is_of(preset, row.known_rows, row.known_mark)


def _fresh(row: _Row) -> Sequence[FactRow]:
    """The facts of a row, by id."""
    if row.fresh is None:
        return ()
    facts: list[list[Any]] = json.loads(row.fresh)
    for fact in facts:
        for column in _NUMBERS:
            fact[column] = float(fact[column])  # a whole number is written without its point
        if fact[_DAY] is not None:
            fact[_DAY] = date.fromisoformat(fact[_DAY])
    facts.sort()
    return facts


def _standing(row: _Row, known: Kept | None) -> Standing | None:
    if row.id is None:
        return None
    if row.versions is None:
        assert known is not None
        return known.standing
    formula, preset, rules, reference_id = json.loads(row.versions)
    return Standing(row.id, row.written_by, (formula, preset, rules, reference_id), row.ids, json.loads(row.trend))


def _reference_for(row: _Row, standing: Standing | None, period: str, at: datetime) -> tuple[int, Reference]:
    """The reference in force; for a quarter that has ended the one it ended with: late facts move it, a new month's
    level does not."""
    if standing is not None and standing.versions[0] == FORMULA_VERSION and is_closed(period, day_of(at)):
        own = frozen_reference(row.reference_id, row.reference_written_by)
        if own.version != PRIOR_ONLY:
            return row.reference_id, own
    if row.newest is not None:
        known = newest_of(row.newest, row.newest_written_by)
        if known is not None:
            return row.newest, known
    return current_reference(at)
