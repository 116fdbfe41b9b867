"""The officers of a unit by name, each with his figure and whether it asks for a look."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.indicators.models import IndicatorPreset, IndicatorSnapshot
from webapp.indicators.overview.attention import Attention, Standing, attention_for
from webapp.indicators.presets import Mark, read_preset
from webapp.indicators.queries.sheet import too_few, trend_points, units_of
from webapp.indicators.queries.unit import in_reach
from webapp.indicators.queries.views import TrendPoint
from webapp.organisation.models import Officer


@dataclass(frozen=True, slots=True)
class OfficerStanding:
    """An officer and his figure of a quarter, in points of 25 to 100; None while there is none or while it is withheld.

    `own`: it is the viewer himself. `facts`: how many count. `components`: which his figure is made of.
    """

    officer_id: int
    name: str
    own: bool
    figure: float | None
    low: float | None
    high: float | None
    expected: float | None
    status: str
    reliability: float
    facts: int
    attention: Attention
    components: tuple[str, ...]
    reference_id: int | None
    #: By which it was decided who needs a look.
    mark: Mark


def list_standings(viewer: Account, period: str, unit_id: int | None = None) -> tuple[OfficerStanding, ...]:
    """All officers of the viewer's units, or of one of them and those below it, by name."""
    content = IndicatorSnapshot.content
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
            IndicatorSnapshot.reliability,
            IndicatorSnapshot.reference_id,
            IndicatorSnapshot.preset_version,
            func.coalesce(IndicatorSnapshot.facts, 0).label("facts"),
            content["components"].label("components"),
            # whether its officer is kept from it, only that sheet says
            case((Officer.account_id == viewer.id, content)).label("own_content"),
        )
        .outerjoin(
            IndicatorSnapshot,
            (IndicatorSnapshot.officer_id == Officer.id)
            & (IndicatorSnapshot.period == period)
            & IndicatorSnapshot.superseded_at.is_(None),
        )
        .where(Officer.active, in_reach(viewer, unit_id))
        .order_by(func.lower(Officer.name), Officer.id)
    ).all()
    marks = _marks({row.preset_version for row in rows})
    return tuple(_standing(row, viewer, marks.get(row.preset_version, Mark())) for row in rows)


def trends_of(officer_ids: Iterable[int], period: str) -> dict[int, tuple[TrendPoint, ...]]:
    """The weekly figures of officers whom the caller may show."""
    rows = db.session.execute(
        select(IndicatorSnapshot.officer_id, IndicatorSnapshot.content["trend"]).where(
            IndicatorSnapshot.officer_id.in_(list(officer_ids)),
            IndicatorSnapshot.period == period,
            IndicatorSnapshot.superseded_at.is_(None),
        )
    )
    return {officer_id: trend_points({"trend": trend}) for officer_id, trend in rows}


def names_of_units(officer_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The units in which officers are posted now."""
    return units_of(officer_ids)


def _marks(versions: Iterable[str | None]) -> dict[str, Mark]:
    """From where on somebody is to be looked at, by each version of presets: one holds in a quarter, seldom two."""
    rows = db.session.execute(
        select(IndicatorPreset.version, IndicatorPreset.content).where(
            IndicatorPreset.version.in_([version for version in versions if version])
        )
    )
    return {version: read_preset(content).attention for version, content in rows}


def _standing(row: Any, viewer: Account, mark: Mark) -> OfficerStanding:
    own = row.account_id is not None and row.account_id == viewer.id
    withheld = own and too_few(row.own_content)
    known = row.figure is not None and not withheld
    whole = Standing(row.figure, row.low, row.high, row.expected, row.status) if known else None
    parts = row.components or ()
    return OfficerStanding(
        officer_id=row.id,
        name=row.name,
        own=own,
        figure=row.figure if known else None,
        low=row.low if known else None,
        high=row.high if known else None,
        expected=row.expected,
        status=row.status or "not_enough_data",
        reliability=row.reliability or 0.0,
        facts=row.facts,
        attention=attention_for(whole, [(part["name"], _part(part)) for part in parts] if known else [], mark),
        components=tuple(part["name"] for part in parts),
        reference_id=row.reference_id,
        mark=mark,
    )


def _part(part: dict[str, Any]) -> Standing:
    return Standing(part["figure"], part["low"], part["high"], part["expected"], part["status"])
