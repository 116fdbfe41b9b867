"""What moved one officer's figure since an earlier month, and which later decisions and records changed it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import case, exists, func, literal, or_, select, union_all
from sqlalchemy.orm import aliased

from webapp.attribution.models import Attribution
from webapp.database import db
from webapp.indicators.components.registry import counted_in
from webapp.indicators.contents import Basis
from webapp.indicators.errors import NoSuchPreset
from webapp.indicators.formula import score_officer
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
from webapp.indicators.movements import OBJECTION, Movement, State, movements, tells_nobody
from webapp.indicators.periods import DEFAULT_TIMEZONE, day_of, span_of
from webapp.indicators.presets.stored import preset_of_version
from webapp.indicators.queries.views import Change
from webapp.indicators.reference_keeping import reference_by_id
from webapp.indicators.stored_facts import StoredFact, fact_columns, facts_by_id, formula_facts

#: A fact written anew for the same officer, as an answer is when its reporter accepts it, is no change to tell.
_USUAL = ("decision", "corrected")


@dataclass(frozen=True, slots=True)
class Moved:
    """`movements` sum to the figure - `since_figure`, the figure at the end of `since`."""

    movements: tuple[Movement, ...]
    since: date
    since_figure: float


def moved(snapshot: IndicatorSnapshot, basis: Basis, *, own: bool) -> Moved:
    """What moved the figure since the end of last month; to the officer himself since the latest month's end from which
    enough raters stand between, at last the quarter's begin, when it was the expected one."""
    first, last = span_of(snapshot.period)
    day = min(day_of(snapshot.computed_at), last)
    taken_out = _taken_out(snapshot, basis)
    for month_end in _month_ends(first, day):
        then, rows_then = _state_at(snapshot, basis, month_end)
        why_by_key = {row.key: row.withdrawn_why or "" for row in rows_then if row.withdrawn_at is not None}
        as_then = basis.facts
        if then.preset.version != basis.preset.version:
            # What only the earlier preset weighed stands still: leaving it out is the preset's doing.
            as_then = formula_facts(_with_unweighed(snapshot, basis), then.preset)
        if own and not tells_nobody(then.facts, as_then):
            continue
        now = State(snapshot.figure, as_then, basis.reference, basis.preset)
        why = {(fact.component, fact.id): why_by_key.get(fact.id, "") for fact in then.facts}
        since = _midnight_after(month_end)
        out = [row for row in taken_out if row.withdrawn_at is not None and row.withdrawn_at >= since]
        objected = formula_facts(out, then.preset)
        return Moved(movements(then, now, why, own=own, objected=objected), month_end, then.figure)
    expected = State(snapshot.expected, (), basis.reference, basis.preset)
    now = State(snapshot.figure, basis.facts, basis.reference, basis.preset)
    objected = formula_facts(taken_out, basis.preset)
    moves = movements(expected, now, {}, own=own, objected=objected)
    return Moved(moves, first - timedelta(days=1), snapshot.expected)


def _month_ends(first: date, day: date) -> Iterator[date]:
    """The ends of the months of the quarter that are over on `day`, the latest first."""
    month = day.replace(day=1)
    while month > first:
        yield month - timedelta(days=1)
        month = (month - timedelta(days=1)).replace(day=1)


def _midnight_after(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(DEFAULT_TIMEZONE)).astimezone(UTC)


def _taken_out(snapshot: IndicatorSnapshot, basis: Basis) -> list[StoredFact]:
    """What upheld objections took out of the quarter's figure, each as it stood last."""
    found = db.session.execute(
        fact_columns()
        .where(
            IndicatorFact.officer_id == snapshot.officer_id,
            IndicatorFact.period == snapshot.period,
            IndicatorFact.withdrawn_why == OBJECTION,
            IndicatorFact.recorded_at <= snapshot.computed_at,
        )
        .order_by(IndicatorFact.id)
    )
    latest = {(row.key, row.component): row for row in found}
    for row in basis.rows:
        latest.pop((row.key, row.component), None)
    return sorted(latest.values(), key=lambda row: int(row.id))


def _state_at(snapshot: IndicatorSnapshot, basis: Basis, month_end: date) -> tuple[State, list[StoredFact]]:
    """The figure as it was published at the end of a month; where none was yet, as the facts until then give it by
    what the quarter's first figure was published with.

    With it the stored facts that it stands on.
    """
    midnight = _midnight_after(month_end)
    at, published = IndicatorSnapshot.computed_at, IndicatorSnapshot.computed_at < midnight
    found = db.session.execute(
        select(
            IndicatorSnapshot.id,
            at,
            IndicatorSnapshot.figure,
            IndicatorSnapshot.fact_ids,
            IndicatorSnapshot.preset_version,
            IndicatorSnapshot.reference_id,
        )
        .where(IndicatorSnapshot.officer_id == snapshot.officer_id, IndicatorSnapshot.period == snapshot.period)
        # the latest until then, or else the first
        .order_by(
            published.desc(),
            case((published, at)).desc(),
            case((published, IndicatorSnapshot.id)).desc(),
            at,
            IndicatorSnapshot.id,
        )
        .limit(1)
    ).first()
    preset, reference, rows = basis.preset, basis.reference, list(basis.rows)
    if found is not None and found.id != snapshot.id:
        _id, computed_at, figure, fact_ids, preset_version, reference_id = found
        state = _published(figure, fact_ids, preset_version, reference_id)
        if state is not None and computed_at < midnight:
            return state
        if state is not None:
            preset, reference = state[0].preset, state[0].reference
            if preset.version != basis.preset.version:
                rows = _with_unweighed(snapshot, basis)
            rows = _with_withdrawn(snapshot, rows, computed_at)
    rows = [row for row in rows if row.day is None or row.day <= month_end]
    facts = formula_facts(rows, preset)
    score = score_officer(facts, reference, preset, with_lines=False)
    return State(score.figure, facts, reference, preset), rows


