"""What happens to feedback. Ids only: what a citizen said stays in its table."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class ComplaintSubmitted(Event):
    """A citizen filed a complaint, a suggestion or a request."""

    feedback_id: int


@dataclass(frozen=True, slots=True)
class RatingSubmitted(Event):
    """A citizen rated a service."""

    feedback_id: int


@dataclass(frozen=True, slots=True)
class FeedbackImported(Event):
    """A batch came in from an agency's export."""

    feedback_ids: list[int]


@dataclass(frozen=True, slots=True)
class MatterJoined(Event):
    """Complaints of which something was found already are worked on as one from now on, or by themselves again."""

    feedback_ids: list[int]


@dataclass(frozen=True, slots=True)
class ComplaintAnswered(Event):
    """The agency answered; `message_id` is the answer."""

    feedback_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class QuestionAsked(Event):
    """The agency asked the reporter something; `message_id` is the question."""

    feedback_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class ComplaintMoved(Event):
    """A complaint reached a unit, a desk, or another state of its life that its reporter is told of."""

    feedback_id: int


@dataclass(frozen=True, slots=True)
class ComplaintSettled(Event):
    """The reporter accepted or disputed the answer, or left it unanswered until it was closed."""

    feedback_id: int
    state: str


@dataclass(frozen=True, slots=True)
class ReporterTold(Event):
    """The reporter was told what is missing, or why it ends without an answer; `message_id` has the words."""

    feedback_id: int
    message_id: int


@dataclass(frozen=True, slots=True)
class ReporterReplied(Event):
    """The reporter replied, or completed what was missing."""

    feedback_id: int


@dataclass(frozen=True, slots=True)
class ClockNearing(Event):
    """A term will run out soon: whoever has to act is reminded, once."""

    clock_id: int


@dataclass(frozen=True, slots=True)
class ClockMissed(Event):
    """A term ran out; `level` says how far it climbed the ladder of its preset (1 the first rung).

    0: the reporter never answered what he was asked, and the case goes on without it.
    """

    clock_id: int
    level: int


@dataclass(frozen=True, slots=True)
class ColleagueMentioned(Event):
    """Somebody was named in an internal note."""

    note_id: int


@dataclass(frozen=True, slots=True)
class HandlingRecorded(Event):
    """The facts of handling changed for these officers in this month ("2026-11")."""

    month: str
    officer_ids: list[int]
