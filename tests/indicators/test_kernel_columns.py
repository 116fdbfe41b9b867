"""All officers read from columns: as one by one, in any order of rows, by any number of threads; and from a file."""

import json
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from webapp.indicators.evaluate import main
from webapp.indicators.evaluation.score import reference_of
from webapp.indicators.evaluation.speed import drawn
from webapp.indicators.facts import Fact, exponential, logistic, logistic_secant
from webapp.indicators.formula import ComponentReference, score_component
from webapp.indicators.kernel import blocks
from webapp.indicators.kernel.arranging import NO_DAY, NO_RATER
from webapp.indicators.kernel.columns import FactColumns, offsets_of_others, read_columns
from webapp.indicators.kernel.exponentials import exponential_below, logistic_of, secant_of

CELLS = (("a", "counter"), ("b", "counter"), ("b", "bot"))
OFFICERS = 6


def _reference() -> ComponentReference:
    effects = (-0.8, 0.3, 0.9)
    cells = tuple((cell, effect, 1 / 3) for cell, effect in zip(CELLS, effects, strict=True))
    doubt = np.zeros((4, 4))
    doubt[np.diag_indices(4)] = (0.02, 0.03, 0.04, 0.05)
    doubt[1:, 0] = -0.01
    return ComponentReference(
        "satisfaction", 0.9, 0.4, 0.35, cells, doubt=doubt[np.tril_indices(4)].astype("<f4").tobytes()
    )


def _facts(count: int = 400) -> list[Fact]:
    rng = np.random.default_rng(6)
    found = []
    for n in range(count):
        day = date(2026, 9, 14) + timedelta(days=int(rng.integers(0, 30)))
        found.append(
            Fact(
                f"rating:{n:04d}",
                "satisfaction",
                float(rng.integers(0, 4) / 3),
                float(rng.choice([1.0, 1.0, 0.5, 0.2])),
                bool(rng.random() < 0.6),
                None if rng.random() < 0.05 else day,
                None if rng.random() < 0.2 else f"r{rng.integers(0, 60)}",
                CELLS[rng.integers(0, 3)],
                officer=str(rng.integers(0, OFFICERS)),
                events=float(rng.choice([1.0, 1.0, 5.0])),
            )
        )
    return found


def _columns(facts: list[Fact], reference: ComponentReference) -> FactColumns:
    return FactColumns(
        fact=np.array([int(fact.id[-4:]) for fact in facts], dtype=np.int64),
        officer=np.array([int(fact.officer or 0) for fact in facts], dtype=np.int32),
        share=np.array([fact.share for fact in facts]),
        y=np.array([fact.y for fact in facts]),
        verified=np.array([fact.verified for fact in facts]),
        place=reference.places(facts),
        quarter=np.array([int(fact.quarter[-1]) if fact.quarter else 0 for fact in facts], dtype=np.int32),
        day=np.array([fact.day.toordinal() if fact.day else NO_DAY for fact in facts], dtype=np.int32),
        rater=np.array([int(fact.rater[1:]) if fact.rater else NO_RATER for fact in facts], dtype=np.int64),
        officers=OFFICERS,
        events=np.array([fact.events for fact in facts]),
    )


def test_in_bulk_officers_get_what_each_gets_alone() -> None:
    facts, reference = _facts(), _reference()
    together = read_columns(_columns(facts, reference), reference.levels())
    for officer in range(OFFICERS):
        alone = score_component([fact for fact in facts if fact.officer == str(officer)], reference)
        assert together.theta[officer] == pytest.approx(alone.theta, abs=1e-12)
        assert together.figure[officer] == pytest.approx(alone.figure, abs=1e-9)
        assert together.variance[officer] == pytest.approx(alone.variance, rel=1e-9)
        assert together.facts[officer] == alone.facts


def test_neither_the_order_of_rows_nor_threads_change_a_bit() -> None:
    facts, reference = _facts(), _reference()
    columns = _columns(facts, reference)
    there = read_columns(columns, reference.levels())
    shuffled = np.random.default_rng(1).permutation(len(facts))
    mixed = replace(
        columns,
        **{
            name: getattr(columns, name)[shuffled]
            for name in ("fact", "officer", "share", "y", "verified", "place", "quarter", "day", "rater", "events")
        },
    )
    for again in (read_columns(mixed, reference.levels()), read_columns(columns, reference.levels(), threads=2)):
        assert again.theta.tobytes() == there.theta.tobytes()
        assert again.variance.tobytes() == there.variance.tobytes()


