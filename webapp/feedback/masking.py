"""Numbers that tell who somebody is are masked in free text.

NIK and KK numbers are runs of 16 digits, people write them with spaces, dots and dashes in between; phone numbers begin
with +62, 62 or 0 before an 8; e-mail addresses tell a name. What stays is enough to see that something was there.
"""

from __future__ import annotations

import re

#: 16 digits with at most one separator character (or a short run of blanks) between two of them, in a run of no more.
_NIK = re.compile(r"(?<!\d)(?<!\d[ .\-])\d(?:[ .\-\u00a0]{0,2}\d){15}(?![ .\-]?\d)")
#: A longer run (17 digits and more) is no NIK, but still nobody's business: masked whole.
_LONG = re.compile(r"(?<!\d)\d(?:[ .\-\u00a0]{0,2}\d){15,}")
_PHONE = re.compile(r"(?<![\d+])(?:\+?62|0)[ .\-()]{0,2}8\d(?:[ .\-()]{0,2}\d){6,10}(?!\d)")
_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")

NIK_MASK = "[NIK disamarkan]"
PHONE_MASK = "[nomor telepon disamarkan]"
EMAIL_MASK = "[alamat email disamarkan]"


def mask_personal_numbers(text: str) -> str:
    """`text` with NIK, KK and phone numbers and e-mail addresses replaced by a word that says what was there."""
    text = _EMAIL.sub(EMAIL_MASK, text)
    text = _NIK.sub(NIK_MASK, text)
    text = _LONG.sub(NIK_MASK, text)
    return _PHONE.sub(PHONE_MASK, text)


def personal_numbers(text: str) -> list[str]:
    """What `mask_personal_numbers` would mask in a text, as it stands there."""
    return [found[0] for pattern in (_EMAIL, _NIK, _LONG, _PHONE) for found in pattern.finditer(text)]
