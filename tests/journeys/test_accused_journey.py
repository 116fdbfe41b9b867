"""A complaint against a head of section, from the chat to the verdict: whoever is not accused works on it, and the
accused, who sees all else in his section, sees nothing of it anywhere at any step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from difflib import unified_diff

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session, scoped_session

from tests.addresses import Address, real
from tests.bot.test_complaint import play
from tests.factories.accounts import give_role, make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.feedback import make_picture
from tests.journeys.town import Town, town_of
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.feedback.actions import accept_answer
from webapp.feedback.facts.models import HandlingFact
from webapp.feedback.handling import answer_complaint, take_complaint
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Finding
from webapp.messaging.models import Notification

STORY = "Zqbudi Santoso di loket tiga meminta uang zqpelicin supaya akta kelahiran anak saya cepat jadi."
ORDINARY = "Akta kelahiran anak saya belum jadi, padahal dijanjikan cepat jadi tanpa uang tambahan."
FIRST, SECOND = "Zqpertama: loket tiga sudah kami tegur dan awasi.", "Zqkedua: uang Anda kami kembalikan."
DISPUTE, PLACE = "Zqsanggah, uang saya belum kembali.", "zqteras loket tiga"
WORDS = ("zqbudi", "zqpelicin", "zqpertama", "zqkedua", "zqsanggah", "zqteras", "zqalasan", "zqtitip")
#: Rooms in which complaints could be seen, and pages of them that are about other things.
ROOMS = ("officer.", "staff.", "supervisor.", "triage.", "inspector.", "citizen.")
OTHER_THINGS = ("/antrean", "/kiosk", "/loket", "/berkas", "/nilai/", "/struk", "/lapor/", "/masuk")
#: What is another each time a page is shown.
ALWAYS_NEW = re.compile(rb"(csrf|nonce|token)[^>]*", re.IGNORECASE)
#: The figures in which it counts in the end, as the law of the indicator wants it, and why it does: without a word.
FIGURES = (
    "officer.list_attributed",
    "officer.contest_line",
    "officer.show_score",
    "officer.download_score",
    "officer.show_plot",
    "officer.show_part",
    "supervisor.show_officer",
    "supervisor.list_officers",
    "supervisor.draw_officer",
    "supervisor.draw_unit",
    "supervisor.print_unit",
    "supervisor.show_handling",
)


@dataclass
class Accused:
    """The accused, signed in, who opens everything that can be opened, again and again."""

    app: Flask
    client: FlaskClient
    code: str = "TG-????-????"
    before: dict[str, tuple[int, bytes]] = field(default_factory=dict)

    def remember(self) -> None:
        """What all pages show before there is anything to hide."""
        self.before = dict(self._everything())
        assert sum(status == 200 for status, _content in self.before.values()) > 20, "this must see what he sees"

    def look_around(self) -> None:
        """Every page is as it was before, counts and all; what is new opens nothing and tells nothing."""
        for name, (status, content) in self._everything():
            assert not [word for word in WORDS if word.encode() in content.lower()], f"{name} tells the accused"
            if self.code in name and "?" not in name:
                assert status in (403, 404, 405, 302), f"{name} opens for the accused"
                continue
            assert self.code.encode() not in content, f"{name} tells the accused"
            if name in self.before and not name.startswith(FIGURES):
                assert not _changes(self.before[name], (status, content)), f"{name} has changed for the accused"

    def _everything(self) -> Iterator[tuple[str, tuple[int, bytes]]]:
        with self.app.app_context():
            pages = [(str(one), one.path) for one in real(self.app) if self._matters(one)]
        words = ("akta", "lokett", *WORDS, self.code)
        asked = [f"{path}?q={word}" for path in ("/meja", "/cari", "/laporan-publik") for word in words]
        asked += ["/cari?keadaan=berjalan", "/cari?keadaan=accepted", "/cari?tempat=loket", "/meja?tampil=selesai"]
        asked += ["/meja?orang=ya", "/mulai"]
        for name, path in [*pages, *((path, path) for path in asked)]:
            response = self.client.get(path, buffered=True)
            assert response.status_code < 500, name
            if response.status_code == 302:  # what it says on the next page is no part of that page
                with self.client.session_transaction() as browser:
                    browser.pop("_flashes", None)
            content = response.data
            if self.code in path:  # a page may repeat what was asked of it
                content = re.sub(rb"zq[a-z]+", b"", content).replace(self.code.encode(), b"")
            for word in WORDS:
                content = content.replace(word.encode(), b"") if word in path else content
            yield name, (response.status_code, ALWAYS_NEW.sub(b"", content))

    @staticmethod
    def _matters(one: Address) -> bool:
        return "GET" in one.methods and one.endpoint.startswith(ROOMS) and not one.path.startswith(OTHER_THINGS)


def _changes(before: tuple[int, bytes], after: tuple[int, bytes]) -> list[str]:
    """The lines that differ, for whoever reads what failed."""
    if before == after:
        return []
    return [f"status {after[0]}", *unified_diff(_lines(before[1]), _lines(after[1]), n=0)]


def _lines(content: bytes) -> list[str]:
    return content.decode(errors="replace").splitlines()


@pytest.fixture
def town(app: Flask, page: Page, session: scoped_session[Session], environment: dict[str, str]) -> Iterator[Town]:
    with town_of(app, page, session, environment["REDIS_URL"]) as town:
        yield town


def test_the_accused_sees_nothing_of_it(town: Town, csrf_client: FlaskClient) -> None:
    page, session, chat = town.page, town.session(), town.chat
    agency = make_agency(session)
    budi, rina = agency.budi, agency.rina
    give_role(session, budi, Role.SUPERVISOR, agency.unit)
    dewi = make_account(session, (Role.SUPERVISOR, agency.city), name="Dewi Lestari")
    ordinary = make_placed(session, datetime.now(UTC), agency.unit, text=ORDINARY)
    _settled_before(agency, make_placed(session, datetime.now(UTC) - timedelta(days=3), agency.unit, text=ORDINARY))
    session.commit()
    town.news()
    sign_in(csrf_client, budi)
    for id_ in session.scalars(select(Notification.id).where(Notification.account_id == budi.id)):
        csrf_client.get(f"/pemberitahuan/{id_}")  # what is read stays read
    accused = Accused(town.app, csrf_client)
    accused.remember()
    assert ORDINARY.encode() in accused.before[f"officer.show_case /meja/{ordinary.code}"][1]
    told_before = town.notified(budi)

    # Filed in the chat, secret from the start.
    play(chat, [("say", "/lapor"), ("click", "Pengaduan"), ("say", STORY)])
    chat.send_photo(make_picture(colour=(90, 20, 20)))
    play(chat, [("click", "Lanjut"), ("say", PLACE), ("say", "akta"), ("click", "Seksi Akta")])
    summary = play(chat, [("click", "Ya, tentang seseorang"), ("click", "Tetap anonim")])[-1]
    assert "hanya atasan yang membaca" in summary
    chat.click("Kirim")
    code = session.scalars(select(Complaint.code).where(Complaint.text == STORY)).one()
    accused.code = code
    town.news()
    assert (town.case(code).state, town.case(code).secret) == ("in_triage", True)
    accused.look_around()

    _verified_and_sent(town, agency, code)
    assert town.notified(rina)[-1:] == ["arrived"]
    accused.look_around()
    _given_to(town, dewi, rina, code)
    accused.look_around()
    _answered_with_a_photo(town, rina, code)
    told = town.news()
    assert [call["method"] for call in chat.calls[-2:]] == ["sendPhoto", "sendMessage"] and FIRST in told[-1]
    accused.look_around()

    # The reporter is not content: another pair of eyes is due, that of the superior, who is told.
    chat.click("Belum, saya sanggah")
    assert "diperiksa orang lain" in chat.send(DISPUTE)[0]
    town.news()
    assert town.case(code).state == "disputed"
    assert town.notified(dewi)[-1:] == ["returned"]
    accused.look_around()
    _settled_by(town, dewi, rina, code)
    assert SECOND in town.news()[-1]
    chat.click("Ya, selesai")
    town.news()
    assert town.case(code).state == "accepted"
    accused.look_around()
    assert town.notified(budi) == told_before

    # It counts for those who did it, and whoever may see it does find it.
    facts = session.scalars(select(HandlingFact).where(HandlingFact.complaint_id == town.case(code).feedback_id))
    assert {(fact.account_id, fact.deed) for fact in facts} == {
        (rina.id, "first_answer"), (rina.id, "disputed"), (dewi.id, "answer"), (dewi.id, "accepted")
    }  # fmt: skip
    page.goto("/cari?q=zqpelicin")
    expect(page.locator("main")).to_contain_text(code)
    town.look()
    town.come_back(code)
    expect(page.locator(".timeline")).to_contain_text("Anda menyatakan selesai")
    assert not [name for name in ("Budi", "Rina", "Dewi", "Olivia") if name in page.content().replace(STORY, "")]
    town.look()


def _settled_before(agency: Agency, complaint: Complaint) -> None:
    """The city has answered and settled something before: its figures do not begin with this complaint."""
    at = datetime.now(UTC) - timedelta(days=1)
    take_complaint(complaint, agency.rina, at)
    session = object_session(complaint)
    assert session is not None
    session.flush()
    answer_complaint(complaint, agency.rina, "Aktanya sudah terbit.", Finding.FOUNDED, write_key="form:old", at=at)
    session.flush()
    accept_answer(complaint, write_key="form:old-yes", at=at)


def _verified_and_sent(town: Town, agency: Agency, code: str) -> None:
    """Triage reads it, verifies it, names whom it is about, and sends it to his unit."""
    page = town.page
    town.enter(agency.triage)
    page.goto("/triase")
    town.look()
    page.locator(f"a[href*='{code}']").click()
    town.look()
    page.get_by_role("button", name="Verifikasi saja dulu").click()
    town.said("terverifikasi")
    page.goto(f"/triase/{code}")
    expect(page.get_by_label("Laporan ini menyangkut perbuatan seseorang")).to_be_checked()
    page.get_by_label("Unit kerja mana yang menanganinya?").select_option(label="– Seksi Akta")
    page.get_by_role("button", name="Tampilkan petugas unit ini").click()
    page.get_by_label("Petugas mana yang disangkut?").select_option(label="Budi Santoso")
    page.get_by_label("Mengapa?").fill("Zqalasan: namanya disebut dalam laporan.")
    town.look()
    page.get_by_role("button", name="Simpan keputusan").click()
    town.said("dikirim ke Seksi Akta")
    town.news()
    assert town.case(code).state == "sent"


def _given_to(town: Town, dewi: Account, rina: Account, code: str) -> None:
    """The superior gives it to somebody who may work on it: the accused is no choice."""
    page = town.page
    town.enter(dewi)
    page.goto("/meja")
    town.look()
    page.goto(f"/meja/{code}")
    town.look()
    page.get_by_role("link", name="Serahkan ke petugas").click()
    people = page.get_by_label("Siapa yang menanganinya?")
    expect(people).to_contain_text("Rina Kusuma")
    expect(people).not_to_contain_text("Budi Santoso")
    people.select_option(label="Rina Kusuma")
    page.get_by_label("Catatan").fill("Zqtitip: tolong diperiksa hari ini.")
    town.look()
    page.get_by_role("button", name="Serahkan", exact=True).click()
    town.said("diserahkan kepada Rina Kusuma")
    town.news()
    assert (town.case(code).state, town.notified(rina)[-1]) == ("assigned", "assigned")


def _answered_with_a_photo(town: Town, rina: Account, code: str) -> None:
    """She reads of it, answers with a photo of the remedy, and sees it as the citizen will before it is sent."""
    page = town.page
    town.enter(rina)
    page.goto("/pemberitahuan")
    town.look()
    page.get_by_role("link", name=f"Laporan {code} diserahkan kepada Anda.").click()
    page.wait_for_url(f"**/meja/{code}")
    page.get_by_label("Jawaban untuk warga").fill(FIRST)
    page.get_by_label("Benar, ada yang salah di pihak kami").check()
    page.get_by_label("Foto hasil perbaikan").set_input_files(
        {"name": "loket.jpg", "mimeType": "image/jpeg", "buffer": make_picture(colour=(20, 90, 160))}
    )
    page.get_by_role("button", name="Lihat seperti warga").click()
    expect(page.locator(".preview")).to_contain_text(FIRST)
    expect(page.locator(".preview img")).to_have_count(1)
    assert town.case(code).state == "assigned"  # a look is not sent
    town.look()
    page.get_by_role("button", name="Kirim jawaban").last.click()
    town.said("Jawaban terkirim")
    town.look()


def _settled_by(town: Town, dewi: Account, rina: Account, code: str) -> None:
    """Whoever answered can only read it; the superior takes it up again and settles it."""
    page = town.page
    town.enter(rina)
    page.goto(f"/meja/{code}")
    expect(page.locator("main")).to_contain_text(DISPUTE)
    expect(page.get_by_label("Jawaban untuk warga")).to_have_count(0)
    expect(page.get_by_role("button", name="Ambil ke meja saya")).to_have_count(0)
    town.look()
    town.enter(dewi)
    page.goto(f"/meja/{code}")
    page.get_by_role("button", name="Ambil ke meja saya").click()
    town.said("sekarang di meja Anda")
    page.get_by_label("Jawaban untuk warga").fill(SECOND)
    page.get_by_label("Benar, ada yang salah di pihak kami").check()
    page.get_by_role("button", name="Kirim jawaban").last.click()
    town.said("Jawaban terkirim")
