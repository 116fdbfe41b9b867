"""A birth certificate from a phone without scripts to the counter: a paper is missing, the file goes on, waits for the
server of the centre, ends later than promised, and the facts say that it was nobody's fault."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.barriers import barriers
from tests.factories.accounts import PASSWORD, make_account, sign_in_window
from tests.factories.applications import make_clerk, make_registry_service
from tests.factories.organisation import make_unit
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.counter.applications.models import (
    Application,
    ApplicationPause,
    ApplicationStage,
    StageHolding,
    TurnaroundFact,
)
from webapp.counter.applications.turnaround_facts import record_turnaround

APPLICANT = "Zqratna Tersembunyi"
CLERK = "Zqdedi Petugas"
PARENTS = "KTP-el orang tua dan dua saksi"


@pytest.fixture
def phone(browser: Browser, live_server: str) -> Iterator[Page]:
    """A citizen's phone that runs no scripts."""
    context = browser.new_context(
        base_url=live_server, locale="id-ID", viewport={"width": 360, "height": 740}, java_script_enabled=False
    )
    yield context.new_page()
    context.close()


def enter(page: Page, account: Account) -> None:
    page.context.clear_cookies()
    page.goto("/masuk")
    page.fill("#email", account.email)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url(lambda address: "/masuk" not in address)


def look(page: Page) -> None:
    """The page is accessible and no wider than a phone."""
    page.set_viewport_size({"width": 360, "height": 800})
    found = barriers(page)
    assert found.violations_count == 0, f"{page.url}: {found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, page.url
    page.set_viewport_size({"width": 1280, "height": 800})


def age(session: Session, file: Application, hours: int) -> None:
    """Let everything on a file have happened so much earlier, as if that time had passed."""
    past = timedelta(hours=hours)
    stages = select(ApplicationStage.id).where(ApplicationStage.application_id == file.id)
    for model, condition, columns in (
        (Application, Application.id == file.id, ("registered_at", "complete_at", "due_at")),
        (ApplicationStage, ApplicationStage.application_id == file.id, ("started_at", "finished_at")),
        (StageHolding, StageHolding.stage_id.in_(stages), ("starts_at", "ends_at")),
        (ApplicationPause, ApplicationPause.application_id == file.id, ("starts_at", "ends_at")),
    ):
        earlier = {name: getattr(model, name) - past for name in columns}
        session.execute(update(model).where(condition).values(earlier).execution_options(synchronize_session=False))
    session.commit()


