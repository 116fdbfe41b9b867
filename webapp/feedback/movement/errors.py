"""Why a complaint does not go where somebody wants it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from webapp.feedback.errors import FeedbackError


class NotAssignable(FeedbackError):
    """This person must not, or may not, work on the complaint: concerned by it, no such role, or the answer was his."""


class AlreadyThere(FeedbackError):
    """The complaint lies in this very unit."""


class NobodyElse(FeedbackError):
    """Whoever declares a conflict of interest is the last who could see the complaint at all."""


class WindowClosed(FeedbackError):
    """Too long since the closing to reopen it; `until` is when it could last have been."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"could be reopened until {until.isoformat()}")


class Hindrance(StrEnum):
    """Why two complaints can't be worked on as one."""

    ITSELF = "itself"
    #: One points at a person and the other does not: other people may read them.
    SECRECY = "secrecy"
    #: The one that is worked on concerns whoever has the other on the desk.
    CONCERNS_HANDLER = "concerns_handler"
    #: Others were merged into the one that is to be put away.
    HAS_OTHERS = "has_others"
    #: The one to be worked on is not open.
    NOT_OPEN = "not_open"


class NotMergeable(FeedbackError):
    """Two complaints can't be worked on as one; `hindrance` says why."""

    def __init__(self, hindrance: Hindrance) -> None:
        self.hindrance = hindrance
        super().__init__(str(hindrance))
