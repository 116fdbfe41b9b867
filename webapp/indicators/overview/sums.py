"""Facts of many officers summed up in the database against what the frozen reference expects of them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, Integer, Row, Text, case, cast, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from webapp.database import db
from webapp.indicators.facts import MINIMUM_SHARE, UNVERIFIED_WEIGHT
from webapp.indicators.models import IndicatorFact
from webapp.indicators.overview.differences import MINIMUM, Group
from webapp.indicators.overview.tallies import NOTHING, RHO, Tally, tally_of
from webapp.indicators.reference import ComponentReference
from webapp.indicators.reference_keeping import reference_by_id


@dataclass(frozen=True, slots=True)
class UnitSums:
    """One component's facts of some officers. Keys: officers' ids, services' ids (0: none), channels, weekdays from 1
    (Monday) to 7 (0: the day is not known). `phi` and `tau` are the reference's."""

    component: str
    officers: tuple[Group[int], ...]
    services: tuple[Group[int], ...]
    channels: tuple[Group[str], ...]
    weekdays: tuple[Group[int], ...]
    phi: float
    tau: float


def sums_of(officer_ids: Sequence[int], period: str, component: str, reference_id: int | None) -> UnitSums | None:
    """The sums of a quarter; None where nothing is expected of that component yet.

    The caller answers for it that the viewer may read these officers' figures, and leaves out the viewer himself: who
    is rated must not read of his own ratings what his own page hides.
    """
    if reference_id is None:
        return None
    reference = reference_by_id(reference_id).components.get(component)
    if reference is None:
        return None
    votes = _votes(officer_ids, period, component)
    by_officer: dict[int, Tally] = defaultdict(lambda: NOTHING)
    by_service: dict[int, Tally] = defaultdict(lambda: NOTHING)
    by_channel: dict[str, Tally] = defaultdict(lambda: NOTHING)
    by_weekday: dict[int, Tally] = defaultdict(lambda: NOTHING)
    expected = _expected_by(reference, period)
    for row in _sums(votes):
        tally = tally_of(row.facts, row.weight, row.good, expected(row.service_id, row.channel, row.unit_id))
        if row.of_officer:
            by_officer[row.officer_id] += tally
        else:
            by_service[row.service_id or 0] += tally
            by_channel[row.channel] += tally
            by_weekday[row.weekday] += tally
    raters = _raters(votes)
    return UnitSums(
        component=component,
        officers=_groups(by_officer, raters["officer"]),
        services=_groups(by_service, raters["service"]),
        channels=_groups(by_channel, raters["channel"]),
        weekdays=_groups(by_weekday, raters["weekday"]),
        phi=reference.phi,
        tau=reference.tau,
    )


def _expected_by(reference: ComponentReference, period: str) -> Callable[[int | None, str, int | None], float]:
    """mu of a service, channel and unit in that quarter, 0 to 1."""
    cells = reference.effects()
    quarters = {key: effect for key, effect, _cases in reference.quarters}
    units = {unit: effect for unit, effect, _cases in reference.units}

    def expected(service_id: int | None, channel: str, unit_id: int | None) -> float:
        eta = reference.b0 + cells.get((service_id, channel), 0.0)
        eta += quarters.get((service_id, period), 0.0) + units.get(unit_id, 0.0)
        return 1.0 / (1.0 + math.exp(-eta))

    return expected


def _votes(officer_ids: Iterable[int], period: str, component: str) -> CTE:
    """Each standing fact with its weight (see tallies.py) and who stands behind it."""
    fact = IndicatorFact
    # Verified ones without a key are persons of their own: a visit stands behind each. All others of a day are one.
    person = func.coalesce(fact.rater, case((fact.verified, fact.key), else_=func.concat("-", cast(fact.day, Text))))
    own = func.count().over(partition_by=(fact.officer_id, person))
    that_day = func.count().over(partition_by=(fact.officer_id, func.coalesce(cast(fact.day, Text), fact.key)))
    believed = case((fact.verified, literal(1.0)), else_=literal(UNVERIFIED_WEIGHT))
    return (
        select(
            fact.officer_id,
            fact.service_id,
            fact.channel,
            fact.unit_id,
            func.coalesce(cast(func.extract("isodow", fact.day), Integer), 0).label("weekday"),
            person.label("person"),
            fact.events.label("events"),
            fact.y.label("y"),
            (fact.share * fact.events * believed / own / (1.0 + RHO * (that_day - 1))).label("weight"),
        )
        .where(
            fact.officer_id.in_(list(officer_ids)),
            fact.period == period,
            fact.component == component,
            fact.withdrawn_at.is_(None),
            fact.share >= MINIMUM_SHARE,
        )
        .cte("votes")
    )


def _sums(votes: CTE) -> Sequence[Row[Any]]:
    """By officer, and by weekday, within what the same is expected of; `of_officer` tells the two apart."""
    v = votes.c
    cell = (v.service_id, v.channel, v.unit_id)
    return db.session.execute(
        select(
            v.officer_id,
            *cell,
            v.weekday,
            (func.grouping(v.weekday) == 1).label("of_officer"),
            func.sum(v.events).label("facts"),
            func.sum(v.weight).label("weight"),
            func.sum(v.weight * v.y).label("good"),
        ).group_by(func.grouping_sets(tuple_(v.officer_id, *cell), tuple_(v.weekday, *cell)))
    ).all()


def _raters(votes: CTE) -> dict[str, dict[Any, tuple[int, frozenset[str]]]]:
    """How many different people stand behind each officer, service, channel and weekday; who, where they are fewer
    than may be told."""
    v = votes.c
    keys = {"officer": v.officer_id, "service": v.service_id, "channel": v.channel, "weekday": v.weekday}
    found: dict[str, dict[Any, tuple[int, frozenset[str]]]] = {name: {} for name in keys}
    rows = db.session.execute(
        select(
            func.grouping(*keys.values()).label("left_out"),
            *keys.values(),
            func.count(v.person.distinct()).label("raters"),
            func.array_agg(v.person.distinct(), type_=ARRAY(Text))[1:MINIMUM].label("persons"),
        ).group_by(func.grouping_sets(*(tuple_(column) for column in keys.values())))
    )
    for row in rows:
        # bits of what a row is not grouped by, the first column's the highest
        name = {0b0111: "officer", 0b1011: "service", 0b1101: "channel", 0b1110: "weekday"}[row.left_out]
        key = getattr(row, keys[name].key) or 0
        found[name][key] = (row.raters, frozenset(row.persons if row.raters < MINIMUM else ()))
    return found


def _groups(tallies: dict[Any, Tally], raters: dict[Any, tuple[int, frozenset[str]]]) -> tuple[Group[Any], ...]:
    return tuple(Group(key, tally, *raters[key]) for key, tally in sorted(tallies.items()))
