"""Writing many rows at once: the same rows, whichever way they go."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Text, cast, select
from sqlalchemy.exc import IntegrityError

from tests.factories.organisation import make_officer, make_unit
from webapp.database import insert_rows
from webapp.indicators.models import IndicatorFact

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
_TOLD = (
    "channel",
    "officer_id",
    "component",
    "period",
    "day",
    "y",
    "share",
    "verified",
    "rater",
    "events",
    "recorded_at",
)


def _facts(officer_id: int, mark: str, count: int) -> list[dict[str, object]]:
    return [
        {
            "key": f"{mark}:{number}",
            "officer_id": officer_id,
            "component": "citizen_rating",
            "period": "2026-Q4",
            "day": date(2026, 11, 1 + number % 20) if number % 3 else None,
            "y": number / 149,
            "share": 1.0,
            "verified": number % 2 == 0,
            "channel": "counter",
            "rater": f"a\tb\\{number}\n" if number % 5 else None,
            "events": 1 + number,
            "details": {"nomor": [number, "é\\"]} if number % 4 else None,
            "recorded_at": NOW,
        }
        for number in range(count)
    ]


def test_many_rows_arrive_as_few_do(database: SQLAlchemy) -> None:
    session = database.session()
    officer = make_officer(session, make_unit(session, name="Loket Uji"), name="Sari")
    facts = _facts(officer.id, "uji", 150)
    insert_rows(IndicatorFact, facts)  # by COPY
    for number in range(0, 150, 50):  # by INSERT
        insert_rows(IndicatorFact, [{**fact, "key": f"few:{fact['key']}"} for fact in facts[number : number + 50]])
    insert_rows(IndicatorFact, [])
    columns = [getattr(IndicatorFact, name) for name in _TOLD]
    query = select(IndicatorFact.key, cast(IndicatorFact.details, Text), *columns).order_by(IndicatorFact.id)
    rows = [tuple(row) for row in session.execute(query)]
    assert len(rows) == 300
    assert [row[1:] for row in rows[:150]] == [row[1:] for row in rows[150:]]
    assert [row[0] for row in rows[:150]] == [fact["key"] for fact in facts]
    assert rows[1][1] == '{"nomor": [1, "é\\\\"]}'
    assert rows[6][-2:] == (7, NOW)


def test_what_the_database_refuses_is_told_alike(database: SQLAlchemy) -> None:
    session = database.session()
    officer = make_officer(session, make_unit(session, name="Loket Uji"), name="Sari")
    for count in (2, 150):
        with pytest.raises(IntegrityError), session.begin_nested():
            insert_rows(IndicatorFact, _facts(officer.id, "uji", count) + _facts(officer.id, "uji", 1))
    insert_rows(IndicatorFact, _facts(officer.id, "uji", 150))  # the transaction goes on
