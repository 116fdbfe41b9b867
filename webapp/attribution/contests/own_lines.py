"""What an officer reads of the complaints that count against him: never text, code, reporter or photo.

These queries do not go through `visible_to`: it keeps the officer from the complaint as a whole. He reads his own
shares, of what was found founded, in the fields of AttributedLine and nothing else; `telling` says how exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.attribution.contests.models import AttributionShown
from webapp.attribution.contests.telling import Happened, Served, Told, what_may_be_told
from webapp.attribution.contests.vocabulary import Standing
from webapp.attribution.models import Attribution, AttributionShare, Contest, Evidence
from webapp.attribution.queries import Reason
from webapp.attribution.rules import LEAST_OFFICER_SHARE
from webapp.counter.models import Visit
from webapp.database import db
from webapp.encryption import keyring
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.vocabulary import Finding
from webapp.organisation.models import Counter, Officer, Service, Unit
from webapp.organisation.queries import officer_of

#: Plain days in which an officer may contest, from when his page first showed him the line; and in which it is decided.
TERM: Final = timedelta(days=14)
#: Lines on the page, the latest first.
SHOWN: Final = 60
_EARLIER = aliased(Contest)
#: Evidence that is who was at a counter on a day.
_BY_ROSTER: Final = frozenset({"counter_and_shift", "served_at_counter"})


@dataclass(frozen=True, slots=True)
class OwnContest:
    """What the officer wrote, and what was decided."""

    at: datetime
    due_at: datetime
    reason: str
    outcome: str | None
    decided_at: datetime | None
    decided_by: str | None
    decision: str | None


@dataclass(frozen=True, slots=True)
class AttributedLine:
    """One complaint as the officer reads it whom it names.

    `key` opens it and tells nothing: ids would tell in which order things came. `contest_until`: until when he may
    contest it, None where he may not.
    """

    key: str
    feedback_id: int
    attribution_id: int
    share: float
    unit: str | None
    service: str | None
    counter: str | None
    told: Told
    timezone: str
    standing: Standing
    reasons: tuple[Reason, ...]
    contest: OwnContest | None
    contest_until: datetime | None
    shown_before: bool


def list_own_lines(viewer: Account, at: datetime) -> tuple[AttributedLine, ...]:
    """The founded complaints that name the viewer, and those that did when he saw them; none for who is no officer."""
    officer = officer_of(viewer)
    return () if officer is None else _lines_of(officer, at)


def find_own_line(viewer: Account, key: str, at: datetime) -> AttributedLine | None:
    """The viewer's own line with this key."""
    return next((line for line in list_own_lines(viewer, at) if line.key == key), None)


def note_shown(viewer: Account, lines: Iterable[AttributedLine], at: datetime) -> None:
    """The viewer's page shows him these lines: where it never did before, his term runs from `at` on. Flushes only."""
    rows = [line.attribution_id for line in lines if line.standing == Standing.COUNTS]
    officer = officer_of(viewer)
    if officer is not None and rows:
        db.session.execute(
            upsert(AttributionShown).on_conflict_do_nothing(),
            [{"attribution_id": id_, "officer_id": officer.id, "at": at} for id_ in sorted(rows)],
        )


def count_corrected(viewer: Account, first: date, last: date) -> int:
    """How many complaints of these days do not count for the viewer any more because he contested them."""
    officer = officer_of(viewer)
    if officer is None:
        return 0
    rows = db.session.execute(_shares_of(officer).where(contested_by(officer.id))).all()
    corrected = (row for row in _latest_of_each(rows) if _standing(row) == Standing.CORRECTED)
    return sum(first <= _day(row) <= last for row in corrected)


def contested_by(officer_id: int) -> ColumnElement[bool]:
    """Whether an attribution is of feedback that this officer has contested."""
    return (
        select(_EARLIER.id)
        .where(_EARLIER.feedback_id == Attribution.feedback_id, _EARLIER.officer_id == officer_id)
        .exists()
    )


