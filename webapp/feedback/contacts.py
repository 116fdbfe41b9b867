"""How a reporter can be reached: phone numbers and e-mail addresses in one written form."""

from __future__ import annotations

import re

import phonenumbers

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


class InvalidPhone(ValueError):
    """No phone number can be read from what was typed."""


class InvalidEmail(ValueError):
    """What was typed is no e-mail address."""


def clean_phone(typed: str) -> str:
    """A phone number as E.164 ("+6281234567890"); raises InvalidPhone.

    Indonesians write +62, 62 or 0 before 8xx. A number that begins with 62 is completed here, because phonenumbers
    takes a short one without the plus for a local number and puts another 62 before it.
    """
    typed = typed.strip()
    digits = re.sub(r"[\s().\-/]", "", typed)
    if digits.startswith("62"):
        digits = "+" + digits
    elif digits.startswith("8"):
        digits = "+62" + digits
    elif digits.startswith("+620"):  # both ways at once
        digits = "+62" + digits[4:]
    if not re.fullmatch(r"\+?\d{6,20}", digits):
        raise InvalidPhone(typed)
    try:
        number = phonenumbers.parse(digits, "ID")
    except phonenumbers.NumberParseException:
        raise InvalidPhone(typed) from None
    # Possible, not valid: new ranges are given out faster than the library's tables learn of them.
    if not phonenumbers.is_possible_number(number):
        raise InvalidPhone(typed)
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def clean_email(typed: str) -> str:
    """An e-mail address without blanks around it; raises InvalidEmail. Whether somebody reads it nobody can check."""
    typed = typed.strip()
    if len(typed) > 254 or not _EMAIL.fullmatch(typed):
        raise InvalidEmail(typed)
    return typed
