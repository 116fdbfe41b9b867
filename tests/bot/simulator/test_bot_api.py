"""What the bot can do through python-telegram-bot, as it would with Telegram itself."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from typing import Any

import httpx
import pytest
from PIL import Image
from telegram import (
    Bot,
    BotCommand,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    Message,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
)
from telegram.error import BadRequest, Forbidden, InvalidToken

from bot.simulator.control import ControlError, RunningSimulator, SimulatedUser, sample_photo

from .conftest import Ask, ask_bot

SEND = InlineKeyboardMarkup(
    [[InlineKeyboardButton("Kirim", callback_data="send"), InlineKeyboardButton("Batal", callback_data="cancel")]]
)


def test_bot_knows_itself_by_the_number_in_its_token(ask: Ask) -> None:
    me = ask(lambda bot: bot.get_me())
    assert (me.id, me.is_bot, me.username) == (7_000_000_001, True, "tanggap_bot")


def test_a_wrong_token_is_refused(simulator: RunningSimulator) -> None:
    with pytest.raises(InvalidToken):
        ask_bot(simulator, lambda bot: bot.get_me(), token="7000000001:another")
    answer = httpx.get(f"{simulator.base_url}7000000001:another/getMe", trust_env=False)
    assert (answer.status_code, answer.json()) == (401, {"ok": False, "error_code": 401, "description": "Unauthorized"})


def test_an_unknown_method_is_not_found(simulator: RunningSimulator) -> None:
    answer = httpx.get(f"{simulator.base_url}{simulator.token}/sendPeace", trust_env=False)
    assert answer.status_code == 404
    assert answer.json()["description"] == "Not Found"


@pytest.mark.parametrize("sent", ["json", "form", "query", "multipart"])
def test_a_call_may_come_in_any_of_telegrams_four_ways(
    simulator: RunningSimulator, citizen: SimulatedUser, sent: str
) -> None:
    url = f"{simulator.base_url}{simulator.token}/SENDmessage"
    fields: dict[str, Any] = {"chat_id": citizen.chat_id, "text": "Selamat pagi"}
    answer = {
        "json": lambda: httpx.post(url, json=fields, trust_env=False),
        "form": lambda: httpx.post(url, data=fields, trust_env=False),
        "query": lambda: httpx.get(url, params=fields, trust_env=False),
        "multipart": lambda: httpx.post(
            url, files={key: (None, str(value)) for key, value in fields.items()}, trust_env=False
        ),
    }[sent]()
    assert answer.json()["ok"], answer.text
    assert citizen.replies()[-1]["text"] == "Selamat pagi"


def test_text_of_a_citizen_arrives_with_its_command(ask: Ask, citizen: SimulatedUser) -> None:
    citizen.send_text("😀 coba /lacak sekarang")
    start, words = ask(lambda bot: bot.get_updates())
    assert start.message.text == "/start"
    assert words.message.parse_entities(["bot_command"]) == {words.message.entities[0]: "/lacak"}
    assert words.message.chat.id == words.message.from_user.id == citizen.chat_id
    assert words.effective_user.first_name == "Sri"
    assert words.update_id > start.update_id


def test_a_start_link_carries_its_payload(ask: Ask, simulator: RunningSimulator) -> None:
    simulator.control.user().start("struk-7F3K")
    (update,) = ask(lambda bot: bot.get_updates())
    assert update.message.text == "/start struk-7F3K"


def test_updates_wait_until_a_greater_offset_confirms_them(ask: Ask, citizen: SimulatedUser) -> None:
    citizen.send_text("dua")

    async def use(bot: Bot) -> tuple[list[int], list[int], list[int]]:
        seen = [update.update_id for update in await bot.get_updates()]
        again = [update.update_id for update in await bot.get_updates(offset=0)]
        rest = [update.update_id for update in await bot.get_updates(offset=seen[0] + 1)]
        return seen, again, rest

    seen, again, rest = ask(use)
    assert seen == again
    assert rest == seen[1:]


def test_limit_and_kinds_of_updates_are_kept_to(ask: Ask, citizen: SimulatedUser) -> None:
    ask(lambda bot: bot.get_updates(allowed_updates=["callback_query"]))
    citizen.send_text("tidak diminta")
    ask(lambda bot: bot.send_message(citizen.chat_id, "Kirim?", reply_markup=SEND))
    citizen.click("Kirim")
    citizen.click("Batal")
    start, query = ask(lambda bot: bot.get_updates(limit=2))
    assert start.message.text == "/start"  # was there before the bot said what it wants
    assert query.callback_query.data == "send"


def test_long_polling_answers_as_soon_as_there_is_something(ask: Ask, citizen: SimulatedUser) -> None:
    async def use(bot: Bot) -> list[str]:
        await bot.get_updates(offset=(await bot.get_updates())[-1].update_id + 1)
        waiting = asyncio.create_task(bot.get_updates(timeout=20))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await asyncio.to_thread(citizen.send_text, "akhirnya")
        return [update.message.text for update in await asyncio.wait_for(waiting, 5)]

    assert ask(use) == ["akhirnya"]


def test_inline_buttons_make_a_query_that_the_bot_answers(ask: Ask, citizen: SimulatedUser) -> None:
    message: Message = ask(lambda bot: bot.send_message(citizen.chat_id, "Kirim?", reply_markup=SEND))
    pressed = citizen.click("Kirim")
    assert citizen.answer(pressed["query_id"]) is None

    async def use(bot: Bot) -> None:
        query = (await bot.get_updates())[-1].callback_query
        assert query is not None
        assert (query.data, query.message.message_id) == ("send", message.message_id)
        await query.answer("Terkirim", show_alert=True)
        await query.edit_message_text("Pengaduan terkirim.")

    ask(use)
    assert citizen.answer(pressed["query_id"]) == {"text": "Terkirim", "show_alert": True}
    entry = citizen.transcript()[-1]
    assert (entry["message"]["text"], entry["markup"], entry["edits"]) == ("Pengaduan terkirim.", None, 1)
    with pytest.raises(ControlError, match="no button 'Kirim'"):
        citizen.click("Kirim")


def test_the_same_content_again_is_not_modified(ask: Ask, citizen: SimulatedUser) -> None:
    message = ask(lambda bot: bot.send_message(citizen.chat_id, "Kirim?", reply_markup=SEND))
    with pytest.raises(BadRequest, match="Message is not modified"):
        ask(lambda bot: bot.edit_message_text("Kirim?", citizen.chat_id, message.message_id, reply_markup=SEND))
    ask(lambda bot: bot.edit_message_reply_markup(citizen.chat_id, message.message_id))
    assert citizen.transcript()[-1]["markup"] is None


def test_a_message_can_be_deleted_once(ask: Ask, citizen: SimulatedUser) -> None:
    message = ask(lambda bot: bot.send_message(citizen.chat_id, "sementara"))
    assert ask(lambda bot: bot.delete_message(citizen.chat_id, message.message_id))
    assert citizen.replies() == []
    with pytest.raises(BadRequest, match="Message to delete not found"):
        ask(lambda bot: bot.delete_message(citizen.chat_id, message.message_id))


def test_html_becomes_entities(ask: Ask, citizen: SimulatedUser) -> None:
    text = 'Nomor <b>😀 A&amp;B</b>, <a href="http://127.0.0.1:8000/lacak?a=1&amp;b=2">lacak</a> '
    message: Message = ask(lambda bot: bot.send_message(citizen.chat_id, text, parse_mode="HTML"))
    assert message.text == "Nomor 😀 A&B, lacak"
    bold, link = message.entities
    assert message.parse_entity(bold) == "😀 A&B"
    assert (message.parse_entity(link), link.url) == ("lacak", "http://127.0.0.1:8000/lacak?a=1&b=2")
    assert citizen.transcript()[-1]["parse_mode"] == "HTML"


@pytest.mark.parametrize("text", ["antre < 3 jam", "<b>tebal", "<b>salah</i>", "<h1>judul</h1>"])
def test_html_that_telegram_would_refuse_is_refused(ask: Ask, citizen: SimulatedUser, text: str) -> None:
    with pytest.raises(BadRequest, match="Can't parse entities"):
        ask(lambda bot: bot.send_message(citizen.chat_id, text, parse_mode="HTML"))


@pytest.mark.parametrize(
    ("text", "reason"), [(" \n", "Message text is empty"), ("a" * 4097, "Message is too long")], ids=["empty", "long"]
)
def test_texts_have_telegrams_limits(ask: Ask, citizen: SimulatedUser, text: str, reason: str) -> None:
    with pytest.raises(BadRequest, match=reason):
        ask(lambda bot: bot.send_message(citizen.chat_id, text))


def test_button_data_has_at_most_64_bytes(ask: Ask, citizen: SimulatedUser) -> None:
    markup = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="é" * 33)]])
    with pytest.raises(BadRequest, match="Button_data_invalid"):
        ask(lambda bot: bot.send_message(citizen.chat_id, "x", reply_markup=markup))


def test_who_never_wrote_is_not_written_to(ask: Ask, simulator: RunningSimulator) -> None:
    silent = simulator.control.user()
    with pytest.raises(Forbidden, match="can't initiate conversation"):
        ask(lambda bot: bot.send_message(silent.chat_id, "Halo"))
    with pytest.raises(BadRequest, match="Chat not found"):
        ask(lambda bot: bot.send_message(1, "Halo"))


def test_reply_keyboards_ask_for_contact_and_go_away(ask: Ask, citizen: SimulatedUser) -> None:
    keyboard = ReplyKeyboardMarkup(
        [
            ["Lewati", KeyboardButton("Kirim nomor", request_contact=True)],
            [KeyboardButton("Di sini", request_location=True)],
        ],
        resize_keyboard=True,
    )
    ask(lambda bot: bot.send_message(citizen.chat_id, "Nomor Anda?", reply_markup=keyboard))
    assert citizen.buttons() == ["Lewati", "Kirim nomor", "Di sini"]
    citizen.click("Kirim nomor")
    citizen.click("Lewati")
    citizen.send_location(-7.2575, 112.7521)
    contact, skip, place = ask(lambda bot: bot.get_updates())[1:]
    assert contact.message.contact.phone_number == citizen.phone
    assert contact.message.contact.user_id == citizen.chat_id
    assert skip.message.text == "Lewati"
    assert (place.message.location.latitude, place.message.location.longitude) == (-7.2575, 112.7521)
    ask(lambda bot: bot.send_message(citizen.chat_id, "Terima kasih", reply_markup=ReplyKeyboardRemove()))
    assert citizen.keyboard() is None


def test_a_photo_of_a_citizen_comes_in_sizes_without_metadata(ask: Ask, citizen: SimulatedUser) -> None:
    citizen.send_photo(caption="loket 3")

    async def use(bot: Bot) -> tuple[Message, bytes]:
        message = (await bot.get_updates())[-1].message
        assert message is not None
        file = await bot.get_file(message.photo[-1].file_id)
        return message, bytes(await file.download_as_bytearray())

    message, data = ask(use)
    assert message.caption == "loket 3"
    assert [(size.width, size.height) for size in message.photo] == [(90, 68), (320, 240), (800, 600), (1280, 960)]
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size, len(data)) == ("JPEG", (1280, 960), message.photo[-1].file_size)
    assert not image.getexif()
    assert b"taken at home" in sample_photo()
    assert b"taken at home" not in data


def test_the_bot_sends_a_photo_by_upload_and_by_file_id(ask: Ask, citizen: SimulatedUser) -> None:
    async def use(bot: Bot) -> tuple[Message, Message]:
        first = await bot.send_photo(
            citizen.chat_id, sample_photo(300, 200), caption="<i>grafik</i>", parse_mode="HTML"
        )
        return first, await bot.send_photo(citizen.chat_id, first.photo[-1].file_id, reply_markup=SEND)

    first, second = ask(use)
    assert (first.caption, first.caption_entities[0].type) == ("grafik", "italic")
    assert first.photo == second.photo
    assert citizen.transcript()[-1]["markup"]["inline_keyboard"][0][0]["text"] == "Kirim"


def test_what_is_no_image_is_no_photo(ask: Ask, citizen: SimulatedUser) -> None:
    with pytest.raises(ControlError, match="IMAGE_PROCESS_FAILED"):
        citizen.send_photo(b"<html>bukan foto</html>")
    with pytest.raises(BadRequest, match="Image_process_failed"):
        ask(lambda bot: bot.send_photo(citizen.chat_id, b"not an image"))


def test_documents_and_voices_pass_unchanged(ask: Ask, citizen: SimulatedUser) -> None:
    citizen.send_document(b"<html>", "foto.jpg", "image/jpeg")
    citizen.send_voice()

    async def use(bot: Bot) -> tuple[Message, bytes, Message, bytes]:
        document, voice = (update.message for update in (await bot.get_updates())[-2:])
        assert document is not None
        assert voice is not None
        assert document.document is not None
        assert voice.voice is not None
        files = [await bot.get_file(document.document.file_id), await bot.get_file(voice.voice.file_id)]
        first, second = [bytes(await file.download_as_bytearray()) for file in files]
        sent = await bot.send_document(citizen.chat_id, b"%PDF-1.7", filename="berkas.pdf")
        assert sent.document is not None
        assert (sent.document.file_name, sent.document.file_size) == ("berkas.pdf", 8)
        return document, first, voice, second

    document, data, voice, sound = ask(use)
    assert (document.document.file_name, document.document.mime_type, data) == ("foto.jpg", "image/jpeg", b"<html>")
    assert (voice.voice.duration, voice.voice.mime_type) == (timedelta(seconds=2), "audio/ogg")
    assert sound.startswith(b"OggS")
    assert b"OpusHead" in sound


def test_places_typing_and_commands(ask: Ask, citizen: SimulatedUser) -> None:
    async def use(bot: Bot) -> tuple[Message, tuple[BotCommand, ...]]:
        await bot.send_chat_action(citizen.chat_id, "typing")
        await bot.set_my_commands([BotCommand("lapor", "Kirim pengaduan")])
        return await bot.send_location(citizen.chat_id, -7.25, 112.75), await bot.get_my_commands()

    message, commands = ask(use)
    assert message.location.longitude == 112.75
    assert commands == (BotCommand("lapor", "Kirim pengaduan"),)


def test_every_call_is_logged_in_order(ask: Ask, simulator: RunningSimulator, citizen: SimulatedUser) -> None:
    ask(lambda bot: bot.send_message(citizen.chat_id, "satu", reply_markup=SEND))
    with pytest.raises(BadRequest):
        ask(lambda bot: bot.send_message(citizen.chat_id, "x", reply_to_message_id=1))
    first, second = simulator.control.calls("sendMessage")
    assert first["params"]["text"] == "satu"
    assert first["params"]["chat_id"] == citizen.chat_id
    assert first["params"]["reply_markup"]["inline_keyboard"][0][1]["text"] == "Batal"
    assert (first["status"], second["status"]) == (200, 400)
    assert first["at"] <= second["at"]
