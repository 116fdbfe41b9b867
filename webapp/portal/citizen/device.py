"""The device that somebody writes from: a random word in a cookie, and nothing else is known by it.

For each purpose another key is made of it, so that what is kept of a rating cannot be laid beside what is kept of a
queue ticket.
"""

from __future__ import annotations

import secrets

from flask import Response, after_this_request, current_app, g, request

from webapp.app import settings_of
from webapp.encryption import keyring

COOKIE = "tanggap_rater"
_TWO_YEARS = 2 * 365 * 24 * 3600
_LENGTH = 22


def device_key(purpose: str) -> bytes:
    """What this device is known by for `purpose`; a device without a word is given one."""
    return keyring().lookup_key(purpose, known_device() or _new_device())


def known_device() -> str | None:
    """What this device calls itself; None if it has never written anything."""
    known = request.cookies.get(COOKIE, "")
    return known if len(known) == _LENGTH else g.get("new_device")


def _new_device() -> str:
    word: str = secrets.token_urlsafe(16)
    g.new_device = word
    after_this_request(lambda response: _remember(response, word))
    return word


def _remember(response: Response, word: str) -> Response:
    response.set_cookie(
        COOKIE,
        word,
        max_age=_TWO_YEARS,
        httponly=True,
        samesite="Lax",
        secure=settings_of(current_app).secure_cookies,
    )
    return response
