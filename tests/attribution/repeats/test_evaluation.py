"""The command that measures repeats on files: whichever columns they have, judged, declared or candidates only."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from webapp.attribution import evaluate
from webapp.attribution.evaluation.duplicates import precision_at

LAMP = "Lampu jalan depan SD Kenanga 3 padam sejak Senin"
TEXTS = {
    "1": (LAMP, "Melati"),
    "2": (f"Mohon dibantu, {LAMP.lower()} malam", "Melati"),
    "3": ("Jalan berlubang di gang 3 Kampung Baru", "Melati"),
    "4": ("Jalan berlubang di gang 5 Kampung Baru", "Melati"),
    "5": ("Syarat pindah datang apa saja?", "Kenanga"),
}


def write(path: Path, rows: list[list[str]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    content = out.getvalue().encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return str(path)


def complaints(folder: Path, name: str = "a.csv") -> str:
    rows = [[key, text, village, f"2026-11-0{key}T03:00:00"] for key, (text, village) in TEXTS.items()]
    return write(folder / name, [["id", "text", "village", "filed_at_utc"], *rows])


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, object]:
    assert evaluate.main(["duplicates", *arguments]) == 0
    said = capsys.readouterr()
    assert not any(text in said.out for text, _ in TEXTS.values())
    figures: dict[str, object] = json.loads(said.out.splitlines()[-1])
    return figures


def test_judged_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pairs = write(tmp_path / "p.csv", [["id_a", "id_b"], ["1", "2"], ["3", "4"], ["1", "5"]])
    labels = write(
        tmp_path / "l.csv",
        [["id_a", "id_b", "agreed"], ["1", "2", "1"], ["3", "4", "0"], ["1", "5", "0"], ["1", "9", "1"]],
    )
    figures = told(capsys, "--complaints", complaints(tmp_path), "--pairs", pairs, "--labels", labels)
    assert (figures["truth"], figures["pairs"], figures["same"], figures["found"]) == ("labels", 3, 1, 1.0)
    assert [figures[f"precision_at_recall_{recall}"] for recall in (0.5, 0.7, 0.9)] == [1.0, 1.0, 1.0]
    assert float(str(figures["per_second"])) > 0


def test_declared_pairs_are_looked_for_among_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        ["101", "11/01/2026 08:00:00 AM", "Pothole", "Road", "12 Elm St", "42.35", "-71.06"],
        ["102", "11/02/2026 09:00:00 PM", "Pothole again", "Road", "12 Elm St", "42.35", "-71.06"],
        ["103", "11/03/2026 09:00:00 AM", "Street light out", "Light", "80 Oak St", "42.30", "-71.00"],
    ]
    header = ["CASE_ENQUIRY_ID", "OPEN_DT", "CASE_TITLE", "TYPE", "LOCATION_STREET_NAME", "LATITUDE", "LONGITUDE"]
    requests = write(tmp_path / "r.csv.gz", [header, *rows])
    pairs = write(tmp_path / "d.csv", [["case", "duplicate_of"], ["102", "101"], ["103", "101"]])
    figures = told(capsys, "--complaints", requests, "--pairs", pairs)
    # Two kinds of matters were declared by mistake.
    assert (figures["truth"], figures["same"], figures["found"]) == ("declared", 1, 1.0)


def test_candidates_that_nobody_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [["1", "2", "0.8", "True"], ["3", "4", "0.6", "True"], ["1", "5", "0.46", "False"]]
    pairs = write(tmp_path / "p.csv", [["id_a", "id_b", "cosine", "same_village"], *rows])
    figures = told(capsys, "--complaints", complaints(tmp_path), "--pairs", pairs)
    assert (figures["truth"], figures["pairs"], figures["same"]) == ("rule_of_thumb", 2, 1)


def test_what_cannot_be_used_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lacking = write(tmp_path / "p.csv", [["one", "other"], ["1", "2"]])
    assert evaluate.main(["duplicates", "--complaints", complaints(tmp_path), "--pairs", lacking]) == 2
    assert "id_a and id_b" in capsys.readouterr().err


def test_precision_takes_the_best_cut_that_brings_up_enough() -> None:
    scored = [(0.9, True), (0.8, False), (0.7, True), (0.7, True), (0.1, False)]
    assert precision_at(scored, 0.3, 3) == 1.0
    assert precision_at(scored, 0.9, 3) == 0.75
    assert precision_at(scored, 0.9, 4) is None  # one was never found
