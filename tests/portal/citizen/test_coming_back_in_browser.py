"""The reporter off the straight way, the public and its publisher in Chromium, on a phone and on a desk."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask_sqlalchemy import SQLAlchemy
from playwright.sync_api import Page

from tests.factories.accounts import sign_in_window
from tests.factories.desk import make_agency, make_placed
from tests.factories.feedback import make_picture
from tests.portal.citizen.test_pages_in_browser import accessible
from webapp.feedback.handling import answer_complaint, take_complaint
from webapp.feedback.models import Complaint, Photo
from webapp.feedback.movement.conflicts import close_unsolved
from webapp.feedback.movement.splitting import split_complaint
from webapp.feedback.movement.verifying import defer_complaint
from webapp.feedback.vocabulary import Finding


def open_case(page: Page, complaint: Complaint) -> None:
    page.goto(f"/lacak?kode={complaint.code}")
    page.fill("#secret_word", complaint.secret_word)
    page.click("main form > .btn")
    page.wait_for_url(f"**/lacak/{complaint.code}")
    for fold in page.locator("details.fold").all():
        fold.evaluate("element => element.open = true")


def test_completed_on_a_phone_with_a_photo(page: Page, database: SQLAlchemy, tmp_path: Path) -> None:
    session, now = database.session(), datetime.now(UTC) - timedelta(hours=1)
    agency = make_agency(session)
    complaint = make_placed(session, now, None)
    defer_complaint(complaint, agency.triage, "Sebutkan nomor antrean Anda.", write_key="d", at=now)
    session.commit()
    page.set_viewport_size({"width": 360, "height": 800})
    open_case(page, complaint)
    accessible(page)
    picture = tmp_path / "struk.jpg"
    picture.write_bytes(make_picture())
    page.set_viewport_size({"width": 360, "height": 800})
    page.set_input_files("input[type=file][name='complete-photos']", picture)
    page.get_by_role("textbox", name="Yang Anda lengkapi").fill("Nomor antrean saya A-12.")
    page.get_by_role("button", name="Kirim kelengkapan").click()
    page.get_by_text("Laporan Anda diperiksa lagi").wait_for()
    assert page.locator(".gallery img").count() == 1
    accessible(page)
    session.rollback()
    assert session.query(Photo.complaint_id).scalar() == complaint.feedback_id


def test_unsolved_and_split_with_its_bundle(page: Page, database: SQLAlchemy) -> None:
    session, now = database.session(), datetime.now(UTC) - timedelta(hours=1)
    agency = make_agency(session)
    complaint = make_placed(session, now, agency.unit)
    half = split_complaint(complaint, agency.triage, agency.elsewhere, "Dua hal", now)
    take_complaint(complaint, agency.sari, now)
    session.flush()
    close_unsolved(complaint, agency.rina, "Blangko dari pusat habis.", write_key="u", at=now)
    session.commit()
    open_case(page, complaint)
    accessible(page)
    page.get_by_role("link", name="Buka berkas lengkapnya").click()
    page.get_by_role("button", name="Cetak").wait_for()
    accessible(page)
    page.go_back()
    page.get_by_role("link", name=half.code).click()
    page.wait_for_url(f"**/lacak/{half.code}")


def test_published_after_it_was_looked_at(page: Page, database: SQLAlchemy) -> None:
    session, now = database.session(), datetime.now(UTC) - timedelta(hours=1)
    agency = make_agency(session)
    complaint = make_placed(session, now, agency.unit, secret=False)
    answer_complaint(complaint, agency.sari, "Kuota ditambah.", Finding.FOUNDED, write_key="a", at=now)
    session.commit()
    sign_in_window(page, agency.rina)
    page.goto("/mulai")
    page.get_by_role("link", name="Umumkan").click()
    accessible(page)
    page.get_by_role("link", name=complaint.code).click()
    page.get_by_label("Isi laporan untuk umum").fill("Oknum petugas membentak warga.")
    page.get_by_role("button", name="Lihat seperti yang dibaca umum").click()
    page.get_by_text("Ini dapat mengenali seseorang").first.wait_for()
    page.get_by_label("Isi laporan untuk umum").fill("Kuota akta habis terlalu pagi.")
    page.get_by_role("button", name="Lihat seperti yang dibaca umum").click()
    page.get_by_role("button", name="Umumkan persis seperti ini").wait_for()
    accessible(page)
    page.get_by_role("button", name="Umumkan persis seperti ini").click()
    page.get_by_text("Sudah diumumkan").wait_for()
    accessible(page)
    page.goto("/laporan-publik?q=kuota")
    page.get_by_role("link", name="Pengaduan").click()
    page.get_by_role("heading", level=1, name="Pengaduan").wait_for()
    accessible(page)
    page.go_back()
    accessible(page)
