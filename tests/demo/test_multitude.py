"""The multitude's lives are ones that the table of states allows, and its rows fit together."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from cryptography.fernet import Fernet

from webapp.demo.multitude.lives import Bench, Worker
from webapp.demo.multitude.rows import COLUMNS, Desk, Plan, Writer, sequences_after
from webapp.demo.multitude.texts import Place
from webapp.encryption import Keyring
from webapp.feedback.life_cycle import OPEN_STATES, State, allowed_moves

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
COUNT = 600


def plan_for(key: str) -> Plan:
    began = NOW - timedelta(days=92)
    days = [began.date() + timedelta(days=n) for n in range(-1, 95)]
    bench = Bench(3, (Worker(11, 21), Worker(12, 22)), Worker(13, None), 14, 15)
    place = Place("Seksi Akta", (("akta-kelahiran", "akta kelahiran"),), ("Bu Sari",))
    return Plan(
        seed=1,
        count=COUNT,
        first_id=1000,
        first_attribution=500,
        began=began,
        now=NOW,
        rules_version="2",
        calendar="1:1",
        dues={(day, n): datetime(day.year, day.month, day.day, 9, tzinfo=UTC) + timedelta(days=n * 1.4)
              for day in days for n in (3, 5, 10, 14)},
        desks=(Desk(bench, place, {"akta-kelahiran": 7}, 1.0),),
        encryption_keys=(key,),
        secret_key="x" * 40,
    )  # fmt: skip


@pytest.fixture(scope="module")
def rows() -> dict[str, list[dict[str, str]]]:
    """The rows of each table, as COPY would read them."""
    key = Fernet.generate_key().decode()
    part = Writer(plan_for(key)).part(0, COUNT)
    read = {
        table: [dict(zip(COLUMNS[table], line.split("\t"), strict=True)) for line in lines.decode().splitlines()]
        for table, lines in part.items()
    }
    word = bytes.fromhex(read["complaint"][0]["secret_word"].removeprefix("\\\\x"))
    assert Keyring((key,), "x" * 40).decrypt(word).count("-") == 2
    return read


def test_every_step_is_one_that_the_table_of_states_knows(rows: dict[str, list[dict[str, str]]]) -> None:
    lives: dict[str, list[State]] = defaultdict(lambda: [State.FILED])
    moments: dict[str, list[str]] = defaultdict(list)
    for row in rows["state_change"]:
        lives[row["complaint_id"]].append(State(row["state"]))
        moments[row["complaint_id"]].append(row["at"])
    steps = {pair for life in lives.values() for pair in pairwise(life)}
    assert steps <= allowed_moves(), steps - allowed_moves()
    assert len(steps) >= 12  # lives differ
    assert {row["feedback_id"]: row["state"] for row in rows["complaint"]} == {
        id_: str(lives[id_][-1]) for id_ in (row["feedback_id"] for row in rows["complaint"])
    }
    for times in moments.values():
        assert times == sorted(times)
        assert times[-1] <= str(NOW)


def test_codes_and_texts_differ_and_ids_fit(rows: dict[str, list[dict[str, str]]]) -> None:
    complaints = rows["complaint"]
    assert len({row["code"] for row in complaints}) == len(complaints) == COUNT
    assert len({row["text"] for row in complaints}) > COUNT * 0.95
    messages = {int(row["id"]) for row in rows["complaint_message"]}
    assert len(messages) == len(rows["complaint_message"])
    last = sequences_after(plan_for("k"))
    assert max(messages) <= last["complaint_message"]
    assert max(int(row["feedback_id"]) for row in complaints) <= last["feedback"]


def test_clocks_run_where_the_agency_still_has_to_do_something(rows: dict[str, list[dict[str, str]]]) -> None:
    running = {row["complaint_id"] for row in rows["complaint_clock"] if row["stopped_at"] == "\\N"}
    for row in rows["complaint"]:
        if row["state"] in OPEN_STATES - {State.FILED, State.VERIFIED}:
            assert row["feedback_id"] in running, row["state"]
        if row["state"] in ("accepted", "closed", "passed_on", "archived"):
            assert row["feedback_id"] not in running, row["state"]


def test_whom_it_concerns_neither_handles_nor_answers_it(rows: dict[str, list[dict[str, str]]]) -> None:
    officers = {"21": "11", "22": "12"}
    excluded = {row["complaint_id"]: officers[row["officer_id"]] for row in rows["exclusion"]}
    assert excluded
    for row in rows["complaint"]:
        if row["feedback_id"] in excluded:
            assert excluded[row["feedback_id"]] not in (row["handler_id"], row["answered_by_id"])
