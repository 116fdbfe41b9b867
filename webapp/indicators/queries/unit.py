"""What a supervisor reads of the figures of the officers of his units."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, false, or_, select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.indicators.errors import NoSuchOfficer
from webapp.indicators.models import IndicatorSnapshot
from webapp.indicators.queries.sheet import sheet
from webapp.indicators.queries.views import ScoreSheet, UnitChoice
from webapp.organisation.models import Officer, Posting, Unit


def sheet_of(viewer: Account, officer_id: int, period: str) -> ScoreSheet:
    """The figure of an officer of the viewer's units; raises NoSuchOfficer for anybody else."""
    officer = None
    if officer_id < 2**63:  # what is larger is no id, and PostgreSQL would not even look
        officer = db.session.scalars(select(Officer).where(Officer.id == officer_id, in_reach(viewer))).one_or_none()
    if officer is None:
        raise NoSuchOfficer
    return sheet(officer, period, own=officer.account_id == viewer.id)


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
    above = select(Unit.path.concat("%")).where(Unit.id == unit_id).correlate(None).scalar_subquery()
    return query.where(Unit.path.like(above))  # a path is digits and slashes: nothing in it is a wild card
