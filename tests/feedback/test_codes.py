"""Tracking codes and secret words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.feedback.codes import ALPHABET, WORDS, clean_code, clean_secret_word, new_code, new_secret_word


def test_words_are_many_distinct_and_easy_to_type() -> None:
    assert len(WORDS) >= 190  # three of them: more than 22 bits
    assert len(set(WORDS)) == len(WORDS)
    assert all(word.isascii() and word.isalpha() and word.islower() for word in WORDS)


def test_codes_leave_out_what_is_misread() -> None:
    assert not set("0O1ILU") & set(ALPHABET)


def test_new_codes_and_words_are_not_alike() -> None:
    assert len({new_code() for _ in range(500)}) == 500
    assert len({new_secret_word() for _ in range(500)}) > 490


@given(st.randoms())
def test_a_code_is_read_however_it_is_written(random: object) -> None:
    code = new_code()
    for typed in (code.lower(), code.replace("-", ""), code.replace("-", " "), f"  {code[3:]} ", code[3:].lower()):
        assert clean_code(typed) == code


@pytest.mark.parametrize("typed", ["", "TG", "TG-0000-0000", "TG-2222-222", "TG-2222-22222", "rm -rf /", "\x00"])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert clean_code(typed) == ""


@given(st.text())
def test_reading_a_code_never_fails_and_is_stable(typed: str) -> None:
    once = clean_code(typed)
    assert clean_code(once) == once


def test_a_secret_word_is_read_however_it_is_written() -> None:
    word = new_secret_word()
    for typed in (word.upper(), word.replace("-", " "), f" {word}. ", word.replace("-", ", ")):
        assert clean_secret_word(typed) == word
