"""A number told in sentences for whoever holds it: where it stands, and what to do now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.counter.queue.hall_pace import CallRange
from webapp.counter.queue.queries import TicketView
from webapp.counter.queue.vocabulary import TicketState
from webapp.portal.citizen.queue_words import call_in_words, turn_in_words
from webapp.portal.citizen.words import time_in_words
from webapp.portal.dates import local_day


@dataclass(frozen=True, slots=True)
class TicketStory:
    """What a ticket's page says. `look` is '', 'called' or 'over'; `again` offers another number."""

    heading: str
    lead: str
    detail: str
    look: str = ""
    advice: str = ""
    #: Whether the number may still be called.
    open: bool = False
    again: bool = False
    ahead: str = ""
    expected: str = ""
    #: How far `expected` may be trusted.
    trust: str = ""


def tell_ticket(ticket: TicketView, expected: CallRange | None, now: datetime, *, checked: bool) -> TicketStory:
    """The story of a number at `now`; `expected` is when it will be called, as far as that can be said; `checked`
    whether enough such ranges were compared with what came true."""
    if ticket.state == TicketState.WAITING and ticket.day >= local_day(now, ticket.timezone):
        return _waiting(ticket, expected, now, checked)
    place = turn_in_words(ticket.day, None, now, ticket.timezone)
    detail = _("%(unit)s. %(day)s.", unit=ticket.unit, day=place)
    if ticket.state == TicketState.CALLED:
        return TicketStory(
            _("Silakan ke %(counter)s", counter=ticket.counter),
            _("Nomor Anda dipanggil pukul %(time)s.", time=time_in_words(ticket.called_at or now, ticket.timezone)),
            _("%(counter)s, %(unit)s", counter=ticket.counter, unit=ticket.unit),
            look="called",
            open=True,
        )
    if ticket.state == TicketState.HELD:
        return TicketStory(
            _("Nomor Anda ditunda sebentar"),
            _("Lengkapi yang diminta petugas, lalu kembali ke loket. Anda dipanggil lagi tanpa mengambil nomor baru."),
            detail,
            advice=_("Nomor ini berlaku sampai pelayanan hari ini tutup."),
            open=True,
        )
    if ticket.state == TicketState.FINISHED:
        return TicketStory(
            _("Selesai dilayani"),
            _("Terima kasih sudah datang. Ini struk kunjungan Anda."),
            detail,
            look="over",
        )
    if ticket.state == TicketState.NO_SHOW:
        return TicketStory(
            _("Nomor ini sudah terlewat"),
            _("Nomor Anda dipanggil pukul %(time)s, tetapi Anda belum datang ke loket.", time=_called(ticket, now)),
            detail,
            look="over",
            advice=_("Masih di tempat? Lapor kepada petugas di loket, atau ambil nomor lagi."),
            again=True,
        )
    if ticket.state == TicketState.CANCELLED:
        return TicketStory(
            _("Nomor ini dibatalkan"),
            _("Tempatnya sudah dibuka untuk orang lain. Terima kasih sudah memberi tahu."),
            detail,
            look="over",
            again=True,
        )
    return TicketStory(
        _("Nomor ini tidak berlaku lagi"),
        _("Maaf, nomor ini belum sempat dipanggil sampai pelayanan tutup."),
        detail,
        look="over",
        advice=_("Ambil nomor untuk hari lain. Bila Anda datang dan menunggu sia-sia, laporkan: kami tindak lanjuti."),
        again=True,
    )


def _waiting(ticket: TicketView, expected: CallRange | None, now: datetime, checked: bool) -> TicketStory:
    zone = ticket.timezone
    when = turn_in_words(ticket.day, ticket.slot_starts_at, now, zone)
    days_off = (ticket.day - local_day(now, zone)).days
    later = days_off > 0
    ahead = "" if ticket.ahead is None or later else _("%(n)s orang", n=ticket.ahead)
    said = call_in_words(expected, now, zone) if expected is not None else _("muncul begitu ada loket yang buka")
    if later or (ticket.slot_starts_at is not None and ticket.slot_starts_at > now):
        heading, lead = (
            # Within the sentence "hari ini" and "besok" are small; names of days never are.
            _("Datang %(when)s", when=when[0].lower() + when[1:] if days_off <= 1 else when),
            _("Anda dipanggil menurut urutan pada jam itu. Datang sepuluh menit sebelumnya cukup."),
        )
    elif expected is None:
        heading, lead = (
            _("Nomor Anda"),
            _("Belum ada loket yang melayani nomor ini. Simpan halaman ini dan lihat lagi nanti."),
        )
    elif ticket.ahead is not None and ticket.ahead <= 3:
        heading, lead = _("Giliran Anda dekat"), _("Tunggu di dekat loket: nomor Anda sebentar lagi dipanggil.")
    else:
        heading, lead = (
            _("Nomor Anda"),
            _("Anda tidak perlu berdiri di ruang tunggu. Datanglah saat perkiraannya dekat."),
        )
    return TicketStory(
        heading,
        lead,
        _("%(unit)s. %(when)s.", unit=ticket.unit, when=when),
        open=True,
        ahead=ahead,
        expected=said,
        trust=_trust(checked) if expected is not None else "",
    )


def _trust(checked: bool) -> str:
    if checked:
        return str(_("Perkiraan dihitung dari pelayanan hari-hari ini; delapan dari sepuluh kali tepat."))
    return str(_("Perkiraan kasar: pelayanan di sini belum cukup lama dicatat. Datanglah lebih awal."))


def _called(ticket: TicketView, now: datetime) -> str:
    return time_in_words(ticket.called_at or now, ticket.timezone)
