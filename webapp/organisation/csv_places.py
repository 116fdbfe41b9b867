"""Planning imports of units, services and counters. All are keyed by their codes."""

from __future__ import annotations

import re
from functools import partial
from typing import TypeVar
from zoneinfo import available_timezones

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import db
from webapp.organisation.actions import (
    ServiceFacts,
    change_counter,
    change_service,
    change_unit,
    create_counter,
    create_service,
    create_unit,
    move_unit,
)
from webapp.organisation.csv_planning import Effect, Plan, Reason, RowRefused, number, optional, required
from webapp.organisation.csv_reading import CsvTable, Row
from webapp.organisation.models import Counter, Service, Unit

IMPORT = Permission.ORGANISATION_IMPORT
K = TypeVar("K")
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


def plan_units(table: CsvTable, viewer: Account) -> Plan:
    """Units below those of the viewer. A row may stand before the one of the unit above it."""
    return _Units(table, viewer).plan


def managed_units_by_code(viewer: Account) -> tuple[dict[str, Unit], set[str]]:
    """The viewer's units by code, and the codes of all others."""
    mine: dict[str, Unit] = {}
    foreign: set[str] = set()
    for unit in db.session.scalars(select(Unit)):
        if can(viewer, IMPORT, unit):
            mine[unit.code] = unit
        else:
            foreign.add(unit.code)
    return mine, foreign


def unit_of(row: Row, mine: dict[str, Unit], column: str = "kode_unit") -> Unit:
    """The viewer's unit that a cell names, if it is open."""
    code = required(row, column)
    unit = mine.get(code)
    if unit is None:
        raise RowRefused(Reason.UNKNOWN_UNIT, column, code)
    if not unit.active:
        raise RowRefused(Reason.UNIT_CLOSED, column, code)
    return unit


def code_of(row: Row, column: str = "kode") -> str:
    """The code in a cell."""
    code = required(row, column, 60)
    if not _CODE.fullmatch(code):
        raise RowRefused(Reason.BAD_CODE, column, code)
    return code


class _Units:
    def __init__(self, table: CsvTable, viewer: Account) -> None:
        self.plan = Plan(table.columns)
        self.viewer = viewer
        self.mine, self.foreign = managed_units_by_code(viewer)
        by_id = {unit.id: unit.code for unit in self.mine.values()}
        #: The tree as it will be, by codes; a unit above all of the viewer's is not in it.
        self.parents = {unit.code: by_id.get(unit.parent_id or 0) for unit in self.mine.values()}
        self.will_be: set[str] = set(self.mine)
        self.refused: set[str] = set()
        waiting = self._take_in(table)
        while waiting:
            named = {row.cells["kode"] for row in waiting}
            later = [row for row in waiting if not self._try(row, named)]
            if len(later) == len(waiting):
                # Each waits for another of them: they stand above each other in a ring.
                for row in later:
                    self.plan.refuse(row, RowRefused(Reason.CYCLE, "kode_induk", row.cells["kode_induk"]))
                break
            waiting = later
        self.plan.bad.sort(key=lambda bad: bad.row.line)

    def _take_in(self, table: CsvTable) -> list[Row]:
        """Rows whose own cells are right, each code once."""
        lines: dict[str, int] = {}
        waiting = []
        for row in table.rows:
            try:
                code = code_of(row)
                if code in lines:
                    raise RowRefused(Reason.TWICE, "kode", str(lines[code]))
                lines[code] = row.line
                if row.surplus:
                    raise RowRefused(Reason.SURPLUS_CELLS)
                if code in self.foreign:
                    raise RowRefused(Reason.NOT_MANAGED, "kode", code)
                required(row, "nama")
                optional(row, "jenis", 60)
                zone = optional(row, "zona_waktu")
                if zone and zone not in available_timezones():
                    raise RowRefused(Reason.BAD_ZONE, "zona_waktu", zone)
                if code not in self.mine:
                    required(row, "kode_induk")
            except RowRefused as refused:
                if refused.reason is not Reason.TWICE:
                    self.refused.add(row.cells.get("kode", ""))
                self.plan.refuse(row, refused)
            else:
                waiting.append(row)
        return waiting

    def _try(self, row: Row, waiting: set[str]) -> bool:
        """Plan a row or refuse it; False while the unit above it is still `waiting`."""
        code, above = row.cells["kode"], optional(row, "kode_induk")
        try:
            if above and above not in self.will_be:
                if above in self.refused:
                    raise RowRefused(Reason.PARENT_REFUSED, "kode_induk", above)
                if above not in waiting:
                    raise RowRefused(Reason.UNKNOWN_UNIT, "kode_induk", above)
                return False
            self._plan(row, code, above)
        except RowRefused as refused:
            self.refused.add(code)
            self.plan.refuse(row, refused)
        return True

    def _plan(self, row: Row, code: str, above: str) -> None:
        parent = self.mine.get(above)
        if parent is not None and not parent.active:
            raise RowRefused(Reason.UNIT_CLOSED, "kode_induk", above)
        name, kind, zone = row.cells["nama"], optional(row, "jenis"), optional(row, "zona_waktu")
        unit = self.mine.get(code)
        if unit is None:
            self.will_be.add(code)
            self.parents[code] = above
            self.plan.take(Effect.CREATES, partial(self._create, code, above, name, kind or "unit", zone or None))
            return
        moves = bool(above) and self.parents[code] != above
        if moves:
            if unit.parent is None or not can(self.viewer, IMPORT, unit.parent):
                raise RowRefused(Reason.PARENT_FIXED, "kode_induk", above)
            at: str | None = above
            while at is not None:
                if at == code:
                    raise RowRefused(Reason.CYCLE, "kode_induk", above)
                at = self.parents[at]
            self.parents[code] = above
        wanted = (name, kind or unit.kind, zone or unit.timezone)
        if not moves and wanted == (unit.name, unit.kind, unit.timezone):
            self.plan.take(Effect.NOTHING)
            return
        self.plan.take(Effect.CHANGES, partial(self._change, unit, above if moves else "", wanted))

    def _create(self, code: str, above: str, name: str, kind: str, zone: str | None) -> None:
        self.mine[code] = create_unit(self.mine[above], code=code, name=name, kind=kind, timezone=zone)

    def _change(self, unit: Unit, above: str, wanted: tuple[str, str, str]) -> None:
        name, kind, zone = wanted
        change_unit(unit, code=unit.code, name=name, kind=kind, timezone=zone)
        if above:
            move_unit(unit, self.mine[above])


