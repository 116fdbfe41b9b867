"""What a supervisor reads of the figures of the officers of his units."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, false, func, or_, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.indicators.errors import NoSuchOfficer
from webapp.indicators.models import IndicatorSnapshot
from webapp.indicators.queries.sheet import sheet, too_few, trend_points, units_of
from webapp.indicators.queries.views import FigureList, OfficerFigure, ScoreSheet, UnitChoice
from webapp.organisation.models import Officer, Posting, Unit

#: Officers on one page.
PAGE = 50


def sheet_of(viewer: Account, officer_id: int, period: str) -> ScoreSheet:
    """The figure of an officer of the viewer's units; raises NoSuchOfficer for anybody else."""
    officer = None
    if officer_id < 2**63:  # what is larger is no id, and PostgreSQL would not even look
        officer = db.session.scalars(select(Officer).where(Officer.id == officer_id, in_reach(viewer))).one_or_none()
    if officer is None:
        raise NoSuchOfficer
    return sheet(officer, period, own=officer.account_id == viewer.id)


def list_figures(
    viewer: Account, period: str, *, unit_id: int | None = None, words: str = "", page: int = 1
) -> FigureList:
    """Officers of the viewer's units by name, never a ranking, with their figures of a quarter."""
    chosen = [Officer.active, in_reach(viewer, unit_id)]
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
            IndicatorSnapshot.reliability,
            IndicatorSnapshot.id.label("snapshot_id"),
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
    units = units_of([row.id for row in rows])
    figures = []
    for row in rows:
        withheld = row.account_id == viewer.id and too_few(row.content)
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
                trend=() if withheld else trend_points(row.content),
                reliability=row.reliability or 0.0,
                snapshot_id=row.snapshot_id,
            )
        )
    return FigureList(tuple(figures), total, page, pages)


def periods_of(viewer: Account) -> tuple[str, ...]:
    """The quarters in which officers of the viewer's units have figures, the latest first."""
    return tuple(
        db.session.scalars(
            select(IndicatorSnapshot.period)
            .join(Officer, Officer.id == IndicatorSnapshot.officer_id)
            .where(IndicatorSnapshot.superseded_at.is_(None), in_reach(viewer))
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


def in_reach(viewer: Account, unit_id: int | None = None) -> ColumnElement[bool]:
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
