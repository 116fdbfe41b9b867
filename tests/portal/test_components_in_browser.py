"""What the small scripts promise, in a real browser: typed words survive, a form is sent once, keys work on desks."""

from __future__ import annotations

import io
import re
import threading
from collections.abc import Iterator
from typing import Literal

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, FilePayload, Page, ViewportSize, expect
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.barriers import barriers
from tests.conftest import begin_anew
from tests.portal.bare import make_bare_app

SIZE: ViewportSize = {"width": 360, "height": 780}


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def bare() -> Flask:
    return make_bare_app()


@pytest.fixture(scope="module")
def address(bare: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, bare, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture(scope="module")
def _profile(browser: Browser, address: str) -> Iterator[BrowserContext]:
    context = browser.new_context(base_url=address, locale="id-ID", viewport=SIZE)
    yield context
    context.close()


@pytest.fixture
def window(_profile: BrowserContext, address: str, bare: Flask) -> Iterator[BrowserContext]:
    """A browser with no past, and no tab in it but the first."""
    bare.config["POSTS"].clear()
    yield _profile
    _profile.clear_permissions()
    for left in _profile.pages[1:]:
        left.close()
    if _profile.pages and not begin_anew(_profile.pages[0], address):
        _profile.pages[0].close()


@pytest.fixture
def tab(window: BrowserContext) -> Iterator[Page]:
    tab = window.pages[0] if window.pages else window.new_page()
    wrong: list[str] = []

    def on_error(error: Error) -> None:
        wrong.append(str(error))

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            wrong.append(message.text)

    tab.on("pageerror", on_error)
    tab.on("console", on_console)
    tab.set_viewport_size(SIZE)
    tab.goto("/form")
    yield tab
    tab.remove_listener("pageerror", on_error)
    tab.remove_listener("console", on_console)
    assert not wrong, f"a script failed: {wrong}"


def kept(tab: Page) -> str | None:
    found = tab.evaluate("sessionStorage.getItem('draft:sample')")
    assert found is None or isinstance(found, str)
    return found


def test_typed_words_survive_a_lost_page(tab: Page, window: BrowserContext) -> None:
    tab.fill("#text", "Antrean sejak subuh")
    tab.check("#kind-1")
    tab.reload()
    expect(tab.locator("#text")).to_have_value("Antrean sejak subuh")
    expect(tab.locator("#kind-1")).to_be_checked()
    expect(tab.locator("[data-draft-note]")).to_be_visible()
    other = window.new_page()
    other.goto("/form")
    expect(other.locator("#text")).to_have_value("")


def test_secrets_are_never_kept(tab: Page) -> None:
    tab.fill("#text", "Ada pungutan")
    tab.fill("#pin", "271828")
    tab.evaluate("document.getElementById('latitude').value = '-7.123'")
    tab.reload()
    words = kept(tab)
    assert words is not None
    assert "Ada pungutan" in words
    assert "271828" not in words
    assert "-7.123" not in words
    assert not tab.evaluate("JSON.stringify(localStorage)").count("pungutan")


def test_a_draft_can_be_thrown_away(tab: Page) -> None:
    tab.fill("#text", "Salah tulis")
    tab.reload()
    tab.click("[data-draft-clear]")
    expect(tab.locator("#text")).to_have_value("")
    tab.reload()
    expect(tab.locator("#text")).to_have_value("")
    expect(tab.locator("[data-draft-note]")).to_be_hidden()


def test_an_old_draft_is_forgotten(tab: Page) -> None:
    tab.fill("#text", "Kemarin")
    tab.reload()
    tab.goto("/")
    tab.evaluate(
        """() => { const d = JSON.parse(sessionStorage.getItem('draft:sample'));
        d.at -= 3 * 3600 * 1000; sessionStorage.setItem('draft:sample', JSON.stringify(d)); }"""
    )
    tab.goto("/form")
    expect(tab.locator("#text")).to_have_value("")


def test_what_the_server_has_received_is_not_kept(tab: Page) -> None:
    tab.fill("#text", "Diterima")
    tab.click("button[type=submit]:has-text('Kirim')")
    expect(tab.locator("#sent")).to_have_text("Diterima")
    tab.wait_for_load_state()  # the page's script runs once all of it is read
    assert kept(tab) is None
    tab.goto("/form")
    expect(tab.locator("#text")).to_have_value("")


def test_words_that_came_back_with_errors_are_still_a_draft(tab: Page) -> None:
    tab.fill("#code", "TG-7K2M-94")
    tab.check("#kind-2")
    tab.click("button[name=act]")
    expect(tab.locator(".summary")).to_be_visible()
    tab.goto("/")
    tab.goto("/form")
    expect(tab.locator("#code")).to_have_value("TG-7K2M-94")
    expect(tab.locator("#kind-2")).to_be_checked()


def test_what_the_server_brought_back_is_what_was_sent_whatever_the_draft_says(tab: Page) -> None:
    tab.fill("#code", "TG-7K2M-94")
    tab.check("#kind-2")
    tab.evaluate(
        """addEventListener('pagehide', () => sessionStorage.setItem('draft:sample', JSON.stringify(
        { at: Date.now(), values: [['kind', document.getElementById('kind-1').value, true]] })))"""
    )
    tab.click("button[name=act]")
    expect(tab.locator(".summary")).to_be_visible()
    tab.wait_for_load_state()
    expect(tab.locator("#kind-2")).to_be_checked()


def test_going_back_to_what_was_received_makes_no_new_draft(tab: Page) -> None:
    tab.fill("#text", "Sudah diterima")
    tab.click("button[name=act]")
    expect(tab.locator("#sent")).to_be_visible()
    tab.go_back()
    tab.goto("/")
    tab.goto("/form")
    expect(tab.locator("#text")).to_have_value("")


def test_a_form_is_sent_once_and_says_so(tab: Page, bare: Flask) -> None:
    tab.fill("#text", "Sekali saja")
    said = tab.evaluate(
        """() => { const b = document.querySelector('button[name=act]'); b.click(); b.click(); b.click();
        return [b.getAttribute('aria-disabled'), b.disabled, b.querySelector('span').textContent]; }"""
    )
    assert said == ["true", False, "Mengirim …"]
    expect(tab.locator("#sent")).to_be_visible()
    assert [post["act"] for post in bare.config["POSTS"]] == ["go"], "sent once, with the button's own value"


def test_the_form_is_ready_again_after_going_back(tab: Page) -> None:
    tab.fill("#text", "Pertama")
    tab.click("button[name=act]")
    expect(tab.locator("#sent")).to_be_visible()
    tab.go_back()
    expect(tab.locator("button[name=act]")).to_contain_text("Kirim")
    expect(tab.locator("button[name=act]")).not_to_have_attribute("aria-disabled", "true")


def test_errors_take_the_focus_and_lead_to_the_field(tab: Page) -> None:
    tab.click("button[name=act]")
    summary = tab.locator(".summary")
    expect(summary).to_be_focused()
    summary.get_by_role("link", name="Pilih salah satu.").click()
    assert tab.evaluate("document.activeElement.id") == "kind-0"


def test_letters_are_counted_and_the_field_grows(tab: Page) -> None:
    expect(tab.locator("#text-count")).to_have_text("Sisa 4.000 huruf")
    before = tab.locator("#text").bounding_box()
    tab.fill("#text", "baris\n" * 20)
    expect(tab.locator("#text-count")).to_have_text("Sisa 3.880 huruf")
    after = tab.locator("#text").bounding_box()
    assert before and after
    assert after["height"] > before["height"] + 100


def photo(colour: str) -> FilePayload:
    file = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "PNG")
    return {"name": f"{colour}.png", "mimeType": "image/png", "buffer": file.getvalue()}


