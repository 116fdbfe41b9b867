"""Headers and cookies of every page, for everybody; nothing inline in what is sent."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.addresses import real
from tests.factories.accounts import PASSWORD, sign_in
from tests.factories.city import SmallCity
from tests.portal.markup import parse

REDIRECTS = (301, 302, 303, 307, 308)


def policy_of(header: str) -> dict[str, set[str]]:
    parts = [directive.split() for directive in header.split(";") if directive.strip()]
    return {words[0]: set(words[1:]) for words in parts}


@pytest.mark.parametrize("who", ["anonymous", "all_roles"])
def test_every_page_has_its_headers_and_nothing_inline(
    app: Flask, csrf_client: FlaskClient, city: SmallCity, who: str
) -> None:
    if who == "all_roles":
        sign_in(csrf_client, city.all_roles)
    wrong = []
    addresses = [address for address in real(app) if "GET" in address.methods]
    assert len(addresses) > 25
    for address in addresses:
        response = csrf_client.get(address.path, buffered=True)
        if response.status_code >= 500:
            wrong.append(f"{address}: failed with {response.status_code}")
            continue
        policy = policy_of(response.headers.get("Content-Security-Policy", ""))
        if policy.get("default-src") != {"'none'"} or any(
            "unsafe" in word for words in policy.values() for word in words
        ):
            wrong.append(f"{address}: Content-Security-Policy {policy}")
        hosts = {word for words in policy.values() for word in words if re.search(r"\.|^\*|^https?:", word)}
        if hosts:
            wrong.append(f"{address}: loads from {hosts}")
        for name, value in (("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY")):
            if response.headers.get(name) != value:
                wrong.append(f"{address}: {name} is {response.headers.get(name)}")
        kept = response.headers.get("Cache-Control", "")
        if address.endpoint != "static" and "private" not in kept and "no-store" not in kept:
            wrong.append(f"{address}: Cache-Control {kept!r} lets shared caches keep it")
        if response.mimetype == "text/html" and response.status_code not in REDIRECTS:
            wrong += [f"{address}: {problem}" for problem in inline_in(response.text)]
    assert not wrong, "See webapp/portal/security.py; styles and scripts go into files below static/:\n" + "\n".join(
        wrong
    )


def inline_in(html: str) -> list[str]:
    """What the policy would forbid in a page."""
    if not html.lstrip().lower().startswith("<!doctype"):
        return []
    found = []
    for element in parse(html).walk():
        found += [f"<{element.tag} {name}>" for name in element.attributes if name == "style" or name.startswith("on")]
        if element.tag == "style" or (element.tag == "script" and not element.get("src")):
            found.append(f"inline <{element.tag}>")
        for name in ("src", "href", "action"):
            address = element.get(name) or ""
            if address.lower().startswith("javascript:") or (name == "src" and "//" in address):
                found.append(f"<{element.tag} {name}={address[:60]}>")
    return found


def test_inline_code_is_recognised() -> None:
    page = (
        '<!doctype html><html><p style="x">a</p><b onclick="y">b</b><script>z</script><img src="//elsewhere/x"></html>'
    )
    assert len(inline_in(page)) == 4


@pytest.mark.parametrize("path", ["/tidak-ada", "/lapor/foto/1", "/keluar", "/static/tidak-ada.css"])
def test_errors_have_the_headers_too(csrf_client: FlaskClient, path: str) -> None:
    response = csrf_client.get(path)
    assert response.status_code >= 400
    assert policy_of(response.headers["Content-Security-Policy"])["default-src"] == {"'none'"}


def test_cookies_are_for_this_site_and_for_no_script(csrf_client: FlaskClient, city: SmallCity) -> None:
    seen = {}
    page = csrf_client.get("/masuk")
    token = parse(page.text).one("input", name="csrf_token", type="hidden")["value"]
    signed_in = csrf_client.post(
        "/masuk", data={"email": city.no_role.email, "password": PASSWORD, "csrf_token": token}
    )
    assert signed_in.status_code == 302
    for response in (page, signed_in):
        for cookie in response.headers.getlist("Set-Cookie"):
            name, _, rest = cookie.partition("=")
            seen[name] = rest
    assert "tanggap" in seen
    for name, rest in seen.items():
        assert "HttpOnly" in rest and "SameSite=Lax" in rest, f"the cookie {name} can be read by scripts or other sites"
        assert "Domain=" not in rest, f"the cookie {name} goes to other hosts as well"


def test_cookies_are_secure_unless_switched_off(settings: object) -> None:
    from dataclasses import replace

    from config import Settings
    from wsgi import create_wsgi_app

    assert isinstance(settings, Settings) and not settings.secure_cookies  # the tests speak plain HTTP
    app = create_wsgi_app(replace(settings, secure_cookies=True))
    assert app.config["SESSION_COOKIE_SECURE"] is True
    response = app.test_client().get("/masuk", base_url="https://localhost")
    assert all("Secure" in cookie for cookie in response.headers.getlist("Set-Cookie"))
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
