"""How exactly an officer may be told when and where: among enough people, and never by the hour."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import product

import pytest

from webapp.attribution.contests.telling import LEAST_CROWD, Grain, Happened, Served, Told, what_may_be_told

DAY = date(2026, 11, 24)  # a Tuesday
UNIT, ELSEWHERE, BIRTHS, MOVES, COUNTER = 11, 12, 1, 2, 3
ENOUGH, FEW = LEAST_CROWD, LEAST_CROWD - 1
BY_VISIT = Happened(DAY, UNIT, BIRTHS)
AT_COUNTER = Happened(DAY, UNIT, BIRTHS, COUNTER, by_roster=True)


def served(people: int, later: int = 0, service: int = BIRTHS, counter: int = COUNTER, unit: int = UNIT) -> Served:
    return Served(DAY + timedelta(days=later), unit, service, counter, people)


@pytest.mark.parametrize(
    ("what", "crowd", "grain", "named"),
    [
        (AT_COUNTER, [served(ENOUGH)], Grain.DAY, "unit counter"),
        (Happened(DAY, UNIT, BIRTHS, COUNTER), [served(ENOUGH)], Grain.WEEK, "unit"),
        (AT_COUNTER, [served(FEW), served(1, later=3)], Grain.WEEK, "unit"),
        (AT_COUNTER, [served(FEW), served(1, counter=9)], Grain.WEEK, "unit"),
        (BY_VISIT, [served(ENOUGH)], Grain.WEEK, "unit service"),
        (BY_VISIT, [served(FEW), served(1, service=MOVES)], Grain.WEEK, "unit"),
        (BY_VISIT, [served(FEW), served(1, later=-14)], Grain.MONTH, "unit"),
        (BY_VISIT, [served(FEW), served(ENOUGH, unit=ELSEWHERE)], Grain.MONTH, ""),
        (BY_VISIT, [served(ENOUGH), served(ENOUGH, unit=ELSEWHERE)], Grain.WEEK, "unit service"),
        (AT_COUNTER, [served(FEW), served(ENOUGH, later=40)], Grain.MONTH, "unit"),
        (AT_COUNTER, [], Grain.MONTH, "unit"),
    ],
)
def test_bounds_are_widened_until_enough_people_are_within(
    what: Happened, crowd: list[Served], grain: Grain, named: str
) -> None:
    told = what_may_be_told(what, crowd)
    assert (told.grain, [name for name in ("unit", "counter", "service") if getattr(told, name)]) == (
        grain,
        named.split(),
    )
    assert told.first <= DAY <= told.last


def test_two_pages_together_tell_no_more_than_the_narrower_one() -> None:
    """People are only added: what an earlier page told holds for all that a later one tells."""
    places = [(later, service, counter) for later, service, counter in product((-14, 0, 2), (BIRTHS, MOVES), (3, 9))]
    for what in (BY_VISIT, AT_COUNTER):
        for first, then in product(range(len(places)), repeat=2):
            crowd = [served(ENOUGH, *places[first])]
            before, after = (what_may_be_told(what, rows) for rows in (crowd, [*crowd, served(ENOUGH, *places[then])]))
            assert _holds(before) <= _holds(after)


def _holds(told: Told) -> set[str]:
    """What is told, each with all that lies around it."""
    around = {Grain.MONTH: {"month"}, Grain.WEEK: {"month", "week"}, Grain.DAY: {"month", "week", "day"}}
    return around[told.grain] | {name for name in ("unit", "counter", "service") if getattr(told, name)}


def test_a_week_begins_on_monday_and_a_month_is_whole() -> None:
    week = what_may_be_told(BY_VISIT, [served(ENOUGH)])
    assert (week.first, week.last) == (date(2026, 11, 23), date(2026, 11, 29))
    month = what_may_be_told(Happened(date(2026, 12, 31), UNIT), [])
    assert (month.first, month.last) == (date(2026, 12, 1), date(2026, 12, 31))
