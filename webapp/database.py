"""The database session, the base of all tables, and the one place that commits."""

from __future__ import annotations

import select as polling
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any

import psycopg
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    DateTime,
    Executable,
    Identity,
    MetaData,
    Table,
    Text,
    event,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry


class Base(DeclarativeBase):
    """Base of every table; names of constraints are fixed so that migrations can name them."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(table_name)s_%(column_0_N_name)s",
                "uq": "uq_%(table_name)s_%(column_0_N_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_N_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        # Stored times are always UTC with zone (law 4).
        type_annotation_map={
            datetime: DateTime(timezone=True),
            dict[str, Any]: JSONB,
            list[Any]: JSONB,
            str: Text,
        },
    )


#: Primary key that the database counts up.
BigId = Annotated[int, mapped_column(BigInteger, Identity(always=False), primary_key=True)]

db = SQLAlchemy(model_class=Base, disable_autonaming=True)

_GATHERED = "gathered writes"
#: Rows that are worth a COPY.
_MANY = 100


def new_ids(model: type[Base], count: int) -> list[int]:
    """`count` fresh primary keys for rows that are about to be written in bulk, from the table's own sequence.

    With keys known beforehand the rows go in by executemany; asking for them back makes one statement with thousands of
    parameters, which takes the driver longer than the database.
    """
    table = _table(model)
    (key,) = table.primary_key.columns
    sequence = func.pg_get_serial_sequence(table.name, key.name)
    return list(db.session.scalars(select(func.nextval(sequence)).select_from(func.generate_series(1, count))))


def insert_rows(model: type[Base], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write `rows`, mappings by column name that all have the same keys: few by INSERT, many by COPY.

    Columns as for `copy_rows`; None is written as null, whatever a column's default.
    """
    listed = list(rows)
    session = db.session()
    if len(listed) >= _MANY:
        if session.autoflush:
            session.flush()
        copy_rows(model, listed)
    elif listed:
        # Without render_nulls the rows would be written in one statement for each run of like ones.
        session.execute(insert(model), listed, execution_options={"render_nulls": True})


def copy_rows(model: type[Base], rows: Iterable[Mapping[str, Any]]) -> int:
    """Write `rows`, mappings by column name that all have the same keys, by COPY; how many they were.

    Columns that are not named get the default of the database. Values pass through the column's type, so that encrypted
    columns are encrypted. The rows belong to the transaction of the session.
    """
    listed: Sequence[Mapping[str, Any]] = list(rows)
    if not listed:
        return 0
    table = _table(model)
    dialect = db.session.connection().dialect
    names = list(listed[0])
    kinds = [table.c[name].type.dialect_impl(dialect) for name in names]
    processors = [kind.bind_processor(dialect) for kind in kinds]
    said = [isinstance(kind, JSON) for kind in kinds]  # INSERT writes None in JSON as what JSON says of it
    statement = psycopg.sql.SQL("COPY {} ({}) FROM STDIN").format(
        psycopg.sql.Identifier(table.name), psycopg.sql.SQL(", ").join(map(psycopg.sql.Identifier, names))
    )
    try:
        with driver_connection().cursor() as cursor, cursor.copy(statement) as copy:
            for row in listed:
                copy.write_row(
                    [
                        row[name] if process is None or (row[name] is None and not in_json) else process(row[name])
                        for name, process, in_json in zip(names, processors, said, strict=True)
                    ]
                )
    except psycopg.Error as error:  # told as that of any other statement is
        told = DBAPIError.instance(f"COPY {table.name}", None, error, psycopg.Error, hide_parameters=True)
        raise told from error
    return len(listed)


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


@contextmanager
def gathered_writes() -> Iterator[Callable[[], None]]:
    """Inside, what `write` is given is kept, and goes to the database by the statement when the function that this
    yields is called, and at the end. For bulk: a thousand rows one by one take ten times as long.

    Nothing inside may read what was not sent yet.
    """
    session = db.session()
    kept: dict[Executable, list[dict[str, Any]]] = {}

    def send() -> None:
        for statement, rows in kept.items():
            session.execute(statement, rows)
        kept.clear()

    session.info[_GATHERED] = kept
    try:
        yield send
        send()
    finally:
        del session.info[_GATHERED]


def write(statement: Executable, row: dict[str, Any]) -> None:
    """Write one row by a statement whose outcome nobody asks for: at once, or together inside `gathered_writes`."""
    session = db.session()
    kept: dict[Executable, list[dict[str, Any]]] | None = session.info.get(_GATHERED)
    if kept is None:
        session.execute(statement, row)
    else:
        kept.setdefault(statement, []).append(row)


def refuse_dead_connections(app: Flask) -> None:
    """Let the pool of `app` notice, before it hands a connection out, that the server has closed it.

    A server that was killed or restarted has closed its ends, and an idle connection on which there is something to
    read is one that ended. Seeing that costs a microsecond; asking the server each time would cost a fifth of filing.
    """
    with app.app_context():
        event.listen(db.engine, "checkout", _refuse_if_closed)


def _refuse_if_closed(connection: psycopg.Connection, _record: object, _proxy: object) -> None:
    if connection.closed:
        raise InvalidatePoolError
    idle = polling.poll()
    idle.register(connection.fileno(), polling.POLLIN)
    if idle.poll(0):
        raise InvalidatePoolError  # and the others of the pool with it: they were closed at the same time


def let_application_in(connection: Connection, role: str, metadata: MetaData) -> None:
    """Give `role`, which the product works under, its rights in all tables; `connection` is their owner's.

    A table says in `info["rights"]` what the product may do with it, where that is less than everything. What is only
    to be added to stands firm because its owner is somebody else: migrations alone know the owner's password.
    Raises sqlalchemy.exc.ProgrammingError where there is no such role.
    """
    quote = connection.dialect.identifier_preparer.quote
    everything = "SELECT, INSERT, UPDATE, DELETE"
    if connection.dialect.server_version_info >= (17,):  # type: ignore[operator]
        everything += ", MAINTAIN"  # gathering statistics after a large import
    said = [
        f"GRANT {everything} ON ALL TABLES IN SCHEMA public TO {quote(role)}",
        f"GRANT USAGE, SELECT, UPDATE ON ALL SEQUENCES IN SCHEMA public TO {quote(role)}",
    ]
    there = set(inspect(connection).get_table_names())
    rights = {table.name: table.info["rights"] for table in metadata.tables.values() if "rights" in table.info}
    for name, allowed in sorted(({"alembic_version": "SELECT"} | rights).items()):
        if name in there:
            said += [
                f"REVOKE ALL ON {quote(name)} FROM {quote(role)}",
                f"GRANT {allowed} ON {quote(name)} TO {quote(role)}",
            ]
    for statement in said:
        connection.execute(text(statement))


def driver_connection() -> psycopg.Connection:
    """The driver's own connection, in the session's transaction. What the session has not flushed is not seen there.

    For the few statements that run with each rating: on the way through SQLAlchemy they take three times as long in the
    process. Errors are the driver's own.
    """
    connection = db.session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


@contextmanager
def transaction() -> Iterator[Session]:
    """One transaction at the edge: commits when the block ends well, rolls back when it raises.

    Faces (portal, bot, worker, command line) open it once for each request, update or job. Actions below flush and
    never commit, so that what they publish stands or falls with what they did.
    """
    session = db.session()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
