"""The yardstick refuses what it can't measure, with a sentence and without a trace of Python."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from webapp.indicators.evaluate import main

FACTS: dict[str, list[Any]] = {
    "fact": [1, 1, 2, 3, 4],
    "officer": [1, 2, 1, 2, 3],
    "share": [0.5, 0.5, 1.0, 1.0, 0.4],
    "y": [1.0, 1.0, 0.0, 1.0, 2 / 3],
    "service": [1, 1, 1, 2, 2],
    "channel": [1, 1, 1, 1, 1],
    "quarter": [1, 1, 1, 1, 1],
    "unit": [1, 1, 1, 1, 1],
    "day": [1, 1, 2, 3, None],
    "rater": [7, 7, 8, None, 9],
    "verified": [True, True, False, True, True],
}


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(words) == 1
    said = capsys.readouterr()
    assert not said.out
    assert said.err.startswith(f"{words[0]}: ")
    assert said.err.count("\n") == 1, "one sentence"
    return said.err


def score(folder: Path, **changed: list[Any]) -> list[str]:
    path = folder / "facts.parquet"
    pl.DataFrame(FACTS | changed).write_parquet(path)
    return ["score", "--facts", str(path), "--out", str(folder / "officers.parquet")]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"share": [0.5, 0.50001, 1.0, 1.0, 0.4]}, "the shares of fact 1 sum to 1.00001, above 1"),
        ({"y": [1.0, 0.0, 0.0, 1.0, 1.0]}, "fact 1 has candidates with different y"),
        ({"y": ["1", "1", "0", "1", "1"]}, "y must be numbers"),
        ({"share": ["1", "1", "0", "1", "1"]}, "share must be numbers"),
        ({"verified": ["yes"] * 5}, "verified must be true or false"),
        ({"y": [1.0, 1.0, 0.0, float("nan"), 1.0]}, "y must be from 0 to 1"),
        ({"events": ["1"] * 5}, "events must be numbers"),
        ({"day": [2**40] * 5}, "day has numbers that are too large"),
        ({name: [] for name in FACTS}, "has no rows"),
    ],
)
def test_nonsense_is_not_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, list[Any]], said: str
) -> None:
    assert said in refused(capsys, *score(tmp_path, **changed))
    assert not (tmp_path / "officers.parquet").exists()


def test_sound_facts_are_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    third = [1 / 3, 2 / 3 + 5e-7, 1.0, 1.0, 0.4]
    assert main(score(tmp_path, share=third)) == 0
    assert json.loads(capsys.readouterr().out)["officers"] == 3
    assert pl.read_parquet(tmp_path / "officers.parquet")["facts"].len() == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no CSV"),
        (b"\x89PNG\r\n\x1a\n\x00\xff\xfe", "is no CSV"),
        (b"a,b\n1,2\n", "has no column rater"),
        (b"rater,rated,lecture_age,service,department,rating\n", "has no rows"),
        (b"rater,rated,lecture_age,service,department,rating\nx,2,1,0,1,5\n", "rater must be a whole number"),
        (b"rater,rated,lecture_age,service,department,rating\n1,2,1,0,1,9\n", "rating must be from 1 to 5"),
        (b"rater,rated,service,department,rating\n1,2,0,1,5\n", "raters; at least"),
    ],
)
def test_what_is_not_that_csv_is_not_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, said: str
) -> None:
    path = tmp_path / "ratings.csv"
    path.write_bytes(content)
    assert said in refused(capsys, "insteval", str(path))


@pytest.mark.parametrize(
    "words",
    [
        ["simulate", "--facts", "0"],
        ["simulate", "--facts", "1"],
        ["simulate", "--officers", "0"],
        ["simulate", "--seeds", "0"],
        ["simulate", "--doubtful", "1.5"],
        ["composite", "--officers", "5"],
        ["composite", "--seeds", "-1"],
        ["laws", "--cases", "0"],
    ],
)
def test_impossible_sizes_are_refused(capsys: pytest.CaptureFixture[str], words: list[str]) -> None:
    refused(capsys, *words)
