"""The router: learned from decided cases, and from the catalogue where there are few or none."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from webapp.attribution.routing.calibration import UNTURNED, blend, fit_blend, fit_top, turn_top
from webapp.attribution.routing.cases import Candidate, CatalogueUnit, DecidedCase, Routed, Said
from webapp.attribution.routing.cold_start import ColdStart, Heard, learn_cold_start, spoken_for
from webapp.attribution.routing.features import Token, tokens
from webapp.attribution.routing.model_file import Content, read, write
from webapp.attribution.routing.places import PlaceClass, classes_of, shares
from webapp.attribution.routing.text_model import TextModel, learn_text

Table = npt.NDArray[np.float64]

#: Most candidates of an answer, and most words shown for each.
CANDIDATES, WORDS_SHOWN = 5, 8
#: A candidate with less is not worth showing.
LEAST_SHARE = 0.005
#: What a word must say for a unit to be shown.
LEAST_SPOKEN = 0.01
#: The router abstains where the likeliest unit has less than this share. It asks for more, up to SUREST, where it would
#: otherwise be sure of more than SURE_PART of the cases.
SURE, SUREST, SURE_PART = 0.7, 0.9, 0.7
#: Below this share of the likeliest topic nothing is said of topics.
SURE_OF_TOPIC = 0.6
#: Fewer decided cases teach nothing that the catalogue does not say better.
LEAST_CASES = 20
#: The catalogue counts like so many cases for units that have few.
CATALOGUE_CASES = 30.0
#: Powers of what was learned and of the catalogue before cases have said better.
POWERS = (1.0, 0.35)
#: A case weighs half of one that was decided so many cases later, but never less than LEAST_WEIGHT.
HALF_LIFE, LEAST_WEIGHT = 4000.0, 0.5


class Router:
    """Says for which unit a complaint is. Made by `learn` or `from_bytes`."""

    version: str

    def __init__(self, content: Content) -> None:
        self._classes: tuple[PlaceClass, ...] = content.classes
        self._cold: ColdStart = content.cold
        self._model: TextModel | None = content.model
        self._powers = content.powers
        self._turn = content.turn
        self._cases = content.cases
        self._sure_from = content.sure_from
        self._class_of = {unit: number for number, one in enumerate(self._classes) for unit in one.units}
        self._bytes = write(content)
        self.version = hashlib.sha256(self._bytes).hexdigest()[:16]

    @classmethod
    def learn(cls, cases: Sequence[DecidedCase], catalogue: Sequence[CatalogueUnit]) -> Router:
        """A router that knows the catalogue, and the decided cases (oldest first) where there are any.

        Cases of units that are not in the catalogue teach nothing. The same input gives the same router.
        """
        classes = classes_of(catalogue)
        cold = learn_cold_start(catalogue, classes)
        number_of = {unit: number for number, one in enumerate(classes) for unit in one.units}
        usable = [case for case in cases if case.unit in number_of]
        truth = np.array([number_of[case.unit] for case in usable], dtype=np.int64)
        if len(usable) < LEAST_CASES or len(np.unique(truth)) < 2:
            return cls(Content(classes, cold, None, (0.0, 1.0), UNTURNED, 0, SURE))
        texts = [tokens(case.said.text) for case in usable]
        age = np.arange(len(usable), dtype=np.float64)[::-1]
        learned = learn_text(
            texts, truth, [case.topic for case in usable], np.maximum(0.5 ** (age / HALF_LIFE), LEAST_WEIGHT)
        )
        counts = np.bincount(truth, minlength=len(classes))
        by_catalogue = np.array([cold.shares(cold.heard(texts[number])) for number in learned.held])
        by_cases = _all_classes(learned.held_shares, learned.model, by_catalogue, int(counts.sum()))
        powers = fit_blend(by_cases, by_catalogue, truth[learned.held], POWERS)
        blended = blend(by_cases, by_catalogue, powers)
        turn = fit_top(blended, truth[learned.held])
        surest = np.quantile(turn_top(blended, turn).max(axis=1), 1.0 - SURE_PART)
        sure_from = round(float(np.clip(surest, SURE, SUREST)), 4)
        return cls(Content(classes, cold, learned.model, powers, turn, len(usable), sure_from))

    def route(self, said: Sequence[Said]) -> list[Routed]:
        """Candidates of each complaint, with the words that spoke for them."""
        return [self._route(one) for one in said]

    def topics(self, said: Sequence[Said]) -> list[tuple[str, float] | None]:
        """The likeliest topic of each complaint with its probability, None where unsure or no topic was learned."""
        return [self._topic(one) for one in said]

    def same_matters(self, unit: str, other: str) -> bool:
        """Whether two units are one for the text: the same, or told apart by their place only."""
        return unit == other or self._class_of.get(unit, -1) == self._class_of.get(other, -2)

    def to_bytes(self) -> bytes:
        """The router as a file: no code, no texts, only its vocabulary and numbers."""
        return self._bytes

    @classmethod
    def from_bytes(cls, content: bytes) -> Router:
        """The router that `to_bytes` wrote.

        Raises:
            UnreadableModel: anything else.
        """
        return cls(read(content))

    def _shares(self, text: Sequence[Token], heard: Sequence[Heard]) -> Table:
        catalogue = self._cold.shares(heard)
        if self._model is None:
            return catalogue
        learned, _ = self._model.shares(text)
        rows = _all_classes(learned[None, :], self._model, catalogue[None, :], self._cases)
        return np.asarray(turn_top(blend(rows, catalogue[None, :], self._powers), self._turn)[0])

    def _route(self, said: Said) -> Routed:
        if not self._classes:
            return Routed((), 1.0, False)
        text = tokens(said.text)
        heard = self._cold.heard(text)
        chances = self._shares(text, heard)
        found: list[tuple[float, str, int]] = []
        for number in np.argsort(-chances, kind="stable")[:CANDIDATES].tolist():
            for unit, share in shares(self._classes[number], said.text, said.place).items():
                found.append((float(chances[number]) * share, unit, number))
        found.sort(key=lambda entry: (-entry[0], entry[1]))
        shown = [entry for entry in found[:CANDIDATES] if entry[0] >= LEAST_SHARE]
        words = self._words(said.text, text, heard, [number for _, _, number in shown])
        candidates = tuple(
            Candidate(unit, probability, spoken) for (probability, unit, _), spoken in zip(shown, words, strict=True)
        )
        unknown = max(0.0, 1.0 - sum(candidate.probability for candidate in candidates))
        return Routed(candidates, unknown, bool(candidates) and candidates[0].probability >= self._sure_from)

    def _words(
        self, text: str, read: Sequence[Token], heard: Sequence[Heard], numbers: Sequence[int]
    ) -> list[tuple[tuple[str, float], ...]]:
        """For each class of `numbers` the words of the text that spoke for it rather than for the others."""
        if not read or not numbers:
            return [() for _ in numbers]
        spoken = spoken_for(heard, len(read), numbers) * (self._powers[1] if self._model else 1.0)
        if self._model is not None:
            places = np.searchsorted(self._model.units, numbers)
            places = np.minimum(places, len(self._model.units) - 1)
            known = self._model.units[places] == numbers
            spoken += self._powers[0] * self._model.spoken_for(read, places.astype(np.int32)) * known
        return [_strongest(text, read, spoken[:, column]) for column in range(len(numbers))]

    def _topic(self, said: Said) -> tuple[str, float] | None:
        if self._model is None or not self._model.topics:
            return None
        _, labels = self._model.shares(tokens(said.text))
        named = self._model.label_topics >= 0
        summed = np.bincount(self._model.label_topics[named], weights=labels[named], minlength=len(self._model.topics))
        best = int(summed.argmax())
        return (self._model.topics[best], float(summed[best])) if summed[best] >= SURE_OF_TOPIC else None


def _all_classes(shares_learned: Table, model: TextModel, catalogue: Table, cases: int) -> Table:
    """Shares of the learned classes as shares of all, the catalogue's opinion counting like CATALOGUE_CASES cases."""
    spread = np.zeros_like(catalogue)
    spread[:, model.units] = shares_learned
    return np.asarray((cases * spread + CATALOGUE_CASES * catalogue) / (cases + CATALOGUE_CASES))


def _strongest(text: str, read: Sequence[Token], spoken: Table) -> tuple[tuple[str, float], ...]:
    found: dict[str, float] = {}
    for row in np.argsort(-spoken, kind="stable").tolist():
        value = float(spoken[row])
        if value < LEAST_SPOKEN or len(found) == WORDS_SHOWN:
            break
        found.setdefault(text[read[row].start : read[row].end], round(value, 4))
    return tuple(found.items())
