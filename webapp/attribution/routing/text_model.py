"""What decided cases teach: four linear classifiers that vote.

Two read stems and pairs of them, two pieces of words (they know misspelt and joined words). One of each learned units,
the other the finer label "unit and topic", of which a unit's share is the sum over its topics. While learning,
rare units count for more than their number, and latest cases for more than old ones, as what is sent where changes.
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
    pieces_in,
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
LEAST_OF_TOPIC = 10
#: Costs of a wrong side of the margin.
COST_OF_UNITS, COST_OF_TOPICS = 0.2, 0.4
#: Votes: of the two that learned units, and of the two that learned units and topics.
VOTE_OF_UNITS, VOTE_OF_TOPICS = 1 / 6, 1 / 3
#: How far rare labels are made to count as much as frequent ones: 0 not at all, 1 wholly.
BALANCE = 0.5
#: A word has about so many pieces: what they say together is what the word says.
PIECES_A_WORD = 8
#: How exactly a classifier is solved.
TOLERANCE = 3e-3
#: Where no stem of a text is known, so much of its pieces must be: a greeting shares a piece with many a word.
LEAST_KNOWN = 0.5
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
    """The classifiers, and what their labels mean.

    `units` are numbers of the router's classes. Each label of the two that know topics belongs to one of `units`
    (label_units: its place in them) and to a topic (label_topics: its place in `topics`, -1: none).
    """

    stems: Vocabulary
    pieces: Vocabulary
    units: Indexes
    by_stems: Classifier
    by_pieces: Classifier
    topics_by_stems: Classifier
    topics_by_pieces: Classifier
    label_units: Indexes
    label_topics: Indexes
    topics: tuple[str, ...]

    def shares(self, read: Sequence[Token]) -> tuple[Table, Table]:
        """Shares of `units`, and of the labels of those that know topics, for a text.

        Who knows no word of it does not vote; where nobody does, no unit is preferred.
        """
        stems = read_stems(self.stems, [token.stem for token in read])
        pieces = read_pieces(self.pieces, [token.word for token in read])
        if not len(stems[0]) and self._known_part(read) < LEAST_KNOWN:
            return np.full(len(self.units), 1.0 / len(self.units)), np.zeros(len(self.label_units))
        units, labels = self.by_pieces.shares(*pieces), self.topics_by_pieces.shares(*pieces)
        if len(stems[0]):
            units = (units + self.by_stems.shares(*stems)) / 2
            labels = (labels + self.topics_by_stems.shares(*stems)) / 2
        summed = np.bincount(self.label_units, weights=labels, minlength=len(self.units))
        return 2 * VOTE_OF_UNITS * units + 2 * VOTE_OF_TOPICS * summed, labels

    def _known_part(self, read: Sequence[Token]) -> float:
        """Which part of the pieces of a text's words is known; of no word none."""
        known = sum(len(self.pieces.pieces_of(token.word)) for token in read)
        return known / max(1, sum(pieces_in(len(token.word)) for token in read))

    def spoken_for(self, read: Sequence[Token], places: Indexes) -> Floats:
        """How much each word of a text speaks for each of the units at `places`: rows are words, columns places."""
        spoken = np.zeros((len(read), len(places)), dtype=np.float32)
        stems = [self.stems.number(token.stem) for token in read]
        known = [row for row, number in enumerate(stems) if number is not None]
        numbers = np.array([number for number in stems if number is not None], dtype=np.int32)
        spoken[known] = self.stems.telling[numbers, None] * self.by_stems.weights[np.ix_(numbers, places)]
        for row, token in enumerate(read):
            if stems[row] is None and len(pieces := self.pieces.pieces_of(token.word)):
                worth = self.pieces.telling[pieces] @ self.by_pieces.weights[np.ix_(pieces, places)]
                spoken[row] = worth / PIECES_A_WORD
        for row, (first, second) in enumerate(pairwise(read)):
            pair = self.stems.number(f"{first.stem} {second.stem}")
            if pair is not None:
                spoken[row : row + 2] += self.stems.telling[pair] * self.by_stems.weights[pair, places] / 2
        return spoken


