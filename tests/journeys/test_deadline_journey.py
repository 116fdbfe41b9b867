"""A complaint in which something is missing, from the portal to the end: completed, asked about, late, reminded of and
escalated once each, answered late, closed by silence, opened again in its window and not after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from tests.factories.accounts import make_account
from tests.factories.desk import Agency, make_agency
from tests.factories.feedback import make_picture
from tests.journeys.town import Town, town_of
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.feedback.clocks.models import ComplaintClock
from webapp.feedback.clocks.queries import reopening_ends
from webapp.feedback.facts.models import HandlingFact

TEXT = "Berkas akta anak saya sudah enam minggu tidak selesai dan tidak ada kabar apa pun."
MISSING = "Tuliskan nomor berkas Anda, dan sertakan foto tanda terimanya."
PHOTO: FilePayload = {
    "name": "tanda.jpg", "mimeType": "image/jpeg", "buffer": make_picture(colour=(200, 180, 40))
}  # fmt: skip


@pytest.fixture
def town(app: Flask, page: Page, session: scoped_session[Session], environment: dict[str, str]) -> Iterator[Town]:
    with town_of(app, page, session, environment["REDIS_URL"]) as town:
        yield town


def clock_of(town: Town, code: str, name: str) -> ComplaintClock:
    """The latest clock of this name."""
    complaint = town.case(code)
    query = select(ComplaintClock).where(
        ComplaintClock.complaint_id == complaint.feedback_id, ComplaintClock.clock == name
    )
    return town.session.scalars(query.order_by(ComplaintClock.round.desc())).first()  # type: ignore[return-value]


def until(town: Town, moment: datetime | None) -> None:
    """Set the clock to shortly after this moment, twice: what was done is not done again."""
    assert moment is not None and moment > datetime.now(UTC)
    town.pass_by(seconds=(moment - datetime.now(UTC)).total_seconds() + 60)
    town.pass_by(minutes=2)


def deeds(town: Town, account: Account) -> list[tuple[str, bool | None]]:
    """What is recorded of what somebody did, and whether in time."""
    town.session.rollback()
    query = select(HandlingFact.deed, HandlingFact.on_time).where(HandlingFact.account_id == account.id)
    return [(row.deed, row.on_time) for row in town.session.execute(query.order_by(HandlingFact.at))]


def test_what_time_does_to_a_complaint(town: Town) -> None:
    session = town.session()
    agency = make_agency(session)
    dewi = make_account(session, (Role.SUPERVISOR, agency.city), name="Dewi Lestari")
    session.commit()
    code = _filed(town)
    _deferred_and_completed(town, agency, code)
    _sent_and_asked(town, agency, code)
    _late(town, agency, dewi, code)
    assert deeds(town, agency.sari) == [("first_answer", False)]
    _closed_by_silence(town, agency, code)
    _opened_again(town, agency, code)


def _filed(town: Town) -> str:
    page = town.page
    page.goto("/lapor")
    page.fill("#text", TEXT)
    town.look()
    page.click("main form > .btn")
    page.wait_for_url("**/lapor/terkirim**")
    town.look()
    code = page.inner_text(".ticket dd >> nth=0")
    town.news()
    assert town.case(code).state == "in_triage"
    return code


def _deferred_and_completed(town: Town, agency: Agency, code: str) -> None:
    """Triage asks for what is missing; its clock rests until the reporter hands it in."""
    page = town.page
    town.enter(agency.triage)
    page.goto(f"/triase/{code}")
    page.get_by_role("link", name="Minta dilengkapi").click()
    page.get_by_label("Apa yang perlu dilengkapi?").fill(MISSING)
    page.get_by_role("button", name="Lihat dulu").click()
    expect(page.get_by_role("region", name="Begini pelapor membacanya")).to_contain_text(MISSING)
    town.look()
    page.get_by_role("button", name="Kirim ke pelapor").click()
    town.said("diminta melengkapi")
    town.news()
    town.pass_by(days=8)  # longer than triage has for a complaint that rests with nobody
    assert (town.case(code).state, town.notified(agency.triage)) == ("deferred", [])

    town.come_back(code)
    expect(page.locator(".ask")).to_contain_text(MISSING)
    page.get_by_label("Foto").first.set_input_files(PHOTO)
    page.locator(".ask textarea").fill("Nomor berkasnya BK-0147.")
    town.look()
    page.get_by_role("button", name="Kirim kelengkapan").click()
    page.wait_for_url(f"**/lacak/{code}")
    expect(page.locator(".timeline")).to_contain_text("Nomor berkasnya BK-0147.")
    expect(page.locator(".gallery img")).to_have_count(1)
    town.look()
    town.news()

    town.enter(agency.triage)
    page.goto("/triase?tumpukan=completed")
    town.look()
    page.locator(f"a[href*='{code}']").click()
    page.locator("summary", has_text="Pilih sendiri, dengan alasan").click()
    page.get_by_label("Unit kerja mana yang menanganinya?").select_option(label="– Seksi Akta")
    page.get_by_label("Mengapa?").fill("Berkas akta ada di seksi ini.")
    page.get_by_role("button", name="Simpan keputusan").click()
    town.said("dikirim ke Seksi Akta")
    town.news()
    assert (town.case(code).state, town.notified(agency.rina)) == ("sent", ["arrived"])


def _sent_and_asked(town: Town, agency: Agency, code: str) -> None:
    """An officer takes it and asks; while the reporter owes an answer, nobody is reminded and no time is lost."""
    page = town.page
    town.enter(agency.sari)
    page.goto(f"/meja/{code}")
    page.get_by_role("button", name="Ambil ke meja saya").click()
    town.said("sekarang di meja Anda")
    page.locator("summary", has_text="Tanya pelapor dulu").click()
    page.get_by_label("Pertanyaan untuk pelapor").fill("Atas nama siapa berkasnya?")
    page.get_by_role("button", name="Kirim pertanyaan").click()
    expect(page.locator(".timeline").last).to_contain_text("Atas nama siapa berkasnya?")
    town.look()
    town.news()
    due = clock_of(town, code, "settle").due_at
    town.pass_by(days=7)
    assert town.notified(agency.sari) == []

    town.come_back(code)
    expect(page.locator(".ask")).to_contain_text("Waktu jawaban kami berhenti dihitung")
    town.look()
    page.locator(".ask textarea").fill("Atas nama ibunya.")
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.locator(".timeline")).to_contain_text("Atas nama ibunya.")
    town.news()
    assert town.notified(agency.sari) == ["replied"]
    assert timedelta(days=7) <= clock_of(town, code, "settle").due_at - due < timedelta(days=8)


def _late(town: Town, agency: Agency, dewi: Account, code: str) -> None:
    """Reminded once, escalated once to the head of the unit and once above; then it is answered, too late."""
    page = town.page
    until(town, clock_of(town, code, "settle").next_look_at)
    assert town.notified(agency.sari) == ["replied", "nearing"]
    assert town.notified(agency.rina) == ["arrived"]
    until(town, clock_of(town, code, "settle").due_at)
    assert (town.notified(agency.rina), town.notified(dewi)) == (["arrived", "missed"], [])
    until(town, clock_of(town, code, "settle").next_look_at)
    assert (town.notified(agency.rina), town.notified(dewi)) == (["arrived", "missed"], ["missed"])
    assert town.notified(agency.sari) == ["replied", "nearing"]

    town.enter(dewi)
    page.goto("/pemberitahuan")
    expect(page.locator(".notices li")).to_contain_text("sudah lewat sejak")
    town.look()
    town.come_back(code)
    expect(page.locator("main")).to_contain_text("Jawabannya terlambat")
    town.look()
    town.enter(agency.sari)
    page.goto("/meja")
    expect(page.locator("#queue")).to_contain_text("lewat sejak")
    town.look()
    _answer(town, code, "Akta sudah terbit, maaf terlambat.")


def _answer(town: Town, code: str, words: str) -> None:
    page = town.page
    page.goto(f"/meja/{code}")
    page.get_by_label("Jawaban untuk warga").fill(words)
    page.get_by_label("Benar, ada yang salah di pihak kami").check()
    page.get_by_role("button", name="Kirim jawaban").last.click()
    town.said("Jawaban terkirim")
    town.news()
    assert town.case(code).state == "answered"


def _closed_by_silence(town: Town, agency: Agency, code: str) -> None:
    """Nobody takes silence for consent."""
    until(town, clock_of(town, code, "verdict").due_at)
    assert town.case(code).state == "closed"
    assert deeds(town, agency.sari) == [("first_answer", False), ("silent", None)]
    town.come_back(code)
    expect(town.page.locator(".timeline")).to_contain_text("Ditutup tanpa tanggapan dari Anda")
    town.look()
    town.enter(agency.rina)
    town.page.goto("/penanganan")
    town.look()


def _opened_again(town: Town, agency: Agency, code: str) -> None:
    """Within the window it is opened again, before other eyes; when it is over, what was typed is kept and refused."""
    page = town.page
    town.pass_by(days=20)
    town.come_back(code)
    page.locator("summary", has_text="Minta dibuka lagi").click()
    page.locator("textarea[name=reopen-text]").fill("Nama di akta salah tulis.")
    town.look()
    page.get_by_role("button", name="Buka lagi laporan ini").click()
    expect(page.locator(".timeline")).to_contain_text("Nama di akta salah tulis.")
    town.news()
    assert (town.case(code).state, town.case(code).reopened) == ("disputed", 1)
    assert town.notified(agency.rina)[-1] == "returned"
    town.enter(agency.sari)
    page.goto(f"/meja/{code}")
    expect(page.get_by_label("Jawaban untuk warga")).to_have_count(0)
    town.enter(agency.rina)
    _answer(town, code, "Namanya sudah dibetulkan pagi ini.")
    until(town, clock_of(town, code, "verdict").due_at)
    closed = town.case(code)
    assert (closed.state, deeds(town, agency.rina)) == ("closed", [("answer", True), ("silent", None)])

    over = reopening_ends(closed)
    assert over is not None and over - datetime.now(UTC) > timedelta(days=29)
    town.pass_by(seconds=(over - timedelta(hours=1) - datetime.now(UTC)).total_seconds())
    town.come_back(code)
    page.locator("summary", has_text="Minta dibuka lagi").click()
    page.locator("textarea[name=reopen-text]").fill("Masih salah tulis.")
    town.wait(hours=2)
    page.get_by_role("button", name="Buka lagi laporan ini").click()
    expect(page.locator("main")).to_contain_text("hanya dapat dibuka lagi sampai")
    expect(page.locator("main")).to_contain_text("Masih salah tulis.")
    expect(page.locator("summary", has_text="Minta dibuka lagi")).to_have_count(0)
    town.look()
    assert (town.case(code).state, town.case(code).reopened) == ("closed", 1)
