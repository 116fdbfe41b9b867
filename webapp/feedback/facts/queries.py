"""The handling of complaints month by month, by who did it, and never in groups small enough to tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import sqrt

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.feedback.facts.models import Deed, HandlingFact
from webapp.feedback.models import Exclusion, Recusal
from webapp.organisation.models import Officer, Unit

#: Fewer answers than this are shown for nobody and for no month: somebody might know whose they were.
LEAST_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Handled:
    """What was done in a month. Of `answers` (first ones and later ones), `on_time` came in time.

    `accepted`, `disputed` and `silent` are what reporters made of these answers; the rest may still be judged.
    `seconds` is the working time that half of the answers took at most.
    """

    answers: int
    on_time: int
    first_answers: int
    accepted: int
    disputed: int
    silent: int
    unsolved: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class HandledBy:
    """What somebody did; `name` is None for those together who did too little each to be shown alone."""

    account_id: int | None
    officer_id: int | None
    name: str | None
    people: int
    handled: Handled


@dataclass(frozen=True, slots=True)
class MonthOnTime:
    """The part of a month's answers that came in time, 0 to 1, with its interval."""

    month: date
    answers: int
    part: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class MonthlyHandling:
    """A month in the viewer's units. `total` is the sum of what is shown: nothing else can be reckoned from it."""

    month: date
    rows: tuple[HandledBy, ...]
    total: Handled | None
    trend: tuple[MonthOnTime, ...]


def monthly_handling(viewer: Account, month: date, unit_id: int | None = None, *, months: int = 6) -> MonthlyHandling:
    """Who did what in `month` (its first day), by name, in the viewer's units or one of them and below.

    Complaints that concern the viewer, or in which he declared a conflict, count in nothing that he sees.
    """
    here = _may_count(viewer, unit_id)
    alone, few = _by_person(here, month)
    rows = [*alone]
    if sum(row.handled.answers for row in few) >= LEAST_SHOWN:
        rows.append(HandledBy(None, None, None, len(few), _sum([row.handled for row in few])))
    return MonthlyHandling(
        month=month,
        rows=tuple(rows),
        total=_sum([row.handled for row in rows]) if rows else None,
        trend=_on_time_by_month(here, _months_until(month, months)),
    )


def _may_count(viewer: Account, unit_id: int | None) -> ColumnElement[bool]:
    paths = reach(viewer, Permission.INDICATOR_READ_UNIT)
    within = or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))
    if unit_id is not None:
        chosen = select(Unit.path).where(Unit.id == unit_id).scalar_subquery()
        within = and_(within, func.starts_with(Unit.path, chosen))
    concerning = (
        select(Exclusion.complaint_id)
        .join(Officer, Officer.id == Exclusion.officer_id)
        .where(Officer.account_id == viewer.id)
    )
    recused = select(Recusal.complaint_id).where(Recusal.account_id == viewer.id)
    return and_(
        HandlingFact.unit_id.in_(select(Unit.id).where(within)),
        HandlingFact.complaint_id.not_in(concerning),
        HandlingFact.complaint_id.not_in(recused),
    )


def _by_person(here: ColumnElement[bool], month: date) -> tuple[list[HandledBy], list[HandledBy]]:
    """Those with enough answers to be shown, by name, and those with fewer."""
    answer = HandlingFact.deed.in_((Deed.FIRST_ANSWER, Deed.ANSWER))
    rows = db.session.execute(
        select(
            HandlingFact.account_id,
            func.max(HandlingFact.officer_id),
            Account.name,
            func.count().filter(answer),
            func.count().filter(answer, HandlingFact.on_time.is_(True)),
            *(
                func.count().filter(HandlingFact.deed == deed)
                for deed in (Deed.FIRST_ANSWER, Deed.ACCEPTED, Deed.DISPUTED, Deed.SILENT, Deed.UNSOLVED)
            ),
            func.percentile_cont(0.5).within_group(HandlingFact.working_seconds).filter(answer),
        )
        .join(Account, Account.id == HandlingFact.account_id)
        .where(HandlingFact.month == month, here)
        .group_by(HandlingFact.account_id, Account.name)
        .order_by(func.lower(Account.name), HandlingFact.account_id)
    )
    people = [HandledBy(row[0], row[1], row[2], 1, Handled(*row[3:])) for row in rows]
    alone = [row for row in people if row.handled.answers >= LEAST_SHOWN]
    return alone, [row for row in people if row.handled.answers < LEAST_SHOWN]


def _sum(parts: Sequence[Handled]) -> Handled:
    """Several together; there is no common median of medians."""
    return Handled(
        answers=sum(part.answers for part in parts),
        on_time=sum(part.on_time for part in parts),
        first_answers=sum(part.first_answers for part in parts),
        accepted=sum(part.accepted for part in parts),
        disputed=sum(part.disputed for part in parts),
        silent=sum(part.silent for part in parts),
        unsolved=sum(part.unsolved for part in parts),
        seconds=None,
    )


def _on_time_by_month(here: ColumnElement[bool], months: list[date]) -> tuple[MonthOnTime, ...]:
    rows = db.session.execute(
        select(HandlingFact.month, func.count(), func.count().filter(HandlingFact.on_time.is_(True)))
        .where(HandlingFact.month.in_(months), HandlingFact.deed.in_((Deed.FIRST_ANSWER, Deed.ANSWER)), here)
        .group_by(HandlingFact.month)
        .order_by(HandlingFact.month)
    )
    return tuple(
        MonthOnTime(month, answers, on_time / answers, *interval_of(on_time, answers))
        for month, answers, on_time in rows
        if answers >= LEAST_SHOWN
    )


def interval_of(hits: int, of: int) -> tuple[float, float]:
    """Where the part hits / of may lie, at 95 % (Wilson's interval)."""
    z = 1.96
    part, spread = hits / of, z * z / of
    centre = (part + spread / 2) / (1 + spread)
    reaching = z * sqrt(part * (1 - part) / of + spread / (4 * of)) / (1 + spread)
    return max(0.0, centre - reaching), min(1.0, centre + reaching)


def _months_until(month: date, count: int) -> list[date]:
    ordinal = month.year * 12 + month.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(ordinal - count + 1, ordinal + 1)]
