"""Every page of the citizens in Chromium: accessible, nothing wider than the screen, the content policy unbroken."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask_sqlalchemy import SQLAlchemy
from playwright.sync_api import Page

from tests.barriers import barriers
from tests.factories.accounts import make_account
from tests.factories.counter import make_visit
from tests.factories.feedback import make_complaint, make_picture
from tests.factories.organisation import make_unit
from tests.portal.citizen.conftest import Town
from webapp.accounts.permissions import Role
from webapp.counter.queries import receipt_of
from webapp.feedback.handling import answer_complaint, ask_reporter, send_to_unit
from webapp.feedback.models import Complaint
from webapp.feedback.photos import store_photo
from webapp.feedback.vocabulary import Finding
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_of

WIDTHS = (360, 1280)
#: Address, and what to press before looking (a selector), if anything.
PAGES: tuple[tuple[str, str | None], ...] = (
    ("/", None),
    ("/lapor", None),
    ("/lapor?struk={receipt}", None),
    ("/lapor", "main form > .btn"),  # with everything that is wrong
    ("/lacak", None),
    ("/lacak", "main form > .btn"),
    ("/lacak/{asked}", None),
    ("/lacak/{answered}", None),
    ("/nilai", None),
    ("/nilai/{receipt}", None),
    ("/nilai/{receipt}", "main form > .btn"),
    ("/nilai/bukan-struk", None),
    ("/nilai/terima-kasih", None),
)


@pytest.fixture
def addresses(database: SQLAlchemy, town: Town) -> dict[str, str]:
    """A complaint with a question, one with an answer, and what opens them."""
    session, now = database.session(), datetime.now(UTC)
    unit = session.get_one(Unit, town.unit_id)
    actor = make_account(session, (Role.OFFICER, unit))
    store_photo("form:foto", make_picture(), now)
    asked = make_complaint(session, now, unit_id=unit.id, photo_key="form:foto")
    answered = make_complaint(session, now, unit_id=unit.id)
    for complaint in (asked, answered):
        send_to_unit(complaint, unit, working_time_of(unit), reason="uji", at=now)
    ask_reporter(asked, actor, "Berapa nomor berkasnya?", write_key="tanya", at=now)
    answer_complaint(answered, actor, "Sudah jadi.", Finding.FOUNDED, write_key="jawab", at=now)
    session.commit()
    return {
        "receipt": town.receipt,
        "asked": asked.code,
        "answered": answered.code,
        asked.code: asked.secret_word,
        answered.code: answered.secret_word,
    }


def accessible(page: Page) -> None:
    """Nothing that axe finds, and no scrolling sideways, on a phone and on a desk."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found = barriers(page)
        assert found.violations_count == 0, f"{width} px: {found.generate_report()}"
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"the page is {wide} px wide in a window of {width} px"


@pytest.mark.parametrize(("address", "press"), PAGES, ids=[f"{a}{' sent' if p else ''}" for a, p in PAGES])
def test_a_page_is_accessible(page: Page, addresses: dict[str, str], address: str, press: str | None) -> None:
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    path = address.format(**addresses)
    code = path.removeprefix("/lacak/")
    if code in addresses:
        page.goto("/lacak")
        page.fill("#code", code)
        page.fill("#secret_word", addresses[code])
        page.click("main form > .btn")
        page.wait_for_url(f"**/lacak/{code}")
    else:
        page.goto(path)
    if press is not None:
        page.click(press)
        page.wait_for_load_state()
        assert page.locator(".summary").is_visible()
    for fold in page.locator("details.fold").all():
        fold.evaluate("element => element.open = true")
    accessible(page)


def test_the_page_after_filing_is_accessible_and_holds_the_two_words(
    page: Page, database: SQLAlchemy, town: Town
) -> None:
    page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    page.goto("/lapor")
    page.fill("#text", "Akta kelahiran anak saya belum jadi setelah tiga minggu.")
    page.click("main form > .btn")
    page.wait_for_url("**/lapor/terkirim**")
    complaint = database.session.query(Complaint).one()
    assert complaint.secret_word in page.inner_text(".ticket")
    accessible(page)


def test_a_first_view_is_light(page: Page) -> None:
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto("/", wait_until="networkidle")
    assert len(sizes) >= 4
    # Before compression by a proxy, and without the font, which is kept from then on.
    assert sum(sizes) < 120_000


def test_everything_is_reached_without_a_visit(page: Page, database: SQLAlchemy, town: Town) -> None:
    session = database.session()
    visit = make_visit(session, make_unit(session), datetime.now(UTC))
    session.commit()
    page.goto("/nilai")
    page.fill("#struk", receipt_of(visit.id).lower())
    page.keyboard.press("Enter")
    page.wait_for_url("**/nilai/*")
    assert page.locator(".faces .choice").count() >= 4
