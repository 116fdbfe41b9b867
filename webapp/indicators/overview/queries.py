"""What whoever heads a unit sees of it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.indicators.components.registry import COMPONENTS
from webapp.indicators.overview.differences import MINIMUM, Difference, differences_of
from webapp.indicators.overview.funnel import Funnel, funnel_of
from webapp.indicators.overview.standings import OfficerStanding, list_standings
from webapp.indicators.overview.sums import sums_of
from webapp.indicators.presets import Mark
from webapp.organisation.models import Service


@dataclass(frozen=True, slots=True)
class UnitOverview:
    """Officers by name, and how one component's facts compare. `components`: what can be compared, in their order.

    In `funnel` stand officers with enough raters for none to be told, and never the viewer himself, whose own facts are
    in none of the comparisons. Keys of the differences: services' ids (0: none is known), channels, weekdays 1 (Monday)
    to 7 (0: the day is not known); None: the rest.
    """

    standings: tuple[OfficerStanding, ...]
    components: tuple[str, ...]
    component: str
    funnel: Funnel
    services: tuple[Difference[int], ...] = ()
    channels: tuple[Difference[str], ...] = ()
    weekdays: tuple[Difference[int], ...] = ()
    service_names: Mapping[int, str] | None = None

    @property
    def mark(self) -> Mark:
        """From where on somebody is named as needing a look: by the preset that holds in the quarter."""
        return next((one.mark for one in self.standings if one.figure is not None), Mark())


def overview_of(viewer: Account, period: str, unit_id: int | None = None, component: str = "") -> UnitOverview:
    """The viewer's units in a quarter, or one of them with those below it; `component` compares another than the first.

    A component that nobody's figure is made of is answered with the first one.
    """
    standings = list_standings(viewer, period, unit_id)
    used = {name for standing in standings for name in standing.components}
    components = tuple(name for name in COMPONENTS if name in used)
    chosen = component if component in components else components[0] if components else ""
    others = [standing for standing in standings if not standing.own]
    reference_id = max((s.reference_id for s in standings if s.reference_id is not None), default=None)
    sums = sums_of([s.officer_id for s in others], period, chosen, reference_id) if chosen else None
    if sums is None:
        return UnitOverview(standings, components, chosen, Funnel((), ()))
    order = {standing.officer_id: place for place, standing in enumerate(standings)}
    shown = sorted((group for group in sums.officers if group.raters >= MINIMUM), key=lambda one: order[one.key])
    services = differences_of(sums.services, sums.phi)
    names = _names([row.key for row in services if row.key])
    return UnitOverview(
        standings=standings,
        components=components,
        component=chosen,
        funnel=funnel_of([(group.key, group.tally) for group in shown], sums.phi, sums.tau),
        services=tuple(sorted(services, key=lambda row: (row.key is None, names.get(row.key or 0, "").lower()))),
        channels=differences_of(sums.channels, sums.phi),
        weekdays=differences_of(sums.weekdays, sums.phi),
        service_names=names,
    )


def _names(service_ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(select(Service.id, Service.name).where(Service.id.in_(service_ids)))
    return {row.id: row.name for row in rows}
