"""The lines of an officer's figures, found by the keys that pages carry, and what they stand for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from webapp.database import db
from webapp.indicators.components.registry import counted_in
from webapp.indicators.contents import Basis, content_of, sound_basis_of
from webapp.indicators.errors import IndicatorError
from webapp.indicators.formula import score_officer
from webapp.indicators.line_groups import members_of, waiting_components
from webapp.indicators.line_keys import line_key
from webapp.indicators.models import IndicatorSnapshot
from webapp.indicators.objections.models import LineSeen
from webapp.indicators.objections.vocabulary import TERM
from webapp.indicators.queries import GroupView
from webapp.indicators.queries.sheet import groups_of, too_few
from webapp.indicators.stored_facts import StoredFact

#: Quarters whose lines are looked at, the latest first: older ones were seen long ago.
QUARTERS = 6


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A line as its officer reads it, with the snapshot that it stands in. `seen_at`: when he first saw it, if ever.

    `figure`: as it stands, and `without`: as it would be if the line were left out now; both None where one of them may
    not be told.
    """

    key: str
    officer_id: int
    period: str
    snapshot_id: int
    group: GroupView
    seen_at: datetime | None
    figure: float | None = None
    without: float | None = None


def read_line(officer_id: int, key: str) -> tuple[OwnLine, list[StoredFact]] | None:
    """An officer's own line with this key in one of his current figures, and the stored facts that it stands for, which
    are never for a page of his own; None where there is none (any more)."""
    seen = db.session.execute(
        select(LineSeen.period, LineSeen.at).where(LineSeen.officer_id == officer_id, LineSeen.line_key == key)
    ).one_or_none()
    for snapshot in _snapshots(officer_id, seen.period if seen is not None else None):
        try:
            basis = sound_basis_of(snapshot)
            content = content_of(snapshot, basis)
        except IndicatorError:  # it can't be made again any more
            continue
        groups = groups_of(content, True, officer_id, snapshot.period)
        group = next((one for one in groups if one.line_key == key), None)
        if group is not None:
            line = OwnLine(key, officer_id, snapshot.period, snapshot.id, group, seen.at if seen is not None else None)
            members = _members_of(line, basis, [one["key"] for one in content["groups"] if "key" in one])
            without = None if group.points is None or too_few(content) else _figure_without(members, basis)
            if without is not None:
                line = replace(line, figure=snapshot.figure, without=without)
            weights = basis.preset.weights
            rows = [row for row in basis.rows if (counted_in(row.component, row.key, weights), row.key) in members]
            return line, rows
    return None


def term_of(line: OwnLine, now: datetime) -> datetime:
    """Until when the officer may object to a line; from `now` on where it is shown to him for the first time."""
    return (line.seen_at or now) + TERM


def facts_of_line(officer_id: int, key: str) -> list[StoredFact]:
    """The stored facts that a line of an officer's current figure stands for, by id."""
    found = read_line(officer_id, key)
    return [] if found is None else found[1]


def _snapshots(officer_id: int, period: str | None) -> list[IndicatorSnapshot]:
    """The current figure of the quarter in which he saw a line; where his page never showed it, the latest ones."""
    query = (
        select(IndicatorSnapshot)
        .where(IndicatorSnapshot.officer_id == officer_id, IndicatorSnapshot.superseded_at.is_(None))
        .order_by(IndicatorSnapshot.period.desc())
        .limit(QUARTERS)
    )
    if period is not None:
        query = query.where(IndicatorSnapshot.period == period)
    return list(db.session.scalars(query))


def _members_of(line: OwnLine, basis: Basis, keys: list[str]) -> set[tuple[str, str]]:
    """The facts of the line: (component, id)."""
    wanted = next(one for one in keys if line_key(line.officer_id, line.period, one) == line.key)
    return set(members_of(basis.facts, keys).get(wanted, ()))


def _figure_without(members: set[tuple[str, str]], basis: Basis) -> float | None:
    """The figure that all other facts give; None where it would tell what too few raters said."""
    left = [fact for fact in basis.facts if (fact.component, fact.id) not in members]
    if waiting_components(left):
        return None
    return score_officer(left, basis.reference, basis.preset, with_lines=False).figure
