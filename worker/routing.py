"""Which job an event goes to, on which queue. Every event is here; every queue here has a worker."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.attribution.events import ContestDecided, ContestFiled, ContestsDue, FeedbackAttributed, OpinionsOutdated
from webapp.attribution.signals.events import SignalRaised, SignalsDue
from webapp.audit.events import TrailSealingDue
from webapp.counter.events import (
    ApplicationMoved,
    QueueAdvanced,
    StagesReported,
    TicketMoved,
    TurnaroundRecorded,
    VisitsCorrected,
    VisitsReported,
)
from webapp.feedback.events import (
    ClockMissed,
    ClockNearing,
    ColleagueMentioned,
    ComplaintAnswered,
    ComplaintMoved,
    ComplaintSettled,
    ComplaintSubmitted,
    FeedbackImported,
    HandlingRecorded,
    MatterJoined,
    QuestionAsked,
    RatingSubmitted,
    ReporterReplied,
    ReporterTold,
)
from webapp.indicators.events import FactsOutdated, ReferenceDue, ServiceDaysDue
from webapp.indicators.objections.events import ObjectionDecided, ObjectionFiled, ObjectionsDue
from webapp.indicators.work_plans.events import (
    PlanDecided,
    PlanProposed,
    PlansDue,
    ReportDecided,
    ReportTold,
    WorkConfirmed,
)
from webapp.messaging.events import MailQueued
from webapp.outbox import Event
from webapp.retention.events import RetentionDue
from worker.events import ClocksDue, DigestsDue, LearningDue, LexiconDue, RemindersDue, StrengthsDue, SweepDue

ATTRIBUTION = "attribution"
INDICATORS = "indicators"
MESSAGES = "messages"

#: One worker process listens on each, and on no other (so that a job it died with is found again).
QUEUES = (ATTRIBUTION, INDICATORS, MESSAGES)


@dataclass(frozen=True, slots=True)
class Route:
    """A job by its name (see worker/jobs.py) and the queue it waits in."""

    job: str
    queue: str


ROUTES: dict[type[Event], tuple[Route, ...]] = {
    ComplaintSubmitted: (Route("attribute_feedback", ATTRIBUTION),),
    RatingSubmitted: (Route("attribute_feedback", ATTRIBUTION),),
    FeedbackImported: (Route("attribute_feedback", ATTRIBUTION),),
    FeedbackAttributed: (Route("record_facts", INDICATORS),),
    ContestFiled: (Route("notify_contest", MESSAGES),),
    ContestDecided: (Route("notify_contest", MESSAGES),),
    ContestsDue: (Route("tell_of_overdue_contests", MESSAGES),),
    ObjectionFiled: (Route("notify_objection", MESSAGES),),
    ObjectionDecided: (Route("apply_objection", INDICATORS), Route("notify_objection", MESSAGES)),
    ObjectionsDue: (Route("apply_objection", INDICATORS), Route("tell_of_overdue_objections", MESSAGES)),
    # Behind what waits to be attributed: after an import all of it counts.
    SignalsDue: (Route("raise_signals", ATTRIBUTION),),
    SignalRaised: (Route("notify_signal", MESSAGES),),
    OpinionsOutdated: (Route("renew_opinions", ATTRIBUTION),),
    LearningDue: (Route("learn", ATTRIBUTION),),
    StrengthsDue: (Route("learn_strengths", ATTRIBUTION),),
    ComplaintMoved: (Route("notify_followers", MESSAGES),),
    MatterJoined: (Route("record_facts", INDICATORS),),
    ComplaintAnswered: (Route("record_facts", INDICATORS), Route("notify_followers", MESSAGES)),
    ComplaintSettled: (Route("record_facts", INDICATORS), Route("notify_followers", MESSAGES)),
    QuestionAsked: (Route("notify_followers", MESSAGES),),
    ReporterTold: (Route("notify_followers", MESSAGES),),
    ReporterReplied: (Route("notify_staff", MESSAGES),),
    ColleagueMentioned: (Route("notify_staff", MESSAGES),),
    ClockNearing: (Route("notify_staff", MESSAGES),),
    ClockMissed: (Route("notify_staff", MESSAGES), Route("record_unanswered", INDICATORS)),
    MailQueued: (Route("send_mail", MESSAGES),),
    HandlingRecorded: (Route("refresh_handling", INDICATORS),),
    FactsOutdated: (Route("refresh_outdated", INDICATORS),),
    ReferenceDue: (Route("fit_reference", INDICATORS),),
    ServiceDaysDue: (Route("record_service_days", INDICATORS),),
    PlansDue: (Route("record_targets", INDICATORS),),
    PlanProposed: (Route("notify_plan", MESSAGES),),
    PlanDecided: (Route("notify_plan", MESSAGES),),
    ReportTold: (Route("notify_plan", MESSAGES),),
    ReportDecided: (Route("notify_plan", MESSAGES),),
    WorkConfirmed: (Route("record_targets", INDICATORS),),
    TicketMoved: (Route("notify_ticket_holder", MESSAGES),),
    QueueAdvanced: (Route("tell_who_is_near", MESSAGES),),
    RemindersDue: (Route("tell_who_is_near", MESSAGES),),
    VisitsReported: (Route("attribute_corrected", ATTRIBUTION), Route("record_visit_days", INDICATORS)),
    VisitsCorrected: (Route("attribute_corrected", ATTRIBUTION), Route("record_visit_days", INDICATORS)),
    TurnaroundRecorded: (Route("attribute_delayed", ATTRIBUTION), Route("record_file_days", INDICATORS)),
    ApplicationMoved: (Route("record_turnaround", INDICATORS), Route("notify_applicant", MESSAGES)),
    StagesReported: (Route("record_turnaround", INDICATORS),),
    DigestsDue: (Route("send_digests", MESSAGES),),
    ClocksDue: (Route("look_at_clocks", MESSAGES),),
    LexiconDue: (Route("learn_words", MESSAGES),),
    TrailSealingDue: (Route("seal_trail", INDICATORS),),
    RetentionDue: (Route("erase_ended_terms", MESSAGES),),
    SweepDue: (Route("sweep", MESSAGES),),
}


def routes_of(event_name: str) -> tuple[Route, ...]:
    """The jobs that an event goes to; none where no route knows it."""
    return _BY_NAME.get(event_name, ())


def is_routed(event_name: str) -> bool:
    """Whether any route knows this event."""
    return event_name in _BY_NAME


_BY_NAME = {event.name: routes for event, routes in ROUTES.items()}
