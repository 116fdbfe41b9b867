"""The life of a complaint: its states and the steps between them, as one table.

Closed is not solved: what its reporter left unanswered ends as CLOSED, what the agency could not solve as UNSOLVED,
what the reporter accepted as ACCEPTED, and the three are never counted together. PostgreSQL refuses what this table
does not hold (a trigger on `complaint.state`); docs/life-cycle.md is drawn from it.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """Where a complaint stands."""

    FILED = "filed"
    #: Waits for an administrator to verify it and say where it belongs.
    IN_TRIAGE = "in_triage"
    #: Something is missing; the reporter was asked to complete it.
    DEFERRED = "deferred"
    #: Ours and complete, not sent anywhere yet.
    VERIFIED = "verified"
    #: With a unit, with nobody in particular.
    SENT = "sent"
    #: Given to an officer who has not begun.
    ASSIGNED = "assigned"
    IN_WORK = "in_work"
    ANSWERED = "answered"
    #: The reporter does not accept the answer: another pair of eyes is due.
    DISPUTED = "disputed"
    #: Another complaint about the same matter is worked on for both.
    MERGED = "merged"
    # The ends.
    ACCEPTED = "accepted"
    #: The reporter said nothing to the answer. Silence, recorded as silence.
    CLOSED = "closed"
    #: Closed, not solved: a superior found that the agency can do nothing more, and said why.
    UNSOLVED = "unsolved"
    #: Another agency's matter, handed on to it.
    PASSED_ON = "passed_on"
    #: Put away without an answer: never completed, or no complaint at all.
    ARCHIVED = "archived"


class Step(StrEnum):
    """What moves a complaint."""

    HOLD_FOR_TRIAGE = "hold_for_triage"
    DEFER = "defer"
    COMPLETE = "complete"
    VERIFY = "verify"
    PASS_ON = "pass_on"  # noqa: S105  no password
    ARCHIVE = "archive"
    RESTORE = "restore"
    SEND_TO_UNIT = "send_to_unit"
    ASSIGN = "assign"
    TAKE = "take"
    ANSWER = "answer"
    ACCEPT = "accept"
    DISPUTE = "dispute"
    CLOSE_AFTER_SILENCE = "close_after_silence"
    REOPEN = "reopen"
    CLOSE_UNSOLVED = "close_unsolved"
    MERGE = "merge"
    ANSWER_WITH_MAIN = "answer_with_main"
    SEPARATE = "separate"


class IllegalStep(Exception):
    """The table knows no such step from this state."""

    def __init__(self, state: State, step: Step) -> None:
        self.state, self.step = state, step
        super().__init__(f"a complaint that is {state} can't {step}")


#: What each step leads to, and from where it may be taken. What is not here cannot happen.
_POLICY: dict[Step, tuple[State, tuple[State, ...]]] = {
    # The administrator's choices: verify, defer, not ours, archive.
    Step.VERIFY: (State.VERIFIED, (State.FILED, State.IN_TRIAGE)),
    Step.DEFER: (State.DEFERRED, (State.FILED, State.IN_TRIAGE)),
    Step.COMPLETE: (State.IN_TRIAGE, (State.DEFERRED,)),
    Step.PASS_ON: (State.PASSED_ON, (State.FILED, State.IN_TRIAGE, State.VERIFIED)),
    Step.ARCHIVE: (State.ARCHIVED, (State.FILED, State.IN_TRIAGE, State.DEFERRED, State.VERIFIED)),
    Step.RESTORE: (State.IN_TRIAGE, (State.PASSED_ON, State.ARCHIVED)),
    # Nobody knows where it belongs, or a unit sends it back.
    Step.HOLD_FOR_TRIAGE: (
        State.IN_TRIAGE,
        (State.FILED, State.VERIFIED, State.SENT, State.ASSIGNED, State.IN_WORK, State.DISPUTED),
    ),
    # To a unit, to an officer, onto a desk; a disputed one as well, since others look at it then. Whoever sends on what
    # was just filed has verified it by that.
    Step.SEND_TO_UNIT: (
        State.SENT,
        (
            State.FILED,
            State.IN_TRIAGE,
            State.VERIFIED,
            State.SENT,
            State.ASSIGNED,
            State.IN_WORK,
            State.DISPUTED,
        ),
    ),
    Step.ASSIGN: (State.ASSIGNED, (State.SENT, State.ASSIGNED, State.IN_WORK, State.DISPUTED)),
    Step.TAKE: (State.IN_WORK, (State.SENT, State.ASSIGNED, State.IN_WORK, State.DISPUTED)),
    Step.ANSWER: (State.ANSWERED, (State.IN_WORK,)),
    # The reporter's verdict, or none.
    Step.ACCEPT: (State.ACCEPTED, (State.ANSWERED,)),
    Step.DISPUTE: (State.DISPUTED, (State.ANSWERED,)),
    Step.CLOSE_AFTER_SILENCE: (State.CLOSED, (State.ANSWERED,)),
    Step.REOPEN: (State.DISPUTED, (State.CLOSED, State.UNSOLVED)),
    # A superior's last word.
    Step.CLOSE_UNSOLVED: (State.UNSOLVED, (State.IN_WORK, State.DISPUTED)),
    # The same matter twice: one is worked on, its answer goes to both, and each reporter judges it for himself.
    Step.MERGE: (
        State.MERGED,
        (State.FILED, State.IN_TRIAGE, State.VERIFIED, State.SENT, State.ASSIGNED, State.IN_WORK),
    ),
    Step.ANSWER_WITH_MAIN: (State.ANSWERED, (State.MERGED,)),
    Step.SEPARATE: (State.IN_TRIAGE, (State.MERGED,)),
}

#: (from, step) -> to.
STEPS: dict[tuple[State, Step], State] = {
    (origin, step): target for step, (target, origins) in _POLICY.items() for origin in origins
}

#: States in which the agency still has to do something.
OPEN_STATES = frozenset(
    {State.FILED, State.IN_TRIAGE, State.VERIFIED, State.SENT, State.ASSIGNED, State.IN_WORK, State.DISPUTED}
)
#: States in which the reporter has to say something.
WAITING_STATES = frozenset({State.DEFERRED, State.ANSWERED})
#: Ends. From some a complaint can come back (RESTORE, REOPEN); nothing else happens to it.
END_STATES = frozenset({State.ACCEPTED, State.CLOSED, State.UNSOLVED, State.PASSED_ON, State.ARCHIVED})


def next_state(state: State, step: Step) -> State:
    """The state after `step`; raises IllegalStep where the table has none."""
    try:
        return STEPS[state, step]
    except KeyError:
        raise IllegalStep(state, step) from None


def allowed_moves() -> frozenset[tuple[State, State]]:
    """Every (from, to) that some step allows: what the database lets through."""
    return frozenset((origin, target) for (origin, _step), target in STEPS.items())
