"""What the product would have done with a past complaint, of which nothing is known but its words and its place. Pure.

The same rules judge as in earnest, with the strengths that are stated beforehand: nothing that was learned later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from webapp.attribution.circumstances import Circumstances, UnitPart
from webapp.attribution.combining import judge
from webapp.attribution.named_places import find_places
from webapp.attribution.routing import CatalogueUnit, Routed
from webapp.attribution.routing.places import PlaceClass


@dataclass(frozen=True, slots=True)
class Ground:
    """What a source's complaints can go to: units, their places in the tree, and those that are many of a kind."""

    units: tuple[CatalogueUnit, ...]
    paths: Mapping[int, str]
    names: Mapping[int, str]
    classes: tuple[PlaceClass, ...]


@dataclass(frozen=True, slots=True)
class Doing:
    """The likeliest unit (None: none) with its share, and whether the complaint would have been sent there."""

    unit_id: int | None
    share: float
    sent: bool


def would_do(ground: Ground, routed: Routed, place: str, *, personal: bool) -> Doing:
    """What would have been done. `personal`: it points at a person, so a human decides in any case."""
    words = tuple(UnitPart(int(one.unit), one.probability) for one in routed.candidates if one.probability > 0)
    known = Circumstances(
        text_units=words,
        place_units=find_places(ground.classes, place, {one.unit_id for one in words}) if place else (),
        paths=ground.paths,
        unit_names=ground.names,
    )
    judged = judge(known)
    shares = [share for share in judged.shares if share.unit_id is not None]
    if not shares:
        return Doing(None, 0.0, sent=False)
    likeliest = max(shares, key=lambda share: (share.share, -(share.unit_id or 0)))
    return Doing(likeliest.unit_id, likeliest.share, sent=judged.unit_id == likeliest.unit_id and not personal)
