"""Every page of the staff, in a real browser, on a phone and on a desk: no barrier, nothing that sticks out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import pytest
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in_window
from tests.factories.desk import Agency, make_agency, make_placed, make_rated_visits
from tests.factories.feedback import make_picture
from webapp.feedback.actions import dispute_answer
from webapp.feedback.handling import answer_complaint, take_complaint
from webapp.feedback.photos import store_photo
from webapp.feedback.vocabulary import Finding

if TYPE_CHECKING:
    from playwright.sync_api import Page

NOW = datetime(2026, 11, 10, 2, 0, tzinfo=UTC)

#: Who, which address, what the page shows. {case} and so on are filled in.
PAGES = [
    ("nobody", "/masuk", "Masuk untuk petugas"),
    ("newcomer", "/mulai", "Akun Anda belum punya tugas"),
    ("sari", "/meja", "Laporan saya"),
    ("sari", "/meja?q=naga", "Tidak ada yang cocok"),
    ("sari", "/meja?tampil=selesai", "Belum ada yang selesai"),
    ("sari", "/meja/{untaken}", "Jawaban untuk warga"),
    ("budi", "/meja/{disputed}", "Jawaban untuk warga"),
    ("sari", "/meja/{disputed}", "Rekan atau atasan Anda yang menjawab kali ini"),
    ("sari", "/nilai-saya?periode=2026-Q4", "Yang menggerakkan nilai Anda"),
    ("tono", "/nilai-saya?periode=2026-Q4", "Belum ada yang dihitung"),
    ("rina", "/petugas?periode=2026-Q4", "Sari Wulandari"),
    ("rina", "/petugas?q=naga", "Tidak ada petugas yang cocok"),
    ("rina", "/petugas/{officer}?periode=2026-Q4", "Yang menggerakkan angka ini"),
    ("triage", "/triase", "Perlu diputuskan"),
    ("triage", "/triase/{undecided}", "Keputusan Anda"),
    ("rina", "/meja/TG-2222-2222", "Halaman tidak ditemukan"),
]


@pytest.fixture
def agency(session: Session) -> Agency:
    return make_agency(session)


@pytest.fixture
def places(session: Session, agency: Agency) -> dict[str, Any]:
    """A city with something on every page."""
    newcomer = make_account(session, name="Nur Baru", email="newcomer@contoh.go.id")
    make_rated_visits(session, agency, agency.sari_officer, NOW, [4, 3, 4, 1, 4, 4, 2, 4, 4, 3, 4, 4])
    store_photo("form:photo", make_picture(), NOW)
    untaken = make_placed(
        session,
        NOW,
        agency.unit,
        text="Akta kelahiran anak saya belum jadi setelah tiga minggu.\n\nSudah dua kali ke loket. " * 6,
        service_id=agency.service.id,
        photo_key="form:photo",
        place="Loket 3, lantai dua",
        latitude=-7.25,
        longitude=112.75,
        occurred_at=NOW,
    )
    mine = make_placed(session, NOW - timedelta(days=40), agency.unit, text="tanpaspasi" * 30)
    take_complaint(mine, agency.sari, NOW)
    disputed = make_placed(session, NOW, agency.unit)
    answer_complaint(disputed, agency.sari, "Sudah selesai.", Finding.FOUNDED, write_key="form:a", at=NOW)
    dispute_answer(disputed, "Belum selesai.", write_key="form:d", at=NOW)
    undecided = make_placed(session, NOW, None, about_person=True)
    session.commit()
    return {
        "newcomer": newcomer,
        "untaken": untaken.code,
        "disputed": disputed.code,
        "undecided": undecided.code,
        "officer": agency.sari_officer.id,
    }


#: How each page is looked at. Barriers depend on the width or on the colours, hardly on both: all rules on the narrow
#: page, and on the wide one in the dark those that depend on colours.
LOOKS: tuple[tuple[int, Literal["light", "dark"], tuple[str, ...]], ...] = (
    (360, "light", ()),
    (1280, "dark", ("color-contrast", "link-in-text-block")),
)


def test_pages_have_no_barriers(page: Page, agency: Agency, places: dict[str, Any]) -> None:
    from tests.barriers import barriers

    wrong: list[str] = []
    for who in dict.fromkeys(who for who, _address, _words in PAGES):
        if who != "nobody":
            sign_in_window(page, places["newcomer"] if who == "newcomer" else getattr(agency, who))
        for person, pattern, words in PAGES:
            if person != who:
                continue
            address = pattern.format(**places)
            page.goto(address)
            assert words in page.inner_text("main"), f"{who} at {address}"
            for width, scheme, rules in LOOKS:
                page.set_viewport_size({"width": width, "height": 900})
                page.emulate_media(color_scheme=scheme)
                found = barriers(page, rules).response["violations"]
                wrong.extend(f"{address}, {width} px: {one['id']} {one['nodes'][0]['html']}" for one in found)
                beyond = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                if beyond > 0:
                    wrong.append(f"{address} is {beyond} px wider than the window of {width} px")
    assert wrong == []
