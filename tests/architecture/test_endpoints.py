"""Every endpoint says who may come in, every role gets exactly that, and no page vanishes unnoticed."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from tests.addresses import Address, made_up, methods_of, rules_of
from tests.architecture import endpoints
from tests.factories.accounts import sign_in
from tests.factories.city import SmallCity
from webapp.accounts.models import Account
from webapp.accounts.permissions import ROLE_PERMISSIONS, Permission, Role
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
    "accept", "act", "activate", "add", "cancel", "change", "choose", "close", "confirm", "create", "decide",
    "dispute", "download", "draw", "edit", "file", "forget", "give", "import", "leave", "list", "mark", "move",
    "open", "rate", "read", "register", "remove", "renew", "reopen", "reply", "retry", "run", "save", "search",
    "send", "set", "show", "sign", "start", "submit", "take", "thank", "track", "unlock", "upload",
}  # fmt: skip
#: Pages that belong to no audience, and the front page.
SINGLE = {"portal.health", "portal.design", "citizen.home"}


@pytest.mark.parametrize("actor", ACTORS)
def test_each_role_gets_exactly_what_the_table_says(
    actor: str, app: Flask, client: FlaskClient, city: SmallCity
) -> None:
    account = {NOBODY: None, NO_ROLE: city.no_role}.get(actor, city.staff.get(actor))  # type: ignore[call-overload]
    wrong = [
        f"{method} {address}: {problem}"
        for address in made_up(app)
        for method in sorted(address.methods)
        if (problem := _problem(app, client, account, actor, address, method))
    ]
    assert not wrong, (
        f"What {actor} gets is not what the endpoints declare and ROLE_PERMISSIONS says. Correct the guard of the "
        "view (@public, @requires) or the table of roles; a permitted viewer whose query finds nothing gets 404, "
        f"never 403:\n" + "\n".join(wrong)
    )


def _problem(
    app: Flask, client: FlaskClient, account: Account | None, actor: str, address: Address, method: str
) -> str | None:
    with client.session_transaction() as session:
        session.clear()
    if account is not None:  # anew each time: one of the addresses signs out
        sign_in(client, account)
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
    elif account is None:
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


def test_a_role_of_another_unit_opens_no_case(
    app: Flask, client: FlaskClient, city: SmallCity, database: SQLAlchemy
) -> None:
    """Holding the permission elsewhere lets somebody onto the page, and shows him nothing."""
    from tests.factories.accounts import make_account
    from tests.factories.organisation import make_unit

    elsewhere = make_unit(database.session(), city.root)
    stranger = make_account(database.session(), (Role.OFFICER, elsewhere), (Role.SUPERVISOR, elsewhere))
    code, officer_id = city.complaint.code, city.officer.id
    database.session.commit()
    sign_in(client, stranger)
    assert client.get(f"/meja/{code}").status_code == 404
    assert client.get(f"/petugas/{officer_id}").status_code == 404
    assert client.get("/meja").status_code == 200
