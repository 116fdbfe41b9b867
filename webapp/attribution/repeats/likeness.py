"""How alike two complaints are, 0 to 1, and in what way: same words, same place, few days apart. Pure.

The measure joins the words they share (rare ones count more), the pieces of words they share (misspelling), how much of
the shorter one is in the longer one, whether they are about the same place, whether they name the same spots, and how
many days lie between them. Its weights were set on pairs labelled by hand (docs/duplicates.md says by which rule); a
value of .5 means: as likely the same matter as not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from webapp.attribution.repeats.reading import Reading

#: Days beyond which two complaints are no repeats of each other.
LONGEST_GAP = 30.0
#: From this likeness on two complaints are shown to the staff as likely about the same matter.
LIKELY = 0.5
#: From this one on it is told to a citizen who is about to send: nearly always right.
SURE = 0.8
#: Metres within which two positions are one place, and beyond which they are two.
NEAR, FAR = 40.0, 200.0

_WORDS, _GRAMS, _CONTAINED = 0.4, 0.4, 0.2
#: The same place; the same unit, or near by; nothing known; another unit. Another place counts nothing.
_SAME_PLACE, _SAME_UNIT, _UNKNOWN_PLACE, _OTHER_UNIT = 0.2, 0.15, 0.1, 0.05
_DAYS = 0.35
_SAME_SPOTS, _SPOTS_EXPECTED, _ONE_SPOT = 0.5, 0.7, 0.15
_OTHER_LABEL, _OTHER_NUMBERS = 0.5, 0.1
#: Few words that name no spot are said everywhere, and at one place they are said again after some days.
_FEW_WORDS, _SAID_EVERYWHERE, _SAID_OFTEN, _FEW_DAYS = 8, 0.45, 0.2, 7.0
#: The score that is as likely the same matter as not, and how fast it turns.
_MIDDLE, _STEEP = 0.62, 12.0
#: The same text in two places is one matter only where it is too long to be said twice by chance.
_BY_CHANCE = 60
#: More than so much of the shorter address is in the other where both are one.
_SAME_ADDRESS = 0.6
#: Words shared by part of the texts beyond which they tell the matter by themselves.
_ALIKE = 0.45


class How(StrEnum):
    """In what way two complaints are alike."""

    SAME_TEXT = "same_text"
    #: The same case in other words.
    ALIKE = "alike"
    #: Another text, at the same place within days.
    SAME_PLACE = "same_place"


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike, 0 to 1, and in what way."""

    value: float
    how: How


@dataclass(frozen=True, slots=True)
class Rarity:
    """How telling words are: in how many of `texts` each was found. Nothing known: every word tells as much."""

    texts: int = 0
    found: Mapping[str, int] = field(default_factory=dict)

    def of(self, word: str) -> float:
        """The weight of a word, above 0. Numbers and short words, which are not counted, weigh as middling ones."""
        if self.texts <= 0:
            return 1.0
        counted = len(word) > 3 and not word.isdigit()
        texts = self.found.get(word, 0) if counted else self.texts // 50
        return math.log1p((self.texts + 1) / (min(texts, self.texts) + 1))


@dataclass(frozen=True, slots=True)
class Weighed:
    """A reading with its words weighed, for comparing it with several others."""

    reading: Reading
    words: Mapping[str, float]
    #: Squared lengths of its words and of its grams; the weight of its words, each counted once.
    words_length: float
    grams_length: int
    weight: float


def weigh(reading: Reading, rarity: Rarity) -> Weighed:
    """A reading with its words weighed by how rare they are."""
    rare = {word: rarity.of(word) for word in reading.words}
    words = {word: (1.0 + math.log(count)) * rare[word] for word, count in reading.words.items()}
    return Weighed(
        reading=reading,
        words=words,
        # fsum: the sum is the same in whichever order the words come, so the measure is the same either way round.
        words_length=math.fsum(weight * weight for weight in words.values()),
        grams_length=sum(count * count for count in reading.grams.values()),
        weight=math.fsum(rare.values()),
    )


def likeness(one: Reading, other: Reading, rarity: Rarity) -> Likeness:
    """How alike two complaints are; the same either way round, 1 for the same text about the same place."""
    return compare(weigh(one, rarity), weigh(other, rarity), rarity)


