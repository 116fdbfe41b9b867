"""Errors of the interface as problem documents (RFC 9457): what was wrong, and what to send instead.

What was sent is never repeated, for it may be what should not have been sent at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response, request

#: Where the interface is; what is asked for below it is answered in JSON, whatever it was.
PREFIX = "/api/"

TITLES: dict[int, tuple[str, str]] = {
    400: ("The request cannot be read", "Send JSON in UTF-8 as the description at /api/v1/openapi.json says."),
    401: (
        "Not known",
        "Send the header 'Authorization: Bearer TOKEN' with the token of your system. An administrator of the agency "
        "makes tokens; one that was replaced or switched off opens nothing.",
    ),
    404: ("Not found", "There is no such address. See /api/v1/openapi.json."),
    405: ("Not this way", "This address takes another method. See /api/v1/openapi.json."),
    413: ("Too large", "Send at most 500 reports and 2 MB at once."),
    415: ("Not JSON", "Send the header 'Content-Type: application/json'."),
    422: ("Not as described", "Nothing was taken. Mend what is listed under errors and send it again."),
    429: ("Too many requests", "Wait a minute, then go on. Send many reports as one batch."),
    503: ("Not stored", "Nothing was taken. Wait a minute and send the same again: nothing is taken twice."),
    500: ("Our mistake", "Nothing was taken. Wait a minute and send the same again: nothing is taken twice."),
}


def problem(
    status: int,
    *,
    detail: str | None = None,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Iterable[tuple[str, str]] = (),
) -> Response:
    """A problem document; `detail` replaces the usual advice."""
    title, advice = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    content: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "detail": detail or advice}
    if errors:
        content["errors"] = list(errors)
    response = Response(json.dumps(content), status, mimetype="application/problem+json")
    response.headers.extend(headers)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="tanggap"'
    if status in (429, 503):
        response.headers["Retry-After"] = "60"
    return response


def is_interface() -> bool:
    """Whether the running request asks for something of the interface."""
    return request.path.startswith(PREFIX)
