"""The router: learned from decided cases, from the catalogue alone where there are none."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from webapp.attribution.routing.calibration import fit_temperature, softmax
from webapp.attribution.routing.cases import Candidate, CatalogueUnit, DecidedCase, Routed, Said, UnreadableModel
from webapp.attribution.routing.cold_start import ColdStart, learn_cold_start
from webapp.attribution.routing.features import Token, Vocabulary, build_vocabulary, matrix, tokens
from webapp.attribution.routing.places import PlaceClass, classes_of, shares

FORMAT = "tanggap-routing-1"
CANDIDATES = 5
WORDS_SHOWN = 8
#: Below this share of the likeliest unit the router abstains.
SURE = 0.7
#: Decided cases that weigh as much as the catalogue.
CATALOGUE_WEIGHT = 200.0
LEAST_WORDS, LEAST_PIECES = 4, 6
LEAST_CASES = 20
FOLDS = 4


@dataclass(frozen=True, slots=True)
class TextModel:
    """A linear model over the vocabulary: weights of each feature for each class that has decided cases."""

    vocabulary: Vocabulary
    classes: npt.NDArray[np.int32]
    weights: npt.NDArray[np.float32]
    offsets: npt.NDArray[np.float32]
    temperature: float


class Router:
    """Says for which unit a complaint is. Made by `learn` or `from_bytes`."""

    version: str

    def __init__(
        self,
        classes: tuple[PlaceClass, ...],
        cold: ColdStart,
        model: TextModel | None,
        cases: int,
        topics: tuple[str, ...],
    ) -> None:
        self._classes = classes
        self._cold = cold
        self._model = model
        self._cases = cases
        self._topics = topics
        self.version = hashlib.sha256(self._content()).hexdigest()[:16]

    @classmethod
    def learn(cls, cases: Sequence[DecidedCase], catalogue: Sequence[CatalogueUnit]) -> Router:
        """A router that knows the catalogue, and the decided cases (oldest first) where there are any.

        Cases of units that are not in the catalogue teach nothing.
        """
        classes = classes_of(catalogue)
        number_of = {unit: number for number, one in enumerate(classes) for unit in one.units}
        usable = [case for case in cases if case.unit in number_of]
        words = [[token.word for token in tokens(case.said.text)] for case in usable]
        truth = np.array([number_of[case.unit] for case in usable], dtype=np.int64)
        model = _learn_text(words, truth) if len(usable) >= LEAST_CASES and len(set(truth.tolist())) > 1 else None
        topics = tuple(sorted({case.topic for case in usable if case.topic}))
        return cls(classes, learn_cold_start(catalogue, classes), model, len(usable) if model else 0, topics)

    def route(self, said: Sequence[Said]) -> list[Routed]:
        """Candidates of each complaint, with the words that spoke for them."""
        return [self._route(one) for one in said]

    def topics(self, said: Sequence[Said]) -> list[tuple[str, float] | None]:
        """The likeliest topic of each complaint, None where unsure."""
        return [None for _ in said]

    def _route(self, said: Said) -> Routed:
        read = tokens(said.text)
        words = [token.word for token in read]
        chances = softmax(1.2 * self._cold.scores(words)[None, :])[0]
        scores = None
        if self._model is not None:
            numbers, values = self._model.vocabulary.read(words)
            scores = values @ self._model.weights[numbers] + self._model.offsets
            learned = np.zeros(len(self._classes))
            learned[self._model.classes] = softmax(scores[None, :].astype(np.float64) * self._model.temperature)[0]
            part = self._cases / (self._cases + CATALOGUE_WEIGHT)
            chances = part * learned + (1 - part) * chances
        found: list[tuple[float, str, int]] = []
        for number in np.argsort(-chances, kind="stable")[:CANDIDATES]:
            for unit, share in shares(self._classes[number], said.text, said.place).items():
                found.append((float(chances[number]) * share, unit, int(number)))
        found.sort(key=lambda entry: (-entry[0], entry[1]))
        candidates = tuple(
            Candidate(unit, probability, self._words_for(number, said.text, read))
            for probability, unit, number in found[:CANDIDATES]
            if probability > 0.005
        )
        unknown = max(0.0, 1.0 - sum(candidate.probability for candidate in candidates))
        return Routed(candidates, unknown, bool(candidates) and candidates[0].probability >= SURE)

    def _words_for(self, number: int, text: str, read: Sequence[Token]) -> tuple[tuple[str, float], ...]:
        weight: Counter[str] = Counter()
        for token in read:
            said = text[token.start : token.end]
            value = self._cold.weights.get(token.word[:6], {}).get(number, 0.0) / (1 + self._cases / CATALOGUE_WEIGHT)
            if self._model is not None and number in self._model.classes:
                column = int(np.flatnonzero(self._model.classes == number)[0])
                numbers, values = self._model.vocabulary.read([token.word])
                value += float(values @ self._model.weights[numbers, column])
            weight[said] = max(weight[said], value)  # type: ignore[assignment]
        strongest = sorted(weight.items(), key=lambda entry: (-entry[1], entry[0]))[:WORDS_SHOWN]
        return tuple((said, round(float(value), 4)) for said, value in strongest if value > 0)

    def to_bytes(self) -> bytes:
        """The model as a zip of JSON and arrays. The same model gives the same bytes."""
        return self._content()

    def _content(self) -> bytes:
        about: dict[str, Any] = {
            "format": FORMAT,
            "classes": [[one.kind, one.units, one.places] for one in self._classes],
            "cold": {word: sorted(weights.items()) for word, weights in sorted(self._cold.weights.items())},
            "cases": self._cases,
            "topics": self._topics,
            "features": self._model.vocabulary.features if self._model else None,
            "temperature": self._model.temperature if self._model else None,
        }
        parts = {"about.json": json.dumps(about, ensure_ascii=False).encode()}
        if self._model:
            for name, array in self._arrays(self._model).items():
                parts[name] = _array_bytes(array)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in parts.items():
                archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 6)
        return out.getvalue()

    @staticmethod
    def _arrays(model: TextModel) -> dict[str, npt.NDArray[Any]]:
        return {
            "telling.npy": model.vocabulary.telling,
            "classes.npy": model.classes,
            "weights.npy": model.weights.astype(np.float16),
            "offsets.npy": model.offsets,
        }

    @classmethod
    def from_bytes(cls, content: bytes) -> Router:
        """The router that `to_bytes` wrote.

        Raises:
            UnreadableModel: anything else.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                about = json.loads(archive.read("about.json"))
                if about["format"] != FORMAT:
                    raise UnreadableModel("another format")
                classes = tuple(
                    PlaceClass(kind, tuple(units), tuple(places)) for kind, units, places in about["classes"]
                )
                weights = {
                    word: {int(number): float(value) for number, value in row} for word, row in about["cold"].items()
                }
                model = None
                if about["features"] is not None:
                    arrays = {
                        name: np.load(io.BytesIO(archive.read(f"{name}.npy")), allow_pickle=False)
                        for name in ("telling", "classes", "weights", "offsets")
                    }
                    count = len(arrays["classes"])
                    if arrays["weights"].shape != (len(about["features"]), count) or arrays["offsets"].shape != (
                        count,
                    ):
                        raise UnreadableModel("shapes that do not fit")
                    model = TextModel(
                        Vocabulary(tuple(about["features"]), arrays["telling"].astype(np.float32)),
                        arrays["classes"].astype(np.int32),
                        arrays["weights"].astype(np.float32),
                        arrays["offsets"].astype(np.float32),
                        float(about["temperature"]),
                    )
                return cls(
                    classes, ColdStart(weights, len(classes)), model, int(about["cases"]), tuple(about["topics"])
                )
        except UnreadableModel:
            raise
        except Exception as error:
            raise UnreadableModel(str(error)) from error


