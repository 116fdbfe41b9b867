"""Reading attributions: why a complaint is where it is, whom it concerns, and what nobody could place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, literal, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can, reach
from webapp.attribution.models import LEADS, Attribution, AttributionShare, Evidence
from webapp.database import db
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import get_case
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Feedback
from webapp.organisation.models import Officer, Unit
from webapp.organisation.queries import list_officers_below

#: States in which triage still says where a complaint belongs.
DECIDABLE = (State.FILED, State.IN_TRIAGE, State.VERIFIED, State.SENT)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a complaint is where it is: the rule that spoke with its particulars, for `sentences.evidence_sentence`.

    `written` is what a person who decided wrote as reason. `weight`: how much this piece of evidence counted beside the
    others, 0 to 1; None where it decided alone.
    """

    rule: str
    particulars: Mapping[str, Any]
    decided_by: str | None = None
    written: str | None = None
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Concerned:
    """A share of a complaint: an officer in a unit, or the unit as a whole (`officer` None). `share`: 0 to 1.

    `charged` is false for an officer who may be meant, not surely enough for it to count: his part is in the unit's.
    """

    unit: str | None
    officer: str | None
    share: float
    charged: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """A unit or an officer that triage may choose; `depth` is the unit's level in the tree."""

    id: int
    name: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """The judgement that stands: its id (0 while there is none), whom it names, and why."""

    id: int = 0
    made_by: str = ""
    decided_by_id: int | None = None
    shares: tuple[Concerned, ...] = ()
    unit_ids: tuple[int | None, ...] = field(default=())
    officer_ids: tuple[int | None, ...] = field(default=())
    #: Why, piece by piece.
    reasons: tuple[Reason, ...] = ()
    #: Officers who may be meant and are not charged.
    possibly: tuple[Concerned, ...] = ()


def reasons_for(complaint: Complaint) -> tuple[Reason, ...]:
    """Why a complaint is where it is, for callers that have opened it as their viewer."""
    return standing_of(complaint.feedback_id).reasons


def concerned_for(viewer: Account, complaint: Complaint) -> tuple[Concerned, ...]:
    """The same for a complaint that was opened as `viewer`."""
    return evidence_for(viewer, complaint)[1]


def evidence_for(viewer: Account, complaint: Complaint) -> tuple[tuple[Reason, ...], tuple[Concerned, ...]]:
    """Why a complaint that was opened as `viewer` is where it is; and whom it concerns, for who may know that."""
    standing = standing_of(complaint.feedback_id)
    may_know = can(viewer, Permission.COMPLAINT_READ_PERSONAL, complaint.unit)
    return standing.reasons, standing.shares + standing.possibly if may_know else ()


def standing_of(feedback_id: int) -> Standing:
    """The judgement that stands on a feedback. For callers that have checked their viewer."""
    piece = func.jsonb_build_object(
        "rule", Evidence.rule, "particulars", Evidence.particulars, "weight", Evidence.weight
    )
    evidence = (
        select(func.jsonb_agg(aggregate_order_by(piece, Evidence.id)))
        .where(Evidence.attribution_id == Attribution.id)
        .correlate(Attribution)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(
            Attribution.id,
            Attribution.made_by,
            Attribution.decided_by_id,
            Attribution.reason,
            Account.name.label("decided_by"),
            evidence.label("evidence"),
            AttributionShare.share,
            AttributionShare.unit_id,
            AttributionShare.officer_id,
            Unit.name.label("unit"),
            Officer.name.label("officer"),
        )
        .join(AttributionShare, AttributionShare.attribution_id == Attribution.id)
        .outerjoin(Account, Account.id == Attribution.decided_by_id)
        .outerjoin(Unit, Unit.id == AttributionShare.unit_id)
        .outerjoin(Officer, Officer.id == AttributionShare.officer_id)
        .where(Attribution.feedback_id == feedback_id, Attribution.superseded_at.is_(None))
        .order_by(AttributionShare.share.desc(), AttributionShare.id)
    ).all()
    if not rows:
        return Standing()
    first, pieces = rows[0], rows[0].evidence or []
    return Standing(
        id=first.id,
        made_by=first.made_by,
        decided_by_id=first.decided_by_id,
        shares=tuple(Concerned(row.unit, row.officer, row.share) for row in rows if row.unit is not None),
        unit_ids=tuple(row.unit_id for row in rows),
        officer_ids=tuple(row.officer_id for row in rows),
        reasons=tuple(
            Reason(
                one["rule"],
                {name: told for name, told in one["particulars"].items() if name != LEADS},
                first.decided_by,
                first.reason,
                one["weight"],
            )
            for one in pieces
        ),
        possibly=_possibly([lead for one in pieces for lead in one["particulars"].get(LEADS, ())]),
    )


def _possibly(leads: list[tuple[int, int, float]]) -> tuple[Concerned, ...]:
    """Officers who may be meant and are not charged, the likeliest first."""
    if not leads:
        return ()
    officers = select(literal("officer"), Officer.id, Officer.name).where(Officer.id.in_([lead[1] for lead in leads]))
    units = select(literal("unit"), Unit.id, Unit.name).where(Unit.id.in_([lead[0] for lead in leads]))
    names = {(what, id_): name for what, id_, name in db.session.execute(union_all(officers, units))}
    return tuple(
        Concerned(names.get(("unit", unit_id)), names[("officer", officer_id)], share, charged=False)
        for unit_id, officer_id, share in sorted(leads, key=lambda lead: (-lead[2], lead[1]))
        if ("officer", officer_id) in names
    )


def get_decidable(viewer: Account, code: str, *, lock: bool = False) -> Complaint:
    """The complaint with this code if `viewer` does triage where it lies; raises NotForThisPerson else."""
    complaint = get_case(viewer, code, lock=lock)
    if not can(viewer, Permission.COMPLAINT_TRIAGE, complaint.unit):
        raise NotForThisPerson
    return complaint


def unit_choices(viewer: Account) -> tuple[Choice, ...]:
    """The units to which `viewer` may send what triage decides, in the order of the tree."""
    paths = reach(viewer, Permission.COMPLAINT_TRIAGE)
    units = [
        unit
        for path in paths
        for unit in db.session.scalars(
            select(Unit).where(Unit.active, Unit.path.startswith(path, autoescape=True)).order_by(Unit.path)
        )
    ]
    return tuple(Choice(unit.id, unit.name, unit.path.count("/") - 2) for unit in units)


def officer_choices(viewer: Account, unit_id: int) -> tuple[Choice, ...]:
    """The officers at and below a unit that `viewer` may choose; none for a unit beyond his reach."""
    unit = db.session.get(Unit, unit_id)
    if unit is None or not can(viewer, Permission.COMPLAINT_TRIAGE, unit):
        return ()
    return tuple(Choice(officer.id, officer.name) for officer in list_officers_below(unit.path))


def count_homeless_ratings(viewer: Account, most: int) -> int:
    """How many ratings came in without anything that tells their unit, counted no further than `most`.

    0 for who holds no COMPLAINT_TRIAGE.
    """
    if not reach(viewer, Permission.COMPLAINT_TRIAGE):
        return 0
    some = (
        select(AttributionShare.id)
        .join(Attribution, Attribution.id == AttributionShare.attribution_id)
        .join(Feedback, Feedback.id == Attribution.feedback_id)
        .where(AttributionShare.unit_id.is_(None), Attribution.superseded_at.is_(None), Feedback.kind == "rating")
        .limit(most)
        .subquery()
    )
    return db.session.scalar(select(func.count()).select_from(some)) or 0
