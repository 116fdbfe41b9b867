"""No form is taken from another site: every one carries a token, and without it nothing is changed."""

from __future__ import annotations

import contextlib
import itertools
from collections import defaultdict
from collections.abc import Iterable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy
from werkzeug.exceptions import HTTPException

from tests.addresses import methods_of, real, rules_of
from tests.architecture.fingerprints import fingerprint
from tests.factories.accounts import sign_in
from tests.factories.city import SmallCity
from tests.page_forms import PageForm, forms_of


def open_as(client: FlaskClient, city: SmallCity, *, staff: bool) -> None:
    """A browser that has filed the city's complaint, signed in with every role or not at all."""
    with client.session_transaction() as session:
        session["filed"] = [city.complaint.feedback_id]
    if staff:
        sign_in(client, city.all_roles)


def forms_everywhere(app: Flask, client: FlaskClient) -> list[tuple[str, PageForm]]:
    """Every POST form on every page that this browser can open, with the page's address."""
    found = []
    for address in real(app):
        if "GET" in address.methods and address.endpoint != "static":
            response = client.get(address.path, buffered=True)
            shown = response.status_code not in (301, 302, 303)
            if shown and response.mimetype == "text/html" and response.text.lstrip().startswith("<!doctype"):
                found += [
                    (str(address), form) for form in forms_of(response.text, address.path) if form.method == "post"
                ]
    return found


def is_taken(app: Flask, form: PageForm) -> bool:
    """Whether anything of ours takes the form; those of the design page are only to be looked at."""
    with contextlib.suppress(HTTPException):
        app.url_map.bind("localhost").match(form.action.partition("?")[0], method="POST")
        return True
    return False


def few_of_each(app: Flask, forms: Iterable[PageForm]) -> list[PageForm]:
    """Two forms of each kind: the same fields and the same button, sent to the same view."""
    kinds: dict[object, list[PageForm]] = defaultdict(list)
    for form in forms:
        path, fields = form.action.partition("?")[0], form.without("csrf_token", "nonce")
        goes_to = app.url_map.bind("localhost").match(path, method="POST")[0] if is_taken(app, form) else path
        kind = kinds[goes_to, tuple(sorted(fields)), fields.get("do")]
        if len(kind) < 2 and form not in kind:
            kind.append(form)
    return [form for kind in kinds.values() for form in kind]


@pytest.mark.parametrize("staff", [False, True], ids=["citizen", "staff"])
def test_every_form_carries_a_token_and_nothing_is_changed_without_it(
    app: Flask, csrf_client: FlaskClient, city: SmallCity, database: SQLAlchemy, staff: bool
) -> None:
    open_as(csrf_client, city, staff=staff)
    forms = forms_everywhere(app, csrf_client)  # once for both: it opens every page
    assert len(forms) >= (10 if staff else 6)
    assert_all_carry_a_token(app, forms)
    sent = few_of_each(app, (form for _page, form in forms))
    assert_nothing_changes_without_it(app, csrf_client, city, database, staff, sent)


def assert_all_carry_a_token(app: Flask, forms: list[tuple[str, PageForm]]) -> None:
    without = sorted({f"{page} -> {form.action}" for page, form in forms if not form.token and is_taken(app, form)})
    assert not without, (
        "Draw a form by `{% call forms.form(...) %}`, or put `{{ form.hidden_tag() }}` or a csrf_token field into it: "
        f"{without}"
    )


def assert_nothing_changes_without_it(
    app: Flask, csrf_client: FlaskClient, city: SmallCity, database: SQLAlchemy, staff: bool, sent: list[PageForm]
) -> None:
    posts = sorted((a for a in real(app) if "POST" in a.methods), key=lambda address: address.endpoint)
    empty = [
        PageForm(address.path, "post")
        for _endpoint, addresses in itertools.groupby(posts, key=lambda address: address.endpoint)
        for address in itertools.islice(addresses, 3)
    ]
    before = fingerprint(database)
    wrong = []
    for form in (*sent, *empty):
        false = dict.fromkeys(
            [name for name in form.fields if name.endswith("csrf_token")] or ["csrf_token"], "IjAi.x.y"
        )
        for forged in (form.without("csrf_token"), {**form.fields, **false}):
            open_as(csrf_client, city, staff=staff)
            response = csrf_client.post(form.action, data=forged, buffered=True)
            if response.status_code == 303 and form in empty and csrf_client.get(form.action).status_code == 303:
                continue  # nothing stands at this address until it says what for
            if response.status_code not in (400, 401, 403, 404, 405, 409, 410, 429):
                wrong.append(f"POST {form.action} was answered with {response.status_code}")
        after = fingerprint(database)
        if after != before:
            # A case whose page comes back was looked at, and that is written down: the one thing that may be.
            changed = [name for name in after if after[name] != before[name] and name != "audit_entry"]
            if changed:
                wrong.append(f"POST {form.action} changed {changed}")
            before = after
    assert not wrong, (
        "A form without its token must be refused and change nothing. Leave the view to the application-wide check, "
        "or mark it @keeps_typed_text and use `form.received(...)` or `form.is_valid()`:\n" + "\n".join(wrong)
    )


def test_the_same_forms_with_their_tokens_are_taken(
    app: Flask, csrf_client: FlaskClient, city: SmallCity, database: SQLAlchemy
) -> None:
    """Else the test above would pass because all its forms are wrong anyway."""
    open_as(csrf_client, city, staff=False)
    before = fingerprint(database)
    [form] = [f for f in forms_of(csrf_client.get("/lapor").text, "/lapor") if f.method == "post"]
    fields = form.without("occurred_on", "occurred_time", "unit", "service", "counter")
    assert csrf_client.post("/lapor", data=fields).status_code == 303
    after = fingerprint(database)
    assert {name for name in after if after[name] != before[name]} >= {"feedback", "complaint", "outbox_event"}


def test_views_that_check_by_themselves_are_known(app: Flask) -> None:
    from webapp.portal.access import OTHER_SYSTEM, access_of
    from webapp.portal.security import csrf
    from webapp.portal.typed_text import is_keeping_typed_text

    strange = [
        rule.endpoint
        for rule in rules_of(app)
        if "POST" in methods_of(rule)
        and f"{app.view_functions[rule.endpoint].__module__}.{app.view_functions[rule.endpoint].__name__}"
        in csrf._exempt_views
        and not is_keeping_typed_text(app.view_functions[rule.endpoint])
        and access_of(app, rule.endpoint) != OTHER_SYSTEM  # read no cookie, want a token of their own
    ]
    assert not strange, f"Only @keeps_typed_text takes a view out of the forgery check, and its form checks: {strange}"
