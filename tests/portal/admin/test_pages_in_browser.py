"""Every page of the administrator in Chromium: accessible, none wider than the screen, the content policy unbroken."""

from __future__ import annotations

from playwright.sync_api import Page
from sqlalchemy.orm import Session

from tests.barriers import barriers
from tests.factories.accounts import sign_in_window
from tests.portal.admin.conftest import City
from tests.portal.admin.test_deliveries import make_dead
from tests.portal.admin.test_reach import ADDRESSES, LISTS, address
from webapp.organisation.calendar_actions import add_days_off
from webapp.organisation.holiday_table import national_days

WIDTHS = (1280, 360)
#: Forms that are looked at with everything wrong, too.
WRONG = (
    "/kelola/unit/baru",
    "/kelola/layanan/baru",
    "/kelola/petugas/baru",
    "/kelola/akun/baru",
    "/kelola/impor",
    "/kelola/jadwal",
)


def look(page: Page, url: str) -> None:
    """On a phone with all rules; on a desk whether it fits, for the same elements stand there in other places."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{url} is {wide} px wider than the screen of {width}"
    found = barriers(page)
    assert found.violations_count == 0, f"{url}: {found.generate_report()}"


def test_every_page_is_accessible_and_fits(page: Page, session: Session, city: City) -> None:
    city.ours.account.email = "alamat.yang.panjang.sekali.untuk.sebuah.telepon@dinas.contoh.go.id"
    city.ours.admin.grants[0].unit_id = city.root.id
    add_days_off(city.ours.calendar, national_days(2026).days)
    session.commit()
    make_dead(session)
    sign_in_window(page, city.ours.admin)
    urls = [address(pattern, city.ours) for pattern in ADDRESSES]
    calendar = f"/kelola/hari-libur/{city.ours.calendar.id}"
    for url in (*urls, *LISTS, "/kelola", "/kelola/pesan-tertunda", "/kelola/impor", f"{calendar}?tahun=2028"):
        reply = page.goto(url)
        assert reply is not None
        assert reply.status == 200, url
        look(page, url)


def test_what_is_wrong_is_said_accessibly(page: Page, city: City) -> None:
    sign_in_window(page, city.ours.admin)
    for url in WRONG:
        page.goto(url)
        page.click("main form[novalidate] button[type=submit]")  # not what takes a shift off the week
        page.wait_for_selector(".summary")
        look(page, url)
