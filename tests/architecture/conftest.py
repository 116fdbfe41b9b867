"""What the guards of pages share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.factories.city import SmallCity, make_small_city
from tests.factories.counter_city import CounterCity, make_counter_city
from tests.factories.organisation import make_officer


@pytest.fixture
def _cities(database: SQLAlchemy) -> tuple[SmallCity, CounterCity]:
    session, now = database.session(), datetime.now(UTC)
    city = make_small_city(session, now)
    serving = (city.all_roles, make_officer(session, city.unit, account=city.all_roles))
    counter_city = make_counter_city(session, city.unit, city.service, serving, now)
    database.session.commit()
    return city, counter_city


@pytest.fixture
def city(_cities: tuple[SmallCity, CounterCity]) -> SmallCity:
    """A city in which every page has something to show, committed. `all_roles` sits at an open counter."""
    return _cities[0]


@pytest.fixture
def counter_city(_cities: tuple[SmallCity, CounterCity]) -> CounterCity:
    """The counter of `city`."""
    return _cities[1]
