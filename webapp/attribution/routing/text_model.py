"""What decided cases teach: three linear classifiers that vote.

One reads stems and pairs of them, one pieces of words (they know misspelt and joined words), and one learns the finer
label "unit and topic", of which a unit's share is the sum over its topics. While learning, rare units count for more
than their number, and latest cases for more than old ones, as what is sent where changes.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from webapp.attribution.routing.calibration import fit_sharpness, softmax
from webapp.attribution.routing.features import (
    Floats,
    Indexes,
    Token,
    Vocabulary,
    as_matrix,
    piece_vocabulary,
    read_pieces,
    read_stems,
    stem_vocabulary,
)

Numbers = npt.NDArray[np.int64]
Table = npt.NDArray[np.float64]

#: So many different complaints must have a stem or a pair, and a piece of a word, before the model may know it.
LEAST_STEMS, LEAST_PIECES = 4, 6
#: At most so many of each, and at most so many weights in one classifier (two bytes each in the file).
MOST_STEMS, MOST_PIECES, MOST_WEIGHTS = 30_000, 30_000, 6_000_000
#: A unit-and-topic with fewer cases is learned as its unit without a topic.
LEAST_OF_TOPIC = 6
#: Costs of a wrong side of the margin.
COST_STEMS, COST_PIECES, COST_TOPICS = 0.2, 0.2, 0.5
#: How far rare labels are made to count as much as frequent ones: 0 not at all, 1 wholly.
BALANCE = 0.5
#: A word has about so many pieces: what they say together is what the word says.
PIECES_A_WORD = 8
#: Score of a class that a classifier has not seen.
UNSEEN = -1.5
#: From so many cases on calibration is measured on the latest ones, as the router will be used: on what comes after
#: what it has learned, in a city that has changed meanwhile. Below, it is measured on each part in turn.
ENOUGH_TO_LOOK_AHEAD = 1500
LATEST_PART = 1 / 3
FOLDS = 4


@dataclass(frozen=True, slots=True)
class Classifier:
    """A linear classifier: weights (features x labels), offsets, and how sharply its scores become shares."""

    weights: Floats
    offsets: Floats
    sharpness: float

    def shares(self, numbers: Indexes, values: Floats) -> Table:
        """Shares of the labels for one read text."""
        scores = values @ self.weights[numbers] + self.offsets
        return np.asarray(softmax(self.sharpness * scores[None, :].astype(np.float64))[0])


@dataclass(frozen=True, slots=True)
class TextModel:
    """The three classifiers. `units` are numbers of the router's classes; each label of `by_topic` belongs to one of
    `units` (label_units: its place in them) and to a topic (label_topics: its place in `topics`, -1: none)."""

    stems: Vocabulary
    pieces: Vocabulary
    units: Indexes
    by_stems: Classifier
    by_pieces: Classifier
    by_topic: Classifier
    label_units: Indexes
    label_topics: Indexes
    topics: tuple[str, ...]

    def shares(self, read: Sequence[Token]) -> tuple[Table, Table]:
        """Shares of `units`, and of the labels of `by_topic`, for a text. Who knows no word of it does not vote;
        where nobody does, no unit is preferred."""
        stems = read_stems(self.stems, [token.stem for token in read])
        pieces = read_pieces(self.pieces, [token.word for token in read])
        labels = self.by_topic.shares(*stems)
        if not len(pieces[0]):
            return np.full(len(self.units), 1.0 / len(self.units)), labels
        if not len(stems[0]):
            return self.by_pieces.shares(*pieces), labels
        summed = np.bincount(self.label_units, weights=labels, minlength=len(self.units))
        return (self.by_stems.shares(*stems) + self.by_pieces.shares(*pieces) + summed) / 3.0, labels

    def spoken_for(self, read: Sequence[Token], places: Sequence[int]) -> Table:
        """How much each word of a text speaks for each of the units at `places`: rows are words, columns places."""
        spoken = np.zeros((len(read), len(places)), dtype=np.float32)
        stems = [self.stems.number(token.stem) for token in read]
        known = [row for row, number in enumerate(stems) if number is not None]
        numbers = [number for number in stems if number is not None]
        spoken[known] = self.stems.telling[numbers, None] * self.by_stems.weights[np.ix_(numbers, places)]
        for row, token in enumerate(read):
            if stems[row] is None and len(pieces := self.pieces.pieces_of(token.word)):
                worth = self.pieces.telling[pieces] @ self.by_pieces.weights[np.ix_(pieces, places)]
                spoken[row] = worth / PIECES_A_WORD
        pairs = [self.stems.number(f"{first.stem} {second.stem}") for first, second in pairwise(read)]
        for row, pair in enumerate(pairs):
            if pair is not None:
                both = self.stems.telling[pair] * self.by_stems.weights[pair, places] / 2
                spoken[row] += both
                spoken[row + 1] += both
        return spoken


@dataclass(frozen=True, slots=True)
class Learned:
    """A model, and what it would have said (shares of `model.units`) about cases that it had not learned from."""

    model: TextModel
    held: Numbers
    held_shares: Table


def learn_text(
    texts: Sequence[Sequence[Token]], units: Numbers, topics: Sequence[str], weights: npt.NDArray[np.float64]
) -> Learned:
    """The model of decided texts: for each its unit (number of a class), topic ("": none) and weight, oldest first."""
    seen, truth = np.unique(units, return_inverse=True)
    labels, label_units, label_topics, names = _topic_labels(truth, topics)
    most = MOST_WEIGHTS // max(len(seen), len(label_units))
    by_stem = [[token.stem for token in text] for text in texts]
    by_word = [[token.word for token in text] for text in texts]
    stems = stem_vocabulary(by_stem, LEAST_STEMS, min(MOST_STEMS, most))
    pieces = piece_vocabulary(by_word, LEAST_PIECES, min(MOST_PIECES, MOST_WEIGHTS // len(seen)))
    stem_rows = as_matrix([read_stems(stems, text) for text in by_stem], len(stems.features))
    piece_rows = as_matrix([read_pieces(pieces, text) for text in by_word], len(pieces.features))
    tasks = (
        (stem_rows, truth, len(seen), COST_STEMS),
        (piece_rows, truth, len(seen), COST_PIECES),
        (stem_rows, labels, len(label_units), COST_TOPICS),
    )
    held, scores = _held_out(tasks, weights)
    sums = np.zeros((len(label_units), len(seen)))
    sums[np.arange(len(label_units)), label_units] = 1.0
    sharpness = (
        fit_sharpness(scores[0], truth[held]),
        fit_sharpness(scores[1], truth[held]),
        fit_sharpness(scores[2], truth[held], sums),
    )
    shares = (softmax(sharpness[0] * scores[0]) + softmax(sharpness[1] * scores[1])
              + softmax(sharpness[2] * scores[2]) @ sums) / 3.0  # fmt: skip
    by_stems, by_pieces, by_topic = (
        Classifier(*_fit(rows, labelled, count, cost, weights), sharp)
        for (rows, labelled, count, cost), sharp in zip(tasks, sharpness, strict=True)
    )
    model = TextModel(
        stems=stems,
        pieces=pieces,
        units=seen.astype(np.int32),
        by_stems=by_stems,
        by_pieces=by_pieces,
        by_topic=by_topic,
        label_units=label_units.astype(np.int32),
        label_topics=label_topics.astype(np.int32),
        topics=names,
    )
    return Learned(model, held, shares)


def _topic_labels(truth: Numbers, topics: Sequence[str]) -> tuple[Numbers, Numbers, Numbers, tuple[str, ...]]:
    """For each case its unit-and-topic label; for each label its unit and topic; the topics."""
    counted = Counter(zip(truth.tolist(), topics, strict=True))
    wanted = [
        (unit, topic if counted[unit, topic] >= LEAST_OF_TOPIC else "")
        for unit, topic in zip(truth.tolist(), topics, strict=True)
    ]
    known = sorted(set(wanted))
    names = tuple(sorted({topic for _, topic in known if topic}))
    number = {label: place for place, label in enumerate(known)}
    return (
        np.array([number[label] for label in wanted], dtype=np.int64),
        np.array([unit for unit, _ in known], dtype=np.int64),
        np.array([names.index(topic) if topic else -1 for _, topic in known], dtype=np.int64),
        names,
    )


def _held_out(tasks: Sequence[tuple[Any, Numbers, int, float]], weights: Table) -> tuple[Numbers, list[Table]]:
    """Which cases were held out, and the scores that classifiers learned from the others give them."""
    cases = len(weights)
    if cases >= ENOUGH_TO_LOOK_AHEAD:
        parts = [np.arange(int(cases * (1 - LATEST_PART)), cases)]
    else:
        parts = [np.arange(part, cases, FOLDS) for part in range(FOLDS)]
    held = np.concatenate(parts)
    scores = []
    for rows, labels, count, cost in tasks:
        found = []
        for part in parts:
            others = np.setdiff1d(np.arange(cases), part)
            fitted, offsets = _fit(rows[others], labels[others], count, cost, weights[others])
            found.append(np.asarray(rows[part] @ fitted + offsets, dtype=np.float64))
        scores.append(np.concatenate(found))
    return held, scores


def _fit(rows: Any, labels: Numbers, count: int, cost: float, weights: Table) -> tuple[Floats, Floats]:
    """Weights and offsets of `count` labels, those unseen among `labels` without weights. Float16 is exact for them."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    fitted = np.zeros((rows.shape[1], count), dtype=np.float32)
    offsets = np.full(count, UNSEEN, dtype=np.float32)
    seen = np.unique(labels)
    if len(seen) > 1 and rows.shape[1]:
        counts = np.bincount(labels, minlength=count)
        balance = {label: (len(labels) / len(seen) / counts[label]) ** BALANCE for label in seen.tolist()}
        classifier = LinearSVC(C=cost, class_weight=balance, tol=1e-3, max_iter=300, random_state=0)
        with warnings.catch_warnings():
            # A few more rounds would change nothing that is seen.
            warnings.simplefilter("ignore", ConvergenceWarning)
            classifier.fit(rows, labels, sample_weight=weights)
        found, constant = classifier.coef_, classifier.intercept_
        if len(seen) == 2:
            found, constant = np.vstack([-found, found]), np.concatenate([-constant, constant])
        fitted[:, seen] = found.T
        offsets[seen] = constant
    return fitted.astype(np.float16).astype(np.float32), offsets
