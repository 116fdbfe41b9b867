"""The counter as pages: opening it, two presses a citizen, presses that come twice or too late."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.organisation import daytime_zone, make_counter, make_officer, make_service, make_shift, make_unit
from tests.factories.queue import Desk, make_desk, make_hall, make_line, make_ticket, open_session
from tests.portal.markup import Element, parse
from webapp.accounts.permissions import Role
from webapp.counter.models import Visit
from webapp.counter.queries import receipt_of
from webapp.counter.queue.models import CounterSession, QueueHall, QueueLine, QueueTicket
from webapp.counter.queue.vocabulary import Priority

#: Every hour of every day, so that the tests work at any time.
ALWAYS = {str(day): [["00:00", "24:00"]] for day in range(7)}


@dataclass(frozen=True)
class Hall:
    """A hall with two lines, and Sari at her counter."""

    hall: QueueHall
    birth: QueueLine
    card: QueueLine
    sari: Desk


@pytest.fixture
def hall(session: Session) -> Hall:
    unit = make_unit(session, make_unit(session), name="Dinas Uji", timezone=daytime_zone(datetime.now(UTC)))
    unit.weekly_hours = ALWAYS
    hall = make_hall(session, unit)
    birth = make_line(session, hall, make_service(session, unit, name="Akta kelahiran"))
    card = make_line(session, hall, make_service(session, unit, name="KTP-el"))
    sari = make_desk(session, hall, name="Sari Wulandari")
    session.commit()
    return Hall(hall, birth, card, sari)


def press(client: FlaskClient, do: str, **more: object) -> Element:
    """Press a button of the page as it stands: the form that does `do`, with its hidden fields."""
    page = parse(client.get("/loket").text)
    data = dict(more)
    for form in page.all("form"):
        fields = {field["name"]: field.get("value") for field in form.all("input", type="hidden")}
        if fields.get("do") == do:
            data = {**fields, **more}
            break
    else:
        pytest.fail(f"the page has no button for {do}")
    return parse(client.post("/loket", data=data, follow_redirects=True).text)


def called(page: Element) -> str:
    """The number that is served, or empty."""
    return next((p.text for p in page.all("p", class_="called") if "translate" in p.attributes), "")


def some_time_ago(session: Session, minutes: int = 4) -> None:
    """Let the standing calls be a few minutes old: what was called this very second is not finished."""
    session.expire_all()
    for ticket in session.scalars(select(QueueTicket).where(QueueTicket.state == "called")):
        assert ticket.called_at is not None
        ticket.called_at = ticket.first_called_at = called_at = ticket.called_at - timedelta(minutes=minutes)
        ticket.drawn_at = called_at - timedelta(minutes=9)
    session.commit()


def test_the_counter_of_the_roster_is_chosen_and_taken_ones_say_by_whom(
    client: FlaskClient, session: Session, hall: Hall
) -> None:
    make_counter(session, hall.hall.unit, name="Loket Bebas")
    budi, _session = open_session(session, [hall.birth], datetime.now(UTC))
    make_shift(session, hall.sari.officer, hall.sari.counter, datetime.now(UTC) - timedelta(hours=1))
    session.commit()
    sign_in(client, hall.sari.account)
    page = parse(client.get("/loket").text)
    chosen = [box["value"] for box in page.all("input") if box.get("checked") is not None and box.get("name")]
    assert chosen == [str(hall.sari.counter.id), str(hall.birth.id), str(hall.card.id)]
    assert f"{budi.counter.name} oleh {budi.officer.name}" in page.text
    assert str(budi.counter.id) not in [box["value"] for box in page.all("input", name="counter")]
    taken = client.post("/loket/buka", data={"counter": budi.counter.id, "lines": [hall.birth.id]})
    assert taken.status_code == 400
    assert f"Loket ini sedang dibuka {budi.officer.name}" in taken.text
    assert client.post("/loket/buka", data={"counter": hall.sari.counter.id}).status_code == 400
    sent = {"counter": hall.sari.counter.id, "lines": [hall.birth.id]}
    assert client.post("/loket/buka", data=sent).status_code == 302
    assert "Belum ada yang menunggu" in client.get("/loket").text
    # Next time the same services are chosen.
    press(client, "close")
    page = parse(client.get("/loket").text)
    assert [box["value"] for box in page.all("input", name="lines") if box.get("checked") is not None] == [
        str(hall.birth.id)
    ]


@pytest.mark.parametrize("nonsense", ["9" * 30, "x", "-1"])
def test_what_is_not_on_the_page_is_refused_in_indonesian(
    client: FlaskClient, session: Session, hall: Hall, nonsense: str
) -> None:
    sign_in(client, hall.sari.account)
    sent: dict[str, object] = {"counter": hall.sari.counter.id, "lines": [hall.birth.id]}
    for field, words in (("counter", "Pilih loket Anda."), ("lines", "Pilih layanan dari daftar.")):
        answer = client.post("/loket/buka", data=sent | {field: nonsense})
        assert answer.status_code == 400
        assert words in answer.text
        assert not re.search(r"Invalid|Not a valid|not a valid|required\.", answer.text)
    client.post("/loket/buka", data=sent)
    for field, words in (("line", "Pilih layanan."), ("priority", "Pilih dari daftar.")):
        drawn = {"draw-line": hall.birth.id, "draw-priority": "ordinary"} | {f"draw-{field}": nonsense}
        answer = client.post("/loket/nomor", data=drawn)
        assert answer.status_code == 400
        assert words in answer.text and "alid" not in parse(answer.text).all("main")[0].text
    make_ticket(session, hall.birth, datetime.now(UTC))
    session.commit()
    press(client, "next")
    assert called(press(client, "transfer", line=nonsense))


def test_a_citizen_takes_one_press_and_a_second_one_finishes_nobody(
    client: FlaskClient, session: Session, hall: Hall
) -> None:
    now = datetime.now(UTC)
    open_session(session, [hall.birth, hall.card], now, hall.sari)
    for line in (hall.birth, hall.card, hall.birth):
        make_ticket(session, line, now - timedelta(minutes=20))
    session.commit()
    sign_in(client, hall.sari.account)
    assert called(press(client, "next")) == "A-001"
    some_time_ago(session, minutes=-1)  # as if it had been this very moment, however slow the machine is
    # Pressed twice: the second half finds somebody who was called this very moment.
    page = press(client, "next")
    assert (called(page), "baru saja dipanggil" in page.text) == ("A-001", True)
    some_time_ago(session)
    first = session.scalars(select(QueueTicket).where(QueueTicket.label == "A-001")).one()
    page = press(client, "next")
    assert called(page) == "B-001"
    session.expire_all()
    visit = session.scalars(select(Visit)).one()
    assert (first.visit_id, visit.officer_id, visit.counter_id) == (
        visit.id,
        hall.sari.officer.id,
        hall.sari.counter.id,
    )
    assert (visit.service_id, visit.waited_seconds) == (hall.birth.service_id, 540)
    assert [a["href"] for a in page.all("a") if "/struk/" in a["href"]] == [f"/struk/{receipt_of(visit.id)}"]
    # The same press once more, as after a lost connection, long after: it was for A-001, which is done.
    some_time_ago(session)
    again = client.post("/loket", data={"do": "next", "ticket": first.id}, follow_redirects=True)
    assert called(parse(again.text)) == "B-001"
    gone = client.post("/loket", data={"do": "finish", "ticket": first.id}, follow_redirects=True)
    assert (called(parse(gone.text)), "tidak lagi di loket Anda" in gone.text) == ("B-001", True)
    assert session.scalar(select(func.count(Visit.id))) == 1
    assert "Loket Anda ditutup" in press(client, "close").text
    assert session.scalar(select(func.count(Visit.id))) == 2
    assert session.scalars(select(CounterSession)).one().closed_at is not None


def test_who_is_not_there_is_put_aside_sent_on_or_left(client: FlaskClient, session: Session, hall: Hall) -> None:
    now = datetime.now(UTC)
    open_session(session, [hall.birth], now, hall.sari)
    for _n in range(3):
        make_ticket(session, hall.birth, now - timedelta(minutes=20))
    make_ticket(session, hall.birth, now - timedelta(minutes=5), priority=Priority.PREGNANT)
    session.commit()
    sign_in(client, hall.sari.account)
    page = press(client, "next")
    assert (called(page), "Ibu hamil" in page.text) == ("A-004", True)
    assert "A-004 ditahan" in press(client, "hold").text
    page = press(client, "next")
    assert called(page) == "A-001"
    assert "A-001 dipanggil ulang" in press(client, "recall").text
    some_time_ago(session)
    assert "A-001 ditandai tidak hadir" in press(client, "absent").text
    press(client, "next")
    assert "A-002 dialihkan" in press(client, "transfer", line=hall.card.id).text
    sent_on = session.scalars(select(QueueTicket).where(QueueTicket.label == "A-002")).one()
    assert (sent_on.line_id, sent_on.state) == (hall.card.id, "waiting")
    page = press(client, "held")
    assert called(page) == "A-004"
    # A line of elsewhere is no line to be sent to.
    other = make_line(session, make_hall(session))
    session.commit()
    assert "tidak lagi diantrekan" in press(client, "transfer", line=other.id).text
    assert client.post("/loket", data={"do": "naik"}).status_code == 400


def test_a_button_pressed_by_script_brings_the_desk_alone(client: FlaskClient, session: Session, hall: Hall) -> None:
    now = datetime.now(UTC)
    open_session(session, [hall.birth], now, hall.sari)
    ticket = make_ticket(session, hall.birth, now)
    session.commit()
    sign_in(client, hall.sari.account)
    script = {"HX-Request": "true"}
    reply = client.post("/loket", data={"do": "next"}, headers=script, follow_redirects=True)
    assert reply.text.lstrip().startswith('<div id="counter"')
    assert "<html" not in reply.text
    assert "Nomor A-001 dipanggil" in reply.text
    assert "HX-Request" in reply.headers["Vary"]
    # The list alone, while it shows what is true; else the page is told to fetch itself.
    waiting = client.get(f"/loket?bagian=menunggu&nomor={ticket.id}", headers=script)
    assert waiting.text.lstrip().startswith('<div id="counter-waiting"')
    old = client.get("/loket?bagian=menunggu&nomor=0", headers=script)
    assert (old.status_code, old.headers["HX-Refresh"]) == (204, "true")
    session.scalars(select(CounterSession)).one().closed_at = now
    session.commit()
    assert client.get("/loket", headers=script).headers["HX-Refresh"] == "true"
    assert "sudah ditutup" in client.post("/loket", data={"do": "next"}, follow_redirects=True).text


def test_an_officer_draws_for_who_has_no_phone_once(client: FlaskClient, session: Session, hall: Hall) -> None:
    open_session(session, [hall.birth], datetime.now(UTC), hall.sari)
    hall.card.quotas = {"kiosk": 0}
    session.commit()
    sign_in(client, hall.sari.account)
    sent = {
        "draw-nonce": "11111111-2222-3333-4444-555555555555",
        "draw-line": hall.birth.id,
        "draw-priority": "elderly",
    }
    for _n in range(2):
        assert "Nomor A-001 sudah diambil" in client.post("/loket/nomor", data=sent, follow_redirects=True).text
    drawn = session.scalars(select(QueueTicket)).one()
    assert (drawn.channel, drawn.priority, drawn.person_key) == ("kiosk", "elderly", None)
    full = client.post("/loket/nomor", data={"draw-line": hall.card.id, "draw-priority": "ordinary"})
    assert (full.status_code, "sudah habis" in full.text) == (400, True)


def test_who_has_no_queue_is_told_what_is_missing(client: FlaskClient, session: Session, hall: Hall) -> None:
    elsewhere = make_unit(session)
    bare = make_account(session, (Role.OFFICER, hall.hall.unit))
    tono = make_account(session, (Role.OFFICER, elsewhere))
    make_officer(session, elsewhere, account=tono)
    rina = make_account(session, (Role.SUPERVISOR, hall.hall.unit))
    session.commit()
    sign_in(client, bare)
    assert "belum terhubung dengan data petugas" in client.get("/loket").text
    sign_in(client, tono)
    assert "belum memakai antrean" in client.get("/loket").text
    sent = {"counter": hall.sari.counter.id, "lines": [hall.birth.id]}
    client.post("/loket/buka", data=sent)
    assert session.scalar(select(func.count(CounterSession.id))) == 0
    sign_in(client, rina)
    assert client.get("/loket").status_code == 403
