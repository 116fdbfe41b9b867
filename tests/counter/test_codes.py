"""Codes of tickets and files."""

from __future__ import annotations

import math

import pytest

from webapp.counter.codes import (
    ALPHABET,
    clean_application_code,
    clean_ticket_code,
    new_application_code,
    new_ticket_code,
)


def test_a_code_is_read_however_it_was_typed() -> None:
    code = new_ticket_code()
    letters = code[3:].replace("-", "")
    for typed in (code, code.lower(), f"  {code} ", letters, f"an {letters[:5]} {letters[5:]}"):
        assert clean_ticket_code(typed) == code
    file_code = new_application_code()
    assert file_code.startswith("BK-") and clean_application_code(file_code.lower()) == file_code


@pytest.mark.parametrize("typed", ["", "AN-7K2M", "AN-7K2M9-4QXTO", "BK-7K2M9-4QXTV", "AN-7K2M9-4QXTVV", "é" * 10])
def test_what_cannot_be_a_tickets_code(typed: str) -> None:
    assert clean_ticket_code(typed) == ""


def test_a_code_cannot_be_guessed() -> None:
    assert 10 * math.log2(len(set(ALPHABET))) >= 48
    assert len({new_ticket_code() for _ in range(2000)}) == 2000
    for place in (3, 4, 5, 6, 7, 9, 10, 11, 12, 13):
        assert len({new_ticket_code()[place] for _ in range(600)}) == len(ALPHABET)
