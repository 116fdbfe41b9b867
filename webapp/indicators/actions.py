"""Keeping facts and figures true to what is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.attribution.rules import RULES_VERSION
from webapp.database import db
from webapp.indicators.events import FactsOutdated
from webapp.indicators.fact_sources import DueFact, clusters_of, facts_due
from webapp.indicators.formula import FORMULA_VERSION, Fact, Reference, fit_reference
from webapp.indicators.models import IndicatorFact, IndicatorOutdated, IndicatorReference, IndicatorSnapshot
from webapp.indicators.periods import period_of, span_of
from webapp.indicators.presets import load_preset
from webapp.indicators.views import snapshot_content
from webapp.outbox import publish

#: Up to so many officers are computed in the transaction that changed their facts; more go to the background.
MOST_AT_ONCE = 20
#: So many outdated figures are computed in one background job.
BACKGROUND_BATCH = 50
DEFAULT_TIMEZONE = "Asia/Jakarta"

#: Whoever marks figures as outdated, and whoever ends a round of computing them, looks under this lock whether others
#: are left. So a large import sets off one chain of rounds and not one for each of its batches, and none is forgotten.
_ROUNDS_LOCK = text("SELECT pg_advisory_xact_lock(2, 0)")

_COLUMNS = tuple(field.name for field in fields(DueFact))
_SAYS = ("attribution_id", "period", "day", "y", "share", "verified", "rater", "service_id", "channel")


def record_facts(feedback_ids: Sequence[int], at: datetime) -> None:
    """Bring the facts of these feedbacks up to what is known, withdraw what no longer holds, renew the figures.

    So are those of complaints about the same matter, of which one counts for all. Doing it again changes nothing.
    """
    outdated = _write_facts(clusters_of(feedback_ids), at)
    if len(outdated) <= MOST_AT_ONCE:
        for officer_id, period in sorted(outdated):
            refresh_figure(officer_id, period, at)
        return
    marked = db.session.execute(
        upsert(IndicatorOutdated)
        .values([{"officer_id": officer_id, "period": period} for officer_id, period in sorted(outdated)])
        .on_conflict_do_nothing()
        .returning(IndicatorOutdated.officer_id)
    ).all()
    db.session.execute(_ROUNDS_LOCK)
    if db.session.scalar(select(func.count()).select_from(IndicatorOutdated)) == len(marked):
        publish(FactsOutdated())  # nothing else waits, so no round is under way that would come to these


def _write_facts(feedback_ids: Sequence[int], at: datetime) -> set[tuple[int, str]]:
    """The (officer, period) whose facts changed."""
    due = {(fact.key, fact.officer_id, fact.component): fact for fact in facts_due(feedback_ids, DEFAULT_TIMEZONE)}
    standing = {
        (fact.key, fact.officer_id, fact.component): fact
        for fact in db.session.scalars(
            select(IndicatorFact)
            .where(IndicatorFact.feedback_id.in_(feedback_ids), IndicatorFact.withdrawn_at.is_(None))
            .with_for_update()
        )
    }
    gone = [fact for key, fact in standing.items() if key not in due or _differs(fact, due[key])]
    fresh = [fact for key, fact in due.items() if key not in standing or _differs(standing[key], fact)]
    if gone:
        db.session.execute(
            update(IndicatorFact).where(IndicatorFact.id.in_([fact.id for fact in gone])).values(withdrawn_at=at)
        )
    if fresh:
        # Without render_nulls the rows would be written in one statement for each run of like ones.
        db.session.execute(
            insert(IndicatorFact),
            [{**{name: getattr(fact, name) for name in _COLUMNS}, "recorded_at": at} for fact in fresh],
            execution_options={"render_nulls": True},
        )
    return {(fact.officer_id, fact.period) for fact in gone} | {(fact.officer_id, fact.period) for fact in fresh}


def _differs(standing: IndicatorFact, due: DueFact) -> bool:
    return any(getattr(standing, name) != getattr(due, name) for name in _SAYS)


def refresh_figure(officer_id: int, period: str, at: datetime) -> None:
    """Compute one officer's figure of a quarter from all its standing facts; a new snapshot if anything changed."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(1, :officer)"), {"officer": officer_id})
    reference = current_reference(at)
    rows = db.session.scalars(
        select(IndicatorFact)
        .where(
            IndicatorFact.officer_id == officer_id,
            IndicatorFact.period == period,
            IndicatorFact.withdrawn_at.is_(None),
        )
        .order_by(IndicatorFact.id)
    ).all()
    fact_ids = [row.id for row in rows]
    standing = db.session.scalars(
        select(IndicatorSnapshot).where(
            IndicatorSnapshot.officer_id == officer_id,
            IndicatorSnapshot.period == period,
            IndicatorSnapshot.superseded_at.is_(None),
        )
    ).one_or_none()
    preset = load_preset()
    versions = (FORMULA_VERSION, preset.version, RULES_VERSION, reference.id)
    if standing is not None and standing.fact_ids == fact_ids and _versions_of(standing) == versions:
        return
    if standing is not None:
        standing.superseded_at = at
        db.session.flush()
    until = min(span_of(period)[1], at.astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date())
    earlier_trend = standing.content["trend"] if standing is not None and _versions_of(standing) == versions else ()
    score, content = snapshot_content(
        [as_formula_fact(row) for row in rows],
        Reference.from_json(reference.content),
        preset,
        period,
        until,
        earlier_trend,
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
            reference_id=reference.id,
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
    db.session.execute(_ROUNDS_LOCK)
    resume_rounds()
    return len(taken)


def resume_rounds() -> None:
    """Ask for a round if figures are outdated: after each round, and now and then in case one was given up."""
    if db.session.scalar(select(IndicatorOutdated.officer_id).limit(1)) is not None:
        publish(FactsOutdated())


def current_reference(at: datetime) -> IndicatorReference:
    """The reference in force; before the first fit, one of prior expectations only."""
    newest = db.session.scalars(select(IndicatorReference).order_by(IndicatorReference.id.desc()).limit(1)).first()
    if newest is not None:
        return newest
    prior = fit_reference([], "prior", load_preset().priors)
    db.session.execute(
        upsert(IndicatorReference)
        .values(version=prior.version, fitted_at=at, content=prior.to_json())
        .on_conflict_do_nothing(index_elements=["version"])
    )
    return db.session.scalars(select(IndicatorReference).order_by(IndicatorReference.id.desc()).limit(1)).one()


def renew_reference(version: str, at: datetime) -> None:
    """Fit the reference anew from the last four quarters and freeze it; all figures of this quarter follow.

    A version that exists stays as it is.
    """
    if db.session.scalar(select(IndicatorReference.id).where(IndicatorReference.version == version)) is not None:
        return
    today = at.astimezone(ZoneInfo(DEFAULT_TIMEZONE)).date()
    rows = db.session.scalars(
        select(IndicatorFact).where(
            IndicatorFact.period.in_(_last_quarters(today, 4)),
            IndicatorFact.withdrawn_at.is_(None),
        )
    )
    reference = fit_reference((as_formula_fact(row) for row in rows), version, load_preset().priors)
    db.session.add(IndicatorReference(version=version, fitted_at=at, content=reference.to_json()))
    db.session.flush()
    mark_outdated(period_of(today))


def mark_outdated(period: str) -> None:
    """Have all figures of a quarter computed again in the background."""
    db.session.execute(
        upsert(IndicatorOutdated)
        .from_select(
            ["officer_id", "period"],
            select(IndicatorFact.officer_id, func.min(IndicatorFact.period))
            .where(IndicatorFact.period == period, IndicatorFact.withdrawn_at.is_(None))
            .group_by(IndicatorFact.officer_id),
        )
        .on_conflict_do_nothing()
    )
    publish(FactsOutdated())


def as_formula_fact(row: IndicatorFact) -> Fact:
    """A stored fact as the formula reads it."""
    return Fact(
        id=row.key,
        component=row.component,
        y=row.y,
        share=row.share,
        verified=row.verified,
        day=row.day,
        rater=row.rater,
        cell=(row.service_id, row.channel),
        officer=str(row.officer_id),
        source=row.key.partition(":")[0],
    )


def _last_quarters(day: date, count: int) -> list[str]:
    periods: list[str] = []
    for _ in range(count):
        periods.append(period_of(day))
        day = date.fromordinal(span_of(periods[-1])[0].toordinal() - 1)
    return periods


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
