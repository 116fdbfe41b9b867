"""Keeping figures true to the facts: computed from all of them, a new snapshot whenever something changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, delete, select, text, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from webapp.attribution.rules import RULES_VERSION
from webapp.database import db, driver_connection
from webapp.indicators.formula import FORMULA_VERSION, score_prepared
from webapp.indicators.ground import Ground, as_array, grounds_of
from webapp.indicators.kept_facts import OwnFacts, Standing, keep_standing
from webapp.indicators.models import IndicatorFact, IndicatorOutdated
from webapp.indicators.packed_ids import how_many, unpacked
from webapp.indicators.periods import day_of, span_of
from webapp.indicators.rounds import end_round, mark
from webapp.indicators.views import score_content

#: Up to so many officers are computed in the transaction that changed their facts; more go to the background.
MOST_AT_ONCE = 20
#: So many outdated figures are computed in one background job.
BACKGROUND_BATCH = 50
#: So many officers' figures are read, and stored, in one go.
_TOGETHER: Final = 50

#: In the order given, which is the same for all who ask: so nobody waits for somebody who waits for him.
_OFFICER_LOCKS: Final = "SELECT pg_advisory_xact_lock(1, officer) FROM unnest(CAST(%(officers)s AS integer[])) officer"
_DAYS_OF: Final = text("SELECT day FROM indicator_fact WHERE id = ANY(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger))
)
#: Snapshots that stood make room before the new ones are written: all of them told in one text, whose numbers are
#: written and read without loss. "3:7,4:1": each calendar with the version that days and terms are counted with now.
_STORE: Final = """
    WITH superseded AS (
        UPDATE indicator_snapshot SET superseded_at = %(at)s
         WHERE id = ANY(CAST((SELECT CAST(%(superseded)s AS text)) AS bigint[])) RETURNING id
    )
    INSERT INTO indicator_snapshot (
        officer_id, period, computed_at, figure, low, high, expected, reliability, status, formula_version,
        preset_version, rules_version, reference_id, calendar_version, fact_ids, facts, content
    )
    SELECT m.officer, %(period)s, %(at)s, m.figure, m.low, m.high, m.expected, m.reliability, m.status, %(formula)s,
           m.preset, %(rules)s, m.reference,
           (SELECT string_agg(concat(id, ':', version), ',' ORDER BY id) FROM working_calendar),
           decode(m.fact_ids, 'hex'), m.facts, m.content
      FROM json_to_recordset(CAST(%(made)s AS json)) AS m (
               officer bigint, figure float8, low float8, high float8, expected float8, reliability float8,
               status text, preset text, reference bigint, fact_ids text, facts integer, content jsonb),
           (SELECT count(*) FROM superseded) done
    RETURNING officer_id, id, xmin::text AS written_by
"""


def refresh_or_mark(outdated: Collection[tuple[int, str]], at: datetime) -> None:
    """Compute the figures of these (officer, period) now if they are few, else in the background."""
    if len(outdated) > MOST_AT_ONCE:
        mark(outdated)
    else:
        refresh_figures(outdated, at)


def refresh_figure(officer_id: int, period: str, at: datetime) -> None:
    """Compute one officer's figure of a quarter from all its standing facts; a new snapshot if anything changed."""
    refresh_figures([(officer_id, period)], at)


def refresh_figures(pairs: Collection[tuple[int, str]], at: datetime) -> None:
    """Compute the figures of these (officer, period), each from all its standing facts; a new snapshot where anything
    changed. Many together take much less than one at a time.
    """
    if not pairs:
        return
    db.session.flush()
    driver_connection().execute(
        _OFFICER_LOCKS, {"officers": as_array(sorted({officer_id for officer_id, _period in pairs}))}
    )
    officers_of: dict[str, list[int]] = defaultdict(list)
    for officer_id, period in sorted(set(pairs)):
        officers_of[period].append(officer_id)
    for period, officers in officers_of.items():
        for first in range(0, len(officers), _TOGETHER):
            _refresh(officers[first : first + _TOGETHER], period, at)


