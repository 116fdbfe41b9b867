"""Figures that facts have overtaken, marked for the background; whoever marks them announces one chain of rounds."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db
from webapp.indicators.events import FactsOutdated
from webapp.indicators.models import IndicatorFact, IndicatorOutdated
from webapp.outbox import publish

#: Whoever marks figures as outdated, and whoever ends a round of computing them, looks under this lock whether others
#: are left. So a large import sets off one chain of rounds and not one for each of its batches, and none is forgotten.
_ROUNDS_LOCK = text("SELECT pg_advisory_xact_lock(2, 0)")


def mark(outdated: Collection[tuple[int, str]]) -> None:
    """Have the figures of these (officer, period) computed again in the background."""
    marked = db.session.execute(
        upsert(IndicatorOutdated)
        .values([{"officer_id": officer_id, "period": period} for officer_id, period in sorted(outdated)])
        .on_conflict_do_nothing()
        .returning(IndicatorOutdated.officer_id)
    ).all()
    db.session.execute(_ROUNDS_LOCK)
    if db.session.scalar(select(func.count()).select_from(IndicatorOutdated)) == len(marked):
        publish(FactsOutdated())  # nothing else waits, so no round is under way that would come to these


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


def end_round() -> None:
    """After a round: ask for the next one if figures are left, however many mark some at this moment."""
    db.session.execute(_ROUNDS_LOCK)
    resume_rounds()


def resume_rounds() -> None:
    """Ask for a round if figures are outdated: after each round, and now and then in case one was given up."""
    if db.session.scalar(select(IndicatorOutdated.officer_id).limit(1)) is not None:
        publish(FactsOutdated())
