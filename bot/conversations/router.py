"""Which step hears what was said."""

from __future__ import annotations

import re
from collections.abc import Callable

from flask_babel import gettext as _

from bot.conversations import (
    applications,
    complaint,
    complaint_fields,
    complaint_story,
    following,
    menu,
    queue,
    rating,
    replies,
    score,
    staff,
    tickets,
)
from bot.conversations.talk import Talk
from webapp.counter.errors import ReceiptExpired
from webapp.counter.queries import visit_of_receipt
from webapp.counter.receipts import InvalidReceipt
from webapp.feedback.codes import clean_code
from webapp.messaging.chat_links import PREFIX

Step = Callable[[Talk], None]

#: Step -> who hears the next words.
HEAR: dict[str, Step] = {
    **{f"complaint.{name}": complaint.hear_field for name in complaint_fields.ORDER},
    "complaint.summary": complaint.hear_summary,
    "complaint.change": complaint.hear_change,
    "complaint.repeats": complaint.hear_repeats,
    "menu.resume": complaint.hear_resume,
    "rating.receipt": rating.hear_receipt,
    "rating.unit": rating.hear_the_unit,
    "rating.value": rating.hear_value,
    "rating.comment": rating.hear_comment,
    **{f"queue.{name}": queue.hear for name in ("hall", "line", "when", "slot", "priority", "confirm")},
    "file.code": applications.hear_code,
    **{f"following.{name}": following.hear for name in ("code", "word")},
    **{f"following.{name}": replies.hear for name in ("reply", "complete", "dispute", "reopen")},
}
#: Step -> who repeats its question.
ASK: dict[str, Step] = {
    **{step: complaint.ask_again for step in HEAR if step.startswith("complaint.")},
    "menu.resume": complaint.ask_resume,
    "rating.receipt": rating.ask_receipt,
    "rating.unit": rating.ask_the_unit,
    "rating.value": rating.ask_value,
    "rating.comment": rating.ask_comment,
    **{step: queue.ask_again for step in HEAR if step.startswith("queue.")},
    "file.code": applications.ask_code,
    **{step: following.ask_again for step, hear in HEAR.items() if hear is following.hear},
    **{step: replies.ask_again for step, hear in HEAR.items() if hear is replies.hear},
}
#: Indonesian commands and their English twins.
COMMANDS: dict[str, Step] = {}
for _names, _step in (
    (("lapor", "report"), complaint.start),
    (("nilai",), score.rate_or_show),
    (("rate",), rating.start),
    (("nilaisaya", "score"), score.show),
    (("antre", "queue"), queue.start),
    (("nomor", "numbers"), tickets.list_tickets),
    (("berkas", "file"), applications.start),
    (("ikuti", "follow"), following.start),
    (("kasus", "cases"), following.list_cases),
    (("bantuan", "help"), menu.help_people),
    (("bahasa", "language"), menu.ask_language),
    (("menu",), menu.show_menu),
):
    COMMANDS |= dict.fromkeys(_names, _step)

_MENU: dict[str, Step] = {
    "complaint": complaint.start,
    "rate": rating.start,
    "queue": queue.start,
    "file": applications.start,
    "follow": following.start,
    "cases": following.list_cases,
    "help": menu.help_people,
    "language": menu.ask_language,
}
_RECEIPT = re.compile(r"(?:[0-9A-Za-z]{4}[\s-]?){3}[0-9A-Za-z]{4}")


def take_turn(talk: Talk) -> None:
    """Let the right step hear what was said. Every button is answered, every interrupted errand taken up again."""
    heard = talk.heard
    if talk.step is not None and talk.step not in HEAR and talk.step != "menu.spoken":
        talk.step, talk.errand = None, {}  # a step of an earlier version of the bot
    if heard.kind == "group":
        if heard.text.startswith("/"):  # the rest of a group's talk is none of our business
            menu.only_in_private(talk)
    elif heard.kind == "edited":
        complaint.amend(talk)
    elif heard.kind == "command":
        _hear_command(talk)
    elif heard.kind == "button":
        _hear_button(talk)
    elif heard.kind == "other":
        menu.nothing_to_read(talk)
    elif talk.step in HEAR:
        HEAR[talk.step](talk)
    else:
        _hear_unasked(talk)
    if talk.resumed and talk.step is not None:
        talk.say(_("Kita lanjutkan yang tadi."))
        ASK[talk.step](talk)
    talk.answer()


