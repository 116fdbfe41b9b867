"""The demo city's agency: units, services, officers with postings and true quality, counters and shifts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import product
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from webapp.accounts.permissions import Role
from webapp.demo.parts import (
    DemoAccount,
    DemoCounter,
    DemoOfficer,
    DemoPosting,
    DemoService,
    DemoShift,
    DemoUnit,
    WeeklyHours,
)
from webapp.demo.texts import read_data, words

TIMEZONE = "Asia/Jakarta"
#: Spread of the officers' true quality on the logistic scale.
QUALITY_SPREAD = 0.55
#: Share of days on which an officer is on leave or ill.
ABSENCE = 0.05
#: The roster is known this long ahead, so that a complaint about today finds its shift.
ROSTER_AHEAD = timedelta(days=14)
EMAIL_DOMAIN = "contoh.example"
_NEWCOMER_UNIT = "DUKCAPIL-IDENTITAS"
_MOVE = ("KEL-ANGGREK", "KEC-CEMPAKA")


@dataclass(frozen=True)
class DemoAgency:
    """The agency between two days; `days_off` names the holidays that its units keep."""

    units: tuple[DemoUnit, ...]
    services: tuple[DemoService, ...]
    officers: tuple[DemoOfficer, ...]
    accounts: tuple[DemoAccount, ...]
    counters: tuple[DemoCounter, ...]
    shifts: tuple[DemoShift, ...]
    days_off: Mapping[date, str]
    #: Visits recorded in an officer's day, and how often a service is asked for, by code.
    load: Mapping[str, float]
    demand: Mapping[str, float]

    @cached_property
    def unit_by_code(self) -> dict[str, DemoUnit]:
        """Units by code."""
        return {unit.code: unit for unit in self.units}

    @cached_property
    def service_by_code(self) -> dict[str, DemoService]:
        """Services by code."""
        return {service.code: service for service in self.services}

    @cached_property
    def officer_by_code(self) -> dict[str, DemoOfficer]:
        """Officers by code."""
        return {officer.code: officer for officer in self.officers}

    @cached_property
    def shifts_at_counter(self) -> dict[tuple[str, str], list[DemoShift]]:
        """Shifts by unit and counter, in order of time."""
        found: dict[tuple[str, str], list[DemoShift]] = {}
        for shift in self.shifts:
            found.setdefault((shift.unit, shift.counter), []).append(shift)
        return found

    @cached_property
    def account_of_officer(self) -> dict[str, DemoAccount]:
        """Accounts by the officer's code."""
        return {account.officer: account for account in self.accounts if account.officer}

    def above(self, unit: str) -> list[str]:
        """The unit and those above it, nearest first."""
        chain: list[str] = []
        at: str | None = unit
        while at is not None:
            chain.append(at)
            at = self.unit_by_code[at].parent
        return chain

    def offers(self, unit: str) -> list[DemoService]:
        """The services of the unit and of the units above it."""
        chain = set(self.above(unit))
        return [service for service in self.services if service.unit in chain]

    def leader(self, unit: str) -> DemoAccount | None:
        """The supervisor nearest above the unit, if one has been appointed."""
        leaders = {officer.leads: officer.code for officer in self.officers if officer.leads}
        for code in self.above(unit):
            if code in leaders:
                return self.account_of_officer[leaders[code]]
        return None

    def liaison(self, unit: str) -> DemoAccount | None:
        """The liaison nearest above the unit, if one has been appointed."""
        liaisons = {
            place: account for account in self.accounts for role, place in account.roles if role is Role.LIAISON
        }
        return next((liaisons[code] for code in self.above(unit) if code in liaisons), None)


