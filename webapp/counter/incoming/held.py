"""Reports that wait for somebody: which names nobody knows, what they mean, and trying them again.

Everything takes its viewer: who administers the unit that a system reports for sees what it sent.
"""

from __future__ import annotations

import itertools
from collections import Counter as Counts
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, Text, and_, exists, func, literal_column, select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.counter.incoming.errors import NotMeant
from webapp.counter.incoming.intake import Sender, Sitting, Taken, lock_source
from webapp.counter.incoming.models import ApiClient, IncomingRecord, SourceAlias
from webapp.counter.incoming.problems import NAMES, Problem, problem_from
from webapp.counter.incoming.reports import STORED, StageReport, VisitReport
from webapp.counter.incoming.stages import StageUse
from webapp.counter.incoming.visits import VisitUse
from webapp.database import db
from webapp.organisation.managed import in_reach
from webapp.organisation.models import Counter, Officer, Posting, Service, Unit

IMPORT = Permission.ORGANISATION_IMPORT
#: As many reports are tried again by one press: each is a few statements, and somebody waits for the page.
MOST_AT_ONCE = 1000

_MODELS = {"officer": Officer, "service": Service, "counter": Counter, "unit": Unit}


@dataclass(frozen=True, slots=True)
class UnknownName:
    """A name that a system uses and nobody knows: of what kind, in how many reports that wait, and since when."""

    source: str
    system: str
    unit: Unit
    kind: str
    name: str
    reports: int
    since: datetime


@dataclass(frozen=True, slots=True)
class HeldReport:
    """A report that waits, and all that keeps it."""

    id: int
    system: str
    kind: str
    external_id: str
    received_at: datetime
    timezone: str
    problems: tuple[Problem, ...]


def list_unknown_names(viewer: Account) -> list[UnknownName]:
    """Names that keep reports of the viewer's units waiting, the most frequent first."""
    problem = func.jsonb_array_elements(IncomingRecord.problems).table_valued("value").render_derived(name="problem")
    code, value = (literal_column(f"problem.value ->> '{key}'", Text) for key in ("code", "value"))
    rows = db.session.execute(
        select(
            IncomingRecord.source,
            func.max(ApiClient.name),
            IncomingRecord.unit_id,
            code,
            value,
            func.count(IncomingRecord.id.distinct()),
            func.min(IncomingRecord.received_at),
        )
        .select_from(IncomingRecord)
        .join(Unit, Unit.id == IncomingRecord.unit_id)
        .outerjoin(ApiClient, ApiClient.id == IncomingRecord.client_id)
        .join(problem, literal_column("true"))
        .where(IncomingRecord.state == "held", in_reach(viewer, IMPORT), code.in_([str(known) for known in NAMES]))
        .group_by(IncomingRecord.source, IncomingRecord.unit_id, code, value)
        .order_by(func.count(IncomingRecord.id.distinct()).desc(), code, value)
        .limit(200)
    ).all()
    units = {unit.id: unit for unit in db.session.scalars(select(Unit).where(Unit.id.in_({row[2] for row in rows})))}
    kinds = {str(code): kind for code, kind in NAMES.items()}
    return [
        UnknownName(source, system or source, units[unit_id], kinds[code], name, count, since)
        for source, system, unit_id, code, name, count, since in rows
    ]


def list_held(viewer: Account, *, page: int = 1, size: int = 50) -> tuple[list[HeldReport], int]:
    """Reports of the viewer's units that wait, the latest first, one page of them, and how many there are."""
    total = db.session.scalar(held_reports(viewer).with_only_columns(func.count(IncomingRecord.id))) or 0
    records = db.session.scalars(
        held_reports(viewer)
        .options(joinedload(IncomingRecord.client), joinedload(IncomingRecord.unit))
        .order_by(IncomingRecord.received_at.desc(), IncomingRecord.id.desc())
        .limit(size)
        .offset((max(page, 1) - 1) * size)
    )
    return [
        HeldReport(
            record.id,
            record.client.name if record.client is not None else record.source,
            record.kind,
            record.external_id.replace("\n", " · "),
            record.received_at,
            record.unit.timezone,
            tuple(problem for problem in map(problem_from, record.problems) if problem.holds),
        )
        for record in records
    ], total


def count_held(viewer: Account) -> int:
    """How many reports of the viewer's units wait."""
    return db.session.scalar(held_reports(viewer).with_only_columns(func.count(IncomingRecord.id))) or 0


def list_meanings(name: UnknownName) -> list[tuple[int, str]]:
    """What a name can mean: id and name of each, by name, at and below the unit that its system reports for."""
    here = Unit.path.startswith(name.unit.path, autoescape=True)
    query: Select[int, str]
    if name.kind == "officer":
        query = select(Officer.id, Officer.name).where(
            exists(
                select(Posting.id)
                .join(Unit, Unit.id == Posting.unit_id)
                .where(Posting.officer_id == Officer.id, here)
                .correlate(Officer)
            )
        )
        query = query.order_by(func.lower(Officer.name), Officer.id)
    elif name.kind == "service":
        above = [int(part) for part in name.unit.path.strip("/").split("/")]
        offered = Service.unit_id.in_(above) | Service.unit_id.in_(select(Unit.id).where(here))
        query = select(Service.id, Service.name).where(offered, Service.active).order_by(func.lower(Service.name))
    elif name.kind == "counter":
        code = name.name.rsplit("/", 1)[0]
        query = (
            select(Counter.id, Counter.name + ", " + Unit.name)
            .join(Unit, Unit.id == Counter.unit_id)
            .where(here, Unit.code == code)
            .order_by(Counter.code)
        )
    else:
        query = select(Unit.id, Unit.name).where(here).order_by(func.lower(Unit.name))
    return [(id_, words) for id_, words in db.session.execute(query.limit(2000))]


