"""Slots of a day and the places in them: pure arithmetic.

Each channel has places of its own until a slot begins, so that nobody takes the day's quota at 07:00 from one channel.
Once it has begun, what other channels left unused is open to all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from webapp.counter.queue.vocabulary import DrawChannel
from webapp.organisation.calendars import WorkingTime


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of a working day, [starts_at, ends_at), in UTC."""

    starts_at: datetime
    ends_at: datetime


def slots_of_day(working: WorkingTime, day: date, minutes: int) -> list[Slot]:
    """The unit's spans of work on `day` cut into slots of `minutes`, in order; empty on a day off.

    What is left of a span joins the slot before if it is shorter than half a slot, and is a slot of its own else.
    """
    length = timedelta(minutes=minutes)
    slots: list[Slot] = []
    for opens, closes in working.spans_on(day):
        starts = opens
        while closes > starts:
            ends = starts + length
            if closes - ends < length / 2:
                ends = closes
            slots.append(Slot(starts, ends))
            starts = ends
    return slots


def around_the_clock(working: WorkingTime) -> WorkingTime:
    """The hours of a hall that is always open: every hour of every day in the unit's zone."""
    week = {str(day): [["00:00", "24:00"]] for day in range(7)}
    return replace(working, weekly_hours=week, exceptions={}, seasons=())


def current_slot(slots: Sequence[Slot], at: datetime) -> Slot | None:
    """The slot in which a number drawn at `at` for now takes its place: the running one, before opening or at a break
    the next of the day, None after closing."""
    return next((slot for slot in slots if slot.ends_at > at), None)


def slot_of(slots: Sequence[Slot], *, slot_starts_at: datetime | None, turn_at: datetime) -> Slot | None:
    """The slot in which a ticket took its place: the chosen one, or that which was current at its turn."""
    return current_slot(slots, slot_starts_at if slot_starts_at is not None else turn_at)


def places_left(quotas: Mapping[str, int], taken: Mapping[str, int], channel: DrawChannel | str, begun: bool) -> int:
    """How many places of a slot are left for `channel`, given the quotas and the places taken by channel.

    Never negative, though more may have been taken than the quotas (lowered since) allow.
    """
    if begun:
        return max(0, sum(quotas.values()) - sum(taken.values()))
    return max(0, quotas.get(channel, 0) - taken.get(channel, 0))
