"""Facts as they are stored, read for the formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, cast

from sqlalchemy import BigInteger, Row, Select, Table, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from webapp.attribution.models import AttributionShare
from webapp.database import db
from webapp.indicators.components.registry import SATISFACTION, counted_in
from webapp.indicators.components.satisfaction import blended
from webapp.indicators.facts import Fact
from webapp.indicators.models import IndicatorFact
from webapp.indicators.presets import Preset

#: What the formula reads of a fact; `id` tells rows apart, `key` facts.
FORMULA_COLUMNS: Final = (
    IndicatorFact.id,
    IndicatorFact.key,
    IndicatorFact.component,
    IndicatorFact.y,
    IndicatorFact.share,
    IndicatorFact.verified,
    IndicatorFact.day,
    IndicatorFact.rater,
    IndicatorFact.service_id,
    IndicatorFact.channel,
    IndicatorFact.officer_id,
    IndicatorFact.events,
    IndicatorFact.unit_id,
    IndicatorFact.period,
    IndicatorFact.attribution_id,
    IndicatorFact.details,
)
#: And what others read.
_COLUMNS_BESIDE: Final = (
    IndicatorFact.recorded_at,
    IndicatorFact.withdrawn_at,
    IndicatorFact.withdrawn_why,
)

_TABLE: Final = cast(Table, IndicatorFact.__table__)
#: By way of the table: rows of tens of thousands of facts are read for a preview.
_COLUMNS: Final = tuple(_TABLE.c[column.key] for column in FORMULA_COLUMNS + _COLUMNS_BESIDE)
_WIDTH: Final = len(FORMULA_COLUMNS)
_SHARE: Final = FORMULA_COLUMNS.index(IndicatorFact.share)
_ATTRIBUTION: Final = FORMULA_COLUMNS.index(IndicatorFact.attribution_id)
#: As an array, and not as so many parameters.
_BY_ID: Final = (
    select(*_COLUMNS).where(_TABLE.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))).order_by(_TABLE.c.id)
)

StoredFact = Row[*tuple[Any, ...]]
#: A row that begins with FORMULA_COLUMNS, in whatever way it was read.
FactRow = Sequence[Any]


def fact_columns() -> Select[*tuple[Any, ...]]:
    """What the formula reads of facts, to be narrowed by the caller."""
    columns: Select[*tuple[Any, ...]] = select(*_COLUMNS)
    return columns


def facts_by_id(ids: Iterable[int]) -> list[StoredFact]:
    """These facts, withdrawn or not, by id; what is stored no more is left out."""
    return list(db.session.execute(_BY_ID, {"ids": list(ids)}))


def formula_facts(rows: Sequence[StoredFact], preset: Preset) -> list[Fact]:
    """What the formula makes a figure of under this preset, in the order of `rows`.

    What the preset does not weigh is left out; a founded complaint then counts where it stands in. The elements of a
    rating count as the preset says. Who else may be meant by a fact is named in it, with his share.
    """
    return [fact for fact in read_facts(rows, preset) if fact is not None]


def read_facts(rows: Sequence[FactRow], preset: Preset) -> list[Fact | None]:
    """As `formula_facts`, row by row: None for what this preset leaves out."""
    others = _others(rows)
    weights = preset.weights
    facts: list[Fact | None] = []
    # Each row is taken apart at once: asked column by column it would take longer than all else here.
    for (
        _id, key, component, y, share, verified, day, rater, service_id, channel, officer_id, events, unit_id, period,
        attribution_id, details,
    ) in (row[:_WIDTH] for row in rows):  # fmt: skip
        counted = component if component in weights else counted_in(component, key, weights)
        if counted is None:
            facts.append(None)
            continue
        facts.append(
            Fact(
                key,
                counted,
                y if details is None else _value(y, component, details, preset),
                share,
                verified,
                day,
                rater,
                (service_id, channel),
                str(officer_id),
                key.partition(":")[0],
                "",
                events,
                unit_id,
                period,
                others.get((attribution_id, officer_id), ()) if others else (),
            )
        )
    return facts


def facts_to_learn(rows: Sequence[StoredFact], preset: Preset) -> Iterable[Fact]:
    """What the reference of all components is fitted to while this preset is in force."""
    for row in rows:
        component = counted_in(row.component, row.key, preset.weights) or row.component
        yield _fact(row, component, _value(row.y, row.component, row.details, preset), ())


def _value(y: float, component: str, details: dict[str, Any] | None, preset: Preset) -> float:
    if details is None or not preset.elements or component != SATISFACTION or "elements" not in details:
        return y
    return blended(y, details["elements"], preset.elements)


def _others(rows: Sequence[FactRow]) -> dict[tuple[int | None, int], tuple[tuple[str, float], ...]]:
    """By attribution and officer: the other officers who may be meant, with their shares."""
    unsure = {row[_ATTRIBUTION] for row in rows if row[_SHARE] < 1.0 and row[_ATTRIBUTION] is not None}
    if not unsure:
        return {}
    shares: dict[int, list[tuple[int, float]]] = {}
    for attribution_id, officer_id, share in db.session.execute(
        select(AttributionShare.attribution_id, AttributionShare.officer_id, AttributionShare.share)
        .where(AttributionShare.attribution_id.in_(unsure))
        .order_by(AttributionShare.attribution_id, AttributionShare.officer_id)
    ):
        if officer_id is not None:
            shares.setdefault(attribution_id, []).append((officer_id, share))
    return {
        (attribution_id, me): tuple((str(other), share) for other, share in meant if other != me)
        for attribution_id, meant in shares.items()
        for me, _share in meant
    }


def as_formula_fact(row: StoredFact | IndicatorFact) -> Fact:
    """A stored fact as it stands, in its own component: for whoever looks at facts rather than at figures."""
    return _fact(row, row.component, row.y, ())


def _fact(row: StoredFact | IndicatorFact, component: str, y: float, others: tuple[tuple[str, float], ...]) -> Fact:
    return Fact(
        id=row.key,
        component=component,
        y=y,
        share=row.share,
        verified=row.verified,
        day=row.day,
        rater=row.rater,
        cell=(row.service_id, row.channel),
        officer=str(row.officer_id),
        source=row.key.partition(":")[0],
        events=row.events,
        unit=row.unit_id,
        period=row.period,
        others=others,
    )