def compare(mine: Weighed, theirs: Weighed, rarity: Rarity) -> Likeness:
    """As `likeness`, of readings that were weighed before by this rarity."""
    one, other = mine.reading, theirs.reading
    place = _place(one, other)
    if one.spelled and one.spelled == other.spelled and (place >= _SAME_UNIT or len(one.spelled) >= _BY_CHANCE):
        return Likeness(1.0, How.SAME_TEXT)
    days = abs((one.matter.filed_at - other.matter.filed_at).total_seconds()) / 86400
    both = mine.words.keys() & theirs.words.keys()
    words = _cosine(
        math.fsum(mine.words[word] * theirs.words[word] for word in both), mine.words_length * theirs.words_length
    )
    grams = _cosine(
        sum(one.grams[gram] * other.grams[gram] for gram in one.grams.keys() & other.grams.keys()),
        mine.grams_length * theirs.grams_length,
    )
    shorter = min(mine.weight, theirs.weight)
    score = (
        _WORDS * words
        + _GRAMS * grams
        + _CONTAINED * (math.fsum(map(rarity.of, both)) / shorter if shorter > 0 else 0.0)
        + place
        + _spots(one, other, rarity)
        - _DAYS * math.sqrt(min(days / LONGEST_GAP, 1.0))
    )
    if min(one.words.total(), other.words.total()) < _FEW_WORDS and not (one.spots and other.spots):
        score -= _SAID_EVERYWHERE if place == 0.0 else _SAID_OFTEN * min(days / _FEW_DAYS, 1.0)
    value = 1.0 / (1.0 + math.exp(-_STEEP * (score - _MIDDLE)))
    alike = (words + grams) / 2 >= _ALIKE or place < _SAME_PLACE
    return Likeness(min(value, 0.999), How.ALIKE if alike else How.SAME_PLACE)


def _cosine(shared: float, lengths: float) -> float:
    return min(shared / math.sqrt(lengths), 1.0) if lengths > 0 else 0.0


def _place(one: Reading, other: Reading) -> float:
    """What the places count: the same, not known, another (0)."""
    here, there = one.matter.position, other.matter.position
    if here is not None and there is not None:
        apart = _metres(here, there)
        if apart <= NEAR or apart > FAR:
            return _SAME_PLACE if apart <= NEAR else 0.0
        return _UNKNOWN_PLACE
    if one.place and other.place:
        return _SAME_PLACE if _same_address(one.place, other.place) else 0.0
    if one.matter.unit_id is None or other.matter.unit_id is None:
        return _UNKNOWN_PLACE
    if one.matter.unit_id != other.matter.unit_id:
        return _OTHER_UNIT
    return _SAME_PLACE if one.matter.service_id == other.matter.service_id is not None else _SAME_UNIT


def _same_address(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two stated places are one: most words in common, and no other house number."""
    numbers = [{word for word in words if word.isdigit()} for words in (one, other)]
    if all(numbers) and numbers[0].isdisjoint(numbers[1]):
        return False
    return len(one & other) > _SAME_ADDRESS * min(len(one), len(other))


def _spots(one: Reading, other: Reading, rarity: Rarity) -> float:
    """What the spots count that the texts name: the same ones, other ones, or only one of them names any."""
    counts = 0.0
    if one.spots and other.spots:
        smaller = min(math.fsum(map(rarity.of, spots)) for spots in (one.spots, other.spots))
        shared = math.fsum(map(rarity.of, one.spots & other.spots)) / smaller
        counts += _SAME_SPOTS * (min(shared, 1.0) - _SPOTS_EXPECTED)
    elif one.spots or other.spots:
        counts -= _ONE_SPOT
    labels = {label for label, _ in one.labelled} & {label for label, _ in other.labelled}
    if any(_numbers(one, label).isdisjoint(_numbers(other, label)) for label in labels):
        counts -= _OTHER_LABEL
    if one.numbers and other.numbers and not (one.numbers <= other.numbers or other.numbers <= one.numbers):
        counts -= _OTHER_NUMBERS
    return counts


def _numbers(reading: Reading, label: str) -> set[str]:
    return {number for labelled, number in reading.labelled if labelled == label}


def _metres(here: tuple[float, float], there: tuple[float, float]) -> float:
    """How far two positions are apart; flat, which is right within a city."""
    north = (here[0] - there[0]) * 111_320.0
    east = (here[1] - there[1]) * 111_320.0 * math.cos(math.radians((here[0] + there[0]) / 2))
    return math.hypot(north, east)
