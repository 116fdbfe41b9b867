"""Facts of handling: by who did it, in time by the clock that ran, silence as silence, and each case once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.desk import Agency, make_agency
from tests.factories.feedback import make_complaint
from webapp.accounts.models import Account
from webapp.feedback.actions import accept_answer, add_follower, dispute_answer, reply_to_agency
from webapp.feedback.clocks.upkeep import look_at_clocks
from webapp.feedback.facts.models import HandlingFact
from webapp.feedback.facts.recording import record_handling
from webapp.feedback.handling import answer_complaint, ask_reporter, send_to_unit, take_complaint
from webapp.feedback.models import Complaint
from webapp.feedback.movement.conflicts import close_unsolved
from webapp.feedback.movement.merging import merge_complaints
from webapp.feedback.vocabulary import Finding
from webapp.indicators.fact_sources import facts_due, handling_value
from webapp.messaging.addresses import ChatAddress
from webapp.messaging.chat_links import link_chat, new_chat_link
from webapp.organisation.queries import working_time_of
from webapp.outbox.models import OutboxEvent

#: A Monday, 10:00 in Jakarta.
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def agency(database: SQLAlchemy) -> Agency:
    return make_agency(database.session())


def sent(session: Session, agency: Agency, at: datetime = NOW, **stated: object) -> Complaint:
    complaint = make_complaint(session, at, unit_id=agency.unit.id, **stated)  # type: ignore[arg-type]
    send_to_unit(complaint, agency.unit, working_time_of(agency.unit), reason="uji", at=at)
    session.flush()
    return complaint


def answer(session: Session, complaint: Complaint, actor: Account, at: datetime) -> None:
    key = f"jawab:{complaint.feedback_id}:{at}"
    answer_complaint(complaint, actor, "Sudah selesai.", Finding.FOUNDED, write_key=key, at=at)
    session.flush()


def facts(session: Session, *complaints: Complaint) -> list[tuple[str, int, bool | None]]:
    ids = [complaint.feedback_id for complaint in complaints]
    record_handling(ids, NOW)
    rows = session.scalars(
        select(HandlingFact).where(HandlingFact.complaint_id.in_(ids)).order_by(HandlingFact.at, HandlingFact.id)
    )
    return [(fact.deed, fact.account_id, fact.on_time) for fact in rows]


def events(session: Session) -> list[dict[str, object]]:
    query = select(OutboxEvent.payload).where(OutboxEvent.name == "HandlingRecorded").order_by(OutboxEvent.id)
    return list(session.scalars(query))


def test_each_answer_is_his_who_gave_it_whoever_holds_the_case_later(session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    answer(session, complaint, agency.sari, NOW + DAY)
    dispute_answer(complaint, "Belum.", write_key="s", at=NOW + 2 * DAY)
    session.flush()
    answer(session, complaint, agency.budi, NOW + 3 * DAY)
    accept_answer(complaint, write_key="t", at=NOW + 4 * DAY)
    session.flush()
    assert facts(session, complaint) == [
        ("first_answer", agency.sari.id, True),
        ("disputed", agency.sari.id, None),
        ("answer", agency.budi.id, True),
        ("accepted", agency.budi.id, None),
    ]
    assert events(session) == [
        {"month": "2026-11", "officer_ids": sorted([agency.sari_officer.id, agency.budi_officer.id])}
    ]
    stated = session.scalars(select(HandlingFact).where(HandlingFact.deed == "first_answer")).one()
    # Ten o'clock on Monday to ten o'clock on Tuesday: a working day of 7.5 hours.
    assert (stated.working_seconds, stated.unit_id) == (7.5 * 3600, agency.unit.id)


def test_recording_again_writes_nothing_and_tells_nothing(session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    answer(session, complaint, agency.sari, NOW + DAY)
    first = facts(session, complaint)
    ids = session.scalars(select(HandlingFact.id)).all()
    assert facts(session, complaint) == first
    assert session.scalars(select(HandlingFact.id)).all() == ids and len(events(session)) == 1


def test_a_verdict_belongs_to_the_month_of_its_answer(session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    # 23:30 in Jakarta on the last of November, though it is December in Jayapura.
    answer(session, complaint, agency.sari, datetime(2026, 11, 30, 16, 30, tzinfo=UTC))
    accept_answer(complaint, write_key="t", at=datetime(2026, 12, 5, 3, 0, tzinfo=UTC))
    session.flush()
    facts(session, complaint)
    assert set(session.scalars(select(HandlingFact.month))) == {date(2026, 11, 1)}


def test_late_is_what_missed_its_clock_and_a_pause_for_the_reporter_is_no_delay(
    session: Session, agency: Agency
) -> None:
    late, waited = sent(session, agency), sent(session, agency)
    for complaint in (late, waited):
        take_complaint(complaint, agency.sari, NOW)
        session.flush()
    ask_reporter(waited, agency.sari, "Nomor berkas?", write_key="tanya", at=NOW + DAY)
    reply_to_agency(waited, "A-12.", write_key="balas", at=NOW + 8 * DAY)
    session.flush()
    answered = NOW + 22 * DAY  # a day after the fourteenth working day
    for complaint in (late, waited):
        answer(session, complaint, agency.sari, answered)
    assert facts(session, late) == [("first_answer", agency.sari.id, False)]
    assert facts(session, waited) == [("first_answer", agency.sari.id, True)]
    taken = dict(session.execute(select(HandlingFact.complaint_id, HandlingFact.working_seconds)).all())
    # The week that the reporter took is five working days shorter.
    assert taken[late.feedback_id] - taken[waited.feedback_id] == 5 * 7.5 * 3600
    due = {fact.feedback_id: fact.y for fact in facts_due([late.feedback_id, waited.feedback_id], "Asia/Jakarta")}
    assert due == {late.feedback_id: handling_value(False, None), waited.feedback_id: handling_value(True, None)}


def test_an_answer_while_the_reporter_owes_something_counts_the_time_before(session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    take_complaint(complaint, agency.sari, NOW)
    ask_reporter(complaint, agency.sari, "Nomor berkas?", write_key="tanya", at=NOW + HOUR)
    session.flush()
    answer(session, complaint, agency.sari, NOW + 5 * DAY)
    facts(session, complaint)
    assert session.scalars(select(HandlingFact.working_seconds)).one() == 3600


def test_silence_is_recorded_as_silence(session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    answer(session, complaint, agency.sari, NOW)
    look_at_clocks(NOW + 30 * DAY)
    session.flush()
    assert [deed for deed, *_ in facts(session, complaint)] == ["first_answer", "silent"]
    (due,) = facts_due([complaint.feedback_id], "Asia/Jakarta")
    assert due.y == handling_value(True, "silent")


def test_a_repeat_of_a_case_counts_once_until_it_has_a_life_of_its_own(session: Session, agency: Agency) -> None:
    main, repeat = sent(session, agency), sent(session, agency)
    merge_complaints(main, repeat, agency.rina, None, NOW)
    session.flush()
    answer(session, main, agency.sari, NOW + DAY)
    accept_answer(repeat, write_key="t", at=NOW + 2 * DAY)
    session.flush()
    assert facts(session, main, repeat) == [("first_answer", agency.sari.id, True)]
    both = [main.feedback_id, repeat.feedback_id]
    assert [fact.feedback_id for fact in facts_due(both, "Asia/Jakarta")] == [main.feedback_id]


def test_a_repeat_that_is_disputed_and_answered_by_itself_counts(session: Session, agency: Agency) -> None:
    main, repeat = sent(session, agency), sent(session, agency)
    merge_complaints(main, repeat, agency.rina, None, NOW)
    session.flush()
    answer(session, main, agency.sari, NOW + DAY)
    dispute_answer(repeat, "Punya saya belum.", write_key="s", at=NOW + 2 * DAY)
    session.flush()
    answer(session, repeat, agency.budi, NOW + 3 * DAY)
    assert facts(session, repeat) == [("answer", agency.budi.id, True)]


def test_nobodys_own_complaint_counts_for_him(session: Session, agency: Agency) -> None:
    by_chat, by_letter, of_others = sent(session, agency), sent(session, agency), sent(session, agency)
    link_chat(new_chat_link(agency.sari.id, NOW), "4711", NOW)
    add_follower(by_chat.feedback_id, ChatAddress("telegram", "4711", "id"))
    by_letter.contact_email = agency.sari.email.upper()
    session.flush()
    for complaint in (by_chat, by_letter, of_others):
        answer(session, complaint, agency.sari, NOW + DAY)
        accept_answer(complaint, write_key=f"t{complaint.feedback_id}", at=NOW + 2 * DAY)
        session.flush()
    assert facts(session, by_chat, by_letter) == []
    assert facts(session, of_others) == [("first_answer", agency.sari.id, True), ("accepted", agency.sari.id, None)]
    ids = [by_chat.feedback_id, by_letter.feedback_id, of_others.feedback_id]
    assert [fact.feedback_id for fact in facts_due(ids, "Asia/Jakarta")] == [of_others.feedback_id]


def test_closed_unsolved_is_neither_an_answer_nor_silence(session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    answer(session, complaint, agency.sari, NOW)
    dispute_answer(complaint, "Belum.", write_key="s", at=NOW + DAY)
    session.flush()
    close_unsolved(complaint, agency.rina, "Blangko habis di pusat.", write_key="u", at=NOW + 2 * DAY)
    session.flush()
    assert facts(session, complaint) == [
        ("first_answer", agency.sari.id, True),
        ("disputed", agency.sari.id, None),
        ("unsolved", agency.rina.id, True),
    ]


def test_a_fact_that_no_longer_holds_goes_and_is_told(session: Session, agency: Agency) -> None:
    complaint = sent(session, agency)
    answer(session, complaint, agency.sari, NOW)
    facts(session, complaint)
    complaint.contact_email = agency.sari.email
    session.flush()
    assert facts(session, complaint) == [] and len(events(session)) == 2
