"""The cases that somebody has decided: what the router learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from webapp.attribution.models import Attribution, AttributionShare
from webapp.attribution.routing import DecidedCase, Said
from webapp.database import db
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.vocabulary import ERASED

#: Judgements that people made, here or in the agency's own system.
BY_PEOPLE = ("triage", "contest", "import")


@dataclass(frozen=True, slots=True)
class Decided:
    """A decided case, when it was filed, and when its unit became known to us."""

    case: DecidedCase
    filed_at: datetime
    known_at: datetime


def _by_people() -> ColumnElement[bool]:
    return and_(
        Attribution.superseded_at.is_(None), Attribution.made_by.in_(BY_PEOPLE), AttributionShare.unit_id.is_not(None)
    )


def _kept_by_its_unit() -> ColumnElement[bool]:
    """The unit answered, and the reporter accepted what it said: it was that unit's matter, whoever had sent it."""
    return and_(Complaint.state == State.ACCEPTED, Complaint.unit_id.is_not(None))


def read_decided(most: int) -> list[Decided]:
    """The latest `most` decided cases, the oldest first.

    Left out: what points at a person (whoever it is about must not be found in what is learned), what is worked on
    within another case (the same words would count twice), and what was erased.
    """
    strongest = (
        select(Attribution.feedback_id, Attribution.at, AttributionShare.unit_id)
        .ext(distinct_on(Attribution.feedback_id))
        .join(AttributionShare, AttributionShare.attribution_id == Attribution.id)
        .where(_by_people())
        .order_by(Attribution.feedback_id, AttributionShare.share.desc(), AttributionShare.id)
        .subquery()
    )
    rows = db.session.execute(
        select(
            Complaint.text,
            Feedback.place,
            Feedback.filed_at,
            case((_kept_by_its_unit(), Complaint.unit_id), else_=strongest.c.unit_id).label("unit_id"),
            func.greatest(strongest.c.at, case((_kept_by_its_unit(), Complaint.settled_at))).label("known_at"),
        )
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .outerjoin(strongest, strongest.c.feedback_id == Complaint.feedback_id)
        .where(
            or_(strongest.c.unit_id.is_not(None), _kept_by_its_unit()),
            ~Complaint.points_at_person,
            Complaint.state != State.MERGED,
            Complaint.text != ERASED,
        )
        .order_by(Feedback.filed_at.desc(), Feedback.id.desc())
        .limit(most)
    ).all()
    return [
        Decided(
            DecidedCase(Said(row.text, row.place or ""), str(row.unit_id)), row.filed_at, row.known_at or row.filed_at
        )
        for row in reversed(rows)
    ]


def count_decided(since: datetime | None, most: int) -> int:
    """How many cases were decided after `since` (in all, if None), counted no further than `most`."""
    people = (
        select(Attribution.feedback_id)
        .join(Complaint, Complaint.feedback_id == Attribution.feedback_id)
        # As in the index of decisions, which a parameter would not be found to fit.
        .where(
            Attribution.superseded_at.is_(None),
            Attribution.made_by != literal_column("'rules'"),
            ~Complaint.points_at_person,
        )
    )
    kept = select(Complaint.feedback_id).where(_kept_by_its_unit(), ~Complaint.points_at_person)
    if since is not None:
        people, kept = people.where(Attribution.at > since), kept.where(Complaint.settled_at > since)
    some = people.limit(most).union(kept.limit(most)).subquery()
    return min(db.session.scalar(select(func.count()).select_from(some)) or 0, most)


def hold_out(
    decided: Sequence[Decided], learned_at: datetime | None, share: float, least: int
) -> tuple[list[Decided], list[Decided]]:
    """What to learn from, and what to measure on: the latest `share` of all cases, at least `least`.

    Where a model was learned at `learned_at`, only what became known since is held out: on what it has learned from,
    that model would look better than it is. Nothing is held out where that is fewer than `least`.
    """
    new = [place for place, one in enumerate(decided) if learned_at is None or one.known_at > learned_at]
    wanted = max(least, round(share * len(decided)))
    held = set(new[-wanted:])
    if not least <= len(held) < len(decided):
        return list(decided), []
    return (
        [one for place, one in enumerate(decided) if place not in held],
        [one for place, one in enumerate(decided) if place in held],
    )
