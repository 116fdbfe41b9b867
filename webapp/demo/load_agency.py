"""Bringing the demo city's agency into the database: units, services, people, desks, and the roster."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from webapp.accounts.models import Account, RoleAssignment
from webapp.counter.models import Visit
from webapp.counter.queue.halls import new_kiosk_key
from webapp.counter.queue.models import QueueHall, QueueLine
from webapp.database import copy_rows, new_ids
from webapp.demo.agency import public_holidays
from webapp.demo.city import DemoCity
from webapp.demo.halls import SLOT_MINUTES, open_halls
from webapp.demo.texts import read_data
from webapp.encryption import keyring
from webapp.organisation.holiday_table import national_days
from webapp.organisation.models import (
    CalendarDay,
    CalendarSeason,
    Counter,
    Officer,
    Posting,
    Service,
    Shift,
    Topic,
    Unit,
    WorkingCalendar,
)


@dataclass
class LoadedIds:
    """Which row became of what: primary keys by the demo city's own codes and numbers."""

    unit: dict[str, int] = field(default_factory=dict)
    service: dict[str, int] = field(default_factory=dict)
    account: dict[str, int] = field(default_factory=dict)
    officer: dict[str, int] = field(default_factory=dict)
    counter: dict[tuple[str, str], int] = field(default_factory=dict)
    visit: dict[int, int] = field(default_factory=dict)
    file: dict[int, int] = field(default_factory=dict)
    rating: dict[int, int] = field(default_factory=dict)
    complaint: dict[int, int] = field(default_factory=dict)


def load_agency(city: DemoCity, password_hash: str) -> LoadedIds:
    """Write the agency with its accounts and roster; accounts that are shown get the password, the others none."""
    ids = LoadedIds()
    _load_units(city, ids)
    _load_people(city, ids, password_hash)
    _load_roster(city, ids)
    _load_halls(city, ids)
    return ids


def _load_units(city: DemoCity, ids: LoadedIds) -> None:
    agency = city.agency
    (calendar_id,) = new_ids(WorkingCalendar, 1)
    copy_rows(WorkingCalendar, [{"id": calendar_id, "name": "Kalender Kota Contoh"}])
    days = public_holidays(date(city.first.year, 1, 1), date(city.until.year + 1, 12, 31))
    copy_rows(
        CalendarDay,
        [{"calendar_id": calendar_id, "day": day, "name": name, "working": False} for day, name in days.items()],
    )
    years = range(city.first.year, city.until.year + 2)
    copy_rows(
        CalendarSeason,
        [
            {"calendar_id": calendar_id, "name": "Ramadan (perkiraan)", "first_day": first, "last_day": last}
            for year in years
            for first, last in national_days(year).ramadan
        ],
    )
    ids.unit = dict(zip((unit.code for unit in agency.units), new_ids(Unit, len(agency.units)), strict=True))
    copy_rows(
        Unit,
        [
            {
                "id": ids.unit[unit.code],
                "parent_id": ids.unit[unit.parent] if unit.parent else None,
                "path": "/" + "".join(f"{ids.unit[code]}/" for code in reversed(agency.above(unit.code))),
                "code": unit.code,
                "name": unit.name,
                "kind": unit.kind,
                "timezone": unit.timezone,
                "weekly_hours": {day: [list(span) for span in spans] for day, spans in unit.hours.items()},
                "calendar_id": calendar_id if unit.parent is None else None,
                "external_id": f"demo:{unit.code}",
            }
            for unit in agency.units
        ],
    )
    services = agency.services
    ids.service = dict(zip((service.code for service in services), new_ids(Service, len(services)), strict=True))
    copy_rows(
        Service,
        [
            {
                "id": ids.service[service.code],
                "unit_id": ids.unit[service.unit],
                "code": service.code,
                "name": service.name,
                "standard_minutes": service.standard_minutes,
                "standard_hours": service.standard_hours,
                "fee": service.fee,
                "requirements": list(service.requirements),
                "external_id": f"demo:{service.code}",
            }
            for service in services
        ],
    )
    copy_rows(
        Topic,
        [
            {"name": topic["name"], "unit_id": ids.unit[topic["unit"]] if "unit" in topic else None}
            for topic in read_data("topics")["topic"]
        ],
    )


