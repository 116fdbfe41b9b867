"""Citizens' words for the queue: who goes first, when, how long, and why a number cannot be had."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from flask_babel.speaklater import LazyString

from webapp.counter.queue.errors import HallClosed, NoQueueHere, QueueRefusal, SlotFull, SlotGone, TooManyTickets
from webapp.counter.queue.hall_pace import CallRange
from webapp.counter.queue.own_tickets import OwnTicket
from webapp.counter.queue.queries import LineChoice
from webapp.counter.queue.vocabulary import Priority
from webapp.organisation.calendars import WorkingTime, next_opening
from webapp.portal.citizen.words import time_in_words
from webapp.portal.dates import day_in_words, local_day

#: Who goes first, and by what it can be seen.
PRIORITIES: dict[Priority, tuple[LazyString, LazyString]] = {
    Priority.ORDINARY: (_l("Tidak perlu"), _l("Dipanggil menurut urutan.")),
    Priority.ELDERLY: (_l("Lanjut usia"), _l("60 tahun ke atas.")),
    Priority.DISABLED: (_l("Penyandang disabilitas"), _l("Yang terlihat maupun yang tidak terlihat.")),
    Priority.PREGNANT: (_l("Ibu hamil"), _l("Pada usia kandungan berapa pun.")),
}

#: Why a number could not be drawn, and what can be done instead. The most particular kind first.
_REFUSALS: tuple[tuple[type[QueueRefusal], LazyString], ...] = (
    (
        TooManyTickets,
        _l(
            "Nomor yang masih berlaku dari perangkat ini sudah sebanyak yang diperbolehkan untuk layanan ini. Batalkan "
            "yang tidak dipakai, atau ambil nomor di pintu masuk."
        ),
    ),
    (SlotFull, _l("Tempat pada waktu itu baru saja habis. Pilih waktu lain di bawah.")),
    (SlotGone, _l("Waktu itu sudah lewat atau tidak lagi dibuka. Pilih waktu lain di bawah.")),
    (HallClosed, _l("Hari ini tidak ada pelayanan lagi. Pilih hari lain di bawah.")),
    (
        NoQueueHere,
        _l("Layanan ini tidak lagi memakai nomor antrean daring. Pilih layanan lain, atau datang langsung ke unitnya."),
    ),
)
#: Above so many minutes nobody counts them one by one.
_LONG = 60


def refusal_in_words(refusal: QueueRefusal) -> str:
    """Why no number could be drawn, and what to do."""
    return next(str(words) for kind, words in _REFUSALS if isinstance(refusal, kind))


def slot_in_words(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """ "08.00–09.00" in the unit's zone; the end of the day is 24.00."""
    return f"{time_in_words(starts_at, zone)}–{_end_in_words(starts_at, ends_at, zone)}"


def _end_in_words(starts_at: datetime, ends_at: datetime, zone: str) -> str:
    words = time_in_words(ends_at, zone)
    return words.replace("00", "24", 1) if local_day(ends_at, zone) > local_day(starts_at, zone) else words


def day_said(day: date, today: date) -> str:
    """ "Hari ini", "Besok, Rabu, 25 November", "Kamis, 26 November"."""
    if day == today:
        return str(_("Hari ini"))
    words = day_in_words(day, today)
    return _("Besok, %(day)s", day=words) if day == today + timedelta(days=1) else words


def duration_in_words(seconds: float) -> str:
    """ "kurang dari 1 menit", "12 menit", "1 jam 5 menit"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return str(_("kurang dari 1 menit"))
    hours, minutes = divmod(minutes, 60)
    said = []
    if hours:
        said.append(ngettext("%(num)d jam", "%(num)d jam", hours))
    if minutes:
        said.append(ngettext("%(num)d menit", "%(num)d menit", minutes))
    return " ".join(said)


def hours_in_words(working: WorkingTime, now: datetime) -> str:
    """When a hall serves: today's hours while it does, else when it opens next."""
    zone, today = working.timezone, working.local_day(now)
    spans = working.spans_on(today)
    if any(closes > now for _opens, closes in spans):
        if all(closes - opens == timedelta(days=1) for opens, closes in spans):
            return str(_("Buka 24 jam."))
        hours = _(" dan ").join(slot_in_words(opens, closes, zone) for opens, closes in spans)
        return str(_("Hari ini buka %(hours)s.", hours=hours))
    try:
        opens = next_opening(now, working)
    except ValueError:
        return str(_("Sedang tidak melayani."))
    day = local_day(opens, zone)
    said = _("besok") if day == today + timedelta(days=1) else day_in_words(day, today)
    return str(_("Sekarang tutup. Buka lagi %(day)s pukul %(time)s.", day=said, time=time_in_words(opens, zone)))


def waiting_in_words(line: LineChoice) -> str:
    """How many wait in a line."""
    if line.waiting == 0:
        return str(_("Belum ada yang menunggu."))
    return str(ngettext("%(num)d orang menunggu.", "%(num)d orang menunggu.", line.waiting))


def wait_in_words(expected: CallRange, now: datetime) -> str:
    """How long one waits who draws now: "20–35 menit", of a long wait in steps of five minutes."""
    low, high = (max(0, round((at - now).total_seconds() / 60)) for at in expected)
    if high > _LONG:
        low, high = low // 5 * 5, -(-high // 5) * 5
    if low == high or high <= 1:
        return str(ngettext("%(num)d menit", "%(num)d menit", max(1, high)))
    return str(_("%(low)d–%(high)d menit", low=low, high=high))


def call_in_words(expected: CallRange, now: datetime, zone: str) -> str:
    """Between which times of day one will be called: "pukul 10.20–11.05"; it stays true while the page is open."""
    return str(_("pukul %(span)s", span=slot_in_words(max(expected.earliest, now), max(expected.latest, now), zone)))


def turn_in_words(day: date, slot_starts_at: datetime | None, now: datetime, zone: str) -> str:
    """The day of a number, and the time of its slot: "Besok, Rabu, 25 November, pukul 08.00"."""
    words = day_said(day, local_day(now, zone))
    if slot_starts_at is None:
        return words
    return str(_("%(day)s, pukul %(time)s", day=words, time=time_in_words(slot_starts_at, zone)))


def own_ticket_in_words(ticket: OwnTicket, now: datetime) -> str:
    """What an open number of one's own is for, in one line."""
    when = turn_in_words(ticket.day, ticket.slot_starts_at, now, ticket.timezone)
    return str(_("%(service)s di %(unit)s. %(when)s.", service=ticket.service, unit=ticket.unit, when=when))
