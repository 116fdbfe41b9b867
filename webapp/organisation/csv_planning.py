"""What an import would do, row by row, before anything is written.

A planner looks at each row against what is stored and what earlier rows will have done, and either refuses it with a
reason or keeps the change it will make. Applying does exactly what was planned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from webapp.organisation.csv_reading import Row


class Kind(StrEnum):
    """What a file brings."""

    UNITS = "units"
    SERVICES = "services"
    OFFICERS = "officers"
    COUNTERS = "counters"
    SHIFTS = "shifts"


#: Columns of each kind of file, and whether each has to be there.
COLUMNS: dict[Kind, Mapping[str, bool]] = {
    Kind.UNITS: {"kode": True, "nama": True, "kode_induk": True, "jenis": False, "zona_waktu": False},
    Kind.SERVICES: {
        "kode": True,
        "nama": True,
        "kode_unit": True,
        "menit_standar": False,
        "jam_standar": False,
        "biaya": False,
        "syarat": False,
    },
    Kind.OFFICERS: {
        "id_pegawai": True,
        "nama": True,
        "nip": False,
        "kode_unit": True,
        "jabatan": False,
        "mulai": True,
        "selesai": False,
    },
    Kind.COUNTERS: {"kode_unit": True, "kode": True, "nama": True},
    Kind.SHIFTS: {
        "kode_unit": True,
        "kode_loket": True,
        "id_pegawai": True,
        "tanggal": True,
        "mulai": True,
        "selesai": True,
    },
}


class Reason(StrEnum):
    """Why a row is refused."""

    MISSING = "missing"
    TOO_LONG = "too_long"
    SURPLUS_CELLS = "surplus_cells"
    BAD_CODE = "bad_code"
    BAD_ZONE = "bad_zone"
    BAD_NUMBER = "bad_number"
    BAD_DAY = "bad_day"
    BAD_TIME = "bad_time"
    BAD_NIP = "bad_nip"
    TWICE = "twice"
    CONTRADICTS = "contradicts"
    UNKNOWN_UNIT = "unknown_unit"
    UNKNOWN_COUNTER = "unknown_counter"
    UNKNOWN_OFFICER = "unknown_officer"
    UNIT_CLOSED = "unit_closed"
    NOT_MANAGED = "not_managed"
    PARENT_REFUSED = "parent_refused"
    PARENT_FIXED = "parent_fixed"
    CYCLE = "cycle"
    NIP_TAKEN = "nip_taken"
    DAYS_REVERSED = "days_reversed"
    DAY_AHEAD = "day_ahead"
    POSTING_OVERLAPS = "posting_overlaps"
    SHIFT_TOO_LONG = "shift_too_long"
    SHIFT_OVERLAPS = "shift_overlaps"
    SHIFT_BEGUN = "shift_begun"
    NOT_POSTED = "not_posted"


class RowRefused(Exception):
    """A row can't be imported; `column` is the cell that it is about, `detail` what else helps to find it."""

    def __init__(self, reason: Reason, column: str = "", detail: str = "") -> None:
        self.reason, self.column, self.detail = reason, column, detail
        super().__init__(f"{reason} {column} {detail}")


@dataclass(frozen=True, slots=True)
class BadRow:
    """A refused row with its reason."""

    row: Row
    reason: Reason
    column: str
    detail: str


class Effect(StrEnum):
    """What a row does."""

    CREATES = "creates"
    CHANGES = "changes"
    NOTHING = "nothing"


@dataclass
class Plan:
    """What a file would do. `changes` are applied in their order."""

    columns: tuple[str, ...]
    counts: dict[Effect, int] = field(default_factory=lambda: dict.fromkeys(Effect, 0))
    bad: list[BadRow] = field(default_factory=list)
    changes: list[Callable[[], object]] = field(default_factory=list)

    def take(self, effect: Effect, change: Callable[[], object] | None = None) -> None:
        """Count a row that is good, and keep what it does."""
        self.counts[effect] += 1
        if change is not None and effect is not Effect.NOTHING:
            self.changes.append(change)

    def refuse(self, row: Row, refused: RowRefused) -> None:
        """Keep a row that is bad."""
        self.bad.append(BadRow(row, refused.reason, refused.column, refused.detail))


def required(row: Row, column: str, longest: int = 200) -> str:
    """The text of a cell that has to be filled in."""
    value = optional(row, column, longest)
    if not value:
        raise RowRefused(Reason.MISSING, column)
    return value


def optional(row: Row, column: str, longest: int = 200) -> str:
    """The text of a cell; "" where it is empty or the file has no such column."""
    value = row.cells.get(column, "")
    if len(value) > longest:
        raise RowRefused(Reason.TOO_LONG, column, str(longest))
    return value


def number(row: Row, column: str, most: int) -> int | None:
    """The whole number in a cell, None where it is empty."""
    value = optional(row, column)
    if not value:
        return None
    if not (value.isascii() and value.isdecimal()) or int(value) > most:
        raise RowRefused(Reason.BAD_NUMBER, column, value)
    return int(value)
