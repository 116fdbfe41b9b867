"""Facts as they are stored, read for the formula."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import Row, Select, select

from webapp.database import db
from webapp.indicators.facts import Fact
from webapp.indicators.models import IndicatorFact

#: What the formula reads of a fact; `id` tells rows apart, `key` facts.
COLUMNS: Final = (
    IndicatorFact.id,
    IndicatorFact.key,
    IndicatorFact.component,
    IndicatorFact.y,
    IndicatorFact.share,
    IndicatorFact.verified,
    IndicatorFact.day,
    IndicatorFact.rater,
    IndicatorFact.service_id,
    IndicatorFact.channel,
    IndicatorFact.officer_id,
    IndicatorFact.events,
    IndicatorFact.unit_id,
    IndicatorFact.period,
    IndicatorFact.recorded_at,
    IndicatorFact.withdrawn_at,
    IndicatorFact.withdrawn_why,
)


def fact_columns() -> Select[*tuple[Any, ...]]:
    """What the formula reads of facts, to be narrowed by the caller."""
    columns: Select[*tuple[Any, ...]] = select(*COLUMNS)
    return columns


def standing_facts(officer_id: int, period: str) -> list[Row[*tuple[Any, ...]]]:
    """What counts for an officer in a quarter now, in the order in which it was written."""
    return list(
        db.session.execute(
            fact_columns()
            .where(
                IndicatorFact.officer_id == officer_id,
                IndicatorFact.period == period,
                IndicatorFact.withdrawn_at.is_(None),
            )
            .order_by(IndicatorFact.id)
        )
    )


def facts_by_id(ids: Iterable[int]) -> list[Row[*tuple[Any, ...]]]:
    """These facts, withdrawn or not, by id; what is stored no more is left out."""
    return list(db.session.execute(fact_columns().where(IndicatorFact.id.in_(list(ids))).order_by(IndicatorFact.id)))


def as_formula_fact(row: Row[*tuple[Any, ...]] | IndicatorFact) -> Fact:
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
        events=row.events,
        unit=row.unit_id,
        period=row.period,
    )
