"""One officer's sheet, for himself or for whoever supervises him."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import aliased

from webapp.database import db
from webapp.indicators.contents import Basis, FactsMissing, OldFormula, content_of, sound_basis_of
from webapp.indicators.errors import NoSuchPreset
from webapp.indicators.line_keys import line_key
from webapp.indicators.models import IndicatorPreset, IndicatorReference, IndicatorSnapshot
from webapp.indicators.objections.marks import objections_on
from webapp.indicators.presets import Mark, Preset, read_preset
from webapp.indicators.queries.moved import changes_of, moved
from webapp.indicators.queries.views import ComponentView, Damped, GroupView, ScoreSheet, TrendPoint
from webapp.organisation.models import Officer, Posting, Unit

#: Where a session keeps what the last sheet was computed from, for what the same page says besides.
BASIS = "basis of the last sheet"


def sheet(officer: Officer, period: str, *, own: bool) -> ScoreSheet:
    """The officer's figure of a quarter with all that a page shows; `own`: for himself, so that no rater is told."""
    found = db.session.execute(
        select(
            IndicatorSnapshot,
            IndicatorReference.version.label("reference_version"),
            IndicatorPreset.title.label("preset_title"),
            IndicatorPreset.content.label("preset"),
            _periods_of(officer.id).label("periods"),
            _units_of(officer.id).label("units"),
        )
        .join(IndicatorReference, IndicatorReference.id == IndicatorSnapshot.reference_id)
        .outerjoin(IndicatorPreset, IndicatorPreset.version == IndicatorSnapshot.preset_version)
        .where(
            IndicatorSnapshot.officer_id == officer.id,
            IndicatorSnapshot.period == period,
            IndicatorSnapshot.superseded_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        periods, units = db.session.execute(select(_periods_of(officer.id), _units_of(officer.id))).one()
        return ScoreSheet(officer.id, officer.name, tuple(units or ()), period, tuple(periods or ()))
    snapshot: IndicatorSnapshot = found[0]
    empty = ScoreSheet(officer.id, officer.name, tuple(found.units or ()), period, tuple(found.periods))
    preset = read_preset(found.preset) if found.preset is not None else None
    content, basis = _content(snapshot, preset)
    moves = moved(snapshot, basis, own=own) if basis is not None and not (own and too_few(content)) else None
    marks, decided = objections_on(officer.id, period)
    withheld = own and too_few(content)
    return replace(
        empty,
        computed_at=snapshot.computed_at,
        figure=None if withheld else snapshot.figure,
        low=None if withheld else snapshot.low,
        high=None if withheld else snapshot.high,
        expected=snapshot.expected,
        status=snapshot.status,
        facts=snapshot.facts,
        withheld=withheld,
        components=tuple(_component(part, content, withheld) for part in content["components"]),
        groups=tuple(_marked(group, marks) for group in groups_of(content, own, officer.id, period)),
        trend=() if withheld else trend_points(content),
        damped=tuple(Damped(item["reason"], item["facts"]) for item in content["not_counted"]),
        reliability=snapshot.reliability,
        preset_version=snapshot.preset_version,
        reference_version=found.reference_version,
        formula_version=snapshot.formula_version,
        preset_title=found.preset_title or "",
        mark=preset.attention if preset is not None else Mark(),
        snapshot_id=snapshot.id,
        movements=moves.movements if moves is not None else (),
        moved_since=moves.since if moves is not None else None,
        moved_from=moves.since_figure if moves is not None else None,
        changes=changes_of(officer.id, period),
        decided=decided,
    )


def _periods_of(officer_id: int) -> ScalarSelect[list[str]]:
    """The quarters in which the officer has a figure, the latest first."""
    standing = aliased(IndicatorSnapshot)
    return (
        select(func.array_agg(aggregate_order_by(standing.period, standing.period.desc())))
        .where(standing.officer_id == officer_id, standing.superseded_at.is_(None))
        .scalar_subquery()
    )


def _units_of(officer_id: int) -> ScalarSelect[list[str]]:
    """The names of the units in which the officer is posted now."""
    return (
        select(func.array_agg(aggregate_order_by(Unit.name, Posting.starts_on, Posting.id)))
        .join(Posting, Posting.unit_id == Unit.id)
        .where(Posting.officer_id == officer_id, Posting.ends_on.is_(None))
        .scalar_subquery()
    )


def _content(snapshot: IndicatorSnapshot, preset: Preset | None) -> tuple[dict[str, Any], Basis | None]:
    """The content with its groups, and what the figure was computed from; None where that can't be had any more."""
    try:
        basis = sound_basis_of(snapshot, preset)
    except (OldFormula, FactsMissing, NoSuchPreset):
        return {"groups": [], "not_counted": []} | snapshot.content, None
    db.session.info[BASIS] = (snapshot.id, basis)
    return content_of(snapshot, basis), basis


def _marked(group: GroupView, marks: dict[str, str]) -> GroupView:
    return replace(group, objected=marks[group.line_key]) if group.line_key in marks else group


def _hidden(content: dict[str, Any]) -> set[str]:
    """The components in which fewer raters stand than may be shown."""
    if "hidden" in content:
        return set(content["hidden"])
    return {group["component"] for group in content["groups"] if not group["shown"]}  # as it was stored before


def too_few(content: dict[str, Any] | None) -> bool:
    """Whether there are fewer raters than may be shown: then the figure would tell what it hides."""
    return content is not None and bool(_hidden(content))


def _component(part: dict[str, Any], content: dict[str, Any], withheld: bool) -> ComponentView:
    hidden = withheld and part["name"] in _hidden(content)
    return ComponentView(
        name=part["name"],
        figure=None if hidden else part["figure"],
        low=None if hidden else part["low"],
        high=None if hidden else part["high"],
        expected=part["expected"],
        weight=part["weight"],
        status=part["status"],
        facts=part["facts"],
        reliability=part["reliability"],
    )


def groups_of(content: dict[str, Any], own: bool, officer_id: int, period: str) -> tuple[GroupView, ...]:
    """The groups, newest first. To the officer himself a founded complaint tells its month alone: neither its day nor
    its place among the other lines may tell which visit it was."""
    groups = [_group(group, own, officer_id, period) for group in content["groups"]]
    if not own:
        return tuple(groups)
    about_him = [month_alone(group) for group in groups if "complaint" in group.sources]
    others = [group for group in groups if "complaint" not in group.sources]
    about_him.sort(key=lambda group: (group.until or date.min, group.points or 0.0), reverse=True)
    return (*others, *about_him)


def month_alone(group: GroupView) -> GroupView:
    """The same, with the whole month as its days."""
    if group.since is None or group.until is None:
        return group
    following = (group.until.replace(day=1) + timedelta(days=31)).replace(day=1)
    return replace(group, since=group.since.replace(day=1), until=following - timedelta(days=1))


def _group(group: dict[str, Any], own: bool, officer_id: int, period: str) -> GroupView:
    return GroupView(
        component=group["component"],
        kind=group["kind"],
        since=_day(group["since"]),
        until=_day(group["until"]),
        facts=group["facts"],
        sources={source: count for source, count in group["sources"]},  # noqa: C416  pairs come as lists from JSON
        points=group["points"] if group["shown"] or not own else None,
        line_key=line_key(officer_id, period, group.get("key", "")),
    )


def trend_points(content: dict[str, Any] | None) -> tuple[TrendPoint, ...]:
    """The weekly points of a snapshot's content; none without a snapshot."""
    if content is None:
        return ()
    return tuple(
        TrendPoint(date.fromisoformat(point["until"]), point["figure"], point["low"], point["high"])
        for point in content["trend"]
    )


def _day(written: str | None) -> date | None:
    return date.fromisoformat(written) if written else None


def units_of(officer_ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The names of the units in which each of these officers is posted now."""
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
