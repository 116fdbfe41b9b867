"""Repeats on files of complaints and of pairs that somebody judged: how precise at which recall, how fast.

Pairs may come judged (a column such as `agreed` or `same`, or a file of `--labels`), as declared duplicates only
(`case`, `duplicate_of`), or as candidates with their cosine. Declared duplicates are looked for among all complaints of
the month before, where everything else counts as wrong. Candidates nobody judged are held against a rule of thumb, and
the figures say so (`truth`).
"""

from __future__ import annotations

import argparse
import csv
import gzip
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TextIO

from webapp.attribution.repeats.likeness import LIKELY, LONGEST_GAP, SURE, Rarity, compare, likeness, weigh
from webapp.attribution.repeats.reading import Matter, Reading, read
from webapp.attribution.repeats.sketching import asked_of, pieces_of

RECALLS = (0.5, 0.7, 0.9)
#: As many candidates as the product compares exactly, and complaints that the speed is measured on.
COMPARED, TIMED = 40, 500

_IDS = ("id", "case_enquiry_id", "case_id", "code")
_TEXTS = (("text",), ("description",), ("case_title", "type"), ("title",))
_TIMES = ("filed_at_utc", "filed_at", "open_dt", "opened_at", "created_at")
_PLACES = (("place",), ("village", "district"), ("location_street_name",), ("neighborhood",))
_PAIRS = (("id_a", "id_b"), ("case", "duplicate_of"))
_JUDGED = ("agreed", "same", "label", "duplicate", "is_duplicate")
_YES, _NO = frozenset({"1", "true", "yes", "y", "ya"}), frozenset({"0", "false", "no", "n", "tidak"})
_WRITTEN = ("%m/%d/%Y %I:%M:%S %p", "%Y-%m-%d %H:%M:%S", "%d/%m/%Y %H:%M")
#: The rule of thumb for candidates that nobody judged: alike in one village, or hardly alike in two.
_ALIKE, _HARDLY = 0.65, 0.55


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair with its truth: whether it is one matter."""

    one: str
    other: str
    same: bool


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command `duplicates`. Files may be packed (.gz)."""
    parser.add_argument("--complaints", type=Path, required=True, metavar="CSV", help="complaints with id, text, time")
    parser.add_argument("--pairs", type=Path, required=True, metavar="CSV", help="pairs of ids")
    parser.add_argument("--labels", type=Path, metavar="CSV", help="which of the pairs are one matter, by hand")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The figures; raises ValueError where a file lacks a column or no pair can be judged."""
    complaints = read_complaints(arguments.complaints)
    started = time.perf_counter()
    readings = {key: read(matter) for key, matter in complaints.items()}
    rarity = rarity_of(readings.values())
    corpus = Corpus(readings, rarity)
    figures: dict[str, Any] = {
        "complaints": len(complaints),
        "sketched_per_second": round(len(complaints) / (time.perf_counter() - started), 1),
    }
    rows = _rows(arguments.pairs)
    pairs, truth = _judged(rows, arguments.labels, complaints)
    if truth == "declared":
        scored, sought = _among_all(pairs, corpus)
        figures["found"] = round(sum(same for _, same in scored) / sought, 4)
    else:
        scored = [(likeness(readings[p.one], readings[p.other], rarity).value, p.same) for p in pairs]
        sought = sum(pair.same for pair in pairs)
        met = sum(pair.same and corpus.meet(pair.one, pair.other) for pair in pairs)
        figures["found"] = round(met / sought, 4) if sought else 0.0
    if not sought:
        raise ValueError("none of the pairs is one matter: nothing to be found")
    figures |= {"truth": truth, "pairs": len(scored), "same": sought}
    for recall in RECALLS:
        figures[f"precision_at_recall_{recall}"] = precision_at(scored, recall, sought)
    for name, least in (("likely", LIKELY), ("sure", SURE)):
        shown = [same for value, same in scored if value >= least]
        figures[f"precision_{name}"] = round(sum(shown) / len(shown), 4) if shown else None
        figures[f"recall_{name}"] = round(sum(shown) / sought, 4)
    figures["per_second"] = corpus.speed()
    return figures


def precision_at(scored: Sequence[tuple[float, bool]], recall: float, sought: int) -> float | None:
    """The best precision of those cuts that bring up at least this part of what is sought; None where none does."""
    best, taken, right = None, 0, 0
    by_value: dict[float, list[bool]] = defaultdict(list)
    for value, same in scored:
        by_value[value].append(same)
    for value in sorted(by_value, reverse=True):
        taken += len(by_value[value])
        right += sum(by_value[value])
        if right >= recall * sought:
            best = max(best or 0.0, right / taken)
    return None if best is None else round(best, 4)


def rarity_of(readings: Iterable[Reading]) -> Rarity:
    """How many different texts have each word: the same text sent ten times makes its words no more common."""
    different = {reading.spelled: reading for reading in readings}
    found = Counter(word for reading in different.values() for word in reading.words)
    return Rarity(len(different), found)


class Corpus:
    """Complaints by their keys, as the product's table has them."""

    def __init__(self, readings: Mapping[str, Reading], rarity: Rarity) -> None:
        self.readings, self.rarity = readings, rarity
        self._pieces = {key: pieces_of(reading) for key, reading in readings.items()}
        self._by_piece: dict[int, list[str]] = defaultdict(list)
        for key, pieces in self._pieces.items():
            for piece in pieces:
                self._by_piece[piece].append(key)

    def meet(self, one: str, other: str) -> bool:
        """Whether the keys of the one bring up the other."""
        return not set(asked_of(self.readings[one])).isdisjoint(self._pieces[other])

    def repeats_of(self, key: str) -> list[tuple[str, float]]:
        """The likely repeats among what was filed in the month before, compared exactly, the likest first."""
        asked = self.readings[key]
        until, since = asked.matter.filed_at, asked.matter.filed_at - timedelta(days=LONGEST_GAP)
        shared: Counter[str] = Counter()
        for piece in asked_of(asked):
            shared.update(self._by_piece.get(piece, ()))
        near = [
            (count, other)
            for other, count in shared.items()
            if other != key and since <= self.readings[other].matter.filed_at <= until
        ]
        near.sort(key=lambda one: (-one[0], abs(until - self.readings[one[1]].matter.filed_at), one[1]))
        weighed = weigh(asked, self.rarity)
        found = [
            (other, compare(weighed, weigh(self.readings[other], self.rarity), self.rarity).value)
            for _count, other in near[:COMPARED]
        ]
        return sorted(found, key=lambda one: (-one[1], one[0]))

    def speed(self) -> float:
        """Complaints a second that are read, sketched, looked up among all others and compared with what is found."""
        every = max(len(self.readings) // TIMED, 1)
        chosen = sorted(self.readings)[::every][:TIMED]
        started = time.perf_counter()
        for key in chosen:
            pieces_of(read(self.readings[key].matter))
            self.repeats_of(key)
        return round(len(chosen) / (time.perf_counter() - started), 1)


def _among_all(pairs: Sequence[Judged], corpus: Corpus) -> tuple[list[tuple[float, bool]], int]:
    """Every candidate that is found for the later one of each pair, with whether it belongs to the same matter."""
    leader: dict[str, str] = {}

    def lead(key: str) -> str:
        while leader.setdefault(key, key) != key:
            key = leader[key]
        return key

    for pair in pairs:
        leader[lead(pair.one)] = lead(pair.other)
    scored = []
    wanted: set[tuple[str, str]] = set()
    for pair in pairs:
        later, earlier = sorted((pair.one, pair.other), key=_filed(corpus), reverse=True)
        wanted.add((later, earlier))
    asked = sorted({later for later, _ in wanted})
    for later in asked:
        for other, value in corpus.repeats_of(later):
            related = other in leader and lead(other) == lead(later)
            if (later, other) in wanted or not related:  # what is related beyond the declared pair is neither
                scored.append((value, (later, other) in wanted))
    return scored, len(wanted)


def _filed(corpus: Corpus) -> Any:
    return lambda key: (corpus.readings[key].matter.filed_at, key)


def read_complaints(path: Path) -> dict[str, Matter]:
    """The complaints of a file by id, whichever names its columns have."""
    rows = _rows(path)
    columns = set(rows[0])
    key, at = _one_of(_IDS, columns, path), _one_of(_TIMES, columns, path)
    texts = _all_of(_TEXTS, columns)
    if not texts:
        raise ValueError(f"{path} has no column with a text")
    places = _all_of(_PLACES, columns)
    read_rows = {}
    for row in rows:
        text = ". ".join(row[name].strip() for name in texts if row[name])
        if not text or not row[at]:
            continue
        place = " ".join(row[name].strip() for name in places if row[name])
        read_rows[row[key].strip()] = Matter(text, _time(row[at]), place, _position(row))
    return read_rows


def _judged(
    rows: list[dict[str, str]], labels: Path | None, complaints: Mapping[str, Matter]
) -> tuple[list[Judged], str]:
    """The pairs with their truth, and where that is from."""
    if labels is not None:
        listed = _rows(labels)
        column = _one_of(_JUDGED, set(listed[0]), labels)
        return _pairs(((row, _truth(row[column])) for row in listed), complaints), "labels"
    columns = set(rows[0])
    judged = next((name for name in _JUDGED if name in columns), None)
    if judged is not None:
        return _pairs(((row, _truth(row[judged])) for row in rows), complaints), "labels"
    if {"cosine", "same_village"} <= columns:
        return _pairs(((row, _rule_of_thumb(row)) for row in rows), complaints), "rule_of_thumb"
    declared = _pairs(((row, True) for row in rows), complaints)
    # What is about two kinds of matters was declared by mistake.
    return [
        pair for pair in declared if _kind(complaints[pair.one].text) == _kind(complaints[pair.other].text)
    ], "declared"


def _kind(text: str) -> str:
    return text.rpartition(". ")[2]


def _pairs(rows: Iterable[tuple[dict[str, str], bool | None]], complaints: Mapping[str, Matter]) -> list[Judged]:
    pairs = []
    for row, same in rows:
        names = next((names for names in _PAIRS if row.keys() >= set(names)), None)
        if names is None:
            raise ValueError("pairs need the columns id_a and id_b, or case and duplicate_of")
        one, other = (row[name].strip() for name in names)
        if same is not None and one in complaints and other in complaints and one != other:
            pairs.append(Judged(one, other, same))
    if not pairs:
        raise ValueError("no pair has both of its complaints in the file of complaints")
    return pairs


def _truth(written: str) -> bool | None:
    word = written.strip().casefold()
    return True if word in _YES else False if word in _NO else None


def _rule_of_thumb(row: dict[str, str]) -> bool | None:
    cosine, near = float(row["cosine"]), _truth(row["same_village"])
    if near and cosine >= _ALIKE:
        return True
    return False if not near and cosine < _HARDLY else None


def _rows(path: Path) -> list[dict[str, str]]:
    with _opened(path) as file:
        rows = [
            {
                (name or "").strip().casefold(): value or ""
                for name, value in row.items()
                if isinstance(value, str | None)
            }
            for row in csv.DictReader(file)
        ]
    if not rows:
        raise ValueError(f"{path} has no rows")
    return rows


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8-sig", newline="")
    return path.open(encoding="utf-8-sig", newline="")


def _one_of(names: Sequence[str], columns: set[str], path: Path) -> str:
    for name in names:
        if name in columns:
            return name
    raise ValueError(f"{path} has none of the columns {', '.join(names)}")


def _all_of(choices: Sequence[tuple[str, ...]], columns: set[str]) -> tuple[str, ...]:
    return next((names for names in choices if columns >= set(names)), ())


def _time(written: str) -> datetime:
    written = written.strip()
    for form in _WRITTEN:
        try:
            return datetime.strptime(written, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    at = datetime.fromisoformat(written)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _position(row: dict[str, str]) -> tuple[float, float] | None:
    try:
        return float(row["latitude"]), float(row["longitude"])
    except (KeyError, ValueError):
        return None
