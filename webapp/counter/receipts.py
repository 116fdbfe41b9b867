"""The code on a visit's receipt: it proves the visit, and nobody can make one up.

A code is 16 characters of Crockford's base 32 in four groups: 35 bits of the visit's number and 45 bits of HMAC-SHA256
over it. That a receipt rates only once is held by a unique constraint, that it ages by the visit's own time.
"""

from __future__ import annotations

import hashlib
import hmac
import re

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_NUMBER_BITS = 35
_MAC_BITS = 45
_VALUES = {letter: value for value, letter in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}


class InvalidReceipt(ValueError):
    """The code was not issued by this city, or was mistyped."""


def issue_receipt(visit_id: int, key: bytes) -> str:
    """The code for a visit, e.g. "0000-1A7K-2M94-QXTV"; raises ValueError beyond 2**35 visits."""
    if not 0 <= visit_id < 1 << _NUMBER_BITS:
        raise ValueError(f"visit number {visit_id} does not fit into a receipt")
    bits = visit_id << _MAC_BITS | _mac(visit_id, key)
    letters = "".join(ALPHABET[bits >> shift & 31] for shift in range(75, -1, -5))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def read_receipt(code: str, key: bytes) -> int:
    """The visit's number in a code, whatever its spaces, dashes and case; raises InvalidReceipt if it is not ours."""
    letters = re.sub(r"[\s-]", "", code).upper()
    if len(letters) != 16 or any(letter not in _VALUES for letter in letters):
        raise InvalidReceipt(code)
    bits = 0
    for letter in letters:
        bits = bits << 5 | _VALUES[letter]
    visit_id = bits >> _MAC_BITS
    if not hmac.compare_digest(str(bits & (1 << _MAC_BITS) - 1), str(_mac(visit_id, key))):
        raise InvalidReceipt(code)
    return visit_id


def _mac(visit_id: int, key: bytes) -> int:
    digest = hmac.new(key, b"receipt\0%d" % visit_id, hashlib.sha256).digest()
    return int.from_bytes(digest[:8], "big") >> (64 - _MAC_BITS)
