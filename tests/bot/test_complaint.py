"""Filing a complaint step by step: what is asked, what is kept, what is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from bot.conversations.complaint_fields import ORDER
from tests.bot.conftest import BOT, Chat
from tests.factories.feedback import make_picture
from tests.factories.organisation import make_unit
from webapp.feedback.codes import clean_code
from webapp.feedback.drafts import LONGEST_TEXT
from webapp.feedback.models import Complaint, Feedback, Follower, Photo
from webapp.feedback.photos import MOST_PHOTOS
from webapp.messaging.models import OutgoingMessage
from webapp.outbox.models import OutboxEvent

STORY = "Antrean akta kelahiran dari jam tiga pagi, kuota habis jam tujuh."

#: Steps of a citizen: ("say", text), ("click", label), ("location", (lat, lon)), ("contact", phone).
Act = tuple[str, Any]
SHORTEST: list[Act] = [
    ("say", "/lapor"),
    ("click", "Pengaduan"),
    ("say", STORY),
    ("click", "Lanjut tanpa foto"),
    ("say", "Lewati"),
    ("click", "Saya tidak tahu"),
    ("click", "Tidak"),
    ("click", "Rahasiakan isinya"),
    ("click", "Tetap anonim"),
]


def play(chat: Chat, acts: list[Act]) -> list[str]:
    """Act one after the other; what the bot said to the last."""
    said: list[str] = []
    for what, value in acts:
        if what == "say":
            said = chat.send(value)
        elif what == "click":
            said = chat.click(value)
        elif what == "location":
            said = chat.take(chat.message(location={"latitude": value[0], "longitude": value[1]}))
        elif what == "contact":
            said = chat.take(
                chat.message(contact={"phone_number": value, "first_name": "Sri", "user_id": chat.chat_id})
            )
        else:
            raise AssertionError(what)
    return said


def filed(database: SQLAlchemy) -> list[Complaint]:
    database.session.expire_all()
    return list(database.session.scalars(select(Complaint).order_by(Complaint.feedback_id)))


@pytest.fixture
def units(database: SQLAlchemy) -> dict[str, int]:
    root = make_unit(database.session, name="Pemerintah Kota")
    civil = make_unit(database.session, root, name="Dinas Kependudukan")
    births = make_unit(database.session, civil, name="Seksi Akta Kelahiran")
    health = make_unit(database.session, root, name="Puskesmas Melati")
    closed = make_unit(database.session, root, name="Dinas Lama", active=False)
    database.session.commit()
    named = {"root": root, "civil": civil, "births": births, "health": health, "closed": closed}
    return {name: unit.id for name, unit in named.items()}


def test_the_shortest_way(chat: Chat, database: SQLAlchemy) -> None:
    summary = play(chat, SHORTEST)[-1]
    assert "Periksa dulu" in summary and STORY in summary
    assert filed(database) == []  # nothing is sent before the last press
    said = chat.click("Kirim")
    [complaint] = filed(database)
    assert complaint.text == STORY
    assert (complaint.complaint_kind, complaint.state) == ("complaint", "filed")
    assert complaint.secret and complaint.anonymous and not complaint.points_at_person
    feedback = complaint.feedback
    assert (feedback.channel, feedback.write_key) == ("telegram", f"telegram:{BOT}:{chat.last_update_id}")
    assert feedback.filed_at == chat.now
    assert feedback.rater_key is not None
    shown = re.findall(r"<code>(.*?)</code>", said[-1])
    assert shown == [complaint.code, complaint.secret_word]
    assert "hapuslah pesan ini" in said[-1]
    [follower] = database.session.scalars(select(Follower))
    assert (follower.complaint_id, follower.address, follower.language) == (feedback.id, str(chat.chat_id), "id")
    [event] = database.session.scalars(select(OutboxEvent))
    assert event.name == "ComplaintSubmitted" and event.payload == {"feedback_id": feedback.id}
    assert chat.step() is None


KINDS = [
    ("Pengaduan", "complaint"),
    ("Saran", "suggestion"),
    ("Permintaan informasi", "information_request"),
]


@pytest.mark.parametrize(("label", "kind"), KINDS)
def test_each_kind(chat: Chat, database: SQLAlchemy, label: str, kind: str) -> None:
    play(chat, [("say", "/lapor"), ("click", label), *SHORTEST[2:], ("click", "Kirim")])
    assert [complaint.complaint_kind for complaint in filed(database)] == [kind]


def test_everything_told(chat: Chat, database: SQLAlchemy, units: dict[str, int]) -> None:
    summary = play(
        chat,
        [
            *SHORTEST[:3],
            ("say", "Saya datang lagi hari Kamis."),
            ("click", "Lanjut"),
            ("location", (-7.25, 112.75)),
            ("say", "akta"),
            ("click", "Seksi Akta Kelahiran"),
            ("click", "Tidak"),
            ("click", "Boleh dibaca umum"),
            ("click", "Boleh, saya beri kontak"),
            ("contact", "6281234567890"),
        ],
    )[-1]
    for words in ("Saya datang lagi hari Kamis.", "titik di peta", "Seksi Akta Kelahiran", "+6281234567890"):
        assert words in summary
    chat.click("Kirim")
    [complaint] = filed(database)
    assert complaint.text == f"{STORY}\n\nSaya datang lagi hari Kamis."
    assert complaint.feedback.unit_id == units["births"]
    assert (complaint.feedback.latitude, complaint.feedback.longitude) == (-7.25, 112.75)
    assert not complaint.secret and not complaint.anonymous
    assert (complaint.contact_name, complaint.contact_phone) == ("Sri", "+6281234567890")


def test_a_unit_is_found_down_the_tree(chat: Chat, database: SQLAlchemy, units: dict[str, int]) -> None:
    play(chat, SHORTEST[:5])
    # One root only: its children are offered, what is closed is not, what has something below it opens.
    assert chat.buttons() == ["Dinas Kependudukan ›", "Puskesmas Melati", "Saya tidak tahu"]
    chat.click("Dinas Kependudukan")
    assert chat.buttons() == ["Dinas Kependudukan saja", "Seksi Akta Kelahiran", "Saya tidak tahu"]
    chat.send("zzz tidak ada")
    assert any("Tidak ada unit kerja dengan nama itu" in call.get("text", "") for call in chat.calls)
    chat.send("melati puskes")
    chat.click("Puskesmas Melati")
    play(chat, [*SHORTEST[6:], ("click", "Kirim")])
    assert [complaint.feedback.unit_id for complaint in filed(database)] == [units["health"]]


def test_many_units_are_turned_by_pages(chat: Chat, database: SQLAlchemy) -> None:
    root = make_unit(database.session, name="Kota")
    for number in range(16):
        make_unit(database.session, root, name=f"Dinas {number:02}")
    database.session.commit()
    play(chat, SHORTEST[:5])
    assert chat.buttons() == [*[f"Dinas {n:02}" for n in range(7)], "Lainnya ›", "Saya tidak tahu"]
    chat.click("Lainnya")
    chat.click("Lainnya")
    assert chat.buttons() == ["Dinas 14", "Dinas 15", "‹ Sebelumnya", "Saya tidak tahu"]


def test_about_a_person_is_secret_without_asking(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, SHORTEST[:6])
    chat.click("Ya, tentang seseorang")
    assert chat.step() == "complaint.identity"  # there is nothing to choose about secrecy
    summary = play(chat, [("click", "Tetap anonim")])[-1]
    assert "hanya atasan yang membaca" in summary
    chat.click("Kirim")
    [complaint] = filed(database)
    assert complaint.points_at_person and complaint.secret


CHANGES: list[tuple[str, list[Act], str, Any]] = [
    ("Jenis", [("click", "Permintaan informasi")], "complaint_kind", "information_request"),
    ("Isi", [("say", "Cerita yang sama sekali lain.")], "text", "Cerita yang sama sekali lain."),
    ("Isi", [("click", "Biarkan")], "text", STORY),
    ("Tempat", [("say", "Loket 3 lantai dua")], "feedback.place", "Loket 3 lantai dua"),
    ("Tempat", [("location", (1.5, 2.5))], "feedback.latitude", 1.5),
    ("Tentang seseorang", [("click", "Ya, tentang")], "points_at_person", True),
    ("Kerahasiaan", [("click", "Boleh dibaca umum")], "secret", False),
    ("Identitas", [("click", "Boleh, saya"), ("say", "sri@contoh.id")], "contact_email", "sri@contoh.id"),
    ("Identitas", [("click", "Boleh, saya"), ("say", "0812 3456 7890")], "contact_phone", "+6281234567890"),
]


@pytest.mark.parametrize(("field", "acts", "column", "value"), CHANGES)
def test_each_answer_can_be_changed(
    chat: Chat, database: SQLAlchemy, field: str, acts: list[Act], column: str, value: Any
) -> None:
    play(chat, [*SHORTEST, ("click", "Ubah"), ("click", field), *acts])
    assert chat.step() == "complaint.summary"
    chat.click("Kirim")
    [complaint] = filed(database)
    of = complaint.feedback if column.startswith("feedback.") else complaint
    assert getattr(of, column.removeprefix("feedback.")) == value


def test_withdrawn_contact_is_not_sent(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, [*SHORTEST[:-1], ("click", "Boleh, saya"), ("say", "sri@contoh.id")])
    play(chat, [("click", "Ubah"), ("click", "Identitas"), ("click", "Tetap anonim"), ("click", "Kirim")])
    [complaint] = filed(database)
    assert complaint.anonymous and complaint.contact_email is None


def test_a_message_corrected_in_the_chat_is_corrected_in_the_complaint(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, SHORTEST[:2])
    chat.send(STORY, message_id=41)
    chat.send("Dan petugasnya bilang server mati.", message_id=42)
    edited = chat.message(message_id=41, text="Cerita yang sudah saya perbaiki.")["message"]
    said = chat.take({"edited_message": {**edited, "edit_date": edited["date"] + 5}})
    assert "Perubahan Anda sudah saya masukkan" in said[0]
    play(chat, [("click", "Lanjut"), *SHORTEST[4:], ("click", "Kirim")])
    [complaint] = filed(database)
    assert complaint.text == "Cerita yang sudah saya perbaiki.\n\nDan petugasnya bilang server mati."


def test_photos_come_along_and_can_be_taken_back(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, SHORTEST[:3])
    assert "1 dari 5" in chat.send_photo(make_picture(colour=(1, 2, 3)))[0]
    assert "1 dari 5" in chat.send_photo(make_picture(colour=(1, 2, 3)))[0]  # the same one counts once
    assert "2 dari 5" in chat.send_photo(make_picture(colour=(9, 200, 30)), caption="Papan kuota")[0]
    assert "bukan gambar" in chat.send_photo(b"MZ no picture at all")[0]
    assert "kirim sekali lagi" in chat.send_photo(None)[0]  # Telegram did not give it out
    play(chat, [("click", "Lanjut"), *SHORTEST[4:]])
    play(chat, [("click", "Ubah"), ("click", "Foto"), ("click", "Hapus foto")])
    assert database.session.scalar(select(func.count(Photo.id))) == 0
    chat.send_photo(make_picture(colour=(200, 9, 30)))
    summary = play(chat, [("click", "Lanjut")])[-1]
    assert "<b>Foto</b>: 1" in summary
    chat.click("Kirim")
    [complaint] = filed(database)
    [photo] = database.session.scalars(select(Photo))
    assert photo.complaint_id == complaint.feedback_id
    assert complaint.text == f"{STORY}\n\nPapan kuota"


def test_no_more_photos_than_a_complaint_may_carry(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, SHORTEST[:3])
    for number in range(MOST_PHOTOS):
        chat.send_photo(make_picture(colour=(number * 40, 0, 0)))
    assert "Paling banyak" in chat.send_photo(make_picture(colour=(0, 255, 0)))[0]
    assert database.session.scalar(select(func.count(Photo.id))) == MOST_PHOTOS


def test_photos_that_waited_too_long_are_missed(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, SHORTEST[:3])
    chat.send_photo(make_picture())
    play(chat, [("click", "Lanjut"), *SHORTEST[4:]])
    database.session.execute(Photo.__table__.delete())
    database.session.commit()
    said = chat.click("Kirim")
    assert "terhapus" in said[0] and filed(database) == []
    chat.click("Kirim")
    assert len(filed(database)) == 1


def test_a_photo_first_begins_a_complaint(chat: Chat, database: SQLAlchemy) -> None:
    chat.send_photo(make_picture(), caption="Antrean pagi ini sampai ke jalan.")
    play(chat, [("click", "Pengaduan"), ("click", "Lanjut"), *SHORTEST[4:], ("click", "Kirim")])
    [complaint] = filed(database)
    assert complaint.text == "Antrean pagi ini sampai ke jalan."
    assert database.session.scalars(select(Photo.complaint_id)).all() == [complaint.feedback_id]


def test_words_without_being_asked_become_a_complaint(chat: Chat, database: SQLAlchemy) -> None:
    assert "hendak dikirim" in chat.send(STORY)[0]
    chat.send("Tolong diperiksa ya.")
    play(chat, [("click", "Ya, jadikan laporan"), ("click", "Pengaduan"), *SHORTEST[3:], ("click", "Kirim")])
    [complaint] = filed(database)
    assert complaint.text == f"{STORY}\n\nTolong diperiksa ya."


def test_cancelled_and_brought_back(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, [*SHORTEST, ("click", "Batal")])
    assert chat.step() is None and filed(database) == []
    assert STORY in chat.click("Kembalikan")[-1]
    chat.click("Kirim")
    assert len(filed(database)) == 1
    assert "tidak dapat dikembalikan" in (chat.press("undo") or chat.toasts())[-1]


def test_cancel_by_command_at_every_step(chat: Chat, database: SQLAlchemy) -> None:
    for length in range(1, len(SHORTEST) + 1):
        play(chat, SHORTEST[:length])
        assert chat.step() is not None
        chat.send("/batal")
        assert chat.step() is None, SHORTEST[length - 1]
    assert filed(database) == []


def test_a_second_complaint_does_not_throw_the_first_away(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, SHORTEST)
    assert "belum dikirim" in chat.send("/lapor")[0]
    assert STORY in chat.click("Lanjutkan")[-1]
    chat.send("/lapor")
    chat.click("Mulai yang baru")
    assert chat.step() == "complaint.kind"
    chat.press("undo")
    chat.click("Kirim")
    assert [complaint.text for complaint in filed(database)] == [STORY]


@pytest.mark.parametrize("command", ["/bantuan", "/bahasa", "/kasus", "/menu", "/start", "/apaini"])
def test_a_command_in_between_changes_nothing(chat: Chat, database: SQLAlchemy, command: str) -> None:
    play(chat, SHORTEST)
    chat.send(command)
    assert chat.step() == "complaint.summary"
    chat.click("✅ Kirim")
    assert len(filed(database)) == 1


def test_a_stale_button_does_nothing(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, SHORTEST[:2])
    old = next(call for call in chat.calls if "Apa yang ingin Anda sampaikan" in call.get("text", ""))
    data = old["reply_markup"]["inline_keyboard"][1][0]["callback_data"]
    play(chat, SHORTEST[2:])
    assert chat.press(data) == []
    assert "sudah lewat" in chat.toasts()[-1]
    chat.click("✅ Kirim")
    assert chat.click("✅ Kirim") == []  # the button of the summary may still be on the screen
    assert [complaint.complaint_kind for complaint in filed(database)] == ["complaint"]


def test_the_same_update_again_files_nothing_again(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, [*SHORTEST, ("click", "✅ Kirim")])
    queued = database.session.scalar(select(func.count(OutgoingMessage.id)))
    chat.take(chat.message(text="apa saja"), again=chat.last_update_id)
    assert len(filed(database)) == database.session.scalar(select(func.count(Feedback.id))) == 1
    assert database.session.scalar(select(func.count(OutgoingMessage.id))) == queued


WRONG: list[tuple[int, Act, str]] = [
    (2, ("say", "pendek"), "terlalu pendek"),
    (2, ("say", "x" * (LONGEST_TEXT + 1)), "terlalu panjang"),
    (2, ("location", (1.0, 2.0)), "Ceritakan apa yang terjadi"),
    (1, ("location", (1.0, 2.0)), "Apa yang ingin Anda sampaikan"),
    (1, ("say", STORY), "Tulisan Anda saya simpan"),
    (4, ("contact", "0812"), "Di mana kejadiannya"),
    (6, ("say", "hmm"), "sikap atau perbuatan"),
    (8, ("say", "hmm"), "mengetahui kontak Anda"),
]


@pytest.mark.parametrize(("after", "act", "words"), WRONG)
def test_what_fits_no_question_is_asked_again(chat: Chat, after: int, act: Act, words: str) -> None:
    play(chat, SHORTEST[:after])
    step = chat.step()
    assert words in play(chat, [act])[0]
    assert chat.step() == step


@pytest.mark.parametrize("typed", ["halo", "081", "sri@", "@contoh.id", "+62 0"])
def test_no_contact_that_nobody_could_use(chat: Chat, typed: str) -> None:
    play(chat, [*SHORTEST[:-1], ("click", "Boleh, saya")])
    assert "bukan nomor telepon" in chat.send(typed)[0]
    assert chat.step() == "complaint.contact"


def test_personal_numbers_are_masked(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, [*SHORTEST[:2], ("say", "NIK saya 3578 0141 0990 0001 ditolak di loket."), *SHORTEST[3:]])
    chat.click("Kirim")
    [complaint] = filed(database)
    assert "3578 0141" not in complaint.text


def test_markup_in_words_is_only_words(chat: Chat, database: SQLAlchemy) -> None:
    story = "Papan <b>tutup</b> & antrean > 50 orang <script>"
    play(chat, [*SHORTEST[:2], ("say", story), *SHORTEST[3:]])
    summary = next(call for call in reversed(chat.calls) if "Periksa dulu" in call.get("text", ""))
    assert "&lt;script&gt;" in summary["text"] and "<script>" not in summary["text"]
    chat.click("Kirim")
    assert filed(database)[0].text == story


def test_every_field_is_asked_or_changed_somewhere() -> None:
    from bot.conversations import complaint_fields

    assert set(complaint_fields._ASK) == set(complaint_fields._HEAR) == set(ORDER)


def test_nothing_said_stands_in_the_clear(chat: Chat, database: SQLAlchemy) -> None:
    play(chat, [*SHORTEST[:-1], ("click", "Boleh, saya"), ("say", "sri@contoh.id")])
    for table in ("telegram_update", "telegram_conversation", "outgoing_message"):
        dump = str(database.session.execute(database.text(f"SELECT t::text FROM {table} t")).all())
        assert STORY not in dump and "sri@contoh.id" not in dump and str(chat.chat_id) not in dump, table


def test_code_is_a_code(chat: Chat, database: SQLAlchemy) -> None:
    said = play(chat, [*SHORTEST, ("click", "Kirim")])[-1]
    assert clean_code(re.findall(r"<code>(.*?)</code>", said)[0])
