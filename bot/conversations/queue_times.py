"""When somebody wants to be served: now, or in a slot of some day. Only what has places left is offered."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from bot.conversations.pages import PAGE, pressed_number, turning
from bot.conversations.talk import Button, Talk
from bot.conversations.words import date_words, time_words, times_words
from webapp.counter.queue.drawing import OfferedDay, OfferedSlot, offer_slots, places_now
from webapp.counter.queue.errors import SlotFull
from webapp.counter.queue.paces import expected_range
from webapp.counter.queue.queries import list_lines
from webapp.counter.queue.vocabulary import DrawChannel
from webapp.database import db
from webapp.organisation.models import Unit


def ask_when(talk: Talk, page: int = 0) -> None:
    """Ask whether for now or for a slot of some day; raises NoQueueHere."""
    left = places_now(talk.errand["line_id"], DrawChannel.TELEGRAM, talk.at)
    days = _free_days(talk)
    rows: list[list[Button]] = []
    if left and page == 0:
        rows.append([(_("Sekarang (sisa %(left)s tempat)", left=left), talk.button("now"))])
    for day in days[page * PAGE :][:PAGE]:
        words = _("%(day)s (sisa %(left)s tempat)", day=day_words(talk, day.day), left=sum(s.left for s in day.slots))
        rows.append([(words, talk.button(f"day:{day.day.isoformat()}"))])
    rows += turning(talk, page, len(days))
    rows.append([(_("‹ Layanan lain"), talk.button("back")), (_("Batal"), talk.button("cancel"))])
    if left or days:
        places = _("Tempat dihitung untuk Telegram saja; portal dan pintu masuk punya bagiannya sendiri.")
        talk.say("\n\n".join([*(_waiting_words(talk) if left else ()), places, _("Untuk kapan nomornya?")]), rows)
    else:
        talk.say(
            _(
                "Semua tempat %(service)s di Telegram sudah terisi. Coba lagi besok, atau ambil nomor di pintu masuk "
                "%(unit)s.",
                service=talk.errand["service"],
                unit=talk.errand["unit"],
            ),
            rows,
        )


def hear_when(talk: Talk) -> bool:
    """Whether it is said when; else the next question has been put. Raises NoQueueHere, SlotFull."""
    value = talk.pressed() or ""
    action, number = pressed_number(talk)
    if value == "now":
        talk.mark(_("Sekarang"))
        talk.errand["slot"] = None
        return True
    if value.startswith("day:"):
        talk.errand["day"] = value.removeprefix("day:")
        talk.step = "queue.slot"
        ask_slot(talk, choosing=True)
    else:
        ask_when(talk, number if action == "page" else 0)
    return False


def ask_slot(talk: Talk, *, choosing: bool = False) -> None:
    """Ask for the hour of the day that was chosen, just now if `choosing`. Raises NoQueueHere, SlotFull."""
    day = _chosen_day(talk)
    if choosing:
        talk.mark(day_words(talk, day.day))
    buttons = [
        (_slot_words(talk, slot), talk.button(f"at:{slot.starts_at.timestamp():.0f}"))
        for slot in day.slots
        if slot.left
    ]
    rows: list[list[Button]] = [buttons[number : number + 2] for number in range(0, len(buttons), 2)]
    rows.append([(_("‹ Hari lain"), talk.button("back")), (_("Batal"), talk.button("cancel"))])
    talk.say(_("%(day)s. Pukul berapa Anda datang?", day=day_words(talk, day.day)), rows)


def hear_slot(talk: Talk) -> bool:
    """Whether it is said when; else the next question has been put. Raises NoQueueHere, SlotFull."""
    action, number = pressed_number(talk)
    if action == "at":
        if not any(slot.left and slot.starts_at.timestamp() == number for slot in _chosen_day(talk).slots):
            raise SlotFull
        talk.errand["slot"] = number
        talk.mark(time_words(datetime.fromtimestamp(number, UTC), zone_of(talk)))
        return True
    if talk.pressed() == "back":
        talk.mark(_("‹ Hari lain"))
        talk.step = "queue.when"
        ask_when(talk)
    else:
        ask_slot(talk)
    return False


def chosen_slot(talk: Talk) -> datetime | None:
    """When the chosen slot begins; None for now."""
    slot = talk.errand.get("slot")
    return datetime.fromtimestamp(slot, UTC) if slot is not None else None


def time_chosen(talk: Talk) -> str:
    """What was chosen, in words."""
    slot = chosen_slot(talk)
    if slot is None:
        return str(_("sekarang"))
    day = day_words(talk, slot.astimezone(ZoneInfo(zone_of(talk))).date())
    return str(_("%(day)s, pukul %(time)s", day=day, time=time_words(slot, zone_of(talk))))


def zone_of(talk: Talk) -> str:
    """The zone of the chosen unit."""
    return db.session.get_one(Unit, talk.errand["unit_id"]).timezone


def day_words(talk: Talk, day: date) -> str:
    """A day, called today where it is."""
    words = date_words(day)
    if day == talk.at.astimezone(ZoneInfo(zone_of(talk))).date():
        return str(_("Hari ini, %(day)s", day=words))
    return words


def _waiting_words(talk: Talk) -> list[str]:
    """How long one who draws for now has to wait, as far as that is known."""
    lines = list_lines(talk.errand["unit_id"], DrawChannel.TELEGRAM, talk.at)
    waiting = next((line.waiting for line in lines if line.id == talk.errand["line_id"]), 0)
    people = _("%(service)s: belum ada yang menunggu.", service=talk.errand["service"])
    if waiting:
        people = _("%(service)s: %(waiting)s orang menunggu.", service=talk.errand["service"], waiting=waiting)
    expected = expected_range((talk.errand["line_id"], None), talk.at)
    if expected is None:
        return [people]
    times = times_words(*expected, zone_of(talk))
    return [people + " " + _("Nomor yang diambil sekarang dipanggil kira-kira pukul %(times)s.", times=times)]


def _free_days(talk: Talk) -> list[OfferedDay]:
    """The days on which a slot has places left."""
    days = offer_slots(talk.errand["line_id"], DrawChannel.TELEGRAM, talk.at)
    return [day for day in days if any(slot.left for slot in day.slots)]


def _chosen_day(talk: Talk) -> OfferedDay:
    """The day that was chosen, as it is on offer now; raises NoQueueHere, SlotFull."""
    day = next((day for day in _free_days(talk) if day.day.isoformat() == talk.errand["day"]), None)
    if day is None:
        raise SlotFull
    return day


def _slot_words(talk: Talk, slot: OfferedSlot) -> str:
    times = times_words(slot.starts_at, slot.ends_at, zone_of(talk))
    return str(_("%(times)s (sisa %(left)s)", times=times, left=slot.left))
