"""The measuring command on files of an invented city."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.attribution.routing.invented_city import CATALOGUE, complaints
from webapp.attribution.evaluate import main
from webapp.attribution.routing import DecidedCase

NAMES = {unit.id: unit.name for unit in CATALOGUE}
COLUMNS = ["id", "text", "district", "village", "topic", "unit", "filed_at_utc"]


def write_cases(path: Path, cases: Sequence[DecidedCase], columns: Sequence[str] = COLUMNS) -> str:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        for number, case in enumerate(cases):
            row = {"id": number, "text": case.said.text, "village": case.said.place, "topic": case.topic}
            writer.writerow({**row, "unit": NAMES[case.unit], "filed_at_utc": f"2030-01-01 00:{number:04}"})
    return str(path)


def figures_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["routing", *arguments]) == 0
    figures: dict[str, Any] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    return figures


def test_figures_of_a_city(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = write_cases(tmp_path / "train.csv", complaints(320))
    test = write_cases(tmp_path / "test.csv", complaints(120, seed=7))
    units = tmp_path / "units.csv"
    units.write_text("id,name\n" + "".join(f"{unit.id},{unit.name}\n" for unit in CATALOGUE), encoding="utf-8")
    figures = figures_of(capsys, "--train", train, "--test", test, "--units", str(units), "--learning-curve", "0,100")
    assert {"train_s", "per_second", "model_mb", "macro_f1", "abstained", "top1_when_sure"} < set(figures)
    # Two village offices are one class for the text.
    assert (figures["classes"], figures["n"]) == (6, 120)
    assert figures["top1"] >= 0.95
    assert figures["top3"] >= figures["top1"]
    cold, some = figures["learning_curve"]
    assert (cold["cases"], some["cases"]) == (0, 100)
    assert cold["top1"] < some["top1"]


def test_a_city_without_topics_and_places_is_measured_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = write_cases(tmp_path / "train.csv", complaints(240), ["text", "unit"])
    test = write_cases(tmp_path / "test.csv", complaints(60, seed=7), ["unit", "text"])
    assert figures_of(capsys, "--train", train, "--test", test)["top1"] >= 0.9


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("isi,unit\nx,y\n", "lacks the column text"),
        ("text,unit\n,\n", "no complaint with a text and a unit"),
        ("text,unit\nsampah,Dinas A\n", "fewer than two classes"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, complaint: str
) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(content, encoding="utf-8")
    assert main(["routing", "--train", str(path), "--test", str(path)]) == 2
    said = capsys.readouterr()
    assert complaint in said.err
    assert said.out == ""
