"""Every page of a complaint's life asks the database at most twelve questions, however much it has to show."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.desk import Agency, make_agency, make_placed
from tests.factories.organisation import make_officer
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.feedback.actions import accept_answer, reply_to_agency
from webapp.feedback.casework.notes import write_note
from webapp.feedback.casework.reply_templates import add_template
from webapp.feedback.events import ReporterReplied
from webapp.feedback.facts.recording import record_handling
from webapp.feedback.handling import answer_complaint, ask_reporter, take_complaint
from webapp.feedback.models import Complaint
from webapp.feedback.movement.merging import merge_complaints
from webapp.feedback.movement.verifying import defer_complaint
from webapp.feedback.publishing.actions import publish_complaint
from webapp.feedback.search.choices import save_look
from webapp.feedback.staff_notices import queue_staff_notices
from webapp.feedback.vocabulary import Finding
from webapp.messaging.notifications import Sender
from webapp.organisation.models import Unit

MOST = 12
AT = datetime.now(UTC) - timedelta(hours=3)
SENDER = Sender("Kota Uji", "https://tanggap.example", mail=False)

#: {code} is a case in work, {main} one with others merged into it, {new} one that waits in triage.
PAGES = (
    "/meja", "/meja?tampil=selesai", "/meja/{code}", "/meja/{main}", "/meja/{code}/serupa", "/meja/{code}/rekan",
    "/meja/{code}/asli", "/cari", "/cari?q=berkas", "/cari?q=berkass", "/cari?q={code}", "/cari?keadaan=berjalan",
    "/templat-jawaban", "/umumkan", "/umumkan/{answered}", "/pemberitahuan", "/pemberitahuan/jumlah",
    "/pemberitahuan/pengaturan", "/penanganan", "/jejak", "/jejak?kode={code}", "/kelola/tenggat", "/kelola/retensi",
    "/laporan-publik", "/laporan-publik?q=kuota", "/triase", "/triase/{new}", "/triase/{new}/tunda",
    "/triase/{new}/alihkan", "/triase/{new}/arsipkan", "/triase?tumpukan=archived", "/lacak/{answered}",
    "/lacak/{main}", "/lacak/{answered}/berkas", "/",
    "/meja/{code}/teruskan", "/meja/{code}/kembalikan", "/meja/{code}/serahkan", "/meja/{code}/gabung",
    "/meja/{code}/bagi", "/meja/{code}/tenggat", "/meja/{code}/tutup",
)  # fmt: skip


class City:
    """An agency that grows; `all_roles` may open every page."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.agency: Agency = make_agency(session)
        roles = ((role, self.agency.city) for role in Role)
        self.all_roles: Account = make_account(session, *roles, name="Semua Peran")
        make_officer(session, self.agency.unit, account=self.all_roles)
        self.cases = {name: self._case(unit) for name, unit in self._shown()}
        take_complaint(self.cases["code"], self.all_roles, AT)
        self._answer(self.cases["answered"])
        session.commit()

    def _shown(self) -> list[tuple[str, Unit | None]]:
        unit = self.agency.unit
        return [("code", unit), ("main", unit), ("answered", unit), ("new", None)]

    def _case(self, unit: Unit | None) -> Complaint:
        service_id = self.agency.service.id if unit is self.agency.unit else None
        return make_placed(self.session, AT, unit, secret=False, service_id=service_id)

    def _answer(self, complaint: Complaint) -> None:
        key, text = f"a{complaint.feedback_id}", "Berkas Anda sudah siap."
        answer_complaint(complaint, self.agency.sari, text, Finding.FOUNDED, write_key=key, at=AT)
        self.session.flush()

    def grow(self, rows: int) -> None:
        """So many more of everything that a page lists."""
        agency, session, code = self.agency, self.session, self.cases["code"]
        for n in range(rows):
            unit = agency.unit if n % 2 else agency.elsewhere
            answered, merged, deferred = self._case(agency.unit), self._case(agency.unit), self._case(None)
            self._case(unit), self._case(None)
            self._answer(answered)
            publish_complaint(answered, agency.rina, f"Kuota akta habis {n}.", None, AT)
            accept_answer(answered, write_key=f"t{answered.feedback_id}", at=AT)
            session.flush()
            record_handling([answered.feedback_id], AT)
            merge_complaints(self.cases["main"], merged, agency.rina, None, AT)
            defer_complaint(deferred, agency.triage, "Nomor antrean?", write_key=f"d{n}{deferred.code}", at=AT)
            key = f"{merged.feedback_id}"
            write_note(code, agency.rina, f"@Semua Peran catatan {n}", write_key=f"n{key}", at=AT)
            ask_reporter(code, self.all_roles, "Kapan?", write_key=f"q{key}", at=AT)
            reply_to_agency(code, "Kemarin.", write_key=f"r{key}", at=AT)
            queue_staff_notices(ReporterReplied(code.feedback_id), key=f"event:{key}", at=AT, sender=SENDER)
            add_template(agency.rina, agency.unit.id, f"Templat {key}", "Terima kasih banyak.", at=AT)
            save_look(self.all_roles, f"Tampilan {n}", {"q": str(n)})
        session.commit()


def statements(database: SQLAlchemy, client: FlaskClient, path: str) -> list[str]:
    said: list[str] = []

    def note(*statement: object) -> None:
        said.append(" ".join(str(statement[2]).split())[:160])

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        response = client.get(path)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    assert response.status_code == 200, f"{path}: {response.status_code}"
    return said


def test_no_page_asks_much_or_more_for_more_rows(client: FlaskClient, database: SQLAlchemy) -> None:
    city = City(database.session())
    city.grow(2)
    codes = {name: case.code for name, case in city.cases.items()}
    paths = [page.format(**codes) for page in PAGES]
    with client.session_transaction() as session:
        session["opened"] = [case.feedback_id for case in city.cases.values()]
    sign_in(client, city.all_roles)
    client.get("/meja")  # what a process keeps of calendars and the like
    few = {path: statements(database, client, path) for path in paths}
    city.grow(6)
    many = {path: statements(database, client, path) for path in paths}
    wrong = [
        f"{path}: {len(few[path])}, then {len(many[path])}; more of {sorted(set(many[path]) - set(few[path]))}"
        for path in paths
        if len(many[path]) > min(MOST, len(few[path]))
    ]
    assert not wrong, f"At most {MOST} queries a page, and none for each row:\n" + "\n".join(wrong)
