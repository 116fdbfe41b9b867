"""Which preset of deadlines a unit has chosen."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.clocks.presets import list_presets
from webapp.organisation.managed import list_managed_units
from webapp.organisation.models import Unit


@dataclass(frozen=True, slots=True)
class ChosenPreset:
    """A unit with the name of the preset that holds there; `inherited` where a unit above has chosen it, or nobody."""

    unit: Unit
    holds: str | None
    inherited: bool


def list_chosen(viewer: Account) -> list[ChosenPreset]:
    """The viewer's units in the order of the tree with what holds in each."""
    units = list_managed_units(viewer)
    chosen = dict(db.session.execute(select(Unit.path, Unit.clock_preset).where(Unit.clock_preset.is_not(None))).all())
    return [ChosenPreset(unit, _holding(unit.path, chosen), unit.clock_preset is None) for unit in units]


def _holding(path: str, chosen: dict[str, str | None]) -> str | None:
    above = [own for own in chosen if path.startswith(own)]
    return chosen[max(above, key=len)] if above else None


def choose_preset(unit: Unit, name: str | None) -> None:
    """Let a preset hold in a unit and below, None: as above. Clocks that run keep the terms that they started with.

    Raises ValueError where no preset has that name.
    """
    if name is not None and name not in {preset.name for preset in list_presets()}:
        raise ValueError(f"there is no preset {name!r}")
    unit.clock_preset = name
    db.session.flush()
