"""How exactly an officer may be told when and where: among enough people, and never by the hour."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from webapp.attribution.contests.telling import LEAST_CROWD, Grain, Served, what_may_be_told

DAY = date(2026, 11, 24)  # a Tuesday
BIRTHS, MOVES, COUNTER = 1, 2, 3
ENOUGH, FEW = LEAST_CROWD, LEAST_CROWD - 1


def served(people: int, days_later: int = 0, service_id: int = BIRTHS, counter_id: int = COUNTER) -> Served:
    return Served(DAY + timedelta(days=days_later), service_id, counter_id, people)


@pytest.mark.parametrize(
    ("crowd", "by_roster", "grain", "counter", "service"),
    [
        ([served(ENOUGH)], True, Grain.DAY, True, False),
        ([served(ENOUGH)], False, Grain.WEEK, False, True),
        ([served(FEW), served(1, days_later=3)], True, Grain.WEEK, False, True),
        ([served(FEW), served(1, counter_id=9)], True, Grain.WEEK, False, True),
        ([served(FEW), served(1, days_later=-14)], False, Grain.MONTH, False, True),
        ([served(FEW), served(1, service_id=MOVES)], False, Grain.WEEK, False, False),
        ([served(FEW), served(1, days_later=-14, service_id=MOVES)], False, Grain.MONTH, False, False),
        ([served(FEW), served(ENOUGH, days_later=40)], True, Grain.MONTH, False, False),
        ([], True, Grain.MONTH, False, False),
    ],
)
def test_bounds_are_widened_until_enough_people_are_within(
    crowd: list[Served], by_roster: bool, grain: Grain, counter: bool, service: bool
) -> None:
    told = what_may_be_told(DAY, crowd, service_id=BIRTHS, counter_id=COUNTER, by_roster=by_roster)
    assert (told.grain, told.counter, told.service) == (grain, counter, service)
    assert told.first <= DAY <= told.last


def test_a_week_begins_on_monday_and_a_month_is_whole() -> None:
    week = what_may_be_told(DAY, [served(ENOUGH)], service_id=None, counter_id=None, by_roster=False)
    assert (week.first, week.last) == (date(2026, 11, 23), date(2026, 11, 29))
    month = what_may_be_told(date(2026, 12, 31), [], service_id=None, counter_id=None, by_roster=False)
    assert (month.first, month.last) == (date(2026, 12, 1), date(2026, 12, 31))
