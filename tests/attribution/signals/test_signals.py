"""A signal is raised once, goes on, is closed and kept, and shows nobody a case that he may not see."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.attribution.signals.conftest import NOW, Town
from tests.factories.accounts import make_account
from tests.factories.organisation import make_officer
from webapp.accounts.permissions import Role
from webapp.attribution.models import TextOpinion
from webapp.attribution.signals.actions import close_signal, mark_seen, reopen_signal
from webapp.attribution.signals.detecting import Raised, raise_signals
from webapp.attribution.signals.errors import AlreadyClosed, AnotherOpen, NoSuchSignal
from webapp.attribution.signals.events import SignalRaised
from webapp.attribution.signals.models import Signal, SignalCase, SignalStep
from webapp.attribution.signals.notices import queue_signal_notices
from webapp.attribution.signals.queries import get_signal, list_signals
from webapp.database import db, transaction
from webapp.feedback.models import Complaint, Exclusion, Recusal
from webapp.feedback.vocabulary import ERASED
from webapp.messaging.models import Notification
from webapp.messaging.notifications import Sender
from webapp.organisation.models import Topic
from webapp.outbox.models import OutboxEvent
from webapp.retention.erasing import erase_ended

SENDER = Sender("Kota Uji", "https://tanggap.example", mail=False)


def test_nothing_is_raised_where_nothing_is_new(town: Town) -> None:
    assert raise_signals(NOW).new == ()
    assert town.signals() == []


def test_a_rise_becomes_a_signal_with_its_cases_once(town: Town, raised: Signal) -> None:
    assert raised.unit_id == town.agency.unit.id
    assert raised.service_id == town.agency.service.id
    assert raised.topic_id is None
    assert raised.count == 10 > 3 * raised.expected
    assert [(NOW.date() - day).days for day in (raised.first_day, raised.last_day)] == [3, 1]
    behind = town.session.scalars(select(SignalCase.complaint_id).order_by(SignalCase.complaint_id)).all()
    assert len(behind) == 10
    assert raise_signals(NOW + timedelta(hours=3)) == Raised()
    events = town.session.scalars(select(OutboxEvent.payload).where(OutboxEvent.name == SignalRaised.name)).all()
    assert events == [{"signal_id": raised.id}]


def test_an_open_signal_goes_on_rather_than_being_raised_anew(town: Town, raised: Signal) -> None:
    before = (raised.first_day, raised.surprise, list(raised.usual_days))
    town.file(0, 4)
    town.file(-1, 6)
    found = raise_signals(NOW + timedelta(days=1))
    assert (found.new, found.extended) == ((), (raised.id,))
    (signal,) = town.signals()
    assert signal.count == 20
    assert signal.first_day == before[0]
    assert signal.last_day == (NOW + timedelta(days=1)).date()
    assert signal.surprise <= before[1]
    assert signal.usual_days[-3:-2] == before[2][-1:], "what was usual then stays as it was"
    assert signal.expected == pytest.approx(sum(signal.usual_days[-5:]))


def test_what_was_closed_is_raised_again_by_new_days_only(town: Town, raised: Signal) -> None:
    close_signal(town.agency.rina, raised.id, "Server pusat pulih.", NOW)
    later = NOW + timedelta(days=1)
    assert raise_signals(later).new == ()
    town.file(-4, 6)
    town.file(-5, 6)
    (new,) = raise_signals(NOW + timedelta(days=5)).new
    assert new != raised.id
    assert [signal.count for signal in town.signals()] == [10, 12]
    with pytest.raises(AnotherOpen):
        reopen_signal(town.agency.rina, raised.id, later)


@pytest.mark.parametrize(
    "columns",
    [
        {"rater_key": b"the same device"},
        {"complaint_kind": "praise"},
        {"points_at_person": True},
        {"state": "archived"},
        {"state": "passed_on"},
        {"unit_id": None},
        {"service_id": None},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_what_does_not_count(town: Town, columns: dict[str, Any]) -> None:
    town.file(1, 10, **columns)
    assert raise_signals(NOW).new == ()


def test_one_reporter_counts_once_a_day(town: Town) -> None:
    for day in (1, 2, 3):
        for rater in (b"a", b"b", b"c", b"d"):
            town.file(day, 3, rater_key=rater)
    raise_signals(NOW)
    (signal,) = town.signals()
    assert signal.count == 12
    assert get_signal(town.agency.rina, signal.id, NOW).signal.count == 12
    assert get_signal(town.agency.rina, signal.id, NOW).cases_total == 36


def test_what_the_words_say_comes_before_the_service(town: Town) -> None:
    topic = Topic(name="Server pusat gangguan")
    town.session.add(topic)
    town.session.flush()
    town.file(1, 8, topic=topic)
    raise_signals(NOW)
    (signal,) = town.signals()
    assert (signal.topic_id, signal.service_id) == (topic.id, None)
    (listed,) = list_signals(town.agency.rina, NOW).signals
    assert (listed.subject, listed.unit, listed.count) == ("Server pusat gangguan", "Seksi Akta", 8)
    assert [day.count for day in listed.days if day.risen] == [8]


def test_what_reads_as_praise_does_not_count(town: Town) -> None:
    topic = Topic(name="Petugas ramah")
    town.session.add(topic)
    town.session.flush()
    town.file(1, 8, topic=topic)
    town.session.execute(update(TextOpinion).values(kind="praise", kind_probability=0.95))
    assert raise_signals(NOW).new == ()
    town.session.execute(update(TextOpinion).values(kind_probability=0.5))
    assert len(raise_signals(NOW).new) == 1


def test_a_supervisor_sees_his_units_and_nobody_else_does(town: Town, raised: Signal) -> None:
    agency = town.agency
    chief = make_account(town.session, (Role.SUPERVISOR, agency.city))
    other = make_account(town.session, (Role.SUPERVISOR, agency.elsewhere))
    assert [one.id for one in list_signals(chief, NOW).signals] == [raised.id]
    for stranger in (other, agency.sari, agency.triage):
        assert list_signals(stranger, NOW).open == 0
        with pytest.raises(NoSuchSignal):
            get_signal(stranger, raised.id, NOW)
        with pytest.raises(NoSuchSignal):
            mark_seen(stranger, raised.id, NOW)


def test_whoever_is_kept_from_cases_finds_them_in_no_count(town: Town, raised: Signal) -> None:
    agency, session = town.agency, town.session
    head = make_account(session, (Role.SUPERVISOR, agency.unit))
    officer = make_officer(session, agency.unit, account=head)
    ids = list(session.scalars(select(SignalCase.complaint_id).order_by(SignalCase.complaint_id)))
    session.add_all(Exclusion(complaint_id=id_, officer_id=officer.id, at=NOW) for id_ in ids[:2])
    session.add(Recusal(complaint_id=ids[2], account_id=head.id, at=NOW))
    session.flush()
    sheet = get_signal(head, raised.id, NOW)
    assert (sheet.signal.count, sheet.cases_total) == (7, 7)
    assert sum(day.count for day in sheet.signal.days if day.risen) == 7
    assert list_signals(agency.rina, NOW).signals[0].count == 10
    session.add_all(Exclusion(complaint_id=id_, officer_id=officer.id, at=NOW) for id_ in ids[3:6])
    session.flush()
    assert list_signals(head, NOW).open == 0, "fewer than five are told of nobody"
    with pytest.raises(NoSuchSignal):
        get_signal(head, raised.id, NOW)


def told(session: Session) -> list[tuple[int, dict[str, Any]]]:
    rows = session.execute(select(Notification.account_id, Notification.particulars).order_by(Notification.id))
    return [(row.account_id, row.particulars) for row in rows]


def test_the_nearest_who_may_see_it_are_told_once(town: Town, raised: Signal) -> None:
    chief = make_account(town.session, (Role.SUPERVISOR, town.agency.city))
    for _ in range(2):
        queue_signal_notices(SignalRaised(raised.id), at=NOW, sender=SENDER)
    expected = {"signal": raised.id, "subject": "Akta kelahiran", "unit": "Seksi Akta"}
    assert told(town.session) == [(town.agency.rina.id, expected)]
    town.session.query(Notification).delete()
    concerned = make_officer(town.session, town.agency.unit, account=town.agency.rina)
    for id_ in town.session.scalars(select(SignalCase.complaint_id)).all():
        town.session.add(Exclusion(complaint_id=id_, officer_id=concerned.id, at=NOW))
    town.session.flush()
    queue_signal_notices(SignalRaised(raised.id), at=NOW, sender=SENDER)
    assert told(town.session) == [(chief.id, expected)], "above whoever it may concern himself"


def test_two_that_look_at_once_raise_one(app: Flask, town: Town) -> None:
    town.file(1, 8)
    town.session.commit()
    start, failed = threading.Barrier(2), list[BaseException]()

    def look() -> None:
        try:
            with app.app_context():
                start.wait(10)
                with transaction():
                    raise_signals(NOW)
                db.session.remove()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert len(town.signals()) == 1
    assert len(town.session.scalars(select(OutboxEvent.id).where(OutboxEvent.name == SignalRaised.name)).all()) == 1


def test_what_was_done_is_kept(town: Town, raised: Signal) -> None:
    rina = town.agency.rina
    mark_seen(rina, raised.id, NOW)
    mark_seen(rina, raised.id, NOW + timedelta(hours=1))
    close_signal(rina, raised.id, "Pemohon NIK 3578 0112 3456 0001 sudah ditelepon.", NOW + timedelta(hours=2))
    with pytest.raises(AlreadyClosed):
        close_signal(rina, raised.id, "Lagi.", NOW)
    (closed,) = list_signals(rina, NOW, closed=True).signals
    assert closed.note == "Pemohon NIK [NIK disamarkan] sudah ditelepon."
    assert closed.closed_by == "Rina Kusuma"
    reopen_signal(rina, raised.id, NOW + timedelta(hours=3))
    sheet = get_signal(rina, raised.id, NOW)
    assert [step.step for step in sheet.steps] == ["seen", "closed", "reopened"]
    assert sheet.steps[1].note == closed.note
    assert (list_signals(rina, NOW).open, list_signals(rina, NOW).closed) == (1, 0)


def test_the_note_is_erased_with_the_last_words_behind_it(town: Town) -> None:
    long_ago = NOW - timedelta(days=2000)
    (kept,) = town.file(1)
    town.file(1, 8, state="accepted", settled_at=long_ago)
    raise_signals(NOW)
    (signal,) = town.signals()
    close_signal(town.agency.rina, signal.id, "Blangko kosong.", NOW)
    erase_ended(NOW)
    assert [one.note for one in town.signals()] == ["Blangko kosong."], "there is a case behind it yet"
    town.session.execute(delete(SignalCase).where(SignalCase.complaint_id == kept))
    town.session.execute(update(Complaint).where(Complaint.text == ERASED).values(text="Ditulis lagi."))
    erase_ended(NOW)
    assert [one.note for one in town.signals()] == [ERASED]
    steps = town.session.scalars(select(SignalStep.note).order_by(SignalStep.id)).all()
    assert steps == [None, ERASED]
