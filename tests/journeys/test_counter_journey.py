"""An officer's queue in a real browser: by keyboard, through a lost connection, and without JavaScript."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.barriers import barriers
from tests.factories.accounts import make_account, sign_in_window
from tests.factories.organisation import daytime_zone, make_service, make_shift, make_unit
from tests.factories.queue import Desk, make_desk, make_hall, make_line, make_ticket, open_session
from tests.journeys.test_officer_journey import sign_in
from webapp.accounts.permissions import Role
from webapp.counter.models import Visit
from webapp.counter.queue.models import QueueHall, QueueTicket
from webapp.counter.queue.vocabulary import Priority

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ALWAYS = {str(day): [["00:00", "24:00"]] for day in range(7)}
NOW = datetime.now(UTC)


@pytest.fixture
def hall(session: Session) -> QueueHall:
    """Two services are queued for; four people wait for the first, one of them elderly."""
    office, zone = "Dinas Kependudukan dan Pencatatan Sipil", daytime_zone(NOW)
    unit = make_unit(session, make_unit(session), name=office, timezone=zone)
    unit.weekly_hours = ALWAYS
    hall = make_hall(session, unit)
    birth = make_line(session, hall, make_service(session, unit, name="Akta kelahiran"))
    make_line(session, hall, make_service(session, unit, name="Kartu keluarga"))
    for n in range(4):
        priority = Priority.ELDERLY if n == 3 else Priority.ORDINARY
        make_ticket(session, birth, NOW - timedelta(minutes=25 - n), priority=priority)
    session.commit()
    return hall


@pytest.fixture
def sari(session: Session, hall: QueueHall) -> Desk:
    desk = make_desk(session, hall, name="Sari Wulandari")
    make_shift(session, desk.officer, desk.counter, NOW - timedelta(hours=1))
    session.commit()
    return desk


def let_pass(session: Session, minutes: int = 5) -> None:
    """Let the standing calls be some minutes old: nobody is served within a second."""
    session.rollback()
    for ticket in session.scalars(select(QueueTicket).where(QueueTicket.state == "called")):
        assert ticket.called_at is not None
        ticket.called_at -= timedelta(minutes=minutes)
    session.commit()


def look(page: Page) -> None:
    """No barrier, nothing wider than the window, on a desk and on a phone."""
    size = page.viewport_size
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found = barriers(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (page.url, width)
    assert size is not None
    page.set_viewport_size(size)


def test_an_officer_serves_a_queue_by_keyboard(page: Page, session: Session, hall: QueueHall, sari: Desk) -> None:
    sign_in_window(page, sari.account)
    page.goto("/mulai")
    page.get_by_role("link", name="Loket", exact=True).click()
    expect(page.get_by_label(sari.counter.name)).to_be_checked()
    look(page)
    page.get_by_role("button", name="Buka loket").press("Enter")
    number = page.locator(".called[translate=no]")

    # The elderly first, by rule; then who came first. The focus stays on the button: one key a citizen.
    expect(page.locator("#waiting")).to_contain_text("4")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(number).to_have_text("A-004")
    expect(page.locator(".serving")).to_contain_text("Lansia")
    expect(page.locator("#counter-said")).to_contain_text("Nomor A-004 dipanggil")
    look(page)
    let_pass(session, minutes=-1)  # as if the number had been called this very moment
    page.keyboard.press("Enter")  # the second half of a double press
    expect(page.locator("#counter .flash")).to_contain_text("baru saja dipanggil")
    expect(number).to_have_text("A-004")
    let_pass(session, minutes=6)
    page.keyboard.down("Enter")
    page.keyboard.down("Enter")  # held down: it counts once, and nobody has to be told
    page.keyboard.up("Enter")
    expect(number).to_have_text("A-001")
    expect(page.locator("#counter .flash")).to_have_count(0)
    expect(page.get_by_role("link", name="Cetak struk A-004")).to_be_visible()

    page.keyboard.press("r")
    page.keyboard.press("Enter")
    expect(page.locator("#counter .flash")).to_contain_text("A-001 dipanggil ulang")
    page.keyboard.press("h")
    page.keyboard.press("Enter")
    expect(page.locator(".aside").first).to_contain_text("A-001")
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(number).to_have_text("A-002")
    look(page)
    page.keyboard.press("t")
    expect(page.get_by_label("Layanan yang dituju")).to_be_focused()
    page.get_by_label("Layanan yang dituju").select_option(label="B · Kartu keluarga")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#counter .flash")).to_contain_text("A-002 dialihkan")

    # The connection breaks: the page stays, says so, and the same press counts once.
    page.context.set_offline(True)
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Sambungan terputus")
    page.context.set_offline(False)
    page.keyboard.press("Enter")
    expect(number).to_have_text("A-002")  # it waits by its turn, before A-003, for another service of this counter
    expect(page.get_by_role("alert")).to_be_hidden()
    let_pass(session)
    page.keyboard.press("x")
    page.keyboard.press("Enter")
    expect(page.locator("#counter .flash")).to_contain_text("tidak hadir")
    page.get_by_role("button", name="Panggil A-001").press("Enter")
    expect(number).to_have_text("A-001")
    let_pass(session)
    page.keyboard.press("f")
    page.keyboard.press("Enter")
    expect(page.locator("#serving")).to_have_text("Loket kosong")

    # Somebody without a phone gets a number here; a supervisor's look at the hall agrees with all of it.
    page.keyboard.press("b")
    expect(page.get_by_label("Layanan", exact=True)).to_be_focused()
    page.keyboard.press("Control+Enter")
    expect(page.locator(".flashes")).to_contain_text("Nomor A-005 sudah diambil")
    page.get_by_role("button", name="Tutup loket").click()
    expect(page.locator(".flashes")).to_contain_text("Loket Anda ditutup")
    session.rollback()
    assert session.scalar(select(func.count(Visit.id))) == 2
    assert dict(session.execute(select(QueueTicket.label, QueueTicket.state)).all()) == {
        "A-001": "finished",
        "A-002": "no_show",
        "A-003": "waiting",
        "A-004": "finished",
        "A-005": "waiting",
    }


def test_a_supervisor_sees_the_hall_and_shapes_it(page: Page, session: Session, hall: QueueHall, sari: Desk) -> None:
    """Who also administers the unit, and so sees the pages on which the queue is shaped."""
    rina = make_account(session, (Role.SUPERVISOR, hall.unit), (Role.ADMINISTRATOR, hall.unit), name="Rina Kusuma")
    line = session.scalars(select(QueueTicket)).first()
    assert line is not None
    open_session(session, [line.line], NOW, sari)
    session.commit()
    sign_in_window(page, rina)
    page.goto("/mulai")
    page.get_by_role("navigation", name="Utama").get_by_text("Unit", exact=True).click()
    page.get_by_role("link", name="Antrean unit").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dinas Kependudukan")
    expect(page.locator("main")).to_contain_text("Sari Wulandari")
    look(page)
    for address in ("", f"/{hall.unit_id}", f"/layanan/{line.line_id}"):
        page.goto(f"/kelola/antrean{address}")
        look(page)


def test_an_officer_without_javascript(
    browser: Browser, live_server: str, session: Session, hall: QueueHall, sari: Desk
) -> None:
    context = browser.new_context(base_url=live_server, locale="id-ID", java_script_enabled=False)
    page = context.new_page()
    sign_in(page, sari.account)
    page.goto("/loket")
    page.get_by_role("button", name="Buka loket").click()
    page.get_by_role("button", name="Panggil berikutnya").click()
    expect(page.locator(".called[translate=no]")).to_have_text("A-004")
    let_pass(session)
    page.get_by_role("button", name="Selesai & panggil berikutnya").click()
    expect(page.locator(".called[translate=no]")).to_have_text("A-001")
    page.get_by_role("button", name="Tahan sebentar").click()
    expect(page.get_by_role("status").filter(has_text="A-001 ditahan")).to_be_visible()
    context.close()
