"""What citizens said: ratings, and complaints that were found founded.

A rating counts for the officers it is attributed to, as satisfaction. A founded complaint counts for the officers it is
attributed to as the lowest value: of conduct or of accuracy where its words are about that, else of satisfaction. What
was merged with it, or joined it, is the same matter: it counts once towards each officer, by the one filed first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import select

from webapp.attribution.models import Attribution
from webapp.attribution.rules import LEAST_OFFICER_SHARE
from webapp.database import db
from webapp.feedback.models import Feedback
from webapp.feedback.vocabulary import ERASED, Channel, Finding
from webapp.indicators.components.matters import matter_of
from webapp.indicators.components.registry import FOUNDED_COMPLAINT, SATISFACTION
from webapp.indicators.components.satisfaction import OFFICERS_ELEMENTS, element_value, rating_value
from webapp.indicators.fact_sources.due import DueFact
from webapp.indicators.models import IndicatorFact
from webapp.indicators.periods import period_of


def standing_matters(feedback: Iterable[Feedback]) -> dict[int, str]:
    """The component in which complaints count whose words are erased: where they counted when there were words."""
    erased = [one.id for one in feedback if one.complaint is not None and one.complaint.text == ERASED]
    if not erased:
        return {}
    rows = db.session.execute(
        select(IndicatorFact.feedback_id, IndicatorFact.component)
        .where(
            IndicatorFact.feedback_id.in_(erased),
            IndicatorFact.key.startswith(f"{FOUNDED_COMPLAINT}:", autoescape=True),
        )
        .order_by(IndicatorFact.id)
    )
    return {row.feedback_id: row.component for row in rows if row.feedback_id is not None}


def said_due(one: Feedback, attribution: Attribution, timezone: str, matters: Mapping[int, str]) -> list[DueFact]:
    """The facts of a rating or a founded complaint, one for each officer who is charged with it."""
    details = None
    if one.rating is not None:
        value = rating_value(one.rating.value, one.rating.scale)
        component, key = SATISFACTION, f"rating:{one.id}"
        elements = {
            row.element: element_value(row.value)
            for row in sorted(one.rating.elements, key=lambda row: row.element)
            if row.element in OFFICERS_ELEMENTS
        }
        if elements:
            details = {"overall": value, "elements": elements}
    elif one.complaint is not None and one.complaint.finding == Finding.FOUNDED:
        value, key = 0.0, f"{FOUNDED_COMPLAINT}:{one.id}"
        component = matters.get(one.id) or matter_of(one.complaint.text) or SATISFACTION
    else:
        return []
    at = one.visit.finished_at if one.visit is not None else one.occurred_at
    imported = one.channel == Channel.IMPORT
    facts = []
    for share in attribution.shares:
        if share.officer_id is None or share.share < LEAST_OFFICER_SHARE:
            continue
        zone = ZoneInfo(share.unit.timezone if share.unit is not None else timezone)
        counted = (at or one.filed_at).astimezone(zone).date()
        facts.append(
            DueFact(
                key=key,
                feedback_id=one.id,
                attribution_id=attribution.id,
                officer_id=share.officer_id,
                component=component,
                period=period_of(counted),
                # An import that knows no time says nothing about a day's crowd.
                day=None if imported and at is None else counted,
                y=value,
                share=share.share,
                verified=one.visit_id is not None or imported or one.complaint is not None,
                rater=one.rater_key.hex() if one.rater_key is not None else None,
                service_id=one.visit.service_id if one.visit is not None else one.service_id,
                channel=one.channel,
                unit_id=share.unit_id,
                details=details,
            )
        )
    return facts
