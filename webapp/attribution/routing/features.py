"""A text as numbers: words and pairs of words, and pieces of words, weighed by how telling they are.

Everything that is counted belongs to a word of the text, so that what spoke for a unit can be marked in it. A feature
enters a vocabulary only when enough different complaints have it: names of people are rare, and stay out.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

Indexes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]

_WORD = re.compile(r"[a-z]+|[0-9]+")
#: What masking leaves behind says that something was there, not what the complaint is about.
_MASK = re.compile(r"\[[^\[\]]{1,40}\]")
_STRESSED = re.compile(r"([a-z])\1{2,}")
_BEFORE = re.compile(r"^(?:di|ke|se|ber|ter|per|pem|peng|pen|pe|mem|meng|men|me)(?=[a-z]{4,})")
_AFTER = re.compile(r"(?<=[a-z]{4})(?:nya|kan|lah|an|i)$")
#: Pieces of words: from so many letters to so many, the blanks at both ends of the word included.
SHORTEST_PIECE, LONGEST_PIECE = 3, 5
#: A longer word is no word.
LONGEST_WORD = 30
#: Known pieces are remembered for so many words.
REMEMBERED = 30_000


@dataclass(frozen=True, slots=True)
class Token:
    """A word as the router reads it (its written-out form, its stem), and where it stands in the text."""

    word: str
    stem: str
    start: int
    end: int


def plain(text: str) -> str:
    """`text` in small Latin letters without accents, of the very same length, masks blanked."""
    small = text if text.isascii() else "".join(_folded(letter) for letter in text)
    return _MASK.sub(lambda mask: " " * len(mask[0]), small.lower())


@lru_cache(maxsize=4096)
def _folded(letter: str) -> str:
    base = unicodedata.normalize("NFKD", letter)[0].lower()
    return base if len(base) == 1 else " "


def tokens(text: str) -> list[Token]:
    """The words of a text in their order. Of numbers only the length stays, letters repeated for stress count once."""
    found = []
    for match in _WORD.finditer(plain(text)):
        word = _read_word(match[0][:LONGEST_WORD])
        found.append(Token(word, stem(word), match.start(), match.end()))
    return found


@lru_cache(maxsize=REMEMBERED)
def _read_word(word: str) -> str:
    if word[0].isdigit():
        return "0" * min(len(word), 4)
    word = _STRESSED.sub(r"\1", word)
    return _informal().get(word, word)


@lru_cache(maxsize=REMEMBERED)
def stem(word: str) -> str:
    """A word without its commonest endings and beginning. Rough: what it cuts too short, pieces of words make good."""
    shorter = _AFTER.sub("", _AFTER.sub("", word))
    return _BEFORE.sub("", shorter)


@cache
def _informal() -> dict[str, str]:
    content = files(__package__).joinpath("informal.toml").read_text(encoding="utf-8")
    words: dict[str, str] = tomllib.loads(content)["words"]
    return words


def stems_and_pairs(stems: Sequence[str]) -> list[str]:
    """The stems, and each two that follow each other."""
    return [*stems, *(f"{first} {second}" for first, second in pairwise(stems))]


def pieces(word: str) -> list[str]:
    """The pieces of a word."""
    edged = f" {word} "
    return [
        edged[start : start + size]
        for size in range(SHORTEST_PIECE, LONGEST_PIECE + 1)
        for start in range(len(edged) - size + 1)
    ]


def pieces_in(letters: int) -> int:
    """How many pieces a word of so many letters has."""
    return sum(max(0, letters + 3 - size) for size in range(SHORTEST_PIECE, LONGEST_PIECE + 1))


@dataclass(slots=True)
class Vocabulary:
    """The features that a model knows, in the order of the alphabet, with how telling each is."""

    features: tuple[str, ...]
    telling: Floats
    _index: dict[str, int] = field(init=False, repr=False)
    _pieces: dict[str, Indexes] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._index = {feature: number for number, feature in enumerate(self.features)}
        self._pieces = {}

    def number(self, feature: str) -> int | None:
        """The number of a feature, None where it is not known."""
        return self._index.get(feature)

    def numbers(self, features: Iterable[str]) -> Indexes:
        """The numbers of the known ones among features."""
        index = self._index
        return np.array([index[feature] for feature in features if feature in index], dtype=np.int32)

    def pieces_of(self, word: str) -> Indexes:
        """The known pieces of a word; remembered, as words come again."""
        known = self._pieces.get(word)
        if known is None:
            known = self.numbers(pieces(word))
            if len(self._pieces) < REMEMBERED:
                self._pieces[word] = known
        return known

    def weigh(self, numbers: Indexes) -> tuple[Indexes, Floats]:
        """Features as they come in a text, each once with its weight; all weights together have length 1."""
        known, counts = np.unique(numbers, return_counts=True)
        weights = (1.0 + np.log(counts)).astype(np.float32) * self.telling[known]
        length = float(np.sqrt(np.dot(weights, weights)))
        return known.astype(np.int32), weights / np.float32(length) if length else weights


def read_stems(vocabulary: Vocabulary, stems: Sequence[str]) -> tuple[Indexes, Floats]:
    """A text as stems and pairs."""
    return vocabulary.weigh(vocabulary.numbers(stems_and_pairs(stems)))


def read_pieces(vocabulary: Vocabulary, words: Sequence[str]) -> tuple[Indexes, Floats]:
    """A text as pieces of words."""
    if not words:
        return np.zeros(0, np.int32), np.zeros(0, np.float32)
    return vocabulary.weigh(np.concatenate([vocabulary.pieces_of(word) for word in words]))


def stem_vocabulary(texts: Sequence[Sequence[str]], least: int, most: int) -> Vocabulary:
    """Stems and pairs that at least `least` different texts have, the `most` frequent of them."""
    different = sorted({tuple(stems) for stems in texts})
    counts: Counter[str] = Counter()
    for stems in different:
        counts.update(set(stems_and_pairs(stems)))
    return _vocabulary(counts, len(different), least, most)


def piece_vocabulary(texts: Sequence[Sequence[str]], least: int, most: int) -> Vocabulary:
    """Pieces of words that at least `least` different texts have, the `most` frequent of them."""
    different = sorted({tuple(sorted(set(words))) for words in texts})
    remembered: dict[str, list[str]] = {}
    counts: Counter[str] = Counter()
    for words in different:
        had: set[str] = set()
        for word in words:
            if word not in remembered:
                remembered[word] = pieces(word)
            had.update(remembered[word])
        counts.update(had)
    return _vocabulary(counts, len(different), least, most)


def _vocabulary(counts: Counter[str], texts: int, least: int, most: int) -> Vocabulary:
    kept = sorted(
        ((feature, count) for feature, count in counts.items() if count >= least),
        key=lambda entry: (-entry[1], entry[0]),
    )[:most]
    kept.sort()
    frequency = np.array([count for _, count in kept], dtype=np.float64)
    telling = np.log((1.0 + texts) / (1.0 + frequency)) + 1.0
    return Vocabulary(tuple(feature for feature, _ in kept), telling.astype(np.float32))


def as_matrix(rows: Sequence[tuple[Indexes, Floats]], width: int) -> Any:
    """Read texts as the rows of a scipy matrix."""
    from scipy.sparse import csr_matrix

    ends = np.cumsum([0, *(len(numbers) for numbers, _ in rows)])
    numbers = np.concatenate([row[0] for row in rows]) if rows else np.zeros(0, np.int32)
    weights = np.concatenate([row[1] for row in rows]) if rows else np.zeros(0, np.float32)
    return csr_matrix((weights, numbers, ends), shape=(len(rows), width))
