"""Writing many rows of the product's tables at once, by COPY, through the types that the models give their columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import psycopg
from sqlalchemy import Table

from webapp.database import Base, db


def copy_rows(model: type[Base], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write `rows`, mappings by column name that all have the same keys; how many they were.

    Columns that are not named get the default of the database. Values pass through the column's type, so that encrypted
    columns are encrypted. The rows belong to the transaction of the session.
    """
    listed: Sequence[Mapping[str, Any]] = list(rows)
    if not listed:
        return 0
    table = _table(model)
    connection = db.session.connection()
    names = list(listed[0])
    processors = [
        table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for name in names
    ]

    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(
        psycopg.sql.Identifier(table.name), psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, names))
    )
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in listed:
            copy.write_row(
                [
                    row[name] if process is None or row[name] is None else process(row[name])
                    for name, process in zip(names, processors, strict=True)
                ]
            )
    return len(listed)


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table
