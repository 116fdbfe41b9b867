"""Who is called next: pure rules over who waits.

Within a class (priority or ordinary) strictly by (turn_at, number). Between the two classes people with priority go
first (UU 25/2009 art. 29), but after so many of them in a row one without has a turn, so that nobody waits for ever.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Waiting:
    """Somebody in a queue; compares by his turn. `id` is the ticket's."""

    turn_at: datetime
    number: int
    id: int
    priority: bool


def next_is_priority(recent: Sequence[bool], *, priority_waits: bool, ordinary_waits: bool, in_a_row: int) -> bool:
    """Whether the next call goes to somebody with priority.

    `recent` are the calls before, the latest first: whether each had priority. At most `in_a_row` people with priority
    are called one after the other while somebody without waits.
    """
    if not priority_waits:
        return False
    if not ordinary_waits:
        return True
    return not (len(recent) >= in_a_row and all(recent[:in_a_row]))


def choose_next(candidates: Iterable[Waiting], recent: Sequence[bool], in_a_row: int) -> Waiting | None:
    """Whom to call out of people whose turn has come; None if there is nobody."""
    people = sorted(candidates)
    first = {priority: next((one for one in people if one.priority == priority), None) for priority in (True, False)}
    priority = next_is_priority(
        recent,
        priority_waits=first[True] is not None,
        ordinary_waits=first[False] is not None,
        in_a_row=in_a_row,
    )
    return first[priority]


def in_order_of_calls(
    waiting: Iterable[Waiting], *, recent: Sequence[bool], in_a_row: int, now: datetime
) -> list[Waiting]:
    """All who wait in the order in which they will be called if nobody else comes.

    Whoever has chosen a slot is not called before it begins, so priority does not bring him before people whose turn
    comes earlier than that.
    """
    queues: dict[bool, list[Waiting]] = {True: [], False: []}
    for one in sorted(waiting, reverse=True):
        queues[one.priority].append(one)
    called = list(recent[:in_a_row])
    order: list[Waiting] = []
    clock = now
    while fronts := [queue[-1] for queue in queues.values() if queue]:
        clock = max(clock, min(front.turn_at for front in fronts))
        chosen = choose_next([front for front in fronts if front.turn_at <= clock], called, in_a_row)
        assert chosen is not None
        order.append(queues[chosen.priority].pop())
        called = [chosen.priority, *called[: in_a_row - 1]]
    return order
