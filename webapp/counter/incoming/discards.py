"""Reports that wait and are not wanted: discarded with a reason that is kept, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Account
from webapp.counter.incoming.errors import NotHeld
from webapp.counter.incoming.held import IMPORT, held_reports, retry_records, waits_for_name
from webapp.counter.incoming.intake import Taken
from webapp.counter.incoming.models import DiscardedReport, IncomingRecord
from webapp.database import db
from webapp.organisation.managed import in_reach
from webapp.organisation.models import Unit


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Which reports are meant: one by its id, or all that wait for the meaning of a name of a source."""

    record_id: int | None = None
    source: str = ""
    kind: str = ""
    name: str = ""

    @property
    def condition(self) -> ColumnElement[bool]:
        """The condition of these records."""
        if self.record_id is not None:
            return IncomingRecord.id == self.record_id
        return waits_for_name(self.source, self.kind, self.name)


@dataclass(frozen=True, slots=True)
class Discarded:
    """A report that was discarded: by whom, when and why."""

    id: int
    system: str
    kind: str
    external_id: str
    by: str
    at: datetime
    timezone: str
    reason: str


def count_unwanted(viewer: Account, unwanted: Unwanted) -> int:
    """How many of these wait in the viewer's units."""
    query = held_reports(viewer).where(unwanted.condition)
    return db.session.scalar(query.with_only_columns(func.count(IncomingRecord.id))) or 0


def discard_reports(viewer: Account, unwanted: Unwanted, reason: str, now: datetime) -> int:
    """Let these wait no longer, without counting them; how many. What a correction would have replaced stays.

    The records stay, with who discarded them, when and why. Sent again unchanged they stay discarded; a correction is
    looked at anew. Raises NotHeld where none of them waits.
    """
    query = held_reports(viewer).where(unwanted.condition)
    records = db.session.scalars(query.with_for_update(of=IncomingRecord)).all()
    if not records:
        raise NotHeld
    for record in records:
        record.state = "discarded"
    rows = [
        {"record_id": record.id, "account_id": viewer.id, "discarded_at": now, "reason": reason} for record in records
    ]
    db.session.execute(insert(DiscardedReport), rows)
    db.session.flush()
    return len(records)


def list_discarded(viewer: Account, size: int) -> list[Discarded]:
    """What was discarded in the viewer's units and not taken back, the latest first."""
    rows = db.session.execute(
        select(DiscardedReport, Account.name)
        .join(IncomingRecord, IncomingRecord.id == DiscardedReport.record_id)
        .join(Unit, Unit.id == IncomingRecord.unit_id)
        .join(Account, Account.id == DiscardedReport.account_id)
        .where(DiscardedReport.taken_back_at.is_(None), IncomingRecord.state == "discarded", in_reach(viewer, IMPORT))
        .options(
            joinedload(DiscardedReport.record).joinedload(IncomingRecord.client),
            joinedload(DiscardedReport.record).joinedload(IncomingRecord.unit),
        )
        .order_by(DiscardedReport.discarded_at.desc(), DiscardedReport.id.desc())
        .limit(size)
    )
    return [
        Discarded(
            one.id,
            one.record.client.name if one.record.client is not None else one.record.source,
            one.record.kind,
            one.record.external_id.replace("\n", " · "),
            by,
            one.discarded_at,
            one.record.unit.timezone,
            one.reason,
        )
        for one, by in rows
    ]


def take_back(viewer: Account, discard_id: int, now: datetime) -> Taken:
    """Let a discarded report wait again, and try it at once; what became of it. Raises NotHeld."""
    discarded = db.session.scalars(
        select(DiscardedReport)
        .join(IncomingRecord, IncomingRecord.id == DiscardedReport.record_id)
        .join(Unit, Unit.id == IncomingRecord.unit_id)
        .where(
            DiscardedReport.id == discard_id,
            DiscardedReport.taken_back_at.is_(None),
            IncomingRecord.state == "discarded",
            in_reach(viewer, IMPORT),
        )
        .with_for_update(of=DiscardedReport)
    ).one_or_none()
    if discarded is None:
        raise NotHeld
    discarded.taken_back_at, discarded.taken_back_by_id = now, viewer.id
    discarded.record.state = "held"
    db.session.flush()
    [taken] = retry_records(viewer, [discarded.record_id], now)
    return taken