def plan_services(table: CsvTable, viewer: Account) -> Plan:
    """Services of the viewer's units. A column that the file does not have is left as it is."""
    plan = Plan(table.columns)
    mine, _foreign = managed_units_by_code(viewer)
    services = {service.code: service for service in db.session.scalars(select(Service))}
    lines: dict[str, int] = {}
    for row in table.rows:
        try:
            code = once(row, code_of(row), lines, "kode")
            service = services.get(code)
            if service is not None and not can(viewer, IMPORT, service.unit):
                raise RowRefused(Reason.NOT_MANAGED, "kode", code)
            unit, facts = unit_of(row, mine), _facts(row, code, service, table.columns)
        except RowRefused as refused:
            plan.refuse(row, refused)
            continue
        if service is None:
            plan.take(Effect.CREATES, partial(create_service, unit, facts))
        elif (service.unit_id, _facts_of(service)) == (unit.id, facts):
            plan.take(Effect.NOTHING)
        else:
            plan.take(Effect.CHANGES, partial(change_service, service, unit, facts, active=service.active))
    return plan


def plan_counters(table: CsvTable, viewer: Account) -> Plan:
    """Counters of the viewer's units."""
    plan = Plan(table.columns)
    mine, _foreign = managed_units_by_code(viewer)
    counters = {(counter.unit_id, counter.code): counter for counter in db.session.scalars(select(Counter))}
    lines: dict[tuple[int, str], int] = {}
    for row in table.rows:
        try:
            unit, code, name = unit_of(row, mine), code_of(row), required(row, "nama")
            key = once(row, (unit.id, code), lines, "kode")
        except RowRefused as refused:
            plan.refuse(row, refused)
            continue
        counter = counters.get(key)
        if counter is None:
            plan.take(Effect.CREATES, partial(create_counter, unit, code=code, name=name))
        elif counter.name == name:
            plan.take(Effect.NOTHING)
        else:
            plan.take(Effect.CHANGES, partial(change_counter, counter, code=code, name=name, active=counter.active))
    return plan


def _facts(row: Row, code: str, service: Service | None, columns: tuple[str, ...]) -> ServiceFacts:
    stored = _facts_of(service) if service is not None else ServiceFacts(code, "")
    minutes, hours = number(row, "menit_standar", 1440), number(row, "jam_standar", 10_000)
    fee = number(row, "biaya", 1_000_000_000)
    listed = optional(row, "syarat", 8000)
    return ServiceFacts(
        code=code,
        name=required(row, "nama"),
        standard_minutes=(minutes or None) if "menit_standar" in columns else stored.standard_minutes,
        standard_hours=(hours or None) if "jam_standar" in columns else stored.standard_hours,
        fee=(fee or 0) if "biaya" in columns else stored.fee,
        requirements=tuple(filter(None, (part.strip() for part in listed.split("|"))))
        if "syarat" in columns
        else stored.requirements,
    )


def _facts_of(service: Service) -> ServiceFacts:
    return ServiceFacts(
        service.code,
        service.name,
        service.standard_minutes,
        service.standard_hours,
        service.fee,
        tuple(service.requirements),
    )


def once(row: Row, key: K, lines: dict[K, int], column: str) -> K:
    """The key of a row, if no row before has it and the row has no cells too many."""
    if row.surplus:
        raise RowRefused(Reason.SURPLUS_CELLS)
    if key in lines:
        raise RowRefused(Reason.TWICE, column, str(lines[key]))
    lines[key] = row.line
    return key
