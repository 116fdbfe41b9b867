"""Errors of the interface as problem documents (RFC 9457): what was wrong, and what to send instead.

What was sent is never repeated, for it may be what should not have been sent at all.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from flask import Response, request
from pydantic_core import ErrorDetails

#: Where the interface is; what is asked for below it is answered in JSON, whatever it was.
PREFIX = "/api/"
_LONGEST_NAME = 60

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

_KINDS = {
    "missing": "is missing",
    "string_type": "must be a text",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long: at most {max_length} characters",
    "string_pattern_mismatch": (
        "must begin with a letter or digit, and hold only letters, digits, blanks and . _ : / @ # + ( ) ' & -"
    ),
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "too_short": "must hold at least {min_length}",
    "too_long": "must hold at most {max_length}",
    "model_type": "must be an object",
    "extra_forbidden": (
        "is not known here. Leave it out: nothing about the citizen is taken, and what is not described is not kept"
    ),
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


def errors_in_words(details: Sequence[ErrorDetails]) -> list[dict[str, str]]:
    """What is wrong with a document, each with where it is: "visits/3/finished_at"."""
    found = [
        {"where": "/".join(_shortened(str(part)) for part in detail["loc"]) or "/", "what": _what(detail)}
        for detail in details
    ]
    return found[:100]


def _what(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    known = _KINDS.get(detail["type"])
    return known.format(**detail.get("ctx", {})) if known is not None else "is not as described"


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
