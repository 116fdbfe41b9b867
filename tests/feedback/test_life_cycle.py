"""The life of a complaint as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.feedback.life_cycle import OPEN_STATES, STEPS, IllegalStep, State, Step, next_state

ENDS = frozenset({State.ACCEPTED, State.CLOSED})


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("step", Step)
def test_what_the_table_does_not_hold_cannot_happen(state: State, step: Step) -> None:
    if (state, step) in STEPS:
        assert next_state(state, step) == STEPS[state, step]
    else:
        with pytest.raises(IllegalStep):
            next_state(state, step)


def test_nothing_leaves_an_end_and_everything_else_goes_on() -> None:
    assert {state for state, _step in STEPS} == set(State) - ENDS
    assert set(State) == OPEN_STATES | ENDS | {State.ANSWERED}


def test_only_the_reporter_solves_and_only_silence_closes() -> None:
    assert {step for (_state, step), to in STEPS.items() if to == State.ACCEPTED} == {Step.ACCEPT}
    assert {step for (_state, step), to in STEPS.items() if to == State.CLOSED} == {Step.CLOSE_AFTER_SILENCE}
    assert {state for (state, _step), to in STEPS.items() if to in ENDS} == {State.ANSWERED}


@given(st.lists(st.sampled_from(Step), max_size=40))
def test_no_walk_ends_without_an_answer(steps: list[Step]) -> None:
    state, answered = State.FILED, False
    for step in steps:
        try:
            state = next_state(state, step)
        except IllegalStep:
            continue
        answered = answered or state == State.ANSWERED
        assert answered or state not in ENDS
