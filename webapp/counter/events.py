"""What happens at the counter. Ids only."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class TicketMoved(Event):
    """Something happened to a ticket that its holder, if reachable, is told: `step` as in the ticket's log."""

    ticket_id: int
    step: str


@dataclass(frozen=True, slots=True)
class QueueAdvanced(Event):
    """A number of this hall was called: others are nearer now."""

    unit_id: int
    day: str


@dataclass(frozen=True, slots=True)
class ApplicationMoved(Event):
    """Something changed on a file: `change` is one of webapp.counter.applications.vocabulary.Change."""

    application_id: int
    change: str
    #: The paper, pause or stage that it is about.
    detail_id: int | None = None


@dataclass(frozen=True, slots=True)
class StagesReported(Event):
    """An agency's own system reported stages of these files."""

    application_ids: list[int]


@dataclass(frozen=True, slots=True)
class VisitsReported(Event):
    """An agency's own system reported these visits: what was said before of their counters and days may be clearer."""

    visit_ids: list[int]


@dataclass(frozen=True, slots=True)
class VisitsCorrected(Event):
    """An agency's own system says something else of these visits than before: who served, where, or what for."""

    visit_ids: list[int]


@dataclass(frozen=True, slots=True)
class TurnaroundRecorded(Event):
    """The facts of these files' turnaround changed."""

    application_ids: list[int]
