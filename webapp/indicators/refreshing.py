"""Keeping figures true to the facts: computed from all of them, a new snapshot whenever something changed."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BigInteger, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY

from webapp.attribution.rules import RULES_VERSION
from webapp.database import db
from webapp.indicators.formula import FORMULA_VERSION, Fact, score_prepared
from webapp.indicators.ground import Standing, ground_of
from webapp.indicators.models import IndicatorFact, IndicatorOutdated
from webapp.indicators.periods import day_of, span_of
from webapp.indicators.rounds import end_round, mark
from webapp.indicators.views import score_content

#: Up to so many officers are computed in the transaction that changed their facts; more go to the background.
MOST_AT_ONCE = 20
#: So many outdated figures are computed in one background job.
BACKGROUND_BATCH = 50

_OFFICER_LOCK: Final = text("SELECT pg_advisory_xact_lock(1, :officer)")
_DAYS_OF: Final = text("SELECT day FROM indicator_fact WHERE id = ANY(:ids)").bindparams(
    bindparam("ids", type_=ARRAY(BigInteger))
)
#: The snapshot that stood, if any, makes room before the new one is written. As a text, and the ids as one: with each
#: rating a snapshot is written. "3:7,4:1": each calendar with the version that days and terms are counted with now.
_STORE: Final = text(
    """
    WITH superseded AS (
        UPDATE indicator_snapshot SET superseded_at = :at WHERE id = CAST(:standing AS bigint) RETURNING id
    )
    INSERT INTO indicator_snapshot (
        officer_id, period, computed_at, figure, low, high, expected, reliability, status, formula_version,
        preset_version, rules_version, reference_id, calendar_version, fact_ids, content
    )
    SELECT :officer, :period, :at, :figure, :low, :high, :expected, :reliability, :status, :formula, :preset, :rules,
           :reference, (SELECT string_agg(concat(id, ':', version), ',' ORDER BY id) FROM working_calendar),
           CAST(:fact_ids AS bigint[]), CAST(:content AS jsonb)
      FROM (SELECT count(*) FROM superseded) done
    """
)


def refresh_or_mark(outdated: Collection[tuple[int, str]], at: datetime) -> None:
    """Compute the figures of these (officer, period) now if they are few, else in the background."""
    if len(outdated) > MOST_AT_ONCE:
        mark(outdated)
        return
    for officer_id, period in sorted(outdated):
        refresh_figure(officer_id, period, at)


def refresh_figure(officer_id: int, period: str, at: datetime) -> None:
    """Compute one officer's figure of a quarter from all its standing facts; a new snapshot if anything changed."""
    db.session.flush()
    db.session.execute(_OFFICER_LOCK, {"officer": officer_id})
    ground = ground_of(officer_id, period, at)
    standing, reference, preset = ground.standing, ground.reference, ground.preset
    counted, prepared = ground.facts.counted, ground.facts.prepared
    fact_ids = list(counted)
    versions = (FORMULA_VERSION, preset.version, RULES_VERSION, ground.reference_id)
    same_versions = standing is not None and _versions_of(standing) == versions
    if not fact_ids if standing is None else same_versions and standing.fact_ids == fact_ids:
        return
    score = score_prepared(prepared, reference, preset)
    kept = _kept_trend(standing, counted) if standing is not None and same_versions else []
    until = min(span_of(period)[1], day_of(at))
    db.session.execute(
        _STORE,
        {
            "at": at,
            "standing": standing.standing_id if standing is not None else None,
            "officer": officer_id,
            "period": period,
            "figure": score.figure,
            "low": score.low,
            "high": score.high,
            "expected": score.expected,
            "reliability": score.reliability,
            "status": score.status,
            "formula": FORMULA_VERSION,
            "preset": preset.version,
            "rules": RULES_VERSION,
            "reference": ground.reference_id,
            "fact_ids": f"{{{','.join(map(str, fact_ids))}}}",
            "content": json.dumps(score_content(prepared, score, reference, preset, period, until, kept)),
        },
    )


def _kept_trend(standing: Standing, counted: Mapping[int, Fact]) -> list[dict[str, Any]]:
    """The weeks of the last snapshot's trend whose facts have not changed since: they would come out the same."""
    then = set(standing.fact_ids)
    days = [fact.day for id_, fact in counted.items() if id_ not in then]
    if gone := then - counted.keys():
        days += db.session.scalars(_DAYS_OF, {"ids": list(gone)}).all()
    known = [day for day in days if day is not None]
    if not known or len(known) < len(days) or len(gone) > len(days):
        return []
    first_change = min(known).isoformat()
    return [row for row in standing.trend if row["until"] < first_change]


def _versions_of(snapshot: Standing) -> tuple[str, str, str, int]:
    return snapshot.formula_version, snapshot.preset_version, snapshot.rules_version, snapshot.reference_id


def refresh_outdated(at: datetime) -> int:
    """Compute up to BACKGROUND_BATCH outdated figures, and ask for another round if more are left; how many."""
    taken = db.session.execute(
        select(IndicatorOutdated.officer_id, IndicatorOutdated.period)
        .order_by(IndicatorOutdated.officer_id, IndicatorOutdated.period)
        .limit(BACKGROUND_BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for officer_id, period in taken:
        db.session.execute(
            delete(IndicatorOutdated).where(
                IndicatorOutdated.officer_id == officer_id, IndicatorOutdated.period == period
            )
        )
        refresh_figure(officer_id, period, at)
    end_round()
    return len(taken)


def recompute_all(periods: Iterable[str], at: datetime) -> int:
    """Compute every officer's figure of these quarters now (after a bulk load); how many."""
    pairs: dict[str, set[int]] = defaultdict(set)
    for officer_id, period in db.session.execute(
        select(IndicatorFact.officer_id, IndicatorFact.period)
        .where(IndicatorFact.period.in_(list(periods)), IndicatorFact.withdrawn_at.is_(None))
        .distinct()
    ).all():
        pairs[period].add(officer_id)
    for period, officers in pairs.items():
        for officer_id in sorted(officers):
            refresh_figure(officer_id, period, at)
    return sum(map(len, pairs.values()))
