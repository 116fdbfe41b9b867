"""What a decision does to the figures: what it upheld counts no more, and is not written again (see `recording`)."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, select

from webapp.database import db
from webapp.indicators.models import IndicatorFact
from webapp.indicators.objections.models import FactExclusion, IndicatorObjection
from webapp.indicators.recording import withdraw_excluded


def apply_decision(objection_id: int, at: datetime) -> None:
    """Let the figure of the officer who objected follow the decision. Doing it again changes nothing."""
    withdraw_excluded(db.session.get_one(IndicatorObjection, objection_id).officer_id, at)


def apply_left_over(at: datetime) -> int:
    """The same for all officers for whom something counts that should not: written while it was decided; how many."""
    officers = db.session.scalars(
        select(FactExclusion.officer_id)
        .join(
            IndicatorFact,
            and_(
                IndicatorFact.officer_id == FactExclusion.officer_id,
                IndicatorFact.component == FactExclusion.component,
                IndicatorFact.key == FactExclusion.key,
            ),
        )
        .where(IndicatorFact.withdrawn_at.is_(None))
        .distinct()
        .order_by(FactExclusion.officer_id)
    ).all()
    for officer_id in officers:
        withdraw_excluded(officer_id, at)
    return len(officers)
