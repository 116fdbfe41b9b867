"""CSV files come as spreadsheets write them."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.organisation.csv_reading import (
    FileFault,
    UnreadableFile,
    decode,
    parse_day,
    parse_time,
    read_table,
    write_table,
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_marks_delimiters_and_line_ends_are_found(delimiter: str, mark: bytes, line_end: str) -> None:
    lines = [delimiter.join(("Kode", "Nama Unit")), delimiter.join(("A", f'"Dinas{delimiter} Kota"')), ""]
    table = read_table(decode(mark + line_end.join(lines).encode()), ["kode"])
    assert table.columns == ("kode", "nama_unit")
    assert [(row.line, row.cells) for row in table.rows] == [(2, {"kode": "A", "nama_unit": f"Dinas{delimiter} Kota"})]


def test_lines_are_those_of_the_file() -> None:
    table = read_table('kode,nama\n\nA,"dua\nbaris"\n,\nB,satu\n', [])
    assert [(row.line, row.cells["kode"]) for row in table.rows] == [(3, "A"), (6, "B")]


def test_cells_too_many_and_too_few_are_seen() -> None:
    table = read_table("kode,nama\nA\nB,b,c\nC,c,\n", [])
    assert [row.surplus for row in table.rows] == [False, True, False]
    assert table.rows[0].cells == {"kode": "A"}


@pytest.mark.parametrize(
    ("content", "fault", "detail"),
    [
        (b"", FileFault.EMPTY, ""),
        (b"kode,nama\n", FileFault.EMPTY, ""),
        ("kode,nama\nA,é\n".encode("latin-1"), FileFault.NOT_UTF8, ""),
        ("kode,nama\nA,b\n".encode("utf-16"), FileFault.NOT_UTF8, ""),
        (b"PK\x03\x04\x00\x00", FileFault.NOT_UTF8, ""),
        (b'kode,nama\nA,"b\nC,d\n', FileFault.BROKEN, "3"),
        (b"kode,kode\nA,b\n", FileFault.COLUMN_TWICE, "kode"),
        (b"nama\nA\n", FileFault.COLUMN_MISSING, "kode"),
        (b"kode\n" + b"A\n" * 20_001, FileFault.TOO_LONG, "20000"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, fault: FileFault, detail: str) -> None:
    with pytest.raises(UnreadableFile) as error:
        read_table(decode(content), ["kode"])
    assert (error.value.fault, error.value.detail) == (fault, detail)


_words = st.text(st.characters(exclude_categories=["C"], exclude_characters="'"), min_size=1).map(str.strip)


@given(st.lists(st.tuples(_words.filter(bool), _words), min_size=1))
def test_what_is_written_is_read_again(rows: list[tuple[str, str]]) -> None:
    table = read_table(decode(write_table(["kode", "nama"], rows)), ["kode", "nama"])
    assert [tuple(cell.removeprefix("'") for cell in row.cells.values()) for row in table.rows] == rows


def test_a_file_to_download_runs_nothing_in_a_spreadsheet() -> None:
    written = write_table(["kode"], [["=1+1"], ["@x"], ["-2"], ["aman"]]).decode("utf-8-sig")
    assert written.split() == ["kode", "'=1+1", "'@x", "'-2", "aman"]


def test_days_and_times_are_read_as_people_write_them() -> None:
    for text in ("2026-11-24", "24/11/2026", "24-11-2026", "24.11.2026"):
        assert parse_day(text) == date(2026, 11, 24)
    for text in ("07:30", "7.30", "07:30:00"):
        assert parse_time(text) == time(7, 30)
    for wrong in ("11/24/2026", "2026-13-01", "kemarin", "", "20261124"):
        with pytest.raises(ValueError, match=r"^"):
            parse_day(wrong)
    for wrong in ("24.00", "7", "07:60", "pagi"):
        with pytest.raises(ValueError, match=r"^"):
            parse_time(wrong)