def build_agency(rng: Random, first: date, until: date) -> DemoAgency:
    """The agency with its shifts from `first` until two weeks after `until`."""
    data, offered = read_data("agency"), read_data("services")["service"]
    hours: dict[str, WeeklyHours] = {
        name: {day: tuple((start, end) for start, end in spans) for day, spans in week.items()}
        for name, week in data["hours"].items()
    }
    units = tuple(
        DemoUnit(u["code"], u.get("parent"), u["name"], u["kind"], TIMEZONE, hours[u["hours"]]) for u in data["unit"]
    )
    services = tuple(
        DemoService(
            code=s["code"],
            unit=s["unit"],
            name=s["name"],
            said=s["said"],
            standard_minutes=s["minutes"],
            standard_hours=s["hours"],
            fee=s.get("fee", 0),
            requirements=tuple(s["requirements"]),
            true_difficulty=s["difficulty"],
        )
        for s in offered
    )
    last = until + ROSTER_AHEAD
    days_off = public_holidays(first, last)
    officers = _appoint(rng, data["unit"], first, until)
    counters = tuple(
        DemoCounter(u["code"], str(number), f"Loket {number}")
        for u in data["unit"]
        for number in range(1, u.get("desks", 0) + (u["code"] == _MOVE[1]) + 1)
    )
    return DemoAgency(
        units=units,
        services=services,
        officers=officers,
        accounts=_accounts(officers),
        counters=counters,
        shifts=_roster(rng, units, officers, counters, days_off, first, last),
        days_off=days_off,
        load={u["code"]: u["load"] for u in data["unit"] if "load" in u},
        demand={s["code"]: s["share"] for s in offered},
    )


def public_holidays(first: date, last: date) -> dict[date, str]:
    """Indonesia's public holidays and collective leave days (cuti bersama) from `first` to `last`, with their names."""
    years = range(first.year, last.year + 1)
    known = holidays.country_holidays("ID", years=years, categories=("public", "government"), language="id")
    return {day: name for day, name in sorted(known.items()) if first <= day <= last}


def _appoint(rng: Random, units: list[dict[str, Any]], first: date, until: date) -> tuple[DemoOfficer, ...]:
    names = iter(words().people["officers"])
    officers: list[DemoOfficer] = []

    def appoint(unit: str, title: str, leads: str | None, since: date | None = None) -> None:
        name, called, sex = next(names).split("|")
        born = date(rng.randint(1970, 1998), rng.randint(1, 12), rng.randint(1, 28))
        service_year = min(born.year + rng.randint(23, 30), first.year - 1)
        # 18 digits: birth date, start of service, sex, serial of the day.
        nip = f"{born:%Y%m%d}{service_year}{rng.randint(1, 12):02}{1 if sex == 'm' else 2}{rng.randint(1, 20):03}"
        starts = since or date(rng.randint(service_year + 1, first.year), rng.randint(1, 6), 1)
        quality = rng.gauss(0.0, QUALITY_SPREAD)
        officers.append(
            DemoOfficer(
                code=f"P{len(officers) + 1:02}",
                name=name,
                called=called,
                sex=sex,
                looks=rng.choice(words().people[f"descriptions_{sex}"]),
                nip=nip,
                postings=(DemoPosting(unit, title, starts),),
                leads=leads,
                true_quality=round(quality, 4),
                true_pace=round(1.0 - 0.08 * quality + rng.uniform(-0.2, 0.25), 4),
            )
        )

    for unit in units:
        if "head" in unit:
            appoint(unit["code"], unit["head"], unit["code"])
        for number in range(unit.get("desks", 0)):
            newcomer = unit["code"] == _NEWCOMER_UNIT and number == 0
            appoint(unit["code"], "Petugas pelayanan", None, until - timedelta(days=24) if newcomer else None)
    # One officer changes units halfway: what was said before stays where it was said.
    halfway = first + (until - first) / 2
    mover = next(i for i, o in enumerate(officers) if o.postings[0].unit == _MOVE[0] and o.leads is None)
    before = officers[mover].postings[0]
    officers[mover] = replace(
        officers[mover],
        postings=(
            replace(before, ends_on=halfway - timedelta(days=1)),
            DemoPosting(_MOVE[1], before.title, halfway),
        ),
    )
    return tuple(officers)


def posted(officer: DemoOfficer, day: date) -> str | None:
    """The unit in which the officer is posted on a day."""
    for posting in officer.postings:
        if posting.starts_on <= day and (posting.ends_on is None or day <= posting.ends_on):
            return posting.unit
    return None