def test_photos_are_shown_before_they_are_sent(tab: Page) -> None:
    tab.set_input_files("#photos", [photo("red"), photo("blue")])
    images = tab.locator("#photos-preview img")
    expect(images).to_have_count(2)
    expect(images.nth(1)).to_have_attribute("alt", "Foto 2")
    assert tab.evaluate("document.querySelector('#photos-preview img').naturalWidth") == 40
    tab.set_input_files("#photos", [photo("red"), photo("blue"), photo("green")])
    expect(images).to_have_count(0)
    expect(tab.locator("#photos-preview")).to_contain_text("Paling banyak 2 foto")


def test_the_place_is_filled_in_only_when_asked(tab: Page, window: BrowserContext, address: str) -> None:
    window.grant_permissions(["geolocation"], origin=address)
    window.set_geolocation({"latitude": -7.2575, "longitude": 112.7521, "accuracy": 20})
    assert tab.input_value("#latitude") == ""
    tab.get_by_role("button", name="Pakai lokasi saya sekarang").click()
    expect(tab.locator(".locate [role=status]")).to_have_text("Lokasi tercatat, ketelitian sekitar 20 meter.")
    assert (tab.input_value("#latitude"), tab.input_value("#longitude")) == ("-7.257500", "112.752100")
    tab.get_by_role("button", name="Hapus lokasi").click()
    assert tab.input_value("#latitude") == ""


