"""A signal is raised once, goes on, is closed and kept, and shows nobody a case that he may not see."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import delete, event, insert, select, update
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.counting import next_number
from tests.factories.desk import Agency, make_agency
from tests.factories.organisation import make_officer
from tests.page_forms import forms_of
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.attribution.models import TextOpinion
from webapp.attribution.signals.actions import close_signal, mark_seen, reopen_signal
from webapp.attribution.signals.detecting import Raised, raise_signals
from webapp.attribution.signals.errors import AlreadyClosed, AnotherOpen, NoSuchSignal
from webapp.attribution.signals.events import SignalRaised
from webapp.attribution.signals.models import Signal, SignalCase, SignalStep
from webapp.attribution.signals.notices import queue_signal_notices
from webapp.attribution.signals.queries import get_signal, list_signals
from webapp.database import db, new_ids, transaction
from webapp.feedback.models import Complaint, Exclusion, Feedback, Recusal
from webapp.feedback.vocabulary import ERASED
from webapp.messaging.models import Notification
from webapp.messaging.notifications import Sender
from webapp.organisation.models import Topic, Unit
from webapp.outbox.models import OutboxEvent
from webapp.retention.erasing import erase_ended

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)  # noon of a Friday in Jakarta
SENDER = Sender("Kota Uji", "https://tanggap.example", mail=False)
MOST_QUERIES = 12


@dataclass
class Town:
    """An agency in which somebody complains every other day for months, and what comes on top of that."""

    session: Session
    agency: Agency

    def file(self, day: int, count: int = 1, *, unit: Unit | None = None, **columns: Any) -> list[int]:
        """`count` complaints about the service, filed so many days before NOW; their ids."""
        ids = new_ids(Feedback, count)
        topic = columns.pop("topic", None)
        filed_at = NOW - timedelta(days=day, hours=1)
        about = {"service_id": self.agency.service.id, "rater_key": None}
        about |= {key: columns.pop(key) for key in list(columns) if key in about}
        unit_id = (unit or self.agency.unit).id
        self.session.execute(
            insert(Feedback),
            [
                {"id": id_, "kind": "complaint", "channel": "portal", "write_key": f"s{id_}", "filed_at": filed_at}
                | about
                for id_ in ids
            ],
        )
        said = {"secret_word": "kata", "complaint_kind": "complaint", "text": "Akta lama sekali.", "state": "filed"}
        self.session.execute(
            insert(Complaint),
            [
                said | {"feedback_id": id_, "code": f"TGP-{next_number():06}", "unit_id": unit_id} | columns
                for id_ in ids
            ],
        )
        if topic is not None:
            opinion = {"version": "1", "candidates": [], "unknown": 1.0, "sure": False, "parts": [], "teaches": 0.0}
            self.session.execute(
                insert(TextOpinion),
                [opinion | {"feedback_id": id_, "topic_id": topic.id, "at": filed_at} for id_ in ids],
            )
        self.session.flush()
        return ids

    def signals(self) -> list[Signal]:
        return list(self.session.scalars(select(Signal).order_by(Signal.id).execution_options(populate_existing=True)))


@pytest.fixture
def town(session: Session) -> Town:
    town = Town(session, make_agency(session))
    for day in range(22, 110, 2):
        town.file(day)
    for day in (17, 13, 8):
        town.file(day)
    return town


@pytest.fixture
def raised(town: Town) -> Signal:
    town.file(2, 5)
    town.file(1, 5)
    assert len(raise_signals(NOW).new) == 1
    (signal,) = town.signals()
    return signal


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


@pytest.fixture
def now_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are opened at NOW."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Self:
            return cls.fromtimestamp(NOW.timestamp(), UTC)

    monkeypatch.setattr("webapp.portal.supervisor.signals.datetime", Clock)


@pytest.mark.usefixtures("now_is")
def test_the_pages(client: FlaskClient, town: Town, raised: Signal) -> None:
    town.session.commit()
    sign_in(client, town.agency.rina)
    page = client.get("/sinyal").text
    assert "10 laporan dalam 3 hari, biasanya sekitar 1,5" in page
    assert "belum dilihat" in page
    address = f"/sinyal/{raised.id}"
    sheet = client.get(address).text
    codes = town.session.scalars(
        select(Complaint.code).join(SignalCase, SignalCase.complaint_id == Complaint.feedback_id)
    ).all()
    assert all(f"/meja/{code}" in sheet for code in codes)
    assert "5 sinyal setahun" in sheet
    client.post(f"{address}/dilihat")
    assert "belum dilihat" not in client.get("/sinyal").text
    form = next(
        one for one in forms_of(client.get(f"{address}/tutup").text, f"{address}/tutup") if "note" in one.fields
    )
    assert client.post(form.action, data={**form.fields, "note": ""}).status_code == 400
    sent = client.post(form.action, data={**form.fields, "note": "Server pusat pulih."})
    assert sent.status_code == 302, sent.text
    assert "Tidak ada yang melonjak" in client.get("/sinyal").text
    assert "Server pusat pulih." in client.get("/sinyal?tampil=selesai").text
    client.post(f"{address}/buka")
    assert "Dibuka lagi oleh Rina Kusuma" in client.get(address).text
    assert client.get("/sinyal/99999999").status_code == client.get(f"/sinyal/{2**70}").status_code == 404
    sign_in(client, make_committed(town, (Role.SUPERVISOR, town.agency.elsewhere)))
    assert client.get(address).status_code == client.post(f"{address}/buka").status_code == 404
    sign_in(client, town.agency.sari)
    assert client.get("/sinyal").status_code == 403


@pytest.mark.usefixtures("now_is")
def test_the_pages_ask_no_more_for_more(client: FlaskClient, database: SQLAlchemy, town: Town, raised: Signal) -> None:
    town.session.commit()
    sign_in(client, town.agency.rina)
    client.get("/sinyal")
    paths = ("/sinyal", f"/sinyal/{raised.id}")
    few = [len(list(statements(database, client, path))) for path in paths]
    for number in range(5):
        topic = Topic(name=f"Topik {number}")
        town.session.add(topic)
        town.session.flush()
        town.file(1, 8, topic=topic)
    assert len(raise_signals(NOW).new) == 5
    town.session.commit()
    many = [len(list(statements(database, client, path))) for path in paths]
    assert many == few
    assert max(many) <= MOST_QUERIES


def statements(database: SQLAlchemy, client: FlaskClient, path: str) -> Iterator[str]:
    said: list[str] = []

    def note(*statement: object) -> None:
        said.append(str(statement[2]))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return iter(said)


def make_committed(town: Town, *roles: tuple[Role, Unit]) -> Account:
    account = make_account(town.session, *roles)
    town.session.commit()
    return account
