"""The terms of retention, read from retention.toml (pure apart from reading that file)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent / "retention.toml"
#: A term beyond a century is a slip.
_MOST_DAYS: Final = 36525


class Kind(StrEnum):
    """Kinds of personal data with a term of their own."""

    CONTACT = "contact"
    PHOTOS = "photos"
    WORDS = "words"
    COMMENTS = "comments"
    MESSAGES = "messages"
    NOTIFICATIONS = "notifications"
    TICKETS = "tickets"
    APPLICANTS = "applicants"
    PRESENCE = "presence"
    OBJECTIONS = "objections"


#: From when on the term of a kind runs.
_BEGINS: Final = {
    Kind.CONTACT: "settled",
    Kind.PHOTOS: "settled",
    Kind.WORDS: "settled",
    Kind.COMMENTS: "filed",
    Kind.MESSAGES: "sent",
    Kind.NOTIFICATIONS: "told",
    Kind.TICKETS: "drawn",
    Kind.APPLICANTS: "finished",
    Kind.PRESENCE: "seen",
    Kind.OBJECTIONS: "decided",
}


@dataclass(frozen=True, slots=True)
class Term:
    """How long a kind is kept, in plain days, and from when on."""

    kind: Kind
    days: int
    begins: str

    def ended_before(self, now: datetime) -> datetime:
        """What began before this moment is over at `now`."""
        return now - timedelta(days=self.days)


def read_terms(text: str) -> tuple[Term, ...]:
    """The terms in `text`; raises ValueError with a sentence where a kind is missing, unknown or out of reason."""
    table = tomllib.loads(text)
    if unknown := set(table) - set(Kind):
        raise ValueError(f"retention.toml knows no kind {sorted(unknown)}")
    terms = []
    for kind in Kind:
        entry = table.get(kind)
        if not isinstance(entry, dict):
            raise ValueError(f"retention.toml does not say how long {kind} is kept")
        days, begins = entry.get("days"), entry.get("from")
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _MOST_DAYS:
            raise ValueError(f"{kind}: days must be a whole number from 1 to {_MOST_DAYS}, not {days!r}")
        if begins != _BEGINS[kind]:
            raise ValueError(f"{kind}: it can only be counted from {_BEGINS[kind]!r}, not {begins!r}")
        terms.append(Term(kind, days, _BEGINS[kind]))
    by_kind = {term.kind: term.days for term in terms}
    if by_kind[Kind.CONTACT] > by_kind[Kind.WORDS]:
        raise ValueError("contact: who reported can't be kept longer than what was reported")
    return tuple(terms)


@cache
def load_terms() -> tuple[Term, ...]:
    """The terms that hold."""
    return read_terms(_FILE.read_text(encoding="utf-8"))
