"""Officers, postings and shifts: no days twice, nothing ahead of its day, what has begun stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account
from tests.factories.organisation import make_counter, make_officer, make_posting, make_unit
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
from webapp.organisation.models import Officer, Shift
from webapp.organisation.staffing import (
    add_posting,
    add_shift,
    change_officer,
    change_posting,
    create_officer,
    remove_shift,
)

TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
NIP = "198709162013042004"


def test_a_form_sent_twice_makes_one_officer(session: Session) -> None:
    unit = make_unit(session)
    made = [
        create_officer(unit, name="Sari", nip=NIP, title="", starts_on=TODAY, today=TODAY, external_id="form:1")
        for _ in range(2)
    ]
    assert made[0] is made[1]
    assert session.scalar(select(func.count()).select_from(Officer)) == 1
    assert [p.unit_id for p in made[0].postings] == [unit.id]


def test_a_nip_is_encrypted_and_belongs_to_one_officer(session: Session) -> None:
    unit = make_unit(session)
    sari = create_officer(unit, name="Sari", nip="19870916 201304 2 004", title="", starts_on=TODAY, today=TODAY)
    assert sari.nip == NIP
    stored = session.execute(text("SELECT nip FROM officer")).scalar_one()
    assert NIP.encode() not in bytes(stored)
    with pytest.raises(NipTaken):
        create_officer(unit, name="Budi", nip=NIP, title="", starts_on=TODAY, today=TODAY)
    for wrong in ("123", "199913322013042004", "19870916201304200x"):
        with pytest.raises(NipInvalid):
            create_officer(unit, name="Budi", nip=wrong, title="", starts_on=TODAY, today=TODAY)
    change_officer(sari, name="Sari", nip="", active=True, account=None)
    assert (sari.nip, sari.nip_key) == (None, None)


def test_an_account_is_one_officers(session: Session) -> None:
    account = make_account(session)
    make_officer(session, account=account)
    with pytest.raises(AccountTaken):
        change_officer(make_officer(session), name="Budi", nip=None, active=True, account=account)


def test_a_transfer_ends_what_was_the_day_before(session: Session) -> None:
    old, new = make_unit(session), make_unit(session)
    officer = make_officer(session, old)
    before = officer.postings[0]
    add_posting(officer, new, title="", starts_on=TODAY, ends_on=None, today=TODAY, ending=[before])
    assert before.ends_on == TODAY - timedelta(days=1)
    with pytest.raises(DaysReversed):
        add_posting(officer, old, title="", starts_on=before.starts_on, ends_on=None, today=TODAY, ending=[before])


@pytest.mark.parametrize(
    ("starts", "ends", "free"),
    [
        ((2026, 1, 1), (2026, 1, 31), True),
        ((2026, 1, 1), (2026, 2, 1), False),
        ((2026, 2, 10), (2026, 2, 11), False),
        ((2026, 2, 28), None, False),
        ((2026, 3, 1), None, True),
        ((2025, 1, 1), None, False),
    ],
)
def test_postings_to_one_unit_do_not_overlap(
    session: Session, starts: tuple[int, int, int], ends: tuple[int, int, int] | None, free: bool
) -> None:
    unit, officer = make_unit(session), make_officer(session)
    make_posting(session, officer, unit, starts_on=date(2026, 2, 1), ends_on=date(2026, 2, 28))
    starts_on, ends_on = date(*starts), date(*ends) if ends else None
    if free:
        add_posting(officer, unit, title="", starts_on=starts_on, ends_on=ends_on, today=TODAY)
    else:
        with pytest.raises(PostingOverlaps):
            add_posting(officer, unit, title="", starts_on=starts_on, ends_on=ends_on, today=TODAY)
    # In another unit he may serve at the same time.
    add_posting(officer, make_unit(session), title="Plt.", starts_on=starts_on, ends_on=ends_on, today=TODAY)


def test_postings_are_of_today_at_the_latest(session: Session) -> None:
    officer = make_officer(session, make_unit(session))
    (posting,) = officer.postings
    for starts_on, ends_on in ((TODAY, TODAY + timedelta(days=1)), (TODAY + timedelta(days=1), None)):
        with pytest.raises(DayAhead):
            change_posting(posting, title="", starts_on=starts_on, ends_on=ends_on, today=TODAY)
    with pytest.raises(DaysReversed):
        change_posting(posting, title="", starts_on=TODAY, ends_on=TODAY - timedelta(days=1), today=TODAY)
    change_posting(posting, title="Kepala", starts_on=posting.starts_on, ends_on=TODAY, today=TODAY)
    assert posting.ends_on == TODAY


def test_nobody_serves_at_two_counters_at_once(session: Session) -> None:
    unit = make_unit(session)
    officer, one, other = make_officer(session, unit), make_counter(session, unit), make_counter(session, unit)
    shift = add_shift(officer, one, NOW, NOW + timedelta(hours=4))
    assert add_shift(officer, one, NOW, NOW + timedelta(hours=4)) is shift
    with pytest.raises(ShiftOverlaps) as overlap:
        add_shift(officer, other, NOW + timedelta(hours=3), NOW + timedelta(hours=5))
    assert overlap.value.counter == one.name
    add_shift(officer, other, NOW + timedelta(hours=4), NOW + timedelta(hours=5))
    add_shift(make_officer(session, unit), one, NOW, NOW + timedelta(hours=4))
    assert session.scalar(select(func.count()).select_from(Shift)) == 3


def test_a_shift_has_sense(session: Session) -> None:
    unit = make_unit(session, timezone="Asia/Jayapura")
    officer, counter = make_officer(session), make_counter(session, unit)
    make_posting(session, officer, unit, starts_on=date(2026, 11, 25))
    with pytest.raises(DaysReversed):
        add_shift(officer, counter, NOW, NOW)
    with pytest.raises(ShiftTooLong):
        add_shift(officer, counter, NOW, NOW + timedelta(hours=17))
    # 15:00 UTC is midnight in Jayapura: the day is that of the counter's unit.
    midnight = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    with pytest.raises(NotPostedThen):
        add_shift(officer, counter, midnight - timedelta(hours=1), midnight)
    add_shift(officer, counter, midnight, midnight + timedelta(hours=1))


def test_what_has_begun_stays_on_the_roster(session: Session) -> None:
    unit = make_unit(session)
    shift = add_shift(make_officer(session, unit), make_counter(session, unit), NOW, NOW + timedelta(hours=4))
    with pytest.raises(ShiftBegun):
        remove_shift(shift, NOW)
    remove_shift(shift, NOW - timedelta(seconds=1))
    assert session.scalar(select(func.count()).select_from(Shift)) == 0
