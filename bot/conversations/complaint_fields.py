"""The questions of a complaint: how each is asked, how its answer is heard, and what the summary says of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _

from bot.conversations import complaint_story as story
from bot.conversations.heard import Heard
from bot.conversations.talk import Talk
from bot.conversations.units import ask_unit, hear_unit
from bot.conversations.words import kind_words
from webapp.feedback.contacts import InvalidEmail, InvalidPhone, clean_email, clean_phone
from webapp.feedback.secrecy import points_at_person
from webapp.feedback.vocabulary import ComplaintKind

Errand = dict[str, Any]

ORDER = ("kind", "text", "photos", "place", "unit", "person", "secrecy", "identity", "contact")
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


def _field(talk: Talk) -> str:
    return (talk.step or "").partition(".")[2]


def _applies(name: str, errand: Errand) -> bool:
    """Whether a question makes sense, given what was said. What is known is not asked."""
    if name == "text":
        return not errand.get("text")
    if name in ("place", "unit"):
        return not {"visit_id", "application_id"} & errand.keys()
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
        if talk.heard.kind == "text" and not talk.errand.get("changing") and story.append_text(talk, talk.heard.text):
            talk.say(_("Tulisan Anda saya simpan sebagai isi laporan. Tinggal pilih jenisnya."))
        return _again(talk)
    talk.errand["kind"] = value
    talk.mark(kind_words(ComplaintKind(value)))
    return True


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
    "text": story.ask_text,
    "photos": story.ask_photos,
    "place": _ask_place,
    "unit": _ask_unit,
    "person": _ask_person,
    "secrecy": _ask_secrecy,
    "identity": _ask_identity,
    "contact": _ask_contact,
}
_HEAR: dict[str, Callable[[Talk], bool]] = {
    "kind": _hear_kind,
    "text": story.hear_text,
    "photos": story.hear_photos,
    "place": _hear_place,
    "unit": _hear_unit,
    "person": lambda talk: _choose("person", "yes")(talk, _person_labels()),
    "secrecy": lambda talk: _choose("secret", "secret")(talk, _secrecy_labels()),
    "identity": lambda talk: _choose("anonymous", "anonymous")(talk, _identity_labels()),
    "contact": _hear_contact,
}
