"""Bringing everything that is encrypted under the newest key, some rows at a time, so that an old key can go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, literal, select, tuple_, type_coerce, update

from webapp.database import Base, db
from webapp.encryption import EncryptedBytes, EncryptedText, keyring

#: Rows of a transaction: a row is locked no longer than it takes to encrypt so many.
BATCH = 500
#: The same for tables that keep files: a file is held in memory some times over.
BATCH_OF_FILES = 5


def encrypted_tables() -> list[tuple[Table, tuple[Column[Any], ...]]]:
    """Every table with encrypted columns, by name, as the models declare them."""
    found = []
    for table in sorted(Base.metadata.tables.values(), key=lambda table: table.name):
        columns = tuple(column for column in table.columns if isinstance(column.type, EncryptedText | EncryptedBytes))
        if columns:
            found.append((table, columns))
    return found


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of some rows of a table: `last` is the key of the last of them, None where there were none."""

    last: tuple[Any, ...] | None
    rows: int
    #: Values looked at; of these under an older key, and under no key that is given.
    values: int
    old: int
    unreadable: int


def rotate_batch(
    table: Table, columns: tuple[Column[Any], ...], after: tuple[Any, ...] | None, *, write: bool = True
) -> Batch:
    """Encrypt with the newest key what an older one has encrypted, in the next BATCH rows after the key `after`, or
    BATCH_OF_FILES.

    What is under the newest key is left alone, so that a run which was stopped goes on where something is left. What
    no key reads stays as it is, and is counted. With `write` off nothing is changed. Rows that somebody holds are
    waited for, so that none is passed over. Flushes only.
    """
    key = list(table.primary_key.columns)
    most = BATCH_OF_FILES if any(isinstance(column.type, EncryptedBytes) for column in columns) else BATCH
    query = select(*key, *(type_coerce(column, LargeBinary) for column in columns)).order_by(*key).limit(most)
    if write:
        query = query.with_for_update()
    if after is not None:
        bound = (literal(value, column.type) for column, value in zip(key, after, strict=True))
        query = query.where(tuple_(*key) > tuple_(*bound))
    rows = db.session.execute(query).all()
    ring = keyring()
    values = old = unreadable = 0
    for row in rows:
        fresh: dict[str, Any] = {}
        for column, token in zip(columns, row[len(key) :], strict=True):
            if token is None:
                continue
            values += 1
            number = ring.key_of(bytes(token))
            unreadable += number is None
            if number:
                old += 1
                fresh[column.name] = type_coerce(ring.rotate(bytes(token)), LargeBinary)
        if fresh and write:
            here = (column == value for column, value in zip(key, row[: len(key)], strict=True))
            db.session.execute(update(table).where(*here).values(fresh))
    return Batch(tuple(rows[-1][: len(key)]) if rows else None, len(rows), values, old, unreadable)
