"""The life of a complaint: its states and the steps between them, as one table.

Closed is not solved: a complaint that its reporter left unanswered ends as CLOSED, one that the reporter accepted as
ACCEPTED, and the two are never counted together.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a complaint stands."""

    FILED = "filed"
    IN_TRIAGE = "in_triage"
    SENT = "sent"
    IN_WORK = "in_work"
    ANSWERED = "answered"
    DISPUTED = "disputed"
    ACCEPTED = "accepted"
    CLOSED = "closed"


class Step(StrEnum):
    """What moves a complaint."""

    HOLD_FOR_TRIAGE = "hold_for_triage"
    SEND_TO_UNIT = "send_to_unit"
    TAKE = "take"
    ANSWER = "answer"
    ACCEPT = "accept"
    DISPUTE = "dispute"
    CLOSE_AFTER_SILENCE = "close_after_silence"


class IllegalStep(Exception):
    """The table knows no such step from this state."""

    def __init__(self, state: State, step: Step) -> None:
        self.state, self.step = state, step
        super().__init__(f"a complaint that is {state} can't {step}")


#: (from, step) -> to. What is not here cannot happen.
STEPS: dict[tuple[State, Step], State] = {
    (State.FILED, Step.HOLD_FOR_TRIAGE): State.IN_TRIAGE,
    (State.FILED, Step.SEND_TO_UNIT): State.SENT,
    (State.IN_TRIAGE, Step.SEND_TO_UNIT): State.SENT,
    (State.SENT, Step.SEND_TO_UNIT): State.SENT,
    (State.SENT, Step.HOLD_FOR_TRIAGE): State.IN_TRIAGE,
    (State.SENT, Step.TAKE): State.IN_WORK,
    (State.IN_WORK, Step.TAKE): State.IN_WORK,
    (State.IN_WORK, Step.SEND_TO_UNIT): State.SENT,
    (State.IN_WORK, Step.HOLD_FOR_TRIAGE): State.IN_TRIAGE,
    (State.IN_WORK, Step.ANSWER): State.ANSWERED,
    (State.ANSWERED, Step.ACCEPT): State.ACCEPTED,
    (State.ANSWERED, Step.DISPUTE): State.DISPUTED,
    (State.ANSWERED, Step.CLOSE_AFTER_SILENCE): State.CLOSED,
    (State.DISPUTED, Step.TAKE): State.IN_WORK,
    (State.DISPUTED, Step.SEND_TO_UNIT): State.SENT,
}

#: States in which somebody still has to do something.
OPEN_STATES = frozenset({State.FILED, State.IN_TRIAGE, State.SENT, State.IN_WORK, State.DISPUTED})


def next_state(state: State, step: Step) -> State:
    """The state after `step`; raises IllegalStep where the table has none."""
    try:
        return STEPS[state, step]
    except KeyError:
        raise IllegalStep(state, step) from None
