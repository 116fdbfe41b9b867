"""Importing the agency from CSV: a file is kept, looked through without writing anything, and imported as it was kept.

An import is keyed by codes and numbers, so that running it again changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.organisation.actions import lock_tree
from webapp.organisation.csv_people import plan_officers, plan_shifts
from webapp.organisation.csv_places import plan_counters, plan_services, plan_units
from webapp.organisation.csv_planning import COLUMNS, Effect, Kind, Plan
from webapp.organisation.csv_reading import MOST_ROWS, CsvTable, decode, read_table, write_table
from webapp.organisation.errors import NotManaged
from webapp.organisation.managed import LARGEST_ID
from webapp.organisation.models import StagedImport

#: How long a file waits to be confirmed, and its refused rows to be fetched.
KEPT_FOR = timedelta(days=1)
#: Rows that one file of anything but shifts may have: each is a few statements, and somebody waits for the page.
MOST_PLACES = 3000


def template_of(kind: Kind) -> bytes:
    """An empty file of a kind: its heading."""
    return write_table(list(COLUMNS[kind]), [])


def stage_import(kind: Kind, filename: str, content: bytes, viewer: Account, now: datetime) -> StagedImport:
    """Keep a file until its sender confirms it; raises UnreadableFile for one that cannot be read as this kind."""
    forget_staged_imports(now)
    text = decode(content)
    _read(kind, text)
    staged = StagedImport(kind=kind.value, filename=filename[:200], content=text, account_id=viewer.id, created_at=now)
    db.session.add(staged)
    db.session.flush()
    return staged


def get_staged_import(viewer: Account, import_id: int, *, lock: bool = False) -> StagedImport:
    """A file that `viewer` has sent; raises NotManaged for anybody else's, and for one that was swept."""
    query = select(StagedImport).where(StagedImport.id == import_id, StagedImport.account_id == viewer.id)
    staged = None
    if 0 < import_id <= LARGEST_ID:
        staged = db.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if staged is None:
        raise NotManaged
    return staged


def plan_import(staged: StagedImport, viewer: Account, now: datetime) -> Plan:
    """What the file would do at this moment; writes nothing."""
    kind = Kind(staged.kind)
    table = _read(kind, staged.content)
    if kind is Kind.OFFICERS:
        return plan_officers(table, viewer, now)
    if kind is Kind.SHIFTS:
        return plan_shifts(table, viewer, now)
    planners = {Kind.UNITS: plan_units, Kind.SERVICES: plan_services, Kind.COUNTERS: plan_counters}
    return planners[kind](table, viewer)


def apply_import(staged: StagedImport, viewer: Account, now: datetime) -> None:
    """Import the good rows of a file and note how many; a file that was imported already is left alone."""
    if staged.applied_at is not None:
        return
    lock_tree()
    plan = plan_import(staged, viewer, now)
    for change in plan.changes:
        change()
    staged.applied_at = now
    staged.result = {**{effect.value: plan.counts[effect] for effect in Effect}, "bad": len(plan.bad)}
    db.session.flush()


def forget_staged_imports(now: datetime) -> None:
    """Delete files that were sent more than KEPT_FOR ago."""
    db.session.execute(delete(StagedImport).where(StagedImport.created_at < now - KEPT_FOR))


def _read(kind: Kind, text: str) -> CsvTable:
    most = MOST_ROWS if kind is Kind.SHIFTS else MOST_PLACES
    return read_table(text, [column for column, needed in COLUMNS[kind].items() if needed], most)
