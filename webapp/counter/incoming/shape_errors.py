"""What is wrong with a report that has not the shape it should have, in plain words.

What was sent is never repeated, for it may be what should not have been sent at all.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import ErrorDetails

_LONGEST_NAME = 60
_MOST_ERRORS = 100

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


def errors_in_words(details: Sequence[ErrorDetails]) -> list[dict[str, str]]:
    """What is wrong with a document, each with where it is: "visits/3/finished_at"."""
    found = [
        {"where": "/".join(_shortened(str(part)) for part in detail["loc"]) or "/", "what": _what(detail)}
        for detail in details
    ]
    return found[:_MOST_ERRORS]


def _what(detail: ErrorDetails) -> str:
    if detail["type"] == "value_error":
        return str(detail["ctx"]["error"])
    known = _KINDS.get(detail["type"])
    return known.format(**detail.get("ctx", {})) if known is not None else "is not as described"


def _shortened(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
