"""Joining the trail to the chain, some entries at a time, long after whoever wrote them has gone on.

A lock at each entry would make a whole city wait in one line. So entries are written freely and sealed later, in the
order of their ids. An entry of a transaction that was still running while its neighbours were sealed is sealed with a
later batch; `settled_id` moves on only past what no running transaction can add to any more.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, Numeric, Text, cast, func, select

from webapp.audit.chain import ANCHOR, LENGTH, links
from webapp.audit.models import AuditEntry, AuditSeal
from webapp.database import db

#: Entries in a batch: half a second of work.
BATCH = 5000
#: Advisory lock of the one who seals.
_SEALING = 0x7A61_7564


def seal_entries(now: datetime, most: int = BATCH) -> int:
    """Seal up to `most` entries that are not sealed yet; how many, 0 where somebody else is sealing. Flushes only."""
    if not db.session.scalar(select(func.pg_try_advisory_xact_lock(_SEALING))):
        return 0
    last = db.session.scalars(select(AuditSeal).order_by(AuditSeal.number.desc()).limit(1)).first()
    # Asked before the entries are read: whoever has ended by now is seen there.
    settled = _settled(last)
    since = 0 if last is None else last.settled_id
    sealed = select(func.unnest(AuditSeal.entry_ids).label("id")).where(AuditSeal.highest_id > since).subquery("sealed")
    entries = db.session.execute(
        select(*AuditEntry.__table__.columns)
        .outerjoin(sealed, sealed.c.id == AuditEntry.id)
        .where(AuditEntry.id > since, sealed.c.id.is_(None))
        .order_by(AuditEntry.id)
        .limit(most)
    ).all()
    if not entries:
        return 0
    highest = entries[-1].id
    full = len(entries) == most  # there may be more, from `highest` on
    covered = highest if last is None or full else max(highest, last.covered_id)
    db.session.add(
        AuditSeal(
            number=1 if last is None else last.number + 1,
            sealed_at=now,
            entry_ids=[entry.id for entry in entries],
            hashes=b"".join(links(ANCHOR if last is None else last.hashes[-LENGTH:], entries)),
            settled_id=min(settled, highest) if full else settled,
            covered_id=covered,
            highest_id=highest,
            # After the entries were read: whoever was not seen there is numbered below it.
            horizon=int(db.session.scalars(select(_next_transaction())).one()),
        )
    )
    db.session.flush()
    return len(entries)


def _settled(last: AuditSeal | None) -> int:
    """Up to which id nobody can add entries any more: as far as `last` went, once all who ran then have ended."""
    if last is None:
        return 0
    oldest, next_one = db.session.execute(select(_oldest_running(), _next_transaction())).one()
    # A city restored into a new server counts its transactions anew: nobody from before is running.
    restored = next_one < last.horizon
    return last.covered_id if oldest >= last.horizon or restored else last.settled_id


def _oldest_running() -> ColumnElement[Decimal]:
    """Number of the oldest transaction that has not ended."""
    return cast(cast(func.pg_snapshot_xmin(func.pg_current_snapshot()), Text), Numeric(20, 0))


def _next_transaction() -> ColumnElement[Decimal]:
    """Number that no transaction has yet."""
    return cast(cast(func.pg_snapshot_xmax(func.pg_current_snapshot()), Text), Numeric(20, 0))
