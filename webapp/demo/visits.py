"""Visits at the demo city's counters: who was served by whom, how long it took, and how long people had waited."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from itertools import groupby
from random import Random
from zoneinfo import ZoneInfo

from webapp.demo.agency import TIMEZONE, DemoAgency
from webapp.demo.parts import DemoShift, DemoVisit

#: Recorded visits against a section's load by weekday: Mondays are full, Fridays short.
_WEEKDAY = (1.45, 1.25, 1.15, 1.15, 0.9, 0.0, 0.0)
#: Median waiting in minutes by hour of the day: the morning crowd drains until noon.
_WAITING = {7: 25, 8: 38, 9: 42, 10: 36, 11: 28, 12: 20, 13: 22, 14: 15, 15: 9}
#: The citizens that come for a service are more at these units than there are desks for.
_CROWDED = {"DUKCAPIL-LAHIR": 1.7, "DUKCAPIL-IDENTITAS": 1.4, "MELATI-UMUM": 1.3}


def receive_visitors(rng: Random, agency: DemoAgency, until: datetime) -> tuple[DemoVisit, ...]:
    """The visits of all shifts that ended before `until`, in order of time."""
    zone = ZoneInfo(TIMEZONE)
    lived = sorted(
        (shift for shift in agency.shifts if shift.ends_at <= until),
        key=lambda shift: (shift.starts_at.astimezone(zone).date(), shift.officer, shift.starts_at),
    )
    menu = {unit: agency.offers(unit) for unit in agency.load}
    weights = {unit: [agency.demand[service.code] for service in services] for unit, services in menu.items()}
    found: list[tuple[datetime, datetime, DemoShift, str, int]] = []
    for (day, officer), spans in groupby(lived, key=lambda s: (s.starts_at.astimezone(zone).date(), s.officer)):
        shifts = list(spans)
        unit = shifts[0].unit
        pace = agency.officer_by_code[officer].true_pace
        for shift in shifts:
            hours = (shift.ends_at - shift.starts_at) / timedelta(hours=1)
            at = shift.starts_at + timedelta(minutes=rng.uniform(0, 12))
            rate = agency.load[unit] * _WEEKDAY[day.weekday()] / 7
            for _ in range(_poisson(rng, rate * hours)):
                service = rng.choices(menu[unit], weights[unit])[0]
                started = at + (shift.ends_at - at) * (rng.random() ** 2 * 0.6)
                minutes = service.standard_minutes * 0.8 * pace * rng.lognormvariate(0, 0.45)
                finished = started + timedelta(seconds=round(60 * min(max(minutes, 1.0), 75.0)))
                if finished >= shift.ends_at:
                    break
                local = started.astimezone(zone)
                median = _WAITING.get(local.hour, 15) * _CROWDED.get(unit, 1.0)
                waited = round(60 * min(median * rng.lognormvariate(0, 0.6), 300.0))
                found.append(
                    (started.replace(microsecond=0), finished.replace(microsecond=0), shift, service.code, waited)
                )
                at = finished
    found.sort(key=lambda visit: (visit[1], visit[2].officer))
    return tuple(
        DemoVisit(number, shift.unit, shift.counter, shift.officer, service, waited, started, finished)
        for number, (started, finished, shift, service, waited) in enumerate(found, start=1)
    )


def _poisson(rng: Random, rate: float) -> int:
    """Knuth's method; `rate` is small here."""
    limit, product, count = math.exp(-rate), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
