"""What citizens do, on the database: once, whatever arrives twice; and nothing of who they are in the clear."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from tests.factories.accounts import make_account
from tests.factories.counter import make_visit
from tests.factories.feedback import make_complaint, make_picture, make_rating
from tests.factories.organisation import make_unit
from webapp.accounts.permissions import Role
from webapp.database import transaction
from webapp.feedback.actions import (
    FAILURES_BEFORE_LOCK,
    LONGEST_LOCK,
    accept_answer,
    add_follower,
    dispute_answer,
    open_case,
    reply_to_agency,
    submit_complaint,
)
from webapp.feedback.drafts import ComplaintDraft
from webapp.feedback.errors import AlreadySent, CaseLocked, NoSuchCase, ReceiptUsed, TooManyPhotos
from webapp.feedback.handling import answer_complaint, send_to_unit
from webapp.feedback.life_cycle import IllegalStep
from webapp.feedback.models import Complaint, ComplaintMessage, Feedback, Follower, Photo
from webapp.feedback.photos import MOST_PHOTOS, list_waiting_photos, remove_waiting_photo, store_photo
from webapp.feedback.reporter_case import read_case
from webapp.feedback.tracking import Reporter, find_case, list_filed
from webapp.feedback.vocabulary import Channel, Finding
from webapp.messaging.addresses import ChatAddress
from webapp.organisation.queries import working_time_of
from webapp.outbox.models import OutboxEvent

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
DRAFT = ComplaintDraft(text="Akta kelahiran belum jadi setelah tiga minggu.")


def count(database: SQLAlchemy, table: type) -> int:
    return database.session.scalar(select(func.count()).select_from(table)) or 0


def answered(database: SQLAlchemy) -> Complaint:
    session = database.session()
    unit = make_unit(session)
    complaint = make_complaint(session, NOW - timedelta(days=1), unit_id=unit.id)
    send_to_unit(complaint, unit, working_time_of(unit), reason="uji", at=NOW)
    actor = make_account(session, (Role.OFFICER, unit))
    make_account(session, (Role.OFFICER, unit))  # another pair of eyes
    answer_complaint(complaint, actor, "Sudah jadi.", Finding.FOUNDED, write_key="jawab", at=NOW)
    return complaint


def test_a_complaint_is_filed_once_for_each_key(database: SQLAlchemy) -> None:
    first = submit_complaint(DRAFT, write_key="k", channel=Channel.PORTAL, at=NOW)
    again = submit_complaint(DRAFT, write_key="k", channel=Channel.PORTAL, at=NOW)
    assert (first.created, again.created) == (True, False)
    assert (again.feedback_id, again.code, again.secret_word) == (first.feedback_id, first.code, first.secret_word)
    assert (count(database, Feedback), count(database, OutboxEvent)) == (1, 1)


def test_the_same_key_with_other_words_says_what_it_became(database: SQLAlchemy) -> None:
    first = submit_complaint(DRAFT, write_key="k", channel=Channel.PORTAL, at=NOW)
    with pytest.raises(AlreadySent) as refused:
        submit_complaint(ComplaintDraft(text="Lain."), write_key="k", channel=Channel.PORTAL, at=NOW)
    assert refused.value.code == first.code


def test_two_presses_at_the_same_moment_file_one_complaint(app: Flask, database: SQLAlchemy) -> None:
    codes: list[str | None] = []
    start = threading.Barrier(4)

    def press() -> None:
        with app.app_context():
            start.wait(10)
            with transaction():
                codes.append(submit_complaint(DRAFT, write_key="k", channel=Channel.PORTAL, at=NOW).code)

    presses = [threading.Thread(target=press) for _ in range(4)]
    for thread in presses:
        thread.start()
    for thread in presses:
        thread.join(30)
    assert len(codes) == 4 and len(set(codes)) == 1
    assert count(database, Complaint) == 1


def test_nothing_that_tells_who_complained_lies_in_the_clear(database: SQLAlchemy) -> None:
    submitted = submit_complaint(
        ComplaintDraft(
            text="NIK 3578014101900001 belum terbaca.", contact_name="Siti Pelapor", contact_email="siti@contoh.id"
        ),
        write_key="k",
        channel=Channel.TELEGRAM,
        at=NOW,
        follower=ChatAddress("telegram", "778899001122"),
    )
    database.session.flush()
    connection = database.session.connection()
    rows = [
        connection.exec_driver_sql(f"SELECT {table}::text FROM {table}").scalar_one()
        for table in ("feedback", "complaint", "follower", "outbox_event")
    ]
    for secret in ("Siti", "siti@", "3578014101900001", "778899001122", submitted.secret_word):
        assert secret is not None
        assert not any(secret in row for row in rows), f"{secret!r} can be read in the database"


def test_a_visit_is_rated_once(database: SQLAlchemy) -> None:
    session = database.session()
    visit = make_visit(session, make_unit(session), NOW)
    make_rating(session, NOW, visit_id=visit.id, write_key="a", value=3)
    assert make_rating(session, NOW, visit_id=visit.id, write_key="a", value=3).value == 3
    with pytest.raises(AlreadySent):
        make_rating(session, NOW, visit_id=visit.id, write_key="a", value=4)
    with pytest.raises(ReceiptUsed):
        make_rating(session, NOW, visit_id=visit.id, write_key="b", value=4)


def test_following_twice_is_following_once(database: SQLAlchemy) -> None:
    complaint = make_complaint(database.session(), NOW)
    for _ in range(2):
        add_follower(complaint.feedback_id, ChatAddress("telegram", "1"))
    add_follower(complaint.feedback_id, ChatAddress("telegram", "2"))
    assert count(database, Follower) == 2


def test_the_secret_word_opens_and_guesses_lock_longer_and_longer(database: SQLAlchemy) -> None:
    complaint = make_complaint(database.session(), NOW)
    code, word, now = complaint.code, complaint.secret_word, NOW
    for _ in range(FAILURES_BEFORE_LOCK):
        with pytest.raises(NoSuchCase):
            open_case(code, "bukan-kata-itu", now)
    waits = []
    for _ in range(9):
        with pytest.raises(CaseLocked) as locked:
            open_case(code, word, now)
        waits.append(locked.value.until - now)
        now = locked.value.until
        with pytest.raises(NoSuchCase):
            open_case(code, "bukan-kata-itu", now)
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (timedelta(minutes=1), LONGEST_LOCK)
    assert complaint.looks_locked_until is not None
    assert open_case(code, word, complaint.looks_locked_until).feedback_id == complaint.feedback_id
    assert complaint.failed_looks == 0
    with pytest.raises(NoSuchCase):
        open_case("", word, now)


def test_accepting_and_disputing_happen_once_and_only_with_an_answer(database: SQLAlchemy) -> None:
    filed = make_complaint(database.session(), NOW)
    with pytest.raises(IllegalStep):
        accept_answer(filed, write_key="terima", at=NOW)
    complaint = answered(database)
    dispute_answer(complaint, "Namanya salah.", write_key="sanggah", at=NOW)
    dispute_answer(complaint, "Namanya salah.", write_key="sanggah", at=NOW)
    assert (complaint.state, complaint.reopened, complaint.handler_id) == ("disputed", 1, None)
    other = answered_again(database)
    for _ in range(2):
        accept_answer(other, write_key="terima-2", at=NOW)
    assert (other.state, other.settled_at) == ("accepted", NOW)
    assert database.session.scalar(select(func.count()).where(ComplaintMessage.kind == "acceptance")) == 1


def answered_again(database: SQLAlchemy) -> Complaint:
    session = database.session()
    unit = make_unit(session)
    complaint = make_complaint(session, NOW, unit_id=unit.id)
    send_to_unit(complaint, unit, working_time_of(unit), reason="uji", at=NOW)
    actor = make_account(session, (Role.OFFICER, unit))
    make_account(session, (Role.OFFICER, unit))  # another pair of eyes
    answer_complaint(complaint, actor, "Sudah.", Finding.FOUNDED, write_key="jawab-2", at=NOW)
    return complaint


def test_a_reply_moves_no_clock(database: SQLAlchemy) -> None:
    complaint = answered(database)
    before = (complaint.state, complaint.due_at, complaint.answered_at)
    reply_to_agency(complaint, "Ini nomor saya 081234567890.", write_key="balas", at=NOW + timedelta(days=3))
    assert (complaint.state, complaint.due_at, complaint.answered_at) == before
    reply = database.session.scalars(select(ComplaintMessage).where(ComplaintMessage.kind == "reply")).one()
    assert "0812" not in reply.text and reply.original_text is not None


def test_photos_wait_for_their_form_and_go_with_it(database: SQLAlchemy) -> None:
    ids = [store_photo("k", make_picture(colour=(n * 20, 0, 0)), NOW) for n in range(MOST_PHOTOS)]
    assert store_photo("k", make_picture(colour=(0, 0, 0)), NOW) == ids[0]  # the same one again
    with pytest.raises(TooManyPhotos):
        store_photo("k", make_picture(colour=(0, 99, 0)), NOW)
    other = store_photo("l", make_picture(), NOW)
    remove_waiting_photo("l", ids[0])  # not its form's
    remove_waiting_photo("k", ids[0])
    assert list_waiting_photos("k") == ids[1:]
    complaint = make_complaint(database.session(), NOW, photo_key="k")
    assert list_waiting_photos("k") == []
    remove_waiting_photo("k", ids[1])  # sent is sent
    mine = select(Photo.id).where(Photo.complaint_id == complaint.feedback_id).order_by(Photo.id)
    assert list(database.session.scalars(mine)) == ids[1:]
    assert list_waiting_photos("l") == [other]


def test_a_reporter_reads_only_what_is_his(database: SQLAlchemy) -> None:
    session = database.session()
    mine, other = make_complaint(session, NOW), make_complaint(session, NOW)
    viewer = Reporter(frozenset({mine.feedback_id}))
    assert find_case(viewer, mine.code) is mine
    assert [filed.code for filed in list_filed(viewer)] == [mine.code]
    for code in (other.code, "TG-2222-2222", "", "\x00"):
        with pytest.raises(NoSuchCase):
            read_case(viewer, code, NOW)
    with pytest.raises(NoSuchCase):
        find_case(Reporter(), mine.code)


def test_what_is_due_is_told_in_working_days_of_the_unit(database: SQLAlchemy) -> None:
    session = database.session()
    unit = make_unit(session)
    complaint = make_complaint(session, NOW, unit_id=unit.id)  # a Tuesday
    viewer = Reporter(frozenset({complaint.feedback_id}))
    assert read_case(viewer, complaint.code, NOW).due_at is None
    send_to_unit(complaint, unit, working_time_of(unit), reason="uji", at=NOW)
    session.flush()
    session.expire_all()
    case = read_case(viewer, complaint.code, NOW)
    assert (case.working_days_left, case.overdue) == (14, False)
    assert read_case(viewer, complaint.code, NOW + timedelta(days=7)).working_days_left == 9
    assert case.due_at is not None
    late = read_case(viewer, complaint.code, case.due_at + timedelta(seconds=1))
    assert (late.working_days_left, late.overdue) == (0, True)


def test_a_dispute_that_cannot_be_leaves_no_word_behind(database: SQLAlchemy) -> None:
    complaint = make_complaint(database.session(), NOW)
    with pytest.raises(IllegalStep):
        dispute_answer(complaint, "Belum dijawab", write_key="form:too-early", at=NOW)
    database.session.commit()  # as a face would that turned the error into a sentence
    assert database.session.scalars(select(ComplaintMessage)).all() == []
