"""Signals as a viewer may see them.

Everything that is counted is counted among the complaints that he may see: whoever is kept from a case finds it in no
count. A signal of which he may see fewer cases than are shown at all is not there for him.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.attribution.signals.baseline import usual_range
from webapp.attribution.signals.counting import DAY, REPORTER, Subject, counted, daily_counts, local_today
from webapp.attribution.signals.errors import NoSuchSignal
from webapp.attribution.signals.models import Signal, SignalCase, SignalStep
from webapp.attribution.signals.settings import load_rules
from webapp.database import db
from webapp.feedback.desk import EXCERPT
from webapp.feedback.handling import visible_to
from webapp.feedback.models import Complaint, Feedback
from webapp.organisation.managed import LARGEST_ID, in_reach
from webapp.organisation.models import Service, Topic, Unit

#: Signals on a page.
PAGE = 10
#: Cases of one signal on a page.
CASES = 25
#: Days that are drawn: before the signal, and after it as far as they have come.
_BEFORE = 42
_AFTER = 14
_closer = aliased(Account)


@dataclass(frozen=True, slots=True)
class SignalDay:
    """A day of the drawing: what came, and between which counts 95 of 100 such days lie."""

    day: date
    count: int
    expected: float
    low: int
    high: int
    risen: bool


@dataclass(frozen=True, slots=True)
class ListedSignal:
    """A signal in a list, with its drawing. `count` and `days` are of complaints that the viewer may see.

    `a_year`: how many such alarms chance alone would raise in a year, in the whole city.
    """

    id: int
    subject: str
    unit: str
    timezone: str
    first_day: date
    last_day: date
    count: int
    expected: float
    a_year: float
    raised_at: datetime
    seen_at: datetime | None
    closed_at: datetime | None
    closed_by: str | None
    note: str | None
    days: tuple[SignalDay, ...]


@dataclass(frozen=True, slots=True)
class SignalPage:
    """A page of signals, and how many there are open and closed."""

    signals: tuple[ListedSignal, ...]
    open: int
    closed: int


@dataclass(frozen=True, slots=True)
class BehindSignal:
    """A complaint behind a signal."""

    code: str
    excerpt: str
    state: str
    filed_at: datetime


@dataclass(frozen=True, slots=True)
class TakenStep:
    """What somebody did about a signal."""

    step: str
    by: str
    at: datetime
    note: str | None


@dataclass(frozen=True, slots=True)
class SignalSheet:
    """One signal with all that belongs to it."""

    signal: ListedSignal
    cases: tuple[BehindSignal, ...]
    cases_total: int
    steps: tuple[TakenStep, ...]
    #: How many alarms a year the rules let chance raise in the whole city, of how many pairs each.
    allowed_a_year: float
    per_pairs: float


def list_signals(viewer: Account, now: datetime, *, closed: bool = False, page: int = 1) -> SignalPage:
    """Signals of the viewer's units: open ones, those that nobody has looked at first; or closed ones, latest first."""
    shown = _there(viewer)
    totals = shown.with_only_columns(
        func.count().filter(Signal.closed_at.is_(None)), func.count().filter(Signal.closed_at.is_not(None))
    )
    opened, ended = db.session.execute(totals).one()
    order = (
        (Signal.closed_at.desc(), Signal.id.desc())
        if closed
        else (Signal.seen_at.is_not(None), Signal.raised_at.desc(), Signal.surprise, Signal.id.desc())
    )
    rows = db.session.execute(
        shown.where(Signal.closed_at.is_not(None) if closed else Signal.closed_at.is_(None))
        .order_by(*order)
        .limit(PAGE)
        .offset((max(page, 1) - 1) * PAGE)
    ).all()
    return SignalPage(tuple(_listed(viewer, rows, now)), opened, ended)


def get_signal(viewer: Account, signal_id: int, now: datetime) -> SignalSheet:
    """One signal with the cases behind it that the viewer may see; raises NoSuchSignal."""
    rows = db.session.execute(_there(viewer).where(Signal.id == _id(signal_id))).all()
    if not rows:
        raise NoSuchSignal
    (listed,) = _listed(viewer, rows, now)
    behind = (
        select(Complaint.code, func.left(Complaint.text, EXCERPT).label("excerpt"), Complaint.state, Feedback.filed_at)
        .select_from(SignalCase)
        .join(Complaint, Complaint.feedback_id == SignalCase.complaint_id)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .join(Unit, Unit.id == Complaint.unit_id)
        .where(SignalCase.signal_id == listed.id, counted(), visible_to(viewer))
    )
    total = db.session.scalar(behind.with_only_columns(func.count())) or 0
    cases = db.session.execute(behind.order_by(Feedback.filed_at.desc(), Feedback.id.desc()).limit(CASES))
    steps = db.session.execute(
        select(SignalStep.step, Account.name, SignalStep.at, SignalStep.note)
        .join(Account, Account.id == SignalStep.account_id)
        .where(SignalStep.signal_id == listed.id)
        .order_by(SignalStep.id)
    )
    rules = load_rules()
    return SignalSheet(
        signal=listed,
        cases=tuple(BehindSignal(row.code, row.excerpt, row.state, row.filed_at) for row in cases),
        cases_total=total,
        steps=tuple(TakenStep(*row) for row in steps),
        allowed_a_year=rules.alarms_a_year,
        per_pairs=rules.per_pairs,
    )


