"""How a text is read, as tables of invented words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from webapp.attribution.routing.features import (
    piece_vocabulary,
    pieces,
    pieces_in,
    plain,
    read_stems,
    stem,
    stem_vocabulary,
    tokens,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Jln. RUSAK parahhhhh", ["jalan", "rusak", "parah"]),
        ("gak bisa, yg 12 dan 081234", ["tidak", "bisa", "yang", "00", "dan", "0000"]),
        ("lapor [NIK disamarkan] ke café", ["lapor", "ke", "cafe"]),
        ("", []),
    ],
)
def test_words_are_written_out_and_numbers_are_only_their_length(text: str, words: list[str]) -> None:
    assert [token.word for token in tokens(text)] == words


@pytest.mark.parametrize("forms", [("sampah", "sampahnya"), ("bantuan", "bantu"), ("lampunya", "lampu")])
def test_forms_of_a_word_have_one_stem(forms: tuple[str, str]) -> None:
    assert stem(forms[0]) == stem(forms[1])


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60))
def test_a_word_is_found_where_it_stands(text: str) -> None:
    assert len(plain(text)) == len(text)
    for token in tokens(text):
        assert 0 <= token.start < token.end <= len(text)


@settings(max_examples=50, deadline=None)
@given(st.from_regex(r"[a-z]{1,30}", fullmatch=True))
def test_the_number_of_pieces_is_known_beforehand(word: str) -> None:
    assert len(pieces(word)) == pieces_in(len(word))


def test_only_what_enough_different_texts_have_is_known() -> None:
    texts = [["lampu", "padam"], ["lampu", "padam"], ["lampu", "rusak"], ["lampu", "terang"]]
    assert stem_vocabulary(texts, least=3, most=10).features == ("lampu",)
    assert stem_vocabulary(texts, least=1, most=1).features == ("lampu",)
    assert "padam" not in stem_vocabulary(texts, least=2, most=10).features
    assert all(piece in " lampu " for piece in piece_vocabulary(texts, least=3, most=100).features)


def test_a_read_text_has_length_one_and_its_rarer_words_weigh_more() -> None:
    known = stem_vocabulary([["lampu", "padam"], ["lampu"], ["lampu", "x"]], least=1, most=10)
    numbers, weights = read_stems(known, ["lampu", "padam", "unknown"])
    weight = dict(zip([known.features[number] for number in numbers], weights.tolist(), strict=True))
    assert weight["padam"] > weight["lampu"] > 0
    assert float(np.square(weights).sum()) == pytest.approx(1.0, abs=1e-5)
