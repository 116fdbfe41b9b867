"""An officer's morning and a triage officer's, in a real browser, with and without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.factories.accounts import PASSWORD, sign_in_window
from tests.factories.desk import Agency, make_agency, make_placed
from webapp.accounts.models import Account

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NOW = datetime.now(UTC)


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


def sign_in(page: Page, account: Account) -> None:
    page.goto("/masuk")
    page.get_by_label("Alamat email").fill(account.email)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    page.wait_for_url(lambda address: "/masuk" not in address)


def test_an_officer_works_by_keyboard(page: Page, session: Session, agency: Agency) -> None:
    first = make_placed(session, NOW - timedelta(days=3), agency.unit, text="Akta anak saya belum jadi sejak Oktober.")
    second = make_placed(session, NOW, agency.unit, text="Loket tutup sebelum jam istirahat tiba.")
    session.commit()
    sign_in(page, agency.sari)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/meja/{first.code}")
    expect(page.locator("#queue [aria-current=true]")).to_contain_text("Akta anak saya")

    page.get_by_role("button", name="Ambil ke meja saya").click()
    expect(page.get_by_role("status")).to_contain_text("sekarang di meja Anda")

    page.get_by_label("Jawaban untuk warga").fill("Akta Anda sudah terbit pagi ini.")
    page.get_by_label("Benar, ada yang salah di pihak kami").check()
    page.get_by_label("Jawaban untuk warga").press("Control+Enter")
    expect(page.get_by_role("status")).to_contain_text("Jawaban terkirim")
    expect(page.locator("#queue")).to_contain_text("Menunggu pelapor")

    page.wait_for_load_state()  # keys are heard once the page's scripts have run
    page.keyboard.press("/")
    page.keyboard.type("loket tutup")
    page.keyboard.press("Enter")
    expect(page.locator("#queue a.item")).to_have_count(1)
    page.locator("#queue a.item").click()
    page.wait_for_url(f"**/meja/{second.code}?q=loket*")


def test_what_is_typed_survives_leaving_the_page(page: Page, session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, agency.unit)
    session.commit()
    sign_in_window(page, agency.sari)
    page.goto(f"/meja/{complaint.code}")
    page.get_by_label("Jawaban untuk warga").fill("Berkas Anda sudah kami periksa.")
    page.goto("/meja")
    page.goto(f"/meja/{complaint.code}")
    expect(page.get_by_label("Jawaban untuk warga")).to_have_value("Berkas Anda sudah kami periksa.")
    page.get_by_label("Tidak terbukti").check()
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_role("status")).to_contain_text("Jawaban terkirim")
    assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('draft:answer'))") == []


def test_the_list_brings_new_complaints_by_itself(page: Page, session: Session, agency: Agency) -> None:
    session.commit()
    sign_in_window(page, agency.sari)
    page.goto("/meja")
    expect(page.locator("#queue")).to_contain_text("Meja Anda kosong")
    make_placed(session, NOW, agency.unit, text="Baru saja terjadi di loket tiga, mohon dibantu.")
    session.commit()
    page.evaluate("htmx.ajax('GET', '/meja', {target: '#queue', swap: 'outerHTML'})")
    expect(page.locator("#queue")).to_contain_text("Baru saja terjadi di loket tiga")


def test_the_whole_way_without_javascript(browser: Browser, live_server: str, session: Session, agency: Agency) -> None:
    complaint = make_placed(session, NOW, None, text="Disuruh pulang karena kuota sudah habis pukul tujuh.")
    session.commit()
    context = browser.new_context(base_url=live_server, locale="id-ID", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, agency.triage)
    page.get_by_role("link", name="Disuruh pulang karena kuota").click()
    page.get_by_label("Unit kerja mana yang menanganinya?").select_option(label="– Seksi Akta")
    page.get_by_label("Mengapa?").fill("Kuota harian diatur seksi ini.")
    page.get_by_role("button", name="Tampilkan petugas unit ini").click()
    expect(page.get_by_label("Mengapa?")).to_have_value("Kuota harian diatur seksi ini.")
    expect(page.get_by_label("Petugas mana yang disangkut?")).to_contain_text("Budi Santoso")
    page.get_by_role("button", name="Simpan keputusan").click()
    expect(page.get_by_role("status").filter(has_text="dikirim ke Seksi Akta")).to_be_visible()
    page.get_by_role("button", name="Keluar").click()

    sign_in(page, agency.sari)
    page.get_by_role("complementary").get_by_role("link", name="Disuruh pulang karena kuota").click()
    expect(page.locator("main")).to_contain_text("Petugas triase memutuskan")
    page.get_by_label("Jawaban untuk warga").fill("Mulai besok kuota dibagi pagi dan siang.")
    page.get_by_label("Benar, ada yang salah di pihak kami").check()
    page.get_by_role("button", name="Kirim jawaban").click()
    expect(page.get_by_role("status")).to_contain_text("Jawaban terkirim")
    session.expire_all()
    assert (complaint.state, complaint.finding) == ("answered", "founded")
    context.close()
