"""Who may decide a contest, what waits for him, and what he sees of it.

Whoever decides sees the complaint (`visible_to`), holds CONTEST_DECIDE where it lies and where the officer served, and
is no party to it: not the officer, not who named him, not who answered or has the complaint. He is above the officer:
of one who leads a unit, only a supervisor of a unit above it decides, or triage.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.attribution.contests.errors import NoSuchContest
from webapp.attribution.contests.parties import had_a_hand
from webapp.attribution.models import Attribution, AttributionShare, Contest
from webapp.attribution.rules import LEAST_OFFICER_SHARE
from webapp.counter.models import Visit
from webapp.database import db
from webapp.feedback.handling import visible_to
from webapp.feedback.models import Complaint, Feedback
from webapp.organisation.models import Officer, Unit
from webapp.organisation.superiors import is_above, nearest_who_may, within_reach

#: Decided ones that somebody finds again.
DECIDED_SHOWN = 20

#: Where the officer served, as the share says; beside the unit where the complaint lies.
Served = aliased(Unit)


@dataclass(frozen=True, slots=True)
class WaitingContest:
    """A contest in the list of whoever may decide it, or who has decided it."""

    id: int
    code: str
    officer: str
    unit: str
    timezone: str
    at: datetime
    due_at: datetime
    outcome: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class ContestFile:
    """A contest as whoever decides it reads it; the complaint itself comes from its own queries.

    `unit_id` and `unit_path`: where the officer served. `when`: when it happened, as far as that is known.
    `attribution_id`: the judgement that stands now.
    """

    id: int
    code: str
    feedback_id: int
    officer_id: int
    officer: str
    unit_id: int
    unit: str
    unit_path: str
    timezone: str
    when: datetime | None
    share: float
    attribution_id: int
    reason: str
    at: datetime
    due_at: datetime
    outcome: str | None
    decided_at: datetime | None
    decision: str | None


def list_waiting(viewer: Account) -> list[WaitingContest]:
    """What the viewer may decide, what is due first on top."""
    return [_waiting(row) for row in db.session.execute(decidable_by(viewer).order_by(Contest.due_at, Contest.id))]


def list_decided(viewer: Account) -> list[WaitingContest]:
    """What the viewer decided himself, the latest first."""
    rows = db.session.execute(_decided_by(viewer).order_by(Contest.decided_at.desc()).limit(DECIDED_SHOWN))
    return [_waiting(row) for row in rows]


def read_contest(viewer: Account, contest_id: int) -> ContestFile:
    """A contest that the viewer may decide, or decided himself; raises NoSuchContest else."""
    if contest_id >= 2**63:  # what is larger is no id, and PostgreSQL would not even look
        raise NoSuchContest
    row = db.session.execute(decidable_by(viewer).where(Contest.id == contest_id)).one_or_none()
    row = row or db.session.execute(_decided_by(viewer).where(Contest.id == contest_id)).one_or_none()
    if row is None:
        raise NoSuchContest
    return ContestFile(
        id=row.id,
        code=row.code,
        feedback_id=row.feedback_id,
        officer_id=row.officer_id,
        officer=row.officer,
        unit_id=row.unit_id,
        unit=row.unit,
        unit_path=row.unit_path,
        timezone=row.timezone,
        when=row.when,
        share=row.share,
        attribution_id=row.attribution_id,
        reason=row.reason,
        at=row.at,
        due_at=row.due_at,
        outcome=row.outcome,
        decided_at=row.decided_at,
        decision=row.decision,
    )


def may_decide(account: Account, contest_id: int) -> bool:
    """Whether this account may decide that contest now."""
    return db.session.execute(decidable_by(account).where(Contest.id == contest_id)).first() is not None


def nearest_deciders(contest: Contest, *, above: bool = False) -> list[Account]:
    """Who is asked to decide: of those who may, the supervisors nearest to where the officer served, else triage.

    `above`: those after the nearest as well, and triage: for what waited too long. Nobody where nobody may.
    """
    path = db.session.scalar(
        select(Unit.path)
        .join(AttributionShare, AttributionShare.unit_id == Unit.id)
        .where(
            AttributionShare.attribution_id == contest.attribution_id, AttributionShare.officer_id == contest.officer_id
        )
    )
    return nearest_who_may(path, Permission.CONTEST_DECIDE, lambda one: may_decide(one, contest.id), above=above)


def decidable_by(viewer: Account) -> Select[*tuple[Any, ...]]:
    """Contests that wait, and that `viewer` may decide: with the share that stands, and the complaint.

    Where the officer is not named any more (new evidence came), nothing is left to decide.
    """
    query = (
        _contests()
        .join(Attribution, and_(Attribution.feedback_id == Contest.feedback_id, Attribution.superseded_at.is_(None)))
        .join(
            AttributionShare,
            and_(
                AttributionShare.attribution_id == Attribution.id,
                AttributionShare.officer_id == Contest.officer_id,
                AttributionShare.share >= LEAST_OFFICER_SHARE,
            ),
        )
        .join(Served, Served.id == AttributionShare.unit_id)
    )
    return query.where(Contest.decided_at.is_(None), *_may(viewer))


def was_decided_before(viewer: Account, contest_id: int) -> bool:
    """Whether somebody was quicker: it is decided, and the viewer could have."""
    if contest_id >= 2**63:
        return False
    query = _as_contested().where(Contest.id == contest_id, Contest.decided_at.is_not(None), *_may(viewer))
    return db.session.execute(query).first() is not None


def _may(viewer: Account) -> list[ColumnElement[bool]]:
    placed = within_reach(viewer, Permission.CONTEST_DECIDE, Unit.path)
    if reach(viewer, Permission.COMPLAINT_TRIAGE):
        placed = or_(Complaint.unit_id.is_(None), placed)
    return [
        visible_to(viewer),
        placed,
        within_reach(viewer, Permission.CONTEST_DECIDE, Served.path),
        *_no_party(viewer),
        is_above(viewer, Permission.CONTEST_DECIDE, Officer.account_id),
    ]


def _contests() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Contest.id,
            Contest.feedback_id,
            Contest.officer_id,
            Contest.reason,
            Contest.at,
            Contest.due_at,
            Contest.outcome,
            Contest.decided_at,
            Contest.decision,
            Complaint.code,
            Officer.name.label("officer"),
            Served.id.label("unit_id"),
            Served.name.label("unit"),
            Served.path.label("unit_path"),
            func.coalesce(Visit.finished_at, Feedback.occurred_at).label("when"),
            Served.timezone,
            AttributionShare.share,
            Attribution.id.label("attribution_id"),
        )
        .join(Complaint, Complaint.feedback_id == Contest.feedback_id)
        .join(Feedback, Feedback.id == Contest.feedback_id)
        .outerjoin(Visit, Visit.id == Feedback.visit_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .join(Officer, Officer.id == Contest.officer_id)
    )


def _as_contested() -> Select[*tuple[Any, ...]]:
    """Contests with the share that was contested."""
    return (
        _contests()
        .join(Attribution, Attribution.id == Contest.attribution_id)
        .join(
            AttributionShare,
            and_(AttributionShare.attribution_id == Attribution.id, AttributionShare.officer_id == Contest.officer_id),
        )
        .join(Served, Served.id == AttributionShare.unit_id)
    )


def _decided_by(viewer: Account) -> Select[*tuple[Any, ...]]:
    return _as_contested().where(Contest.decided_by_id == viewer.id, visible_to(viewer))


def _no_party(viewer: Account) -> list[ColumnElement[bool]]:
    return [
        Contest.account_id != viewer.id,
        or_(Officer.account_id.is_(None), Officer.account_id != viewer.id),
        ~had_a_hand(viewer, Contest.feedback_id),
    ]


def _waiting(row: Row[Any]) -> WaitingContest:
    return WaitingContest(
        id=row.id,
        code=row.code,
        officer=row.officer,
        unit=row.unit,
        timezone=row.timezone,
        at=row.at,
        due_at=row.due_at,
        outcome=row.outcome,
        decided_at=row.decided_at,
    )
