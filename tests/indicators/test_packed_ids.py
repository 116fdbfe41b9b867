"""The ids of a figure's facts as bytes: the same ids again, and few bytes."""

from __future__ import annotations

from itertools import accumulate

import pytest
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.architecture.source_tree import ROOT
from tests.factories.desk import make_agency, make_rated_visits
from tests.indicators.test_kept_facts import NOW
from webapp.indicators.models import IndicatorSnapshot
from webapp.indicators.packed_ids import how_many, packed, unpacked

#: Rising ids: mostly near each other, now and then far apart.
GAPS = st.lists(st.one_of(st.integers(1, 300), st.integers(1, 2**40)), max_size=60)
IDS = GAPS.map(lambda gaps: list(accumulate(gaps)))


@given(IDS)
def test_the_same_ids_come_out(ids: list[int]) -> None:
    assert unpacked(packed(ids)) == ids
    assert how_many(packed(ids)) == len(ids)


@given(IDS, st.integers(0, 60))
def test_more_ids_are_only_put_behind(ids: list[int], first: int) -> None:
    known, more = ids[:first], ids[first:]
    assert packed(known) + packed(more, known[-1] if known else 0) == packed(ids)


def test_the_migration_packs_and_unpacks_alike() -> None:
    script = ScriptDirectory(str(ROOT / "migrations")).get_revision("0023_packed_fact_ids")
    assert script is not None
    for gaps in ([], [1], [127, 128, 129], [16_383, 16_384, 2**40, 5], [3, 700, 1] * 20):
        ids = list(accumulate(gaps))
        assert script.module._packed(ids) == packed(ids)
        assert script.module._unpacked(packed(ids)) == ids


@pytest.mark.parametrize("ids", [[2, 1], [3, 3], [0], [-1], [*range(1, 40), 39], [0, *range(1, 40)]])
def test_only_rising_ids_are_taken(ids: list[int]) -> None:
    with pytest.raises(ValueError, match="rising"):
        packed(ids)


def test_bytes_that_were_cut_are_refused() -> None:
    with pytest.raises(ValueError, match="within a number"):
        unpacked(packed([1, 1000])[:-1])


def test_five_hundred_ids_take_a_thousand_bytes_or_less() -> None:
    assert len(packed(range(10_000, 10_000 + 500 * 900, 900))) <= 1001


def test_they_are_stored_as_bytes_and_read_as_ids(session: Session) -> None:
    agency = make_agency(session)
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 1, 4])
    ids, count, size = session.execute(
        select(
            IndicatorSnapshot.fact_ids, IndicatorSnapshot.facts, func.octet_length(IndicatorSnapshot.fact_ids)
        ).where(IndicatorSnapshot.superseded_at.is_(None))
    ).one()
    assert (len(ids), count) == (4, 4)
    assert ids == sorted(ids)
    assert size == len(packed(ids))
