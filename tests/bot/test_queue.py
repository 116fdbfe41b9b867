"""Drawing numbers and following them in the chat, and what their holders are told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.bot.conftest import Chat
from tests.factories.organisation import make_service, make_unit
from tests.factories.queue import MORNING, Desk, make_desk, make_hall, make_line, make_ticket, open_session
from webapp.counter.queue.calling import call_next, finish_ticket, hold_ticket, mark_absent, transfer_ticket
from webapp.counter.queue.hall_pace import forget_paces
from webapp.counter.queue.models import QueueHall, QueueLine, QueueTicket
from webapp.counter.queue.notices import queue_nearly_notices, queue_ticket_notice
from webapp.counter.queue.upkeep import close_past_days
from webapp.feedback.models import Rating
from webapp.messaging.addresses import ChatAddress
from webapp.messaging.models import OutgoingMessage
from webapp.outbox.models import OutboxEvent

OFFICER = "Bambang Sutrisno Wijayakusuma"
#: 09:00 in Jakarta.
NINE = MORNING + timedelta(hours=1)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Room:
    """A hall with two services and one open counter."""

    hall: QueueHall
    births: QueueLine
    cards: QueueLine
    desk: Desk


@pytest.fixture(autouse=True)
def _nothing_learned() -> Iterator[None]:
    forget_paces()
    yield
    forget_paces()


@pytest.fixture
def room(database: SQLAlchemy) -> Room:
    session = database.session()
    hall = make_hall(session, make_unit(session, make_unit(session), name="Dinas Melati"), tell_ahead=1)
    births = make_line(session, hall, make_service(session, hall.unit, name="Akta kelahiran"), most_open=1)
    cards = make_line(session, hall, make_service(session, hall.unit, name="Kartu keluarga"))
    desk, _session = open_session(session, [births, cards], NINE, make_desk(session, hall, name=OFFICER))
    database.session.commit()
    return Room(hall, births, cards, desk)


@pytest.fixture
def chat(app: Flask, database: SQLAlchemy) -> Chat:
    return Chat(app, now=NINE)


def draw_births(chat: Chat) -> list[str]:
    """Draw a number for now; what the bot says last."""
    chat.send("/antre")
    for label in ("Akta kelahiran", "Sekarang", "Tidak"):
        chat.click(label)
    return chat.click("✅ Ambil nomor")


def tickets(database: SQLAlchemy) -> list[QueueTicket]:
    database.session.rollback()
    database.session.expire_all()
    return list(database.session.scalars(select(QueueTicket).order_by(QueueTicket.id)))


def tell(database: SQLAlchemy, chat: Chat) -> list[str]:
    """Do what the worker does with the events of tickets, twice over as after a crash; what the chat is told anew."""
    seen = set(database.session.scalars(select(OutgoingMessage.id)))
    for event in database.session.scalars(
        select(OutboxEvent).where(OutboxEvent.name == "TicketMoved").order_by(OutboxEvent.id)
    ).all():
        for _time in range(2):
            queue_ticket_notice(event.payload["ticket_id"], event.payload["step"], key=f"notice:event:{event.id}")
    database.session.commit()
    fresh = database.session.scalars(
        select(OutgoingMessage).where(OutgoingMessage.id.not_in(seen)).order_by(OutgoingMessage.id)
    )
    calls = [json.loads(one.content or "{}") for one in fresh if one.address == str(chat.chat_id)]
    chat.calls += calls
    return [call["text"] for call in calls]


def test_a_number_for_now(chat: Chat, database: SQLAlchemy, room: Room) -> None:
    make_ticket(database.session(), room.births, NINE)
    database.session.commit()
    said = draw_births(chat)
    assert chat.step() is None
    assert "A-002" in said[0] and "Akta kelahiran, Dinas Melati" in said[0] and "Selasa, 24 November 2026" in said[0]
    assert "Di depan Anda: 1 orang." in said[0] and "Dipanggil kira-kira pukul 09." in said[0]
    assert chat.toasts() == ["Nomor Anda A-002"]
    drawn = tickets(database)[-1]
    assert (drawn.channel, drawn.state, drawn.chat_address) == ("telegram", "waiting", str(chat.chat_id))
    assert tell(database, chat) == []  # what was just said is not said again


def test_drawn_once_though_the_update_comes_twice(chat: Chat, database: SQLAlchemy, room: Room) -> None:
    draw_births(chat)
    button = next(
        button["callback_data"]
        for call in reversed(chat.calls)
        for row in call.get("reply_markup", {}).get("inline_keyboard", [])
        for button in row
        if button["text"] == "✅ Ambil nomor"
    )
    chat.take({"message": {}}, again=chat.last_update_id)  # what was processed is not even looked at
    assert len(tickets(database)) == 1
    chat.press(button)  # by an impatient thumb
    assert len(tickets(database)) == 1 and "sudah lewat" in chat.toasts()[-1]


def test_a_slot_of_another_day_with_priority(app: Flask, chat: Chat, database: SQLAlchemy, room: Room) -> None:
    other = make_hall(database.session(), make_unit(database.session(), name="Kecamatan Mawar"))
    make_line(database.session(), other)
    database.session.commit()
    chat.send("/queue")
    assert "tidak ada tempat antrean" in chat.send("bulan purnama")[0].lower()
    chat.send("melati")
    assert not any("Mawar" in label for label in chat.buttons())
    chat.click("Dinas Melati")
    chat.send("kelahiran")
    chat.click("Rabu, 25 November 2026")
    # The process is another one now: whatever it knows is in the database.
    again = Chat(app, now=NINE, chat_id=chat.chat_id, calls=chat.calls)
    again.click("09.30–10.30")
    again.click("Lansia")
    assert "Rabu, 25 November 2026, pukul 09.30" in again.calls[-1]["text"]
    again.click("Ubah waktu")
    again.click("Rabu, 25 November 2026")
    again.click("10.30–11.30")
    assert "Didahulukan: Lansia" in again.calls[-1]["text"]  # asked once
    said = again.click("✅ Ambil nomor")
    assert "mulai pukul 10.30" in said[0] and "Datanglah sebelum pukul 10.30" in said[0]
    [ticket] = tickets(database)
    assert ticket.priority == "elderly" and ticket.slot_starts_at == NINE + timedelta(days=1, hours=1.5)


def test_no_step_is_a_dead_end_and_none_draws_by_itself(chat: Chat, database: SQLAlchemy, room: Room) -> None:
    make_line(database.session(), make_hall(database.session()))
    database.session.commit()
    chat.send("/antre")
    odd = {"hall": "pick:-1", "line": "pick:999999", "when": "day:x", "slot": "at:99999999999999"}
    walk = {"hall": "Melati", "line": "Akta", "when": "Rabu", "slot": "09.30", "priority": "Tidak", "confirm": "Batal"}
    for name, label in walk.items():
        assert chat.step() == f"queue.{name}"
        chat.send("??")  # not understood: asked again
        assert chat.step() == f"queue.{name}"
        if name in odd:
            nonce = chat.calls[-1]["reply_markup"]["inline_keyboard"][-1][-1]["callback_data"].rsplit(":", 1)[0]
            chat.press(f"{nonce}:{odd[name]}")
        if name == "slot":
            assert "baru saja habis" in chat.calls[-2]["text"] and chat.step() == "queue.when"
            chat.click("Rabu")
        assert chat.step() == f"queue.{name}"
        chat.click(label)
    assert chat.step() is None and tickets(database) == []


def test_places_and_people_have_limits(app: Flask, chat: Chat, database: SQLAlchemy, room: Room) -> None:
    room.births.quotas = {"portal": 0, "telegram": 2, "kiosk": 0}
    database.session.commit()
    draw_births(chat)
    said = draw_births(chat)
    assert "masih punya nomor" in said[0] and "A-001: Akta kelahiran" in said[1]
    other = Chat(app, now=NINE)
    other.send("/antre")
    for label in ("Akta", "Sekarang", "Tidak"):
        other.click(label)
    draw_births(Chat(app, now=NINE))  # the last place goes to somebody quicker
    assert "baru saja habis" in other.click("✅ Ambil nomor")[0]
    assert other.step() == "queue.when" and not any("Sekarang" in label for label in other.buttons())
    room.hall.active = False
    database.session.commit()
    other.click("Rabu")
    assert other.step() is None and len(tickets(database)) == 2


def test_my_numbers_looked_at_again_and_given_back(chat: Chat, database: SQLAlchemy, room: Room) -> None:
    assert "tidak punya nomor" in chat.send("/nomor")[0]
    draw_births(chat)
    assert "A-001: Akta kelahiran, Dinas Melati" in chat.send("/nomor")[0]
    chat.click("A-001")
    chat.wait(minutes=5)
    assert chat.click("Perbarui") == [] and chat.calls[-1]["method"] == "editMessageText"
    assert chat.toasts()[-1] == "Diperbarui pukul 09.05"
    assert "langsung terbuka" in chat.click("Batalkan nomor")[0]
    chat.click("Ya, batalkan")
    assert [one.state for one in tickets(database)] == ["cancelled"]
    told = tell(database, chat)
    assert len(told) == 1 and "A-001 di Dinas Melati dibatalkan" in told[0]
    draw_births(chat)
    call_next(room.desk.account, NINE + 6 * _MINUTE)
    database.session.commit()
    code = tickets(database)[-1].code
    chat.press(f"ticketgone:{code}")
    assert [one.state for one in tickets(database)] == ["cancelled", "called"]
    assert chat.press("ticket:AN-22222-22222")[0].startswith("Nomor dengan kode itu tidak kami kenal")


def test_a_number_of_the_portal_is_followed(app: Flask, chat: Chat, database: SQLAlchemy, room: Room) -> None:
    ticket = make_ticket(database.session(), room.births, NINE)
    database.session.commit()
    said = chat.send(f"/start {ticket.code}")
    assert "dikabari di sini" in said[0] and "A-001" in said[1]
    assert tickets(database)[0].chat_address == str(chat.chat_id)
    assert "A-001" in chat.send("/nomor")[0] and "tidak punya nomor" in Chat(app, now=NINE).send("/nomor")[0]
    chat.send("/bahasa")
    chat.click("English")
    assert tickets(database)[0].chat_language == "en"
    chat.send("/language")
    chat.click("Bahasa Indonesia")
    assert "tidak kami kenal" in chat.send("AN-22222-22222")[0]
    call_next(room.desk.account, NINE + _MINUTE)
    database.session.commit()
    assert len(tell(database, chat)) == 1 and tell(database, Chat(app)) == []


def test_told_when_nearly_next_once_and_nobody_else(app: Flask, database: SQLAlchemy, room: Room) -> None:
    first, second, third = people = [Chat(app, now=NINE) for _number in range(3)]
    for chat in people:
        draw_births(chat)
    for told in (2, 0):
        assert queue_nearly_notices(room.hall.unit_id, NINE) == told
    database.session.commit()
    assert [len(nearly(database, chat)) for chat in people] == [1, 1, 0]
    assert "A-001: Anda berikutnya" in nearly(database, first)[0]
    assert "A-002, tinggal 1 orang di depan Anda" in nearly(database, second)[0]
    call_next(room.desk.account, NINE + _MINUTE)
    for told in (1, 0):
        assert queue_nearly_notices(room.hall.unit_id, NINE + _MINUTE) == told
    database.session.commit()
    assert [len(nearly(database, chat)) for chat in people] == [1, 1, 1] and "A-003" in nearly(database, third)[0]
    assert queue_nearly_notices(room.hall.unit_id + 1000, NINE) == 0


def nearly(database: SQLAlchemy, chat: Chat) -> list[str]:
    rows = database.session.scalars(select(OutgoingMessage).where(OutgoingMessage.key.startswith("nearly:"))).all()
    return [json.loads(row.content or "{}")["text"] for row in rows if row.address == str(chat.chat_id)]


def test_a_slot_is_near_shortly_before_it_begins(chat: Chat, database: SQLAlchemy, room: Room) -> None:
    address = ChatAddress("telegram", str(chat.chat_id))
    make_ticket(database.session(), room.births, NINE, slot_starts_at=NINE + 90 * _MINUTE, chat=address)
    database.session.commit()
    for minutes, told in ((0, 0), (69, 0), (71, 1), (72, 0)):
        assert queue_nearly_notices(room.hall.unit_id, NINE + minutes * _MINUTE) == told
    database.session.commit()
    assert "A-001 mulai dipanggil pukul 10.30" in nearly(database, chat)[0]


def test_called_served_and_rated_at_a_press(chat: Chat, database: SQLAlchemy, room: Room) -> None:
    draw_births(chat)
    ticket = call_next(room.desk.account, NINE + 18 * _MINUTE)
    assert ticket is not None
    database.session.commit()
    counter = room.desk.counter.name
    assert tell(database, chat) == [f"🔔 Giliran Anda! Nomor A-001, silakan ke {counter}."]
    assert counter in chat.press(f"ticket:{ticket.code}")[0]
    visit = finish_ticket(room.desk.account, ticket.id, NINE + 25 * _MINUTE)
    database.session.commit()
    [receipt] = tell(database, chat)  # and not that it was called: that is over
    assert "Akta kelahiran di Dinas Melati, Selasa, 24 November 2026" in receipt
    assert "Menunggu 18 menit, dilayani 7 menit" in receipt
    chat.wait(minutes=26)
    said = chat.click("🙂 Baik")
    assert "🙂 Baik. Ada yang ingin Anda tambahkan?" in said[0]
    chat.send("Cepat")
    [rating] = database.session.scalars(select(Rating))
    assert (rating.value, rating.comment, rating.feedback.visit_id) == (3, "Cepat", visit.id)
    chat.press(f"ticket:{ticket.code}")
    assert "sudah dinilai" in chat.click("Nilai pelayanan")[0]
    assert all(OFFICER not in json.dumps(call) for call in chat.calls)


def test_what_else_happens_to_a_number_is_told(chat: Chat, database: SQLAlchemy, room: Room) -> None:
    draw_births(chat)
    account = room.desk.account
    ticket = call_next(account, NINE + _MINUTE)
    assert ticket is not None
    tell(database, chat)
    transfer_ticket(account, ticket.id, room.cards.id, NINE + 2 * _MINUTE)
    assert "dialihkan ke layanan Kartu keluarga" in tell(database, chat)[0]
    call_next(account, NINE + 3 * _MINUTE)
    hold_ticket(account, ticket.id, NINE + 4 * _MINUTE)
    assert [text.split(".")[0] for text in tell(database, chat)] == ["Nomor A-001 ditunda dulu"]
    other = make_ticket(database.session(), room.births, NINE, chat=ChatAddress("telegram", str(chat.chat_id)))
    call_next(account, NINE + 5 * _MINUTE)
    mark_absent(account, other.id, NINE + 6 * _MINUTE)
    assert "Anda belum datang ke loket" in tell(database, chat)[0]
    assert close_past_days(NINE + timedelta(days=1)) == 1
    assert "A-001 di Dinas Melati tidak sempat dilayani" in tell(database, chat)[0]
    assert all(OFFICER not in json.dumps(call) for call in chat.calls)


def test_in_the_other_language(app: Flask, database: SQLAlchemy, room: Room) -> None:
    chat = Chat(app, now=NINE, language="en")
    ticket = make_ticket(database.session(), room.births, NINE)
    database.session.commit()
    assert "Tuesday, 24 November 2026" in chat.send(f"/start {ticket.code}")[1]
    call_next(room.desk.account, NINE + _MINUTE)
    finish_ticket(room.desk.account, ticket.id, NINE + 2 * _MINUTE)
    database.session.commit()
    assert "Tuesday, 24 November 2026" in tell(database, chat)[0]


def test_an_interrupted_draw_goes_on(chat: Chat, database: SQLAlchemy, room: Room) -> None:
    chat.send("/antre")
    chat.click("Akta kelahiran")
    chat.send("/nilai")
    assert "Kita lanjutkan" in chat.send("/batal")[1] and chat.step() == "queue.when"
    room.births.active = False
    database.session.commit()
    chat.click("Rabu")
    assert chat.step() == "queue.line" and not any("Akta" in label for label in chat.buttons())


def test_halls_that_serve_now_are_not_behind_the_others(chat: Chat, room: Room, database: SQLAlchemy) -> None:
    session = database.session()
    for name in ("Aa", "Bb", "Cc", "Dd", "Ee", "Ff", "Gg", "Hh", "Ii"):
        make_line(session, make_hall(session, make_unit(session, room.hall.unit, name=f"Kantor {name}")))
    session.commit()
    chat.send("/antre")
    first = chat.buttons()[0]
    assert first == "Dinas Melati · buka"
