"""Document applications in the chat: followed with the code, told of each change, without any name."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.bot.conftest import START, Chat
from tests.factories.applications import make_application, make_clerk, make_registry_service
from tests.factories.organisation import make_unit
from webapp.accounts.models import Account
from webapp.counter.applications.actions import finish_stage, pause, resume, take_stage, tick_paper, withdraw
from webapp.counter.applications.catalogue import StageFacts, cause_of
from webapp.counter.applications.models import Application, ApplicationFollower, ApplicationStage
from webapp.counter.applications.notices import queue_application_notices
from webapp.counter.applications.vocabulary import PaperState
from webapp.feedback.models import Complaint
from webapp.messaging.models import OutgoingMessage
from webapp.outbox.models import OutboxEvent

APPLICANT = "Siti Rohmawati Kusumaningtyas"
CLERK = "Hendrawati Prasetyaningsih"
STAGES = (StageFacts("verify", "Diverifikasi", 120), StageFacts("ready", "Siap diambil", 60, waits_for_applicant=True))
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Case:
    """A file with one of its two papers, and the clerk who works on it."""

    file: Application
    clerk: Account

    def running(self) -> ApplicationStage:
        return next(stage for stage in self.file.stages if stage.started_at and not stage.finished_at)


@pytest.fixture
def case(database: SQLAlchemy) -> Case:
    session = database.session()
    unit = make_unit(session, name="Dinas Cempaka")
    account, officer = make_clerk(session, unit, name=CLERK)
    service = make_registry_service(
        session, unit, requirements=["Kartu keluarga", "Surat lahir"], stages=STAGES, standard_hours=8
    )
    file = make_application(session, unit, START, service=service, officer=officer, met=frozenset({0}), name=APPLICANT)
    session.commit()
    return Case(file, account)


def tell(database: SQLAlchemy, chat: Chat) -> list[str]:
    """Do what the worker does with the events of files, twice over as after a crash; what the chat is told anew."""
    seen = set(database.session.scalars(select(OutgoingMessage.id)))
    moved = select(OutboxEvent).where(OutboxEvent.name == "ApplicationMoved").order_by(OutboxEvent.id)
    for event in database.session.scalars(moved).all():
        for _time in range(2):
            queue_application_notices(**event.payload, key=f"notice:event:{event.id}")
    database.session.query(OutboxEvent).delete()
    database.session.commit()
    fresh = database.session.scalars(
        select(OutgoingMessage).where(OutgoingMessage.id.not_in(seen)).order_by(OutgoingMessage.id)
    )
    calls = [json.loads(one.content or "{}") for one in fresh if one.address == str(chat.chat_id)]
    chat.calls += calls
    return [call["text"].partition("\n\n")[2] for call in calls]


def nobody_is_named(chat: Chat) -> bool:
    return all(name not in json.dumps(chat.calls) for name in (APPLICANT, CLERK))


@pytest.mark.parametrize("way", ["/start {code}", "{code}", "/berkas {code}", "/file|{typed}"])
def test_ways_to_a_file(chat: Chat, database: SQLAlchemy, case: Case, way: str) -> None:
    typed = case.file.code.lower().replace("-", " ").removeprefix("bk ")
    for words in way.format(code=case.file.code, typed=typed).split("|"):
        said = chat.send(words)
    assert said[0] == f"Mulai sekarang Anda dikabari di sini tentang berkas {case.file.code}."
    assert "Akta kelahiran, Dinas Cempaka" in said[1] and "Belum lengkap" in said[1]
    assert "Yang masih kurang:\n• Surat lahir" in said[1] and "▸ Diverifikasi: sedang berjalan" in said[1]
    [follower] = database.session.scalars(select(ApplicationFollower))
    assert (follower.application_id, follower.address) == (case.file.id, str(chat.chat_id))
    assert chat.step() is None and nobody_is_named(chat)


def test_a_file_is_listed_looked_at_and_left(app: Flask, chat: Chat, database: SQLAlchemy, case: Case) -> None:
    assert "tidak kami kenal" in chat.send("BK-22222-22222")[0]
    chat.send("/berkas")
    assert "sepuluh huruf" in chat.send("apa saja")[0] and chat.step() == "file.code"
    assert "tidak kami kenal" in chat.send("BK-22222-22222")[0] and chat.step() == "file.code"
    chat.click("Batal")
    chat.send(case.file.code)
    chat.send("/berkas")
    assert case.file.code in chat.click(case.file.code)[0]
    assert chat.click("Perbarui") == [] and chat.calls[-1]["method"] == "editMessageText"
    chat.send("/bahasa")
    chat.click("English")
    assert database.session.scalars(select(ApplicationFollower.language)).all() == ["en"]
    stranger = Chat(app)
    stranger.press(f"fileleave:{case.file.code}")
    assert len(database.session.scalars(select(ApplicationFollower)).all()) == 1
    chat.press(f"fileleave:{case.file.code}")
    assert database.session.scalars(select(ApplicationFollower)).all() == []
    chat.press("file:BK-22222-22222")
    assert chat.toasts()


def test_each_change_is_told_once(app: Flask, chat: Chat, database: SQLAlchemy, case: Case) -> None:
    chat.send(case.file.code)
    assert tell(database, chat) == ["Berkas terdaftar di Dinas Cempaka. Yang masih kurang: Surat lahir."]
    missing = next(paper for paper in case.file.papers if paper.state == PaperState.MISSING)
    tick_paper(case.clerk, missing.id, PaperState.MET, START + _HOUR)
    [text] = tell(database, chat)
    assert text.startswith("Persyaratan sudah lengkap.") and "Selasa, 24 November 2026, 11.30 WIB" in text
    tick_paper(case.clerk, missing.id, PaperState.MISSING, START + _HOUR)
    assert tell(database, chat)[0].startswith("Persyaratan ini belum ada: Surat lahir.")
    tick_paper(case.clerk, missing.id, PaperState.MET, START + _HOUR)
    tell(database, chat)
    server = cause_of("central_server")
    pause(case.clerk, case.file.id, server.id, "Server pusat mati", START + 2 * _HOUR)
    [text] = tell(database, chat)
    assert server.name in text and "Keterangan: Server pusat mati" in text and "tenggatnya ikut mundur" in text
    assert server.name in chat.press(f"file:{case.file.code}")[0]
    resume(case.clerk, case.file.id, START + timedelta(days=1))
    assert tell(database, chat)[0].startswith("Berkas dikerjakan lagi. Selesai paling lambat")
    finish_stage(case.clerk, case.running().id, START + timedelta(days=1))
    assert tell(database, chat) == ["Berkas sekarang di tahap: Siap diambil. Silakan datang ke Dinas Cempaka."]
    take_stage(case.clerk, case.running().id, START + timedelta(days=1))
    assert tell(database, chat) == []  # whose hands it is in is nobody's business here
    finish_stage(case.clerk, case.running().id, START + timedelta(days=1))
    assert tell(database, chat) == ["Permohonan Anda sudah selesai. Terima kasih."]
    assert "Selesai." in chat.click("Lihat berkas")[0]
    assert nobody_is_named(chat)


def test_told_in_the_other_language(app: Flask, database: SQLAlchemy, case: Case) -> None:
    chat = Chat(app, language="en")
    chat.send(case.file.code)
    missing = next(paper for paper in case.file.papers if paper.state == PaperState.MISSING)
    tick_paper(case.clerk, missing.id, PaperState.MET, START + _HOUR)
    assert "Tuesday, 24 November 2026, 11:30 WIB" in tell(database, chat)[-1]
    withdraw(case.clerk, case.file.id, START + _HOUR)
    assert len(tell(database, chat)) == 1


def test_a_late_file_leads_to_a_complaint_that_asks_nothing_twice(chat: Chat, database: SQLAlchemy, case: Case) -> None:
    missing = next(paper for paper in case.file.papers if paper.state == PaperState.MISSING)
    tick_paper(case.clerk, missing.id, PaperState.MET, START)
    database.session.commit()
    assert "Laporkan keterlambatan" not in str([chat.send(case.file.code), chat.buttons()])
    chat.wait(days=5)
    assert "Ini sudah terlambat" in chat.press(f"file:{case.file.code}")[0]
    chat.click("Laporkan keterlambatan")
    chat.click("Pengaduan")
    chat.send("Akta anak saya belum jadi juga.")
    for label in ("Lanjut tanpa foto", "Tidak", "Rahasiakan", "anonim", "✅ Kirim"):
        chat.click(label)
    [complaint] = database.session.scalars(select(Complaint))
    feedback = complaint.feedback
    assert (feedback.application_id, feedback.about_delay) == (case.file.id, True)
    assert (feedback.unit_id, feedback.service_id) == (case.file.unit_id, case.file.service_id)
