"""Reading a CSV file as spreadsheets write it: UTF-8 with or without a mark, commas, semicolons or tabs."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

#: Rows that one import takes.
MOST_ROWS = 20_000


class FileFault(StrEnum):
    """Why a file can't be read at all."""

    NOT_UTF8 = "not_utf8"
    EMPTY = "empty"
    BROKEN = "broken"
    COLUMN_TWICE = "column_twice"
    COLUMN_MISSING = "column_missing"
    TOO_LONG = "too_long"


class UnreadableFile(Exception):
    """`fault` says why; `detail` is the column or line that it is about."""

    def __init__(self, fault: FileFault, detail: str = "") -> None:
        self.fault, self.detail = fault, detail
        super().__init__(f"{fault} {detail}")


@dataclass(frozen=True, slots=True)
class Row:
    """A row by its columns; `line` is where it begins in the file, `surplus` whether it has more cells than columns."""

    line: int
    cells: dict[str, str]
    surplus: bool = False


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A file: its columns in order, as they are called here, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def decode(content: bytes) -> str:
    """The text of a file; raises UnreadableFile for one that is not UTF-8."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFile(FileFault.NOT_UTF8) from None
    if "\x00" in text:
        raise UnreadableFile(FileFault.NOT_UTF8)
    return text


def read_table(text: str, required: Iterable[str], most_rows: int = MOST_ROWS) -> CsvTable:
    """The rows of a file with its heading in the first row; empty rows are left out.

    Raises UnreadableFile where there is no heading or row, a column of `required` is missing, a column comes twice, the
    quotes are broken, or there are more than `most_rows` rows.
    """
    if not text.strip():
        raise UnreadableFile(FileFault.EMPTY)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[Row] = []
    columns: tuple[str, ...] = ()
    line = 1
    try:
        for cells in reader:
            begins, line = line, reader.line_num + 1
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                continue
            if not columns:
                columns = tuple(re.sub(r"[\s-]+", "_", cell.lower()) for cell in cells)
                continue
            if len(rows) == most_rows:
                raise UnreadableFile(FileFault.TOO_LONG, str(most_rows))
            named = {name: cell for name, cell in zip(columns, cells, strict=False) if name}
            rows.append(Row(begins, named, any(cells[len(columns) :])))
    except csv.Error:
        raise UnreadableFile(FileFault.BROKEN, str(reader.line_num)) from None
    named_columns = [name for name in columns if name]
    for name in named_columns:
        if named_columns.count(name) > 1:
            raise UnreadableFile(FileFault.COLUMN_TWICE, name)
    for name in required:
        if name not in named_columns:
            raise UnreadableFile(FileFault.COLUMN_MISSING, name)
    if not rows:
        raise UnreadableFile(FileFault.EMPTY)
    return CsvTable(tuple(named_columns), tuple(rows))


def write_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file with the mark by which spreadsheets know UTF-8.

    A cell that a spreadsheet would take for a formula is given an apostrophe in front, so that opening the file runs
    nothing.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_harmless(str(cell)) for cell in row])
    return out.getvalue().encode("utf-8-sig")


def parse_day(text: str) -> date:
    """A date as in 2026-11-24, 24/11/2026 or 24-11-2026; raises ValueError."""
    match = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", text)
    if match is not None:
        day, month, year = (int(number) for number in match.groups())
        return date(year, month, day)
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError(text)
    return date.fromisoformat(text)


def parse_time(text: str) -> time:
    """A time of day as in 07:30 or 7.30; raises ValueError."""
    match = re.fullmatch(r"([0-9]{1,2})[.:]([0-9]{2})(?:[.:]00)?", text)
    if match is None:
        raise ValueError(text)
    return time(int(match[1]), int(match[2]))


def _delimiter(text: str) -> str:
    """What separates the cells of the heading, whichever stands there most often."""
    heading = next(line for line in text.splitlines() if line.strip())
    unquoted = re.sub(r'"[^"]*"', "", heading)
    return max(",;\t", key=unquoted.count)


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
