"""What can go wrong with feedback."""

from __future__ import annotations

from datetime import datetime


class FeedbackError(Exception):
    """Base of the errors of this room."""


class AlreadySent(FeedbackError):
    """The same form was sent before with other words; `code` is what it became then (None for a rating)."""

    def __init__(self, code: str | None) -> None:
        self.code = code
        super().__init__("this form was sent before")


class ReceiptUsed(FeedbackError):
    """The visit of this receipt has been rated already."""


class ReceiptOwn(FeedbackError):
    """Whoever served the visit tries to rate it."""


class NoSuchCase(FeedbackError):
    """Code and secret word do not belong together: never said which is wrong."""


class CaseLocked(FeedbackError):
    """Too many wrong secret words; `until` says when the next one is heard."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(f"locked until {until.isoformat()}")


class NotForThisPerson(FeedbackError):
    """The complaint is not this person's to see or handle."""


class NotAnImage(FeedbackError):
    """The file's content is no picture that we read (JPEG, PNG, WebP)."""


class UnreadableFormat(NotAnImage):
    """A picture in a format that is not read here; `kind` names it ("HEIC")."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"{kind} is not read here")


class ImageTooLarge(FeedbackError):
    """More bytes or pixels than we take."""


class TooManyPhotos(FeedbackError):
    """More photos than one complaint may carry."""