@dataclass(frozen=True, slots=True)
class Task:
    """What a classifier learns: rows of a scipy matrix, their labels, how these sum to units, its cost and its vote."""

    rows: Any
    labels: Numbers
    sums: Table
    cost: float
    vote: float


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
    pieces = piece_vocabulary(by_word, LEAST_PIECES, min(MOST_PIECES, most))
    stem_rows = as_matrix([read_stems(stems, text) for text in by_stem], len(stems.features))
    piece_rows = as_matrix([read_pieces(pieces, text) for text in by_word], len(pieces.features))
    sums = np.zeros((len(label_units), len(seen)))
    sums[np.arange(len(label_units)), label_units] = 1.0
    tasks = [
        Task(stem_rows, truth, np.eye(len(seen)), COST_OF_UNITS, VOTE_OF_UNITS),
        Task(piece_rows, truth, np.eye(len(seen)), COST_OF_UNITS, VOTE_OF_UNITS),
        Task(stem_rows, labels, sums, COST_OF_TOPICS, VOTE_OF_TOPICS),
        Task(piece_rows, labels, sums, COST_OF_TOPICS, VOTE_OF_TOPICS),
    ]
    held, scores = _held_out(tasks, weights)
    sharpness = [fit_sharpness(scored, truth[held], task.sums) for scored, task in zip(scores, tasks, strict=True)]
    shares = np.zeros((len(held), len(seen)))
    for task, scored, sharp in zip(tasks, scores, sharpness, strict=True):
        shares += task.vote * (softmax(sharp * scored) @ task.sums)
    by_stems, by_pieces, topics_by_stems, topics_by_pieces = (
        Classifier(*_fit(task, slice(None), weights, 1.0), sharp) for task, sharp in zip(tasks, sharpness, strict=True)
    )
    model = TextModel(
        stems=stems,
        pieces=pieces,
        units=seen.astype(np.int32),
        by_stems=by_stems,
        by_pieces=by_pieces,
        topics_by_stems=topics_by_stems,
        topics_by_pieces=topics_by_pieces,
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


def _held_out(tasks: Sequence[Task], weights: Table) -> tuple[Numbers, list[Table]]:
    """Which cases were held out, and the scores that classifiers learned from the others give them."""
    cases = len(weights)
    if cases >= ENOUGH_TO_LOOK_AHEAD:
        parts = [np.arange(int(cases * (1 - LATEST_PART)), cases)]
    else:
        parts = [np.arange(part, cases, FOLDS) for part in range(FOLDS)]
    scores: list[list[Table]] = [[] for _ in tasks]
    for part in parts:
        others = np.setdiff1d(np.arange(cases), part)
        # Scores grow with the cost of all cases together: it is kept as it will be with all of them.
        dearer = float(weights.sum() / weights[others].sum())
        for task, found in zip(tasks, scores, strict=True):
            fitted, offsets = _fit(task, others, weights, dearer)
            found.append(np.asarray(task.rows[part] @ fitted + offsets, dtype=np.float64))
    return np.concatenate(parts), [np.concatenate(found) for found in scores]


def _fit(task: Task, cases: Numbers | slice, weights: Table, dearer: float) -> tuple[Floats, Floats]:
    """Weights and offsets of a task's labels, learned from some cases. Labels unseen among them have no weights.

    The weights are ones that two bytes hold exactly, so that a model read back says the very same.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.svm import LinearSVC

    labels = task.labels[cases]
    fitted = np.zeros((task.rows.shape[1], len(task.sums)), dtype=np.float32)
    offsets = np.full(len(task.sums), UNSEEN, dtype=np.float32)
    seen, counts = np.unique(labels, return_counts=True)
    if len(seen) > 1 and task.rows.shape[1]:
        balance = (len(labels) / len(seen) / counts) ** BALANCE
        classifier = LinearSVC(
            C=task.cost * dearer,
            class_weight=dict(zip(seen.tolist(), balance.tolist(), strict=True)),
            tol=TOLERANCE,
            max_iter=300,
            random_state=0,
        )
        with warnings.catch_warnings():
            # A few more rounds would change nothing that is seen.
            warnings.simplefilter("ignore", ConvergenceWarning)
            classifier.fit(task.rows[cases], labels, sample_weight=weights[cases])
        found, constant = classifier.coef_, classifier.intercept_
        if len(seen) == 2:
            found, constant = np.vstack([-found, found]), np.concatenate([-constant, constant])
        fitted[:, seen] = found.T
        offsets[seen] = constant
    return fitted.astype(np.float16).astype(np.float32), offsets
