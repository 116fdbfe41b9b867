"""Codes that open a queue ticket or a file to whoever holds them: unguessable, easy to read out and to type.

10 letters out of 30 that cannot be taken for one another are 49 bits, so a code needs no word besides it.
"""

from __future__ import annotations

import re
import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no 0/O, 1/I/L, no U
TICKET_PREFIX = "AN"
APPLICATION_PREFIX = "BK"
_LENGTH = 10


def new_ticket_code() -> str:
    """A random code of a queue ticket, e.g. "AN-7K2M9-4QXTV"."""
    return _new(TICKET_PREFIX)


def new_application_code() -> str:
    """A random code of a file, e.g. "BK-7K2M9-4QXTV"."""
    return _new(APPLICATION_PREFIX)


def clean_ticket_code(typed: str) -> str:
    """What somebody typed as a ticket's code, in its written form; "" if it cannot be one."""
    return _clean(typed, TICKET_PREFIX)


def clean_application_code(typed: str) -> str:
    """What somebody typed as a file's code, in its written form; "" if it cannot be one."""
    return _clean(typed, APPLICATION_PREFIX)


def _new(prefix: str) -> str:
    return _written(prefix, "".join(secrets.choice(ALPHABET) for _ in range(_LENGTH)))


def _clean(typed: str, prefix: str) -> str:
    letters = re.sub(r"[^0-9A-Z]", "", typed.upper())
    if len(letters) == len(prefix) + _LENGTH and letters.startswith(prefix):
        letters = letters[len(prefix) :]
    letters = letters.translate(str.maketrans("U", "V"))
    if len(letters) != _LENGTH or any(letter not in ALPHABET for letter in letters):
        return ""
    return _written(prefix, letters)


def _written(prefix: str, letters: str) -> str:
    return f"{prefix}-{letters[:5]}-{letters[5:]}"
