"""Which deliveries are done together: one job for many subjects, or several short ones in one transaction."""

from __future__ import annotations

from collections.abc import Callable

from webapp.attribution.events import FeedbackAttributed
from webapp.counter.events import ApplicationMoved, StagesReported, TurnaroundRecorded, VisitsCorrected, VisitsReported
from webapp.feedback.events import (
    ComplaintAnswered,
    ComplaintSettled,
    ComplaintSubmitted,
    FeedbackImported,
    MatterJoined,
    RatingSubmitted,
)
from webapp.outbox.events import Event

#: Jobs that do many feedbacks or files in little more time than one, and the event that tells of many.
TOGETHER: dict[str, Callable[[list[int]], Event]] = {
    "attribute_feedback": FeedbackImported,
    "record_facts": FeedbackAttributed,
    "record_turnaround": StagesReported,
    "attribute_delayed": TurnaroundRecorded,
    "attribute_corrected": VisitsCorrected,
    "record_visit_days": VisitsCorrected,
    "record_file_days": TurnaroundRecorded,
}
#: Jobs that are done one after the other in one transaction: each is short, and ending a transaction costs more.
APART = frozenset({"notify_followers", "notify_staff"})


def subjects_of(event: Event) -> list[int]:
    """The feedback, the files or the visits that an event is about: ids of one kind for all events of a job."""
    if isinstance(event, FeedbackImported | FeedbackAttributed | MatterJoined):
        return event.feedback_ids
    if isinstance(event, StagesReported | TurnaroundRecorded):
        return event.application_ids
    if isinstance(event, VisitsCorrected | VisitsReported):
        return event.visit_ids
    if isinstance(event, ApplicationMoved):
        return [event.application_id]
    assert isinstance(event, ComplaintSubmitted | RatingSubmitted | ComplaintAnswered | ComplaintSettled)
    return [event.feedback_id]
