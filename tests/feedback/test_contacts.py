"""Phone numbers and e-mail addresses as people write them."""

from __future__ import annotations

import pytest

from webapp.feedback.contacts import InvalidEmail, InvalidPhone, clean_email, clean_phone


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890",
        "0812 3456 7890",
        "0812-3456-7890",
        "62 812 3456 7890",
        "+62 812-3456-7890",
        "+62 (0) 812 3456 7890",
        "81234567890",
    ],
)
def test_one_number_however_it_is_written(typed: str) -> None:
    assert clean_phone(typed) == "+6281234567890"


def test_a_short_number_with_62_and_no_plus_is_not_given_another_62() -> None:
    assert clean_phone("62811234567") == "+62811234567"


def test_numbers_at_a_desk_and_abroad() -> None:
    assert clean_phone("(031) 5312144") == "+62315312144"
    assert clean_phone("+60 12-345 6789") == "+60123456789"


@pytest.mark.parametrize("typed", ["", "123", "62812", "nol delapan", "08123456789012345678", "0812x345678", "+"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(InvalidPhone):
        clean_phone(typed)


def test_email_addresses() -> None:
    assert clean_email(" siti@surat.contoh.id ") == "siti@surat.contoh.id"
    for typed in (
        "",
        "siti",
        "siti@",
        "@contoh.id",
        "siti@contoh",
        "a b@contoh.id",
        "a@b.id, c@d.id",
        "x" * 250 + "@a.id",
    ):
        with pytest.raises(InvalidEmail):
            clean_email(typed)
