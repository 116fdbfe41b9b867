"""A file laid out from its stages is the same in whatever order they came, has no gaps, and leaves nothing open."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.counter.applications.vocabulary import ApplicationState
from webapp.counter.incoming.clocks import clock_offset, in_order
from webapp.counter.incoming.files import Hands, StandingStage, Standstill, lay_out
from webapp.counter.incoming.problems import Code, Problem
from webapp.counter.incoming.resident_numbers import names_a_resident

START = datetime(2026, 11, 16, 1, tzinfo=UTC)
moments = st.integers(0, 60).map(lambda minutes: START + timedelta(minutes=minutes))


@st.composite
def spans(draw: st.DrawFn) -> tuple[datetime, datetime | None]:
    starts = draw(moments)
    return starts, draw(st.none() | moments.filter(lambda at: at >= starts))


@st.composite
def files(draw: st.DrawFn) -> list[StandingStage]:
    told = []
    for position in range(draw(st.integers(1, 4))):
        starts, ends = draw(spans())
        told.append(
            StandingStage(
                unit_id=1,
                service_id=1,
                code=f"s{position}",
                position=position,
                is_last=position == 3,
                registered_at=draw(moments),
                complete_at=draw(st.none() | moments),
                started_at=starts,
                finished_at=ends,
                hands=tuple(
                    Hands(officer_id=draw(st.integers(1, 3)), starts_at=a, ends_at=b)
                    for a, b in draw(st.lists(spans(), max_size=3))
                ),
                pauses=tuple(
                    Standstill(cause_id=draw(st.integers(1, 3)), outside_control=True, starts_at=a, ends_at=b)
                    for a, b in draw(st.lists(spans(), max_size=2))
                ),
                file_finished_at=draw(st.none() | moments),
                withdrawn=draw(st.integers(0, 9)) == 0,
            )
        )
    return told


@settings(max_examples=40, deadline=None)
@given(files(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_does_not_matter_and_nothing_is_lost_or_doubled(
    told: list[StandingStage], random: object
) -> None:
    laid = lay_out(told)
    random.shuffle(told)  # type: ignore[attr-defined]
    kept = [StandingStage.model_validate(stage.model_dump(mode="json"), strict=False) for stage in told]
    assert lay_out(kept) == laid, "in any order, and after being kept as JSON"
    for stage in laid.stages:
        assert stage.holdings[0].starts_at == stage.started_at
        assert stage.holdings[-1].ends_at == stage.finished_at
        assert all(one.ends_at == other.starts_at for one, other in pairwise(stage.holdings))
        assert all(held.ends_at is None or held.ends_at >= held.starts_at for held in stage.holdings)
    assert all(one.ends_at is not None and one.ends_at <= other.starts_at for one, other in pairwise(laid.pauses))
    if laid.state in (ApplicationState.FINISHED, ApplicationState.WITHDRAWN):
        assert all(part.ends_at is not None for part in laid.pauses)
        assert all(stage.finished_at is not None for stage in laid.stages)
    assert (laid.state == ApplicationState.PAUSED) <= any(pause.ends_at is None for pause in laid.pauses)


def test_hands_are_cut_where_the_next_takes_over_and_gaps_are_the_tray() -> None:
    at = [START + timedelta(hours=hours) for hours in range(6)]
    stage = StandingStage(
        unit_id=1, service_id=1, code="verified", position=1, is_last=False, registered_at=at[0], complete_at=at[0],
        started_at=at[0], finished_at=at[5], pauses=(), file_finished_at=None, withdrawn=False,
        hands=(
            Hands(officer_id=7, starts_at=at[1], ends_at=None),
            Hands(officer_id=8, starts_at=at[2], ends_at=at[3]),
            Hands(officer_id=7, starts_at=at[4], ends_at=None),
        ),
    )  # fmt: skip
    [laid] = lay_out([stage]).stages
    assert [(held.officer_id, held.starts_at) for held in laid.holdings] == [
        (None, at[0]), (7, at[1]), (8, at[2]), (None, at[3]), (7, at[4]),
    ]  # fmt: skip


def test_clocks() -> None:
    now = START
    assert clock_offset(None, now) == clock_offset(now - timedelta(seconds=50), now) == timedelta()
    assert clock_offset(now + timedelta(hours=7), now) == timedelta(hours=-7), "local time sent as UTC"
    problems: list[Problem] = []
    assert in_order(now, now - timedelta(seconds=90), "called_at", problems) == now
    in_order(now, now - timedelta(hours=1), "finished_at", problems)
    assert [problem.code for problem in problems] == [Code.TIMES_ADJUSTED, Code.TIMES_REVERSED]


def test_numbers_of_residents_are_told_from_other_long_numbers() -> None:
    for number in ("3578014505900001", "35.7801.4505.9000-01", "no 9201 0101 0190 0001", "x3578010101200003y"):
        assert names_a_resident(number), number
    for number in ("2026112209140001", "198501012010011001", "3578014505900", "3578019905900001", "3578014599900001"):
        assert not names_a_resident(number), number
