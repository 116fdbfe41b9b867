"""Rating a visit: the code on the receipt, one of four faces, a comment if there is one."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import exists, select

from bot.conversations.menu import show_menu
from bot.conversations.talk import Button, Talk
from bot.conversations.units import ask_unit, hear_unit
from bot.conversations.words import day_words
from webapp.counter.errors import ReceiptExpired
from webapp.counter.faces import VALUES, value_words
from webapp.counter.models import Visit
from webapp.counter.queries import receipt_of, visit_of_receipt
from webapp.counter.receipts import InvalidReceipt
from webapp.database import db
from webapp.encryption import keyring
from webapp.feedback.actions import submit_rating
from webapp.feedback.drafts import LONGEST_COMMENT, RatingDraft
from webapp.feedback.errors import ReceiptUsed
from webapp.feedback.models import Feedback
from webapp.feedback.vocabulary import Channel

#: What a receipt's link carries before its code: t.me/<bot>?start=struk_<code>.
RECEIPT_LINK = "struk_"
_VALUE_NAMES = frozenset(map(str, VALUES))


def start(talk: Talk) -> None:
    """Ask for the receipt."""
    talk.begin("rating.receipt")
    ask_receipt(talk)


def start_with_receipt(talk: Talk, code: str) -> None:
    """Begin with a receipt's link, or with a code that was simply typed."""
    talk.begin("rating.receipt")
    if _read_receipt(talk, code):
        ask_value(talk)


def hear_receipt_button(talk: Talk, rest: str) -> None:
    """A face below a receipt ("<receipt>:3"), or the button that leads to the faces ("<receipt>")."""
    receipt, _colon, value = rest.partition(":")
    talk.begin("rating.receipt")
    if not _read_receipt(talk, receipt):
        return
    if value in _VALUE_NAMES:
        _take_value(talk, int(value))
    else:
        ask_value(talk)


def ask_receipt(talk: Talk) -> None:
    """Ask for the code on the receipt; who has none may rate a unit freely."""
    talk.say(
        _("Ketik kode pada struk kunjungan Anda, misalnya 0000-1A7K-2M94-QXTV."),
        [[(_("Saya tidak punya struk"), talk.button("none"))]],
    )


def hear_receipt(talk: Talk) -> None:
    """Hear the code."""
    if talk.pressed() == "none":
        talk.mark(_("Saya tidak punya struk"))
        talk.step = "rating.unit"
        ask_unit(talk, _unit_question())
    elif talk.heard.kind == "text":
        if _read_receipt(talk, talk.heard.text):
            ask_value(talk)
    else:
        ask_receipt(talk)


def _read_receipt(talk: Talk, code: str) -> bool:
    """Whether the visit of a receipt can be rated, which is the next step then; else why not has been said."""
    try:
        visit = visit_of_receipt(code, now=talk.at, valid_days=talk.receipt_valid_days)
    except InvalidReceipt:
        talk.say(_("Kode itu tidak kami kenal. Periksa lagi huruf dan angkanya."))
        ask_receipt(talk)
        return False
    except ReceiptExpired:
        talk.say(
            _(
                "Struk ini sudah lebih dari %(days)s hari, jadi tidak dapat dipakai menilai lagi. "
                "Anda tetap dapat menilai tanpa struk atau mengirim laporan.",
                days=talk.receipt_valid_days,
            )
        )
        ask_receipt(talk)
        return False
    if db.session.scalar(select(exists().where(Feedback.visit_id == visit.id, Feedback.kind == "rating"))):
        _say_used(talk, visit.id)
        return False
    talk.errand.update(visit_id=visit.id, unit_id=visit.unit_id, service_id=visit.service_id, keep=True)
    talk.errand["about"] = _about(visit)
    talk.step = "rating.value"
    return True


def _about(visit: Visit) -> str:
    """A visit in words: service, unit, day. Never who served."""
    day = day_words(visit.finished_at, visit.unit.timezone)
    return str(_("%(service)s di %(unit)s, %(day)s", service=visit.service.name, unit=visit.unit.name, day=day))


def _unit_question() -> str:
    return str(_("Unit kerja mana yang ingin Anda nilai? Pilih, atau ketik sebagian namanya."))


def ask_the_unit(talk: Talk) -> None:
    """Ask for the unit of a free rating."""
    ask_unit(talk, _unit_question())


