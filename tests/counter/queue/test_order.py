"""Who is called next: laws of the order, whoever comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from webapp.counter.queue.order import Waiting, choose_next, in_order_of_calls, next_is_priority

START = datetime(2026, 11, 24, 1, tzinfo=UTC)


def waiting(number: int, minute: int = 0, priority: bool = False) -> Waiting:
    return Waiting(START + timedelta(minutes=minute), number, number, priority)


@st.composite
def crowds(draw: st.DrawFn) -> list[Waiting]:
    people = draw(st.lists(st.tuples(st.integers(-20, 60), st.booleans()), max_size=30))
    return [waiting(number, minute, priority) for number, (minute, priority) in enumerate(people)]


def test_people_with_priority_go_first_but_not_for_ever() -> None:
    crowd = [waiting(n) for n in range(3)] + [waiting(n, priority=True) for n in range(3, 8)]
    order = in_order_of_calls(crowd, recent=[], in_a_row=2, now=START)
    assert [one.number for one in order] == [3, 4, 0, 5, 6, 1, 7, 2]
    # Two with priority were called just before, so one without has the turn.
    assert in_order_of_calls(crowd, recent=[True, True], in_a_row=2, now=START)[0].number == 0
    assert next_is_priority([True, False, True], priority_waits=True, ordinary_waits=True, in_a_row=2)


def test_who_chose_a_slot_is_not_called_before_it() -> None:
    crowd = [waiting(1, minute=-5), waiting(2, minute=-4), waiting(3, minute=30, priority=True), waiting(4, minute=31)]
    order = in_order_of_calls(crowd, recent=[], in_a_row=2, now=START)
    assert [one.number for one in order] == [1, 2, 3, 4]


@given(crowd=crowds(), in_a_row=st.integers(1, 4), recent=st.lists(st.booleans(), max_size=5))
def test_everybody_is_called_once_and_within_a_class_by_turn(
    crowd: list[Waiting], in_a_row: int, recent: list[bool]
) -> None:
    order = in_order_of_calls(crowd, recent=recent, in_a_row=in_a_row, now=START)
    assert sorted(order) == sorted(crowd)
    for priority in (True, False):
        mine = [one for one in order if one.priority == priority]
        assert mine == sorted(mine)


@given(
    arrivals=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=25),
    in_a_row=st.integers(1, 4),
)
def test_nobody_waits_for_more_than_so_many_in_a_row(arrivals: list[tuple[int, int]], in_a_row: int) -> None:
    """Before each call some come, with and without priority; people without are passed over at most so many times."""
    people: list[Waiting] = []
    recent: list[bool] = []
    number = passed_over = 0
    for with_priority, without in arrivals:
        for priority in [True] * with_priority + [False] * without:
            number += 1
            people.append(waiting(number, priority=priority))
        ordinary_waits = any(not one.priority for one in people)
        chosen = choose_next(people, recent, in_a_row)
        if chosen is None:
            assert not people
            continue
        assert chosen == min(one for one in people if one.priority == chosen.priority)
        passed_over = passed_over + 1 if chosen.priority and ordinary_waits else 0
        assert passed_over <= in_a_row
        if not chosen.priority and any(one.priority for one in people):
            assert recent[:in_a_row] == [True] * in_a_row  # else whoever has priority would have been called
        people.remove(chosen)
        recent.insert(0, chosen.priority)
