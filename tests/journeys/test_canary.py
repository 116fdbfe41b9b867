"""Secret words are put into every field in which a citizen trusts us, and looked for wherever others can look."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, true
from structlog.testing import capture_logs

from tests.factories.accounts import make_account, sign_in
from tests.factories.counter import make_visit
from tests.factories.organisation import make_counter, make_officer, make_service, make_unit
from tests.journeys.canaries import (
    QUERIES,
    Canary,
    complaint_of,
    everything_shown,
    file_in_chat,
    file_on_portal,
    leaks,
    send_form,
    stored_in_the_clear,
)
from tests.pipeline import Pipeline, pipeline_of
from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.counter.queries import receipt_of
from webapp.messaging.models import OutgoingMessage

#: About a person, found by triage; about a person, by receipt; about the work of the accused, by receipt; in the chat
#: about a person; about something else in the same unit.
PERSON, RECEIPT, WORK, CHAT, OTHER = (
    Canary("satu", 4_101), Canary("dua", 4_202), Canary("tiga", 4_303), Canary("empat", 4_404), Canary("lima", 4_505)
)  # fmt: skip
ALL = (PERSON, RECEIPT, WORK, CHAT, OTHER)
COMMENT = "zqkomentar tentang pelayanan"


@dataclass
class Affair:
    """All that happened, and who is in it."""

    app: Flask
    codes: dict[str, str]
    accused: Account
    colleague: Account
    outsider: Account
    superior: Account
    triage: Account
    reporter: FlaskClient
    chat_id: int
    logs: list[dict[str, object]]
    redis: bytes

    def browser(self, account: Account | None = None) -> FlaskClient:
        client = type(self.reporter)(self.app, self.app.response_class, use_cookies=True)
        if account is not None:
            sign_in(client, account)
        return client


@pytest.fixture
def affair(
    app: Flask, client: FlaskClient, database: SQLAlchemy, environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> Iterator[Affair]:
    caplog.set_level(logging.DEBUG)
    with pipeline_of(app, environment["REDIS_URL"]) as pipeline, capture_logs() as logs:
        yield _happen(app, client, database, pipeline, logs)  # type: ignore[arg-type]  # structlog's own mapping type


def _happen(
    app: Flask, client: FlaskClient, database: SQLAlchemy, pipeline: Pipeline, logs: list[dict[str, object]]
) -> Affair:
    session, now = database.session(), datetime.now(UTC)
    root = make_unit(session, name="Kota Kanari")
    unit, elsewhere = make_unit(session, root, name="Dinas Kanari"), make_unit(session, root, name="Dinas Lain")
    service, counter = make_service(session, unit), make_counter(session, unit)
    accused = make_account(session, (Role.OFFICER, unit), name="Petugas Tertuduh")
    officer = make_officer(session, unit, account=accused)
    make_account(session, (Role.SUPERVISOR, root))  # other eyes for what is disputed: else it would go to triage
    affair = Affair(
        app=app,
        codes={},
        accused=accused,
        colleague=make_account(session, (Role.OFFICER, unit)),
        outsider=make_account(session, (Role.OFFICER, elsewhere), (Role.SUPERVISOR, elsewhere)),
        superior=make_account(session, (Role.SUPERVISOR, root)),
        triage=make_account(session, (Role.TRIAGE, root)),
        reporter=client,
        chat_id=0,
        logs=logs,
        redis=b"",
    )
    make_officer(session, unit, account=affair.colleague)
    visits = [
        make_visit(session, unit, now - timedelta(hours=n + 1), officer=officer, service=service, counter=counter)
        for n in range(3)
    ]
    session.commit()
    receipts = [receipt_of(visit.id) for visit in visits]
    unit_id, officer_id = unit.id, officer.id

    affair.codes = {
        "satu": file_on_portal(client, PERSON, about_person="y", unit=unit_id),
        "dua": file_on_portal(client, RECEIPT, about_person="y", receipt=receipts[0]),
        "tiga": file_on_portal(client, WORK, receipt=receipts[1]),
        "lima": file_on_portal(client, OTHER, unit=unit_id),
    }
    chat, affair.codes["empat"] = file_in_chat(app, CHAT, "Dinas Kanari")
    affair.chat_id = chat.chat_id
    rated = client.post(f"/nilai/{receipts[2]}", data={"value": "1", "comment": f"{COMMENT}, NIK {PERSON.nik}"})
    assert rated.status_code == 303
    redis = [b"".join(pipeline.everything_in_redis())]
    pipeline.relay.round()
    redis.append(b"".join(pipeline.everything_in_redis()))
    pipeline.run()
    _handle(affair, pipeline, unit_id, officer_id, redis)
    affair.redis = b"".join(redis)
    session.expire_all()
    return affair


def _handle(affair: Affair, pipeline: Pipeline, unit_id: int, officer_id: int, redis: list[bytes]) -> None:
    """Triage decides, the superior asks and answers, the reporter replies and disputes."""
    triage, superior, codes = affair.browser(affair.triage), affair.browser(affair.superior), affair.codes
    for name in ("satu", "empat"):
        page = f"/triase/{codes[name]}"
        decision = {"unit": str(unit_id), "officer": str(officer_id), "personal": "y"}
        send_form(triage, page, "standing", **decision, reason=f"zqalasan{name} menunjuk orangnya")
    pipeline.run()
    for name in ("satu", "dua", "tiga", "empat"):
        page = f"/meja/{codes[name]}"
        send_form(superior, page, "ask", **{"ask-text": f"zqtanya{name} kapan tepatnya?"})
        pipeline.relay.round()
        redis.append(b"".join(pipeline.everything_in_redis()))
        pipeline.run()
        if name != "empat":
            case = f"/lacak/{codes[name]}"
            send_form(affair.reporter, case, "reply-text", **{"reply-text": f"zqbalas{name} pagi, NIK {PERSON.nik}"})
        answer = {"answer-text": f"zqjawab{name} kami periksa.", "answer-finding": "founded"}
        send_form(superior, page, "answer", **answer)
        pipeline.run()
    send_form(
        affair.reporter,
        f"/lacak/{codes['dua']}",
        "dispute-text",
        **{"dispute-text": "zqsanggahdua belum selesai juga."},
    )
    pipeline.run()


def secrets_of(canaries: tuple[Canary, ...], affair: Affair) -> list[str]:
    return [
        word
        for canary in canaries
        for word in (*canary.contact, *canary.words, affair.codes[canary.name])
    ]  # fmt: skip


def contacts_of(canaries: tuple[Canary, ...]) -> list[str]:
    return [word for canary in canaries for word in canary.contact]


HOW = (
    "A secret was seen by somebody whom it must not reach. Let the query list fewer fields, or filter by visible_to(); "
    "do not hide it in the template:\n"
)


def _without_own_address(
    affair: Affair, client: FlaskClient, queries: tuple[str, ...] = QUERIES, below: str = "/"
) -> Iterator[tuple[str, bytes]]:
    """A page may repeat the code that stands in its own address: whoever typed it knows it."""
    codes = list(affair.codes.values())
    for where, content in everything_shown(affair.app, client, queries, below=below):
        for code in codes:
            if code in where:
                content = content.replace(code.encode(), b"")
        yield where, content


def _those_who_handle_it_do_see_it(affair: Affair) -> None:
    """Else the test above would pass because nothing is shown to anybody."""
    superior, triage = affair.browser(affair.superior), affair.browser(affair.triage)
    for canary in (PERSON, RECEIPT, WORK, CHAT):
        code = affair.codes[canary.name]
        shown = superior.get(f"/meja/{code}").text
        words = [f"{part}{canary.name}" for part in ("zqisi", "zqakhir", "zqtempat", "zqtanya", "zqjawab")]
        words += [f"{canary.latitude:.4f}"] if canary is not CHAT else []
        assert not [word for word in words if word not in shown], "the superior sees less than he must"
        assert "[NIK disamarkan]" in shown and "[nomor telepon disamarkan]" in shown
        assert f"zqisi{canary.name}" in triage.get(f"/triase/{code}").text
    colleague = affair.browser(affair.colleague)
    assert f"zqisi{OTHER.name}" in colleague.get(f"/meja/{affair.codes['lima']}").text
    assert f"zqisi{WORK.name}" in colleague.get(f"/meja/{affair.codes['tiga']}").text
    assert f"zqisi{PERSON.name}" in affair.reporter.get(f"/lacak/{affair.codes['satu']}").text


def _searching_tells_nothing_either(affair: Affair) -> None:
    accused = affair.browser(affair.accused)
    for canary in (PERSON, RECEIPT, WORK, CHAT):
        for tab in ("", "selesai"):
            shown = accused.get("/meja", query_string={"q": f"zqisi{canary.name}", "tampil": tab}).text
            assert affair.codes[canary.name] not in shown and "Tidak ada yang cocok" in shown
    assert affair.codes["lima"] in accused.get("/meja", query_string={"q": f"zqisi{OTHER.name}"}).text


def _the_figure_of_the_accused_moved_without_a_word(affair: Affair) -> None:
    """The complaint counts, and its line tells neither words nor code."""
    shown = affair.browser(affair.accused).get("/nilai-saya").text
    assert not [word for word in secrets_of((PERSON, RECEIPT, WORK, CHAT), affair) if word in shown]
    assert "Belum ada yang dihitung" not in shown


def _messages_go_to_the_reporter_alone(affair: Affair, database: SQLAlchemy) -> None:
    messages = list(database.session.scalars(select(OutgoingMessage)))
    assert {message.address for message in messages} == {str(affair.chat_id)}
    said = " ".join(json.dumps(json.loads(message.content or "{}"), ensure_ascii=False) for message in messages)
    assert "zqtanyaempat" in said and "zqjawabempat" in said  # the reporter does learn what was said
    others = [word for canary in ALL if canary is not CHAT for word in (*canary.words, *canary.contact)]
    assert not [word for word in others if word in said]


def _what_tells_who_complained_is_encrypted(affair: Affair, database: SQLAlchemy) -> None:
    session = database.session()
    assert complaint_of(session, affair.codes["satu"]).contact_name == PERSON.person  # it is there
    assert complaint_of(session, affair.codes["satu"]).original_text == PERSON.text
    assert stored_in_the_clear(session, ["zqisisatu"]), "this test must see what is stored"
    secrets = [*contacts_of(ALL), str(affair.chat_id), complaint_of(session, affair.codes["satu"]).secret_word]
    found = stored_in_the_clear(session, secrets)
    assert not found, f"Give these columns the type EncryptedText: {found}"


def _nothing_is_in_logs_or_queue(affair: Affair, logged: str) -> None:
    written = logged + json.dumps(affair.logs, default=str)
    everything = [word for canary in ALL for word in (*canary.words, *canary.contact)] + [COMMENT, str(affair.chat_id)]
    assert not [word for word in everything if word in written], "Logs hold ids and names of events only"
    assert b"delivery-" in affair.redis, "this test must see the queue"
    assert not [word for word in everything if word.encode() in affair.redis], "Jobs carry the delivery's number only"


def _pages_tell_nothing(affair: Affair) -> None:
    comment = COMMENT.split()[0]
    strangers = [*secrets_of(ALL, affair), comment, str(affair.chat_id)]
    of_the_accused = [
        *secrets_of((PERSON, RECEIPT, WORK, CHAT), affair),
        *contacts_of(ALL),
        comment,
        str(affair.chat_id),
    ]
    of_the_colleague = [*secrets_of((PERSON, RECEIPT, CHAT), affair), *contacts_of(ALL), comment, str(affair.chat_id)]
    viewers = {
        "the public": (None, strangers),
        "the accused officer": (affair.accused, of_the_accused),
        "an officer of the same unit": (affair.colleague, of_the_colleague),
        "an officer of another unit": (affair.outsider, strangers),
        "the superior": (affair.superior, [*contacts_of(ALL), str(affair.chat_id)]),
        "triage": (affair.triage, [*contacts_of(ALL), str(affair.chat_id)]),
    }

    def asked_by(account: Account | None) -> tuple[str, ...]:
        # The other language is other words around the same: those look who must not find anything at all.
        return QUERIES if account in (None, affair.accused) else tuple(one for one in QUERIES if "lang" not in one)

    found = [
        f"{who} finds {leak}"
        for who, (account, secrets) in viewers.items()
        for leak in leaks(_without_own_address(affair, affair.browser(account), asked_by(account)), secrets)
    ]
    assert not found, HOW + "\n".join(found[:40])
    _those_who_handle_it_do_see_it(affair)
    _searching_tells_nothing_either(affair)
    _the_figure_of_the_accused_moved_without_a_word(affair)


def _a_lost_guard_is_found_out(affair: Affair, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("handling", "desk", "case_file"):
        monkeypatch.setattr(f"webapp.feedback.{module}.visible_to", lambda _viewer: true())
    shown = list(_without_own_address(affair, affair.browser(affair.accused), queries=(), below="/meja"))
    for canary in (PERSON, RECEIPT, WORK, CHAT):
        assert leaks(shown, [f"zqisi{canary.name}"]), "this test must see what the accused would see"


def test_no_secret_is_seen_sent_stored_queued_or_logged(
    affair: Affair,
    database: SQLAlchemy,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _messages_go_to_the_reporter_alone(affair, database)
    _what_tells_who_complained_is_encrypted(affair, database)
    logged = "".join(record.getMessage() for record in caplog.get_records("setup")) + "".join(capfd.readouterr())
    _nothing_is_in_logs_or_queue(affair, logged)
    _pages_tell_nothing(affair)
    _a_lost_guard_is_found_out(affair, monkeypatch)
