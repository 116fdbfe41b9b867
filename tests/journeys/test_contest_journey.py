"""One complaint from filing over triage to the officer, who reads why, contests it, and sees it moved: both figures are
corrected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from tests.bot.test_complaint import play
from tests.factories.accounts import make_account
from tests.factories.desk import Agency, make_agency
from tests.factories.organisation import make_shift
from tests.journeys.town import Town, town_of
from webapp.accounts.permissions import Role
from webapp.feedback.models import Complaint
from webapp.indicators.models import IndicatorSnapshot
from webapp.organisation.models import Officer

STORY = "Zqkasar: petugas loket tiga membentak ibu saya dan menolak berkas aktanya."
WHY_NOT = "Hari itu saya tugas luar. Loket tiga dijaga petugas lain."
DECISION = "Jadwal jaga menunjukkan petugas lain di loket tiga."


@pytest.fixture
def town(app: Flask, page: Page, session: scoped_session[Session], environment: dict[str, str]) -> Iterator[Town]:
    with town_of(app, page, session, environment["REDIS_URL"]) as town:
        yield town


def figure_of(town: Town, officer: Officer) -> IndicatorSnapshot | None:
    town.session.rollback()
    return town.session.scalars(
        select(IndicatorSnapshot).where(
            IndicatorSnapshot.officer_id == officer.id, IndicatorSnapshot.superseded_at.is_(None)
        )
    ).one_or_none()


def test_an_officer_reads_why_contests_and_sees_it_moved(town: Town) -> None:
    session = town.session()
    agency = make_agency(session)
    dewi = make_account(session, (Role.SUPERVISOR, agency.city), name="Dewi Lestari")
    make_shift(session, agency.budi_officer, agency.counter, datetime.now(UTC), hours=5)
    session.commit()

    play(town.chat, [("say", "/lapor"), ("click", "Pengaduan"), ("say", STORY), ("click", "Lanjut tanpa foto")])
    play(town.chat, [("say", "loket tiga"), ("say", "akta"), ("click", "Seksi Akta")])
    play(town.chat, [("click", "Ya, tentang seseorang"), ("click", "Tetap anonim"), ("click", "Kirim")])
    code = session.scalars(select(Complaint.code).where(Complaint.text == STORY)).one()
    town.news()
    _named_by_triage(town, agency, code)
    _found_founded(town, agency, code)
    charged = figure_of(town, agency.sari_officer)
    assert charged is not None and charged.figure is not None and charged.expected is not None
    assert charged.figure < charged.expected and figure_of(town, agency.budi_officer) is None

    _contested(town, agency, code)
    town.news()
    assert (town.notified(dewi)[-1], town.notified(agency.rina).count("contest_filed")) == ("contest_filed", 0)
    page = town.page
    town.enter(dewi)
    page.goto("/pemberitahuan")
    page.get_by_role("link", name="Ada keberatan atribusi untuk Anda putuskan").click()
    town.look()
    page.get_by_role("link", name="Sari Wulandari").click()
    expect(page.locator("main")).to_contain_text(WHY_NOT)
    page.get_by_label("Petugas lain").check()
    page.get_by_label("Petugas mana?").select_option(label="Budi Santoso")
    page.get_by_label("Mengapa?").fill(DECISION)
    town.look()
    page.get_by_role("button", name="Simpan putusan").click()
    town.said("Putusan tersimpan")
    town.news()

    corrected, now_his = figure_of(town, agency.sari_officer), figure_of(town, agency.budi_officer)
    assert corrected is not None and corrected.figure == corrected.expected
    assert now_his is not None and now_his.figure == pytest.approx(charged.figure)
    town.enter(agency.sari)
    page.goto("/pemberitahuan")
    page.get_by_role("link", name="Keberatan Anda atas sebuah pengaduan sudah diputuskan").click()
    expect(page.locator("main")).to_contain_text(DECISION)
    page.goto("/nilai-saya")
    expect(page.locator("main")).to_contain_text("dikoreksi setelah keberatan Anda")
    town.enter(agency.budi)
    page.goto("/nilai-saya")
    page.get_by_role("link", name="rincian").click()
    expect(page.locator("main")).to_contain_text("setelah keberatan petugas lain diperiksa: ini menyangkut Anda")
    expect(page.get_by_role("link", name="Bukan saya")).to_be_visible()
    assert "Zqkasar" not in page.content() and code not in page.content()


def _named_by_triage(town: Town, agency: Agency, code: str) -> None:
    page = town.page
    town.enter(agency.triage)
    page.goto(f"/triase/{code}")
    page.get_by_label("Unit kerja mana yang menanganinya?").select_option(label="– Seksi Akta")
    page.get_by_role("button", name="Tampilkan petugas unit ini").click()
    page.get_by_label("Petugas mana yang disangkut?").select_option(label="Sari Wulandari")
    page.get_by_label("Mengapa?").fill("Disebut dalam laporan.")
    page.get_by_role("button", name="Simpan keputusan").click()
    page.wait_for_url(lambda address: code not in address)
    town.news()
    assert town.case(code).state == "sent"


def _found_founded(town: Town, agency: Agency, code: str) -> None:
    """Her superior looks into it and answers: it is true."""
    page = town.page
    town.enter(agency.rina)
    page.goto(f"/meja/{code}")
    page.get_by_label("Jawaban untuk warga").fill("Kami minta maaf, petugasnya sudah kami tegur.")
    page.get_by_label("Benar, ada yang salah di pihak kami").check()
    page.get_by_role("button", name="Kirim jawaban").last.click()
    town.said("Jawaban terkirim")
    town.news()


def _contested(town: Town, agency: Agency, code: str) -> None:
    """She finds it behind her figure, reads why, and says that it was not she; nothing tells her what or who."""
    page = town.page
    town.enter(agency.sari)
    page.goto("/nilai-saya")
    page.get_by_role("link", name="rincian").click()
    expect(page.locator("main")).to_contain_text("memutuskan bahwa ini menyangkut Anda")
    town.look()
    page.get_by_role("link", name="Bukan saya").click()
    page.get_by_label("Mengapa ini bukan Anda?").fill(WHY_NOT)
    town.look()
    assert "Zqkasar" not in page.content() and code not in page.content()
    page.get_by_role("button", name="Kirim keberatan").click()
    town.said("Keberatan Anda terkirim")
