"""Keeping figures true to the facts: computed from all of them, a new snapshot whenever something changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, select, text

from webapp.attribution.rules import RULES_VERSION
from webapp.database import db
from webapp.indicators.formula import FORMULA_VERSION
from webapp.indicators.models import IndicatorFact, IndicatorOutdated, IndicatorSnapshot
from webapp.indicators.periods import day_of, span_of
from webapp.indicators.presets import load_preset
from webapp.indicators.reference_keeping import current_reference
from webapp.indicators.rounds import end_round, mark
from webapp.indicators.stored_facts import as_formula_fact, standing_facts
from webapp.indicators.views import snapshot_content

#: Up to so many officers are computed in the transaction that changed their facts; more go to the background.
MOST_AT_ONCE = 20
#: So many outdated figures are computed in one background job.
BACKGROUND_BATCH = 50


def refresh_or_mark(outdated: Collection[tuple[int, str]], at: datetime) -> None:
    """Compute the figures of these (officer, period) now if they are few, else in the background."""
    if len(outdated) > MOST_AT_ONCE:
        mark(outdated)
        return
    for officer_id, period in sorted(outdated):
        refresh_figure(officer_id, period, at)


def refresh_figure(officer_id: int, period: str, at: datetime) -> None:
    """Compute one officer's figure of a quarter from all its standing facts; a new snapshot if anything changed."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(1, :officer)"), {"officer": officer_id})
    reference_id, reference = current_reference(at)
    rows = standing_facts(officer_id, period)
    fact_ids = [row.id for row in rows]
    standing = db.session.scalars(
        select(IndicatorSnapshot).where(
            IndicatorSnapshot.officer_id == officer_id,
            IndicatorSnapshot.period == period,
            IndicatorSnapshot.superseded_at.is_(None),
        )
    ).one_or_none()
    preset = load_preset()
    versions = (FORMULA_VERSION, preset.version, RULES_VERSION, reference_id)
    if standing is not None and standing.fact_ids == fact_ids and _versions_of(standing) == versions:
        return
    if standing is not None:
        standing.superseded_at = at
        db.session.flush()
    until = min(span_of(period)[1], day_of(at))
    earlier_trend = standing.content["trend"] if standing is not None and _versions_of(standing) == versions else ()
    score, content = snapshot_content(
        [as_formula_fact(row) for row in rows], reference, preset, period, until, earlier_trend
    )
    db.session.add(
        IndicatorSnapshot(
            officer_id=officer_id,
            period=period,
            computed_at=at,
            figure=score.figure,
            low=score.low,
            high=score.high,
            expected=score.expected,
            reliability=score.reliability,
            status=score.status,
            formula_version=FORMULA_VERSION,
            preset_version=preset.version,
            rules_version=RULES_VERSION,
            reference_id=reference_id,
            fact_ids=fact_ids,
            content=content,
        )
    )
    db.session.flush()


def _versions_of(snapshot: IndicatorSnapshot) -> tuple[str, str, str, int]:
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
