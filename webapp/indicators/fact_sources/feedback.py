"""All facts of feedback."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from webapp.attribution.models import Attribution, AttributionShare
from webapp.database import db
from webapp.feedback.models import Feedback, Rating
from webapp.indicators.fact_sources.answers import answers_due
from webapp.indicators.fact_sources.clusters import repeated_among
from webapp.indicators.fact_sources.due import DueFact
from webapp.indicators.fact_sources.ratings import said_due, standing_matters


def facts_due(feedback_ids: Sequence[int], timezone: str) -> list[DueFact]:
    """All facts that should stand for these feedbacks. Days are the unit's own, `timezone` where no unit is known."""
    feedback = {
        one.id: one
        for one in db.session.scalars(
            select(Feedback)
            .where(Feedback.id.in_(feedback_ids))
            .options(
                joinedload(Feedback.rating).selectinload(Rating.elements),
                joinedload(Feedback.complaint),
                joinedload(Feedback.visit),
            )
        )
    }
    attributions = db.session.scalars(
        select(Attribution)
        .where(Attribution.feedback_id.in_(feedback_ids), Attribution.superseded_at.is_(None))
        .options(selectinload(Attribution.shares).joinedload(AttributionShare.unit))
    )
    due: list[DueFact] = []
    repeated = repeated_among(feedback_ids)
    matters = standing_matters(feedback.values())
    for attribution in attributions:
        facts = said_due(feedback[attribution.feedback_id], attribution, timezone, matters)
        due += [fact for fact in facts if (fact.feedback_id, fact.officer_id) not in repeated]
    complaints = [one.id for one in feedback.values() if one.complaint is not None]
    if complaints:
        due += answers_due(complaints)
    return due
