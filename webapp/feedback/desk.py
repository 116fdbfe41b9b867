"""The desks of those who answer: which complaints lie before a viewer, and why each pile is there.

Every query goes through `visible_to`; what comes out are plain listed fields, never rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    false,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.feedback.handling import visible_to
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Feedback
from webapp.organisation.models import Service, Unit

#: As many of a pile as one page shows; the rest is found by filtering or searching.
LONGEST_PILE = 20
#: Counted no further: a desk that has more is told "more than".
COUNTED = 200
#: Letters of a complaint that a list shows.
EXCERPT = 240


@dataclass(frozen=True, slots=True)
class DeskItem:
    """A complaint in a list. `answered_by_viewer`: he gave the answer that the reporter disputes, so somebody else has
    to look at it."""

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
    #: The reporter owes an answer or what is missing.
    asked: bool
    answered_by_viewer: bool


@dataclass(frozen=True, slots=True)
class Pile:
    """Complaints of one kind of work, the most urgent first.

    `total` counts those beyond the list, too, but no further than COUNTED: `more` says that there are more than that.
    """

    items: tuple[DeskItem, ...] = ()
    total: int = 0
    more: bool = False


@dataclass(frozen=True, slots=True)
class Today:
    """What is asked of the viewer today, of what he has on his desk: not how he compares with anybody."""

    overdue: int
    due_today: int
    replied: int


@dataclass(frozen=True, slots=True)
class Desk:
    """All piles of a viewer.

    `assigned` were given to him and not begun; `untaken` are with nobody (he takes them, or hands them out if he may);
    `others` are with colleagues, for those who may hand complaints out.
    """

    returned: Pile
    assigned: Pile
    mine: Pile
    untaken: Pile
    waiting: Pile
    others: Pile
    today: Today

    @property
    def open(self) -> int:
        """How many wait for the viewer's hand."""
        return self.returned.total + self.assigned.total + self.mine.total + self.untaken.total


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a desk is narrowed down to: everything that is given must hold.

    `words` are all held by text, code, service or unit; `unit_path` is that of a unit with all below it.
    """

    words: str = ""
    unit_path: str | None = None
    kind: str | None = None
    due_before: datetime | None = None
    personal: bool = False

    def conditions(self) -> list[ColumnElement[bool]]:
        """As conditions on Complaint, joined with its Unit and, for `words`, with Service."""
        found: list[ColumnElement[bool]] = []
        if self.words.strip():
            found.append(holds_words(self.words))
        if self.unit_path is not None:
            found.append(Unit.path.startswith(self.unit_path, autoescape=True))
        if self.kind is not None:
            found.append(Complaint.complaint_kind == self.kind)
        if self.due_before is not None:
            found.append(Complaint.due_at < self.due_before)
        if self.personal:
            found.append(Complaint.points_at_person.is_(True))
        return found


def list_desk(
    viewer: Account,
    words: str = "",
    limit: int = LONGEST_PILE,
    *,
    now: datetime | None = None,
    narrowing: Narrowing | None = None,
) -> Desk:
    """The viewer's desk, narrowed down to `narrowing` (or just to `words`), in two queries however much lies there.

    `now` is what today is told by; without it nothing is asked today.
    """
    narrow = narrowing or Narrowing(words)
    own = Complaint.handler_id == viewer.id
    nobodys = Complaint.handler_id.is_(None)
    asked = Complaint.awaiting_reporter_since.is_not(None)
    on_desk = Complaint.state.in_((State.ASSIGNED, State.IN_WORK))
    may_answer, may_assign = Permission.COMPLAINT_ANSWER, Permission.COMPLAINT_ASSIGN

    def within(permission: Permission, *conditions: ColumnElement[bool]) -> _Wanted:
        return _Wanted(viewer, narrow, conditions, reach(viewer, permission))

    def held(*conditions: ColumnElement[bool]) -> _Wanted:
        return _Wanted(viewer, narrow, conditions, None)

    wanted = {
        "returned": within(may_answer, Complaint.state == State.DISPUTED, nobodys),
        "assigned": held(own, Complaint.state == State.ASSIGNED, ~asked),
        "mine": held(own, Complaint.state == State.IN_WORK, ~asked),
        "untaken": within(may_answer, Complaint.state == State.SENT, nobodys),
        "waiting": held(own, or_(Complaint.state == State.ANSWERED, and_(on_desk, asked))),
        "others": within(may_assign, on_desk, Complaint.handler_id != viewer.id),
    }
    counts = _count(wanted, viewer, now)
    filled = {name: one for name, one in wanted.items() if counts[name]}
    items = _list_items(viewer, filled, limit) if filled else {}
    piles = {
        name: Pile(tuple(items.get(name, ())), min(counts[name], COUNTED), counts[name] > COUNTED) for name in wanted
    }
    return Desk(**piles, today=Today(counts["overdue"], counts["due_today"], counts["replied"]))


def list_settled(viewer: Account, words: str = "", limit: int = LONGEST_PILE) -> Pile:
    """What the viewer has answered and the reporter accepted or left unanswered, the latest first."""
    settled = and_(
        Complaint.state.in_((State.ACCEPTED, State.CLOSED, State.UNSOLVED)),
        Complaint.answered_by_id == viewer.id,
        Complaint.settled_at.is_not(None),
    )
    rows = db.session.execute(
        item_columns(viewer)
        .where(visible_to(viewer), settled, *Narrowing(words).conditions())
        .order_by(Complaint.settled_at.desc(), Complaint.feedback_id)
        .limit(limit + 1)
    ).all()
    return Pile(tuple(item_of(row) for row in rows[:limit]), min(len(rows), limit), len(rows) > limit)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A pile as it is asked for: within the units at or below `paths`, or wherever it lies if they are None."""

    viewer: Account
    narrow: Narrowing
    conditions: tuple[ColumnElement[bool], ...]
    paths: list[str] | None

    def ids(self, most: int, *, ordered: bool) -> Select[Any]:
        """Ids and due dates, at most `most`.

        The units are gone through one by one, each giving its most urgent from the index: so what has to be read does
        not grow with what lies there.
        """
        ids: tuple[Any, ...] = (Complaint.feedback_id, Complaint.due_at)
        found: Select[Any] = (
            select(*ids)
            .select_from(Complaint)
            .where(*self.conditions, visible_to(self.viewer), *self.narrow.conditions())
            .limit(most)
        )
        if self.narrow.words.strip():
            found = found.join(Feedback, Feedback.id == Complaint.feedback_id).outerjoin(
                Service, Service.id == Feedback.service_id
            )
        if ordered:
            found = found.order_by(Complaint.due_at.asc().nulls_last(), Complaint.feedback_id)
        if self.paths is None:
            return found.outerjoin(Unit, Unit.id == Complaint.unit_id)
        near = found.where(Complaint.unit_id == Unit.id).correlate(Unit).lateral()
        nearest: Select[Any] = (
            select(near.c.feedback_id, near.c.due_at)
            .select_from(Unit)
            .join(near, true())
            .where(below_any(self.paths))
            .order_by(*((near.c.due_at.asc().nulls_last(), near.c.feedback_id) if ordered else ()))
            .limit(most)
        )
        return nearest


