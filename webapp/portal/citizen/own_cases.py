"""What this browser may see: kept in its signed session as ids, so that it ends with the session."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from flask import session

from webapp.feedback.tracking import Reporter

_FILED = "filed"
_OPENED = "opened"
_PHOTOS = "photos"
_SENT = "sent"
#: The session is a cookie of 4 kB.
_MOST = 20
#: Who sends exactly the same again within this time went back and pressed once more.
_AGAIN = timedelta(minutes=30)


def filer() -> Reporter:
    """Whoever filed complaints in this session: may see their secret words."""
    return Reporter(frozenset(session.get(_FILED, ())))


def reporter() -> Reporter:
    """Whoever filed complaints in this session or opened them with their secret words."""
    return Reporter(frozenset((*session.get(_FILED, ()), *session.get(_OPENED, ()))))


def remember_filed(complaint_id: int) -> None:
    """This session filed a complaint."""
    _remember(_FILED, complaint_id)


def remember_opened(complaint_id: int) -> None:
    """This session opened a complaint with its secret word."""
    _remember(_OPENED, complaint_id)


def remember_photos(photo_ids: list[int]) -> None:
    """These photos wait for a form of this session."""
    session[_PHOTOS] = photo_ids


def may_see_photo(photo_id: int) -> bool:
    """Whether a photo waits for a form of this session."""
    return photo_id in session.get(_PHOTOS, ())


def digest_of(*content: object) -> str:
    """What was filled in, in a few letters, to recognise it when it comes again."""
    return hashlib.sha256(repr(content).encode()).hexdigest()[:24]


def sent_before(digest: str, now: datetime) -> str | None:
    """Where the same content led when this session sent it last, not long ago; None if it is new.

    A nonce recognises a form that is sent twice. But a browser may fetch the form anew when its user goes back, with
    a new nonce and the old words in it.
    """
    known, address, at = session.get(_SENT, ("", "", 0))
    return str(address) if known == digest and now.timestamp() - at < _AGAIN.total_seconds() else None


def remember_sent(digest: str, address: str, now: datetime) -> None:
    """This content was sent, and led to `address`."""
    session[_SENT] = (digest, address, int(now.timestamp()))


def forget_cases() -> None:
    """Close all complaints in this browser: the next person at it sees none."""
    session.pop(_FILED, None)
    session.pop(_OPENED, None)
    session.pop(_PHOTOS, None)
    session.pop(_SENT, None)


def _remember(name: str, complaint_id: int) -> None:
    ids = [id_ for id_ in session.get(name, []) if id_ != complaint_id]
    session[name] = [*ids, complaint_id][-_MOST:]
