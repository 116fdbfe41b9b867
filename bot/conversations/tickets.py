"""Numbers that were drawn: what one looks like now, giving it back, following one that was drawn elsewhere."""

from __future__ import annotations

import re

from flask_babel import gettext as _

from bot.conversations.menu import show_menu
from bot.conversations.talk import Button, Talk
from bot.conversations.words import date_words, time_words, times_words
from webapp.counter.codes import clean_ticket_code
from webapp.counter.queue.drawing import cancel_ticket, follow_ticket
from webapp.counter.queue.errors import NoSuchTicket, TicketGone
from webapp.counter.queue.models import QueueTicket
from webapp.counter.queue.own_tickets import OwnTicket, list_own_tickets
from webapp.counter.queue.paces import expected_range
from webapp.counter.queue.queries import TicketView, ticket_of
from webapp.counter.queue.vocabulary import TicketState
from webapp.database import db
from webapp.encryption import keyring
from webapp.messaging.actions import TELEGRAM
from webapp.messaging.addresses import ChatAddress

#: What the buttons below a number carry before its code: look, look again in place, ask whether to give it back, do so.
TICKET_BUTTONS = ("ticket", "ticketnow", "ticketdrop", "ticketgone")
_WRITTEN = re.compile(r"AN[\s-]?[0-9A-Z]", re.IGNORECASE)


def code_in(text: str) -> str:
    """The ticket's code that a text is; "" if it is none. Only with its letters: ten others may be a word."""
    return clean_ticket_code(text) if _WRITTEN.match(text) else ""


def person_key(talk: Talk) -> bytes:
    """By what the queue knows whoever writes: keyed, and another key than that of his ratings."""
    return keyring().lookup_key("queue", f"telegram:{talk.heard.user_id}")


def address_of(talk: Talk) -> ChatAddress:
    """The chat, where news are told."""
    return ChatAddress(TELEGRAM, str(talk.heard.chat_id), talk.language)


def own_tickets(talk: Talk) -> list[OwnTicket]:
    """Numbers drawn in this chat or followed from it that may still be called."""
    return list_own_tickets(person_key(talk), talk.at, chat=address_of(talk))


def list_tickets(talk: Talk) -> None:
    """The numbers of this chat, or how to get one."""
    code = code_in(talk.heard.argument)
    if code:
        follow(talk, code)
        return
    own = own_tickets(talk)
    if not own:
        talk.say(
            _("Anda tidak punya nomor antrean yang masih berlaku di sini."),
            [[(_("🎫 Ambil nomor antrean"), "menu:queue")]] if talk.step is None else (),
        )
        return
    lines = [f"{one.label}: {one.service}, {one.unit}, {date_words(one.day)}" for one in own]
    talk.say(
        _("Nomor Anda:") + "\n\n" + "\n".join(lines),
        [[(one.label, f"ticket:{one.code}")] for one in own],
    )


def follow(talk: Talk, code: str) -> None:
    """Tell this chat from now on what happens to a number that was drawn on the portal or at the door."""
    try:
        follow_ticket(code, address_of(talk), talk.at)
    except NoSuchTicket:
        _say_unknown(talk)
        return
    except TicketGone:
        show(talk, code)
        return
    talk.say(_("Mulai sekarang Anda dikabari di sini tentang nomor Anda."))
    show(talk, code)


def show(talk: Talk, code: str) -> None:
    """A number as it stands now."""
    ticket = _find(talk, code)
    if ticket is not None:
        talk.say(_card(talk, ticket), _buttons(ticket))


def hear_ticket_button(talk: Talk, action: str, code: str) -> None:
    """A button below a number or a notice. It can be old: what the number has become meanwhile decides."""
    ticket = _find(talk, code)
    if ticket is None:
        return
    if action == "ticket":
        talk.say(_card(talk, ticket), _buttons(ticket))
    elif action == "ticketnow":
        talk.rewrite(_card(talk, ticket), _buttons(ticket))
        talk.answer(_("Diperbarui pukul %(time)s", time=time_words(talk.at, ticket.timezone)))
    elif action == "ticketdrop":
        _ask_whether_to_cancel(talk, ticket)
    else:
        _cancel(talk, ticket)


