"""An officer finds the line that moved her figure, objects to it with a paper; her superior reads and decides; the
worker dies in between, and still her figure follows, her page says so, and nobody learns who rated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from tests.factories.desk import make_agency, make_rated_visits
from tests.journeys.town import Town, town_of
from webapp.database import transaction
from webapp.indicators.models import IndicatorSnapshot
from webapp.organisation.models import Officer
from worker.relay import release_leases
from worker.routing import INDICATORS, MESSAGES

WRONG = "Zqserver: hari itu server pusat mati sejak pagi dan warga menunggu sampai sore."
WHY = "Berita acara gangguan server pusat membenarkannya."
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def town(app: Flask, page: Page, session: scoped_session[Session], environment: dict[str, str]) -> Iterator[Town]:
    with town_of(app, page, session, environment["REDIS_URL"]) as town:
        yield town


def figure_of(town: Town, officer: Officer) -> IndicatorSnapshot:
    town.session.rollback()
    return town.session.scalars(
        select(IndicatorSnapshot).where(
            IndicatorSnapshot.officer_id == officer.id, IndicatorSnapshot.superseded_at.is_(None)
        )
    ).one()


def test_an_officer_objects_and_her_figure_follows(town: Town) -> None:
    session, page = town.session(), town.page
    agency = make_agency(session)
    make_rated_visits(session, agency, agency.sari_officer, datetime.now(UTC), [1, 1, 2, 1, 1, 2])
    session.commit()
    before = figure_of(town, agency.sari_officer)
    assert before.figure < before.expected

    town.enter(agency.sari)
    page.goto("/nilai-saya")
    page.get_by_role("link", name=re.compile("keberatan.*6 penilaian")).click()
    page.get_by_label("Mengapa baris ini tidak tepat?").fill(WRONG)
    page.get_by_label("Bukti").set_input_files({"name": "berita acara.pdf", "mimeType": "", "buffer": PAPER})
    town.look()
    page.get_by_role("button", name="Kirim keberatan").click()
    town.said("Keberatan Anda terkirim")
    page.goto("/nilai-saya")
    expect(page.locator("main")).to_contain_text("keberatan diperiksa")
    town.news()
    assert figure_of(town, agency.sari_officer).id == before.id  # marked, not hidden: it counts until it is decided

    assert town.notified(agency.rina) == ["objection_filed"]
    town.enter(agency.rina)
    page.goto("/pemberitahuan")
    page.get_by_role("link", name="Ada keberatan atas nilai untuk Anda putuskan").click()
    town.look()
    page.get_by_role("link", name="Sari Wulandari").click()
    expect(page.locator("main")).to_contain_text(WRONG)
    expect(page.get_by_role("link", name="berita acara.pdf")).to_be_visible()
    assert "rater-" not in page.content() and "rating:" not in page.content()
    page.get_by_label("Diterima: seluruh baris tidak dihitung lagi").check()
    page.get_by_label("Alasan putusan").fill(WHY)
    town.look()
    page.get_by_role("button", name="Simpan putusan").click()
    town.said("Putusan tersimpan")

    # The jobs are handed over and lost with their workers; those that come after them take them up again.
    town.pipeline.relay.round()
    town.pipeline.redis.flushdb()
    town.news()
    assert figure_of(town, agency.sari_officer).id == before.id
    with town.app.app_context(), transaction():
        release_leases(INDICATORS)
        release_leases(MESSAGES)
    town.news()
    after = figure_of(town, agency.sari_officer)
    assert (after.figure, after.fact_ids) == (pytest.approx(after.expected), [])

    town.enter(agency.sari)
    page.goto("/pemberitahuan")
    page.get_by_role("link", name="Keberatan Anda atas nilai Anda sudah diputuskan").click()
    expect(page.locator("main")).to_contain_text(WHY)
    town.look()
    page.goto("/nilai-saya")
    expect(page.locator("main")).to_contain_text("diterima")
