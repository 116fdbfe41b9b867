"""What a case's page gains where scripts run: words put in, names completed, similar cases, who else is here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy.orm import Session

from tests.barriers import barriers
from tests.factories.accounts import sign_in_window
from tests.factories.desk import make_agency, make_placed
from tests.feedback.test_casework import jpeg, settled
from webapp.feedback.casework.presence import note_presence
from webapp.feedback.casework.reply_templates import add_template
from webapp.feedback.photos import store_photo

if TYPE_CHECKING:
    from playwright.sync_api import Page

NOW = datetime.now(UTC)


def test_a_case_on_one_screen(page: Page, session: Session) -> None:
    agency = make_agency(session)
    settled(session, agency, "Akta kelahiran lambat, server pusat mati.", "Server pulih, akta Anda terbit.")
    store_photo("form:report", jpeg(1), NOW)
    text = "Akta kelahiran anak saya lambat, katanya server pusat mati."
    complaint = make_placed(session, NOW - timedelta(days=1), agency.unit, text=text, photo_key="form:report")
    add_template(agency.rina, agency.unit.id, "Siap", "Kode {kode} siap di {loket}.", at=NOW)
    note_presence(complaint, agency.budi, writing=True, now=datetime.now(UTC) + timedelta(minutes=5))
    session.commit()
    page.set_viewport_size({"width": 360, "height": 800})
    sign_in_window(page, agency.sari)
    page.goto(f"/meja/{complaint.code}")
    expect(page.locator(".presence")).to_contain_text("Budi Santoso sedang menulis")

    answer = page.get_by_label("Jawaban untuk warga")
    answer.fill("Mohon maaf.")
    page.locator("summary", has_text="Templat jawaban").click()
    page.get_by_role("button", name="Pakai Siap").click()
    expect(answer).to_have_value(f"Mohon maaf.\n\nKode {complaint.code} siap di [loket].")
    page.keyboard.type("Loket 3")  # the gap is marked, so that typing fills it
    expect(answer).to_have_value(f"Mohon maaf.\n\nKode {complaint.code} siap di Loket 3.")
    page.locator(".similar summary").click()
    page.get_by_role("button", name="Pakai kata-kata ini").click()
    expect(answer).to_have_value(
        f"Mohon maaf.\n\nKode {complaint.code} siap di Loket 3.\n\nServer pulih, akta Anda terbit."
    )

    page.locator("summary", has_text="Tulis catatan").click()
    note = page.get_by_role("textbox", name="Catatan internal")
    note.press_sequentially("@kus")
    expect(page.get_by_role("option")).to_have_text(["Rina Kusuma"])
    note.press("Enter")
    expect(note).to_have_value("@Rina Kusuma ")

    page.get_by_role("button", name="Lihat seperti warga").click()
    expect(page.locator(".preview")).to_contain_text("siap di Loket 3.")
    expect(page.locator(".preview")).to_be_focused()
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert barriers(page).response["violations"] == []
