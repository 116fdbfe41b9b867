"""The lines of an officer's figures, found by the keys that pages carry, and what they stand for."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.indicators.components.registry import counted_in
from webapp.indicators.contents import basis_of, content_of
from webapp.indicators.errors import IndicatorError
from webapp.indicators.line_groups import members_of
from webapp.indicators.line_keys import line_key
from webapp.indicators.models import IndicatorSnapshot
from webapp.indicators.objections.models import LineSeen
from webapp.indicators.queries import GroupView, own_sheet
from webapp.indicators.stored_facts import StoredFact

#: Quarters whose lines are looked at, the latest first: older ones were seen long ago.
QUARTERS = 6


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line as its officer reads it, with the snapshot that it stands in."""

    key: str
    officer_id: int
    period: str
    snapshot_id: int
    group: GroupView


def find_line(viewer: Account, officer_id: int, key: str) -> OwnLine | None:
    """The viewer's own line with this key, in one of his current figures; None where there is none (any more)."""
    for period in _periods(officer_id, key):
        sheet = own_sheet(viewer, period)
        group = next((one for one in sheet.groups if one.line_key == key), None) if sheet is not None else None
        if sheet is not None and group is not None and sheet.snapshot_id is not None:
            return OwnLine(key, officer_id, period, sheet.snapshot_id, group)
    return None


def _periods(officer_id: int, key: str) -> list[str]:
    """The quarter in which he saw the line; where his page never showed it, the latest ones."""
    seen = db.session.scalar(select(LineSeen.period).where(LineSeen.officer_id == officer_id, LineSeen.line_key == key))
    if seen is not None:
        return [seen]
    return list(
        db.session.scalars(
            select(IndicatorSnapshot.period)
            .where(IndicatorSnapshot.officer_id == officer_id, IndicatorSnapshot.superseded_at.is_(None))
            .order_by(IndicatorSnapshot.period.desc())
            .limit(QUARTERS)
        )
    )


def facts_of_line(officer_id: int, period: str, key: str) -> list[StoredFact]:
    """The stored facts that a line of an officer's current figure stands for, by id. Never for a page of his own."""
    snapshot = db.session.scalars(
        select(IndicatorSnapshot).where(
            IndicatorSnapshot.officer_id == officer_id,
            IndicatorSnapshot.period == period,
            IndicatorSnapshot.superseded_at.is_(None),
        )
    ).one_or_none()
    if snapshot is None:
        return []
    try:
        keys = [group["key"] for group in content_of(snapshot)["groups"] if "key" in group]
    except IndicatorError:  # it can't be made again any more
        return []
    wanted = next((one for one in keys if line_key(officer_id, period, one) == key), None)
    if wanted is None:
        return []
    basis = basis_of(snapshot)
    members = set(members_of(basis.facts, keys).get(wanted, ()))
    weights = basis.preset.weights
    return [row for row in basis.rows if (counted_in(row.component, row.key, weights), row.key) in members]
