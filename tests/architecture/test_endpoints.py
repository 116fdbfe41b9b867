"""Every endpoint says who may come in, every role gets exactly that, and no page vanishes unnoticed."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.addresses import Address, made_up, methods_of, real, rules_of
from tests.architecture import endpoints
from tests.architecture.fingerprints import fingerprint
from tests.factories.accounts import make_account, sign_in
from tests.factories.city import SmallCity
from tests.factories.counter_city import CounterCity
from tests.factories.organisation import make_officer, make_unit
from webapp.accounts.models import Account
from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
from webapp.attribution.actions import attribute_feedback
from webapp.portal.access import OTHER_SYSTEM, PUBLIC, SIGNED_IN, access_of

NOBODY, NO_ROLE = "anonymous", "no role"
ACTORS = [NOBODY, NO_ROLE, *Role]
REFUSED = "Halaman ini bukan untuk peran Anda"


def test_every_endpoint_declares_who_may_come_in(app: Flask) -> None:
    allowed = {PUBLIC, SIGNED_IN, OTHER_SYSTEM, *Permission}
    wrong = [rule.endpoint for rule in rules_of(app) if access_of(app, rule.endpoint) not in allowed]
    assert not wrong, f"Put @public, @signed_in or @requires(Permission...) below the route of {wrong}"


def test_no_page_vanishes_or_changes_its_guard_unnoticed(app: Flask) -> None:
    is_, was = endpoints.table_of(app), endpoints.checked_in()
    changed = {
        name: f"{was.get(name, 'was not there')} -> {is_.get(name, 'is gone')}"
        for name in {*is_, *was}
        if is_.get(name) != was.get(name)
    }
    assert not changed, (
        "The endpoints are not those of tests/architecture/endpoints.toml. If that is meant, run "
        f"`python -m tests.architecture.endpoints`, read the difference and commit it: {changed}"
    )


def test_only_get_and_post(app: Flask) -> None:
    wrong = [str(rule) for rule in rules_of(app) if not methods_of(rule) <= {"GET", "POST"}]
    assert not wrong, f"Forms without JavaScript know GET and POST only: {wrong}"


def test_addresses_are_kebab_case_and_endpoints_verb_noun(app: Flask) -> None:
    part = r"([a-z0-9]+|<[^/>]+>)"
    word = rf"{part}(-{part})*(\.[a-z]+)?"
    rules = [rule for rule in rules_of(app) if rule.endpoint != "static"]
    crooked = [rule.rule for rule in rules if not re.fullmatch(rf"/|(/{word})+", rule.rule)]
    assert not crooked, f"Write addresses in kebab-case, in Indonesian, without a slash at the end: {crooked}"
    names = {rule.endpoint for rule in rules}
    unclear = [name for name in names if not re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+)*", name)]
    assert not unclear, f"Name an endpoint room.verb_noun, such as citizen.submit_complaint: {sorted(unclear)}"
    nouns = [name for name in names if name.split(".")[1].split("_")[0] not in VERBS and name not in SINGLE]
    assert not nouns, (
        f"Begin an endpoint's name with what somebody does there: {sorted(nouns)}. A new verb goes into VERBS of "
        "tests/architecture/test_endpoints.py."
    )


#: What people do on our pages.
VERBS = {
    "accept", "act", "activate", "add", "allow", "archive", "assign", "cancel", "change", "choose", "close", "complete",
    "confirm", "contest", "count", "create", "decide", "declare", "defer", "discard", "dispute", "download", "draw",
    "edit", "file", "forget", "forward", "give", "import", "leave", "link", "list", "mark", "merge", "move", "note",
    "open", "pass", "print", "propose", "publish", "rate", "read", "recompute", "register", "remove", "renew", "reopen",
    "reply", "report", "restore", "retry", "run", "save", "search", "send", "separate", "set", "show", "sign", "split",
    "start", "stop", "submit", "take", "thank", "track", "undo", "unlink", "unlock", "upload", "verify", "withdraw",
    "write",
}  # fmt: skip
#: Pages that belong to no audience, and the front page.
SINGLE = {"portal.health", "portal.design", "citizen.home"}


@pytest.mark.parametrize("actor", ACTORS)
def test_each_role_gets_exactly_what_the_table_says(
    actor: str, app: Flask, client: FlaskClient, city: SmallCity
) -> None:
    account = {NOBODY: None, NO_ROLE: city.no_role}.get(actor, city.staff.get(actor))  # type: ignore[call-overload]
    session = _session_of(app, client, account)
    wrong = [
        f"{method} {address}: {problem}"
        for address in made_up(app)
        for method in sorted(address.methods)
        if (problem := _problem(app, client, session, actor, address, method))
    ]
    assert not wrong, (
        f"What {actor} gets is not what the endpoints declare and ROLE_PERMISSIONS says. Correct the guard of the "
        "view (@public, @requires) or the table of roles; a permitted viewer whose query finds nothing gets 404, "
        f"never 403:\n" + "\n".join(wrong)
    )


def _session_of(app: Flask, client: FlaskClient, account: Account | None) -> str | None:
    """The cookie with which `account` is signed in, and with nothing else."""
    if account is None:
        return None
    sign_in(client, account)
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    return cookie.value


def _problem(
    app: Flask, client: FlaskClient, session: str | None, actor: str, address: Address, method: str
) -> str | None:
    client.delete_cookie(app.config["SESSION_COOKIE_NAME"])
    if session is not None:  # anew each time: one of the addresses signs out
        client.set_cookie(app.config["SESSION_COOKIE_NAME"], session)
    access = access_of(app, address.endpoint)
    response = client.open(address.path, method=method, buffered=True)
    status, to_sign_in = response.status_code, response.headers.get("Location", "").startswith("/masuk?next=")
    if status >= 500:
        return f"failed with {status}"
    refused = status in (401, 403) and (access != PUBLIC or status == 401 or REFUSED in response.text)
    if access == PUBLIC:
        may, expected = True, ""
    elif access == OTHER_SYSTEM:  # no session opens it, whoever's
        may, expected = False, "401"
    elif session is None:
        may, expected = False, "to the sign-in" if method == "GET" else "401"
    else:
        may = access == SIGNED_IN or (actor in list(Role) and access in ROLE_PERMISSIONS[Role(actor)])
        expected = "403"
    if may:
        return f"is refused with {status}" if refused or to_sign_in else None
    held = {"to the sign-in": to_sign_in, "401": status == 401, "403": status == 403}[expected]
    return None if held else f"gets {status} instead of {expected}"


def test_the_matrix_notices_an_open_door(app: Flask, client: FlaskClient, city: SmallCity) -> None:
    """A page of triage without its guard must be found out."""
    view = app.view_functions["triage.list_undecided"]
    before = view.__dict__["_tanggap_access"]
    view.__dict__["_tanggap_access"] = PUBLIC
    try:
        address = next(a for a in made_up(app) if a.endpoint == "triage.list_undecided")
        assert client.get(address.path).status_code != 302
        assert endpoints.table_of(app) != endpoints.checked_in()
    finally:
        view.__dict__["_tanggap_access"] = before
    assert client.get(address.path).headers["Location"].startswith("/masuk?next=")


#: Places in addresses that name what belongs to the whole city, and so to no unit.
_OF_THE_CITY = {"calendar_id", "cause_id", "filename", "kind", "part", "unit_plot"}


def test_every_role_of_another_unit_opens_nothing_of_this_one(
    app: Flask, client: FlaskClient, city: SmallCity, database: SQLAlchemy
) -> None:
    """Holding all permissions elsewhere lets somebody onto the lists, and shows him nothing: neither cases nor files,
    halls, officers, systems. What he sends changes nothing either."""
    attribute_feedback([city.complaint.feedback_id], datetime.now(UTC))  # until then it is everybody's in triage
    database.session.commit()
    places = {rule.endpoint: rule.arguments for rule in rules_of(app)}
    theirs = [
        address
        for address in real(app)  # before anything is there that could be the stranger's
        if access_of(app, address.endpoint) not in (PUBLIC, OTHER_SYSTEM, SIGNED_IN)
        and places[address.endpoint]
        and not places[address.endpoint] & _OF_THE_CITY
    ]
    elsewhere = make_unit(database.session(), city.root)
    stranger = make_account(database.session(), *((role, elsewhere) for role in Role))
    make_officer(database.session(), elsewhere, account=stranger)
    database.session.commit()
    opened = {address.endpoint for address in theirs}
    assert {"officer.show_file", "supervisor.show_unit_file", "supervisor.show_hall", "officer.show_case"} <= opened
    before = fingerprint(database)
    sign_in(client, stranger)
    wrong = [
        f"{method} {address}: {status}"
        for address in theirs
        for method in sorted(address.methods)
        if (status := client.open(address.path, method=method, buffered=True).status_code)
        not in ((403, 404) if method == "GET" else (400, 403, 404))  # 400: a press of no button is none anywhere
    ]
    assert not wrong, "Let the query look within the viewer's reach, and answer 404:\n" + "\n".join(wrong)
    assert fingerprint(database) == before
    for path in ("/meja", "/berkas-kerja", "/berkas-unit", "/antrean-unit", "/kelola/kiriman", "/loket"):
        assert client.get(path).status_code == 200, path


def test_reports_of_another_unit_are_neither_seen_nor_said_the_meaning_of(
    client: FlaskClient, city: SmallCity, counter_city: CounterCity, database: SQLAlchemy
) -> None:
    elsewhere = make_unit(database.session(), city.root)
    stranger = make_account(database.session(), (Role.ADMINISTRATOR, elsewhere))
    officer_id = city.officer.id
    database.session.commit()
    meaning = {"source": counter_city.client.source, "kind": "officer", "name": "P-77", "meaning": officer_id}
    for account, sees in ((stranger, False), (city.staff[Role.ADMINISTRATOR], True)):
        sign_in(client, account)
        assert ("P-77" in client.get("/kelola/kiriman").text) is sees
        before = fingerprint(database)
        client.post("/kelola/kiriman/arti", data=meaning)
        client.post("/kelola/kiriman/ulangi")
        assert (fingerprint(database) != before) is sees
