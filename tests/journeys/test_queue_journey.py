"""A citizen with a phone: draws a number, watches it, is called, gets the receipt, rates; then the kiosk at the door.

Every page on the way is looked at with axe, those with most on them in both widths.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask_sqlalchemy import SQLAlchemy
from playwright.sync_api import Page, expect
from sqlalchemy import select

from tests.factories.organisation import daytime_zone, make_service, make_unit
from tests.factories.queue import make_hall, make_line, open_session
from tests.portal.citizen.test_pages_in_browser import accessible
from webapp.counter.queue.board import forget_boards
from webapp.counter.queue.calling import call_next, finish_ticket
from webapp.counter.queue.models import QueueTicket
from webapp.feedback.models import Rating

DRAW = "main form > .btn"
#: The page asks for the board now, and not only when its next turn to ask has come.
ASK = "sessionStorage.clear(); dispatchEvent(new Event('online'))"


def look(page: Page, *widths: int) -> None:
    """The page in these widths, with everything unfolded; as on a phone, if none is given."""
    for fold in page.locator("details.fold").all():
        fold.evaluate("element => element.open = true")
    for width in widths or (360,):
        page.set_viewport_size({"width": width, "height": 780})
        accessible(page)


def test_from_the_front_page_to_the_receipt(page: Page, database: SQLAlchemy) -> None:
    session = database.session()
    forget_boards()
    zone = daytime_zone(datetime.now(UTC))
    unit = make_unit(session, make_unit(session, name="Kota Uji"), name="Dinas Uji", timezone=zone)
    service = make_service(session, unit, name="Akta Uji")
    service.requirements = ["Surat lahir uji"]
    hall = make_hall(session, unit, always_open=True)
    line = make_line(session, hall, service, prefix="A", slot_minutes=120, days_ahead=1)
    desk, _session = open_session(session, [line], datetime.now(UTC))
    session.commit()

    def drawn() -> list[QueueTicket]:
        session.rollback()
        return list(session.scalars(select(QueueTicket).order_by(QueueTicket.id)))

    page.set_viewport_size({"width": 360, "height": 780})
    page.goto("/")
    page.click("main >> text=Ambil nomor antrean")
    look(page)
    page.click("text=Akta Uji")
    look(page)

    # Something is missing: it is said, and what was chosen stays.
    page.check("#priority-1")
    page.click(DRAW)
    expect(page.locator(".summary")).to_contain_text("Pilih kapan Anda ingin dilayani.")
    expect(page.locator("#priority-1")).to_be_checked()
    look(page, 1280, 360)

    # Pressed twice, there is one number.
    page.goto(f"/antrean/ambil/{line.id}")
    page.check("#priority-1")
    page.check("#when-0")
    page.dblclick(DRAW)
    page.wait_for_url("**/antrean/tiket/**")
    (ticket,) = drawn()
    assert (ticket.label, ticket.priority) == ("A-001", "elderly")
    expect(page.locator(".number-value")).to_have_text("A-001")
    expect(page.locator("[data-ahead]")).to_have_text("0 orang")
    look(page, 1280, 360)

    # Back, and pressed again: still the same number. Asked for anew, it says that there is one already.
    address = page.url
    page.go_back()
    page.check("#when-0")
    page.click(DRAW)
    page.wait_for_load_state()
    assert len(drawn()) == 1
    page.goto(f"/antrean/ambil/{line.id}")
    expect(page.locator(".note.warn")).to_contain_text("A-001")
    page.click(".note.warn a")
    expect(page).to_have_url(address)

    # Called, then served: the open page says so by itself.
    called = call_next(desk.account, datetime.now(UTC))
    assert called is not None and called.code == ticket.code
    session.commit()
    forget_boards()
    page.evaluate(ASK)
    expect(page.locator("h1")).to_have_text(f"Silakan ke {desk.counter.name}")
    look(page)
    finish_ticket(desk.account, called.id, datetime.now(UTC))
    session.commit()
    forget_boards()
    page.evaluate(ASK)
    expect(page.locator("h1")).to_have_text("Selesai dilayani")
    assert desk.officer.name not in page.content()
    code = page.inner_text(".slip .ticket dd")
    page.click("text=Nilai kunjungan ini")
    page.click(".faces:not(.compact) .choice >> nth=3")
    page.click(DRAW)
    page.wait_for_url("**/nilai/terima-kasih**")
    session.rollback()
    assert session.scalars(select(Rating)).one().feedback.visit_id == drawn()[0].visit_id
    page.goto(f"/struk/{code}")
    expect(page.locator(".slip")).to_contain_text("sudah dinilai")
    look(page)

    # At the door: one touch, a printed slip, and a fresh start for the next person, also by going back.
    page.add_init_script("window.printed = 0; window.print = () => { window.printed += 1; };")
    page.goto(f"/kiosk/{hall.kiosk_key}")
    look(page, 360, 1280)
    page.click(".touch .btn")
    expect(page.locator(".number-value")).to_have_text("A-002")
    assert page.evaluate("window.printed") == 1
    look(page, 360, 1280)
    page.go_back()
    page.wait_for_url("**lang=id")
    page.click(".touch .btn")
    expect(page.locator(".number-value")).to_have_text("A-003")
    assert [one.channel for one in drawn()] == ["portal", "kiosk", "kiosk"]
