"""Reading figures: one's own, and those of the officers of one's units."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, false, func, or_, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.indicators.errors import NoSuchOfficer
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
from webapp.organisation.models import Officer, Posting, Unit
from webapp.organisation.queries import officer_of

#: Officers on one page.
PAGE = 50


@dataclass(frozen=True, slots=True)
class ComponentView:
    """One part of the figure. Points 25 to 100; `weight` 0 to 1. figure, low, high: None where they are withheld."""

    name: str
    figure: float | None
    low: float | None
    high: float | None
    expected: float
    weight: float
    status: str
    facts: int


@dataclass(frozen=True, slots=True)
class GroupView:
    """Lines shown as one; `points` moved the figure by. None where fewer raters stand behind it than may be shown.

    `kind`: ratings, waiting, cases, case. `sources`: how many ratings, complaints, answers.
    """

    component: str
    kind: str
    since: date | None
    until: date | None
    facts: int
    sources: dict[str, int]
    points: float | None


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The figure as it was at the end of a week."""

    until: date
    figure: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Damped:
    """How many facts counted little or nothing, and why: share_too_small, unverified, same_rater, same_day."""

    reason: str
    facts: int


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """One officer's figure of one quarter. figure, low, high are None while there is none, or while it is withheld.

    `withheld`: so few people rated that the figure itself would tell how; only its officer is kept from it.
    """

    officer_id: int
    officer: str
    units: tuple[str, ...]
    period: str
    periods: tuple[str, ...]
    computed_at: datetime | None = None
    figure: float | None = None
    low: float | None = None
    high: float | None = None
    expected: float | None = None
    status: str = "not_enough_data"
    facts: int = 0
    withheld: bool = False
    components: tuple[ComponentView, ...] = ()
    groups: tuple[GroupView, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    damped: tuple[Damped, ...] = ()


@dataclass(frozen=True, slots=True)
class OfficerFigure:
    """An officer in the list of a supervisor."""

    officer_id: int
    officer: str
    units: tuple[str, ...]
    figure: float | None
    low: float | None
    high: float | None
    expected: float | None
    status: str
    facts: int
    trend: tuple[TrendPoint, ...]


@dataclass(frozen=True, slots=True)
class FigureList:
    """One page of officers by name. `total` counts all pages."""

    officers: tuple[OfficerFigure, ...]
    total: int
    page: int
    pages: int


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit to filter by; `depth` is its level below the topmost that the viewer may read."""

    id: int
    name: str
    depth: int


def own_sheet(viewer: Account, period: str) -> ScoreSheet | None:
    """The viewer's own figure of a quarter; None for an account that is no officer's."""
    officer = officer_of(viewer)
    return None if officer is None else _sheet(officer, period, own=True)


def sheet_of(viewer: Account, officer_id: int, period: str) -> ScoreSheet:
    """The figure of an officer of the viewer's units; raises NoSuchOfficer for anybody else."""
    officer = None
    if officer_id < 2**63:  # what is larger is no id, and PostgreSQL would not even look
        officer = db.session.scalars(select(Officer).where(Officer.id == officer_id, _in_reach(viewer))).one_or_none()
    if officer is None:
        raise NoSuchOfficer
    return _sheet(officer, period, own=officer.account_id == viewer.id)


def list_figures(
    viewer: Account, period: str, *, unit_id: int | None = None, words: str = "", page: int = 1
) -> FigureList:
    """Officers of the viewer's units by name, never a ranking, with their figures of a quarter."""
    chosen = [Officer.active, _in_reach(viewer, unit_id)]
    chosen += [Officer.name.icontains(word, autoescape=True) for word in words.split()[:5]]
    total = db.session.scalar(select(func.count()).select_from(Officer).where(*chosen)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(1, page), pages)
    rows = db.session.execute(
        select(
            Officer.id,
            Officer.name,
            Officer.account_id,
            IndicatorSnapshot.figure,
            IndicatorSnapshot.low,
            IndicatorSnapshot.high,
            IndicatorSnapshot.expected,
            IndicatorSnapshot.status,
            func.coalesce(func.cardinality(IndicatorSnapshot.fact_ids), 0).label("facts"),
            IndicatorSnapshot.content,
        )
        .outerjoin(
            IndicatorSnapshot,
            (IndicatorSnapshot.officer_id == Officer.id)
            & (IndicatorSnapshot.period == period)
            & IndicatorSnapshot.superseded_at.is_(None),
        )
        .where(*chosen)
        .order_by(func.lower(Officer.name), Officer.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    units = _units_of([row.id for row in rows])
    figures = []
    for row in rows:
        withheld = row.account_id == viewer.id and _too_few(row.content)
        figures.append(
            OfficerFigure(
                officer_id=row.id,
                officer=row.name,
                units=units.get(row.id, ()),
                figure=None if withheld else row.figure,
                low=None if withheld else row.low,
                high=None if withheld else row.high,
                expected=row.expected,
                status=row.status or "not_enough_data",
                facts=row.facts,
                trend=() if withheld else _trend(row.content),
            )
        )
    return FigureList(tuple(figures), total, page, pages)


def periods_of(viewer: Account) -> tuple[str, ...]:
    """The quarters in which officers of the viewer's units have figures, the latest first."""
    return tuple(
        db.session.scalars(
            select(IndicatorSnapshot.period)
            .join(Officer, Officer.id == IndicatorSnapshot.officer_id)
            .where(IndicatorSnapshot.superseded_at.is_(None), _in_reach(viewer))
            .distinct()
            .order_by(IndicatorSnapshot.period.desc())
            .limit(8)
        )
    )


def unit_filters(viewer: Account) -> tuple[UnitChoice, ...]:
    """The units whose figures the viewer may read, in the order of the tree."""
    choices: list[UnitChoice] = []
    for path in reach(viewer, Permission.INDICATOR_READ_UNIT):
        units = db.session.scalars(
            select(Unit).where(Unit.active, Unit.path.startswith(path, autoescape=True)).order_by(Unit.path)
        )
        choices += [UnitChoice(unit.id, unit.name, unit.path.count("/") - path.count("/")) for unit in units]
    return tuple(choices)


def counted_complaints(viewer: Account) -> frozenset[int]:
    """The complaints whose facts stand in the viewer's own figures, by their ids; none for who is no officer."""
    officer = officer_of(viewer)
    if officer is None:
        return frozenset()
    return frozenset(
        db.session.scalars(
            select(IndicatorFact.feedback_id).where(
                IndicatorFact.officer_id == officer.id,
                IndicatorFact.withdrawn_at.is_(None),
                IndicatorFact.key.startswith("complaint:"),
            )
        )
    )


def _in_reach(viewer: Account, unit_id: int | None = None) -> ColumnElement[bool]:
    """Whether an officer is posted now within the viewer's reach, and at or below the unit if one is given."""
    paths = reach(viewer, Permission.INDICATOR_READ_UNIT)
    below = or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))
    query = exists().where(
        Posting.officer_id == Officer.id, Posting.ends_on.is_(None), Unit.id == Posting.unit_id, below
    )
    if unit_id is None:
        return query
    path = db.session.scalar(select(Unit.path).where(Unit.id == unit_id)) or "-"
    return query.where(Unit.path.startswith(path, autoescape=True))


def _sheet(officer: Officer, period: str, *, own: bool) -> ScoreSheet:
    periods = db.session.scalars(
        select(IndicatorSnapshot.period)
        .where(IndicatorSnapshot.officer_id == officer.id, IndicatorSnapshot.superseded_at.is_(None))
        .order_by(IndicatorSnapshot.period.desc())
    ).all()
    empty = ScoreSheet(officer.id, officer.name, _units_of([officer.id]).get(officer.id, ()), period, tuple(periods))
    snapshot = db.session.scalars(
        select(IndicatorSnapshot).where(
            IndicatorSnapshot.officer_id == officer.id,
            IndicatorSnapshot.period == period,
            IndicatorSnapshot.superseded_at.is_(None),
        )
    ).one_or_none()
    if snapshot is None:
        return empty
    content = snapshot.content
    withheld = own and _too_few(content)
    return replace(
        empty,
        computed_at=snapshot.computed_at,
        figure=None if withheld else snapshot.figure,
        low=None if withheld else snapshot.low,
        high=None if withheld else snapshot.high,
        expected=snapshot.expected,
        status=snapshot.status,
        facts=len(snapshot.fact_ids),
        withheld=withheld,
        components=tuple(_component(part, content, withheld) for part in content["components"]),
        groups=_groups(content, own),
        trend=() if withheld else _trend(content),
        damped=tuple(Damped(item["reason"], item["facts"]) for item in content["not_counted"]),
    )


def _too_few(content: dict[str, Any] | None) -> bool:
    """Whether a group stands there of fewer raters than may be shown: then the figure would tell what it hides."""
    return content is not None and any(not group["shown"] for group in content["groups"])


def _component(part: dict[str, Any], content: dict[str, Any], withheld: bool) -> ComponentView:
    hidden = withheld and any(g["component"] == part["name"] and not g["shown"] for g in content["groups"])
    return ComponentView(
        name=part["name"],
        figure=None if hidden else part["figure"],
        low=None if hidden else part["low"],
        high=None if hidden else part["high"],
        expected=part["expected"],
        weight=part["weight"],
        status=part["status"],
        facts=part["facts"],
    )


def _groups(content: dict[str, Any], own: bool) -> tuple[GroupView, ...]:
    """The groups, newest first. To the officer himself a founded complaint tells its month alone: neither its day nor
    its place among the other lines may tell which visit it was."""
    groups = [_group(group, own) for group in content["groups"]]
    if not own:
        return tuple(groups)
    about_him = [_month_alone(group) for group in groups if "complaint" in group.sources]
    others = [group for group in groups if "complaint" not in group.sources]
    about_him.sort(key=lambda group: (group.until or date.min, group.points or 0.0), reverse=True)
    return (*others, *about_him)


def _month_alone(group: GroupView) -> GroupView:
    if group.since is None or group.until is None:
        return group
    following = (group.until.replace(day=1) + timedelta(days=31)).replace(day=1)
    return replace(group, since=group.since.replace(day=1), until=following - timedelta(days=1))


def _group(group: dict[str, Any], own: bool) -> GroupView:
    return GroupView(
        component=group["component"],
        kind=group["kind"],
        since=_day(group["since"]),
        until=_day(group["until"]),
        facts=group["facts"],
        sources={source: count for source, count in group["sources"]},  # noqa: C416  pairs come as lists from JSON
        points=group["points"] if group["shown"] or not own else None,
    )


def _trend(content: dict[str, Any] | None) -> tuple[TrendPoint, ...]:
    if content is None:
        return ()
    return tuple(
        TrendPoint(date.fromisoformat(point["until"]), point["figure"], point["low"], point["high"])
        for point in content["trend"]
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def _units_of(officer_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    rows = db.session.execute(
        select(Posting.officer_id, Unit.name)
        .join(Unit, Unit.id == Posting.unit_id)
        .where(Posting.officer_id.in_(list(officer_ids)), Posting.ends_on.is_(None))
        .order_by(Posting.officer_id, Posting.starts_on, Posting.id)
    )
    units: dict[int, tuple[str, ...]] = {}
    for officer_id, name in rows:
        units[officer_id] = (*units.get(officer_id, ()), name)
    return units
