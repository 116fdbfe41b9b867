"""The frame of every page: what it refers to is there, the content policy holds, and it is light."""

from __future__ import annotations

import re

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient

from tests.portal.bare import make_bare_app
from tests.portal.markup import Element, parse


@pytest.fixture(scope="module")
def bare() -> Flask:
    return make_bare_app()


def page(bare: Flask, address: str) -> Element:
    response = bare.test_client().get(address)
    assert response.status_code == 200
    return parse(response.text)


@pytest.mark.parametrize("address", ["/design", "/", "/form"])
def test_every_reference_in_a_page_leads_somewhere(bare: Flask, address: str) -> None:
    tree = page(bare, address)
    ids = [e["id"] for e in tree.walk() if e.get("id")]
    assert sorted(ids) == sorted(set(ids)), "an id is there twice"
    for element in tree.walk():
        for name in ("aria-describedby", "aria-labelledby", "for"):
            for target in (element.get(name) or "").split():
                assert target in ids, f"{name}={target} leads nowhere"


@pytest.mark.parametrize("address", ["/design", "/", "/form"])
def test_every_control_has_a_name(bare: Flask, address: str) -> None:
    tree = page(bare, address)
    labelled = {label["for"] for label in tree.all("label")}
    controls = [e for e in tree.walk() if e.tag in ("input", "select", "textarea") and e.get("type") != "hidden"]
    assert controls
    for control in controls:
        assert control.get("aria-label") or control["id"] in labelled, control.attributes
    for element in tree.all("button") + tree.all("a"):
        assert element.text or element.get("aria-label"), element.attributes


@pytest.mark.parametrize("address", ["/design", "/", "/form"])
def test_a_page_obeys_the_content_policy(bare: Flask, address: str) -> None:
    tree = page(bare, address)
    assert not tree.all("style")
    for element in tree.walk():
        handlers = [name for name in element.attributes if name == "style" or name.startswith(("on", "hx-on"))]
        assert not handlers, f"<{element.tag}> has {handlers}: put it into the style sheets or scripts"
        for name in ("src", "href", "action"):
            target = element.get(name)
            assert target is None or re.match(r"[/#?](?!/)|$", target), f"{target} is not on this host"
    assert all(script.get("src") and not script.text for script in tree.all("script"))


@pytest.mark.parametrize("address", ["/design", "/"])
def test_drawings_are_named_or_hidden(bare: Flask, address: str) -> None:
    for svg in page(bare, address).all("svg"):
        assert svg.get("aria-hidden") == "true" or (svg.get("role") == "img" and svg["aria-label"]), svg.attributes


def test_a_page_begins_with_a_way_past_the_header(bare: Flask) -> None:
    tree = page(bare, "/")
    body = tree.one("body")
    first = next(e for e in body.walk() if e.tag == "a")
    assert (first["href"], first.classes) == ("#main", {"skip"})
    assert tree.one("main")["id"] == "main"
    assert tree.one("html")["lang"] == "id"
    assert len(tree.all("h1")) == 1


def test_the_language_links_keep_the_rest_of_the_address(bare: Flask) -> None:
    links = page(bare, "/?page=2&lang=id").one("footer").one("nav").all("a")
    assert [(a["href"], a["lang"], a.get("aria-current")) for a in links] == [
        ("?page=2&lang=id", "id", "true"),
        ("?page=2&lang=en", "en", None),
    ]


def test_a_citizens_first_page_is_small(bare: Flask) -> None:
    client = bare.test_client()
    text = client.get("/").text
    tree = parse(text)
    files = {e.get("src") or e["href"] for e in tree.all("script") + tree.all("link")}
    size = len(text.encode())
    for name in files:
        with client.get(name) as response:
            assert response.status_code == 200, f"{name} is not there"
            size += len(response.data)
    assert len(files) >= 5
    assert size < 60_000, f"the first page weighs {size} bytes: leave something out or split it off for the desks"


def test_the_error_page_needs_nothing_but_its_words(bare: Flask) -> None:
    with bare.test_request_context("/nowhere"):
        tree = parse(
            render_template_string('{% extends "layout/error.html" %}', code=404, title="Tidak ada", text="Periksa.")
        )
    assert tree.one("h1").text == "Tidak ada"
    assert "404" in tree.one("main").text
    assert tree.one("main").one("a")["href"] == "/"


def test_navigation_marks_the_page_and_counts(bare: Flask) -> None:
    links = page(bare, "/design").one("nav", class_="links").all("a")
    assert [(a.text, a.get("aria-current")) for a in links] == [("Antrean saya 7", "page"), ("Nilai", None)]


# in the whole application


def test_the_design_page_is_served_to_everybody(client: FlaskClient) -> None:
    response = client.get("/design")
    assert response.status_code == 200
    tree = parse(response.text)
    assert tree.one("h1").text == "Bahasa rancangan"
    assert {e.get("src") or e["href"] for e in tree.all("script") + tree.all("link", rel="stylesheet")} >= {
        "/static/css/tokens.css",
        "/static/js/desk.js",
    }
