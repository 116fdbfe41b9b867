"""Pure parts of working on a case: mentions, placeholders, likeness, what is odd about a photo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from webapp.feedback.casework.likeness import likest
from webapp.feedback.casework.mentions import named_in
from webapp.feedback.casework.oddities import Odd, oddities_in
from webapp.feedback.casework.placeholders import PLACEHOLDERS, fill, gaps_in, unknown_placeholders
from webapp.feedback.traces import Traces

STAFF = {1: "Budi Santoso", 2: "Budi Hartono", 3: "Rina Kusuma", 4: "Dr. Agus Salim", 5: "Rina Kusuma Dewi"}
FILED = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)
HERE = (-7.25, 112.75)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Budi Santoso tolong cek", {1}),
        ("@budi santoso, tolong", {1}),
        ("@Budi tolong", set()),  # there are two
        ("@Rina Kusuma mohon lihat", {3}),
        ("@Rina Kusuma Dewi mohon lihat", {5}),
        ("kirim ke rina@kusuma.id", set()),
        ("@Dr. Agus Salim dan @Budi Hartono.", {4, 2}),
        ("@Siti tidak dikenal", set()),
        ("@", set()),
    ],
)
def test_mentions_name_whom_they_mean_or_nobody(text: str, named: set[int]) -> None:
    assert named_in(text, STAFF) == named


def test_a_template_is_filled_and_leaves_gaps_for_what_is_not_known() -> None:
    filled = fill("{layanan} di {Loket}: {kode}", {"layanan": "Akta {kode}", "kode": "TG-1"})
    assert filled == "Akta {kode} di [loket]: TG-1"
    assert gaps_in(filled) == ["[loket]"]
    assert gaps_in("[NIK disamarkan]") == []
    assert all(fill(f"{{{name}}}", {name: "x"}) == "x" for name in PLACEHOLDERS)


def test_placeholders_that_nothing_fills_are_named() -> None:
    assert unknown_placeholders("{layanan} {nama_pelapor} {}") == ["nama_pelapor", ""]


def test_rare_words_make_cases_alike() -> None:
    others = {
        1: ["akta", "server", "pusat", "mati"],
        2: ["akta", "lama"],
        3: ["lampu", "mati"],
        4: ["akta", "antre"],
    }
    found = likest(["akta", "server", "pusat"], others, 2)
    assert [key for key, _alike in found][:1] == [1]
    assert found[0][1] > 0.5
    assert likest(["parkir"], others, 3) == []
    assert likest(["akta"], {}, 3) == []
    assert likest([], others, 3) == []


def odd(traces: Traces, position: tuple[float, float] | None = HERE) -> set[Odd]:
    return {one.kind for one in oddities_in(traces, filed_at=FILED, zone="Asia/Jakarta", position=position)}


def test_a_photo_taken_after_the_report_at_its_place_is_not_odd() -> None:
    after = datetime(2026, 11, 12, 9, 0)  # noqa: DTZ001  a camera without zone
    assert odd(Traces(after, -7.2501, 112.7502)) == set()
    assert odd(Traces(after)) == set()


def test_what_is_odd_is_said_without_the_place() -> None:
    before = (FILED - timedelta(days=30)).replace(tzinfo=None)
    traces = Traces(before, -7.35, 112.75, editor=True)
    assert odd(traces) == {Odd.OLDER_THAN_COMPLAINT, Odd.ELSEWHERE, Odd.EDITED}
    assert odd(traces, None) == {Odd.OLDER_THAN_COMPLAINT, Odd.EDITED}
    (where,) = (
        one
        for one in oddities_in(traces, filed_at=FILED, zone="Asia/Jakarta", position=HERE)
        if one.kind == Odd.ELSEWHERE
    )
    assert where.particulars == {"metres": pytest.approx(11_119, abs=5)}
    assert odd(Traces()) == {Odd.NO_DATE}


def test_the_hours_around_the_report_are_not_counted_by_the_minute() -> None:
    assert odd(Traces(FILED - timedelta(hours=3))) == set()
