"""Reading a CSV file row by row, however large it is, without losing the good rows to a bad one."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from webapp.importing.errors import ImportFailed, Unusable

if TYPE_CHECKING:
    from _csv import Reader  # the type has no other name


@dataclass(frozen=True, slots=True)
class Row:
    """A row with the number of the line it begins in (the header's is 1), as values by column and as it was written.

    `problem` says why the row cannot be read at all; it has no values then.
    """

    line: int
    values: dict[str, str]
    written: list[str]
    problem: str | None = None

    def check(self) -> None:
        """Raise Unusable where the row cannot be read at all."""
        if self.problem is not None:
            raise Unusable(self.problem)


@dataclass(slots=True)
class Table:
    """A CSV file that is being read. `position` tells how many of its `size` bytes on the disk have been."""

    columns: list[str]
    size: int
    position: Callable[[], int]
    _rows: Iterator[Row] = field(repr=False)

    def batches(self, size: int) -> Iterator[list[Row]]:
        """The rows in batches of `size`; raises ImportFailed where the file breaks off, after what came before."""
        batch: list[Row] = []
        broken: ImportFailed | None = None
        while broken is None:
            try:
                row = next(self._rows, None)
            except ImportFailed as error:
                row, broken = None, error
            if row is not None:
                batch.append(row)
            if batch and (row is None or len(batch) == size):
                yield batch
                batch = []
            if row is None:
                break
        if broken is not None:
            raise broken


@contextmanager
def open_table(path: Path, delimiter: str) -> Iterator[Table]:
    """Open a CSV file in UTF-8, with or without byte order mark, packed (.gz) or not; raises ImportFailed."""
    try:
        raw = path.open("rb")
    except OSError as error:
        raise ImportFailed(f"{path} cannot be read: {error.strerror}.") from None
    with raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        content = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if packed else raw
        # What is no UTF-8 comes through as single surrogates: only the rows that hold some are bad, and they can be
        # written out again byte by byte.
        text = io.TextIOWrapper(content, encoding="utf-8-sig", errors="surrogateescape", newline="")
        reader = csv.reader(text, delimiter=delimiter)
        columns = _header(reader, path)
        yield Table(columns, path.stat().st_size, raw.tell, _read(reader, columns, path))


def _header(reader: Reader, path: Path) -> list[str]:
    try:
        columns = [name.strip() for name in next(reader, [])]
    except (csv.Error, EOFError, OSError, zlib.error) as error:
        raise ImportFailed(f"{path} cannot be read: {error}.") from None
    if not any(columns):
        raise ImportFailed(f"{path} has no first line with the names of its columns.")
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise ImportFailed(f"{path} has more than one column {', '.join(twice)}: give each a name of its own.")
    return columns


def _read(reader: Reader, columns: list[str], path: Path) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            written = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(line, {}, [], f"it is no CSV: {error}")
            continue
        except (EOFError, OSError, zlib.error) as error:
            raise ImportFailed(
                f"{path} breaks off after line {line - 1}: {error}. What came before has been taken in; "
                "import the whole file again when you have it."
            ) from None
        if not any(written):
            continue
        problem = _problem(written, len(columns))
        yield Row(line, {} if problem else dict(zip(columns, written, strict=True)), written, problem)


def _problem(written: list[str], expected: int) -> str | None:
    if len(written) != expected:
        return f"it has {len(written)} values where the header has {expected} columns"
    whole = "".join(written)
    if "\0" in whole:
        return "it holds a zero byte"
    if not whole.isascii() and any("\ud800" <= letter <= "\udfff" for letter in whole):
        return "it is not UTF-8: save the file as CSV UTF-8"
    return None