def _count(wanted: dict[str, _Wanted], viewer: Account, now: datetime | None) -> dict[str, int]:
    """How many each pile holds, counted a little beyond COUNTED, and what is asked today."""
    asked_for = {name: one.ids(COUNTED + 1, ordered=False) for name, one in wanted.items()}
    on_desk = and_(
        Complaint.handler_id == viewer.id,
        Complaint.state.in_((State.ASSIGNED, State.IN_WORK)),
        Complaint.awaiting_reporter_since.is_(None),
    )
    if now is not None:
        tonight = _end_of_day(viewer, now)
        answered_by_reporter = (
            select(ComplaintMessage.author)
            .where(ComplaintMessage.complaint_id == Complaint.feedback_id)
            .order_by(ComplaintMessage.id.desc())
            .limit(1)
            .correlate(Complaint)
            .scalar_subquery()
        )
        for name, condition in (
            ("overdue", Complaint.due_at < now),
            ("due_today", and_(Complaint.due_at >= now, Complaint.due_at < tonight)),
            ("replied", answered_by_reporter == "reporter"),
        ):
            asked_for[name] = _Wanted(viewer, Narrowing(), (on_desk, condition), None).ids(COUNTED + 1, ordered=False)
    row = db.session.execute(
        select(
            *(
                select(func.count()).select_from(one.subquery()).scalar_subquery().label(name)
                for name, one in asked_for.items()
            )
        )
    ).one()
    return {"overdue": 0, "due_today": 0, "replied": 0} | dict(row._mapping)


def _end_of_day(viewer: Account, now: datetime) -> datetime:
    """The midnight that ends the viewer's day, in the zone of the unit he works for."""
    zone = ZoneInfo(viewer.grants[0].unit.timezone if viewer.grants else "Asia/Jakarta")
    tomorrow = now.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), zone)


def _list_items(viewer: Account, wanted: dict[str, _Wanted], limit: int) -> dict[str, list[DeskItem]]:
    piled = union_all(
        *(
            select(literal(name).label("pile"), one.c.feedback_id, one.c.due_at)
            for name, one in ((name, one.ids(limit, ordered=True).subquery()) for name, one in wanted.items())
        )
    ).subquery("piled")
    rows = db.session.execute(
        item_columns(viewer, piled, piled.c.feedback_id == Complaint.feedback_id)
        .add_columns(piled.c.pile)
        .order_by(piled.c.due_at.asc().nulls_last(), piled.c.feedback_id)
    )
    found: dict[str, list[DeskItem]] = {}
    for row in rows:
        found.setdefault(row.pile, []).append(item_of(row))
    return found


def item_columns(
    viewer: Account, first: FromClause | None = None, on: ColumnElement[bool] | None = None
) -> Select[Any]:
    """What a DeskItem is made of, from Complaint with Feedback, Unit, Service and the account that has it.

    With `first`, from there and joined with Complaint by `on`. Callers add `visible_to`.
    """
    columns: Select[Any] = select(
        Complaint.feedback_id,
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
        Complaint.awaiting_reporter_since.is_not(None).label("asked"),
        func.coalesce(Complaint.answered_by_id == viewer.id, false()).label("answered_by_viewer"),
    )
    start = columns.select_from(Complaint) if first is None else columns.select_from(first).join(Complaint, on)
    return (
        start.join(Feedback, Feedback.id == Complaint.feedback_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .outerjoin(Service, Service.id == Feedback.service_id)
        .outerjoin(Account, Account.id == Complaint.handler_id)
    )


def item_of(row: Any) -> DeskItem:
    """A row of `item_columns`."""
    return DeskItem(
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
