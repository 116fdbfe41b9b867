"""What an officer reads of his own objections. Nothing of single ratings, nothing that tells who rated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, select

from webapp.accounts.models import Account
from webapp.counter.applications.models import PauseCause
from webapp.database import db
from webapp.indicators.models import IndicatorFact
from webapp.indicators.objections.models import FactExclusion, IndicatorObjection, ObjectionDecision
from webapp.indicators.queries import GroupView
from webapp.indicators.queries.sheet import month_alone
from webapp.organisation.models import Officer

#: On the page, the latest first.
SHOWN = 40


@dataclass(frozen=True, slots=True)
class OwnObjection:
    """What the officer wrote, and what was decided. `line`: what it was about, as he read it. `gone`: how many facts
    count no more because of it. `cause`: what outside of his control it was put down to."""

    id: int
    line: GroupView
    period: str
    reason: str
    filed_at: datetime
    due_at: datetime
    outcome: str | None
    decided_at: datetime | None
    decided_by: str | None
    reasons: str | None
    cause: str | None
    gone: int


def list_own_objections(viewer: Account) -> tuple[OwnObjection, ...]:
    """The viewer's objections, the latest first; none for who is no officer."""
    query = _own(viewer).order_by(IndicatorObjection.id.desc()).limit(SHOWN)
    return _read(db.session.execute(query).all())


def find_own_objection(viewer: Account, key: str) -> OwnObjection | None:
    """The viewer's objection to the line with this key."""
    query = _own(viewer).where(IndicatorObjection.line_key == key).order_by(IndicatorObjection.id).limit(1)
    return next(iter(_read(db.session.execute(query).all())), None)


def _own(viewer: Account) -> Select[*tuple[Any, ...]]:
    gone = (
        select(func.count()).where(FactExclusion.decision_id == ObjectionDecision.id).correlate(ObjectionDecision)
    ).scalar_subquery()
    return (
        select(
            IndicatorObjection.id,
            IndicatorObjection.line_key,
            IndicatorObjection.component,
            IndicatorObjection.period,
            IndicatorObjection.points,
            IndicatorObjection.fact_ids,
            IndicatorObjection.reason,
            IndicatorObjection.filed_at,
            IndicatorObjection.due_at,
            ObjectionDecision.outcome,
            ObjectionDecision.at.label("decided_at"),
            ObjectionDecision.reasons,
            Account.name.label("decided_by"),
            PauseCause.name.label("cause"),
            gone.label("gone"),
        )
        .outerjoin(ObjectionDecision, ObjectionDecision.objection_id == IndicatorObjection.id)
        .outerjoin(Account, Account.id == ObjectionDecision.decided_by_id)
        .outerjoin(PauseCause, PauseCause.id == ObjectionDecision.cause_id)
        .join(Officer, Officer.id == IndicatorObjection.officer_id)
        .where(Officer.account_id == viewer.id)
    )


def _read(rows: Sequence[Row[Any]]) -> tuple[OwnObjection, ...]:
    lines = lines_as_filed(rows) if rows else {}
    return tuple(
        OwnObjection(
            id=row.id,
            line=lines[row.id],
            period=row.period,
            reason=row.reason,
            filed_at=row.filed_at,
            due_at=row.due_at,
            outcome=row.outcome,
            decided_at=row.decided_at,
            decided_by=row.decided_by,
            reasons=row.reasons,
            cause=row.cause,
            gone=row.gone,
        )
        for row in rows
    )


def lines_as_filed(rows: Sequence[Any]) -> dict[int, GroupView]:
    """What each of these objections was about, as its officer read it then, by the objection's id.

    The rows have id, line_key, component, points, fact_ids and outcome of objections that their viewer may read.
    """
    ids = sorted({id_ for row in rows for id_ in row.fact_ids})
    facts = {
        fact.id: fact
        for fact in db.session.execute(
            select(IndicatorFact.id, IndicatorFact.key, IndicatorFact.day).where(IndicatorFact.id.in_(ids))
        )
    }
    lines: dict[int, GroupView] = {}
    for row in rows:
        own = [facts[id_] for id_ in row.fact_ids if id_ in facts]
        days = [fact.day for fact in own if fact.day is not None]
        line = GroupView(
            component=row.component,
            kind="filed",
            since=min(days, default=None),
            until=max(days, default=None),
            facts=len(own),
            sources=dict(sorted(Counter(fact.key.partition(":")[0] for fact in own).items())),
            points=row.points,
            line_key=row.line_key,
            objected=row.outcome or "filed",
        )
        # A founded complaint tells the officer its month alone.
        lines[row.id] = month_alone(line) if "complaint" in line.sources else line
    return lines