def _ask_whether_to_cancel(talk: Talk, ticket: TicketView) -> None:
    if ticket.state not in (TicketState.WAITING, TicketState.HELD):
        talk.say(_card(talk, ticket), _buttons(ticket))
        return
    talk.say(
        _("Batalkan nomor %(label)s? Tempatnya langsung terbuka untuk orang lain.", label=ticket.label),
        [[(_("Ya, batalkan"), f"ticketgone:{ticket.code}"), (_("Tidak"), f"ticketnow:{ticket.code}")]],
    )


def _cancel(talk: Talk, ticket: TicketView) -> None:
    """Give the number back. Whoever follows it is told by a notice, this chat as well."""
    try:
        cancel_ticket(ticket.code, talk.at)
    except TicketGone:
        talk.say(_("Nomor ini tidak dapat dibatalkan lagi."))
        show(talk, ticket.code)
        return
    talk.mark(_("Nomor %(label)s dibatalkan", label=ticket.label))


def _find(talk: Talk, code: str) -> TicketView | None:
    try:
        return ticket_of(code, talk.at)
    except NoSuchTicket:
        _say_unknown(talk)
        return None


def _say_unknown(talk: Talk) -> None:
    talk.say(_("Nomor dengan kode itu tidak kami kenal. Periksa lagi huruf dan angkanya."))
    if talk.step is None:
        show_menu(talk)


def _card(talk: Talk, ticket: TicketView) -> str:
    """All there is to know about a number: which, where, when, and what comes next."""
    when = date_words(ticket.day)
    if ticket.slot_starts_at is not None:
        time = time_words(ticket.slot_starts_at, ticket.timezone)
        when = str(_("%(day)s, mulai pukul %(time)s", day=when, time=time))
    return "\n".join([f"🎫 {ticket.label}", f"{ticket.service}, {ticket.unit}", when, "", *_standing(talk, ticket)])


def _standing(talk: Talk, ticket: TicketView) -> list[str]:
    words: dict[str, str] = {
        TicketState.CALLED: _("🔔 Sedang dipanggil. Silakan ke %(counter)s.", counter=ticket.counter or ""),
        TicketState.HELD: _("Ditunda dulu. Lapor ke loket bila Anda sudah siap; nomor Anda tetap berlaku."),
        TicketState.FINISHED: _("Sudah dilayani. Terima kasih."),
        TicketState.NO_SHOW: _(
            "Sudah dipanggil, tetapi Anda belum datang ke loket. Lapor ke petugas bila masih di sana."
        ),
        TicketState.CANCELLED: _("Dibatalkan."),
        TicketState.EXPIRED: _("Tidak berlaku lagi: harinya sudah lewat."),
    }
    if ticket.state != TicketState.WAITING:
        return [words[ticket.state]]
    lines = []
    slot = ticket.slot_starts_at
    if slot is not None and slot > talk.at:
        lines.append(_("Datanglah sebelum pukul %(time)s.", time=time_words(slot, ticket.timezone)))
    else:
        lines.append(
            _("Di depan Anda: %(ahead)s orang.", ahead=ticket.ahead) if ticket.ahead else _("Anda berikutnya.")
        )
    expected = expected_range(db.session.get_one(QueueTicket, ticket.id), talk.at)
    if expected is not None:
        lines.append(_("Dipanggil kira-kira pukul %(times)s.", times=times_words(*expected, ticket.timezone)))
    return [*lines, _("Kami kabari di sini menjelang giliran Anda dan saat nomor Anda dipanggil.")]


def _buttons(ticket: TicketView) -> list[list[Button]]:
    if ticket.state in (TicketState.WAITING, TicketState.HELD):
        return [
            [(_("🔄 Perbarui"), f"ticketnow:{ticket.code}"), (_("Batalkan nomor"), f"ticketdrop:{ticket.code}")],
        ]
    if ticket.state == TicketState.CALLED:
        return [[(_("🔄 Perbarui"), f"ticketnow:{ticket.code}")]]
    if ticket.receipt:
        return [[(_("⭐ Nilai pelayanannya"), f"rate:{ticket.receipt}")]]
    return [[(_("🎫 Ambil nomor lagi"), "menu:queue")]]
