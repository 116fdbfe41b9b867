"""How objections show on an officer's figure: marks on its lines, and a line of its own for each that was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from webapp.database import db
from webapp.indicators.objections.models import FactExclusion, IndicatorObjection, ObjectionDecision
from webapp.indicators.objections.vocabulary import FILED, Outcome


@dataclass(frozen=True, slots=True)
class DecidedLine:
    """What became of an objection, as a line of the figure. `points`: what the line it was about moved when he
    objected. `facts`: how many count no more because of it; nobody is told by it (see `deciding`)."""

    line_key: str
    component: str
    outcome: str
    at: datetime
    points: float
    facts: int


def objections_on(officer_id: int, period: str) -> tuple[dict[str, str], tuple[DecidedLine, ...]]:
    """The lines of an officer's quarter that he objected to ("filed" while it waits, else the outcome), and what was
    decided, the latest first."""
    rows = db.session.execute(
        select(
            IndicatorObjection.line_key,
            IndicatorObjection.component,
            ObjectionDecision.outcome,
            ObjectionDecision.at,
            IndicatorObjection.points,
            func.count(FactExclusion.id).label("facts"),
        )
        .outerjoin(ObjectionDecision, ObjectionDecision.objection_id == IndicatorObjection.id)
        .outerjoin(FactExclusion, FactExclusion.decision_id == ObjectionDecision.id)
        .where(IndicatorObjection.officer_id == officer_id, IndicatorObjection.period == period)
        .group_by(IndicatorObjection.id, ObjectionDecision.id)
        .order_by(IndicatorObjection.id)
    ).all()
    decided = [
        DecidedLine(
            row.line_key,
            row.component,
            row.outcome,
            row.at,
            row.points,
            row.facts if row.outcome != Outcome.REFUSED else 0,
        )
        for row in reversed(rows)
        if row.outcome is not None
    ]
    decided.sort(key=lambda line: line.at, reverse=True)
    return {row.line_key: row.outcome or FILED for row in rows}, tuple(decided)
