"""An administrator opens an office without JavaScript: unit, hours, import, roster, account; who gets it signs in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect
from sqlalchemy.orm import Session

from tests.factories.accounts import PASSWORD, make_account
from tests.factories.organisation import make_unit
from webapp.accounts.permissions import Role

OFFICERS = """id_pegawai;nama;nip;kode_unit;jabatan;mulai
P-1;Sari Wulandari;;DINKES;Pelaksana;2026-01-05
P-2;Budi Santoso;123;DINKES;Pelaksana;2026-01-05
"""


@pytest.fixture
def plain(browser: Browser, live_server: str) -> Iterator[Page]:
    """A window that runs no scripts."""
    context = browser.new_context(
        base_url=live_server, locale="id-ID", viewport={"width": 360, "height": 780}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def enter(page: Page, email: str, password: str) -> None:
    page.goto("/masuk")
    page.fill("#email", email)
    page.fill("#password", password)
    page.click("main button[type=submit]")


def test_an_office_is_opened(plain: Page, session: Session) -> None:
    city = make_unit(session, name="Kota Contoh")
    admin = make_account(session, (Role.ADMINISTRATOR, city))
    session.commit()
    enter(plain, admin.email, PASSWORD)

    plain.click("text=Unit kerja >> nth=0")
    plain.click("text=Tambah di bawahnya")
    plain.fill("#name", "Dinas Kesehatan")
    plain.fill("#code", "DINKES")
    plain.fill("#kind", "dinas")
    plain.click("text=Tambah unit >> nth=-1")
    plain.click("a:has-text('Dinas Kesehatan')")
    plain.click("text=Atur jam kerja")
    plain.uncheck("#inherits")
    plain.fill("#week-d5", "08.00-11.00")
    plain.click("text=Simpan jam kerja")
    expect(plain.locator(".flash")).to_contain_text("sudah disimpan")

    plain.goto("/kelola/loket/baru")
    plain.fill("#code", "1")
    plain.fill("#name", "Loket 1")
    plain.select_option("#unit", label="– Dinas Kesehatan")
    plain.click("main button[type=submit]")

    plain.goto("/kelola/impor")
    plain.check("input[value=officers]")
    plain.set_input_files("#file", FilePayload(name="p.csv", mimeType="text/csv", buffer=OFFICERS.encode()))
    plain.click("text=Periksa berkas")
    expect(plain.locator("main")).to_contain_text("NIP terdiri dari 18 angka")
    plain.click("text=Impor 1 baris")
    expect(plain.locator("h1")).to_have_text("Sudah diimpor")

    plain.goto("/kelola/jadwal")
    tomorrow = datetime.now(UTC).date() + timedelta(days=2)
    plain.select_option("#officer", label="Sari Wulandari")
    plain.fill("#day", tomorrow.isoformat())
    plain.fill("#begins", "07:30")
    plain.fill("#ends", "12:00")
    plain.click("main form[method=post] button[type=submit]")
    expect(plain.locator("main")).to_contain_text("07.30–12.00 Sari Wulandari")

    plain.goto("/kelola/akun/baru")
    plain.fill("#name", "Sari Wulandari")
    plain.fill("#email", "sari@contoh.go.id")
    plain.fill("#password", "tiga-kata-acak")
    plain.select_option("#role", "officer")
    plain.select_option("#unit", label="– Dinas Kesehatan")
    plain.click("main form[method=post] button[type=submit]")
    plain.goto("/kelola/petugas?q=sari")
    plain.click("a:has-text('Sari Wulandari')")
    plain.select_option("#account", label="Sari Wulandari (sari@contoh.go.id)")
    plain.click("main button:has-text('Simpan')")
    expect(plain.locator(".flash")).to_contain_text("sudah disimpan")

    plain.click("text=Keluar")
    enter(plain, "sari@contoh.go.id", "tiga-kata-acak")
    expect(plain.locator("h1").first).to_be_visible()
    expect(plain).to_have_url(plain.url.split("/meja")[0] + "/meja")