def test_a_birth_certificate_is_late_and_nobody_is_to_blame(page: Page, phone: Page, session: Session) -> None:
    unit = make_unit(session, name="Seksi Akta")
    unit.weekly_hours = {str(day): [["00:00", "24:00"]] for day in range(7)}
    make_registry_service(session, unit, name="Akta kelahiran", standard_hours=8)
    clerk, _officer = make_clerk(session, unit, name=CLERK)
    chief = make_account(session, (Role.SUPERVISOR, unit))
    session.commit()

    # The citizen registers, with one mistake that costs nothing of what was ticked.
    phone.goto("/berkas")
    phone.get_by_role("link", name="Daftarkan berkas baru").click()
    phone.get_by_role("link", name="Akta kelahiran").click()
    for paper in ("Formulir F-2.01", "Kartu keluarga"):
        phone.get_by_label(paper).check()
    phone.get_by_role("button", name="Daftarkan berkas").click()
    expect(phone.locator(".summary")).to_contain_text("Isi nama pemohon")
    expect(phone.get_by_label("Formulir F-2.01")).to_be_checked()
    phone.get_by_label("Nama pemohon").fill(APPLICANT)
    phone.get_by_role("button", name="Daftarkan berkas").click()
    phone.wait_for_url("**/berkas/BK-*")
    code = phone.inner_text(".ticket dd")
    expect(phone.locator(".ask .papers li")).to_have_count(5)
    assert APPLICANT not in phone.content()

    # At the counter all papers but one are there: the file waits, and its clock stands.
    enter(page, clerk)
    page.get_by_role("link", name="Berkas", exact=True).click()
    page.get_by_role("link", name=code).click()
    expect(page.locator("article")).to_contain_text(APPLICANT)
    page.get_by_role("button", name="Ambil dari baki").click()
    for group in page.locator("fieldset.paper").all()[:4]:
        group.get_by_label("sudah ada").check()
    page.get_by_role("button", name="Simpan persyaratan").click()
    expect(page.locator("article")).to_contain_text("dapat diselesaikan setelah semua persyaratan ada")
    expect(page.get_by_role("button", name="Selesai, lanjut")).to_have_count(0)
    look(page)
    phone.goto(f"/berkas?kode={code.lower().replace('-', ' ')}")
    expect(phone.locator(".ask .papers li")).to_have_count(1)
    expect(phone.locator(".ask")).to_contain_text(PARENTS)

    # It comes; the file passes on, and waits for the server of the centre.
    page.locator("fieldset.paper", has_text=PARENTS).get_by_label("sudah ada").check()
    page.get_by_role("button", name="Simpan persyaratan").click()
    expect(page.get_by_role("status")).to_contain_text("Waktu penyelesaian mulai dihitung")
    page.get_by_role("button", name="Selesai, lanjut ke Diverifikasi").click()
    page.get_by_role("button", name="Ambil dari baki").click()
    page.get_by_text("Tunda berkas ini").click()
    page.get_by_label("Gangguan server pusat").check()
    page.get_by_label("Keterangan untuk pemohon").fill("Server pusat mati, NIK 3578012509900001 menunggu.")
    page.get_by_role("button", name="Tunda", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("tidak dihitung")
    phone.reload()
    expect(phone.locator("main")).to_contain_text("Ditunda: Gangguan server pusat")
    expect(phone.locator("main")).to_contain_text("Batas waktu ikut mundur")
    assert "3578012509900001" not in phone.content()
    file = session.scalars(select(Application).where(Application.code == code)).one()
    age(session, file, hours=10)

    # The server is back: the other stages, and handing over to whom it is for.
    page.get_by_role("button", name="Lanjutkan berkas").click()
    for following in ("Disetujui", "Diterbitkan", "Siap diambil", "Diserahkan"):
        page.get_by_role("button", name=f"Selesai, lanjut ke {following}").click()
        page.get_by_role("button", name="Ambil dari baki").click()
    phone.reload()
    expect(phone.locator("main")).to_contain_text("siap diambil")
    page.get_by_role("button", name="Sudah diserahkan, tutup berkas").click()
    expect(page.get_by_role("status")).to_contain_text("Berkas ini sudah selesai")
    phone.reload()
    expect(phone.locator(".tag").first).to_have_text("selesai")
    assert CLERK not in phone.content()

    # Ten hours went by where eight were promised; the facts and the supervisor's page say whose fault that was.
    now = datetime.now(UTC)
    record_turnaround([file.id], now)
    session.commit()
    facts = session.scalars(select(TurnaroundFact).where(TurnaroundFact.application_id == file.id)).all()
    (whole,) = (fact for fact in facts if fact.stage_id is None)
    assert whole.elapsed_seconds > 8 * 3600 > 600 > whole.counted_seconds
    assert whole.outside_seconds["central_server"] >= 10 * 3600
    assert [fact.delay_seconds for fact in facts if fact.delay_seconds] == []
    sign_in_window(page, chief)
    page.goto(f"/berkas-unit/{code}")
    expect(page.locator("main")).to_contain_text("Lebih lama dari yang dijanjikan, tetapi tidak ada yang terlambat")
    expect(page.locator("main")).to_contain_text("Bukan kesalahan siapa pun")
    expect(page.locator("table")).to_contain_text(CLERK)
    assert APPLICANT not in page.content()
    look(page)