def set_meaning(viewer: Account, source: str, kind: str, name: str, meaning_id: int, now: datetime) -> list[Taken]:
    """Say what a source means by a name, and try again what waited for it; what became of each report.

    Raises NotMeant where no such name waits for the viewer, or it cannot mean this.
    """
    waiting = [one for one in list_unknown_names(viewer) if (one.source, one.kind, one.name) == (source, kind, name)]
    if not waiting or all(meaning_id != id_ for one in waiting for id_, _words in list_meanings(one)):
        raise NotMeant
    lock_source(source)
    alias = db.session.scalar(
        select(SourceAlias).where(SourceAlias.source == source, SourceAlias.kind == kind, SourceAlias.alias == name)
    )
    if alias is None:
        alias = SourceAlias(source=source, kind=kind, alias=name)
        db.session.add(alias)
    for known in _MODELS:
        setattr(alias, f"{known}_id", meaning_id if known == kind else None)
    db.session.flush()
    return _retry(held_reports(viewer).where(waits_for_name(source, kind, name)), now)


def waits_for_name(source: str, kind: str, name: str) -> ColumnElement[bool]:
    """The condition that a report waits for the meaning of this name, perhaps among other things."""
    wanted = [{"code": str(code), "value": name} for code, meant in NAMES.items() if meant == kind]
    return and_(IncomingRecord.source == source, IncomingRecord.problems.contains(wanted))


def retry_held(viewer: Account, now: datetime) -> list[Taken]:
    """Try again what waits, the earliest first, up to MOST_AT_ONCE; what became of each report."""
    return _retry(held_reports(viewer), now)


def retry_source(viewer: Account, source: str, now: datetime) -> list[Taken]:
    """Try again what waits of one source."""
    return _retry(held_reports(viewer).where(IncomingRecord.source == source), now)


def retry_records(viewer: Account, record_ids: Sequence[int], now: datetime) -> list[Taken]:
    """Try these again, as far as they wait."""
    return _retry(held_reports(viewer).where(IncomingRecord.id.in_(record_ids)), now)


def held_reports(viewer: Account) -> Select[IncomingRecord]:
    """The records of the viewer's units that wait."""
    return (
        select(IncomingRecord)
        .join(Unit, Unit.id == IncomingRecord.unit_id)
        .where(IncomingRecord.state == "held", in_reach(viewer, IMPORT))
    )


def _retry(query: Select[IncomingRecord], now: datetime) -> list[Taken]:
    wanted = query.options(
        joinedload(IncomingRecord.client), joinedload(IncomingRecord.unit), joinedload(IncomingRecord.visit)
    )
    found = db.session.scalars(wanted.order_by(IncomingRecord.received_at, IncomingRecord.id).limit(MOST_AT_ONCE)).all()
    taken: list[Taken] = []
    key = lambda record: (record.source, record.unit_id, record.kind)  # noqa: E731  only says what belongs together
    for (source, _unit_id, kind), records in itertools.groupby(sorted(found, key=key), key=key):
        together = list(records)
        lock_source(source)
        sender = Sender(source, together[0].unit, together[0].client)
        with db.session.no_autoflush:
            taken += (_retry_visits if kind == "visit" else _retry_stages)(together, sender, now)
    db.session.flush()
    return taken


def _retry_visits(records: Sequence[IncomingRecord], sender: Sender, now: datetime) -> list[Taken]:
    sitting = Sitting[VisitReport](sender, now)
    use = VisitUse(sitting)
    taken = [
        sitting.consider(
            record,
            VisitReport.model_validate(record.payload, strict=False, context=STORED),
            _offset(record),
            "unchanged",
            use,
        )
        for record in records
    ]
    use.write()
    return taken


def _retry_stages(records: Sequence[IncomingRecord], sender: Sender, now: datetime) -> list[Taken]:
    sitting = Sitting[StageReport](sender, now)
    reports = [StageReport.model_validate(record.payload, strict=False, context=STORED) for record in records]
    use = StageUse(sitting, [report.file for report in reports])
    taken = [
        sitting.consider(record, report, _offset(record), "unchanged", use)
        for record, report in zip(records, reports, strict=True)
    ]
    use.write()
    return taken


def _offset(record: IncomingRecord) -> timedelta:
    return timedelta(seconds=record.clock_offset_seconds or 0)


def counted(taken: Sequence[Taken]) -> tuple[int, int]:
    """How many reports count now, and how many wait still."""
    outcomes = Counts(one.outcome for one in taken)
    return outcomes.total() - outcomes["held"], outcomes["held"]