def _refresh(officer_ids: Sequence[int], period: str, at: datetime) -> None:
    """As `refresh_figures`, of officers that are locked."""
    until = min(span_of(period)[1], day_of(at))
    made: dict[int, tuple[Ground, dict[str, Any]]] = {}
    for ground in grounds_of(officer_ids, period, at):
        row = _figure(ground, period, until)
        if row is not None:
            made[ground.officer_id] = ground, row
    if not made:
        return
    cursor = driver_connection().cursor(binary=True)
    cursor.execute(
        _STORE,
        {
            "at": at,
            "period": period,
            "formula": FORMULA_VERSION,
            "rules": RULES_VERSION,
            "superseded": as_array(one.standing.id for one, _row in made.values() if one.standing is not None),
            "made": json.dumps([row for _ground, row in made.values()]),
        },
    )
    for officer_id, id_, written_by in cursor:
        ground, row = made[officer_id]
        standing = Standing(id_, written_by, _versions(ground), ground.facts.ids, row["content"]["trend"])
        keep_standing(officer_id, period, standing)


def _figure(ground: Ground, period: str, until: date) -> dict[str, Any] | None:
    """The snapshot that is to be stored; None where the one that stands is still right."""
    facts, standing, preset = ground.facts, ground.standing, ground.preset
    same_versions = standing is not None and standing.versions == _versions(ground)
    if not facts.ids if standing is None else same_versions and standing.ids == facts.ids:
        return None
    score = score_prepared(facts.prepared, ground.reference, preset)
    kept = _kept_trend(standing, facts) if standing is not None and same_versions else []
    return {
        "officer": ground.officer_id,
        "figure": score.figure,
        "low": score.low,
        "high": score.high,
        "expected": score.expected,
        "reliability": score.reliability,
        "status": score.status,
        "preset": preset.version,
        "reference": ground.reference_id,
        "fact_ids": facts.ids.hex(),
        "facts": len(facts.counted),
        "content": score_content(facts.prepared, score, ground.reference, preset, period, until, kept),
    }


def _kept_trend(standing: Standing, facts: OwnFacts) -> list[dict[str, Any]]:
    """The weeks of the last snapshot's trend whose facts have not changed since: they would come out the same."""
    then, now = standing.ids, facts.ids
    days: list[date | None]
    if now.startswith(then):  # some facts more, and no others less
        more = how_many(now[len(then) :])
        days = [facts.counted[id_].day for id_ in islice(reversed(facts.counted), more)]
    else:
        before = set(unpacked(then))
        days = [fact.day for id_, fact in facts.counted.items() if id_ not in before]
        if gone := before - facts.counted.keys():
            found = db.session.scalars(_DAYS_OF, {"ids": list(gone)}).all()
            if len(found) < len(gone):
                return []
            days += found
    if not days or None in days:
        return []
    first_change = min(day for day in days if day is not None).isoformat()
    return [row for row in standing.trend if row["until"] < first_change]


def _versions(ground: Ground) -> tuple[str, str, str, int]:
    return FORMULA_VERSION, ground.preset.version, RULES_VERSION, ground.reference_id


def refresh_outdated(at: datetime) -> int:
    """Compute up to BACKGROUND_BATCH outdated figures, and ask for another round if more are left; how many."""
    taken = db.session.execute(
        select(IndicatorOutdated.officer_id, IndicatorOutdated.period)
        .order_by(IndicatorOutdated.officer_id, IndicatorOutdated.period)
        .limit(BACKGROUND_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    pairs = [(officer_id, period) for officer_id, period in taken]
    if pairs:
        whose = tuple_(IndicatorOutdated.officer_id, IndicatorOutdated.period)
        db.session.execute(delete(IndicatorOutdated).where(whose.in_(pairs)))
        refresh_figures(pairs, at)
    end_round()
    return len(taken)


def recompute_all(periods: Iterable[str], at: datetime) -> int:
    """Compute every officer's figure of these quarters now (after a bulk load); how many."""
    pairs = [
        (officer_id, period)
        for officer_id, period in db.session.execute(
            select(IndicatorFact.officer_id, IndicatorFact.period)
            .where(IndicatorFact.period.in_(list(periods)), IndicatorFact.withdrawn_at.is_(None))
            .distinct()
        )
    ]
    refresh_figures(pairs, at)
    return len(pairs)
