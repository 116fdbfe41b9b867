"""What officers do with files, what supervisors see of them, and what neither gets to see or do."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories.accounts import make_account, sign_in
from tests.factories.applications import make_application, make_clerk, make_registry_service
from tests.factories.counter import make_visit
from tests.factories.organisation import make_unit
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.counter.applications.actions import finish_stage, take_stage
from webapp.counter.applications.catalogue import cause_of, pause_causes
from webapp.counter.applications.models import Application, ApplicationPause
from webapp.counter.applications.turnaround_facts import record_turnaround
from webapp.counter.applications.vocabulary import ApplicationState
from webapp.organisation.models import Officer, Service, Unit

NOW = datetime.now(UTC)
NONCE = "0e1c6b1e-6a55-4b4e-9f0d-6f6a9d6f0001"
NAME = "Zqwati Rahasia"


class Office:
    """Two clerks and a supervisor of one unit, a clerk of another, and a file that is complete."""

    def __init__(self, session: Session) -> None:
        city = make_unit(session, name="Kota")
        self.unit: Unit = make_unit(session, city, name="Seksi Akta")
        self.service: Service = make_registry_service(session, self.unit, requirements=("KK", "KTP-el"))
        self.sari, self.sari_officer = make_clerk(session, self.unit, name="Sari")
        self.budi, self.budi_officer = make_clerk(session, self.unit, name="Budi")
        self.tono: Account = make_clerk(session, make_unit(session, city))[0]
        self.chief = make_account(session, (Role.SUPERVISOR, self.unit))
        pause_causes()
        self.file = self.make(session, self.sari_officer)
        session.commit()

    def make(self, session: Session, officer: Officer | None) -> Application:
        return make_application(
            session, self.unit, NOW - timedelta(hours=1), service=self.service, officer=officer, name=NAME
        )


@pytest.fixture
def office(session: Session) -> Office:
    return Office(session)


def do(client: FlaskClient, file: Application, what: str, **fields: object) -> int:
    """Press a button of the page as it stands; the status of the answer."""
    page = client.get(f"/berkas-kerja/{file.code}").text
    stage = re.search(rf'name="{what}-stage"[^>]*value="(\d+)"', page)
    data = {"do": what, f"{what}-nonce": NONCE} | ({f"{what}-stage": stage[1]} if stage else {}) | fields
    return client.post(f"/berkas-kerja/{file.code}", data=data).status_code


def test_names_are_for_who_handles_the_file(client: FlaskClient, office: Office) -> None:
    address = f"/berkas-kerja/{office.file.code}"
    sign_in(client, office.sari)
    assert NAME in client.get(address).text
    assert NAME in client.get("/berkas-kerja").text
    sign_in(client, office.budi)
    assert NAME not in client.get("/berkas-kerja").text
    sign_in(client, office.chief)
    for page in (client.get("/berkas-unit").text, client.get(f"/berkas-unit/{office.file.code}").text):
        assert office.file.code in page
        assert NAME not in page
    assert client.get(address).status_code == 403
    sign_in(client, office.tono)
    foreign, unknown = client.get(address), client.get("/berkas-kerja/BK-22222-22222")
    assert foreign.status_code == unknown.status_code == 404
    assert foreign.text == unknown.text
    assert office.file.code not in client.get("/berkas-kerja").text
    assert client.post(address, data={"do": "withdraw", "withdraw-sure": "y"}).status_code == 404
    assert client.get("/berkas-kerja/%00").status_code == 404


def test_only_what_was_changed_on_the_page_is_changed(client: FlaskClient, session: Session, office: Office) -> None:
    file = office.make(session, None)
    session.commit()
    kk, ktp = (paper.id for paper in file.papers)
    sign_in(client, office.sari)
    seen = {f"shown-{kk}": "missing", f"shown-{ktp}": "missing"}
    ticked = {f"paper-{kk}": "met", f"paper-{ktp}": "missing"}
    sign_in(client, office.budi)
    assert do(client, file, "papers", **seen, **(ticked | {f"paper-{kk}": "missing", f"paper-{ktp}": "met"})) == 302
    sign_in(client, office.sari)
    assert do(client, file, "papers", **seen, **ticked) == 302
    session.expire_all()
    assert [paper.state for paper in file.papers] == ["met", "met"]
    assert file.complete_at is not None
    assert do(client, file, "papers", **{f"paper-{kk}": "eaten", f"shown-{kk}": "met"}) == 302
    session.expire_all()
    assert [paper.state for paper in file.papers] == ["met", "met"]


def test_who_was_slower_is_told_and_changes_nothing(client: FlaskClient, session: Session, office: Office) -> None:
    sign_in(client, office.sari)
    stage = office.file.stages[0]
    finish = {"do": "finish", "finish-nonce": NONCE, "finish-stage": str(stage.id)}
    address = f"/berkas-kerja/{office.file.code}"
    assert client.post(address, data=finish).status_code == 302
    again = client.post(address, data=finish)
    assert again.status_code == 409
    assert "baru saja berubah" in again.text
    session.expire_all()
    second = office.file.stages[1]
    assert (second.started_at is not None, second.finished_at) == (True, None)
    take_stage(office.budi, second.id, NOW)
    session.commit()
    taken = client.post(address, data={"do": "take", "take-nonce": NONCE, "take-stage": str(second.id)})
    assert taken.status_code == 409
    assert "tidak di tangan Anda" in taken.text
    assert do(client, office.file, "take", **{"take-from_colleague": "1"}) == 302
    assert do(client, office.file, "hand", **{"hand-officer": str(office.budi_officer.id)}) == 302
    assert do(client, office.file, "finish") == 409
    assert client.post(address, data={"do": "burn"}).status_code == 400


@pytest.mark.parametrize("officer", ["9" * 30, "-1", "Budi", "0", None])
def test_an_officer_that_nobody_is_gives_the_file_to_nobody(
    client: FlaskClient, session: Session, office: Office, officer: str | None
) -> None:
    sign_in(client, office.sari)
    fields = {} if officer is None else {"hand-officer": officer}
    assert do(client, office.file, "hand", **fields) == 400
    session.expire_all()
    (holding,) = office.file.stages[0].holdings
    assert (holding.officer_id, holding.ends_at) == (office.sari_officer.id, None)


def test_a_pause_names_its_cause_and_keeps_what_was_typed(
    client: FlaskClient, session: Session, office: Office
) -> None:
    sign_in(client, office.sari)
    address = f"/berkas-kerja/{office.file.code}"
    words = {"do": "pause", "pause-nonce": NONCE, "pause-note": "Blangko KTP habis."}
    refused = client.post(address, data=words)
    assert refused.status_code == 400
    assert "Pilih sebabnya." in refused.text
    assert "Blangko KTP habis." in refused.text
    cause = cause_of("no_blanks")
    assert client.post(address, data=words | {"pause-cause": str(cause.id)}).status_code == 302
    pause = session.scalars(select(ApplicationPause)).one()
    assert (pause.cause_id, pause.note, pause.outside_control) == (cause.id, "Blangko KTP habis.", True)
    assert do(client, office.file, "finish") == 409
    assert do(client, office.file, "resume") == 302
    assert do(client, office.file, "withdraw") == 400
    assert do(client, office.file, "withdraw", **{"withdraw-sure": "y"}) == 302
    session.expire_all()
    assert office.file.state == "withdrawn"
    assert do(client, office.file, "resume") == 409


def test_a_file_is_registered_at_the_counter_from_the_visit(
    client: FlaskClient, session: Session, office: Office
) -> None:
    visit = make_visit(
        session, office.unit, NOW - timedelta(minutes=5), officer=office.sari_officer, service=office.service
    )
    others = make_visit(session, office.unit, NOW - timedelta(minutes=5), officer=office.budi_officer)
    session.commit()
    sign_in(client, office.sari)
    page = client.get(f"/berkas-kerja/daftar?kunjungan={visit.id}").text
    assert re.search(rf'<option selected value="{visit.id}"', page)
    address = f"/berkas-kerja/daftar?layanan={office.service.id}"
    form = {"nonce": NONCE, "papers": ["KK", "KTP-el"], "name": "Andi", "visit": str(visit.id)}
    wrong = client.post(address, data=form | {"visit": str(others.id)})
    assert wrong.status_code == 400
    assert "Andi" in wrong.text
    codes = {client.post(address, data=form).headers["Location"] for _press in range(2)}
    (file,) = session.scalars(select(Application).where(Application.visit_id == visit.id))
    assert codes == {f"/berkas-kerja/{file.code}"}
    assert file.complete_at is not None


def test_a_supervisor_sees_what_is_late_and_only_of_his_units(
    client: FlaskClient, session: Session, office: Office
) -> None:
    office.file.due_at = NOW - timedelta(days=3)
    session.commit()
    sign_in(client, office.chief)
    page = client.get("/berkas-unit").text
    assert page.index("Lewat batas waktu: 1 berkas") < page.index(office.file.code)
    assert client.get("/berkas-unit?unit=987654321").status_code == 404
    sign_in(client, make_chief_elsewhere(session))
    assert office.file.code not in client.get("/berkas-unit").text
    assert client.get(f"/berkas-unit/{office.file.code}").status_code == 404


def test_who_had_to_wait_reads_why_and_so_does_the_supervisor(
    client: FlaskClient, session: Session, office: Office
) -> None:
    file, begin = office.file, NOW - timedelta(days=20)
    file.complete_at = file.registered_at = begin
    account = office.sari
    file.stages[0].started_at = begin
    file.stages[0].holdings[0].starts_at = begin
    while file.state != ApplicationState.FINISHED:
        current = next(stage for stage in file.stages if stage.started_at and not stage.finished_at)
        take_stage(account, current.id, NOW)
        finish_stage(account, current.id, NOW)
    record_turnaround([file.id], NOW)
    session.commit()
    page = client.get(f"/berkas/{file.code}").text
    assert "Selesai terlambat" in page
    assert "Keterlambatan itu ada pada kami, di tahap: Diterima" in page
    assert "Sari" not in page and NAME not in page
    sign_in(client, office.chief)
    listed = client.get("/berkas-unit").text
    assert "1 berkas, 1 terlambat" in listed
    assert f'href="/berkas-unit/{file.code}"' in listed
    assert NAME not in listed


def make_chief_elsewhere(session: Session) -> Account:
    account = make_account(session, (Role.SUPERVISOR, make_unit(session)))
    session.commit()
    return account
