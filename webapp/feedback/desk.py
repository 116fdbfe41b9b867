"""The desks of those who answer: which complaints lie before a viewer, and why each pile is there.

Every query goes through `visible_to`; what comes out are plain listed fields, never rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.feedback.handling import visible_to
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Feedback
from webapp.organisation.models import Service, Unit

#: As many of a pile as one page shows; the rest is found by searching.
LONGEST_PILE = 60
#: Letters of a complaint that a list shows.
EXCERPT = 240


@dataclass(frozen=True, slots=True)
class DeskItem:
    """A complaint in a list. `asked`: the last word was a question of ours. `answered_by_viewer`: he gave the answer
    that the reporter disputes, so somebody else has to look at it."""

    code: str
    kind: str
    excerpt: str
    state: str
    filed_at: datetime
    due_at: datetime | None
    timezone: str
    unit: str | None
    service: str | None
    personal: bool
    handler: str | None
    asked: bool
    answered_by_viewer: bool


@dataclass(frozen=True, slots=True)
class Pile:
    """Complaints of one kind of work, the most urgent first. `total` counts those beyond the list, too."""

    items: tuple[DeskItem, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Desk:
    """All piles of a viewer. `others`: with colleagues, for those who may hand complaints out."""

    returned: Pile
    mine: Pile
    untaken: Pile
    waiting: Pile
    others: Pile

    @property
    def open(self) -> int:
        """How many wait for the viewer's hand."""
        return self.returned.total + self.mine.total + self.untaken.total


def list_desk(viewer: Account, words: str = "", limit: int = LONGEST_PILE) -> Desk:
    """The viewer's desk; with `words`, only what holds all of them in text, code, service or unit."""
    may_answer = below_any(reach(viewer, Permission.COMPLAINT_ANSWER))
    may_assign = below_any(reach(viewer, Permission.COMPLAINT_ASSIGN))
    own = Complaint.handler_id == viewer.id
    asked = last_message_kind() == "question"
    nobodys = Complaint.handler_id.is_(None)

    def pile(*conditions: ColumnElement[bool]) -> Pile:
        return _pile(viewer, and_(*conditions), words, limit, Complaint.due_at.asc().nulls_last())

    return Desk(
        returned=pile(Complaint.state == State.DISPUTED, nobodys, may_answer),
        mine=pile(Complaint.state == State.IN_WORK, own, func.coalesce(~asked, true())),
        untaken=pile(Complaint.state == State.SENT, nobodys, may_answer),
        waiting=pile(own, or_(Complaint.state == State.ANSWERED, and_(Complaint.state == State.IN_WORK, asked))),
        others=pile(Complaint.state == State.IN_WORK, Complaint.handler_id != viewer.id, may_assign),
    )


def list_settled(viewer: Account, words: str = "", limit: int = LONGEST_PILE) -> Pile:
    """What the viewer has answered and the reporter accepted or left unanswered, the latest first."""
    settled = and_(
        Complaint.state.in_((State.ACCEPTED, State.CLOSED)),
        Complaint.answered_by_id == viewer.id,
    )
    return _pile(viewer, settled, words, limit, Complaint.settled_at.desc().nulls_last())


def below_any(paths: list[str]) -> ColumnElement[bool]:
    """Whether the complaint lies at or below one of these paths of units."""
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))


def last_message_kind() -> ColumnElement[str | None]:
    """Kind of the last message on the complaint; null while nothing was said."""
    return (
        select(ComplaintMessage.kind)
        .where(ComplaintMessage.complaint_id == Complaint.feedback_id)
        .order_by(ComplaintMessage.id.desc())
        .limit(1)
        .correlate(Complaint)
        .scalar_subquery()
    )


def holds_words(words: str) -> ColumnElement[bool]:
    """Whether text, code, service or unit of the complaint hold every one of `words`."""
    return and_(
        true(),
        *(
            or_(
                Complaint.text.icontains(word, autoescape=True),
                Complaint.code.icontains(word, autoescape=True),
                Service.name.icontains(word, autoescape=True),
                Unit.name.icontains(word, autoescape=True),
            )
            for word in words.split()[:8]
        ),
    )


def _pile(
    viewer: Account, condition: ColumnElement[bool], words: str, limit: int, order: ColumnElement[datetime | None]
) -> Pile:
    rows = db.session.execute(
        select(
            Complaint.code,
            Complaint.complaint_kind,
            func.left(Complaint.text, EXCERPT).label("excerpt"),
            Complaint.state,
            Feedback.filed_at,
            Complaint.due_at,
            Unit.timezone,
            Unit.name.label("unit"),
            Service.name.label("service"),
            Complaint.points_at_person,
            Account.name.label("handler"),
            (func.coalesce(last_message_kind(), "") == "question").label("asked"),
            func.coalesce(Complaint.answered_by_id == viewer.id, false()).label("answered_by_viewer"),
            func.count().over().label("total"),
        )
        .select_from(Complaint)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .outerjoin(Service, Service.id == Feedback.service_id)
        .outerjoin(Account, Account.id == Complaint.handler_id)
        .where(visible_to(viewer), condition, holds_words(words))
        .order_by(order, Feedback.filed_at, Complaint.feedback_id)
        .limit(limit)
    ).all()
    items = tuple(
        DeskItem(
            code=row.code,
            kind=row.complaint_kind,
            excerpt=row.excerpt,
            state=row.state,
            filed_at=row.filed_at,
            due_at=row.due_at,
            timezone=row.timezone or "Asia/Jakarta",
            unit=row.unit,
            service=row.service,
            personal=row.points_at_person,
            handler=row.handler,
            asked=row.asked,
            answered_by_viewer=row.answered_by_viewer,
        )
        for row in rows
    )
    return Pile(items, rows[0].total if rows else 0)
