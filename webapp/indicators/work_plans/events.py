"""What happens to work plans."""

from __future__ import annotations

from dataclasses import dataclass

from webapp.outbox import Event


@dataclass(frozen=True, slots=True)
class WorkConfirmed(Event):
    """A superior confirmed or returned what an officer says he did, or agreed to a plan: facts of targets follow."""

    officer_ids: list[int]


@dataclass(frozen=True, slots=True)
class PlanProposed(Event):
    """An officer put a plan before his superior."""

    plan_id: int


@dataclass(frozen=True, slots=True)
class PlanDecided(Event):
    """A superior agreed to a plan, or gave it back."""

    plan_id: int
    agreed: bool


@dataclass(frozen=True, slots=True)
class ReportTold(Event):
    """An officer told what he did in a month."""

    report_id: int


@dataclass(frozen=True, slots=True)
class ReportDecided(Event):
    """A superior confirmed what was told, or gave it back."""

    report_id: int


@dataclass(frozen=True, slots=True)
class PlansDue(Event):
    """A day has begun: targets are read anew where a month has ended."""