def _with_unweighed(snapshot: IndicatorSnapshot, basis: Basis) -> list[StoredFact]:
    """What the snapshot stands on, with what stood beside it that its preset does not weigh: another one may."""
    found = db.session.execute(
        fact_columns()
        .where(
            IndicatorFact.officer_id == snapshot.officer_id,
            IndicatorFact.period == snapshot.period,
            IndicatorFact.recorded_at <= snapshot.computed_at,
            or_(IndicatorFact.withdrawn_at.is_(None), IndicatorFact.withdrawn_at > snapshot.computed_at),
        )
        .order_by(IndicatorFact.id)
    )
    weights = basis.preset.weights
    beside = [row for row in found if counted_in(row.component, row.key, weights) is None]
    return sorted([*basis.rows, *beside], key=lambda row: int(row.id))


def _with_withdrawn(snapshot: IndicatorSnapshot, standing: list[StoredFact], since: datetime) -> list[StoredFact]:
    """These facts with those that count no more since then. What was only written anew stands as it is now, but where
    an objection changed it: that is told."""
    found = db.session.execute(
        fact_columns()
        .where(
            IndicatorFact.officer_id == snapshot.officer_id,
            IndicatorFact.period == snapshot.period,
            IndicatorFact.withdrawn_at > since,
            IndicatorFact.recorded_at <= snapshot.computed_at,
        )
        .order_by(IndicatorFact.id)
    )
    rows = {(row.key, row.component): row for row in standing}
    stands = set(rows)
    for row in found:
        if (row.key, row.component) not in stands or row.withdrawn_why == OBJECTION:
            rows[row.key, row.component] = row
    return sorted(rows.values(), key=lambda row: int(row.id))


def _published(
    figure: float, fact_ids: list[int], preset_version: str, reference_id: int
) -> tuple[State, list[StoredFact]] | None:
    """None where what it was computed from is stored no more, or is too old to be read."""
    try:
        preset, reference = preset_of_version(preset_version), reference_by_id(reference_id)
    except (NoSuchPreset, ValueError):
        return None
    rows = facts_by_id(fact_ids)
    if len(rows) != len(fact_ids) or not preset.weights.keys() <= reference.components.keys():
        return None
    return State(figure, formula_facts(rows, preset), reference, preset), rows


def changes_of(officer_id: int, period: str) -> tuple[Change, ...]:
    """Which later decisions and records changed the officer's facts of a quarter, the latest first."""
    again = aliased(IndicatorFact)
    source = func.split_part(IndicatorFact.key, ":", 1).label("source")
    stands_anew = exists().where(
        again.officer_id == officer_id,
        again.key == IndicatorFact.key,
        again.component == IndicatorFact.component,
        again.withdrawn_at.is_(None),
    )
    withdrawn = (
        select(
            literal("withdrawn").label("what"),
            IndicatorFact.withdrawn_why.label("why"),
            IndicatorFact.component,
            source,
            func.count().label("facts"),
            func.max(IndicatorFact.withdrawn_at).label("at"),
        )
        .where(
            IndicatorFact.officer_id == officer_id,
            IndicatorFact.period == period,
            IndicatorFact.withdrawn_why.is_not(None),
            ~(IndicatorFact.withdrawn_why.in_(_USUAL) & stands_anew),
        )
        .group_by(IndicatorFact.withdrawn_why, IndicatorFact.component, source)
    )
    before = aliased(Attribution)
    added = (
        select(
            literal("added").label("what"),
            case((Attribution.made_by == "rules", "evidence"), else_="attribution").label("why"),
            IndicatorFact.component,
            source,
            func.count().label("facts"),
            func.max(IndicatorFact.recorded_at).label("at"),
        )
        .join(Attribution, Attribution.id == IndicatorFact.attribution_id)
        .where(
            IndicatorFact.officer_id == officer_id,
            IndicatorFact.period == period,
            IndicatorFact.withdrawn_at.is_(None),
            exists().where(before.feedback_id == Attribution.feedback_id, before.id < Attribution.id),
            ~exists().where(
                again.officer_id == officer_id,
                again.key == IndicatorFact.key,
                again.withdrawn_at.is_not(None),
            ),
        )
        .group_by(Attribution.made_by, IndicatorFact.component, source)
    )
    rows = db.session.execute(union_all(withdrawn, added))
    found = [Change(row.what, row.why, row.component, row.source, row.facts, row.at) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.at, one.why, one.component, one.source), reverse=True))