def find_signal(viewer: Account, signal_id: int, *, lock: bool = False) -> Signal:
    """The signal itself, to do something about it; raises NoSuchSignal."""
    there = _there(viewer).with_only_columns(Signal.id).where(Signal.id == _id(signal_id))
    if db.session.scalar(there) is None:
        raise NoSuchSignal
    query = select(Signal).where(Signal.id == signal_id)
    if lock:  # what was read of it before the lock may be old
        query = query.with_for_update().execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def sees_signal(viewer: Account, signal_id: int) -> bool:
    """Whether there is such a signal for the viewer."""
    there = _there(viewer).with_only_columns(Signal.id).where(Signal.id == _id(signal_id))
    return db.session.scalar(there) is not None


def _there(viewer: Account) -> Select[Any]:
    """The signals that there are for a viewer, with their names and the count of what he may see behind them."""
    seen = (
        select(SignalCase.signal_id, func.count(func.row(REPORTER, DAY).distinct()).label("count"))
        .join(Complaint, Complaint.feedback_id == SignalCase.complaint_id)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .join(Unit, Unit.id == Complaint.unit_id)
        .where(counted(), visible_to(viewer))
        .group_by(SignalCase.signal_id)
        .subquery()
    )
    return (
        select(
            Signal,
            seen.c.count.label("visible"),
            func.coalesce(Topic.name, Service.name).label("subject"),
            Unit.name.label("unit"),
            Unit.timezone,
            _closer.name.label("closed_by"),
        )
        .join(seen, seen.c.signal_id == Signal.id)
        .join(Unit, Unit.id == Signal.unit_id)
        .outerjoin(Topic, Topic.id == Signal.topic_id)
        .outerjoin(Service, Service.id == Signal.service_id)
        .outerjoin(_closer, _closer.id == Signal.closed_by_id)
        .where(in_reach(viewer, Permission.SIGNAL_READ), seen.c.count >= load_rules().least_count)
    )


def _listed(viewer: Account, rows: Sequence[Row[Any]], now: datetime) -> list[ListedSignal]:
    if not rows:
        return []
    today = local_today(now)
    first = min(row.Signal.first_day for row in rows) - timedelta(days=_BEFORE)
    subjects = [Subject(row.Signal.unit_id, row.Signal.topic_id, row.Signal.service_id) for row in rows]
    counts = daily_counts(list(dict.fromkeys(subjects)), first, today, visible_to(viewer))
    return [
        ListedSignal(
            id=row.Signal.id,
            subject=row.subject,
            unit=row.unit,
            timezone=row.timezone,
            first_day=row.Signal.first_day,
            last_day=row.Signal.last_day,
            count=row.visible,
            expected=row.Signal.expected,
            a_year=row.Signal.surprise,
            raised_at=row.Signal.raised_at,
            seen_at=row.Signal.seen_at,
            closed_at=row.Signal.closed_at,
            closed_by=row.closed_by,
            note=row.Signal.note,
            days=tuple(_days(row.Signal, counts.get(subject, {}), today)),
        )
        for row, subject in zip(rows, subjects, strict=True)
    ]


def _days(signal: Signal, counts: dict[date, int], today: date) -> list[SignalDay]:
    """The days before, in and after a signal. After it goes on to be expected what was in its last week."""
    usual = {signal.last_day - timedelta(days=back): value for back, value in enumerate(reversed(signal.usual_days))}
    first = max(signal.first_day - timedelta(days=_BEFORE), min(usual, default=signal.first_day))
    last = min(today, signal.last_day + timedelta(days=_AFTER))
    ranges: dict[float, tuple[int, int]] = {}
    days = []
    for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
        expected = usual.get(day)
        if expected is None:
            back = (day - signal.last_day).days + 6
            expected = usual.get(day - timedelta(days=7 * (back // 7)), 0.0)
        low, high = ranges.setdefault(expected, usual_range(expected, signal.spread))
        days.append(SignalDay(day, counts.get(day, 0), expected, low, high, signal.first_day <= day <= signal.last_day))
    return days


def _id(signal_id: int) -> int:
    return signal_id if 0 < signal_id <= LARGEST_ID else 0
