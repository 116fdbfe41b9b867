"""What a process keeps of an officer's facts: only as long as it is what stands in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_rated_visits
from webapp.indicators import ground
from webapp.indicators.kept_facts import OwnFacts
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
from webapp.indicators.recomputing import recompute
from webapp.indicators.refreshing import refresh_figure

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
PERIOD = "2026-Q4"


@pytest.fixture
def agency(session: Session) -> Agency:
    agency = make_agency(session)
    make_rated_visits(session, agency, agency.sari_officer, NOW - timedelta(days=30), [4, 3, 1, 4, 2, 4])
    return agency


def _add(session: Session, officer_id: int, number: int) -> int:
    fact = IndicatorFact(
        key=f"rating:{number}", officer_id=officer_id, component="satisfaction", period=PERIOD, day=date(2026, 11, 9),
        y=1.0, share=1.0, verified=True, channel="counter", recorded_at=NOW,
    )  # fmt: skip
    session.add(fact)
    session.flush()
    return fact.id


def _is_right(session: Session, officer_id: int) -> None:
    """The figure stands on the facts that stand, and is what they give when they are all read anew."""
    refresh_figure(officer_id, PERIOD, NOW)
    snapshot = session.scalars(
        select(IndicatorSnapshot)
        .where(IndicatorSnapshot.officer_id == officer_id, IndicatorSnapshot.superseded_at.is_(None))
        .execution_options(populate_existing=True)
    ).one()
    standing = session.scalars(
        select(IndicatorFact.id)
        .where(IndicatorFact.officer_id == officer_id, IndicatorFact.withdrawn_at.is_(None))
        .order_by(IndicatorFact.id)
    ).all()
    assert snapshot.fact_ids == standing
    assert recompute(snapshot.id).same


def test_only_new_facts_are_read(session: Session, agency: Agency, monkeypatch: pytest.MonkeyPatch) -> None:
    officer_id = agency.sari_officer.id
    _is_right(session, officer_id)

    def read_all(*_: object) -> OwnFacts:
        raise AssertionError("all facts were read again")

    monkeypatch.setattr(ground, "own_facts", read_all)
    for number in range(900_001, 900_004):
        _add(session, officer_id, number)
        _is_right(session, officer_id)


def test_what_was_rolled_back_or_withdrawn_counts_no_more(session: Session, agency: Agency) -> None:
    officer_id = agency.sari_officer.id
    _is_right(session, officer_id)
    with session.begin_nested() as inner:
        _add(session, officer_id, 900_001)
        _is_right(session, officer_id)
        inner.rollback()
    _is_right(session, officer_id)
    kept = _add(session, officer_id, 900_002)
    _is_right(session, officer_id)
    first = session.scalars(
        select(IndicatorFact.id).where(IndicatorFact.officer_id == officer_id).order_by(IndicatorFact.id).limit(1)
    ).one()
    for gone in (first, kept):
        session.execute(
            update(IndicatorFact).where(IndicatorFact.id == gone).values(withdrawn_at=NOW, withdrawn_why="corrected")
        )
        _is_right(session, officer_id)


def test_facts_with_lower_ids_that_come_later_are_read(session: Session, agency: Agency) -> None:
    """As when a transaction took its ids first and ended last."""
    officer_id = agency.sari_officer.id
    late = _add(session, officer_id, 900_001)
    session.execute(
        update(IndicatorFact).where(IndicatorFact.id == late).values(withdrawn_at=NOW, withdrawn_why="corrected")
    )
    _add(session, officer_id, 900_002)
    _is_right(session, officer_id)
    session.execute(update(IndicatorFact).where(IndicatorFact.id == late).values(withdrawn_at=None, withdrawn_why=None))
    _is_right(session, officer_id)
