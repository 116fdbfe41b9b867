"""What the guards of pages share."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy

from tests.factories.city import SmallCity, make_small_city


@pytest.fixture
def city(database: SQLAlchemy) -> SmallCity:
    """A city in which every page has something to show, committed."""
    city = make_small_city(database.session(), datetime.now(UTC))
    database.session.commit()
    return city