def key_of(officer_id: int, feedback_id: int) -> str:
    """The key of a line: the officer's own, and nothing can be read from it."""
    return keyring().lookup_key("attributed line", f"{officer_id}:{feedback_id}").hex()


def _shares_of(officer: Officer) -> Select[*tuple[Any, ...]]:
    """The officer's shares of founded complaints, and those that he saw or contested; the latest first."""
    decider = aliased(Account)
    return (
        select(
            Attribution.id,
            Attribution.feedback_id,
            Attribution.superseded_at,
            AttributionShare.share,
            Complaint.finding,
            Unit.id.label("unit_id"),
            Unit.name.label("unit"),
            Unit.timezone,
            Service.id.label("service_id"),
            Service.name.label("service"),
            Counter.id.label("counter_id"),
            Counter.name.label("counter"),
            func.coalesce(Visit.finished_at, Feedback.occurred_at, Feedback.filed_at).label("when"),
            AttributionShown.at.label("shown_at"),
            Contest.id.label("contest_id"),
            Contest.at.label("contested_at"),
            Contest.due_at,
            Contest.reason,
            Contest.outcome,
            Contest.decided_at,
            Contest.decision,
            decider.name.label("decided_by"),
        )
        .join(Attribution, Attribution.id == AttributionShare.attribution_id)
        .join(Feedback, Feedback.id == Attribution.feedback_id)
        .join(Complaint, Complaint.feedback_id == Feedback.id)
        .join(Unit, Unit.id == AttributionShare.unit_id)
        .outerjoin(Visit, Visit.id == Feedback.visit_id)
        .outerjoin(Service, Service.id == func.coalesce(Visit.service_id, Feedback.service_id))
        .outerjoin(Counter, and_(Counter.id == Feedback.counter_id, Visit.id.is_(None)))
        .outerjoin(
            AttributionShown,
            and_(AttributionShown.attribution_id == Attribution.id, AttributionShown.officer_id == officer.id),
        )
        .outerjoin(Contest, and_(Contest.attribution_id == Attribution.id, Contest.officer_id == officer.id))
        .outerjoin(decider, decider.id == Contest.decided_by_id)
        .where(
            AttributionShare.officer_id == officer.id,
            AttributionShare.share >= LEAST_OFFICER_SHARE,
            or_(
                and_(Attribution.superseded_at.is_(None), Complaint.finding == Finding.FOUNDED),
                AttributionShown.at.is_not(None),
                Contest.id.is_not(None),
            ),
        )
        .order_by(Attribution.id.desc())
    )


def _lines_of(officer: Officer, at: datetime) -> tuple[AttributedLine, ...]:
    found = db.session.execute(_shares_of(officer).limit(4 * SHOWN)).all()
    rows = _latest_of_each(found)[:SHOWN]
    if not rows:
        return ()
    # What is contested stays so where new evidence names him again before anybody has decided.
    waiting = {row.feedback_id: row for row in found if row.contest_id is not None and row.decided_at is None}
    reasons = _reasons([row.id for row in rows])
    served = _served_by(officer.id, [_day(row) for row in rows])
    lines = [
        _line(officer.id, row, waiting.get(row.feedback_id, row), reasons.get(row.id, ()), served, at) for row in rows
    ]
    # What may be contested comes first. Within the days that are told, the key decides: the order of arrival would tell
    # more.
    return tuple(
        sorted(lines, key=lambda line: (line.contest_until is not None, line.told.last, line.key), reverse=True)
    )


def _latest_of_each(rows: Sequence[Row[Any]]) -> list[Row[Any]]:
    """One row of each complaint: the attribution that stands, else the last that named the officer."""
    chosen: dict[int, Row[Any]] = {}
    for row in rows:
        chosen.setdefault(row.feedback_id, row)
    return list(chosen.values())


