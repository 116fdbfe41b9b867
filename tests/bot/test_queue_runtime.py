"""A number's whole way through the running bot: drawn, called, served and rated, with the bot away in between."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from bot.simulator.control import SimulatedUser, running_simulator
from config import Settings
from tests.bot.running import PATIENCE, running_bot
from tests.factories.organisation import daytime_zone, make_unit
from tests.factories.queue import make_hall, make_line, open_session
from tests.pipeline import pipeline_of
from webapp.counter.queue.calling import call_next
from webapp.counter.queue.hall_pace import forget_paces
from webapp.counter.queue.models import QueueTicket
from webapp.feedback.models import Rating


def act(person: SimulatedUser, steps: list[tuple[str, str]]) -> None:
    """Type what begins with a slash, press the rest; each after the bot has answered the one before."""
    for what, reply in steps:
        after = max((entry["message"]["message_id"] for entry in person.transcript()), default=0)
        if what.startswith("/"):
            person.send_text(what)
        else:
            person.click(next(label for label in person.buttons() if what in label))
        person.wait_for_reply(reply, after=after, timeout=PATIENCE)


def test_from_the_number_to_the_rating(
    app: Flask, database: SQLAlchemy, settings: Settings, environment: dict[str, str]
) -> None:
    session, now = database.session(), datetime.now(UTC)
    unit = make_unit(session, make_unit(session), timezone=daytime_zone(now + timedelta(minutes=15)))
    line = make_line(session, make_hall(session, unit, always_open=True))
    desk, _session = open_session(session, [line], now)
    service, officer = line.service.name, desk.officer.name
    session.commit()
    forget_paces()
    with running_simulator() as simulator, pipeline_of(app, environment["REDIS_URL"]) as pipeline:
        citizen = simulator.control.user("Sri Wahyuni")
        simulator.control.deliver_twice(4)
        with running_bot(app, settings, simulator):
            act(citizen, [("/antre", "layanan apa"), (service, "Untuk kapan")])
        with running_bot(app, settings, simulator):  # another process: it knows what the first one knew
            act(citizen, [("Sekarang", "lansia"), ("Tidak", "Layanan:"), ("Ambil nomor", "🎫 A-001")])
            ticket_id = session.scalars(select(QueueTicket.id)).one()
            for minutes in (5, 15):
                call_next(desk.account, now + timedelta(minutes=minutes), finishing=ticket_id)
                session.commit()
            database.session.remove()  # the bot closes all connections when it ends
            pipeline.run()
            citizen.wait_for_reply("Ini struk kunjungan Anda", timeout=PATIENCE)
            act(citizen, [("🙂 Baik", "Ada yang ingin Anda tambahkan"), ("Kirim tanpa komentar", "sudah dicatat")])
        assert officer not in str(citizen.transcript())
    [rating] = database.session.scalars(select(Rating))
    visit_id = database.session.get_one(QueueTicket, ticket_id).visit_id
    assert visit_id is not None and (rating.value, rating.feedback.visit_id) == (3, visit_id)
