"""What a citizen has put together and is about to send."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from webapp.feedback.vocabulary import ComplaintKind, Element

#: Longest complaint in characters; an hour's writing, and far beyond any that was ever filed.
LONGEST_TEXT = 10_000
LONGEST_COMMENT = 2_000


@dataclass(frozen=True, slots=True)
class ComplaintDraft:
    """A complaint as its reporter states it."""

    text: str
    kind: ComplaintKind = ComplaintKind.COMPLAINT
    unit_id: int | None = None
    service_id: int | None = None
    counter_id: int | None = None
    visit_id: int | None = None
    application_id: int | None = None
    #: The reporter says that it is about how long that file takes.
    about_delay: bool = False
    place: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    occurred_at: datetime | None = None
    #: False where only the day was stated.
    occurred_exactly: bool = False
    secret: bool = True
    anonymous: bool = True
    #: The reporter says that it is about what a person did.
    about_person: bool = False
    contact_name: str | None = None
    contact_phone: str | None = None
    contact_email: str | None = None
    #: The complaint about the same matter that the reporter joins.
    joins_id: int | None = None


@dataclass(frozen=True, slots=True)
class RatingDraft:
    """A rating as its rater states it; with a visit it is verified."""

    value: int
    #: The best value that could be given; what is filed here has four, imports keep their own.
    scale: int = 4
    visit_id: int | None = None
    unit_id: int | None = None
    service_id: int | None = None
    counter_id: int | None = None
    occurred_at: datetime | None = None
    #: False where only the day was stated.
    occurred_exactly: bool = False
    comment: str | None = None
    elements: dict[Element, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a draft. `created` is false where the same draft had been sent before."""

    feedback_id: int
    created: bool
    code: str | None = None
    secret_word: str | None = None
