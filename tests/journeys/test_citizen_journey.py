"""A citizen in a real browser: files, follows, rates; presses twice, goes back, loses the session; without scripts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask_sqlalchemy import SQLAlchemy
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from tests.factories.accounts import make_account
from tests.factories.counter import make_visit
from tests.factories.feedback import make_picture
from tests.factories.organisation import make_service, make_unit
from webapp.accounts.permissions import Role
from webapp.counter.queries import receipt_of
from webapp.feedback.handling import answer_complaint, ask_reporter, send_to_unit
from webapp.feedback.models import Complaint, Photo, Rating
from webapp.feedback.vocabulary import Finding
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_of

TEXT = "Akta kelahiran anak saya belum jadi setelah tiga minggu. Setiap datang disuruh kembali besok."
SEND = "main form > .btn"


@pytest.fixture
def unit(database: SQLAlchemy) -> Unit:
    session = database.session()
    city = make_unit(session, name="Kota Uji")
    unit = make_unit(session, city, name="Dinas Uji")
    make_service(session, unit, name="Akta Uji")
    session.commit()
    return unit


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def window(request: pytest.FixtureRequest, browser: Browser, live_server: str) -> Iterator[Page]:
    """A phone, with and without JavaScript."""
    context = browser.new_context(
        base_url=live_server,
        locale="id-ID",
        viewport={"width": 360, "height": 740},
        java_script_enabled=request.param,
    )
    yield context.new_page()
    context.close()


def complaints(database: SQLAlchemy) -> list[Complaint]:
    database.session.rollback()
    return list(database.session.scalars(select(Complaint).order_by(Complaint.feedback_id)))


def file_one(page: Page) -> None:
    page.goto("/lapor")
    page.fill("#text", TEXT)
    page.click(SEND)
    page.wait_for_url("**/lapor/terkirim**")


def test_from_the_front_page_to_the_verdict(window: Page, database: SQLAlchemy, unit: Unit, tmp_path: Path) -> None:
    photo = tmp_path / "foto.jpg"
    photo.write_bytes(make_picture())
    window.goto("/")
    window.fill("#text", TEXT)
    window.click("button:has-text('Lanjut')")
    expect(window.locator("#text")).to_have_value(TEXT)
    window.click("summary:has-text('Foto')")
    window.set_input_files("#photos", photo)
    window.select_option("#unit", label="Dinas Uji")
    window.select_option("#service", label="Akta Uji")
    window.click("summary:has-text('Nama dan kontak')")
    window.fill("#contact_phone", "123")
    window.click(SEND)
    # One field is wrong: everything else is still there, the photo too.
    expect(window.locator(".summary")).to_contain_text("Tulis nomor seperti")
    expect(window.locator("#text")).to_have_value(TEXT)
    expect(window.locator(".kept img")).to_have_count(1)
    window.fill("#contact_phone", "0812 3456 7890")
    window.click(SEND)
    window.wait_for_url("**/lapor/terkirim**")
    (complaint,) = complaints(database)
    assert complaint.feedback.unit_id == unit.id
    expect(window.locator(".ticket")).to_contain_text(complaint.secret_word)

    # Later, on another day: the agency asks, the citizen answers.
    session, now = database.session(), datetime.now(UTC)
    actor = make_account(session, (Role.OFFICER, unit), name="Tidak Boleh Terlihat")
    make_account(session, (Role.OFFICER, unit))  # another pair of eyes
    send_to_unit(complaint, unit, working_time_of(unit), reason="uji", at=now)
    ask_reporter(complaint, actor, "Berapa nomor berkasnya?", write_key="tanya", at=now + timedelta(seconds=1))
    session.commit()
    window.context.clear_cookies()
    window.goto(f"/lacak?kode={complaint.code}")
    window.fill("#secret_word", complaint.secret_word.replace("-", " ").title())
    window.click(SEND)
    expect(window.locator(".ask")).to_contain_text("Berapa nomor berkasnya?")
    expect(window.locator(".gallery img")).to_have_count(1)
    window.fill(".ask textarea", "Nomornya 0147.")
    window.click(".ask form > .btn")
    expect(window.locator(".timeline")).to_contain_text("Nomornya 0147.")

    # The agency answers, the citizen disputes.
    answer_complaint(complaint, actor, "Sudah jadi.", Finding.FOUNDED, write_key="jawab", at=datetime.now(UTC))
    session.commit()
    window.reload()
    expect(window.locator(".ask")).to_contain_text("Sudah jadi.")
    window.click("summary:has-text('Belum, saya sanggah')")
    window.fill(".ask textarea", "Namanya salah tulis.")
    window.click("text=Kirim sanggahan")
    expect(window.locator(".timeline")).to_contain_text("Namanya salah tulis.")
    assert "Tidak Boleh Terlihat" not in window.content()
    session.rollback()
    assert session.get_one(Complaint, complaint.feedback_id, populate_existing=True).state == "disputed"
    assert session.scalar(select(func.count()).select_from(Photo)) == 1


def test_back_and_send_again_files_nothing_twice(window: Page, database: SQLAlchemy, unit: Unit) -> None:
    file_one(window)
    code = window.inner_text(".ticket dd >> nth=0")
    window.go_back()
    window.locator("#text").wait_for()
    if not window.input_value("#text"):
        window.fill("#text", TEXT)
    window.click(SEND)
    window.wait_for_url("**/lapor/terkirim**")
    assert window.inner_text(".ticket dd >> nth=0") == code
    assert len(complaints(database)) == 1


def test_other_words_after_going_back_become_a_second_complaint(window: Page, database: SQLAlchemy, unit: Unit) -> None:
    file_one(window)
    window.go_back()
    window.fill("#text", "Ini hal lain: kursi tunggu kurang untuk orang tua.")
    window.click(SEND)
    window.wait_for_load_state()
    if window.locator(".summary").count():  # the browser brought back the form that was sent, with its nonce
        expect(window.locator(".summary")).to_contain_text("sudah terkirim sebelumnya sebagai laporan TG-")
        expect(window.locator("#text")).to_have_value("Ini hal lain: kursi tunggu kurang untuk orang tua.")
        window.click(SEND)
    window.wait_for_url("**/lapor/terkirim**")
    assert len(complaints(database)) == 2


def test_an_ended_session_loses_no_word(window: Page, database: SQLAlchemy, unit: Unit) -> None:
    window.goto("/lapor")
    window.fill("#text", TEXT)
    window.context.clear_cookies()
    window.click(SEND)
    expect(window.locator(".summary")).to_contain_text("terlalu lama terbuka")
    expect(window.locator("#text")).to_have_value(TEXT)
    assert complaints(database) == []
    window.click(SEND)
    window.wait_for_url("**/lapor/terkirim**")
    assert len(complaints(database)) == 1


def test_a_double_click_files_once(page: Page, database: SQLAlchemy, unit: Unit) -> None:
    page.goto("/lapor")
    page.fill("#text", TEXT)
    page.dblclick(SEND)
    page.wait_for_url("**/lapor/terkirim**")
    assert len(complaints(database)) == 1


def test_a_lost_answer_and_a_second_try_file_once(page: Page, database: SQLAlchemy, unit: Unit) -> None:
    page.goto("/lapor")
    page.fill("#text", TEXT)
    # The server receives and files it, the answer never arrives.
    page.route("**/lapor", lambda route: (route.fetch(max_redirects=0), route.abort("connectionreset")))
    with page.expect_event("requestfailed"):
        page.click(SEND)
    assert len(complaints(database)) == 1
    page.unroute("**/lapor")
    page.reload()  # as the browser's own error page advises: the same form is sent again
    page.wait_for_url("**/lapor/terkirim**")
    assert len(complaints(database)) == 1


def test_what_was_typed_is_there_after_the_tab_was_reloaded_and_gone_after_sending(
    page: Page, database: SQLAlchemy, unit: Unit
) -> None:
    page.goto("/lapor")
    page.fill("#text", TEXT)
    page.reload()
    expect(page.locator("#text")).to_have_value(TEXT)
    page.click(SEND)
    page.wait_for_url("**/lapor/terkirim**")
    page.goto("/lapor")
    expect(page.locator("#text")).to_have_value("")


def test_rating_a_visit_by_its_receipt(window: Page, database: SQLAlchemy, unit: Unit) -> None:
    session = database.session()
    visit = make_visit(session, unit, datetime.now(UTC) - timedelta(hours=2))
    session.commit()
    window.goto("/nilai")
    window.fill("#struk", receipt_of(visit.id).lower().replace("-", " "))
    window.click("button:has-text('Lanjut')")
    window.check("input[name=value][value='4']", force=True)
    window.click(SEND)
    expect(window.locator("h1")).to_contain_text("Terima kasih")
    session.rollback()
    assert session.scalars(select(Rating.value)).all() == [4]
    # The same receipt again says so, and offers what is left to do.
    window.goto(f"/nilai/{receipt_of(visit.id)}")
    expect(window.locator("h1")).to_contain_text("sudah dinilai")
    window.click("a:has-text('Kirim laporan')")
    expect(window.locator("main")).to_contain_text("Tentang kunjungan Anda")


def test_in_english(window: Page, unit: Unit) -> None:
    window.goto("/")
    window.click("text=English")
    assert window.get_attribute("html", "lang") == "en"
    window.goto("/lapor")
    assert window.get_attribute("html", "lang") == "en"
