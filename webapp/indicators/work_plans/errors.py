"""What can go wrong with work plans."""

from __future__ import annotations

from webapp.indicators.errors import IndicatorError


class WorkPlanError(IndicatorError):
    """Base of the errors of this room."""


class NoSuchPlan(WorkPlanError):
    """There is no such plan, target or report, or not for this viewer: never said which."""


class TargetGone(NoSuchPlan):
    """The target was of a `version` that no longer counts, and the one that does has none that says the same."""

    def __init__(self, version: int) -> None:
        super().__init__("The plan in force has no such target.")
        self.version = version


class StepNotPossible(WorkPlanError):
    """The plan or report does not stand where this step begins: somebody was quicker, or it is agreed already."""


class ReportReplaced(StepNotPossible):
    """Something newer was told of this target and month: only that can be decided."""


class NotAnOfficer(WorkPlanError):
    """Whoever signed in is no officer, so that there is no plan of his own."""


class FaultyPlan(WorkPlanError):
    """What was written is no plan yet; `fault` says why: empty, words_missing, negative, all_zero, too_many."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"The plan cannot be kept: {fault}.")
        self.fault = fault


class FaultyReport(WorkPlanError):
    """What was told cannot be kept; `fault`: month, negative, evidence_missing, counted_by_product."""

    def __init__(self, fault: str) -> None:
        super().__init__(f"The report cannot be kept: {fault}.")
        self.fault = fault
