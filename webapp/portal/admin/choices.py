"""Lists to choose from, and words for what is kept as a code."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, Role
from webapp.organisation.managed import MANAGE, list_managed_units
from webapp.organisation.models import Officer, Unit

ZONES: dict[str, LazyString] = {
    "Asia/Jakarta": _l("WIB (Asia/Jakarta)"),
    "Asia/Makassar": _l("WITA (Asia/Makassar)"),
    "Asia/Jayapura": _l("WIT (Asia/Jayapura)"),
}

ROLES: dict[Role, LazyString] = {
    Role.ADMINISTRATOR: _l("Administrator"),
    Role.TRIAGE: _l("Petugas pemilah laporan"),
    Role.LIAISON: _l("Pejabat penghubung"),
    Role.OFFICER: _l("Petugas pelayanan"),
    Role.SUPERVISOR: _l("Atasan"),
    Role.INSPECTOR: _l("Inspektorat"),
    Role.AUDITOR: _l("Auditor"),
}

WEEKDAYS: tuple[LazyString, ...] = (
    _l("Senin"),
    _l("Selasa"),
    _l("Rabu"),
    _l("Kamis"),
    _l("Jumat"),
    _l("Sabtu"),
    _l("Minggu"),
)


def zone_choices() -> list[SelectChoice]:
    """The zones of Indonesia."""
    return [SelectChoice(zone, name) for zone, name in ZONES.items()]


def unit_choices(
    viewer: Account,
    *,
    permission: Permission = MANAGE,
    without: Unit | None = None,
    also: Unit | None = None,
    nothing: str | None = None,
) -> list[SelectChoice]:
    """The viewer's open units as a tree; `without` leaves out a unit and all below it, `also` keeps a closed one that
    is chosen already, `nothing` words the choice of none."""
    units = [
        unit
        for unit in list_managed_units(viewer, permission, closed=True)
        if (unit.active or (also is not None and unit.id == also.id))
        and not (without is not None and unit.path.startswith(without.path))
    ]
    top = min((unit.path.count("/") for unit in units), default=0)
    return [
        SelectChoice("", nothing or _("Pilih unit kerja")),
        *(SelectChoice(unit.id, "– " * (unit.path.count("/") - top) + unit.name) for unit in units),
    ]


def officer_choices(officers: Iterable[Officer]) -> list[SelectChoice]:
    """Officers to choose from."""
    return [SelectChoice("", _("Pilih petugas")), *(SelectChoice(officer.id, officer.name) for officer in officers)]