def focused(tab: Page) -> str | None:
    found = tab.evaluate("document.activeElement.getAttribute('href')")
    assert found is None or isinstance(found, str)
    return found


def test_keys_walk_through_a_desk(tab: Page) -> None:
    visited = []
    for key in ("j", "j", "j", "j", "k"):
        tab.keyboard.press(key)
        visited.append(focused(tab))
    assert visited == ["#a", "#b", "#c", "#c", "#b"]
    tab.keyboard.press("Enter")
    assert tab.url.endswith("#b")
    tab.keyboard.press("/")
    expect(tab.locator("[data-desk-search]")).to_be_focused()
    tab.keyboard.type("jk?")
    expect(tab.locator("[data-desk-search]")).to_have_value("jk?")


def test_a_letter_brings_one_to_the_button_and_sends_nothing(tab: Page, bare: Flask) -> None:
    tab.keyboard.press("s")
    expect(tab.locator("button[name=act]")).to_be_focused()
    assert bare.config["POSTS"] == []


def test_control_enter_sends_the_form(tab: Page) -> None:
    tab.fill("#text", "Cepat")
    tab.locator("#text").press("Control+Enter")
    expect(tab.locator("#sent")).to_have_text("Cepat")


def test_single_letters_can_be_switched_off(tab: Page) -> None:
    tab.keyboard.press("?")
    dialog = tab.get_by_role("dialog", name="Pintasan papan ketik")
    expect(dialog).to_be_visible()
    tab.get_by_label("Pintasan satu huruf aktif").uncheck()
    tab.get_by_role("button", name="Tutup").click()
    expect(dialog).to_be_hidden()
    tab.reload()
    tab.evaluate("document.activeElement.blur()")
    tab.keyboard.press("j")
    assert focused(tab) is None


def test_a_live_piece_comes_anew_and_leaves_the_focus(tab: Page) -> None:
    piece = tab.locator("#piece a")
    piece.focus()
    expect(piece).not_to_have_text("0")
    expect(piece).to_be_focused()
    expect(tab.locator("#piece")).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize(
    ("path", "looks"),
    [
        ("/design", [(width, scheme) for width in (360, 1280) for scheme in ("light", "dark")]),
        ("/", [(360, "light"), (1280, "dark")]),
        ("/form", [(360, "dark"), (1280, "light")]),
    ],
)
def test_pages_are_accessible_and_fit(tab: Page, path: str, looks: list[tuple[int, Literal["light", "dark"]]]) -> None:
    tab.goto(path)
    for width, scheme in looks:
        tab.set_viewport_size({"width": width, "height": 800})
        tab.emulate_media(color_scheme=scheme)
        result = barriers(tab).response
        wide = tab.evaluate("document.documentElement.scrollWidth")
        assert len(result["passes"]) > 15, "the checker found too little to check"
        found = [
            (v["id"], v["help"], [re.sub(r"\s+", " ", n["html"])[:120] for n in v["nodes"]])
            for v in result["violations"]
        ]
        assert found == [], f"{width} px, {scheme}"
        assert wide <= width, f"the page is {wide} wide"
    tab.emulate_media(color_scheme="null")  # the tab is that of the next test, too


@pytest.mark.parametrize("path", ["/", "/form"])
def test_a_form_works_without_scripts(browser: Browser, address: str, path: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    tab = context.new_page()
    tab.goto(path)
    hidden = tab.locator("[data-locate], [data-draft-note], [data-keys-open], dialog")
    for i in range(hidden.count()):
        expect(hidden.nth(i)).to_be_hidden()
    if path == "/form":
        tab.fill("#text", "Tanpa skrip")
        tab.click("button[name=act]")
        expect(tab.locator("#sent")).to_have_text("Tanpa skrip")
    else:
        tab.locator("label", has_text="Sangat baik").click()
        expect(tab.locator("input[value='4']")).to_be_checked()
    context.close()
