"""What a process keeps of an officer's facts: only as long as it is what stands in the database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency, make_rated_visits
from webapp.indicators import ground, kept_facts, refreshing
from webapp.indicators.kept_facts import OwnFacts
from webapp.indicators.models import IndicatorFact, IndicatorSnapshot
from webapp.indicators.recomputing import recompute
from webapp.indicators.refreshing import refresh_figure, refresh_figures

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
PERIOD = "2026-Q4"


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    kept_facts.forget()


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


def _standing(session: Session) -> dict[tuple[int, str], tuple[object, ...]]:
    """What stands of each officer, without the ids of rows."""
    rows = session.scalars(
        select(IndicatorSnapshot)
        .where(IndicatorSnapshot.superseded_at.is_(None))
        .execution_options(populate_existing=True)
    )
    return {
        (one.officer_id, one.period): (one.figure, one.low, one.high, one.reliability, one.facts, one.content)
        for one in rows
    }


def test_many_at_once_are_computed_as_one_at_a_time(
    session: Session, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    officers = [agency.sari_officer, agency.budi_officer]
    make_rated_visits(session, agency, agency.budi_officer, NOW - timedelta(days=9), [2, 4, 3])
    make_rated_visits(session, agency, agency.sari_officer, NOW - timedelta(days=80), [3, 3, 4])
    pairs = [(officer.id, period) for officer in officers for period in ("2026-Q3", PERIOD)]
    session.execute(delete(IndicatorSnapshot))  # those of the days when the visits were rated
    kept_facts.forget()
    for one in pairs:
        refresh_figures([one], NOW)
    alone = _standing(session)
    assert len(alone) == 3
    for together in (1, 50):
        monkeypatch.setattr(refreshing, "_TOGETHER", together)
        kept_facts.forget()
        session.execute(delete(IndicatorSnapshot))
        refresh_figures(pairs, NOW)
        assert _standing(session) == alone
    snapshots = session.scalars(select(IndicatorSnapshot.id)).all()
    assert all(recompute(id_).same for id_ in snapshots)
    refresh_figures(pairs, NOW)
    assert session.scalars(select(IndicatorSnapshot.id)).all() == snapshots, "nothing changed, so nothing is written"


def test_a_snapshot_that_another_process_wrote_is_read(session: Session, agency: Agency) -> None:
    """What is kept of the figure that stands holds only as long as that is the one that stands."""
    officer_id = agency.sari_officer.id
    _is_right(session, officer_id)
    here = dict(kept_facts._kept)
    _add(session, officer_id, 900_001)
    kept_facts.forget()  # as in another process
    _is_right(session, officer_id)
    for (_database, whose, period), one in here.items():
        kept_facts.keep(whose, period, one.facts, one.standing)
    before = session.scalars(select(IndicatorSnapshot.id).order_by(IndicatorSnapshot.id)).all()
    refresh_figure(officer_id, PERIOD, NOW)
    assert session.scalars(select(IndicatorSnapshot.id).order_by(IndicatorSnapshot.id)).all() == before
    _add(session, officer_id, 900_002)
    _is_right(session, officer_id)


def test_no_more_facts_are_kept_than_there_is_room_for(
    session: Session, agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_rated_visits(session, agency, agency.budi_officer, NOW - timedelta(days=9), [2, 4, 3])
    monkeypatch.setattr(kept_facts, "MOST_KEPT", 7)
    for number, officer in enumerate((agency.sari_officer, agency.budi_officer, agency.sari_officer)):
        _add(session, officer.id, 900_001 + number)
        refresh_figure(officer.id, PERIOD, NOW)
        assert kept_facts._size == sum(one.facts.rows for one in kept_facts._kept.values())
        assert kept_facts.known_of(officer.id, PERIOD) is not None
        assert len(kept_facts._kept) == 1
