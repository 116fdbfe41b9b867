"""The file of rows that could not be taken: beside the input, each with its line and the reason."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import TextIO

from webapp.importing.errors import ImportFailed
from webapp.importing.reading import Row, Table


class BadRows:
    """Writes bad rows to "<file name>.bad.csv" beside the input, or in the current folder where that is read-only.

    The file begins to exist with the first bad row. It has the input's own columns behind `line` and `reason`, so that
    it can be corrected and imported itself, and only its owner may read it. With `only_listed` the rows are named on
    stdout instead, by line and reason, and no file is written.
    """

    def __init__(self, source: Path, table: Table, delimiter: str, *, only_listed: bool = False) -> None:
        self._source = source
        self._only_listed = only_listed
        #: Where the input is such a file itself, its own notes are left out.
        self._dropped = {place for place, name in enumerate(table.columns) if name in ("line", "reason")}
        self._columns = self._kept(table.columns)
        self._delimiter = delimiter
        self._file: TextIO | None = None
        self.path: Path | None = None
        self.count = 0

    def __enter__(self) -> BadRows:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, row: Row, reason: str) -> None:
        """Write down a row and why it could not be taken."""
        self.count += 1
        if self._only_listed:
            sys.stdout.write(f"line {row.line}: {reason}\n")
            return
        if self._file is None:
            self._file = self._open()
            csv.writer(self._file, delimiter=self._delimiter).writerow(["line", "reason", *self._columns])
        csv.writer(self._file, delimiter=self._delimiter).writerow([row.line, reason, *self._kept(row.written)])

    def _kept(self, values: list[str]) -> list[str]:
        return [value for place, value in enumerate(values) if place not in self._dropped]

    def _open(self) -> TextIO:
        name = f"{self._source.name}.bad.csv"
        for folder in (self._source.parent, Path.cwd()):
            path = folder / name
            try:
                handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            except OSError:
                continue
            os.fchmod(handle, 0o600)  # it may have been there before
            self.path = path
            return os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape", newline="")
        raise ImportFailed(
            f"{name} can be written neither beside the input nor in the current folder, and bad rows need a place. "
            "Start the import in a folder that you may write to."
        )
