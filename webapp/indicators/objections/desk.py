"""Who may decide an objection, what waits for him, and what he sees of it: never who rated.

Whoever decides holds OBJECTION_DECIDE where the officer is posted, stands above him, and is no party: not the officer,
not who answered or judged what the line is made of, not whoever it counts for as well, nor whom it was kept from.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, any_, cast, exists, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.attribution.contests.parties import had_a_hand
from webapp.attribution.models import Contest
from webapp.database import db
from webapp.feedback.models import Exclusion, Recusal
from webapp.indicators.components.registry import TARGET
from webapp.indicators.models import IndicatorFact
from webapp.indicators.objections.errors import NoSuchObjection
from webapp.indicators.objections.models import IndicatorObjection, ObjectionDecision
from webapp.indicators.work_plans.models import WorkPlan, WorkPlanStep, WorkReport, WorkTarget
from webapp.organisation.models import Officer, Posting, Unit
from webapp.organisation.superiors import is_above, nearest_who_may, within_reach

#: Decided ones that somebody finds again.
DECIDED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class WaitingObjection:
    """An objection in the list of whoever may decide it, or who has decided it."""

    id: int
    officer: str
    unit: str
    timezone: str
    component: str
    period: str
    at: datetime
    due_at: datetime
    outcome: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ObjectionCase:
    """An objection as whoever decides it reads it. `points`: what the line moved when he objected."""

    id: int
    officer_id: int
    officer: str
    unit: str
    timezone: str
    component: str
    period: str
    points: float
    fact_ids: tuple[int, ...]
    reason: str
    at: datetime
    due_at: datetime
    outcome: str | None
    decided_at: datetime | None
    reasons: str | None


def list_waiting(viewer: Account) -> list[WaitingObjection]:
    """What the viewer may decide, what is due first on top."""
    query = decidable_by(viewer).order_by(IndicatorObjection.due_at, IndicatorObjection.id)
    return [_waiting(row) for row in db.session.execute(query)]


def list_decided(viewer: Account) -> list[WaitingObjection]:
    """What the viewer decided himself, the latest first."""
    query = _decided_by(viewer).order_by(ObjectionDecision.at.desc(), IndicatorObjection.id).limit(DECIDED_SHOWN)
    return [_waiting(row) for row in db.session.execute(query)]


def read_objection(viewer: Account, objection_id: int) -> ObjectionCase:
    """An objection that the viewer may decide, or decided himself; raises NoSuchObjection else."""
    if objection_id >= 2**63:  # what is larger is no id, and PostgreSQL would not even look
        raise NoSuchObjection
    row = db.session.execute(decidable_by(viewer).where(IndicatorObjection.id == objection_id)).one_or_none()
    row = row or db.session.execute(_decided_by(viewer).where(IndicatorObjection.id == objection_id)).one_or_none()
    if row is None:
        raise NoSuchObjection
    return ObjectionCase(
        id=row.id,
        officer_id=row.officer_id,
        officer=row.officer,
        unit=row.unit,
        timezone=row.timezone,
        component=row.component,
        period=row.period,
        points=row.points,
        fact_ids=tuple(row.fact_ids),
        reason=row.reason,
        at=row.filed_at,
        due_at=row.due_at,
        outcome=row.outcome,
        decided_at=row.decided_at,
        reasons=row.reasons,
    )


def may_decide(account: Account, objection_id: int) -> bool:
    """Whether this account may decide that objection now."""
    return db.session.execute(decidable_by(account).where(IndicatorObjection.id == objection_id)).first() is not None


def openable(viewer: Account, objection_ids: Collection[int]) -> set[int]:
    """Which of these objections the viewer may open at the desk: to decide them, or since he decided them."""
    if not objection_ids or not can(viewer, Permission.OBJECTION_DECIDE):
        return set()
    return {
        id_
        for query in (decidable_by(viewer), _decided_by(viewer))
        for id_ in db.session.scalars(
            query.with_only_columns(IndicatorObjection.id).where(IndicatorObjection.id.in_(objection_ids))
        )
    }


def was_decided_before(viewer: Account, objection_id: int) -> bool:
    """Whether somebody was quicker: it is decided, and the viewer could have."""
    if objection_id >= 2**63:
        return False
    query = _objections().where(IndicatorObjection.id == objection_id, ObjectionDecision.id.is_not(None), *_may(viewer))
    return db.session.execute(query).first() is not None


@dataclass(frozen=True, slots=True)
class StandingDecision:
    """How an objection was decided, for who decided it (`own`) or could have."""

    officer: str
    timezone: str
    outcome: str
    at: datetime
    by: str
    own: bool


def find_decision(viewer: Account, objection_id: int) -> StandingDecision | None:
    """How an objection was decided; None where it was not, or where the viewer neither decided it nor could have."""
    if objection_id >= 2**63:
        return None
    query = _objections().add_columns(Account.name.label("by"), Account.id.label("by_id"))
    query = query.join(Account, Account.id == ObjectionDecision.decided_by_id)
    mine_or_could = or_(ObjectionDecision.decided_by_id == viewer.id, and_(*_may(viewer)))
    row = db.session.execute(query.where(IndicatorObjection.id == objection_id, mine_or_could)).one_or_none()
    if row is None:
        return None
    return StandingDecision(row.officer, row.timezone, row.outcome, row.decided_at, row.by, row.by_id == viewer.id)


def nearest_deciders(objection: IndicatorObjection, *, above: bool = False) -> list[Account]:
    """Who is asked to decide: of those who may, the nearest above the officer; `above`: all of them."""
    path = db.session.scalar(select(Unit.path).where(Unit.id == place_of(objection.officer_id)))
    return nearest_who_may(path, Permission.OBJECTION_DECIDE, lambda one: may_decide(one, objection.id), above=above)


def decidable_by(viewer: Account) -> Select[*tuple[Any, ...]]:
    """Objections that wait, and that `viewer` may decide."""
    return _objections().where(ObjectionDecision.id.is_(None), *_may(viewer))


def _objections() -> Select[*tuple[Any, ...]]:
    return (
        select(
            IndicatorObjection.id,
            IndicatorObjection.officer_id,
            IndicatorObjection.component,
            IndicatorObjection.period,
            IndicatorObjection.points,
            IndicatorObjection.fact_ids,
            IndicatorObjection.reason,
            IndicatorObjection.filed_at,
            IndicatorObjection.due_at,
            Officer.name.label("officer"),
            Unit.name.label("unit"),
            Unit.timezone,
            ObjectionDecision.outcome,
            ObjectionDecision.at.label("decided_at"),
            ObjectionDecision.reasons,
        )
        .join(Officer, Officer.id == IndicatorObjection.officer_id)
        .join(Unit, Unit.id == place_of(Officer.id))
        .outerjoin(ObjectionDecision, ObjectionDecision.objection_id == IndicatorObjection.id)
    )


def place_of(officer_id: Any) -> Any:
    """The id of the unit in which an officer is posted: now, or where he was last."""
    return (
        select(Posting.unit_id)
        .where(Posting.officer_id == officer_id)
        .order_by(Posting.ends_on.is_not(None), Posting.starts_on.desc(), Posting.id.desc())
        .limit(1)
        .correlate(Officer)
        .scalar_subquery()
    )


def _decided_by(viewer: Account) -> Select[*tuple[Any, ...]]:
    return _objections().where(ObjectionDecision.decided_by_id == viewer.id)


def _may(viewer: Account) -> list[ColumnElement[bool]]:
    fact, same, whose = aliased(IndicatorFact), aliased(IndicatorFact), aliased(Officer)
    party = or_(
        had_a_hand(viewer, fact.feedback_id),
        exists().where(Contest.feedback_id == fact.feedback_id, Contest.decided_by_id == viewer.id),
        # Whom the case is kept from: it concerns him, or he said that he is no fit judge of it.
        exists().where(
            Exclusion.complaint_id == fact.feedback_id,
            Exclusion.officer_id == whose.id,
            whose.account_id == viewer.id,
        ),
        exists().where(Recusal.complaint_id == fact.feedback_id, Recusal.account_id == viewer.id),
        # Whose own figure hangs on it.
        exists().where(
            or_(same.feedback_id == fact.feedback_id, same.key == fact.key),
            same.officer_id == whose.id,
            whose.account_id == viewer.id,
        ),
    )
    return [
        within_reach(viewer, Permission.OBJECTION_DECIDE, Unit.path),
        IndicatorObjection.account_id != viewer.id,
        or_(Officer.account_id.is_(None), Officer.account_id != viewer.id),
        is_above(viewer, Permission.OBJECTION_DECIDE, Officer.account_id),
        ~exists().where(fact.id == any_(IndicatorObjection.fact_ids), party).correlate(IndicatorObjection),
        ~_judged_the_plan(viewer),
    ]


def _judged_the_plan(viewer: Account) -> ColumnElement[bool]:
    """Whether a target was agreed with him, or what was done of it was confirmed by him."""
    of_the_year = and_(
        WorkPlan.officer_id == IndicatorObjection.officer_id,
        IndicatorObjection.period.startswith(cast(WorkPlan.year, String)),
    )
    agreed = exists().where(
        of_the_year,
        WorkPlanStep.plan_id == WorkPlan.id,
        WorkPlanStep.step.in_(("agreed", "returned")),
        WorkPlanStep.account_id == viewer.id,
    )
    confirmed = exists().where(
        of_the_year,
        WorkTarget.plan_id == WorkPlan.id,
        WorkReport.target_id == WorkTarget.id,
        WorkReport.decided_by_id == viewer.id,
    )
    return and_(
        IndicatorObjection.component == TARGET,
        or_(agreed.correlate(IndicatorObjection), confirmed.correlate(IndicatorObjection)),
    )


def _waiting(row: Row[Any]) -> WaitingObjection:
    return WaitingObjection(
        id=row.id,
        officer=row.officer,
        unit=row.unit,
        timezone=row.timezone,
        component=row.component,
        period=row.period,
        at=row.filed_at,
        due_at=row.due_at,
        outcome=row.outcome,
        decided_at=row.decided_at,
    )
