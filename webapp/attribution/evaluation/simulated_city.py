"""A simulated city of counters with known truth: who is planned, who stands in, what is recorded, what people remember.

Nothing in it is fitted to the rules. The rates of error are in RATES: somebody stands in for somebody without its
being entered, records come late, wrongly or never, people mistake the unit, the counter, the day, the time, the number
and the name.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from webapp.attribution.circumstances import UnitPart
from webapp.attribution.named_officers import OfficerThen
from webapp.attribution.presence import Span

ZONE: Final = ZoneInfo("Asia/Jakarta")
FIRST_DAY: Final = date(2026, 9, 7)

RATES: Final = {
    # the counter
    "stands_in_for_a_shift": 0.07,
    "stands_in_for_a_visit": 0.03,
    "record_late": 0.25,
    "record_never": 0.06,
    "record_names_another_officer": 0.004,
    "record_names_another_counter": 0.01,
    # what is stated, and how often wrongly
    "has_receipt": 0.35,
    "chooses_unit": 0.85,
    "wrong_unit": 0.05,
    "chooses_service": 0.55,
    "wrong_service": 0.10,
    "tells_counter": 0.60,
    "wrong_counter": 0.06,
    "tells_day": 0.85,
    "wrong_day": 0.04,
    "tells_time": 0.55,
    "time_far_off": 0.06,
    "tells_number": 0.25,
    "without_letter": 0.30,
    "wrong_number": 0.05,
    "names_officer": 0.25,
    "wrong_name": 0.04,
    "says_in_words": 0.35,
}
#: Spread of a remembered time around the true one.
TIME_SPREAD: Final = timedelta(minutes=11)
#: Part of the visits of which somebody tells something.
TELLING: Final = 0.7
#: Letters of the queues.
LINES: Final = ("A", "B", "C")

_GIVEN = (
    "Budi", "Siti", "Agus", "Sri", "Dewi", "Eko", "Rina", "Slamet", "Wahyu", "Yuni", "Bambang", "Endang", "Rudi",
    "Ani", "Hendra", "Lestari", "Joko", "Nur", "Dwi", "Ratna", "Fajar", "Indah", "Teguh", "Maya", "Arif", "Kartini",
    "Galih", "Nurhayati", "Prakoso", "Wulandari", "Yohanes", "Made", "Ketut", "Asep", "Neneng", "Zulkifli",
    "Maimunah", "Darmawan", "Puspita", "Sutrisno", "Kusmiati", "Latifah", "Gunawan", "Herlambang", "Mardiyah",
    "Purwanto", "Rukmini", "Supriyadi", "Tjahjono", "Widyastuti",
)  # fmt: skip
_FAMILY = (
    "Santoso", "Wibowo", "Lestari", "Hidayat", "Saputra", "Nugroho", "Kusuma", "Hartono", "Rahayu", "Setiawan",
    "Siregar", "Lubis", "Tarigan", "Situmorang", "Wijayanti", "Handoko", "Mulyani", "Prasetyo", "Anggraini", "Basuki",
    "Sulistyo", "Maharani", "Pangestu", "Suryadi", "Kurniasari", "Iskandar", "Ramadhani", "Harahap", "Simanjuntak",
    "Wardhana", "Pramudya", "Salim", "Firmansyah", "Gozali", "Utomo", "Permana", "Yulianti", "Susilo", "Cahyono",
    "Budiman",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SimulatedCounter:
    """A counter, and the number on it."""

    id: int
    unit_id: int
    number: int


@dataclass(slots=True)
class SimulatedUnit:
    """A unit below an office, with its counters and officers."""

    id: int
    path: str
    name: str
    counters: list[SimulatedCounter] = field(default_factory=list)
    officers: list[OfficerThen] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TrueVisit:
    """A visit as it was (`officer_id`), and what is on record of it."""

    unit: SimulatedUnit
    counter: SimulatedCounter
    officer_id: int
    starts_at: datetime
    ends_at: datetime
    prefix: str
    number: int
    recorded_officer_id: int
    recorded_counter_id: int
    recorded: str  # "at once", "late" or "never"

    @property
    def day(self) -> date:
        """The local day."""
        return self.starts_at.date()


@dataclass(frozen=True, slots=True)
class Stated:
    """What one citizen states of a visit."""

    visit: TrueVisit
    has_receipt: bool
    chosen_unit_id: int | None
    service_unit_id: int | None
    counter: SimulatedCounter | None
    day: date | None
    at: datetime | None
    text: str
    filed_at: datetime
    text_units: tuple[UnitPart, ...]


class City:
    """Units, officers, rosters and visits of a simulated city, the same for the same seed."""

    def __init__(self, seed: int, visits: int) -> None:
        self.random = random.Random(seed)
        self.units = self._make_units()
        self.paths = {unit.id: unit.path for unit in self.units} | {1000 + n: f"/{1000 + n}/" for n in range(8)}
        self.shifts: dict[tuple[int, date], list[Span]] = {}
        self.visits: list[TrueVisit] = []
        #: Those of which somebody tells something.
        self.told: list[TrueVisit] = []
        day = FIRST_DAY
        while len(self.visits) < visits / TELLING:
            if day.weekday() < 5:
                for unit in self.units:
                    self._work(unit, day)
            day += timedelta(days=1)
        self.told = self.random.sample(self.visits, visits)

    def state(self, visit: TrueVisit) -> Stated:
        """What whoever was served then tells of it."""
        tells = self._tells
        stated_unit = self._another_unit(visit.unit) if tells("wrong_unit") else visit.unit
        chosen = stated_unit if tells("chooses_unit") else None
        service = None
        if tells("chooses_service"):
            service = self._another_unit(visit.unit) if tells("wrong_service") else stated_unit
        counter = None
        if chosen is not None and tells("tells_counter"):
            counter = visit.counter if chosen is visit.unit else self.random.choice(chosen.counters)
            if tells("wrong_counter"):
                counter = self.random.choice(chosen.counters)
        day = at = None
        if tells("tells_day"):
            day = visit.day + timedelta(days=self.random.choice((-1, 1)) if tells("wrong_day") else 0)
            if tells("tells_time"):
                hours = self.random.uniform(-4, 4) if tells("time_far_off") else 0.0
                middle = visit.starts_at + (visit.ends_at - visit.starts_at) / 2
                off = timedelta(hours=hours) + TIME_SPREAD * self.random.gauss(0, 1)
                told = middle + off
                rounded = told.replace(second=0, microsecond=0) - timedelta(minutes=told.minute % 5)
                at = datetime.combine(day, rounded.time(), ZONE)
        filed_at = datetime.combine(visit.day, time(17), ZONE) + timedelta(hours=self.random.expovariate(1 / 30))
        words = [
            self.random.choice(("Pelayanannya lambat sekali.", "Saya kecewa dilayani seperti itu.", "Mohon dibina."))
        ]
        if tells("tells_number"):
            words.append(self._number_in_words(visit))
        if tells("names_officer"):
            words.append(self._name_in_words(visit))
        # Some write the day and the counter into the text instead of the form.
        if counter is not None and tells("says_in_words"):
            words.append(f"Kejadiannya di loket {counter.number}.")
            counter = None
        if day is not None and at is None and tells("says_in_words"):
            words.append(f"Itu tanggal {day.day}/{day.month}/{day.year}.")
            day = None
        self.random.shuffle(words)
        return Stated(
            visit=visit,
            has_receipt=visit.recorded != "never" and tells("has_receipt"),
            chosen_unit_id=chosen.id if chosen else None,
            service_unit_id=service.id if service else None,
            counter=counter,
            day=day,
            at=at,
            text=" ".join(words),
            filed_at=filed_at,
            text_units=self._opinion(visit.unit),
        )

    def roster(self, unit_id: int) -> list[OfficerThen]:
        """The officers of a unit."""
        return next((unit.officers for unit in self.units if unit.id == unit_id), [])

    def _tells(self, what: str) -> bool:
        return self.random.random() < RATES[what]

    def _make_units(self) -> list[SimulatedUnit]:
        units = []
        officer_id = counter_id = 0
        for n in range(24):
            office = 1000 + n // 3
            unit = SimulatedUnit(n + 1, f"/{office}/{n + 1}/", f"Seksi {n + 1}")
            for number in range(self.random.randint(3, 7)):
                counter_id += 1
                unit.counters.append(SimulatedCounter(counter_id, unit.id, number + 1))
            for _ in range(len(unit.counters) * 2 + self.random.randint(0, 3)):
                officer_id += 1
                # Some names are many times as frequent as others.
                given = _GIVEN[min(int(self.random.expovariate(1 / 14)), len(_GIVEN) - 1)]
                name = f"{given} {self.random.choice(_FAMILY)}"
                unit.officers.append(OfficerThen(officer_id, unit.id, name, "Pelaksana"))
            units.append(unit)
        return units

    def _work(self, unit: SimulatedUnit, day: date) -> None:
        numbers = dict.fromkeys(LINES, 0)
        today: list[TrueVisit] = []
        order = self.random.sample(unit.officers, len(unit.officers))
        for half, (begins, ends) in enumerate(((time(7, 30), time(12)), (time(12, 45), time(16)))):
            for position, counter in enumerate(unit.counters):
                planned = order[(2 * position + half) % len(order)].officer_id
                first, last = datetime.combine(day, begins, ZONE), datetime.combine(day, ends, ZONE)
                self.shifts.setdefault((counter.id, day), []).append(Span(unit.id, planned, first, last))
                there = self._other(unit, planned) if self._tells("stands_in_for_a_shift") else planned
                at = first
                while at < last - timedelta(minutes=8):
                    took = timedelta(minutes=max(2.0, self.random.gauss(9, 4)))
                    serves = self._other(unit, there) if self._tells("stands_in_for_a_visit") else there
                    today.append(self._record(unit, counter, serves, at, at + took))
                    at += took + timedelta(minutes=self.random.expovariate(1 / 3))
        for visit in sorted(today, key=lambda one: (one.starts_at, one.counter.id)):
            prefix = self.random.choice(LINES)
            numbers[prefix] += 1
            self.visits.append(_numbered(visit, prefix, numbers[prefix]))

    def _record(
        self, unit: SimulatedUnit, counter: SimulatedCounter, officer_id: int, at: datetime, until: datetime
    ) -> TrueVisit:
        chance = self.random.random()
        recorded = "never" if chance < RATES["record_never"] else "at once"
        if RATES["record_never"] <= chance < RATES["record_never"] + RATES["record_late"]:
            recorded = "late"
        who = self._other(unit, officer_id) if self._tells("record_names_another_officer") else officer_id
        where = self.random.choice(unit.counters) if self._tells("record_names_another_counter") else counter
        return TrueVisit(unit, counter, officer_id, at, until, "", 0, who, where.id, recorded)

    def _other(self, unit: SimulatedUnit, officer_id: int) -> int:
        return self.random.choice([one.officer_id for one in unit.officers if one.officer_id != officer_id])

    def _another_unit(self, unit: SimulatedUnit) -> SimulatedUnit:
        return self.random.choice([one for one in self.units if one is not unit])

    def _number_in_words(self, visit: TrueVisit) -> str:
        number = visit.number
        if self._tells("wrong_number"):
            number = max(1, number + self.random.choice((-10, -1, 1, 2, 10)))
        if self._tells("without_letter"):
            return f"Nomor antrean saya {number}."
        return f"Nomor antrean {visit.prefix}-{number:03}."

    def _name_in_words(self, visit: TrueVisit) -> str:
        named = self._other(visit.unit, visit.officer_id) if self._tells("wrong_name") else visit.officer_id
        name = next(one.name for one in visit.unit.officers if one.officer_id == named)
        given, _, family = name.partition(" ")
        how = self.random.random()
        if how < 0.2:
            return f"Petugas bernama {name}."
        if how < 0.35:
            return f"Dilayani Bu {_misspelt(given, self.random)}."
        if how < 0.45:
            return f"Dilayani Pak {family}."
        return f"Dilayani {self.random.choice(('Pak', 'Bu', 'pak', 'mbak'))} {given}."

    def _opinion(self, unit: SimulatedUnit) -> tuple[UnitPart, ...]:
        """What a calibrated router says: the likeliest unit with p is right in p of the cases."""
        likeliest = self.random.betavariate(2.2, 1.2)
        rest = (1 - likeliest) * self.random.uniform(0.4, 0.9)
        chance = self.random.random()
        others = self.random.sample([one.id for one in self.units if one is not unit], 2)
        if chance < likeliest:
            ranked = (unit.id, others[0])
        elif chance < likeliest + rest:
            ranked = (others[0], unit.id)
        else:
            ranked = (others[0], others[1])
        return (UnitPart(ranked[0], likeliest), UnitPart(ranked[1], rest))


def _numbered(visit: TrueVisit, prefix: str, number: int) -> TrueVisit:
    return TrueVisit(
        visit.unit,
        visit.counter,
        visit.officer_id,
        visit.starts_at,
        visit.ends_at,
        prefix,
        number,
        visit.recorded_officer_id,
        visit.recorded_counter_id,
        visit.recorded,
    )


def _misspelt(name: str, chance: random.Random) -> str:
    """The name with one letter doubled, left out or taken for another."""
    if len(name) < 4:
        return name
    at = chance.randrange(1, len(name) - 1)
    return chance.choice(
        (name[:at] + name[at] + name[at:], name[:at] + name[at + 1 :], name[:at] + "a" + name[at + 1 :])
    )


def records_of(visits: Sequence[TrueVisit], *, with_late: bool) -> dict[tuple[int, date], list[Span]]:
    """What is on record of each counter's day, by the counter that is recorded."""
    found: dict[tuple[int, date], list[Span]] = {}
    for visit in visits:
        if visit.recorded == "at once" or (with_late and visit.recorded == "late"):
            span = Span(visit.unit.id, visit.recorded_officer_id, visit.starts_at, visit.ends_at)
            found.setdefault((visit.recorded_counter_id, visit.day), []).append(span)
    return found
