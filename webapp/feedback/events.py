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
    """A complaint reached a unit or somebody's desk."""

    feedback_id: int


@dataclass(frozen=True, slots=True)
class ComplaintSettled(Event):
    """The reporter accepted or disputed the answer, or left it unanswered until it was closed."""

    feedback_id: int
    state: str
