"""The closed lists of document applications."""

from __future__ import annotations

from enum import StrEnum


class ApplicationState(StrEnum):
    """Where a file stands as a whole."""

    #: Registered; papers are still missing, its clock has not begun.
    INCOMPLETE = "incomplete"
    IN_WORK = "in_work"
    PAUSED = "paused"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"


OPEN_STATES = (ApplicationState.INCOMPLETE, ApplicationState.IN_WORK, ApplicationState.PAUSED)


class Change(StrEnum):
    """What an applicant is told of."""

    REGISTERED = "registered"
    PAPER_MISSING = "paper_missing"
    COMPLETED = "completed"
    STAGE_BEGUN = "stage_begun"
    PAUSED = "paused"
    RESUMED = "resumed"
    FINISHED = "finished"
    WITHDRAWN = "withdrawn"
    #: Handed from one officer to another, or taken out of the tray: no message, but the facts change.
    HANDED_OVER = "handed_over"


class PaperState(StrEnum):
    """Of one requirement of a file."""

    MISSING = "missing"
    MET = "met"
    NOT_NEEDED = "not_needed"