def _load_people(city: DemoCity, ids: LoadedIds, password_hash: str) -> None:
    agency = city.agency
    accounts = agency.accounts
    ids.account = dict(zip((account.email for account in accounts), new_ids(Account, len(accounts)), strict=True))
    copy_rows(
        Account,
        [
            {
                "id": ids.account[account.email],
                "email": account.email,
                "name": account.name,
                "password_hash": password_hash if account.shown else None,
            }
            for account in accounts
        ],
    )
    copy_rows(
        RoleAssignment,
        [
            {"account_id": ids.account[account.email], "role": role.value, "unit_id": ids.unit[unit]}
            for account in accounts
            for role, unit in account.roles
        ],
    )
    officers = agency.officers
    ids.officer = dict(zip((officer.code for officer in officers), new_ids(Officer, len(officers)), strict=True))
    ring = keyring()
    copy_rows(
        Officer,
        [
            {
                "id": ids.officer[officer.code],
                "account_id": ids.account[agency.account_of_officer[officer.code].email],
                "name": officer.name,
                "nip": officer.nip,
                "nip_key": ring.lookup_key("nip", officer.nip),
                "external_id": f"demo:{officer.code}",
            }
            for officer in officers
        ],
    )
    copy_rows(
        Posting,
        [
            {
                "officer_id": ids.officer[officer.code],
                "unit_id": ids.unit[posting.unit],
                "title": posting.title,
                "starts_on": posting.starts_on,
                "ends_on": posting.ends_on,
            }
            for officer in officers
            for posting in officer.postings
        ],
    )


def _load_roster(city: DemoCity, ids: LoadedIds) -> None:
    counters = city.agency.counters
    ids.counter = dict(zip(((c.unit, c.code) for c in counters), new_ids(Counter, len(counters)), strict=True))
    copy_rows(
        Counter,
        [
            {"id": ids.counter[c.unit, c.code], "unit_id": ids.unit[c.unit], "code": c.code, "name": c.name}
            for c in counters
        ],
    )
    copy_rows(
        Shift,
        [
            {
                "counter_id": ids.counter[shift.unit, shift.counter],
                "officer_id": ids.officer[shift.officer],
                "starts_at": shift.starts_at,
                "ends_at": shift.ends_at,
            }
            for shift in city.agency.shifts
        ],
    )


def _load_halls(city: DemoCity, ids: LoadedIds) -> None:
    halls = open_halls(city.agency)
    copy_rows(
        QueueHall,
        [
            {"unit_id": ids.unit[hall.unit], "always_open": hall.always_open, "kiosk_key": new_kiosk_key()}
            for hall in halls
        ],
    )
    copy_rows(
        QueueLine,
        [
            {
                "unit_id": ids.unit[hall.unit],
                "service_id": ids.service[line.service],
                "prefix": line.prefix,
                "slot_minutes": SLOT_MINUTES,
                "quotas": line.quotas,
            }
            for hall in halls
            for line in hall.lines
        ],
    )


def load_visits(city: DemoCity, ids: LoadedIds) -> None:
    """Write the visits."""
    numbers = new_ids(Visit, len(city.visits))
    ids.visit = {visit.number: number for visit, number in zip(city.visits, numbers, strict=True)}
    copy_rows(
        Visit,
        [
            {
                "id": ids.visit[visit.number],
                "unit_id": ids.unit[visit.unit],
                "service_id": ids.service[visit.service],
                "counter_id": ids.counter[visit.unit, visit.counter],
                "officer_id": ids.officer[visit.officer],
                "waited_seconds": visit.waited_seconds,
                "started_at": visit.started_at,
                "finished_at": visit.finished_at,
                "external_id": f"demo:{visit.number}",
            }
            for visit in city.visits
        ],
    )