def _array_bytes(array: npt.NDArray[Any]) -> bytes:
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()


def _learn_text(words: Sequence[Sequence[str]], truth: npt.NDArray[np.int64]) -> TextModel:
    vocabulary = build_vocabulary(words, LEAST_WORDS, LEAST_PIECES)
    rows = matrix(vocabulary, words)
    classes = np.unique(truth)
    place = np.searchsorted(classes, truth)
    folds = np.arange(len(truth)) % FOLDS
    held = np.zeros((len(truth), len(classes)))
    for fold in range(FOLDS):
        weights, offsets, seen = _fit(rows[folds != fold], place[folds != fold], len(classes))
        held[folds == fold] = rows[folds == fold] @ weights + offsets
        held[np.ix_(folds == fold, ~seen)] = -2.0
    weights, offsets, _ = _fit(rows, place, len(classes))
    weights = weights.astype(np.float16).astype(np.float32)
    return TextModel(
        vocabulary,
        classes.astype(np.int32),
        weights,
        offsets.astype(np.float32),
        round(fit_temperature(held, place), 6),
    )


def _fit(
    rows: Any, truth: npt.NDArray[np.int64], classes: int
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.bool_]]:
    from sklearn.svm import LinearSVC

    seen = np.bincount(truth, minlength=classes) > 0
    weights = np.zeros((rows.shape[1], classes), dtype=np.float32)
    offsets = np.full(classes, -2.0, dtype=np.float32)
    for number in np.flatnonzero(seen):
        if seen.sum() == 1:
            break
        fitted = LinearSVC(C=0.3, random_state=0).fit(rows, truth == number)
        weights[:, number] = fitted.coef_[0]
        offsets[number] = fitted.intercept_[0]
    return weights, offsets, seen
