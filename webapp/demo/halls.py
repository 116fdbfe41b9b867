"""The demo city's queues: which services one draws numbers for, where, and how many places a slot has."""

from __future__ import annotations

from dataclasses import dataclass
from string import ascii_uppercase

from webapp.counter.queue.vocabulary import DrawChannel
from webapp.demo.agency import DemoAgency

#: A service that is asked for less often than this, against the unit's others, has no line of its own.
_LEAST_SHARE = 0.5
#: Parts of a slot's places that can be taken online, so that nobody has to come at 03:00; the rest is for the door.
_ONLINE = {DrawChannel.PORTAL: 0.3, DrawChannel.TELEGRAM: 0.2}
SLOT_MINUTES = 60
#: Where whoever tries the city shall draw a number at any hour of any day.
ALWAYS_OPEN = "DUKCAPIL-LAHIR"


@dataclass(frozen=True, slots=True)
class DemoLine:
    """A service that is queued for."""

    service: str
    prefix: str
    quotas: dict[str, int]


@dataclass(frozen=True, slots=True)
class DemoHall:
    """A unit with a queue."""

    unit: str
    always_open: bool
    lines: tuple[DemoLine, ...]


def open_halls(agency: DemoAgency) -> tuple[DemoHall, ...]:
    """A hall for each unit with counters: lines by the order of demand, places by what its counters can do."""
    desks: dict[str, int] = {}
    for counter in agency.counters:
        desks[counter.unit] = desks.get(counter.unit, 0) + 1
    halls = []
    for unit, count in desks.items():
        offered = [service for service in agency.offers(unit) if agency.demand[service.code] >= _LEAST_SHARE]
        offered.sort(key=lambda service: (-agency.demand[service.code], service.code))
        asked = sum(agency.demand[service.code] for service in offered)
        lines = []
        for prefix, service in zip(ascii_uppercase, offered, strict=False):
            minutes = count * SLOT_MINUTES * agency.demand[service.code] / asked
            places = max(4, round(minutes / service.standard_minutes))
            online = {channel: max(1, round(places * part)) for channel, part in _ONLINE.items()}
            quotas = {channel.value: number for channel, number in online.items()}
            quotas[DrawChannel.KIOSK.value] = places - sum(online.values())
            lines.append(DemoLine(service.code, prefix, quotas))
        halls.append(DemoHall(unit, unit == ALWAYS_OPEN, tuple(lines)))
    return tuple(halls)
