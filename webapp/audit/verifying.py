"""Proving that the trail is what was sealed, or naming the first link that is broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import func, select

from webapp.audit.chain import ANCHOR, LENGTH, link
from webapp.audit.models import AuditEntry, AuditSeal
from webapp.database import db


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that does not hold: the seal, the entry (None where the seal itself is wrong), and how."""

    seal: int
    entry: int | None
    how: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found: `broken` is None where the chain holds. `head` is the last link, in hexadecimal digits."""

    seals: int
    entries: int
    unsealed: int
    head: str
    broken: Broken | None
    #: Whether the role that asked could change the trail (it owns it, or is a superuser).
    could_change: bool


def verify_trail(
    expected: tuple[int, str] | None = None, progress: Callable[[int], object] = lambda _entries: None
) -> Verdict:
    """Go through the whole chain; stops at the first link that is broken.

    `expected` is the number and head of a seal as they were noted elsewhere, earlier: with it a trail that was
    rewritten as a whole, with new hashes, is found as well. `progress` is told how many entries held, again and again.
    """
    before, number, entries = ANCHOR, 0, 0
    broken: Broken | None = None
    settled = 0
    while broken is None:
        seal = db.session.scalars(
            select(AuditSeal).where(AuditSeal.number > number).order_by(AuditSeal.number).limit(1)
        ).first()
        if seal is None:
            break
        if seal.number != number + 1:
            broken = Broken(number + 1, None, "is gone")
            break
        number = seal.number
        broken = _check(seal, before)
        if broken is None:
            before = seal.hashes[-LENGTH:]
            entries += len(seal.entry_ids)
            settled = max(settled, seal.settled_id)
            progress(entries)
            if expected is not None and expected[0] == number and expected[1] != before.hex():
                broken = Broken(number, None, "does not have the head that was noted")
        db.session.expunge(seal)
    if broken is None and expected is not None and expected[0] > number:
        broken = Broken(expected[0], None, "is gone")
    unsealed = 0
    if broken is None:
        unsealed, stray = _unsealed(settled)
        if stray is not None:
            broken = Broken(number, stray, "stands outside the chain")
    return Verdict(number, entries, unsealed, before.hex(), broken, _could_change())


def _check(seal: AuditSeal, before: bytes) -> Broken | None:
    """The first link of `seal` that does not hold."""
    if not seal.entry_ids or len(seal.hashes) != LENGTH * len(seal.entry_ids):
        return Broken(seal.number, None, "was changed")
    found = {
        entry.id: entry
        for entry in db.session.execute(
            select(*AuditEntry.__table__.columns).where(AuditEntry.id == func.any(seal.entry_ids))
        )
    }
    for place, id_ in enumerate(seal.entry_ids):
        if (entry := found.get(id_)) is None:
            return Broken(seal.number, id_, "is gone")
        before = link(before, entry)
        if before != seal.hashes[place * LENGTH : (place + 1) * LENGTH]:
            return Broken(seal.number, id_, "was changed")
    return None


def _unsealed(settled: int) -> tuple[int, int | None]:
    """How many entries no seal holds, and the first of them that should be in one."""
    sealed = select(func.unnest(AuditSeal.entry_ids).label("id")).subquery("sealed")
    free = select(AuditEntry.id).outerjoin(sealed, sealed.c.id == AuditEntry.id).where(sealed.c.id.is_(None)).subquery()
    count, stray = db.session.execute(
        select(func.count(), func.min(free.c.id).filter(free.c.id <= settled)).select_from(free)
    ).one()
    return count, stray


def _could_change() -> bool:
    """Whether the role that asks may change what was written."""
    table = AuditEntry.__tablename__
    return bool(db.session.scalar(select(func.has_table_privilege(table, "UPDATE, DELETE, TRUNCATE"))))