def _day(row: Row[Any]) -> date:
    when: datetime = row.when
    return when.astimezone(ZoneInfo(row.timezone)).date()


def _line(
    officer_id: int,
    row: Row[Any],
    contested: Row[Any],
    reasons: tuple[Reason, ...],
    served: Sequence[Served],
    at: datetime,
) -> AttributedLine:
    """The line of `row`; `contested` is that with the contest to show, mostly the same."""
    by_roster = any(reason.rule in _BY_ROSTER for reason in reasons)
    happened = Happened(_day(row), row.unit_id, row.service_id, row.counter_id, by_roster)
    told = what_may_be_told(happened, served)
    standing = _standing(row)
    if standing == Standing.COUNTS and contested is not row:
        standing = Standing.CONTESTED
    until = (row.shown_at or at) + TERM
    may = standing == Standing.COUNTS and at <= until
    return AttributedLine(
        key=key_of(officer_id, row.feedback_id),
        feedback_id=row.feedback_id,
        attribution_id=row.id,
        share=row.share,
        unit=row.unit if told.unit else None,
        service=row.service if told.service else None,
        counter=row.counter if told.counter else None,
        told=told,
        timezone=row.timezone,
        standing=standing,
        reasons=tuple(_without_what_tells(reason, row, told) for reason in reasons),
        contest=_contest(contested),
        contest_until=until if may else None,
        shown_before=row.shown_at is not None,
    )


def _standing(row: Row[Any]) -> Standing:
    if row.superseded_at is not None or row.finding != Finding.FOUNDED:
        return Standing.CORRECTED if row.outcome == "upheld" else Standing.ENDED
    if row.contest_id is None:
        return Standing.COUNTS
    return Standing.CONTESTED if row.decided_at is None else Standing.REFUSED


def _contest(row: Row[Any]) -> OwnContest | None:
    if row.contest_id is None:
        return None
    return OwnContest(
        row.contested_at, row.due_at, row.reason, row.outcome, row.decided_at, row.decided_by, row.decision
    )


def _without_what_tells(reason: Reason, row: Row[Any], told: Told) -> Reason:
    """A reason with those particulars alone that the officer may read: no number, no words, no names but these."""
    known: dict[str, Any] = {"unit": row.unit} if told.unit else {}
    if told.service and row.service:
        known["service"] = row.service
    if told.counter and row.counter:
        known |= {"counter": row.counter, "day": told.first.isoformat()}
    officers = reason.particulars.get("officers")
    if isinstance(officers, int):
        known["officers"] = officers
    return replace(reason, particulars=known, written=None, decided_by=None)


def _reasons(attribution_ids: list[int]) -> dict[int, tuple[Reason, ...]]:
    rows = db.session.execute(
        select(Evidence.attribution_id, Evidence.rule, Evidence.particulars)
        .where(Evidence.attribution_id.in_(attribution_ids))
        .order_by(Evidence.id)
    )
    found: dict[int, tuple[Reason, ...]] = {}
    for attribution_id, rule, particulars in rows:
        found[attribution_id] = (*found.get(attribution_id, ()), Reason(rule, particulars))
    return found


def _served_by(officer_id: int, days: list[date]) -> list[Served]:
    """How many the officer served in the months around these days: by day, unit, service and counter."""
    months = sorted({day.replace(day=1) for day in days})
    around = or_(
        *(
            Visit.finished_at.between(_midnight(month) - timedelta(days=8), _midnight(month) + timedelta(days=40))
            for month in months
        )
    )
    day = func.date(func.timezone(Unit.timezone, Visit.finished_at))
    rows = db.session.execute(
        select(day, Visit.unit_id, Visit.service_id, Visit.counter_id, func.count())
        .join(Unit, Unit.id == Visit.unit_id)
        .where(Visit.officer_id == officer_id, around)
        .group_by(day, Visit.unit_id, Visit.service_id, Visit.counter_id)
    )
    return [Served(*row) for row in rows]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
