"""Keeping the clocks of a complaint: after every step that it takes, in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, cast

from sqlalchemy import BigInteger, Insert, Select, Table, TextClause, bindparam, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.dialects.postgresql import psycopg2

from webapp.database import db
from webapp.feedback.clocks.models import ComplaintClock
from webapp.feedback.clocks.presets import find_preset
from webapp.feedback.clocks.running import Case, Ticking, Timing, keep
from webapp.feedback.clocks.vocabulary import Clock, Outcome
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Channel, ComplaintKind
from webapp.organisation.calendars import WorkingTime
from webapp.organisation.inherited import Inherited, inherited_by, inherited_rows, read_inherited


def prepared(statement: Select[Any] | Insert, columns: Sequence[str] | None = None) -> TextClause:
    """A statement as its text: every step of every complaint runs it, and SQLAlchemy would go through the expression
    each time to find out that it has compiled it before. An insert names its `columns`.
    """
    keys = list(columns) if columns is not None else None
    return text(str(statement.compile(dialect=psycopg2.dialect(paramstyle="named"), column_keys=keys)))  # type: ignore[no-untyped-call]  # so in its own stubs


_CLOCKS = cast(Table, ComplaintClock.__table__)
_FIELDS = tuple(one.name for one in fields(Ticking))

#: What holds in the unit, and the clocks that there are: one way to the database. There is always one row.
_inherited = select(inherited_rows().label("inherited")).subquery()
_READ = prepared(
    select(_inherited.c.inherited, *(_CLOCKS.c[name] for name in _FIELDS))
    .select_from(_inherited)
    .outerjoin(_CLOCKS, _CLOCKS.c.complaint_id == bindparam("complaint_id", type_=BigInteger))
    .order_by(_CLOCKS.c.id)
)
_new = upsert(_CLOCKS)
#: A clock is known by its complaint, what it waits for and its round; writing one that is there changes it.
_WRITE = prepared(
    _new.on_conflict_do_update(
        index_elements=["complaint_id", "clock", "round"],
        set_={name: _new.excluded[name] for name in _FIELDS if name not in ("clock", "round", "preset", "started_at")},
    ),
    ("complaint_id", *_FIELDS),
)


_HELD = "held clocks"


@dataclass(slots=True)
class _Held:
    """Clocks by complaint and by their round, and what holds in each unit that was asked for."""

    clocks: dict[int, dict[tuple[Clock, int], Ticking]]
    inherited: dict[int | None, Inherited] = field(default_factory=dict)
    changed: set[int] = field(default_factory=set)


@contextmanager
def held_clocks(complaint_ids: Collection[int]) -> Iterator[None]:
    """Inside, the clocks of these complaints stand in memory, and are written once at the end: for a thousand steps.

    Nobody else sees a change of them before that, and units must stay as they are.
    """
    session = db.session()
    standing = clocks_of(complaint_ids)
    held = _Held({id_: {(one.clock, one.round): one for one in standing.get(id_, ())} for id_ in complaint_ids})
    session.info[_HELD] = held
    try:
        yield
        rows = [_row(id_, one) for id_ in sorted(held.changed) for one in held.clocks[id_].values()]
        if rows:
            session.execute(_WRITE, rows)
    finally:
        del session.info[_HELD]


def keep_clocks(complaint: Complaint, at: datetime, working: WorkingTime | None = None) -> None:
    """Bring the clocks of a complaint up to where it stands now: start, stop, let rest, let go on.

    Every action that changes its state, its unit, its kind of term or what its reporter owes calls this last. `due_at`
    of the complaint becomes that of its SETTLE clock. Calling it again changes nothing. The complaint is locked by who
    changes it; nothing else changes its clocks. `working` is the unit's working time, for who has it at hand.
    """
    clocks, inherited = read_clocks(complaint)
    write_clocks(complaint, keep(clocks, case_of(complaint), at, timing_of(inherited, working)))


def read_clocks(complaint: Complaint) -> tuple[list[Ticking], Inherited]:
    """All clocks of a complaint, ended ones too, and what holds in the unit where it lies."""
    held: _Held | None = db.session().info.get(_HELD)
    if held is not None and complaint.feedback_id in held.clocks:
        if complaint.unit_id not in held.inherited:
            held.inherited[complaint.unit_id] = inherited_by(complaint.unit_id)
        return list(held.clocks[complaint.feedback_id].values()), held.inherited[complaint.unit_id]
    rows = db.session.execute(_READ, {"complaint_id": complaint.feedback_id, "unit_id": complaint.unit_id}).all()
    clocks = [_ticking(row[1:]) for row in rows if row.clock is not None]
    return clocks, read_inherited(rows[0].inherited)


def clocks_of(complaint_ids: Collection[int]) -> dict[int, list[Ticking]]:
    """All clocks of these complaints, ended ones too, by complaint."""
    clocks: dict[int, list[Ticking]] = defaultdict(list)
    columns = (_CLOCKS.c.complaint_id, *(_CLOCKS.c[name] for name in _FIELDS))
    for row in db.session.execute(
        select(*columns).where(_CLOCKS.c.complaint_id.in_(complaint_ids)).order_by(_CLOCKS.c.id)
    ):
        clocks[row[0]].append(_ticking(row[1:]))
    return clocks


def write_clocks(complaint: Complaint, clocks: Sequence[Ticking]) -> None:
    """Write clocks down as they are now; the complaint is due when its SETTLE clock is."""
    if not clocks:
        return
    held: _Held | None = db.session().info.get(_HELD)
    if held is not None and complaint.feedback_id in held.clocks:
        held.clocks[complaint.feedback_id].update({(one.clock, one.round): one for one in clocks})
        held.changed.add(complaint.feedback_id)
    else:
        db.session.execute(_WRITE, [_row(complaint.feedback_id, one) for one in clocks])
    for one in clocks:
        if one.clock == Clock.SETTLE:
            complaint.due_at = one.due_at
            complaint.due_calendar = one.due_calendar


def case_of(complaint: Complaint) -> Case:
    """What of a complaint decides about its clocks."""
    return Case(
        state=State(complaint.state),
        kind=ComplaintKind(complaint.complaint_kind),
        needs_inspection=complaint.needs_inspection,
        filed_at=complaint.feedback.filed_at,
        waiting_since=complaint.awaiting_reporter_since,
        quiet=complaint.feedback.channel == Channel.IMPORT,
    )


def timing_of(inherited: Inherited, working: WorkingTime | None = None) -> Timing:
    """What terms are counted with where these things hold."""
    return Timing(
        preset=find_preset(inherited.clock_preset),
        today=working or inherited.working_time(),
        working=inherited.working_time_as_of,
        preset_of=find_preset,
    )


def _row(complaint_id: int, one: Ticking) -> dict[str, Any]:
    return {"complaint_id": complaint_id, **{name: getattr(one, name) for name in _FIELDS}}


def _ticking(values: Sequence[Any]) -> Ticking:
    row = dict(zip(_FIELDS, values, strict=True))
    outcome = row.pop("outcome")
    return Ticking(**{**row, "clock": Clock(row["clock"]), "outcome": Outcome(outcome) if outcome else None})
