"""The questions of a complaint: how each is asked, how its answer is heard, and what the summary says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from bot.conversations.heard import Heard
from bot.conversations.talk import Talk
from bot.conversations.units import ask_unit, hear_unit
from bot.conversations.words import kind_words
from webapp.feedback.contacts import InvalidEmail, InvalidPhone, clean_email, clean_phone
from webapp.feedback.drafts import LONGEST_TEXT
from webapp.feedback.errors import ImageTooLarge, NotAnImage, TooManyPhotos, UnreadableFormat
from webapp.feedback.photos import MOST_PHOTOS, list_waiting_photos, remove_waiting_photo, store_photo
from webapp.feedback.secrecy import points_at_person
from webapp.feedback.vocabulary import ComplaintKind

Errand = dict[str, Any]

ORDER = ("kind", "text", "photos", "place", "unit", "person", "secrecy", "identity", "contact")
#: Fewer characters than this say nothing that anybody could look into.
SHORTEST_TEXT = 10
LONGEST_PLACE = 300


def ask(talk: Talk) -> None:
    """Ask the question that is open."""
    _ASK[_field(talk)](talk)


def hear(talk: Talk) -> bool:
    """Hear the answer to it; True if it was one, False if the question stays open (and was asked again)."""
    return _HEAR[_field(talk)](talk)


def next_field(talk: Talk) -> str | None:
    """The next question that has to be asked; None if nothing is left but the summary."""
    at = ORDER.index(_field(talk))
    known = {"place"} if "latitude" in talk.errand else set()
    return next((name for name in ORDER[at + 1 :] if name not in known and _applies(name, talk.errand)), None)


def follow_up(talk: Talk) -> str | None:
    """The question that a changed answer opens: not anonymous any more, so how can we reach you?"""
    opened = {"identity": "contact", "person": "secrecy"}.get(_field(talk))
    return opened if opened and _applies(opened, talk.errand) else None


def changeable(errand: Errand) -> list[tuple[str, str]]:
    """Questions whose answer can be changed, with their names."""
    names = {
        "kind": _("Jenis"),
        "text": _("Isi"),
        "photos": _("Foto"),
        "place": _("Tempat"),
        "unit": _("Unit kerja"),
        "person": _("Tentang seseorang"),
        "secrecy": _("Kerahasiaan"),
        "identity": _("Identitas"),
        "contact": _("Kontak"),
    }
    offered = [name for name in ORDER if name == "text" or _applies(name, {**errand, "text": ""})]
    return [(name, names[name]) for name in offered]


def summary_lines(errand: Errand) -> list[tuple[str, str]]:
    """What was answered, one line a question."""
    names = dict(changeable(errand))
    said: dict[str, str] = {
        "kind": kind_words(ComplaintKind(errand["kind"])),
        "photos": str(errand.get("photos", 0)),
        "place": errand.get("place") or (_("titik di peta") if "latitude" in errand else "–"),
        "unit": errand.get("unit") or _("Tidak tahu"),
        "person": _("Ya, hanya atasan yang membaca") if errand.get("person") else _("Tidak"),
        "secrecy": _("Rahasia") if errand.get("secret", True) else _("Boleh dibaca umum"),
        "identity": _("Anonim") if errand.get("anonymous", True) else _("Boleh diketahui unit yang menangani"),
        "contact": ", ".join(errand.get("contact", {}).values()) or "–",
    }
    return [(names[name], said[name]) for name in ORDER if name in names and name in said]


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
    key = photo_key(talk.errand)
    if talk.picture is None:
        talk.say(_("Foto itu tidak dapat saya ambil. Silakan kirim sekali lagi."))
        return
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
        number = talk.errand["photos"] = len(list_waiting_photos(key))
        words = _("Foto diterima (%(number)s dari %(most)s).", number=number, most=MOST_PHOTOS)
        asking = talk.step == "complaint.photos"
        talk.say(words, [[(_("Lanjut"), talk.button("done"))]] if asking else ())
    if talk.heard.text and append_text(talk, talk.heard.text):
        talk.say(_("Keterangan foto saya tambahkan ke isi laporan."))


def _field(talk: Talk) -> str:
    return (talk.step or "").partition(".")[2]


def _applies(name: str, errand: Errand) -> bool:
    """Whether a question makes sense, given what was said. What is known is not asked."""
    if name == "text":
        return not errand.get("text")
    if name in ("place", "unit"):
        return "visit_id" not in errand
    if name == "secrecy":
        # What points at a person is secret whatever is chosen: nothing to ask.
        return not points_at_person(errand.get("text", ""), stated=errand.get("person", False))
    return name != "contact" or not errand.get("anonymous", True)


def _again(talk: Talk) -> bool:
    ask(talk)
    return False


# --- one pair for each question ------------------------------------------------------------------------------------


def _ask_kind(talk: Talk) -> None:
    talk.say(
        _("Apa yang ingin Anda sampaikan?"),
        [[(kind_words(kind), talk.button(kind.value))] for kind in ComplaintKind],
    )


def _hear_kind(talk: Talk) -> bool:
    value = talk.pressed()
    if value not in set(ComplaintKind):
        if talk.heard.kind == "text" and not talk.errand.get("changing") and append_text(talk, talk.heard.text):
            talk.say(_("Tulisan Anda saya simpan sebagai isi laporan. Tinggal pilih jenisnya."))
        return _again(talk)
    talk.errand["kind"] = value
    talk.mark(kind_words(ComplaintKind(value)))
    return True


def _ask_text(talk: Talk) -> None:
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


def _hear_text(talk: Talk) -> bool:
    if talk.pressed() == "keep":
        talk.mark(_("Biarkan seperti semula"))
        return True
    if talk.heard.kind == "photo":
        if talk.heard.text and talk.errand.get("changing"):
            talk.errand["text"] = ""
        before = talk.errand.get("text", "")
        take_photo(talk)
        if talk.errand.get("text", "") == before:
            return _again(talk)
    elif talk.heard.kind != "text":
        return _again(talk)
    elif len(talk.heard.text) < SHORTEST_TEXT:
        talk.say(_("Itu terlalu pendek untuk ditindaklanjuti. Ceritakan sedikit lebih banyak."))
        return False
    elif talk.errand.get("changing"):
        return _set_text(talk, talk.heard.text, talk.heard.text)
    elif not append_text(talk, talk.heard.text):
        return False
    return True


def _ask_photos(talk: Talk) -> None:
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


def _hear_photos(talk: Talk) -> bool:
    if talk.pressed() == "done":
        talk.mark(_("Lanjut"))
        return True
    if talk.pressed() == "remove":
        for photo_id in list_waiting_photos(photo_key(talk.errand)):
            remove_waiting_photo(photo_key(talk.errand), photo_id)
        talk.errand["photos"] = 0
        talk.mark(_("Foto dihapus"))
        ask(talk)
    elif talk.heard.kind == "photo":
        take_photo(talk)
    elif talk.heard.kind == "text":
        if append_text(talk, talk.heard.text):
            talk.say(_("Saya tambahkan ke isi laporan."), [[(_("Lanjut"), talk.button("done"))]])
    else:
        ask(talk)
    return False


def _ask_place(talk: Talk) -> None:
    talk.say(
        _("Di mana kejadiannya? Tulis nama tempatnya, kirim lokasi, atau lewati."),
        keyboard={
            "keyboard": [
                [{"text": _("📍 Kirim lokasi saya sekarang"), "request_location": True}],
                [{"text": _("Lewati")}],
            ],
            "resize_keyboard": True,
            "one_time_keyboard": True,
        },
    )


def _hear_place(talk: Talk) -> bool:
    heard = talk.heard
    if heard.kind == "location":
        talk.errand.update(latitude=heard.latitude, longitude=heard.longitude)
        if heard.place:
            talk.errand["place"] = heard.place[:LONGEST_PLACE]
        said = heard.place or _("titik di peta")
    elif heard.kind == "text" and heard.text == _("Lewati"):
        for name in ("place", "latitude", "longitude"):
            talk.errand.pop(name, None)
        said = _("tidak disebutkan")
    elif heard.kind == "text":
        talk.errand["place"] = said = heard.text[:LONGEST_PLACE]
    else:
        return _again(talk)
    talk.say(_("Tempat: %(place)s.", place=said), keyboard={"remove_keyboard": True})
    return True


def _unit_question() -> str:
    return str(_("Unit kerja mana yang Anda maksud? Pilih, atau ketik sebagian namanya."))


def _ask_unit(talk: Talk) -> None:
    ask_unit(talk, _unit_question())


def _hear_unit(talk: Talk) -> bool:
    chosen = hear_unit(talk, _unit_question())
    if chosen is None:
        return False
    talk.errand["unit_id"], name = chosen
    talk.errand["unit"] = name if chosen[0] is not None else ""
    talk.mark(name)
    return True


def _choose(field: str, true_button: str) -> Callable[[Talk, dict[str, str]], bool]:
    """An answer of two buttons; `field` becomes whether `true_button` was pressed."""

    def hear_it(talk: Talk, labels: dict[str, str]) -> bool:
        value = talk.pressed()
        if value not in labels:
            return _again(talk)
        talk.errand[field] = value == true_button
        talk.mark(labels[value])
        return True

    return hear_it


def _person_labels() -> dict[str, str]:
    return {"yes": _("Ya, tentang seseorang"), "no": _("Tidak")}


def _ask_person(talk: Talk) -> None:
    talk.say(
        _(
            "Apakah ini tentang sikap atau perbuatan seseorang, misalnya petugas?\n\n"
            "Jika ya, orang itu tidak akan melihat laporan Anda, dan hanya atasan yang membacanya."
        ),
        [[(label, talk.button(value))] for value, label in _person_labels().items()],
    )


def _secrecy_labels() -> dict[str, str]:
    return {"secret": _("Rahasiakan isinya"), "open": _("Boleh dibaca umum")}


def _ask_secrecy(talk: Talk) -> None:
    talk.say(
        _("Bolehkah isi laporan ini suatu saat dibaca umum? Nama Anda tidak pernah ditampilkan."),
        [[(label, talk.button(value))] for value, label in _secrecy_labels().items()],
    )


def _identity_labels() -> dict[str, str]:
    return {"anonymous": _("Tetap anonim"), "named": _("Boleh, saya beri kontak")}


def _ask_identity(talk: Talk) -> None:
    talk.say(
        _(
            "Bolehkah unit yang menangani mengetahui kontak Anda?\n\n"
            "Tanpa kontak pun laporan ditangani, dan Anda tetap menerima kabar di percakapan ini."
        ),
        [[(label, talk.button(value))] for value, label in _identity_labels().items()],
    )


def _ask_contact(talk: Talk) -> None:
    talk.say(
        _("Tulis nomor telepon atau alamat surel Anda, bagikan nomor Anda, atau lewati."),
        keyboard={
            "keyboard": [[{"text": _("📱 Bagikan nomor saya"), "request_contact": True}], [{"text": _("Lewati")}]],
            "resize_keyboard": True,
            "one_time_keyboard": True,
        },
    )


def _hear_contact(talk: Talk) -> bool:
    heard = talk.heard
    if heard.kind == "text" and heard.text == _("Lewati"):
        talk.errand["contact"] = {}
    else:
        contact = _read_contact(heard)
        if not contact:
            talk.say(_("Itu bukan nomor telepon atau alamat surel yang lengkap. Contoh: 0812 3456 7890."))
            return _again(talk)
        talk.errand["contact"] = contact
    said = ", ".join(talk.errand["contact"].values()) or _("tidak diberikan")
    talk.say(_("Kontak: %(contact)s.", contact=said), keyboard={"remove_keyboard": True})
    return True


def _read_contact(heard: Heard) -> dict[str, str]:
    """Name, phone or e-mail in what was sent; empty if there is none."""
    try:
        if heard.kind == "contact" and heard.phone:
            return {**({"name": heard.contact_name} if heard.contact_name else {}), "phone": clean_phone(heard.phone)}
        if heard.kind == "text":
            return {"email": clean_email(heard.text)} if "@" in heard.text else {"phone": clean_phone(heard.text)}
    except (InvalidPhone, InvalidEmail):
        pass
    return {}


_ASK: dict[str, Callable[[Talk], None]] = {
    "kind": _ask_kind,
    "text": _ask_text,
    "photos": _ask_photos,
    "place": _ask_place,
    "unit": _ask_unit,
    "person": _ask_person,
    "secrecy": _ask_secrecy,
    "identity": _ask_identity,
    "contact": _ask_contact,
}
_HEAR: dict[str, Callable[[Talk], bool]] = {
    "kind": _hear_kind,
    "text": _hear_text,
    "photos": _hear_photos,
    "place": _hear_place,
    "unit": _hear_unit,
    "person": lambda talk: _choose("person", "yes")(talk, _person_labels()),
    "secrecy": lambda talk: _choose("secret", "secret")(talk, _secrecy_labels()),
    "identity": lambda talk: _choose("anonymous", "anonymous")(talk, _identity_labels()),
    "contact": _hear_contact,
}
