"""A complaint that is another agency's matter: it is passed on, its reporter reads on the page and in the chat to whom
and what happens there, and it counts for nobody, though a receipt had named an officer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session, scoped_session

from tests.factories.counter import make_visit
from tests.factories.desk import Agency, make_agency
from tests.journeys.town import Town, town_of
from webapp.counter.queries import receipt_of
from webapp.feedback.facts.models import HandlingFact
from webapp.feedback.models import Exclusion
from webapp.indicators.models import IndicatorFact

TEXT = "Sesudah dari loket saya hampir jatuh: lampu jalan di depan kantor ini padam sejak minggu lalu."
AGENCY = "PLN UP3 Kota Uji"
FAREWELL = "Laporan Anda sudah kami kirim ke PLN. PLN memeriksa lampunya paling lambat tiga hari lagi."


@pytest.fixture
def town(app: Flask, page: Page, session: scoped_session[Session], environment: dict[str, str]) -> Iterator[Town]:
    with town_of(app, page, session, environment["REDIS_URL"]) as town:
        yield town


def test_no_wrong_door(town: Town) -> None:
    page, session, chat = town.page, town.session(), town.chat
    agency = make_agency(session)
    served = datetime.now(UTC) - timedelta(hours=1)
    visit = make_visit(
        session, agency.unit, served, officer=agency.sari_officer, service=agency.service, counter=agency.counter
    )
    session.commit()
    page.goto(f"/lapor?struk={receipt_of(visit.id)}")
    page.fill("#text", TEXT)
    town.look()
    page.click("main form > .btn")
    page.wait_for_url("**/lapor/terkirim**")
    code = page.inner_text(".ticket dd >> nth=0")
    town.news()
    assert town.case(code).state == "sent"
    assert session.scalars(select(Exclusion.officer_id)).all() == [agency.sari_officer.id]
    # The reporter follows it in the chat as well.
    for words in ("/ikuti", code, town.case(code).secret_word):
        said = chat.send(words)
    assert "Mulai sekarang Anda dikabari di sini" in said[0]

    _sent_back(town, agency, code)
    _passed_on(town, agency, code)
    told = town.news()
    assert AGENCY in told[-1] and FAREWELL in told[-1]
    case = town.case(code)
    assert (case.state, case.passed_on_to, case.unit_id) == ("passed_on", AGENCY, None)
    shown = chat.press(f"case:{code}")[-1]
    assert f"Diteruskan ke: {AGENCY}" in shown and FAREWELL in shown and "tidak perlu mengirim ulang" in shown
    town.come_back(code)
    expect(page.locator("main")).to_contain_text(f"Diteruskan ke {AGENCY}")
    expect(page.locator("main")).to_contain_text(FAREWELL)
    assert not [name for name in ("Sari", "Rina", "Olivia") if name in page.content()]
    town.look()

    # It counts for nobody, and nobody is ever late with it.
    town.pass_by(days=90)
    for fact in (IndicatorFact, HandlingFact):
        assert session.scalar(select(func.count()).select_from(fact)) == 0
    assert not {"nearing", "missed"} & {*town.notified(agency.triage), *town.notified(agency.rina)}
    town.enter(agency.sari)
    page.goto("/nilai-saya")
    expect(page.locator("main")).to_contain_text("Belum ada yang dihitung")
    town.look()


def _sent_back(town: Town, agency: Agency, code: str) -> None:
    page = town.page
    town.enter(agency.rina)
    page.goto(f"/meja/{code}")
    town.look()
    page.get_by_role("link", name="Kembalikan ke triase").click()
    page.get_by_label("Mengapa bukan urusan unit Anda?").fill("Lampu jalan diurus PLN.")
    town.look()
    page.get_by_role("button", name="Kembalikan", exact=True).click()
    town.said("kembali ke triase")
    town.news()
    assert town.case(code).state == "in_triage"


def _passed_on(town: Town, agency: Agency, code: str) -> None:
    page = town.page
    town.enter(agency.triage)
    page.goto("/triase?tumpukan=sent_back")
    town.look()
    page.locator(f"a[href*='{code}']").click()
    page.get_by_role("link", name="Teruskan ke instansi lain").click()
    page.get_by_label("Instansi yang berwenang").fill(AGENCY)
    page.get_by_label("Penjelasan untuk pelapor").fill(FAREWELL)
    page.get_by_role("button", name="Lihat dulu").click()
    expect(page.get_by_role("region", name="Begini pelapor membacanya")).to_contain_text(AGENCY)
    assert town.case(code).state == "in_triage"  # a look is not sent
    town.look()
    page.get_by_role("button", name="Catat dan kabari pelapor").click()
    town.said(f"diteruskan ke {AGENCY}")