def _hear_command(talk: Talk) -> None:
    command, argument = talk.heard.command, talk.heard.argument
    if command == "start" and argument.startswith(rating.RECEIPT_LINK):
        rating.start_with_receipt(talk, argument[len(rating.RECEIPT_LINK) :])
    elif command == "start" and argument.startswith(PREFIX):
        staff.link(talk, argument)
    elif command == "start" and tickets.code_in(argument):
        tickets.follow(talk, argument)
    elif command == "start" and applications.code_in(argument):
        applications.follow(talk, argument)
    elif command == "start" and clean_code(argument):
        following.start(talk, argument)
    elif command == "start" and talk.step in ASK and talk.errand.get("keep"):
        talk.resumed = True  # pressing START again throws nothing away
    elif command == "start":
        talk.step, talk.errand = None, {}
        menu.greet(talk)
    elif command in ("batal", "cancel"):
        _cancel(talk)
    elif command in COMMANDS:
        COMMANDS[command](talk)
    else:
        talk.say(_("Perintah itu tidak saya kenal."))
        menu.help_people(talk)


def _cancel(talk: Talk) -> None:
    kind = (talk.step or "").partition(".")[0]
    doing = {
        "complaint": complaint.cancel,
        "rating": rating.cancel,
        "queue": queue.cancel,
        "file": applications.cancel,
        "following": following.cancel,
    }.get(kind)
    if doing is not None:
        doing(talk)
        return
    if talk.step is not None:
        talk.finish()
    talk.say(_("Tidak ada yang sedang berjalan."))
    if not talk.resumed:
        menu.show_menu(talk)


def _hear_button(talk: Talk) -> None:
    action, _colon, rest = talk.heard.data.partition(":")
    if action == "menu" and rest in _MENU:
        _MENU[rest](talk)
    elif action == "menu" and rest.startswith("about:"):
        _file_about(talk, rest.removeprefix("about:"))
    elif action == "language":
        following.choose_language(talk, rest)
        if talk.step in ASK:
            talk.resumed = True
        else:
            menu.show_menu(talk)
    elif action == "undo":
        complaint.undo(talk)
    elif action in replies.CASE_BUTTONS and clean_code(rest):
        replies.hear_case_button(talk, action, rest)
    elif action == "rate":
        rating.hear_receipt_button(talk, rest)
    elif action in tickets.TICKET_BUTTONS and tickets.code_in(rest):
        tickets.hear_ticket_button(talk, action, rest)
    elif action in applications.FILE_BUTTONS and applications.code_in(rest):
        applications.hear_file_button(talk, action, rest)
    elif talk.pressed() == "file" and talk.step == "menu.spoken":
        text = talk.errand["text"]
        talk.mark(_("Ya, jadikan laporan"))
        talk.finish()
        talk.resumed = False
        complaint.start(talk, text=text)
    elif talk.pressed() is not None and talk.step in HEAR:
        HEAR[talk.step](talk)
    else:
        talk.answer(_("Pertanyaan itu sudah lewat. Jawablah pertanyaan yang terakhir, atau ketik /menu."))


def _file_about(talk: Talk, receipt: str) -> None:
    """A complaint about a visit that was just rated: what is known is not asked again."""
    try:
        visit = visit_of_receipt(receipt, now=talk.at, valid_days=talk.receipt_valid_days)
    except (InvalidReceipt, ReceiptExpired):
        complaint.start(talk)
        return
    unit = {"unit_id": visit.unit_id, "unit": visit.unit.name}
    complaint.start(talk, visit_id=visit.id, service_id=visit.service_id, **unit)


def _named(place: str) -> dict[str, str]:
    return {"place": place} if place else {}


def _hear_unasked(talk: Talk) -> None:
    """Somebody speaks without having been asked: a receipt, a code, or a story."""
    heard = talk.heard
    if heard.kind == "photo":
        complaint.start_with_photo(talk)
    elif heard.kind == "location":
        complaint.start(talk, latitude=heard.latitude, longitude=heard.longitude, **_named(heard.place))
    elif heard.kind != "text":
        menu.show_menu(talk)
    elif heard.text.startswith(PREFIX):
        staff.link(talk, heard.text)
    elif tickets.code_in(heard.text):
        tickets.follow(talk, heard.text)
    elif applications.code_in(heard.text):
        applications.follow(talk, heard.text)
    elif clean_code(heard.text):
        following.start(talk, heard.text)
    elif _RECEIPT.fullmatch(heard.text):
        rating.start_with_receipt(talk, heard.text)
    elif len(heard.text) >= complaint_story.SHORTEST_TEXT:
        menu.offer_to_file(talk)
    else:
        menu.greet(talk)
