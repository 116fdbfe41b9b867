"""Changing who works where and when: officers, postings, shifts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.encryption import keyring
from webapp.organisation.errors import (
    AccountTaken,
    DayAhead,
    DaysReversed,
    NipInvalid,
    NipTaken,
    NotPostedThen,
    PostingOverlaps,
    ShiftBegun,
    ShiftOverlaps,
    ShiftTooLong,
)
from webapp.organisation.models import Counter, Officer, Posting, Shift, Unit
from webapp.organisation.nip import clean_nip

LONGEST_SHIFT = timedelta(hours=16)


def nip_key(nip: str) -> bytes:
    """The key by which an encrypted NIP is found again."""
    return keyring().lookup_key("nip", nip)


def create_officer(
    unit: Unit, *, name: str, nip: str | None, title: str, starts_on: date, today: date, external_id: str | None = None
) -> Officer:
    """A new officer with a first posting to `unit`.

    An `external_id` that is there already gives the officer who has it, unchanged: a form that was sent twice makes one
    officer. Raises NipInvalid, NipTaken or DayAhead.
    """
    if external_id is not None:
        known = db.session.scalars(select(Officer).where(Officer.external_id == external_id)).one_or_none()
        if known is not None:
            return known
    check_days(starts_on, None, today)
    officer = Officer(name=name, external_id=external_id)
    _set_nip(officer, nip)
    db.session.add(officer)
    db.session.flush()
    add_posting(officer, unit, title=title, starts_on=starts_on, ends_on=None, today=today)
    return officer


def change_officer(officer: Officer, *, name: str, nip: str | None, active: bool, account: Account | None) -> None:
    """Change who an officer is and what account is his; raises NipInvalid, NipTaken or AccountTaken."""
    if account is not None:
        taken = db.session.scalar(select(Officer.id).where(Officer.account_id == account.id))
        if taken is not None and taken != officer.id:
            raise AccountTaken
    _set_nip(officer, nip)
    officer.name, officer.active, officer.account_id = name, active, account.id if account else None
    db.session.flush()


def add_posting(
    officer: Officer,
    unit: Unit,
    *,
    title: str,
    starts_on: date,
    ends_on: date | None,
    today: date,
    ending: Iterable[Posting] = (),
) -> Posting:
    """Post `officer` to `unit`; the postings in `ending` end the day before.

    An officer may belong to several units at once, but to each only once. Raises DaysReversed, DayAhead or
    PostingOverlaps.
    """
    _lock(officer)
    for posting in ending:
        if posting.starts_on >= starts_on:
            raise DaysReversed
        posting.ends_on = starts_on - timedelta(days=1)
    db.session.flush()
    _check_posting(officer.id, unit.id, starts_on, ends_on, today, None)
    posting = Posting(officer_id=officer.id, unit_id=unit.id, title=title, starts_on=starts_on, ends_on=ends_on)
    db.session.add(posting)
    db.session.flush()
    return posting


def change_posting(posting: Posting, *, title: str, starts_on: date, ends_on: date | None, today: date) -> None:
    """Change title and days of a posting; raises DaysReversed, DayAhead or PostingOverlaps."""
    _lock(posting.officer)
    _check_posting(posting.officer_id, posting.unit_id, starts_on, ends_on, today, posting.id)
    posting.title, posting.starts_on, posting.ends_on = title, starts_on, ends_on
    db.session.flush()


def add_shift(officer: Officer, counter: Counter, starts_at: datetime, ends_at: datetime) -> Shift:
    """`officer` serves at `counter` from `starts_at` until `ends_at` (UTC).

    The same shift a second time is the first one. Raises DaysReversed, ShiftTooLong, ShiftOverlaps or NotPostedThen.
    """
    _lock(officer)
    check_span(starts_at, ends_at)
    day = starts_at.astimezone(ZoneInfo(counter.unit.timezone)).date()
    if not any(p.starts_on <= day and (p.ends_on is None or day <= p.ends_on) for p in officer.postings):
        raise NotPostedThen
    other = db.session.scalars(
        select(Shift)
        .where(Shift.officer_id == officer.id, Shift.starts_at < ends_at, Shift.ends_at > starts_at)
        .order_by(Shift.starts_at)
        .limit(1)
    ).one_or_none()
    if other is not None:
        if (other.counter_id, other.starts_at, other.ends_at) == (counter.id, starts_at, ends_at):
            return other
        raise ShiftOverlaps(other.counter.name)
    shift = Shift(officer_id=officer.id, counter_id=counter.id, starts_at=starts_at, ends_at=ends_at)
    db.session.add(shift)
    db.session.flush()
    return shift


def check_span(starts_at: datetime, ends_at: datetime) -> None:
    """Raises DaysReversed or ShiftTooLong for what can't be a shift."""
    if ends_at <= starts_at:
        raise DaysReversed
    if ends_at - starts_at > LONGEST_SHIFT:
        raise ShiftTooLong


def remove_shift(shift: Shift, now: datetime) -> None:
    """Take a shift off the roster that has not begun; raises ShiftBegun for one that has."""
    if shift.starts_at <= now:
        raise ShiftBegun
    db.session.delete(shift)
    db.session.flush()


def check_days(starts_on: date, ends_on: date | None, today: date) -> None:
    """Raises DaysReversed or DayAhead for what can't be a posting."""
    if ends_on is not None and ends_on < starts_on:
        raise DaysReversed
    if max(starts_on, ends_on or starts_on) > today:
        raise DayAhead


def _check_posting(
    officer_id: int, unit_id: int, starts_on: date, ends_on: date | None, today: date, own_id: int | None
) -> None:
    check_days(starts_on, ends_on, today)
    overlapping = select(Posting.id).where(
        Posting.officer_id == officer_id,
        Posting.unit_id == unit_id,
        or_(Posting.ends_on.is_(None), Posting.ends_on >= starts_on),
    )
    if ends_on is not None:
        overlapping = overlapping.where(Posting.starts_on <= ends_on)
    if own_id is not None:
        overlapping = overlapping.where(Posting.id != own_id)
    if db.session.scalar(overlapping.limit(1)) is not None:
        raise PostingOverlaps


def _set_nip(officer: Officer, nip: str | None) -> None:
    try:
        digits = clean_nip(nip)
    except ValueError:
        raise NipInvalid from None
    key = nip_key(digits) if digits else None
    if key is not None:
        taken = db.session.scalar(select(Officer.id).where(Officer.nip_key == key))
        if taken is not None and taken != officer.id:
            raise NipTaken
    if key != officer.nip_key:
        officer.nip, officer.nip_key = digits, key


def _lock(officer: Officer) -> None:
    """Two changes of one officer's days wait for each other, or both would find the days free."""
    db.session.scalar(select(Officer.id).where(Officer.id == officer.id).with_for_update())