def test_blocks_of_officers_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    facts, reference = _facts(), _reference()
    columns = _columns(facts, reference)
    whole, file = read_columns(columns, reference.levels()), drawn(4_000, 20)
    taught = reference_of(file)
    monkeypatch.setattr(blocks, "FACTS", 60)
    assert len(blocks.blocks_of(columns.officer, OFFICERS).rows) > 4
    dealt = read_columns(columns, reference.levels(), threads=2)
    for name in ("theta", "figure", "variance", "facts"):
        assert getattr(dealt, name).tobytes() == getattr(whole, name).tobytes()
    again = reference_of(file, threads=2)
    assert again.levels.coefficients == pytest.approx(taught.levels.coefficients, abs=1e-9)
    assert again.levels.coefficients.tobytes() == reference_of(file).levels.coefficients.tobytes()
    with pytest.raises(ValueError, match="Fact 7 comes twice"):
        read_columns(_columns([*facts, facts[7]], reference), reference.levels(), threads=2)


def test_a_fact_that_comes_twice_for_an_officer_is_refused() -> None:
    facts, reference = _facts(40), _reference()
    with pytest.raises(ValueError, match="comes twice"):
        read_columns(_columns([*facts, facts[7]], reference), reference.levels())


def test_co_candidates_stand_in_each_others_level() -> None:
    fact = np.array([1, 2, 2, 3, 2])
    share = np.array([1.0, 0.5, 0.25, 1.0, 0.25], dtype=np.float32)
    officer = np.array([0, 0, 1, 1, 2], dtype=np.int32)
    theta = np.array([1.0, 2.0, -4.0])
    assert offsets_of_others(fact, share, officer, theta).tolist() == [0.0, -0.5, -0.5, 0.0, 1.0]
    assert offsets_of_others(np.arange(5), share, officer, theta) is None


def test_compiled_exponentials_have_the_same_bits() -> None:
    values = np.random.default_rng(2).normal(0.0, 6.0, 2_000)
    steps = np.random.default_rng(3).normal(0.0, 1.5, 2_000)
    below = -np.abs(values)
    assert [exponential_below(x) for x in below] == exponential(below).tolist()
    assert [logistic_of(x) for x in values] == logistic(values).tolist()
    assert [secant_of(x, s) for x, s in zip(values, steps, strict=True)] == logistic_secant(values, steps).tolist()


def _file(folder: Path, **changed: object) -> Path:
    facts = drawn(4_000, 20)
    columns = {name: getattr(facts, name) for name in ("fact", "officer", "share", "y", "service", "channel")}
    columns |= {name: getattr(facts, name) for name in ("quarter", "unit", "day", "rater", "verified")}
    path = folder / "facts.parquet"
    pl.DataFrame(columns | changed).write_parquet(path)
    return path


def test_a_file_of_facts_becomes_a_file_of_officers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ids = drawn(4_000, 20).officer.astype(np.int32) * 3 + 100
    out = tmp_path / "officers.parquet"
    assert main(["score", "--facts", str(_file(tmp_path, officer=ids)), "--out", str(out), "--threads", "1"]) == 0
    told = json.loads(capsys.readouterr().out)
    scores = pl.read_parquet(out)
    assert scores.columns == ["officer", "points", "low", "high", "reliability", "status", "facts"]
    assert scores["officer"].to_list() == list(range(100, 160, 3))
    assert scores["facts"].sum() == told["rows"] == 4_000
    assert ((scores["low"] < scores["points"]) & (scores["points"] < scores["high"])).all()
    assert set(scores["status"]) <= {"not_enough_data", "provisional", "sufficient"}
    means = pl.DataFrame({"officer": ids, "y": drawn(4_000, 20).y}).group_by("officer").mean().sort("officer")
    assert np.corrcoef(scores["points"], means["y"])[0, 1] > 0.7
    pl.read_parquet(tmp_path / "facts.parquet").sample(fraction=1, shuffle=True, seed=3).write_parquet(
        tmp_path / "shuffled.parquet"
    )
    again = tmp_path / "again.parquet"
    assert main(["score", "--facts", str(tmp_path / "shuffled.parquet"), "--out", str(again)]) == 0
    assert pl.read_parquet(again).equals(scores), "the order of rows moved a digit"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"y": np.full(4_000, 1.5)}, "y must be from 0 to 1"),
        ({"share": np.zeros(4_000)}, "share must be above 0"),
        ({"officer": [None] * 4_000}, "officer must not be empty"),
        ({"service": np.full(4_000, 0.5)}, "service must be whole numbers"),
    ],
)
def test_a_file_that_cannot_be_scored_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], changed: dict[str, object], sentence: str
) -> None:
    path = _file(tmp_path, **changed)
    assert main(["score", "--facts", str(path), "--out", str(tmp_path / "out.parquet")]) == 1
    assert sentence in capsys.readouterr().err
