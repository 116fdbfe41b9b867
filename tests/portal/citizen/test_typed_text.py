"""Every form that a citizen types into: refused without a valid token, and nothing that was typed is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import text

from tests.factories.accounts import make_account
from tests.factories.applications import make_registry_service
from tests.factories.feedback import make_complaint
from tests.factories.queue import make_hall, make_line, make_ticket
from tests.portal.citizen.conftest import Town, hidden
from webapp.accounts.permissions import Role
from webapp.feedback.actions import move
from webapp.feedback.handling import answer_complaint, send_to_unit
from webapp.feedback.life_cycle import Step
from webapp.feedback.models import Complaint
from webapp.feedback.vocabulary import Finding
from webapp.organisation.models import Unit
from webapp.organisation.queries import working_time_of
from webapp.portal.access import OTHER_SYSTEM, access_of
from webapp.portal.security import csrf
from webapp.portal.typed_text import is_keeping_typed_text

TYPED = "Tulisan yang tidak boleh hilang, apa pun yang terjadi."

#: Endpoint, address, form. `{code}` is an answered complaint that the browser has opened, `{receipt}` a visit's,
#: `{line}` one that is queued for, `{ticket}` a number that waits, `{service}` one whose files have stages.
FORMS: list[tuple[str, str, dict[str, str]]] = [
    ("citizen.submit_complaint", "/lapor", {"kind": "complaint", "text": TYPED, "anonymous": "yes"}),
    ("citizen.track", "/lacak", {"code": "{code}", "secret_word": "{secret_word}", "kept": TYPED}),
    ("citizen.reply", "/lacak/{code}/jawab", {"reply-text": TYPED}),
    ("citizen.dispute_answer", "/lacak/{code}/sanggah", {"dispute-text": TYPED}),
    ("citizen.complete_complaint", "/lacak/{code}/lengkapi", {"complete-text": TYPED}),
    ("citizen.reopen_closed", "/lacak/{code}/buka-lagi", {"reopen-text": TYPED}),
    ("citizen.allow_publishing", "/lacak/{code}/umum", {"allowed": "yes"}),
    ("citizen.stop_letters", "/lacak/{code}/tanpa-email", {}),
    ("citizen.accept_answer", "/lacak/{code}/terima", {}),
    ("citizen.rate", "/nilai", {"value": "1", "comment": TYPED, "unit": "{unit}"}),
    ("citizen.rate", "/nilai/{receipt}", {"value": "1", "comment": TYPED}),
    ("citizen.draw", "/antrean/ambil/{line}", {"when": "now", "priority": "elderly"}),
    ("citizen.cancel_own_ticket", "/antrean/tiket/{ticket}/batal", {}),
    ("citizen.show_kiosk", "/kiosk/{kiosk_key}", {"line": "{line}"}),
    ("citizen.register_application", "/berkas/daftar?layanan={service}", {"unit": "{unit}", "name": TYPED}),
]
#: Everything that a form of a citizen can change.
TABLES = ("feedback", "complaint_message", "state_change", "photo", "outbox_event", "queue_ticket", "application")


@pytest.fixture
def answered(database: SQLAlchemy, town: Town) -> Complaint:
    """A complaint with a standing answer."""
    session, now = database.session(), datetime.now(UTC)
    complaint = make_complaint(session, now, unit_id=town.unit_id)
    unit = session.get_one(Unit, town.unit_id)
    send_to_unit(complaint, unit, working_time_of(unit), reason="uji", at=now)
    actor = make_account(session, (Role.OFFICER, unit))
    make_account(session, (Role.OFFICER, unit))  # another pair of eyes
    answer_complaint(complaint, actor, "Berkas sudah jadi.", Finding.FOUNDED, write_key="uji-jawab", at=now)
    session.commit()
    return complaint


def state_of(database: SQLAlchemy) -> dict[str, Any]:
    database.session.rollback()
    counts = {name: database.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in TABLES}
    states = "SELECT string_agg(state, ',') FROM (SELECT state FROM complaint UNION ALL SELECT state FROM queue_ticket)"
    return counts | {"states": database.session.scalar(text(states))}


@pytest.fixture
def counter_values(database: SQLAlchemy, town: Town) -> dict[str, str]:
    """What the addresses of the counter's forms are made of."""
    session = database.session()
    unit = session.get_one(Unit, town.unit_id)
    hall = make_hall(session, unit, always_open=True)
    line = make_line(session, hall)
    ticket = make_ticket(session, line, datetime.now(UTC))
    service = make_registry_service(session, unit)
    session.commit()
    return {
        "line": str(line.id),
        "ticket": ticket.code,
        "kiosk_key": hall.kiosk_key,
        "service": str(service.id),
    }


