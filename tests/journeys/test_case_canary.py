"""The life of complaints against a person, with every move, note, photo and letter: what of it is seen, sent, stored
and logged. The accused holds every role there is, and so does a colleague who stepped out: that alone keeps it away."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select, true
from structlog.testing import capture_logs

from tests.addresses import real
from tests.architecture.fingerprints import fingerprint
from tests.factories.accounts import make_account, sign_in
from tests.factories.organisation import make_officer, make_unit
from tests.journeys.canaries import (
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
from webapp.database import transaction
from webapp.feedback.clocks.upkeep import look_at_clocks
from webapp.feedback.search.lexicon import learn_words
from webapp.messaging.chat_links import link_chat, new_chat_link
from webapp.messaging.models import NotificationChoice, OutgoingMessage
from webapp.messaging.notifications import Sender
from webapp.organisation.models import Officer

#: Against the accused, from the page; about the same, from the chat, merged; about something else in the unit.
FIRST, SECOND, OTHER = Canary("tujuh", 4_707), Canary("delapan", 4_808), Canary("sembilan", 4_909)
PERSONAL = (FIRST, SECOND)
#: What colleagues tell each other.
NOTE, HANDED, JOINED, PUBLISHED = "zqcatatan", "zqterusan", "zqgabungan", "Zqumum antrean panjang."
SAID = (NOTE, HANDED, JOINED)
#: Pages about other things; test_counter_canary.py opens these.
OTHER_THINGS = ("/antrean", "/kiosk", "/loket", "/berkas", "/nilai/", "/struk", "/kelola", "/design", "/api")
#: Rows that tell of something without telling what was said.
TOLD_BY_NUMBERS = (
    "audit_entry", "audit_seal", "outbox_event", "outbox_delivery", "notification", "handling_fact", "complaint_clock",
    "case_presence", "photo_flag", "saved_filter", "state_change", "exclusion", "recusal", "lexicon_progress",
)  # fmt: skip


@dataclass
class Affair:
    """All that happened, and who is in it."""

    app: Flask
    client: FlaskClient
    people: dict[str, Account]
    chats: dict[str, str]
    codes: dict[str, str]
    reporters_chat: str
    logs: list[dict[str, object]]
    redis: bytes = b""

    def browser(self, who: str | None = None) -> FlaskClient:
        client = type(self.client)(self.app, self.app.response_class, use_cookies=True)
        if who is not None:
            sign_in(client, self.people[who])
        return client


@pytest.fixture
def affair(
    app: Flask,
    client: FlaskClient,
    database: SQLAlchemy,
    environment: dict[str, str],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Affair]:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("worker.jobs._sender", lambda: Sender("Kota Kanari", "https://kanari.example", mail=True))
    with pipeline_of(app, environment["REDIS_URL"]) as pipeline, capture_logs() as logs:
        affair = _people(app, client, database, logs)  # type: ignore[arg-type]  # structlog's own mapping type
        with database.session.no_autoflush:
            _happen(affair, pipeline, database)
        yield affair


def _people(app: Flask, client: FlaskClient, database: SQLAlchemy, logs: list[dict[str, object]]) -> Affair:
    """Everybody with every way of being told something; a city, two units."""
    session, now = database.session(), datetime.now(UTC)
    root = make_unit(session, name="Kota Kanari")
    unit, elsewhere = make_unit(session, root, name="Dinas Kanari"), make_unit(session, root, name="Dinas Lain")
    everything = [(role, root) for role in Role]
    people = {
        "accused": make_account(session, *everything, name="Zqtertuduh Wibawa"),
        "recused": make_account(session, *everything, name="Zqkerabat Utama"),
        "superior": make_account(session, *everything, name="Zqatasan Bijak"),
        "second": make_account(session, (Role.SUPERVISOR, unit), name="Zqpenerus Setia"),
        "officer": make_account(session, (Role.OFFICER, unit), name="Zqpetugas Biasa"),
        "outsider": make_account(session, *((role, elsewhere) for role in Role if role != Role.TRIAGE)),
    }
    for who in ("accused", "officer"):
        make_officer(session, unit, account=people[who], name=people[who].name)
    chats = {}
    for number, (who, account) in enumerate(people.items()):
        chats[who] = str(9_127_391_000_000 + number)
        link_chat(new_chat_link(account.id, now), chats[who], now)
        # What waits for the end of the accused's quiet hours must not tell him either.
        quiet = {"quiet_from": time(0), "quiet_until": time(23, 59)} if who == "accused" else {}
        session.add(NotificationChoice(account_id=account.id, by_email=True, **quiet))
    session.commit()
    affair = Affair(app, client, people, chats, {}, "", logs)
    affair.codes["unit"], affair.codes["elsewhere"] = str(unit.id), str(elsewhere.id)
    return affair


def _happen(affair: Affair, pipeline: Pipeline, database: SQLAlchemy) -> None:
    redis: list[bytes] = []

    def go_on() -> None:
        pipeline.relay.round()
        redis.append(b"".join(pipeline.everything_in_redis()))
        pipeline.run()

    reporter, unit, codes = affair.client, affair.codes.pop("unit"), affair.codes
    elsewhere = codes.pop("elsewhere")
    codes["tujuh"] = file_on_portal(reporter, FIRST, about_person="y", unit=unit)
    codes["sembilan"] = file_on_portal(reporter, OTHER, unit=unit)
    chat, codes["delapan"] = file_in_chat(affair.app, SECOND, "Dinas Kanari")
    affair.reporters_chat = str(chat.chat_id)
    go_on()
    superior, second, first = affair.browser("superior"), affair.browser("second"), codes["tujuh"]
    # Deferred, completed, decided: this is when the product learns whom it is about.
    send_form(superior, f"/triase/{first}/tunda", "text", text="zqtanyatujuh: di loket mana?")
    go_on()
    words = {"complete-text": f"zqbalastujuh: loket 2. NIK {FIRST.nik_typed}, {FIRST.phone_typed}"}
    send_form(reporter, f"/lacak/{first}", "complete-text", **words)
    go_on()
    officer_id = _officer_of(database, affair.people["accused"])
    for name in ("tujuh", "delapan"):
        decision = {"unit": unit, "officer": str(officer_id), "personal": "y", "reason": f"zqalasan{name} jelas."}
        send_form(superior, f"/triase/{codes[name]}", "standing", **decision)
        go_on()
        send_form(affair.browser("recused"), f"/meja/{codes[name]}", "conflict-nonce")
        go_on()
    send_form(superior, f"/meja/{codes['delapan']}/gabung", "code", code=first, note=f"{JOINED} perkara yang sama.")
    mentions = " ".join(f"@{affair.people[who].name}" for who in ("accused", "recused", "second", "officer"))
    send_form(superior, f"/meja/{first}", "note", **{"note-text": f"{NOTE} {mentions}: telepon {FIRST.phone_typed}"})
    send_form(superior, f"/meja/{first}", "ask", **{"ask-text": "zqtanyatujuh kapan?"})
    go_on()
    send_form(reporter, f"/lacak/{first}", "reply-text", **{"reply-text": "zqbalastujuh pagi."})
    _answer(superior, first, "zqjawabtujuh dan zqjawabdelapan: sudah kami periksa.", picture=FIRST.photo)
    go_on()
    send_form(reporter, f"/lacak/{first}", "dispute-text", **{"dispute-text": "zqsanggahtujuh belum."})
    go_on()
    _answer(second, first, "zqjawabtujuh sekali lagi.")
    # The other one is handed on, shown to everybody, and its term runs out.
    other = codes["sembilan"]
    note = {"unit": elsewhere, "note": f"{HANDED} ke unit lain, pelapor {OTHER.phone_typed}"}
    send_form(superior, f"/meja/{other}/teruskan", "unit", **note)
    assert reporter.post(f"/lacak/{other}/umum", data={"allowed": "yes"}).status_code == 303
    shown = {"text": PUBLISHED, "answer": ""}
    looked_at = superior.post(f"/umumkan/{other}", data=shown).text
    seen = looked_at.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]
    assert superior.post(f"/umumkan/{other}", data={**shown, "seen": seen, "do": "publish"}).status_code == 303
    go_on()
    later = datetime.now(UTC) + timedelta(days=200)
    with transaction():
        look_at_clocks(later)
    go_on()
    for _look in range(3):
        with transaction():
            learn_words(later.date())
    affair.redis = b"".join(redis)
    database.session.expire_all()


def _officer_of(database: SQLAlchemy, account: Account) -> int:
    return database.session.scalars(select(Officer.id).where(Officer.account_id == account.id)).one()


def _answer(client: FlaskClient, code: str, text: str, picture: bytes | None = None) -> None:
    send = {"do": "answer", "answer-text": text, "answer-finding": "founded"}
    photo = {"answer-photos": (io.BytesIO(picture), "zqberkastujuh.jpg")} if picture else {}
    answered = client.post(f"/meja/{code}", data=send | photo, content_type="multipart/form-data")
    assert answered.status_code == 302, answered.text[:3000]


def secrets_of(affair: Affair, canaries: tuple[Canary, ...] = PERSONAL) -> list[str]:
    return [word for one in canaries for word in (*one.contact, *one.words, affair.codes[one.name])] + [NOTE, JOINED]


def shown_to(affair: Affair, client: FlaskClient) -> Iterator[tuple[str, bytes]]:
    """All that a browser gets; a page may repeat the code that stands in its own address."""
    for where, content in everything_shown(affair.app, client, queries=(), but=OTHER_THINGS):
        for code in affair.codes.values():
            content = content.replace(code.encode(), b"") if code in where else content
        yield where, content


def searched_by(client: FlaskClient, affair: Affair) -> Iterator[tuple[str, bytes]]:
    """What all ways of looking for the two tell: by code, its beginning, word, misspelt word, place, state, person."""
    for canary in PERSONAL:
        code, word = affair.codes[canary.name], f"zqisi{canary.name}"
        asked = [("q", code), ("q", code[:7]), ("q", word), ("q", f"{word}a"), ("tempat", f"zqtempat{canary.name}")]
        asked += [("q", "berwenang"), ("q", "berwenangg"), ("petugas", str(affair.people["superior"].id))]
        for path in ("/cari", "/meja", "/triase"):
            for name, value in asked:
                query = {name: value, "tampil": ""} if path == "/meja" else {name: value}
                found = client.get(path, query_string=query)
                assert found.status_code == 200
                echoed = found.data.replace(value.encode(), b"")
                yield f"{path}?{name}={value}", echoed
    for state in ("berjalan", "menunggu", "merged", "disputed", "answered", "in_work"):
        yield f"/cari?keadaan={state}", client.get("/cari", query_string={"keadaan": state}).data


def test_neither_the_accused_nor_who_stepped_out_nor_strangers_learn_of_it(
    affair: Affair,
    database: SQLAlchemy,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _messages_tell_no_more_than_they_may(affair, database)
    logged = "".join(record.getMessage() for record in caplog.get_records("setup")) + "".join(capfd.readouterr())
    _tables_queue_and_logs_tell_nobody(affair, database, logged)
    _pages_tell_nothing(affair)
    for who in ("accused", "recused"):
        _no_address_does_anything(affair, database, who)
    _originals_open_with_a_reason(affair)
    _a_lost_guard_is_found_out(affair, monkeypatch)


def _pages_tell_nothing(affair: Affair) -> None:
    contacts = [word for one in (FIRST, SECOND, OTHER) for word in one.contact] + [affair.reporters_chat]
    names = [account.name for who, account in affair.people.items() if who != "outsider"]
    all_of_it = [*secrets_of(affair), *contacts]
    viewers: dict[str | None, list[str]] = {
        "accused": all_of_it,
        "recused": all_of_it,
        "outsider": all_of_it,
        "officer": [*all_of_it, *secrets_of(affair, (OTHER,))],
        None: [*all_of_it, *OTHER.words, affair.codes["sembilan"], *SAID, *names],
        "superior": contacts,
    }
    shown: dict[str | None, list[tuple[str, bytes]]] = {}
    for who in viewers:
        client = affair.browser(who)
        shown[who] = list(shown_to(affair, client))
        if who in ("accused", "recused"):
            shown[who] += list(searched_by(client, affair))
    found = [f"{who} finds {leak}" for who, secrets in viewers.items() for leak in leaks(shown[who], secrets)]
    assert not found, "Filter the query by visible_to(), or list fewer fields:\n" + "\n".join(found[:40])
    for who, words in {  # else all this would hold because nothing is shown to anybody
        "superior": [NOTE, JOINED, "zqjawabtujuh", "zqalasantujuh", affair.codes["delapan"], "[NIK disamarkan]"],
        "accused": [f"zqisi{OTHER.name}", affair.codes["sembilan"]],
        "outsider": [affair.codes["sembilan"], HANDED, "[nomor telepon disamarkan]"],
        None: [PUBLISHED],
    }.items():
        assert not [word for word in words if not leaks(shown[who], [word])], f"{who} must see {words}"
    superior = list(searched_by(affair.browser("superior"), affair))
    for asked in ("zqisitujuh", affair.codes["tujuh"][:7], "berwenang"):
        assert leaks([one for one in superior if one[0] == f"/cari?q={asked}"], ["zqakhirtujuh"]), asked


def _no_address_does_anything(affair: Affair, database: SQLAlchemy, who: str) -> None:
    client, codes = affair.browser(who), affair.codes
    photos = [one.path for one in real(affair.app) if "/foto" in one.path and one.path.startswith(("/meja", "/triase"))]
    personal = [codes["tujuh"], codes["delapan"]]
    assert {client.get(path).status_code for path in photos if any(code in path for code in personal)} == {404}
    before = fingerprint(database)
    data = {"reason": "request", "note": "Sekadar ingin tahu.", "text": "Sudah selesai semua, terima kasih."}
    tried = [one for one in real(affair.app) if "POST" in one.methods and any(code in one.path for code in personal)]
    tried = [one for one in tried if not one.endpoint.startswith("citizen.")]
    assert {"officer.show_case", "inspector.show_original", "staff.publish_case"} <= {one.endpoint for one in tried}
    # 400: a press of no button is none anywhere.
    answers = {str(one): client.post(one.path, data=data).status_code for one in tried}
    opened = {f"{where}: {status}" for where, status in answers.items() if status not in (400, 404)}
    deeds = [
        {"do": do, f"{do}-text": "Catatan saja.", "answer-finding": "founded"}
        for do in ("answer", "ask", "note", "take")
    ]
    opened |= {
        f"{code}: {deed}"
        for code in personal
        for deed in deeds
        if client.post(f"/meja/{code}", data=deed).status_code != 404
    }
    assert not opened
    # Several at once, and as the other case of a merge: as if there were no such case.
    some = {"codes": personal, "unit": "1", "officer": str(affair.people["officer"].id), "text": "Ini diarsipkan saja."}
    for path, deeds_ in (("/meja/sekaligus", ("take", "assign", "mark")), ("/triase/banyak", ("send", "archive"))):
        for do in deeds_:
            client.post(path, data={**some, "do": do, "note": "Semua ke sana."})
    told = [
        client.post(f"/meja/{codes['sembilan']}/gabung", data={"code": code})
        for code in (codes["tujuh"], "TG-AAAA-AAAA")
    ]
    assert (
        len({(one.status_code, one.text.replace(codes["tujuh"], "TG-AAAA-AAAA").count("error")) for one in told}) == 1
    )
    assert fingerprint(database) == before


def _messages_tell_no_more_than_they_may(affair: Affair, database: SQLAlchemy) -> None:
    said: dict[str, str] = {}
    for message in database.session.scalars(select(OutgoingMessage)):
        text = json.dumps(json.loads(message.content or "{}"), ensure_ascii=False)
        said[message.address] = said.get(message.address, "") + text
    to = {who: said.get(affair.chats[who], "") + said.get(one.email, "") for who, one in affair.people.items()}
    letters = said.get(FIRST.email, "")
    reporter = said[affair.reporters_chat]
    addresses = {*affair.chats.values(), *(one.email for one in affair.people.values()), affair.reporters_chat}
    assert set(said) <= addresses | {FIRST.email, OTHER.email}
    people = [*PERSONAL, OTHER]
    for who, words in to.items():
        told = [word for one in people for word in (*one.words, *one.contact) if word in words] + [
            w for w in SAID if w in words
        ]
        assert not told, f"{who} is told {told}: a notification holds a code and a sentence"
        if who in ("accused", "recused", "officer", "outsider"):
            assert not [code for name, code in affair.codes.items() if name != "sembilan" and code in words], who
    assert affair.codes["tujuh"] in to["second"] and affair.codes["tujuh"] in to["superior"]
    # Reporters: their own words, no names, nothing of each other; a letter not even that.
    assert affair.codes["tujuh"] in letters and "zq" not in letters.replace(FIRST.email, "")
    assert "zqjawabdelapan" in reporter and affair.codes["tujuh"] not in reporter and NOTE not in reporter
    for words in (reporter, letters, said.get(OTHER.email, "")):
        assert not [one.name for one in affair.people.values() if one.name in words]


def _tables_queue_and_logs_tell_nobody(affair: Affair, database: SQLAlchemy, logged: str) -> None:
    session = database.session()
    contacts = [word for one in (FIRST, SECOND, OTHER) for word in one.contact]
    hidden = [complaint_of(session, affair.codes[one.name]).secret_word for one in (FIRST, SECOND, OTHER)]
    addresses = [affair.reporters_chat, *affair.chats.values()]
    found = stored_in_the_clear(session, [*contacts, *hidden, *addresses])
    assert not found, f"Give these columns the type EncryptedText, or mask what is typed: {found}"
    words = [word for one in (FIRST, SECOND, OTHER) for word in one.words] + [*SAID, PUBLISHED]
    said = stored_in_the_clear(session, words)
    assert any(where.endswith(" in case_note") for where in said), "this test must see what is stored"
    assert not [where for where in said if where.endswith(tuple(f" in {name}" for name in TOLD_BY_NUMBERS))]
    written = logged + json.dumps(affair.logs, default=str)
    secrets = [*contacts, *hidden, *addresses, *words, *(one.name for one in affair.people.values())]
    assert not [word for word in secrets if word in written], "Logs hold ids and names of events only"
    assert b"delivery-" in affair.redis, "this test must see the queue"
    assert not [word for word in secrets if word.encode() in affair.redis], "Jobs carry the delivery's number only"


def _originals_open_with_a_reason(affair: Affair) -> None:
    """Only here, only to whoever may, and never on the page that asks why."""
    superior, page = affair.browser("superior"), f"/meja/{affair.codes['tujuh']}/asli"
    assert not leaks([(page, superior.get(page).data)], FIRST.contact)
    opened = superior.post(page, data={"reason": _reason(superior.get(page).text), "note": "Surat 12."})
    assert (
        opened.status_code == 200 and FIRST.nik_typed in opened.text and opened.headers["Cache-Control"] == "no-store"
    )
    trail = superior.get(f"/jejak?kode={affair.codes['tujuh']}").text
    assert "Zqatasan Bijak" in trail and not leaks([("/jejak", trail.encode())], [*FIRST.contact, *FIRST.words, NOTE])


def _reason(page: str) -> str:
    return page.partition('name="reason"')[2].partition('value="')[2].partition('"')[0]


def _a_lost_guard_is_found_out(affair: Affair, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("handling", "desk", "case_file", "search.queries", "movement.choices"):
        with suppress(AttributeError):
            monkeypatch.setattr(f"webapp.feedback.{module}.visible_to", lambda _viewer: true())
    shown = list(searched_by(affair.browser("accused"), affair))
    assert leaks(shown, [affair.codes["tujuh"]]) and leaks(shown, ["zqisidelapan"]), "this test must see what he would"
