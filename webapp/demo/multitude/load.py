"""Writing a multitude of complaints into the database of the demo city, by COPY.

Made for the owner of the tables: indexes and foreign keys are taken away meanwhile and built anew at the end, all in
one transaction, which leaves nothing behind if it fails. Another role writes the same rows with everything in place,
which takes several times as long.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from multiprocessing import get_context

import psycopg
from psycopg import sql
from sqlalchemy import func, make_url, select

from config import Settings
from webapp.accounts.models import Account, RoleAssignment
from webapp.accounts.permissions import Role
from webapp.attribution.rules import RULES_VERSION
from webapp.database import db
from webapp.demo.multitude.lives import MESSAGES, Bench, Worker
from webapp.demo.multitude.rows import COLUMNS, Desk, Plan, Writer, sequences_after
from webapp.demo.multitude.texts import Place
from webapp.demo.texts import read_data
from webapp.feedback.models import Complaint
from webapp.organisation.calendars import WorkingTime, due_after_working_days
from webapp.organisation.models import Officer, Service, Unit
from webapp.organisation.queries import working_time_of

#: Complaints that a process makes at a time.
PART = 5_000
#: What a city is told a day: so many days back the first complaint was filed, within these bounds.
A_DAY, SHORTEST, LONGEST = 700, 92, 3_650

#: What the trigger of each complaint would write.
_WORDS = """
    INSERT INTO complaint_words (complaint_id, unit_id, filed_at, words)
    SELECT c.feedback_id, c.unit_id, f.filed_at, complaint_words_of(c.text, f.place, c.unit_id)
    FROM complaint c JOIN feedback f ON f.id = c.feedback_id WHERE c.feedback_id >= %s ORDER BY c.feedback_id