def test_every_view_left_alone_by_the_general_check_keeps_typed_text(app: Flask) -> None:
    views = {f"{view.__module__}.{view.__name__}": (name, view) for name, view in app.view_functions.items()}
    exempt = {views[name] for name in csrf._exempt_views if name in views}
    for name, view in exempt:
        if access_of(app, name) == OTHER_SYSTEM:  # no browser with a session, so no page can make it send a form
            continue
        assert is_keeping_typed_text(view), (
            f"{name} is exempt from the forgery check: mark it @keeps_typed_text and check a TypedForm in it"
        )
    untested = {name for name, _view in exempt if name.startswith("citizen.")} - {
        endpoint for endpoint, _path, _form in FORMS
    }
    assert not untested, f"add these views to FORMS above: {sorted(untested)}"


@pytest.mark.parametrize(("endpoint", "path", "form"), FORMS, ids=[path for _e, path, _f in FORMS])
@pytest.mark.parametrize("token", [None, "forged"])
def test_a_form_without_a_valid_token_changes_nothing_and_comes_back_filled_in(
    csrf_client: FlaskClient,
    database: SQLAlchemy,
    town: Town,
    answered: Complaint,
    counter_values: dict[str, str],
    endpoint: str,
    path: str,
    form: dict[str, str],
    token: str | None,
) -> None:
    values = {
        "code": answered.code,
        "secret_word": answered.secret_word,
        "receipt": town.receipt,
        "unit": str(town.unit_id),
        **counter_values,
    }
    with csrf_client.session_transaction() as session:
        session["opened"] = [answered.feedback_id]
    sent = {name: value.format(**values) for name, value in form.items()}
    if token is not None:
        sent["csrf_token"] = token
    before = state_of(database)
    answer = csrf_client.post(path.format(**values), data=sent)
    assert answer.status_code == 400
    assert state_of(database) == before
    assert "terlalu lama terbuka" in answer.text
    if TYPED in sent.values():
        assert TYPED in answer.text


def test_the_page_that_comes_back_can_be_sent(csrf_client: FlaskClient, database: SQLAlchemy) -> None:
    sent = {"kind": "complaint", "text": TYPED, "anonymous": "yes", "csrf_token": "of a session that ended"}
    page = csrf_client.post("/lapor", data=sent).text
    sent |= {"csrf_token": hidden(page, "csrf_token"), "nonce": hidden(page, "nonce")}
    assert csrf_client.post("/lapor", data=sent).status_code == 303
    assert state_of(database)["feedback"] == 1


@pytest.mark.parametrize(("what", "path"), [("reply", "jawab"), ("dispute", "sanggah")])
def test_a_reply_typed_before_the_session_ended_is_carried_through_the_secret_word(
    client: FlaskClient, database: SQLAlchemy, answered: Complaint, what: str, path: str
) -> None:
    code, secret_word = answered.code, answered.secret_word
    answer = client.post(f"/lacak/{code}/{path}", data={f"{what}-text": TYPED})
    assert answer.status_code == 403
    assert TYPED in answer.text
    sent = {"code": code, "secret_word": secret_word, "kept": TYPED, "kept_as": hidden(answer.text, "kept_as")}
    opened = client.post("/lacak", data=sent)
    assert opened.status_code == 200
    assert f'name="{what}-text"' in opened.text and TYPED in opened.text
    nonce = {f"{what}-nonce": hidden(opened.text, f"{what}-nonce")}
    assert client.post(f"/lacak/{code}/{path}", data={f"{what}-text": TYPED, **nonce}).status_code == 303
    assert state_of(database)["complaint_message"] == 2


def test_moving_on_is_what_the_life_cycle_says(database: SQLAlchemy, answered: Complaint) -> None:
    """The fixture stands where these tests think it stands."""
    move(answered, Step.DISPUTE, datetime.now(UTC), None)
    assert answered.state == "disputed"
