"""The chat page in a real browser, with a real bot behind it."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, expect
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    Update,
)

from bot.simulator.control import RunningSimulator, SimulatedUser, sample_photo
from tests.barriers import barriers

from .conftest import ask_bot

OpenPage = Callable[..., Page]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
def people(simulator: RunningSimulator) -> list[SimulatedUser]:
    return [simulator.control.user(name) for name in ("Sri Wahyuni", "Budi Santoso")]


@pytest.fixture
def open_page(browser: Browser, simulator: RunningSimulator, people: list[SimulatedUser]) -> Iterator[OpenPage]:
    """Open the chat page; at the end the browser must have had nothing to complain of, least of all the CSP."""
    complaints: list[str] = []
    pages: list[Page] = []

    def open_one(path: str = "/", width: int = 360, scheme: Any = "light") -> Page:
        page = browser.new_page(viewport={"width": width, "height": 740}, color_scheme=scheme, locale="id-ID")
        pages.append(page)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(simulator.url + path)
        expect(page.get_by_role("log").locator("> *").first).to_be_visible()
        return page

    yield open_one
    for page in pages:
        page.close()
    assert complaints == []


def bot_does(simulator: RunningSimulator, use: Callable[[Bot], Awaitable[Any]]) -> Any:
    """Like `ask_bot`, in a thread: Playwright has an event loop in this one."""
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(ask_bot(simulator, use)))
    thread.start()
    thread.join()
    return results[0]


async def newest(bot: Bot) -> Update:
    while not (updates := await bot.get_updates(timeout=5)):
        await asyncio.sleep(0)
    await bot.get_updates(offset=updates[-1].update_id + 1)
    return updates[-1]


def test_a_conversation_with_all_that_a_person_can_do(
    simulator: RunningSimulator, people: list[SimulatedUser], open_page: OpenPage
) -> None:
    page, citizen = open_page(), people[0]
    page.get_by_role("button", name="Mulai").click()
    assert bot_does(simulator, newest).message.text == "/start"

    markup = InlineKeyboardMarkup([[InlineKeyboardButton("Kirim pengaduan", callback_data="file")]])
    sent = bot_does(
        simulator,
        lambda bot: bot.send_message(citizen.chat_id, "Halo <b>Sri</b> &lt;3", parse_mode="HTML", reply_markup=markup),
    )
    expect(page.locator(".words strong", has_text="Sri")).to_be_visible()
    expect(page.get_by_role("log").get_by_text("Halo Sri <3")).to_be_visible()

    page.get_by_role("button", name="Kirim pengaduan").click()
    query = bot_does(simulator, newest).callback_query
    assert query.data == "file"
    bot_does(simulator, lambda bot: bot.answer_callback_query(query.id, "Baik"))
    expect(page.get_by_role("alert").filter(has_text="Baik")).to_be_visible()
    bot_does(simulator, lambda bot: bot.edit_message_text("Ceritakan.", citizen.chat_id, sent.message_id))
    expect(page.get_by_role("log").get_by_text("Ceritakan.")).to_be_visible()
    expect(page.get_by_role("log").get_by_text("diedit")).to_be_visible()
    expect(page.get_by_role("button", name="Kirim pengaduan")).to_have_count(0)

    page.get_by_label("Tulis pesan").fill("Antre sejak jam 3\nkuota habis <script>")
    page.get_by_label("Tulis pesan").press("Enter")
    assert bot_does(simulator, newest).message.text == "Antre sejak jam 3\nkuota habis <script>"
    bot_does(simulator, lambda bot: bot.send_chat_action(citizen.chat_id, "typing"))
    expect(page.get_by_role("status")).to_have_text("mengetik …")

    page.get_by_role("button", name="Lampirkan").click()
    page.get_by_role("button", name="Contoh foto").click()
    assert bot_does(simulator, newest).message.photo[-1].width == 1280
    expect(page.locator(".photo img")).to_be_visible()

    asked = ReplyKeyboardMarkup(
        [
            [
                KeyboardButton("Kirim lokasi", request_location=True),
                KeyboardButton("Kirim nomor", request_contact=True),
            ],
            ["Lewati"],
        ],
        one_time_keyboard=True,
    )
    bot_does(simulator, lambda bot: bot.send_message(citizen.chat_id, "Di mana?", reply_markup=asked))
    expect(page.get_by_role("status")).to_have_text("bot")
    keyboard = page.locator("#keyboard")
    keyboard.get_by_role("button", name="Kirim lokasi").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Kirim lokasi").click()
    expect(dialog.get_by_role("alert")).to_contain_text("Isi lintang")
    dialog.get_by_label("Puskesmas Melati").check()
    dialog.get_by_role("button", name="Kirim lokasi").click()
    assert bot_does(simulator, newest).message.location.latitude == -7.26831
    expect(keyboard).to_be_hidden()
    page.get_by_role("button", name="Tampilkan atau sembunyikan tombol").click()
    keyboard.get_by_role("button", name="Kirim nomor").click()
    assert bot_does(simulator, newest).message.contact.phone_number == citizen.phone
    bot_does(simulator, lambda bot: bot.send_message(citizen.chat_id, "Selesai", reply_markup=ReplyKeyboardRemove()))
    expect(page.get_by_role("button", name="Tampilkan atau sembunyikan tombol")).to_be_hidden()

    bot_does(simulator, lambda bot: bot.set_my_commands([BotCommand("lacak", "Ikuti pengaduan")]))
    page.get_by_role("button", name="Perintah bot").click()
    page.get_by_role("button", name="/lacak").click()
    assert bot_does(simulator, newest).message.text == "/lacak"
    bot_does(simulator, lambda bot: bot.delete_message(citizen.chat_id, sent.message_id))
    expect(page.get_by_role("log").get_by_text("Ceritakan.")).to_have_count(0)


def test_persons_are_switched_and_made_and_unread_counted(
    simulator: RunningSimulator, people: list[SimulatedUser], open_page: OpenPage
) -> None:
    people[1].start()
    page = open_page()
    bot_does(simulator, lambda bot: bot.send_message(people[1].chat_id, "Halo Budi"))
    page.get_by_role("button", name="Ganti warga").click()
    page.get_by_role("button", name="Budi Santoso Halo Budi 1").click()
    expect(page.get_by_role("log").get_by_text("Halo Budi")).to_be_visible()
    page.get_by_role("button", name="Ganti warga").click()
    page.get_by_role("button", name="Warga baru").click()
    expect(page.get_by_text("Belum ada percakapan")).to_be_visible()
    assert len(simulator.control.ask("GET", "users")) == 3


def test_a_start_link_says_start_once(people: list[SimulatedUser], open_page: OpenPage) -> None:
    page = open_page(f"/?start=struk-7F3K#{people[1].chat_id}")
    expect(page.get_by_role("log").get_by_text("/start struk-7F3K")).to_be_visible()
    page.reload()
    expect(page.get_by_role("log").get_by_text("/start struk-7F3K")).to_be_visible()
    assert [entry["message"]["text"] for entry in people[1].transcript()] == ["/start struk-7F3K"]
    assert people[0].transcript() == []


def test_the_page_speaks_english_on_request(people: list[SimulatedUser], open_page: OpenPage) -> None:
    page = open_page("/?lang=en")
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    assert page.evaluate("document.documentElement.lang") == "en"


def test_the_page_is_accessible_and_fits(
    simulator: RunningSimulator, people: list[SimulatedUser], open_page: OpenPage
) -> None:
    citizen = people[0]
    citizen.start()
    citizen.send_photo(sample_photo(400, 300), caption="loket")
    citizen.send_location(-7.25, 112.75)
    citizen.send_contact()
    citizen.send_voice()
    citizen.send_document(b"x" * 3000, "surat-keterangan-yang-panjang-sekali-namanya.pdf")
    markup = InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton("Sangat baik", callback_data="4"),
                InlineKeyboardButton("Portal", url="http://127.0.0.1/"),
            ]
        ]
    )
    bot_does(
        simulator,
        lambda bot: bot.send_message(
            citizen.chat_id, "Lihat /bantuan atau http://127.0.0.1/lacak", reply_markup=markup
        ),
    )
    page = open_page()
    expect(page.get_by_role("button", name="Sangat baik")).to_be_visible()
    for width, scheme in itertools.product((360, 1280), SCHEMES):
        page.set_viewport_size({"width": width, "height": 740})
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        results = barriers(page)
        assert results.violations_count == 0, f"{width} px, {scheme}: {results.generate_report()}"