"""

Progress = Callable[[str, float], None]


class NoCity(Exception):
    """There is no agency with triage and officers that could have been complained to."""


def count_complaints() -> int:
    """How many complaints there are."""
    return db.session.scalar(select(func.count()).select_from(Complaint)) or 0


def plan_multitude(count: int, *, seed: int, now: datetime, settings: Settings) -> Plan:
    """Lay out `count` complaints for the agency in the database, the last filed just before `now`. Raises NoCity."""
    began = now - timedelta(days=min(LONGEST, max(SHORTEST, count / A_DAY)))
    root = db.session.scalars(select(Unit).where(Unit.parent_id.is_(None)).order_by(Unit.id).limit(1)).one_or_none()
    desks = _desks()
    if root is None or not desks:
        raise NoCity
    working = working_time_of(root)
    first_id = max(_next_number("feedback"), _next_number("complaint_message") // MESSAGES + 1)
    return Plan(
        seed=seed,
        count=count,
        first_id=first_id,
        first_attribution=_next_number("attribution"),
        began=began,
        now=now,
        rules_version=RULES_VERSION,
        calendar=working.calendar,
        dues=_dues(began, now, working),
        desks=desks,
        encryption_keys=settings.encryption_keys,
        secret_key=settings.secret_key,
    )


def write_multitude(plan: Plan, address: str, progress: Progress) -> None:
    """Write everything of `plan` over a connection of its own, and commit it. `progress` hears step and share."""
    plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        connection.execute("SET maintenance_work_mem = '256MB'")
        with _lifted(connection, progress) as lifted:
            for done, part in enumerate(_parts(plan), start=1):
                for table in COLUMNS:
                    if table in part:
                        _copy(connection, table, part[table])
                progress("multitude", 0.6 * min(1.0, done * PART / plan.count))
            if lifted:  # else triggers wrote them
                connection.execute(_WORDS, (plan.first_id,))
            for table, last in sequences_after(plan).items():
                connection.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s)", (table, last))
    progress("tidy", 0.95)
    with psycopg.connect(plain, autocommit=True) as connection:
        for table in (*COLUMNS, "complaint_words"):
            connection.execute(sql.SQL("VACUUM (ANALYZE) {}").format(sql.Identifier(table)))
    progress("ready", 1.0)


_writer: Writer


def _begin(plan: Plan) -> None:
    global _writer
    _writer = Writer(plan)


def _make(first: int, count: int) -> dict[str, bytes]:
    return _writer.part(first, count)


def _parts(plan: Plan) -> Iterator[dict[str, bytes]]:
    """The parts in order, a few made ahead in other processes."""
    makers = os.cpu_count() or 1  # the database is done with a part long before the next one is made
    with ProcessPoolExecutor(makers, get_context("spawn"), initializer=_begin, initargs=(plan,)) as pool:
        ahead: deque[Future[dict[str, bytes]]] = deque()
        for first in range(0, plan.count, PART):
            ahead.append(pool.submit(_make, first, min(PART, plan.count - first)))
            if len(ahead) > makers + 1:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _copy(connection: psycopg.Connection, table: str, lines: bytes) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, COLUMNS[table]))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(lines)


@contextmanager
def _lifted(connection: psycopg.Connection, progress: Progress) -> Iterator[bool]:
    """Take indexes, foreign keys and triggers of the tables away, if they are ours, and put them back at the end.

    Yields whether they are.
    """
    tables = [*COLUMNS, "complaint_words"]
    owned = connection.execute(
        "SELECT bool_and(pg_has_role(relowner, 'USAGE')) FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r'",
        (tables,),
    ).fetchone()
    if owned is None or not owned[0]:
        yield False
        return
    for table in tables:
        connection.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(sql.Identifier(table)))
    keys = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint c "
        "WHERE conrelid = ANY(%s::regclass[]) AND (contype = 'f' OR contype = 'u' AND NOT EXISTS "
        "(SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid)) ORDER BY contype DESC, 1, 2",
        (tables,),
    ).fetchall()
    indexes = connection.execute(
        "SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i "
        "WHERE indrelid = ANY(%s::regclass[]) AND NOT EXISTS "
        "(SELECT FROM pg_constraint WHERE conindid = i.indexrelid AND contype IN ('p', 'u', 'x'))",
        (tables,),
    ).fetchall()
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
    for table, name, _ in keys:
        connection.execute(sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(_name(table), sql.Identifier(name)))
    for name, _ in indexes:
        connection.execute(sql.SQL("DROP INDEX {}").format(_name(name)))
    yield True
    # Unique keys first, then plain indexes, then what refers to others.
    steps = [
        *((f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}") for table, name, made in keys if made[0] == "U"),
        *(made for _, made in indexes),
        *((f"ALTER TABLE {table} ADD CONSTRAINT {name} {made}") for table, name, made in keys if made[0] != "U"),
    ]
    for done, step in enumerate(steps):
        connection.execute(step.encode())
        progress("indexes", 0.6 + 0.35 * done / len(steps))
    for table in tables:
        connection.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))


def _name(regclass: str) -> sql.SQL:
    # What the database printed as a name is quoted where it has to be.
    return sql.SQL(regclass)


def _next_number(table: str) -> int:
    return 1 + (db.session.scalar(select(func.nextval(func.pg_get_serial_sequence(table, "id")))) or 0)


def _dues(began: datetime, now: datetime, working: WorkingTime) -> dict[tuple[date, int], datetime]:
    dues, day = {}, began.date() - timedelta(days=1)
    while day <= now.date() + timedelta(days=1):
        noon = datetime(day.year, day.month, day.day, 5, tzinfo=now.tzinfo)
        for days in (3, 5, 10, 14):
            dues[day, days] = due_after_working_days(noon, days, working)
        day += timedelta(days=1)
    return dues


def _desks() -> tuple[Desk, ...]:
    """The units with officers, those of the agency's bigger offices with more complaints."""
    units = {unit.id: unit for unit in db.session.scalars(select(Unit).where(Unit.active))}
    officers = dict(
        db.session.execute(select(Officer.account_id, Officer.id).where(Officer.account_id.is_not(None))).all()
    )
    held: dict[Role, dict[int, list[Worker]]] = {role: {} for role in Role}
    for account_id, role, unit_id in db.session.execute(
        select(Account.id, RoleAssignment.role, RoleAssignment.unit_id)
        .join(RoleAssignment, RoleAssignment.account_id == Account.id)
        .where(Account.active)
        .order_by(Account.id)
    ):
        held[Role(role)].setdefault(unit_id, []).append(Worker(account_id, officers.get(account_id)))
    said = {service["code"]: service["said"] for service in read_data("services")["service"]}
    services = db.session.execute(
        select(Service.id, Service.code, Service.name, Unit.path).join(Unit, Unit.id == Service.unit_id)
    ).all()
    desks = []
    for unit in sorted(units.values(), key=lambda unit: unit.path):
        above = [int(part) for part in reversed(unit.path.strip("/").split("/"))]
        workers = held[Role.OFFICER].get(unit.id)
        triage = _nearest(held[Role.TRIAGE], above)
        offered = [service for service in services if unit.path.startswith(service.path)]
        superior = _nearest(held[Role.SUPERVISOR], above) or _nearest(held[Role.LIAISON], above)
        if not workers or triage is None or superior is None or not offered:
            continue
        liaison = _nearest(held[Role.LIAISON], above)
        names = db.session.scalars(select(Officer.name).where(Officer.account_id.in_([one.account for one in workers])))
        desks.append(
            Desk(
                Bench(unit.id, tuple(workers), superior, liaison.account if liaison else None, triage.account),
                Place(
                    unit.name,
                    tuple((service.code, said.get(service.code, service.name)) for service in offered),
                    tuple(f"Bu {name.split()[0]}" for name in names),
                ),
                {service.code: service.id for service in offered},
                float(len(workers)),
            )
        )
    return tuple(desks)


def _nearest(held: dict[int, list[Worker]], above: list[int]) -> Worker | None:
    return next((held[unit][0] for unit in above if unit in held), None)
