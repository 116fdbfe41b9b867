"""Whom a file is about, who drew a number, who served, what opens a door: each is seen by whom it is for, and by nobody
else, on no page, in no message, log, queue or table."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, true, update
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from tests.bot.conftest import Chat
from tests.factories.accounts import make_account, sign_in
from tests.factories.applications import make_clerk, make_registry_service
from tests.factories.organisation import daytime_zone, make_counter, make_unit
from tests.factories.queue import make_hall, make_line
from tests.journeys.canaries import Canary, everything_shown, file_on_portal, leaks, send_form, stored_in_the_clear
from tests.pipeline import Pipeline, pipeline_of
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.counter.applications.models import Application
from webapp.counter.incoming.models import IncomingRecord
from webapp.counter.models import Visit
from webapp.counter.queries import receipt_of
from webapp.counter.queue.board import forget_boards
from webapp.counter.queue.models import QueueTicket
from webapp.database import transaction
from webapp.messaging.models import OutgoingMessage
from webapp.organisation.staffing import nip_key

APPLICANT, PHONE = "Zqpemohon Kanari", "0812-7391-6001"
#: Typed by a clerk who knows no better, into what the applicant reads.
NIK, NOTED_PHONE = "3578012505906002", "0812-7391-6003"
CLERK, COLLEAGUE = "Zqpetugas Loket", "Zqrekan Loket"
#: Of an officer whom the reporting system knows, and of one whom nobody knows.
NIP, UNKNOWN_NIP = "198501012010011001", "197903032005012002"
KIOSK_KEY = "zqkioskanari"
#: Somebody complains of the person who has the file.
COMPLAINT = Canary("enam", 4_606)
#: What nobody ever sees, whatever his role, and what is nowhere in the clear.
NOBODYS = (NIK, NOTED_PHONE, "81273916003", NIP, UNKNOWN_NIP)
#: Whom a file is about: for those who handle it.
APPLICANTS = (APPLICANT, "Zqpemohon", PHONE, "81273916001")
OFFICERS = (CLERK, COLLEAGUE, "Zqpetugas", "Zqrekan")


@dataclass
class Counter:
    """What happened at the counter, and who is in it."""

    app: Flask
    citizen: FlaskClient
    unit_id: int
    staff: dict[str, Account]
    chat_id: int = 0
    token: str = ""
    device: str = ""
    #: Codes that open a page to whoever has them.
    codes: dict[str, str] = field(default_factory=dict)
    logs: list[dict[str, object]] = field(default_factory=list)
    redis: bytes = b""

    def browser(self, account: Account | None = None) -> FlaskClient:
        client = type(self.citizen)(self.app, self.app.response_class, use_cookies=True)
        if account is not None:
            sign_in(client, account)
        return client

    def shown_to(self, who: str, below: str = "/") -> list[tuple[str, bytes]]:
        """All that this person gets to see. A code in the address of a page is no news to whoever typed it, and a
        number that was served leads to its receipt."""
        shown = []
        browser = self.browser(self.staff.get(who))
        for where, content in everything_shown(self.app, browser, ["?tampil=selesai"], below=below):
            for code in (*self.codes.values(), KIOSK_KEY):
                if code in where or (code == self.codes["receipt"] and self.codes["ticket"] in where):
                    content = content.replace(code.encode(), b"")
            shown.append((where, content))
        return shown


@pytest.fixture
def counter(
    app: Flask, client: FlaskClient, database: SQLAlchemy, environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> Iterator[Counter]:
    caplog.set_level(logging.DEBUG)
    forget_boards()
    with pipeline_of(app, environment["REDIS_URL"]) as pipeline, capture_logs() as logs:
        yield _happen(app, client, database, pipeline, logs)  # type: ignore[arg-type]  # structlog's own mapping type
    forget_boards()


def _happen(
    app: Flask, client: FlaskClient, database: SQLAlchemy, pipeline: Pipeline, logs: list[dict[str, object]]
) -> Counter:
    session = database.session()
    root = make_unit(session, name="Kota Kanari")
    unit = make_unit(session, root, name="Dinas Kanari", timezone=daytime_zone(datetime.now(UTC)))
    elsewhere = make_unit(session, root, name="Dinas Lain")
    service = make_registry_service(session, unit, requirements=["Kartu keluarga"])
    service.code = "akta"
    line = make_line(session, make_hall(session, unit, always_open=True, kiosk_key=KIOSK_KEY), service)
    clerk, officer = make_clerk(session, unit, name=CLERK)
    officer.nip, officer.nip_key = NIP, nip_key(NIP)
    colleague, _officer = make_clerk(session, unit, name=COLLEAGUE)
    counter = Counter(
        app=app,
        citizen=client,
        unit_id=unit.id,
        staff={
            "the clerk": clerk,
            "a colleague": colleague,
            "the supervisor": make_account(session, (Role.SUPERVISOR, unit)),
            "the inspector": make_account(session, (Role.INSPECTOR, root)),
            "the administrator": make_account(session, (Role.ADMINISTRATOR, root)),
            "triage": make_account(session, (Role.TRIAGE, root)),
            # but triage, who reads what lies nowhere yet, whatever the unit
            "every role elsewhere": make_account(session, *((role, elsewhere) for role in Role if role != Role.TRIAGE)),
        },
        logs=logs,
    )
    desk = make_counter(session, unit)
    session.commit()
    line_id, service_id, desk_id = line.id, service.id, desk.id

    # two numbers: one of a device, followed from a chat, and one of the door
    send_form(client, f"/antrean/ambil/{line_id}", "when", when="now")
    send_form(client, f"/kiosk/{KIOSK_KEY}", "priority", line=str(line_id))
    followed, at_the_door = session.scalars(select(QueueTicket).order_by(QueueTicket.id))
    counter.codes |= {"ticket": followed.code, "slip": at_the_door.code}
    cookie = client.get_cookie("tanggap_rater")
    assert cookie is not None
    counter.device = cookie.value
    # a file of the applicant, followed from the same chat
    address = f"/berkas/daftar?layanan={service_id}"
    send_form(client, address, "phone", unit=str(unit.id), name=APPLICANT, phone=PHONE, papers="Kartu keluarga")
    file = session.scalars(select(Application)).one()
    counter.codes["file"] = file.code
    chat = Chat(app, now=datetime.now(UTC), chat_id=8_127_391_600_477)
    counter.chat_id = chat.chat_id
    chat.send(f"/start {followed.code}")
    chat.send(f"/start {file.code}")
    redis = [b"".join(pipeline.everything_in_redis())]
    pipeline.relay.round()
    redis.append(b"".join(pipeline.everything_in_redis()))
    pipeline.run()
    _serve(counter, pipeline, desk_id, line_id)
    counter.codes["complaint"] = file_on_portal(client, COMPLAINT, about_person="y", application=file.code)
    _report(counter)
    pipeline.relay.round()
    redis.append(b"".join(pipeline.everything_in_redis()))
    pipeline.run()
    session.expire_all()
    counter.codes["reported receipt"], counter.codes["receipt"] = (
        receipt_of(id_) for id_ in session.scalars(select(Visit.id).order_by(Visit.external_id))
    )
    counter.redis = b"".join(redis)
    forget_boards()
    return counter


def _serve(counter: Counter, pipeline: Pipeline, desk_id: int, line_id: int) -> None:
    """The clerk serves the first number, calls the second, and lets the file wait with a note that names too much."""
    clerk, file = counter.browser(counter.staff["the clerk"]), f"/berkas-kerja/{counter.codes['file']}"
    send_form(clerk, "/loket", "counter", counter=str(desk_id), lines=str(line_id))
    send_form(clerk, "/loket", "next")
    pipeline.run()
    with transaction() as session:  # a visit as long as visits are, or it is taken for a button pressed twice
        session.execute(update(QueueTicket).values(called_at=QueueTicket.called_at - timedelta(minutes=5)))
    send_form(clerk, "/loket", "finish")
    send_form(clerk, "/loket", "next")
    pipeline.run()
    send_form(clerk, file, "take")
    [paper] = re.findall(r'name="(paper-\d+)"', clerk.get(file).text)[:1]
    send_form(clerk, file, "papers", **{paper: "met"})
    pipeline.run()
    [cause] = re.findall(r'name="pause-cause"[^>]*value="(\d+)"', clerk.get(file).text)[:1]
    note = f"zqcatatan menunggu ibu ber-NIK {NIK}, telepon {NOTED_PHONE}"
    send_form(clerk, file, "pause-note", **{"pause-note": note, "pause-cause": cause})


def _report(counter: Counter) -> None:
    """The administrator connects a system, which reports two visits, by NIP: one of the clerk, one that is held."""
    admin = counter.browser(counter.staff["the administrator"])
    system = {"name": "Mesin Kanari", "source": "mesin", "unit": str(counter.unit_id)}
    [counter.token] = set(re.findall(r"tgp_[\w-]{43}", admin.post("/kelola/sistem-lain/baru", data=system).text))
    at = datetime.now(UTC) - timedelta(hours=1)
    for number, nip, status in (("A-1", NIP, 201), ("A-2", UNKNOWN_NIP, 202)):
        report = {"id": number, "service": "akta", "officer": nip}
        report |= dict.fromkeys(("drawn_at", "called_at", "finished_at"), at.isoformat())
        headers = {"Authorization": f"Bearer {counter.token}"}
        told = counter.browser().post("/api/v1/visits", json=report, headers=headers)
        assert told.status_code == status, told.text
        assert nip not in told.text and CLERK not in told.text


def _each_sees_what_is_for_him(counter: Counter) -> None:
    always = [*NOBODYS, *COMPLAINT.contact, str(counter.chat_id), counter.token, counter.device]
    tickets = [counter.codes["ticket"], counter.codes["slip"], counter.codes["reported receipt"]]
    receipt, file = counter.codes["receipt"], counter.codes["file"]
    complaint = [*COMPLAINT.words, counter.codes["complaint"]]
    outside = [*always, *complaint, *tickets, *APPLICANTS, receipt, file, KIOSK_KEY]
    reads = [*always, *tickets, *APPLICANTS, receipt, KIOSK_KEY]
    viewers = {
        "the public": [*outside, *OFFICERS],
        "the clerk": [
            *always,
            *complaint,
            *tickets,
            KIOSK_KEY,
        ],  # who hands the receipt of the last visit over, printed
        "a colleague": [*always, *complaint, *tickets, receipt, KIOSK_KEY],
        "the supervisor": reads,
        "the inspector": reads,
        "triage": [*({*outside} - {*complaint}), "zqcatatan"],
        "the administrator": [
            *({*always} - {NIP}),
            *complaint,
            *tickets,
            *APPLICANTS,
            receipt,
            file,
        ],  # who keeps officers' NIPs
        "every role elsewhere": [*outside, *OFFICERS],
    }
    shown = {who: counter.shown_to(who) for who in viewers}
    public = {"citizen.show_application", "citizen.submit_complaint"}  # tell what a code's holder is to read
    shown["triage"] = [(where, page) for where, page in shown["triage"] if where.split(" ")[0] not in public]
    found = [f"{who} finds {leak}" for who, secrets in viewers.items() for leak in leaks(shown[who], secrets)]
    assert not found, (
        "A secret was seen by somebody whom it must not reach. Let the query list fewer fields, or look within the "
        "viewer's reach; do not hide it in the template:\n" + "\n".join(found[:40])
    )
    # Else all this would hold because nothing is shown to anybody.
    for who, words in {
        "the public": ["zqcatatan", "[NIK disamarkan]", "[nomor telepon disamarkan]"],
        "the clerk": [APPLICANT, "81273916001", CLERK, receipt],
        "a colleague": [APPLICANT, CLERK],
        "the supervisor": [CLERK, "zqcatatan", file],
        "triage": [counter.codes["complaint"], "zqisienam"],
        "the inspector": [CLERK, file],
        "the administrator": [KIOSK_KEY, "Mesin Kanari", f"NIP •••• {UNKNOWN_NIP[-4:]}"],
    }.items():
        unseen = [word for word in words if not leaks(shown[who], [word])]
        assert not unseen, f"{who} must see {unseen}"


def _a_lost_reach_is_found_out(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.counter.applications.access.within", lambda _viewer, _permission: true())
    assert leaks(counter.shown_to("every role elsewhere", "/berkas-kerja"), [APPLICANT]), (
        "this test must see what a stranger would see"
    )


def _messages_tables_logs_and_queue_tell_nobody(counter: Counter, session: Session, logged: str) -> None:
    messages = list(session.scalars(select(OutgoingMessage)))
    assert {message.address for message in messages} == {str(counter.chat_id)}
    said = " ".join(json.dumps(json.loads(message.content or "{}"), ensure_ascii=False) for message in messages)
    assert "zqcatatan" in said and counter.codes["receipt"] in said and "Giliran Anda" in said
    assert not [word for word in (*NOBODYS, *APPLICANTS, *OFFICERS, KIOSK_KEY, counter.codes["slip"]) if word in said]

    file = session.scalars(select(Application)).one()
    assert (file.applicant_name, file.applicant_phone) == (APPLICANT, "+6281273916001")  # they are there
    assert {record.state for record in session.scalars(select(IncomingRecord))} == {"accepted", "held"}
    assert stored_in_the_clear(session, ["zqcatatan"]), "this test must see what is stored"
    secrets = [*NOBODYS, *APPLICANTS, *COMPLAINT.contact, str(counter.chat_id), counter.token, counter.device]
    found = stored_in_the_clear(session, secrets)
    assert not found, f"Give these columns the type EncryptedText, or keep a keyed hash: {found}"

    written = logged + json.dumps(counter.logs, default=str)
    secrets += [*OFFICERS, KIOSK_KEY, *counter.codes.values()]
    assert not [word for word in secrets if word in written], "Logs hold ids and names of events only"
    assert b"delivery-" in counter.redis, "this test must see the queue"
    assert not [word for word in secrets if word.encode() in counter.redis], "Jobs carry the delivery's number only"


def test_who_queues_and_who_files_is_told_to_nobody_else(
    counter: Counter,
    database: SQLAlchemy,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logged = "".join(record.getMessage() for record in caplog.get_records("setup")) + "".join(capfd.readouterr())
    _messages_tables_logs_and_queue_tell_nobody(counter, database.session(), logged)
    _each_sees_what_is_for_him(counter)
    _a_lost_reach_is_found_out(counter, monkeypatch)
