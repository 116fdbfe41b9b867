"""Drawing a number on the portal, following it, giving it back; the kiosk at the door; the receipt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.factories.organisation import daytime_zone, make_service, make_unit
from tests.factories.queue import MANY, Desk, make_hall, make_line, make_ticket, open_session
from tests.portal.citizen.conftest import hidden
from webapp.counter.queue.board import forget_boards
from webapp.counter.queue.calling import call_next, finish_ticket, hold_ticket, mark_absent
from webapp.counter.queue.directory import list_places
from webapp.counter.queue.drawing import cancel_ticket
from webapp.counter.queue.errors import HallClosed, NoQueueHere, SlotFull, SlotGone, TooManyTickets
from webapp.counter.queue.hall_pace import CallRange
from webapp.counter.queue.models import QueueHall, QueueLine, QueueTicket
from webapp.feedback.models import Rating
from webapp.organisation.calendars import WorkingTime
from webapp.portal.citizen.limits import count_drawing
from webapp.portal.citizen.queue_words import (
    call_in_words,
    duration_in_words,
    hours_in_words,
    refusal_in_words,
    slot_in_words,
    wait_in_words,
)
from webapp.portal.security import limiter

OTHER_NONCE = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Hall:
    """A hall that is open day and night, so that the tests are at home at any hour; a line with requirements."""

    unit_id: int
    line_id: int
    kiosk: str


@pytest.fixture
def hall(database: SQLAlchemy) -> Hall:
    """`Akta Uji` in `Dinas Uji`, which belongs to `Kantor Uji`."""
    session = database.session()
    forget_boards()
    office = make_unit(session, make_unit(session, name="Kota Uji"), name="Kantor Uji")
    unit = make_unit(session, office, name="Dinas Uji", timezone=daytime_zone(datetime.now(UTC)))
    service = make_service(session, unit, name="Akta Uji")
    service.requirements = ["Surat lahir uji"]
    hall = make_hall(session, unit, always_open=True)
    line = make_line(session, hall, service, prefix="A", most_open=2, slot_minutes=60)
    session.commit()
    return Hall(unit.id, line.id, f"/kiosk/{hall.kiosk_key}")


def tickets(database: SQLAlchemy) -> list[QueueTicket]:
    database.session.rollback()
    return list(database.session.scalars(select(QueueTicket).order_by(QueueTicket.id)))


def offered(html: str) -> list[str]:
    """The slots that can be chosen, by their begin."""
    return re.findall(
        r'value="(2[^"]+)"[^>]*>', "".join(re.findall(r'<input type="radio"[^>]*name="when"[^>]*>', html))
    )


def chosen(html: str) -> list[str]:
    """The values of what is chosen in the page."""
    inputs = (dict(re.findall(r'([a-z]+)(?:="([^"]*)")?', tag)) for tag in re.findall(r"<input[^>]*>", html))
    return [one["value"] for one in inputs if "checked" in one]


def form_of(client: FlaskClient, hall: Hall, **chosen: str) -> dict[str, str]:
    """What a browser sends after opening the form and choosing."""
    html = client.get(f"/antrean/ambil/{hall.line_id}").text
    return {"nonce": hidden(html, "nonce"), "when": "now", "priority": "ordinary"} | chosen


def test_a_number_is_drawn_once_however_often_it_is_pressed(
    client: FlaskClient, database: SQLAlchemy, hall: Hall
) -> None:
    address = f"/antrean/ambil/{hall.line_id}"
    page = client.get(address).text
    assert "Akta Uji" in page and "Surat lahir uji" in page and "Sekarang, langsung ikut antrean" in page
    sent = form_of(client, hall, priority="elderly")
    answers = [client.post(address, data=sent) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    (ticket,) = tickets(database)
    assert {answer.location for answer in answers} == {f"/antrean/tiket/{ticket.code}"}
    assert (ticket.label, ticket.channel, ticket.priority, ticket.slot_starts_at) == (
        "A-001",
        "portal",
        "elderly",
        None,
    )
    assert ticket.person_key is not None
    # Going back to a form that the browser fetched anew, and pressing: it is asked about.
    again = client.post(address, data=form_of(client, hall, priority="elderly"))
    assert again.status_code == 400 and "Anda sudah punya nomor A-001" in again.text
    assert chosen(again.text) == ["now", "elderly"], "what was chosen is kept"
    # The same form with another wish is not silently the first number.
    changed = client.post(address, data=sent | {"priority": "pregnant"})
    assert changed.status_code == 400 and "Anda sudah punya nomor A-001" in changed.text
    assert hidden(changed.text, "nonce") != sent["nonce"]
    assert len(tickets(database)) == 1


def test_another_number_is_for_somebody_else_and_there_is_a_limit(
    client: FlaskClient, database: SQLAlchemy, hall: Hall
) -> None:
    address = f"/antrean/ambil/{hall.line_id}"
    client.post(address, data=form_of(client, hall))
    second = client.post(address, data=form_of(client, hall, another="y"))
    assert second.status_code == 303
    third = client.post(address, data=form_of(client, hall, another="y"))
    assert third.status_code == 400 and "sebanyak yang diperbolehkan" in third.text
    assert [ticket.label for ticket in tickets(database)] == ["A-001", "A-002"]
    client.delete_cookie("tanggap_rater")
    assert client.post(address, data=form_of(client, hall)).status_code == 303, "another device, another person"


def test_a_slot_of_a_later_day_is_taken_until_it_is_full(client: FlaskClient, database: SQLAlchemy, hall: Hall) -> None:
    line = database.session.get_one(QueueLine, hall.line_id)
    line.quotas = {"portal": 1, "telegram": 0, "kiosk": 0}
    line.most_open = 5
    database.session.commit()
    address = f"/antrean/ambil/{hall.line_id}"
    slot = offered(client.get(address).text)[-1]
    assert client.post(address, data=form_of(client, hall, when=slot)).status_code == 303
    (ticket,) = tickets(database)
    assert ticket.slot_starts_at == datetime.fromisoformat(slot)
    page = client.get(f"/antrean/tiket/{ticket.code}").text
    assert "<h1>Datang " in page and "data-queue-board" not in page, "the board is of another day"
    client.delete_cookie("tanggap_rater")
    refused = client.post(address, data=form_of(client, hall, when=slot, priority="disabled"))
    assert refused.status_code == 400
    assert "baru saja habis" in refused.text and "disabled" in chosen(refused.text)
    assert slot not in offered(re.sub(r"<input[^>]*disabled>", "", refused.text))


@pytest.mark.parametrize("when", ["", "kapan saja", "2026-11-24T01:00", "0001-01-01T00:00+14:00", "9999-12-31T23:59Z"])
def test_what_was_never_offered_is_not_taken(client: FlaskClient, database: SQLAlchemy, hall: Hall, when: str) -> None:
    answer = client.post(f"/antrean/ambil/{hall.line_id}", data=form_of(client, hall, when=when))
    assert answer.status_code == 400 and "Pilih kapan Anda ingin dilayani." in answer.text
    past = client.post(f"/antrean/ambil/{hall.line_id}", data=form_of(client, hall, when="2020-01-06T01:00+00:00"))
    assert past.status_code == 400 and "sudah lewat atau tidak lagi dibuka" in past.text
    assert tickets(database) == []


def test_a_page_that_stood_open_too_long_keeps_what_was_chosen(csrf_client: FlaskClient, hall: Hall) -> None:
    sent = form_of(csrf_client, hall, priority="pregnant")
    answer = csrf_client.post(f"/antrean/ambil/{hall.line_id}", data=sent)
    assert answer.status_code == 400
    assert "terlalu lama terbuka" in answer.text and chosen(answer.text) == ["now", "pregnant"]


def test_places_are_listed_with_what_one_can_do_there(client: FlaskClient, database: SQLAlchemy, hall: Hall) -> None:
    assert client.get("/antrean").location == f"/antrean/{hall.unit_id}", "one place: nothing to choose"
    session = database.session()
    closed = make_hall(session, active=False)
    make_line(session, closed)
    make_hall(session)  # without a line
    other = make_hall(session, always_open=True)
    make_line(session, other, make_service(session, other.unit, name="Layanan Lain"))
    session.commit()
    assert {place.unit_id for place in list_places()} == {hall.unit_id, other.unit_id}
    page = client.get("/antrean").text
    assert "Kantor Uji" in page and "Akta Uji" in page and "Layanan Lain" in page
    inside = client.get(f"/antrean/{hall.unit_id}").text
    assert f'"/antrean/ambil/{hall.line_id}"' in inside and "Buka 24 jam." in inside
    for gone in (f"/antrean/{closed.unit_id}", f"/antrean/{2**70}", f"/antrean/ambil/{2**70}"):
        assert "/antrean" in client.get(gone, follow_redirects=True).request.path
        assert client.get(gone).status_code == 302


def test_a_number_opens_by_its_code_and_is_given_back(client: FlaskClient, database: SQLAlchemy, hall: Hall) -> None:
    client.post(f"/antrean/ambil/{hall.line_id}", data=form_of(client, hall))
    (ticket,) = tickets(database)
    typed = ticket.code.lower().replace("-", " ")
    page = client.get("/antrean", query_string={"kode": typed}, follow_redirects=True)
    assert page.request.path == f"/antrean/tiket/{ticket.code}"
    assert "A-001" in page.text and 'data-ticket-state="waiting"' in page.text
    assert f"/antrean/tiket/{ticket.code}" in client.get(f"/antrean/{hall.unit_id}").text, "found again on this device"
    cancel = f"/antrean/tiket/{ticket.code}/batal"
    assert client.get(cancel).location == f"/antrean/tiket/{ticket.code}"
    for _ in range(2):
        answer = client.post(cancel, data={"nonce": hidden(page.text, "nonce")}, follow_redirects=True)
        assert "Nomor ini dibatalkan" in answer.text and "Ambil nomor lagi" in answer.text
    assert [one.state for one in tickets(database)] == ["cancelled"]
    assert client.post(f"/antrean/ambil/{hall.line_id}", data=form_of(client, hall)).status_code == 303


@pytest.mark.parametrize("code", ["AN-22222-22222", "bukan", "%00"])
def test_a_wrong_code_opens_nothing(client: FlaskClient, hall: Hall, code: str) -> None:
    for address in (f"/antrean/tiket/{code}", f"/antrean?kode={code}x"):
        answer = client.get(address)
        assert answer.status_code == 404 and ("tidak ditemukan" in answer.text or "Kode nomor" in answer.text)
    assert client.post(f"/antrean/tiket/{code}/batal").status_code == 404


def _served(database: SQLAlchemy, hall: Hall) -> tuple[Desk, datetime]:
    session, at = database.session(), datetime.now(UTC) - timedelta(minutes=40)
    line = session.get_one(QueueLine, hall.line_id)
    desk, _session = open_session(session, [line], at)
    for number in range(5):
        make_ticket(session, line, at + timedelta(seconds=number))
    return desk, at + timedelta(minutes=10)


def test_each_state_of_a_number_says_what_to_do(client: FlaskClient, database: SQLAlchemy, hall: Hall) -> None:
    desk, at = _served(database, hall)
    session, number = database.session(), iter(range(9))

    def call() -> QueueTicket:
        called = call_next(desk.account, at + timedelta(minutes=next(number)))
        assert called is not None
        return called

    finish_ticket(desk.account, call().id, at + timedelta(minutes=4))
    hold_ticket(desk.account, call().id, at + timedelta(minutes=5))
    mark_absent(desk.account, call().id, at + timedelta(minutes=6))
    call()
    last = tickets_of(database)[-1]
    cancel_ticket(last.code, at)
    expired = make_ticket(session, session.get_one(QueueLine, hall.line_id), at - timedelta(days=2))
    session.commit()
    words = (
        ("Selesai dilayani", "Struk kunjungan"),
        ("Nomor Anda ditunda sebentar", "kembali ke loket"),
        ("Nomor ini sudah terlewat", "Ambil nomor lagi"),
        (f"Silakan ke {desk.counter.name}", "data-queue-board"),
        ("Nomor ini dibatalkan", "Ambil nomor lagi"),
        ("Nomor ini tidak berlaku lagi", "Ambil nomor untuk hari lain"),
    )
    codes = [ticket.code for ticket in tickets(database)]
    assert codes[-1] == expired.code
    for code, (heading, also) in zip(codes, words, strict=True):
        page = client.get(f"/antrean/tiket/{code}").text
        assert f"<h1>{heading}</h1>" in page and also in page
        assert desk.officer.name not in page and desk.account.email not in page
    served = client.get(f"/antrean/tiket/{codes[0]}").text
    refused = client.post(f"/antrean/tiket/{codes[0]}/batal", follow_redirects=True)
    assert "tidak dapat dibatalkan lagi" in refused.text

    receipt = re.search(r'href="/nilai/([0-9A-Z-]{19})"', served)
    assert receipt is not None
    page = client.get(f"/struk/{receipt[1]}").text
    for said in ("Akta Uji", "Dinas Uji", desk.counter.name, "10 menit", "4 menit", receipt[1], "<svg"):
        assert said in page
    assert desk.officer.name not in page
    assert client.get(f"/struk/{receipt[1].lower()}").location == f"/struk/{receipt[1]}"
    rating = client.get(f"/nilai/{receipt[1]}").text
    client.post(f"/nilai/{receipt[1]}", data={"value": "4", "nonce": hidden(rating, "nonce")})
    assert database.session.scalars(select(Rating)).one().feedback.visit_id is not None
    assert "sudah dinilai" in client.get(f"/struk/{receipt[1]}").text
    assert client.get("/struk/0000-0000-0000-0001").status_code == 404


def tickets_of(database: SQLAlchemy) -> list[QueueTicket]:
    """As `tickets`, within the running transaction."""
    return list(database.session.scalars(select(QueueTicket).order_by(QueueTicket.id)))


def test_the_kiosk_gives_a_number_at_one_press(client: FlaskClient, database: SQLAlchemy, hall: Hall) -> None:
    start = client.get(hall.kiosk).text
    assert "Akta Uji" in start and "/lapor" not in start, "no way leads out of the kiosk"
    sent = {"nonce": hidden(start, "nonce"), "line": str(hall.line_id), "priority": "ordinary"}
    answers = [client.post(hall.kiosk, data=sent) for _ in range(2)]
    (ticket,) = tickets(database)
    assert {answer.location for answer in answers} == {f"{hall.kiosk}/{ticket.code}"}
    assert (ticket.channel, ticket.person_key) == ("kiosk", None)
    slip = client.get(answers[0].location or "").text
    assert "A-001" in slip and "<svg" in slip and f"url={hall.kiosk}?lang=id" in slip, "the start comes back by itself"
    # Left standing, the page of the one before must not give the next person the same number.
    ticket.drawn_at -= timedelta(minutes=1)
    database.session.commit()
    stale = client.post(hall.kiosk, data=sent)
    assert stale.status_code == 400 and "Sentuh layanan Anda sekali lagi" in stale.text
    sent["nonce"] = hidden(stale.text, "nonce")
    assert client.post(hall.kiosk, data=sent).status_code == 303
    assert [one.label for one in tickets(database)] == ["A-001", "A-002"]


def test_the_kiosk_refuses_in_words(client: FlaskClient, database: SQLAlchemy, hall: Hall) -> None:
    nonce = hidden(client.get(hall.kiosk).text, "nonce")
    for line in ("", "x", "0", str(2**70)):
        answer = client.post(hall.kiosk, data={"nonce": nonce, "line": line, "priority": "ordinary"})
        assert answer.status_code == 400 and "Sentuh salah satu layanan" in answer.text
    row = database.session.get_one(QueueLine, hall.line_id)
    row.quotas = dict.fromkeys(MANY, 0)
    database.session.commit()
    full = client.post(hall.kiosk, data={"nonce": nonce, "line": str(hall.line_id), "priority": "ordinary"})
    assert full.status_code == 400 and "baru saja habis" in full.text and 'name="line"' not in full.text
    assert client.get("/kiosk/bukan-kunci").status_code == 404
    database.session.get_one(QueueHall, hall.unit_id).active = False
    database.session.commit()
    assert client.get(hall.kiosk).status_code == 404


def test_the_front_page_leads_to_the_queue(client: FlaskClient) -> None:
    assert client.get("/").text.count('href="/antrean"') == 2  # in the header and as a card
    assert "Belum ada unit dengan antrean daring" in client.get("/antrean").text


def test_every_refusal_has_words() -> None:
    kinds = (HallClosed, NoQueueHere, SlotFull, SlotGone, TooManyTickets)
    assert len({refusal_in_words(kind()) for kind in kinds}) == len(kinds)


def test_times_are_told_as_a_person_would(app: Flask) -> None:
    tuesday = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 08:00 in Jakarta
    zone = "Asia/Jakarta"

    def in_minutes(low: float, high: float) -> CallRange:
        return CallRange(tuesday + timedelta(minutes=low), tuesday + timedelta(minutes=high))

    with app.test_request_context():
        assert hours_in_words(WorkingTime(), tuesday) == "Hari ini buka 07.30–12.00 dan 13.00–16.00."
        closed = tuesday + timedelta(hours=9)
        assert hours_in_words(WorkingTime(), closed) == "Sekarang tutup. Buka lagi besok pukul 07.30."
        friday = hours_in_words(WorkingTime(), closed + timedelta(days=3))
        assert friday == "Sekarang tutup. Buka lagi Senin, 30 November pukul 07.30."
        assert hours_in_words(WorkingTime(weekly_hours={}), tuesday) == "Sedang tidak melayani."
        assert [duration_in_words(seconds) for seconds in (20, 60, 3900, 7200)] == [
            "kurang dari 1 menit",
            "1 menit",
            "1 jam 5 menit",
            "2 jam",
        ]
        said = [wait_in_words(in_minutes(*wait), tuesday) for wait in ((-3, 0.4), (4, 4), (19.6, 35.2), (62, 98))]
        assert said == ["1 menit", "4 menit", "20–35 menit", "60–100 menit"]
        assert call_in_words(in_minutes(-5, 20), tuesday, zone) == "pukul 08.00–08.20"
        last = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
        assert slot_in_words(last, last + timedelta(hours=1), zone) == "23.00–24.00"


def test_whoever_tries_out_codes_is_stopped_and_whoever_draws_keeps_what_was_chosen(
    app: Flask, client: FlaskClient, hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", True)
    limiter.reset()
    answers = {client.get("/antrean/tiket/AN-22222-22222").status_code for _ in range(21)}
    assert answers == {404, 429}
    assert client.get(hall.kiosk).status_code == 200, "a right address is no attempt"
    sent = form_of(client, hall, when="", priority="pregnant")
    address = f"/antrean/ambil/{hall.line_id}"
    with app.test_request_context(address, method="POST", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        for _ in range(30):
            count_drawing()
    answer = client.post(address, data=sent)
    assert "Terlalu banyak kiriman dari jaringan Anda" in answer.text and chosen(answer.text) == ["pregnant"]
    limiter.reset()
