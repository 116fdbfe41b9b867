"""Routing without a decided case: what the catalogue and general knowledge of municipal duties say.

The words come from the names of units, of their services and topics, and from duties.toml: what an office of that name
does in an Indonesian city. Nothing in it is learned from anybody's complaints.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from webapp.attribution.routing.calibration import softmax
from webapp.attribution.routing.cases import CatalogueUnit
from webapp.attribution.routing.features import Token, stem, tokens
from webapp.attribution.routing.places import PlaceClass

#: A phrase is at most so many words.
LONGEST_PHRASE = 3
#: How much a duty's phrase, a name of the catalogue as a whole, and a single word out of such a name speak.
DUTY, WHOLE_NAME, NAME_WORD = 1.0, 1.6, 0.5
#: A phrase of two words says more than the two words.
LONGER = 0.6
#: How sharply sums of words become shares.
SHARPNESS = 0.5
#: Words that stand in names of units and services, but tell nothing apart.
_EMPTY = frozenset(
    stem(word)
    for word in (
        "badan",
        "bagian",
        "baru",
        "daerah",
        "dan",
        "dari",
        "di",
        "dinas",
        "informasi",
        "kabupaten",
        "kantor",
        "ke",
        "kota",
        "lain",
        "layanan",
        "pelayanan",
        "pemerintah",
        "penerbitan",
        "pengurusan",
        "permohonan",
        "serta",
        "unit",
        "untuk",
        "yang",
    )
)


class Heard(NamedTuple):
    """A phrase of a text that says something: its first word's place, its length, and what it says for classes."""

    phrase: str
    start: int
    size: int
    said: Mapping[int, float]


@dataclass(frozen=True, slots=True)
class ColdStart:
    """Phrases of stems with what each says for each class, and what is expected before anything is read."""

    weights: Mapping[str, Mapping[int, float]]
    before: npt.NDArray[np.float64]

    def heard(self, read: Sequence[Token]) -> list[Heard]:
        """The phrases of a text that say something, where they stand."""
        stems = [token.stem for token in read]
        found = []
        for start, stem_there in enumerate(stems):
            phrase = stem_there
            for size in range(1, LONGEST_PHRASE + 1):
                said = self.weights.get(phrase)
                if said is not None:
                    found.append(Heard(phrase, start, size, said))
                if start + size == len(stems):
                    break
                phrase = f"{phrase} {stems[start + size]}"
        return found

    def shares(self, heard: Sequence[Heard]) -> npt.NDArray[np.float64]:
        """Shares of all classes for what was heard; a phrase counts once."""
        scores = self.before.copy()
        for phrase in {one.phrase: one for one in heard}.values():
            for number, weight in phrase.said.items():
                scores[number] += SHARPNESS * weight
        return np.asarray(softmax(scores[None, :])[0])


def spoken_for(heard: Sequence[Heard], words: int, numbers: Sequence[int]) -> npt.NDArray[np.float64]:
    """How much each of so many words of a text speaks for each class: rows are words, columns those of `numbers`."""
    spoken = np.zeros((words, len(numbers)))
    for one in heard:
        for column, number in enumerate(numbers):
            weight = one.said.get(number)
            if weight is not None:
                spoken[one.start : one.start + one.size, column] += weight / one.size
    return spoken


def learn_cold_start(catalogue: Sequence[CatalogueUnit], classes: Sequence[PlaceClass]) -> ColdStart:
    """What is known of the classes before the agency has decided anything."""
    number_of = {unit: number for number, one in enumerate(classes) for unit in one.units}
    said: dict[str, dict[int, float]] = {}
    before = np.zeros(len(classes))
    for unit in sorted(catalogue, key=lambda unit: unit.id):
        number = number_of[unit.id]
        name = classes[number].kind or unit.name
        before[number] = math.log(_volume(name))
        for phrase in _duty_phrases(name):
            _say(said, phrase, number, DUTY)
        for names in ((name,), unit.services, unit.topics):
            for one in names:
                stems = _stems(one)
                if 1 < len(stems) <= LONGEST_PHRASE:
                    _say(said, " ".join(stems), number, WHOLE_NAME)
                for word in stems:
                    if word not in _EMPTY and len(word) > 2 and not word.startswith("0"):
                        _say(said, word, number, NAME_WORD if len(stems) > 1 else WHOLE_NAME)
    return ColdStart(
        {phrase: _telling(phrase, having, len(classes)) for phrase, having in sorted(said.items())}, before
    )


def _say(said: dict[str, dict[int, float]], phrase: str, number: int, weight: float) -> None:
    having = said.setdefault(phrase, {})
    having[number] = max(having.get(number, 0.0), weight)


def _telling(phrase: str, having: Mapping[int, float], classes: int) -> dict[int, float]:
    """Weights by how few classes share the phrase, and by its length."""
    factor = math.log(1.0 + classes / len(having)) * (1.0 + LONGER * phrase.count(" "))
    return {number: round(weight * factor, 4) for number, weight in sorted(having.items())}


def _stems(name: str) -> list[str]:
    return [token.stem for token in tokens(name)]


def _duty_phrases(name: str) -> set[str]:
    stems = set(_stems(name))
    found: set[str] = set()
    for offices, _, words in _duties():
        if any(office <= stems for office in offices):
            found |= words
    return found


def _volume(name: str) -> float:
    """How much a city hears of an office of this name, against an average one: of several duties the largest."""
    stems = set(_stems(name))
    return max((volume for offices, volume, _ in _duties() if any(office <= stems for office in offices)), default=0.3)


@cache
def _duties() -> tuple[tuple[tuple[frozenset[str], ...], float, frozenset[str]], ...]:
    content = files(__package__).joinpath("duties.toml").read_text(encoding="utf-8")
    return tuple(
        (
            tuple(frozenset(_stems(office)) for office in row["office"]),
            float(row["volume"]),
            frozenset(" ".join(_stems(phrase)) for phrase in row["words"]),
        )
        for row in tomllib.loads(content)["duty"]
    )
