"""Keeping figures true to the facts: computed from all of them, a new snapshot whenever something changed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import Table, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import aggregate_order_by

from webapp.attribution.rules import RULES_VERSION
from webapp.database import db
from webapp.indicators.formula import FORMULA_VERSION, Fact, score_officer
from webapp.indicators.ground import Standing, ground_of
from webapp.indicators.models import IndicatorFact, IndicatorOutdated, IndicatorSnapshot
from webapp.indicators.periods import day_of, span_of
from webapp.indicators.rounds import end_round, mark
from webapp.indicators.views import score_content
from webapp.organisation.models import WorkingCalendar

#: Up to so many officers are computed in the transaction that changed their facts; more go to the background.
MOST_AT_ONCE = 20
#: So many outdated figures are computed in one background job.
BACKGROUND_BATCH = 50

_OFFICER_LOCK: Final = text("SELECT pg_advisory_xact_lock(1, :officer)")
#: The tables themselves: with each rating a snapshot is written, and no object of it is needed.
_FACTS: Final = cast(Table, IndicatorFact.__table__)
_SNAPSHOTS: Final = cast(Table, IndicatorSnapshot.__table__)
#: "3:7,4:1": each calendar with the version that days and terms are counted with now.
_CALENDARS: Final = select(
    func.string_agg(
        func.concat(WorkingCalendar.id, ":", WorkingCalendar.version),
        aggregate_order_by(text("','"), WorkingCalendar.id),
    )
).scalar_subquery()


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
    standing, counted, reference, preset = ground.standing, ground.counted, ground.reference, ground.preset
    fact_ids = list(counted)
    versions = (FORMULA_VERSION, preset.version, RULES_VERSION, ground.reference_id)
    same_versions = standing is not None and _versions_of(standing) == versions
    if not fact_ids if standing is None else same_versions and standing.fact_ids == fact_ids:
        return
    if standing is not None:
        db.session.execute(update(_SNAPSHOTS).where(_SNAPSHOTS.c.id == standing.id).values(superseded_at=at))
    facts = list(counted.values())
    score = score_officer(facts, reference, preset, with_lines=False)
    kept = _kept_trend(standing, counted) if standing is not None and same_versions else []
    until = min(span_of(period)[1], day_of(at))
    db.session.execute(
        insert(_SNAPSHOTS).values(
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
            reference_id=ground.reference_id,
            calendar_version=_CALENDARS,
            fact_ids=fact_ids,
            content=score_content(facts, score, reference, preset, period, until, kept),
        )
    )


def _kept_trend(standing: Standing, counted: dict[int, Fact]) -> list[dict[str, Any]]:
    """The weeks of the last snapshot's trend whose facts have not changed since: they would come out the same."""
    then = set(standing.fact_ids)
    days = [fact.day for id_, fact in counted.items() if id_ not in then]
    if gone := then - counted.keys():
        days += db.session.scalars(select(_FACTS.c.day).where(_FACTS.c.id.in_(gone))).all()
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
