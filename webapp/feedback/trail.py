"""Reading the trail of who saw and did what on which case, and writing down that somebody looked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, tuple_
from sqlalchemy.orm import aliased

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.audit.actions import Look, record_look
from webapp.audit.models import AuditEntry, AuditSeal
from webapp.database import db
from webapp.feedback.models import Complaint, Exclusion, Recusal
from webapp.organisation.models import Officer, Unit

#: Entries of a page.
SIZE = 50


@dataclass(frozen=True, slots=True)
class TrailLine:
    """An entry in names. `by` is None for reporters and rules; `to` is the unit or person that a move went to."""

    id: int
    at: datetime
    code: str | None
    by: str | None
    by_reporter: bool
    deed: str
    what: str
    unit: str | None
    person: str | None
    role: str | None
    #: Why somebody saw an original: the reason's code, and the words he gave.
    reason: str | None
    note: str | None
    timezone: str
    #: The row that it tells of, in the table that the deed stands for.
    source_id: int | None = None
    #: Of a step of a work plan the plan's id (`plan`), of a report its `month` and the number of its `target` as well.
    plan: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trail:
    """Entries, the latest first. `older` leads to those before them: (time, id) of the last; None at the end."""

    lines: tuple[TrailLine, ...]
    older: tuple[datetime, int] | None
    #: When entries were joined to the chain for the last time; None where that never happened.
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks the trail: about one case, one person, a time, or looks at originals only."""

    since: datetime
    until: datetime
    code: str | None = None
    account_id: int | None = None
    originals: bool = False
    before: tuple[datetime, int] | None = None


def record_case_look(viewer: Account, code: str, what: Look, at: datetime) -> None:
    """Write down that `viewer` looks at the complaint with this code, which the caller has seen he may."""
    complaint_id = db.session.scalar(select(Complaint.feedback_id).where(Complaint.code == code))
    if complaint_id is not None:
        record_look(viewer.id, complaint_id, what, at)


def read_trail(viewer: Account, asked: Asked) -> Trail:
    """What the trail holds for `viewer`: cases in his reach, and none that concerns himself.

    Entries of no case (roles given and taken) are for whoever oversees the whole agency.
    """
    query = (
        select(AuditEntry, Complaint.code, Account.name, Unit.timezone)
        .outerjoin(Complaint, Complaint.feedback_id == AuditEntry.complaint_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .outerjoin(Account, Account.id == AuditEntry.account_id)
        .where(_visible(viewer), AuditEntry.at >= asked.since, AuditEntry.at < asked.until)
        .order_by(AuditEntry.at.desc(), AuditEntry.id.desc())
        .limit(SIZE + 1)
    )
    if asked.code is not None:
        wanted = select(Complaint.feedback_id).where(Complaint.code == asked.code).scalar_subquery()
        query = query.where(AuditEntry.complaint_id == wanted)
    if asked.account_id is not None:
        query = query.where(AuditEntry.account_id == asked.account_id)
    if asked.originals:
        query = query.where(AuditEntry.deed == "looked", AuditEntry.what == Look.ORIGINAL)
    if asked.before is not None:
        at, id_ = asked.before
        query = query.where(tuple_(AuditEntry.at, AuditEntry.id) < (at, id_))
    rows = db.session.execute(query).all()
    shown = rows[:SIZE]
    names = _names([entry for entry, *_rest in shown])
    last = shown[-1][0] if len(rows) > SIZE else None
    return Trail(
        lines=tuple(_line(entry, code, by, zone, names) for entry, code, by, zone in shown),
        older=(last.at, last.id) if last is not None else None,
        sealed_at=db.session.scalar(select(AuditSeal.sealed_at).order_by(AuditSeal.number.desc()).limit(1)),
    )


def list_people(viewer: Account) -> list[tuple[int, str]]:
    """Members of staff whose deeds `viewer` may ask about, by name: those with a role in his reach."""
    paths = reach(viewer, Permission.AUDIT_READ)
    roles = aliased(Account.grants.property.mapper.class_)
    rows = db.session.execute(
        select(Account.id, Account.name)
        .where(
            exists()
            .where(roles.account_id == Account.id, roles.unit_id == Unit.id)
            .where(or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths)))
        )
        .order_by(Account.name, Account.id)
    )
    return [(row.id, row.name) for row in rows]


def _visible(viewer: Account) -> ColumnElement[bool]:
    paths = reach(viewer, Permission.AUDIT_READ)
    below = or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))
    whole = any(path.count("/") == 2 for path in paths)  # the root of the tree
    concerned = exists().where(
        Exclusion.complaint_id == AuditEntry.complaint_id,
        Exclusion.officer_id == Officer.id,
        Officer.account_id == viewer.id,
    )
    recused = exists().where(Recusal.complaint_id == AuditEntry.complaint_id, Recusal.account_id == viewer.id)
    return and_(or_(below, Complaint.unit_id.is_(None)) if whole else below, ~concerned, ~recused)


def _names(entries: list[AuditEntry]) -> dict[tuple[str, int], str]:
    """Names of the units and people in the particulars."""
    wanted: dict[str, set[int]] = {"unit": set(), "handler": set(), "account": set()}
    for entry in entries:
        for kind, ids in wanted.items():
            if isinstance(id_ := (entry.particulars or {}).get(kind), int):
                ids.add(id_)
    people = wanted["handler"] | wanted["account"]
    names: dict[tuple[str, int], str] = {}
    if wanted["unit"]:
        found = db.session.execute(select(Unit.id, Unit.name).where(Unit.id.in_(wanted["unit"])))
        names |= {("unit", row.id): row.name for row in found}
    if people:
        found = db.session.execute(select(Account.id, Account.name).where(Account.id.in_(people)))
        names |= {("person", row.id): row.name for row in found}
    return names


def _line(
    entry: AuditEntry, code: str | None, by: str | None, zone: str | None, names: dict[tuple[str, int], str]
) -> TrailLine:
    told: dict[str, Any] = entry.particulars or {}
    person = told.get("handler", told.get("account"))
    return TrailLine(
        id=entry.id,
        at=entry.at,
        code=code,
        by=by,
        by_reporter=told.get("by") == "reporter",
        deed=entry.deed,
        what=entry.what,
        unit=names.get(("unit", told["unit"])) if "unit" in told else None,
        # Whom a complaint concerns is not told: `officer` of an exclusion stays an id.
        person=names.get(("person", person)) if isinstance(person, int) else None,
        role=told.get("role"),
        reason=told.get("reason"),
        note=told.get("note"),
        timezone=zone or "Asia/Jakarta",
        source_id=entry.source_id,
        plan={name: told[name] for name in ("plan", "month", "target") if name in told},
    )