def hear_the_unit(talk: Talk) -> None:
    """Hear the unit of a free rating."""
    chosen = hear_unit(talk, _unit_question())
    if chosen is None:
        return
    unit_id, name = chosen
    talk.mark(name)
    if unit_id is None:
        talk.finish()
        talk.say(_("Tanpa unit kerja penilaian tidak dapat kami teruskan. Anda dapat mengirim laporan dan bercerita."))
        if not talk.resumed:
            show_menu(talk)
        return
    talk.errand.update(unit_id=unit_id, about=name, keep=True)
    talk.step = "rating.value"
    ask_value(talk)


def ask_value(talk: Talk) -> None:
    """Four faces with words; the scale of the satisfaction survey (PermenPANRB 14/2017), best last."""
    talk.say(
        _("Bagaimana pelayanannya?\n\n%(about)s", about=talk.errand["about"]),
        [[(value_words(value), talk.button(str(value)))] for value in VALUES],
    )


def hear_value(talk: Talk) -> None:
    """Hear the face; a number is understood as well."""
    value = talk.pressed() or (talk.heard.text if talk.heard.kind == "text" else "")
    if value not in _VALUE_NAMES:
        ask_value(talk)
        return
    _take_value(talk, int(value))


def _take_value(talk: Talk, value: int) -> None:
    talk.errand["value"] = value
    talk.mark(value_words(value))
    talk.step = "rating.comment"
    ask_comment(talk)


def ask_comment(talk: Talk) -> None:
    """The last question. Whoever says nothing more has rated all the same, see `submit_left_alone`."""
    talk.say(
        _(
            "%(value)s. Ada yang ingin Anda tambahkan? Tulis komentar, atau tekan Kirim.\n\n"
            "Tanpa jawaban, penilaian Anda kami catat sendiri sekitar sepuluh menit lagi.",
            value=value_words(talk.errand["value"]),
        ),
        [[(_("✅ Kirim tanpa komentar"), talk.button("send"))], [(_("Batal"), talk.button("cancel"))]],
    )


def hear_comment(talk: Talk) -> None:
    """Hear the comment, and take the rating."""
    value = talk.pressed()
    if value == "cancel":
        talk.mark(_("Batal"))
        cancel(talk)
    elif value == "send":
        talk.mark(_("Kirim tanpa komentar"))
        submit(talk, None)
    elif talk.heard.kind == "text":
        if len(talk.heard.text) > LONGEST_COMMENT:
            talk.say(_("Komentar paling panjang %(most)s karakter. Ringkaslah sedikit.", most=LONGEST_COMMENT))
            return
        submit(talk, talk.heard.text)
    else:
        ask_comment(talk)


def submit(talk: Talk, comment: str | None) -> None:
    """Take the rating and say thanks."""
    errand = talk.errand
    visit_id = errand.get("visit_id")
    draft = RatingDraft(
        value=errand["value"],
        visit_id=visit_id,
        unit_id=errand["unit_id"],
        service_id=errand.get("service_id"),
        occurred_at=_day_of(visit_id),
        comment=comment,
    )
    rater = keyring().lookup_key("rater", f"telegram:{talk.heard.user_id}")
    try:
        submit_rating(draft, write_key=talk.key, channel=Channel.TELEGRAM, at=talk.at, rater_key=rater)
    except ReceiptUsed:
        _say_used(talk, visit_id)
        return
    talk.finish()
    talk.say(
        _("Terima kasih, penilaian Anda sudah dicatat: %(value)s.", value=value_words(errand["value"])),
        [[_file_button(visit_id)]],
    )


def _file_button(visit_id: int | None) -> Button:
    """A complaint about the visit. The button carries the receipt, which proves the visit; a mere number would not."""
    about = f"about:{receipt_of(visit_id)}" if visit_id is not None else "complaint"
    return _("📝 Kirim laporan tentang ini"), f"menu:{about}"


def cancel(talk: Talk) -> None:
    """Leave without rating; the receipt stays good."""
    talk.finish()
    talk.say(_("Penilaian dibatalkan. Tidak ada yang dicatat."))
    if not talk.resumed:
        show_menu(talk)


def _day_of(visit_id: int | None) -> datetime | None:
    visit = db.session.get(Visit, visit_id) if visit_id is not None else None
    return visit.started_at if visit else None


def _say_used(talk: Talk, visit_id: int | None) -> None:
    talk.finish()
    talk.say(
        _("Kunjungan dengan struk ini sudah dinilai. Satu struk hanya untuk satu penilaian."),
        [[_file_button(visit_id)]],
    )