def _accounts(officers: tuple[DemoOfficer, ...]) -> tuple[DemoAccount, ...]:
    def at(name: str) -> str:
        return f"{name}@{EMAIL_DOMAIN}"

    desk = [
        DemoAccount(at("admin"), "Gita Paramitha", ((Role.ADMINISTRATOR, "KOTA"),), None, Role.ADMINISTRATOR),
        DemoAccount(at("triase"), "Olivia Rumampuk", ((Role.TRIAGE, "KOTA"),), None, Role.TRIAGE),
        DemoAccount(at("triase2"), "Paulus Nainggolan", ((Role.TRIAGE, "KOTA"),), None, None),
        DemoAccount(at("penghubung.dukcapil"), "Fajar Siddik", ((Role.LIAISON, "DUKCAPIL"),), None, Role.LIAISON),
        DemoAccount(at("penghubung.dinkes"), "Ketut Wirati", ((Role.LIAISON, "DINKES"),), None, None),
        DemoAccount(at("penghubung.disdik"), "Hotma Pardede", ((Role.LIAISON, "DISDIK"),), None, None),
        DemoAccount(at("penghubung.wilayah"), "Yuliana Mansoben", ((Role.LIAISON, "WILAYAH"),), None, None),
        DemoAccount(at("inspektorat"), "Arief Budiarto", ((Role.INSPECTOR, "KOTA"),), None, Role.INSPECTOR),
        DemoAccount(at("auditor"), "Sofia Tambunan", ((Role.AUDITOR, "KOTA"),), None, Role.AUDITOR),
    ]
    # As many of each as it takes to walk a complaint through a dispute: whoever answered may not look at it again.
    shown = Counter(
        {
            ("DUKCAPIL", Role.SUPERVISOR): 1,
            ("DUKCAPIL-LAHIR", Role.SUPERVISOR): 1,
            ("DUKCAPIL-LAHIR", Role.OFFICER): 2,
            **dict.fromkeys(product(("PUSKESMAS-MELATI", "MELATI-UMUM"), (Role.SUPERVISOR, Role.OFFICER)), 1),
        }
    )
    for officer in officers:
        unit = officer.postings[-1].unit
        role = Role.SUPERVISOR if officer.leads else Role.OFFICER
        show = shown[unit, role] > 0
        shown[unit, role] -= 1
        email = at(".".join(officer.name.lower().split()))
        desk.append(DemoAccount(email, officer.name, ((role, unit),), officer.code, role if show else None))
    return tuple(desk)


def _roster(
    rng: Random,
    units: tuple[DemoUnit, ...],
    officers: tuple[DemoOfficer, ...],
    counters: tuple[DemoCounter, ...],
    days_off: Mapping[date, str],
    first: date,
    last: date,
) -> tuple[DemoShift, ...]:
    zone = ZoneInfo(TIMEZONE)
    desks: dict[str, list[str]] = {}
    for counter in counters:
        desks.setdefault(counter.unit, []).append(counter.code)
    week = {unit.code: unit.hours for unit in units}
    shifts: list[DemoShift] = []
    day = first
    while day <= last:
        spans_of = {
            unit: [
                tuple(datetime.combine(day, time.fromisoformat(edge), zone).astimezone(UTC) for edge in span)
                for span in week[unit].get(str(day.weekday()), ())
            ]
            for unit in desks
        }
        # Desks rotate by the week: a counter alone never tells who served.
        turn = day.isocalendar().week
        at_work: dict[str, list[tuple[DemoOfficer, bool]]] = {}
        for officer in officers:
            unit = posted(officer, day)
            if officer.leads or unit is None or unit not in desks or rng.random() < ABSENCE:
                continue
            learning = (day - officer.postings[0].starts_on).days < 8
            at_work.setdefault(unit, []).append((officer, learning))
        if day not in days_off:
            for unit, present in at_work.items():
                seats = desks[unit]
                for place, (officer, learning) in enumerate(present):
                    # Somebody in his first days sits beside a colleague: two officers at one counter at one time.
                    seat = seats[((place + 1 if learning else place) + turn) % len(seats)]
                    shifts.extend(DemoShift(unit, seat, officer.code, start, end) for start, end in spans_of[unit])
        day += timedelta(days=1)
    return tuple(shifts)
