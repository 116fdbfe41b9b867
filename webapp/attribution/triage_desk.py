"""The desk of triage: what waits for a person's choice, why, and what should be looked at first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, literal_column, or_, select, true

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.attribution.models import TextOpinion
from webapp.attribution.teaching import FAINT, HORIZON, OVERDUE, Because, because
from webapp.database import db
from webapp.feedback.clocks.models import ComplaintClock
from webapp.feedback.clocks.vocabulary import Clock
from webapp.feedback.handling import visible_to
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Disposition, Feedback
from webapp.feedback.movement.conflicts import CONFLICT
from webapp.feedback.movement.forwarding import CEILING
from webapp.feedback.vocabulary import Move
from webapp.organisation.models import Service, Unit

#: Entries of one page of the list.
SHOWN = 60
#: Counted no further: beyond it the page says "more than".
MOST_COUNTED = 500
EXCERPT = 240


class TriagePile(StrEnum):
    """Why a complaint lies before triage, in the order in which they should be worked through."""

    #: A conflict of interest or a disputed answer that nobody else could look at.
    CONTESTED = "contested"
    #: Handed on too often: the administrator has the last word.
    CEILING = "ceiling"
    #: The reporter completed what was missing.
    COMPLETED = "completed"
    #: A unit sent it back.
    SENT_BACK = "sent_back"
    #: Passed on or archived, and taken back; or separated again.
    RESTORED = "restored"
    #: The rules could not place it.
    NEW = "new"
    #: Verified, not sent anywhere.
    VERIFIED = "verified"
    #: Waits for its reporter.
    DEFERRED = "deferred"
    #: Passed on or archived: the end, unless somebody takes it back.
    PUT_AWAY = "put_away"


#: Piles that wait for somebody's hand.
TO_DO = tuple(pile for pile in TriagePile if pile not in (TriagePile.DEFERRED, TriagePile.PUT_AWAY))

_WHY = (Move.HELD, Move.COMPLETED, Move.SENT_BACK, Move.FORWARDED, Move.RESTORED, Move.SEPARATED)


@dataclass(frozen=True, slots=True)
class TriageItem:
    """A complaint before triage. Unit and service are what the citizen stated; `from_unit` sent it back, saying `note`.

    `due_at`: until when it should be verified, or completed by its reporter.
    """

    code: str
    kind: str
    excerpt: str
    pile: TriagePile
    state: str
    filed_at: datetime
    due_at: datetime | None
    unit: str | None
    service: str | None
    personal: bool
    note: str | None
    passed_on_to: str | None
    #: The likeliest units by the words, with their probabilities; empty where they speak for none.
    likely: tuple[tuple[str, float], ...]
    #: Why it stands where it stands; None in piles that nobody has to work through.
    because: Because | None


@dataclass(frozen=True, slots=True)
class TriageDesk:
    """One pile, or all that is to be done, what comes first first; `counts` are those of all piles, up to MOST_COUNTED.

    What waits for a hand is in the order of `teaching.precedence`, other piles by age.
    """

    items: tuple[TriageItem, ...]
    counts: dict[TriagePile, int]
    #: Whether there is more than the list shows.
    more: bool

    @property
    def to_do(self) -> int:
        """How many wait for a hand."""
        return min(sum(self.counts.get(pile, 0) for pile in TO_DO), MOST_COUNTED)


def list_triage(
    viewer: Account,
    now: datetime,
    pile: TriagePile | None = None,
    words: str = "",
    kind: str | None = None,
    limit: int = SHOWN,
) -> TriageDesk:
    """What lies before triage: one pile, or all that is to be done; nothing for who holds no COMPLAINT_TRIAGE.

    `words`: only what holds all of them in text or code. `kind`: only complaints of that kind.
    """
    if not reach(viewer, Permission.COMPLAINT_TRIAGE):
        return TriageDesk((), {}, False)
    rows = _rows(viewer, now, pile, words, kind, limit + 1)
    may_know = bool(reach(viewer, Permission.COMPLAINT_READ_PERSONAL))
    names = _names_of({one["unit_id"] for row in rows for one in (row.candidates or [])[:2]})
    items = tuple(
        TriageItem(
            code=row.code,
            kind=row.complaint_kind,
            excerpt=row.excerpt,
            pile=TriagePile(row.pile),
            state=row.state,
            filed_at=row.filed_at,
            due_at=row.due_at,
            unit=row.stated_unit,
            service=row.service,
            personal=row.points_at_person,
            note=row.note,
            passed_on_to=row.passed_on_to,
            likely=() if row.points_at_person and not may_know else _likely(row.candidates, names),
            because=_because(row, now) if pile is None or pile in TO_DO else None,
        )
        for row in rows[:limit]
    )
    return TriageDesk(items, _counts(viewer), len(rows) > limit)


def next_in_triage(viewer: Account, now: datetime) -> str | None:
    """The code of what comes first on the list of all that is to be done; None where nothing waits."""
    if not reach(viewer, Permission.COMPLAINT_TRIAGE):
        return None
    rows = _rows(viewer, now, None, "", None, 1)
    return rows[0].code if rows else None


def _likely(candidates: list[Any] | None, names: Mapping[int, str]) -> tuple[tuple[str, float], ...]:
    return tuple(
        (names[one["unit_id"]], one["probability"])
        for one in (candidates or [])[:2]
        if one["unit_id"] in names and one["probability"] >= FAINT
    )


def _because(row: Any, now: datetime) -> Because | None:
    if row.teaches is None:
        return because({}, 0.0, row.due_at, now)
    return because({one["unit_id"]: one["probability"] for one in row.candidates}, row.teaches, row.due_at, now)


def _names_of(unit_ids: set[int]) -> dict[int, str]:
    if not unit_ids:
        return {}
    return dict(db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(sorted(unit_ids)))).all())


def _why() -> Any:
    """The last move that brought a complaint before triage."""
    return (
        select(Disposition.kind, Disposition.reason, Disposition.note)
        .where(Disposition.complaint_id == Complaint.feedback_id, Disposition.kind.in_(_WHY))
        .order_by(Disposition.id.desc())
        .limit(1)
        .correlate(Complaint)
        .lateral("why")
    )


def _pile_of(why: Any) -> ColumnElement[str]:
    return case(
        (Complaint.state == State.DEFERRED, TriagePile.DEFERRED.value),
        (Complaint.state == State.VERIFIED, TriagePile.VERIFIED.value),
        (Complaint.state.in_((State.PASSED_ON, State.ARCHIVED)), TriagePile.PUT_AWAY.value),
        (why.c.reason == CEILING, TriagePile.CEILING.value),
        (why.c.reason.in_((CONFLICT, "nobody_else")), TriagePile.CONTESTED.value),
        (why.c.kind == Move.COMPLETED, TriagePile.COMPLETED.value),
        (why.c.kind.in_((Move.SENT_BACK, Move.FORWARDED)), TriagePile.SENT_BACK.value),
        (why.c.kind.in_((Move.RESTORED, Move.SEPARATED)), TriagePile.RESTORED.value),
        else_=TriagePile.NEW.value,
    )


def _states_of(pile: TriagePile | None) -> tuple[State, ...]:
    if pile is None:
        return (State.IN_TRIAGE, State.VERIFIED)
    return {
        TriagePile.DEFERRED: (State.DEFERRED,),
        TriagePile.VERIFIED: (State.VERIFIED,),
        TriagePile.PUT_AWAY: (State.PASSED_ON, State.ARCHIVED),
    }.get(pile, (State.IN_TRIAGE,))


def _due() -> Any:
    """Until when somebody has to look at it, or its reporter to complete it."""
    return (
        select(ComplaintClock.due_at)
        .where(
            ComplaintClock.complaint_id == Complaint.feedback_id,
            ComplaintClock.clock.in_((Clock.VERIFY, Clock.COMPLETE)),
            ComplaintClock.stopped_at.is_(None),
            ComplaintClock.paused_at.is_(None),
        )
        .order_by(ComplaintClock.due_at)
        .limit(1)
        .correlate(Complaint)
        .lateral("due")
    )


def _precedence(due_at: ColumnElement[datetime], now: datetime) -> ColumnElement[float]:
    """`teaching.precedence` for a row; what has no opinion teaches nothing that we know of."""
    left = func.extract("epoch", due_at - now) / HORIZON.total_seconds()
    pressure = case((due_at.is_(None), 0.0), (due_at < now, OVERDUE), else_=func.greatest(0.0, 1.0 - left))
    return func.coalesce(TextOpinion.teaches, 0.0) + pressure


def _rows(
    viewer: Account, now: datetime, pile: TriagePile | None, words: str, kind: str | None, limit: int
) -> list[Any]:
    why, due = _why(), _due()
    first = (
        select(
            Complaint.feedback_id,
            due.c.due_at,
            _precedence(due.c.due_at, now).label("precedence"),
        )
        .select_from(Complaint)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .outerjoin(TextOpinion, TextOpinion.feedback_id == Complaint.feedback_id)
        .outerjoin(due, true())
        .where(Complaint.unit_id.is_(None), Complaint.state.in_(_states_of(pile)), visible_to(viewer), _holds(words))
        .limit(limit)
    )
    if pile is not None and _states_of(pile) == (State.IN_TRIAGE,):
        first = first.outerjoin(why, true()).where(_pile_of(why) == pile.value)
    if kind is not None:
        first = first.where(Complaint.complaint_kind == kind)
    return _told(first.order_by(*_order(pile, Complaint.feedback_id, literal_column("precedence"))).subquery(), pile)


def _order(pile: TriagePile | None, id_: Any, precedence: Any) -> tuple[Any, ...]:
    if pile == TriagePile.PUT_AWAY:
        return (id_.desc(),)
    return (id_,) if pile == TriagePile.DEFERRED else (precedence.desc(), id_)


def _told(shown: Any, pile: TriagePile | None) -> list[Any]:
    """All that the list tells of those that it shows."""
    why = _why()
    stated_unit = select(Unit.name).where(Unit.id == Feedback.unit_id).correlate(Feedback).scalar_subquery()
    return list(
        db.session.execute(
            select(
                Complaint.code,
                Complaint.complaint_kind,
                func.left(Complaint.text, EXCERPT).label("excerpt"),
                Complaint.state,
                Complaint.points_at_person,
                Complaint.passed_on_to,
                Feedback.filed_at,
                Service.name.label("service"),
                stated_unit.label("stated_unit"),
                _pile_of(why).label("pile"),
                why.c.note,
                shown.c.due_at,
                TextOpinion.candidates,
                TextOpinion.teaches,
            )
            .select_from(shown)
            .join(Complaint, Complaint.feedback_id == shown.c.feedback_id)
            .join(Feedback, Feedback.id == Complaint.feedback_id)
            .outerjoin(TextOpinion, TextOpinion.feedback_id == Complaint.feedback_id)
            .outerjoin(Service, Service.id == Feedback.service_id)
            .outerjoin(why, true())
            .order_by(*_order(pile, shown.c.feedback_id, shown.c.precedence))
        ).all()
    )


def _counts(viewer: Account) -> dict[TriagePile, int]:
    """How many lie in each pile that wait for somebody, counted up to MOST_COUNTED in all of each state."""
    counts: dict[TriagePile, int] = {}
    for states in ((State.IN_TRIAGE,), (State.VERIFIED, State.DEFERRED)):
        why = _why()
        some = (
            select(_pile_of(why).label("pile"))
            .select_from(Complaint)
            .outerjoin(Unit, Unit.id == Complaint.unit_id)
            .outerjoin(why, true())
            .where(Complaint.unit_id.is_(None), Complaint.state.in_(states), visible_to(viewer))
            .limit(MOST_COUNTED + 1)
            .subquery()
        )
        for pile, n in db.session.execute(select(some.c.pile, func.count()).group_by(some.c.pile)):
            counts[TriagePile(pile)] = n
    return counts


def _holds(words: str) -> ColumnElement[bool]:
    return and_(
        true(),
        *(
            or_(
                false(),
                Complaint.text.icontains(word, autoescape=True),
                Complaint.code.icontains(word, autoescape=True),
            )
            for word in words.split()[:8]
        ),
    )
