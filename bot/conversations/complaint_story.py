"""What happened, in words and pictures: the text of a complaint and its photos."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from bot.conversations.talk import Button, Talk
from webapp.feedback.drafts import LONGEST_TEXT
from webapp.feedback.errors import ImageTooLarge, NotAnImage, TooManyPhotos, UnreadableFormat
from webapp.feedback.photos import MOST_PHOTOS, list_waiting_photos, remove_waiting_photo, store_photo

Errand = dict[str, Any]

#: Fewer characters than this say nothing that anybody could look into.
SHORTEST_TEXT = 10


def append_text(talk: Talk, more: str) -> bool:
    """Add words to the text; False, with a sentence that says so, where they would be too many."""
    return _set_text(talk, "\n\n".join(filter(None, (talk.errand.get("text", ""), more.strip()))), more.strip())


def amend_text(talk: Talk, errand: Errand) -> bool:
    """Somebody corrected in the chat a message that became part of the text: correct it there. False if none did."""
    typed = errand.get("typed", {})
    old = typed.get(str(talk.heard.message_id))
    if not old or not talk.heard.text or old not in errand.get("text", ""):
        return False
    text = errand["text"].replace(old, talk.heard.text, 1)
    if len(text) > LONGEST_TEXT:
        return False
    errand["text"] = text
    typed[str(talk.heard.message_id)] = talk.heard.text
    return True


def photo_key(errand: Errand) -> str:
    """Under what the photos of an errand wait."""
    return f"telegram:{errand['nonce']}"


def _set_text(talk: Talk, text: str, typed: str) -> bool:
    if len(text) > LONGEST_TEXT:
        talk.say(
            _(
                "Tulisan Anda terlalu panjang: paling banyak %(most)s karakter. Bagian terakhir belum saya tambahkan.",
                most=LONGEST_TEXT,
            )
        )
        return False
    talk.errand["text"] = text
    talk.errand.setdefault("typed", {})[str(talk.heard.message_id)] = typed
    return True


def take_photo(talk: Talk) -> None:
    """Keep a photo that was sent for the complaint, and say how many there are."""
    asking = talk.step == "complaint.photos"
    if keep_photo(talk, [[(_("Lanjut"), talk.button("done"))]] if asking else []):
        talk.errand["photos"] = len(list_waiting_photos(photo_key(talk.errand)))
    if talk.picture is not None and talk.heard.text and append_text(talk, talk.heard.text):
        talk.say(_("Keterangan foto saya tambahkan ke isi laporan."))


def keep_photo(talk: Talk, buttons: list[list[Button]]) -> bool:
    """Keep a photo for what the talk is about, and say how many there are, with `buttons`; else say what is wrong."""
    key = photo_key(talk.errand)
    if talk.picture is None:
        talk.say(_("Foto itu tidak dapat saya ambil. Silakan kirim sekali lagi."))
        return False
    try:
        store_photo(key, talk.picture, talk.at)
    except UnreadableFormat as error:
        talk.say(_("Gambar %(kind)s belum dapat saya baca. Kirim sebagai foto, bukan sebagai berkas.", kind=error.kind))
    except NotAnImage:
        talk.say(_("Berkas itu bukan gambar yang dapat saya baca. Kirim foto biasa (JPEG atau PNG)."))
    except ImageTooLarge:
        talk.say(_("Gambar itu terlalu besar. Kirim sebagai foto, bukan sebagai berkas, atau perkecil dulu."))
    except TooManyPhotos:
        talk.say(_("Paling banyak %(most)s foto untuk satu laporan. Foto ini tidak disertakan.", most=MOST_PHOTOS))
    else:
        number = len(list_waiting_photos(key))
        talk.say(_("Foto diterima (%(number)s dari %(most)s).", number=number, most=MOST_PHOTOS), buttons)
        return True
    return False


def ask_text(talk: Talk) -> None:
    """Ask what happened; show what stands there if it is to be changed."""
    if talk.errand.get("changing"):
        talk.say(
            _("Tulis isi laporan yang baru. Tulisan lama akan diganti:"),
            [[(_("‹ Biarkan seperti semula"), talk.button("keep"))]],
        )
        talk.say(talk.errand["text"])
        return
    talk.say(
        _(
            "Ceritakan apa yang terjadi: kapan, di mana, dan apa yang Anda harapkan.\n\n"
            "Tulis seperti Anda bercerita. Nomor KTP atau nomor telepon yang tertulis akan disamarkan."
        )
    )


def hear_text(talk: Talk) -> bool:
    """Hear what happened, in words or below a photo."""
    if talk.pressed() == "keep":
        talk.mark(_("Biarkan seperti semula"))
        return True
    if talk.heard.kind == "photo":
        if talk.heard.text and talk.errand.get("changing"):
            talk.errand["text"] = ""
        before = talk.errand.get("text", "")
        take_photo(talk)
        if talk.errand.get("text", "") == before:
            return _ask_text_again(talk)
    elif talk.heard.kind != "text":
        return _ask_text_again(talk)
    elif len(talk.heard.text) < SHORTEST_TEXT:
        talk.say(_("Itu terlalu pendek untuk ditindaklanjuti. Ceritakan sedikit lebih banyak."))
        return False
    elif talk.errand.get("changing"):
        return _set_text(talk, talk.heard.text, talk.heard.text)
    elif not append_text(talk, talk.heard.text):
        return False
    return True


def ask_photos(talk: Talk) -> None:
    """Ask for photos, and leave the door open for more words."""
    talk.say(
        _(
            "Kirim foto sebagai bukti bila ada, paling banyak %(most)s. Data lokasi di dalam foto akan dihapus.\n\n"
            "Masih ada yang ingin diceritakan? Tulis saja, akan saya tambahkan.",
            most=MOST_PHOTOS,
        ),
        [
            [(_("Lanjut") if talk.errand.get("photos") else _("Lanjut tanpa foto"), talk.button("done"))],
            *([[(_("Hapus foto yang sudah dikirim"), talk.button("remove"))]] if talk.errand.get("photos") else []),
        ],
    )


def hear_photos(talk: Talk) -> bool:
    """Take photos and words until there are no more."""
    if talk.pressed() == "done":
        talk.mark(_("Lanjut"))
        return True
    if talk.pressed() == "remove":
        for photo_id in list_waiting_photos(photo_key(talk.errand)):
            remove_waiting_photo(photo_key(talk.errand), photo_id)
        talk.errand["photos"] = 0
        talk.mark(_("Foto dihapus"))
        ask_photos(talk)
    elif talk.heard.kind == "photo":
        take_photo(talk)
    elif talk.heard.kind == "text":
        if append_text(talk, talk.heard.text):
            talk.say(_("Saya tambahkan ke isi laporan."), [[(_("Lanjut"), talk.button("done"))]])
    else:
        ask_photos(talk)
    return False


def _ask_text_again(talk: Talk) -> bool:
    ask_text(talk)
    return False
