"""Units that are many of a kind, told apart by the place that a citizen named. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from webapp.attribution.circumstances import UnitPart
from webapp.attribution.routing.places import PlaceClass, shares


def find_places(classes: Iterable[PlaceClass], place: str, near: Collection[int]) -> tuple[UnitPart, ...]:
    """The units that a place in free words names, of the first kind that has a unit in `near`; parts sum to 1.

    Nothing where the place fits all of the kind alike. `classes`: ids of units as texts.
    """
    for several in classes:
        members = {int(unit) for unit in several.units}
        if len(members) < 2 or members.isdisjoint(near):
            continue
        found = shares(several, "", place)
        if len(found) < len(members):
            return tuple(UnitPart(int(unit), part) for unit, part in sorted(found.items()))
    return ()
