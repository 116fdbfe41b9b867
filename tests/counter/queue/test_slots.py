"""Slots of a day and the places in them."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from webapp.counter.queue.slots import around_the_clock, current_slot, places_left, slots_of_day
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.organisation.calendars import WorkingTime

TUESDAY, SUNDAY = date(2026, 11, 24), date(2026, 11, 22)


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-24T{clock}:00+07:00")


def clocks(working: WorkingTime, day: date, minutes: int) -> list[str]:
    return [
        f"{(one.starts_at + timedelta(hours=7)):%H:%M}-{(one.ends_at + timedelta(hours=7)):%H:%M}"
        for one in slots_of_day(working, day, minutes)
    ]


def test_a_day_is_cut_at_its_break_and_a_short_rest_joins_the_slot_before() -> None:
    week = {"1": [["07:30", "12:00"], ["13:00", "15:10"]]}
    working = WorkingTime(weekly_hours=week)
    assert clocks(working, TUESDAY, 60) == [
        "07:30-08:30", "08:30-09:30", "09:30-10:30", "10:30-11:30", "11:30-12:00", "13:00-14:00", "14:00-15:10",
    ]  # fmt: skip
    assert clocks(working, TUESDAY, 240) == ["07:30-12:00", "13:00-15:10"]
    assert clocks(working, SUNDAY, 60) == []
    assert len(slots_of_day(around_the_clock(working), SUNDAY, 60)) == 24


@given(
    opens=st.integers(0, 80), morning=st.integers(1, 40), rest=st.integers(1, 20), afternoon=st.integers(1, 40),
    minutes=st.integers(10, 240),
)  # fmt: skip
def test_slots_cover_the_hours_of_work_exactly(
    opens: int, morning: int, rest: int, afternoon: int, minutes: int
) -> None:
    marks = [opens, opens + morning, opens + morning + rest, min(287, opens + morning + rest + afternoon)]
    spans = [[f"{m * 5 // 60:02}:{m * 5 % 60:02}" for m in marks[i : i + 2]] for i in (0, 2)]
    working = WorkingTime(weekly_hours={"1": spans})
    slots = slots_of_day(working, TUESDAY, minutes)
    left = working.spans_on(TUESDAY)
    for slot in slots:
        starts, ends = left.pop(0)
        assert slot.starts_at == starts and slot.ends_at <= ends
        length, wanted = slot.ends_at - slot.starts_at, timedelta(minutes=minutes)
        assert length < wanted * 1.5 and (length >= wanted / 2 or length == ends - starts)
        if slot.ends_at < ends:
            left.insert(0, (slot.ends_at, ends))
    assert not left


def test_a_number_for_now_belongs_to_the_running_slot_or_to_the_next_of_the_day() -> None:
    slots = slots_of_day(WorkingTime(), TUESDAY, 60)
    begins = {
        clock: slot.starts_at if (slot := current_slot(slots, at(clock))) is not None else None
        for clock in ("05:00", "07:30", "08:29", "08:30", "12:30", "16:00")
    }
    assert begins == {
        "05:00": at("07:30"), "07:30": at("07:30"), "08:29": at("07:30"), "08:30": at("08:30"), "12:30": at("13:00"),
        "16:00": None,
    }  # fmt: skip


def test_each_channel_keeps_its_places_until_the_slot_begins() -> None:
    quotas = {"portal": 3, "telegram": 2, "kiosk": 5}
    taken = {"portal": 3, "kiosk": 1}
    left = {channel: places_left(quotas, taken, channel, begun=False) for channel in DrawChannel}
    assert left == {"portal": 0, "telegram": 2, "kiosk": 4}
    assert {places_left(quotas, taken, channel, begun=True) for channel in DrawChannel} == {6}


numbers = st.fixed_dictionaries({channel.value: st.integers(0, 20) for channel in DrawChannel})


@given(quotas=numbers, wishes=st.lists(st.sampled_from(list(DrawChannel)), max_size=80), begins=st.integers(0, 80))
def test_whoever_comes_first_no_channel_is_emptied_by_another_and_the_slot_never_overflows(
    quotas: dict[str, int], wishes: list[DrawChannel], begins: int
) -> None:
    taken: Counter[str] = Counter()
    for number, channel in enumerate(wishes):
        begun = number >= begins
        left = places_left(quotas, taken, channel, begun)
        assert left >= 0
        if not begun:
            assert left == quotas[channel] - taken[channel]  # whatever the others did
        if left:
            taken[channel] += 1
    assert sum(taken.values()) <= sum(quotas.values())
