"""A text as numbers: words, pairs of words and pieces of words, weighed by how telling they are.

Everything that is counted belongs to a word of the text, so that what spoke for a unit can be marked in it. A feature
enters the vocabulary only when enough different complaints have it: names of people are rare, and stay out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Indexes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

_WORD = re.compile(r"[a-z]+|[0-9]+")
#: What masking leaves behind says that something was there, not what the complaint is about.
_MASK = re.compile(r"\[[^\[\]]{1,40}\]")
_LONG_REPEAT = re.compile(r"([a-z])\1{2,}")
#: Pieces of words: from so many letters to so many, blanks at both ends of the word included.
PIECES = (3, 5)
#: A longer word is no word.
LONGEST_WORD = 30
WORDS, PAIRS, PARTS = "w", "b", "c"


@dataclass(frozen=True, slots=True)
class Token:
    """A word as the router reads it, and where it stands in the text."""

    word: str
    start: int
    end: int


def plain(text: str) -> str:
    """`text` in small Latin letters without accents, of the very same length, masks blanked."""
    folded = "".join(_folded(letter) for letter in text)
    return _MASK.sub(lambda mask: " " * len(mask[0]), folded)


def _folded(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[0].lower()
    return base if len(base) == 1 else letter


def tokens(text: str) -> list[Token]:
    """The words of a text in their order; numbers only by their length, letters repeated for stress once."""
    found = []
    for match in _WORD.finditer(plain(text)):
        word = match[0][:LONGEST_WORD]
        word = "0" * min(len(word), 4) if word[0].isdigit() else _LONG_REPEAT.sub(r"\1", word)
        found.append(Token(word, match.start(), match.end()))
    return found


def pieces(word: str) -> list[str]:
    """The pieces of a word, each marked as such."""
    edged = f" {word} "
    shortest, longest = PIECES
    return [
        PARTS + edged[start : start + size]
        for size in range(shortest, longest + 1)
        for start in range(len(edged) - size + 1)
    ]


@dataclass(slots=True)
class Vocabulary:
    """The features that a model knows, each with how telling it is (inverse document frequency)."""

    features: tuple[str, ...]
    telling: Floats
    _index: dict[str, int] = field(init=False, repr=False)
    _pieces: dict[str, Indexes] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._index = {feature: number for number, feature in enumerate(self.features)}
        self._pieces = {}

    def pieces_of(self, word: str) -> Indexes:
        """The known pieces of a word, as numbers; remembered, as words come again."""
        known = self._pieces.get(word)
        if known is None:
            index = self._index
            known = np.array([index[piece] for piece in pieces(word) if piece in index], dtype=np.int32)
            if len(self._pieces) < 50_000:
                self._pieces[word] = known
        return known

    def read(self, words: Sequence[str]) -> tuple[Indexes, Floats]:
        """Features of a text's words and their weights: each group of features has length 1."""
        index = self._index
        whole = [index[WORDS + word] for word in words if WORDS + word in index]
        pairs = [index[pair] for pair in pairs_of(words) if pair in index]
        parts = [self.pieces_of(word) for word in words]
        read = [self._weighed(np.array(whole + pairs, dtype=np.int32))]
        if parts:
            read.append(self._weighed(np.concatenate(parts)))
        return np.concatenate([numbers for numbers, _ in read]), np.concatenate([weights for _, weights in read])

    def _weighed(self, numbers: Indexes) -> tuple[Indexes, Floats]:
        known, counts = np.unique(numbers, return_counts=True)
        weights = (1.0 + np.log(counts)).astype(np.float32) * self.telling[known]
        length = float(np.sqrt(np.dot(weights, weights)))
        return known.astype(np.int32), weights / np.float32(length) if length else weights


def pairs_of(words: Sequence[str]) -> list[str]:
    """Words that follow each other, each pair marked as such."""
    return [f"{PAIRS}{first} {second}" for first, second in pairwise(words)]


def build_vocabulary(texts: Sequence[Sequence[str]], least_words: int, least_pieces: int) -> Vocabulary:
    """The features that enough different texts have, in the order of the alphabet.

    `least_words`: different texts a word or pair must stand in; `least_pieces`: the same for pieces of words.
    """
    from collections import Counter

    different = sorted({tuple(words) for words in texts})
    whole: Counter[str] = Counter()
    parts: Counter[str] = Counter()
    remembered: dict[str, list[str]] = {}
    for words in different:
        whole.update({WORDS + word for word in words} | set(pairs_of(words)))
        had: set[str] = set()
        for word in set(words):
            if word not in remembered:
                remembered[word] = pieces(word)
            had.update(remembered[word])
        parts.update(had)
    kept = {feature: count for feature, count in whole.items() if count >= least_words}
    kept |= {feature: count for feature, count in parts.items() if count >= least_pieces}
    features = tuple(sorted(kept))
    frequency = np.array([kept[feature] for feature in features], dtype=np.float64)
    telling = np.log((1.0 + len(different)) / (1.0 + frequency)) + 1.0
    return Vocabulary(features, telling.astype(np.float32))


def matrix(vocabulary: Vocabulary, texts: Sequence[Sequence[str]]) -> Any:
    """The texts as rows of a scipy matrix."""
    from scipy.sparse import csr_matrix

    rows = [vocabulary.read(words) for words in texts]
    ends = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
    numbers = np.concatenate([row[0] for row in rows]) if rows else np.zeros(0, np.int32)
    weights = np.concatenate([row[1] for row in rows]) if rows else np.zeros(0, np.float32)
    return csr_matrix((weights, numbers, ends), shape=(len(rows), len(vocabulary.features)))
