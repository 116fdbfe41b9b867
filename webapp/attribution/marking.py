"""Words that spoke for a unit, marked where they stand in the text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a text, with the numbers of the candidates that it spoke for; none where it spoke for nobody."""

    text: str
    numbers: tuple[int, ...] = ()


def mark_words(text: str, spoken: Mapping[int, Sequence[str]]) -> tuple[Piece, ...]:
    """The text in pieces, which joined are the text again; `spoken` are words by the number of their candidate.

    A word is found wherever it stands as a whole, in small or capital letters.
    """
    numbers: dict[str, set[int]] = {}
    for number, words in spoken.items():
        for word in words:
            if word.strip():
                numbers.setdefault(word.casefold(), set()).add(number)
    if not numbers:
        return (Piece(text),) if text else ()
    longest_first = sorted(numbers, key=lambda word: (-len(word), word))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)", re.IGNORECASE)
    pieces: list[Piece] = []
    end = 0
    for match in pattern.finditer(text):
        if match.start() > end:
            pieces.append(Piece(text[end : match.start()]))
        pieces.append(Piece(match[0], tuple(sorted(numbers.get(match[0].casefold(), ())))))
        end = match.end()
    if end < len(text):
        pieces.append(Piece(text[end:]))
    return tuple(pieces)
