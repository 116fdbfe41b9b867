"""The life of a complaint as a table, in code and in the database."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session, scoped_session

from tests.engines import Engines
from tests.factories.feedback import make_complaint
from webapp.feedback.life_cycle import (
    END_STATES,
    OPEN_STATES,
    STEPS,
    WAITING_STATES,
    IllegalStep,
    State,
    Step,
    allowed_moves,
    next_state,
)

#: Ends to which the reporter, or an answer, must have come before.
ANSWERED_ENDS = frozenset({State.ACCEPTED, State.CLOSED})


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_what_the_table_does_not_hold_cannot_happen(state: State, step: Step) -> None:
    if (state, step) in STEPS:
        assert next_state(state, step) == STEPS[state, step]
    else:
        with pytest.raises(IllegalStep):
            next_state(state, step)


def test_the_database_lets_through_what_the_table_holds_and_nothing_else(
    session: scoped_session[Session], engines: Engines, process_number: int
) -> None:
    make_complaint(session(), datetime(2026, 11, 20, 3, tzinfo=UTC))
    session.commit()
    let_through = set()
    # Under the role that owns the tables: the product's own can't switch the rule off.
    with psycopg.connect(engines.owner_url(f"process_{process_number}")) as link:
        for before in State:
            for after in set(State) - {before}:
                link.execute("ALTER TABLE complaint DISABLE TRIGGER complaint_steps")
                link.execute("UPDATE complaint SET state = %s", (before,))
                link.execute("ALTER TABLE complaint ENABLE TRIGGER complaint_steps")
                try:
                    with link.transaction() as step:
                        assert link.execute("UPDATE complaint SET state = %s", (after,)).rowcount == 1
                        let_through.add((before, after))
                        raise psycopg.Rollback(step)
                except psycopg.errors.CheckViolation as error:
                    assert "can not become" in str(error)
        link.rollback()
    assert let_through == {(before, after) for before, after in allowed_moves() if before != after}, (
        "code and database disagree about a complaint's steps: write a migration that renews refuse_unknown_step()"
    )


def test_every_state_is_open_waits_for_the_reporter_ends_or_follows_another() -> None:
    groups = [OPEN_STATES, WAITING_STATES, END_STATES, {State.MERGED}]
    assert sorted(state for group in groups for state in group) == sorted(State)


def test_only_what_a_human_may_undo_leaves_an_end() -> None:
    assert {(state, step) for state, step in STEPS if state in END_STATES} == {
        (State.PASSED_ON, Step.RESTORE),
        (State.ARCHIVED, Step.RESTORE),
        (State.CLOSED, Step.REOPEN),
        (State.UNSOLVED, Step.REOPEN),
    }


def test_only_the_reporter_solves_only_silence_closes_and_not_solved_is_neither() -> None:
    by = {end: {step for (_state, step), to in STEPS.items() if to == end} for end in END_STATES}
    assert by[State.ACCEPTED] == {Step.ACCEPT}
    assert by[State.CLOSED] == {Step.CLOSE_AFTER_SILENCE}
    assert by[State.UNSOLVED] == {Step.CLOSE_UNSOLVED}
    assert {state for (state, _step), to in STEPS.items() if to in ANSWERED_ENDS} == {State.ANSWERED}


@given(st.lists(st.sampled_from(Step), max_size=60))
def test_nothing_is_accepted_or_closed_by_silence_without_an_answer(steps: list[Step]) -> None:
    state, answered = State.FILED, False
    for step in steps:
        try:
            state = next_state(state, step)
        except IllegalStep:
            continue
        answered = answered or state == State.ANSWERED
        assert answered or state not in ANSWERED_ENDS
