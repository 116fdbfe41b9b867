"""What holds for every conversation: menu, languages, groups, what can't be read, old steps."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from bot.conversations.heard import chat_of, read_update
from bot.conversations.router import ASK, COMMANDS, HEAR
from bot.models import TelegramConversation
from bot.sender import split_text
from tests.bot.conftest import Chat
from webapp.messaging.models import OutgoingMessage


def test_the_first_word_is_a_greeting_with_the_ways_in(chat: Chat) -> None:
    assert "Selamat datang" in chat.send("/start")[0]
    assert [label[2:] for label in chat.buttons()][:2] == ["Kirim pengaduan", "Nilai kunjungan"]
    assert "Selamat datang" in chat.send("halo")[0]


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_answers(chat: Chat, command: str) -> None:
    assert chat.send(f"/{command}")
    assert chat.send(f"/{command}@tanggap_bot")


@pytest.mark.parametrize("label", ["pengaduan", "Nilai", "Ikuti", "Laporan saya", "Bantuan", "Bahasa"])
def test_every_button_of_the_menu_answers_and_stops_spinning(chat: Chat, label: str) -> None:
    chat.send("/start")
    assert chat.click(label)
    assert sum(call["method"] == "answerCallbackQuery" for call in chat.calls) == 1


def test_every_step_can_be_asked_again() -> None:
    assert set(ASK) == set(HEAR)


def test_language_is_kept_for_the_chat(app: Flask, database: SQLAlchemy, chat: Chat) -> None:
    chat.send("/bahasa")
    chat.click("English")
    conversation = database.session.get(TelegramConversation, chat.key)
    assert conversation is not None and conversation.language == "en"
    english = Chat(app, language="en-GB")
    english.send("/start")
    conversation = database.session.get(TelegramConversation, english.key)
    assert conversation is not None and conversation.language == "en"


def test_a_group_learns_nothing(chat: Chat, database: SQLAlchemy) -> None:
    group = {"id": -100_123, "type": "supergroup", "title": "RT 05"}
    chat.take(chat.message(text="pungli di loket", chat=group))
    assert database.session.scalars(select(OutgoingMessage)).all() == []
    chat.take(chat.message(text="/lapor pungli di loket", chat=group))
    assert [message.address for message in database.session.scalars(select(OutgoingMessage))] == ["-100123"]
    conversations = database.session.query(TelegramConversation).all()
    assert [(one.step, json.loads(one.data or "{}").get("errand")) for one in conversations] == [(None, {})]


@pytest.mark.parametrize(
    "content",
    [
        {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 2}},
        {"sticker": {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 1, "height": 1,
                     "is_animated": False, "is_video": False}},
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_so_and_keeps_the_question(chat: Chat, content: dict[str, object]) -> None:
    chat.send("/lapor")
    chat.click("Pengaduan")
    assert "hanya tulisan, foto dan lokasi" in chat.take(chat.message(**content))[0]
    assert chat.step() == "complaint.text"


def test_a_step_of_another_version_is_no_dead_end(chat: Chat, database: SQLAlchemy) -> None:
    chat.send("/lapor")
    conversation = database.session.get_one(TelegramConversation, chat.key)
    conversation.step = "complaint.that_was_once"
    database.session.commit()
    assert chat.send("halo")


@pytest.mark.parametrize(
    "data", ["", "a:", "a:x:y:z", "menu:", "menu:about", "accept:", "case:zz", "language:xx", "undo"]
)
def test_odd_buttons_do_no_harm(chat: Chat, data: str) -> None:
    chat.press(data or "?")
    assert sum(call["method"] == "answerCallbackQuery" for call in chat.calls) == 1


@pytest.mark.parametrize("value", ["page:x:y", "pick:x", "open:-1", "pick:999999", "page:999:999"])
def test_odd_buttons_below_units_do_no_harm(chat: Chat, value: str) -> None:
    chat.send("/nilai")
    chat.click("tidak punya struk")
    prefix = next(
        button["callback_data"]
        for call in reversed(chat.calls)
        for row in call.get("reply_markup", {}).get("inline_keyboard", [])
        for button in row
    ).rpartition("none")[0]
    assert chat.press(prefix + value)
    assert chat.step() == "rating.unit"


def test_updates_without_words_for_us() -> None:
    assert read_update({"update_id": 1}) is None
    assert chat_of({"update_id": 1}) == 0
    assert chat_of({"callback_query": {"from": {"id": 7}}}) == 7


@pytest.mark.parametrize(("length", "parts"), [(0, 1), (3500, 1), (3501, 2), (10_000, 3)])
def test_long_texts_are_sent_in_parts_without_losing_a_word(length: int, parts: int) -> None:
    words = ("kata " * (length // 5 + 1))[:length].strip() if length else ""
    words = words + "x" * (length - len(words))
    split = split_text(words)
    assert len(split) == parts and all(len(part) <= 3500 for part in split)
    assert " ".join(split).split() == words.split()


def test_a_text_without_any_gap_is_cut() -> None:
    assert "".join(split_text("x" * 8000)) == "x" * 8000
