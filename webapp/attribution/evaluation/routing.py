"""Text routing on files of decided complaints: how often right, how well calibrated, how fast."""

from __future__ import annotations

import argparse
import csv
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from webapp.attribution.routing import CatalogueUnit, DecidedCase, Router, Said
from webapp.attribution.routing.measuring import figures_of, right_on_surest
from webapp.attribution.routing.places import classes_of

#: What a file of complaints must have; `topic`, `district`, `village` and `filed_at_utc` are used where they are there.
NEEDED = ("text", "unit")
#: A class with fewer decided cases in the training file is not judged.
LEAST_CASES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command `routing`."""
    parser.add_argument("--train", type=Path, required=True, metavar="CSV", help="decided complaints to learn from")
    parser.add_argument("--test", type=Path, required=True, metavar="CSV", help="decided complaints to judge by")
    parser.add_argument("--units", type=Path, metavar="CSV", help="catalogue of units, with a column `name`")
    parser.add_argument(
        "--topics", type=Path, metavar="CSV", help="catalogue of topics, with columns `name` and `unit`"
    )
    parser.add_argument(
        "--least-cases",
        type=int,
        default=LEAST_CASES,
        metavar="N",
        help="training cases a class must have (%(default)s)",
    )
    parser.add_argument(
        "--learning-curve",
        metavar="N,N",
        help="also: figures with that many latest decided cases (0: catalogue only)",
    )


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The figures. Units that are many of a kind by place count as one class.

    Raises:
        ValueError: a file lacks a column, has no rows, or no class has enough cases.
    """
    train = read_cases(arguments.train)
    test = read_cases(arguments.test)
    names = {case.unit for case in train} | {case.unit for case in test}
    if arguments.units:
        names |= {row["name"].strip() for row in _rows(arguments.units, ("name",))} - {""}
    label = class_labels(sorted(names))
    train = [DecidedCase(case.said, label[case.unit], case.topic) for case in train]
    test = [DecidedCase(case.said, label[case.unit], case.topic) for case in test]
    counted = Counter(case.unit for case in train)
    judged = {unit for unit, count in counted.items() if count >= arguments.least_cases}
    if len(judged) < 2:
        raise ValueError(f"fewer than two classes of {arguments.train} have {arguments.least_cases} cases")
    train = [case for case in train if case.unit in judged]
    test = [case for case in test if case.unit in judged]
    if not test:
        raise ValueError(f"no case of {arguments.test} is of a class with {arguments.least_cases} training cases")
    topics = _topics(arguments.topics, label) if arguments.topics else {}
    catalogue = [CatalogueUnit(unit, unit, topics=topics.get(unit, ())) for unit in sorted(judged)]
    started, worked = time.perf_counter(), time.process_time()
    router = Router.learn(train, catalogue)
    learned, learning = time.perf_counter() - started, time.process_time() - worked
    figures = {"classes": len(judged), "train_n": len(train), **_judge(router, test)}
    figures["train_s"], figures["train_cpu_s"] = round(learned, 2), round(learning, 2)
    figures["model_mb"] = round(len(router.to_bytes()) / 1e6, 2)
    if arguments.learning_curve:
        figures["learning_curve"] = [
            {"cases": size, **_judge(Router.learn(train[max(0, len(train) - size) :], catalogue), test)}
            for size in _sizes(arguments.learning_curve)
        ]
    return figures


def _judge(router: Router, test: Sequence[DecidedCase]) -> dict[str, Any]:
    started, worked = time.perf_counter(), time.process_time()
    routed = router.route([case.said for case in test])
    took, working = time.perf_counter() - started, time.process_time() - worked
    found = figures_of(routed, test)
    return {
        "n": found.n,
        "top1": round(found.top1, 4),
        "top3": round(found.top3, 4),
        "macro_f1": round(found.macro_f1, 4),
        "abstained": round(found.abstained, 4),
        "top1_when_sure": round(found.top1_when_sure, 4),
        "top1_on_surest_70": round(right_on_surest(routed, test, 0.7), 4),
        "ece": round(found.ece, 4),
        "per_second": round(len(test) / took),
        # On a busy machine the clock on the wall also counts what others do.
        "per_cpu_second": round(len(test) / working),
    }


def read_cases(path: Path) -> list[DecidedCase]:
    """Decided complaints of a CSV file, the oldest first where `filed_at_utc` tells.

    Raises:
        ValueError: a needed column is missing, or no row has a text and a unit.
    """
    rows = [row for row in _rows(path, NEEDED) if row["text"] and (row["unit"] or "").strip()]
    if not rows:
        raise ValueError(f"{path} has no complaint with a text and a unit")
    rows.sort(key=lambda row: row.get("filed_at_utc") or "")
    return [
        DecidedCase(
            Said(row["text"], ", ".join(filter(None, (row.get("village"), row.get("district"))))),
            row["unit"].strip(),
            (row.get("topic") or "").strip(),
        )
        for row in rows
    ]


def class_labels(names: Sequence[str]) -> dict[str, str]:
    """For each unit's name the name of its class: its own, or the kind where it is one of many by place."""
    units = [CatalogueUnit(name, name) for name in names]
    return {unit: one.kind or unit for one in classes_of(units) for unit in one.units}


def _topics(path: Path, label: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """The topics of each class, where the file says whose they are (a topic without a unit tells nothing)."""
    found: dict[str, list[str]] = {}
    for row in _rows(path, ("name",)):
        unit = (row.get("unit") or "").strip()
        if unit in label and row["name"].strip():
            found.setdefault(label[unit], []).append(row["name"].strip())
    return {unit: tuple(names) for unit, names in found.items()}


def _rows(path: Path, needed: Sequence[str]) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [name for name in needed if name not in (reader.fieldnames or ())]
        if missing:
            raise ValueError(
                f"{path} lacks the column {', '.join(missing)}; it has {', '.join(reader.fieldnames or ())}"
            )
        return list(reader)


def _sizes(words: str) -> list[int]:
    try:
        return [max(0, int(word)) for word in words.split(",") if word.strip()]
    except ValueError as error:
        raise ValueError(f"--learning-curve takes numbers with commas, not {words!r}") from error
