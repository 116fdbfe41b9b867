"""Drawing a number: where, for what, when, who goes first by rule, and only then is it drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask_babel import gettext as _

from bot.conversations import queue_times as times
from bot.conversations import tickets
from bot.conversations.menu import show_menu
from bot.conversations.pages import PAGE, pressed_number, turning
from bot.conversations.talk import Talk
from bot.conversations.words import priority_words
from webapp.counter.queue.drawing import TicketDraft, draw_ticket
from webapp.counter.queue.errors import HallClosed, NoQueueHere, QueueRefusal, SlotFull, SlotGone, TooManyTickets
from webapp.counter.queue.queries import HallChoice, LineChoice, list_halls, list_lines
from webapp.counter.queue.vocabulary import DrawChannel, Priority


def start(talk: Talk) -> None:
    """Begin to draw a number; whoever has one already is shown it first."""
    if tickets.own_tickets(talk):
        tickets.list_tickets(talk)
    talk.begin("queue.hall")
    halls = list_halls()
    if not halls:
        _leave(talk, _("Antrean daring belum dibuka di kota ini. Silakan datang langsung ke unit kerja."))
    elif len(halls) == 1:
        _choose_hall(talk, halls[0])
    else:
        ask_hall(talk)


def ask_again(talk: Talk) -> None:
    """Repeat the question that is open."""
    asking: dict[str, Callable[[Talk], None]] = {
        "queue.hall": ask_hall,
        "queue.line": ask_line,
        "queue.when": times.ask_when,
        "queue.slot": times.ask_slot,
        "queue.priority": ask_priority,
        "queue.confirm": ask_to_confirm,
    }
    try:
        asking[talk.step or ""](talk)
    except QueueRefusal as refusal:
        _refuse(talk, refusal)


def cancel(talk: Talk) -> None:
    """Leave without a number."""
    _leave(talk, _("Baik, tidak ada nomor yang diambil."))


def hear(talk: Talk) -> None:
    """Hear the answer to the open question."""
    if talk.pressed() == "cancel":
        talk.mark(_("Batal"))
        cancel(talk)
        return
    hearing: dict[str, Callable[[Talk], None]] = {
        "queue.hall": _hear_hall,
        "queue.line": _hear_line,
        "queue.when": _hear_when,
        "queue.slot": _hear_slot,
        "queue.priority": _hear_priority,
        "queue.confirm": _hear_confirmation,
    }
    try:
        hearing[talk.step or ""](talk)
    except QueueRefusal as refusal:
        _refuse(talk, refusal)


def _leave(talk: Talk, words: str) -> None:
    talk.finish()
    talk.say(words)
    if not talk.resumed:
        show_menu(talk)


# --- where -----------------------------------------------------------------------------------------------------------


def ask_hall(talk: Talk, page: int = 0, halls: Sequence[HallChoice] | None = None) -> None:
    """Ask for the unit; `halls` are those that were looked for by name."""
    # Those that serve now come first; by name within these, as they are.
    found = sorted(list_halls() if halls is None else halls, key=lambda hall: not hall.counters)
    rows = [[(_hall_words(hall), talk.button(f"pick:{hall.unit_id}"))] for hall in found[page * PAGE :][:PAGE]]
    talk.say(
        _("Di mana Anda ingin dilayani? Pilih, atau ketik sebagian namanya."),
        [*rows, *turning(talk, page, len(found)), [(_("Batal"), talk.button("cancel"))]],
    )


def _hall_words(hall: HallChoice) -> str:
    name = hall.name[:50]
    return str(_("%(unit)s · buka", unit=name)) if hall.counters else name


def _hear_hall(talk: Talk) -> None:
    action, number = pressed_number(talk)
    halls = list_halls()
    chosen = next((hall for hall in halls if action == "pick" and hall.unit_id == number), None)
    if chosen is not None:
        talk.mark(chosen.name)
        _choose_hall(talk, chosen)
    elif talk.heard.kind == "text":
        found = [hall for hall in halls if _holds(hall.name, talk.heard.text)]
        if not found:
            talk.say(_("Tidak ada tempat antrean dengan nama itu. Coba kata lain, atau pilih dari daftar."))
        ask_hall(talk, halls=found or halls)
    else:
        ask_hall(talk, number if action == "page" else 0)


def _choose_hall(talk: Talk, hall: HallChoice) -> None:
    talk.errand.update(unit_id=hall.unit_id, unit=hall.name, keep=True)
    talk.step = "queue.line"
    ask_line(talk)


def _holds(name: str, words: str) -> bool:
    return all(word in name.lower() for word in words.lower().split())


# --- for what --------------------------------------------------------------------------------------------------------


def ask_line(talk: Talk, page: int = 0) -> None:
    """Ask for the service, with how many wait for it."""
    lines = list_lines(talk.errand["unit_id"], DrawChannel.TELEGRAM, talk.at)
    if not lines:
        _leave(talk, _("Di %(unit)s sedang tidak ada antrean yang dibuka.", unit=talk.errand["unit"]))
        return
    rows = [[(_line_words(line), talk.button(f"pick:{line.id}"))] for line in lines[page * PAGE :][:PAGE]]
    talk.say(
        _("%(unit)s. Anda datang untuk layanan apa?", unit=talk.errand["unit"]),
        [*rows, *turning(talk, page, len(lines)), [(_("Batal"), talk.button("cancel"))]],
    )


def _line_words(line: LineChoice) -> str:
    if not line.waiting:
        return line.service[:60]
    return str(_("%(service)s (%(waiting)s menunggu)", service=line.service[:44], waiting=line.waiting))


def _hear_line(talk: Talk) -> None:
    action, number = pressed_number(talk)
    lines = list_lines(talk.errand["unit_id"], DrawChannel.TELEGRAM, talk.at)
    chosen = next((line for line in lines if action == "pick" and line.id == number), None)
    if talk.heard.kind == "text":
        found = [line for line in lines if _holds(line.service, talk.heard.text)]
        chosen = found[0] if len(found) == 1 else None
    if chosen is None:
        ask_line(talk, number if action == "page" else 0)
        return
    talk.mark(chosen.service)
    talk.errand.update(line_id=chosen.id, service=chosen.service)
    talk.step = "queue.when"
    times.ask_when(talk)


# --- when ------------------------------------------------------------------------------------------------------------


def _hear_when(talk: Talk) -> None:
    if talk.pressed() == "back":
        talk.mark(_("‹ Layanan lain"))
        talk.step = "queue.line"
        ask_line(talk)
    elif times.hear_when(talk):
        _after_time(talk)


def _hear_slot(talk: Talk) -> None:
    if times.hear_slot(talk):
        _after_time(talk)


def _after_time(talk: Talk) -> None:
    """The last question, unless only the time was to be another."""
    talk.step = "queue.confirm" if "priority" in talk.errand else "queue.priority"
    ask_again(talk)


# --- who goes first --------------------------------------------------------------------------------------------------


def ask_priority(talk: Talk) -> None:
    """Ask whether somebody goes first by law (UU 25/2009 art. 29)."""
    talk.say(
        _(
            "Apakah yang dilayani lansia (60 tahun ke atas), penyandang disabilitas, atau sedang hamil? Mereka "
            "didahulukan; petugas dapat memeriksanya di loket."
        ),
        [
            [(_("Tidak"), talk.button(Priority.ORDINARY))],
            *([(priority_words(one), talk.button(one))] for one in Priority if one != Priority.ORDINARY),
            [(_("Batal"), talk.button("cancel"))],
        ],
    )


def _hear_priority(talk: Talk) -> None:
    value = talk.pressed()
    if value not in list(Priority):
        ask_priority(talk)
        return
    talk.errand["priority"] = value
    talk.mark(priority_words(Priority(value)))
    talk.step = "queue.confirm"
    ask_to_confirm(talk)


# --- and only then ---------------------------------------------------------------------------------------------------


def ask_to_confirm(talk: Talk) -> None:
    """Everything once more."""
    errand = talk.errand
    lines = [
        _("Layanan: %(service)s", service=errand["service"]),
        _("Tempat: %(unit)s", unit=errand["unit"]),
        _("Waktu: %(time)s", time=times.time_chosen(talk)),
    ]
    if errand["priority"] != Priority.ORDINARY:
        lines.append(_("Didahulukan: %(priority)s", priority=priority_words(Priority(errand["priority"]))))
    talk.say(
        "\n".join(lines),
        [
            [(_("✅ Ambil nomor"), talk.button("draw"))],
            [(_("Ubah waktu"), talk.button("when")), (_("Batal"), talk.button("cancel"))],
        ],
    )


def _hear_confirmation(talk: Talk) -> None:
    value = talk.pressed()
    if value == "draw":
        _draw(talk)
    elif value == "when":
        talk.mark(_("Ubah waktu"))
        talk.step = "queue.when"
        times.ask_when(talk)
    else:
        ask_to_confirm(talk)


def _draw(talk: Talk) -> None:
    """Draw the number. Raises QueueRefusal; nothing is drawn then."""
    drawn = draw_ticket(
        TicketDraft(talk.errand["line_id"], times.chosen_slot(talk), Priority(talk.errand["priority"])),
        channel=DrawChannel.TELEGRAM,
        write_key=talk.key,
        at=talk.at,
        person_key=tickets.person_key(talk),
        chat=tickets.address_of(talk),
    )
    talk.mark(_("Ambil nomor"))
    talk.answer(_("Nomor Anda %(label)s", label=drawn.label))
    talk.finish()
    tickets.show(talk, drawn.code)


def _refuse(talk: Talk, refusal: QueueRefusal) -> None:
    """Say why there is no number, and go back to the question that helps."""
    if isinstance(refusal, TooManyTickets):
        talk.finish()
        talk.say(_("Anda masih punya nomor untuk layanan itu. Batalkan dulu sebelum mengambil yang lain."))
        tickets.list_tickets(talk)
        return
    words: dict[type[QueueRefusal], str] = {
        SlotFull: _("Tempat yang Anda pilih baru saja habis. Silakan pilih waktu lain."),
        SlotGone: _("Waktu itu sudah lewat. Silakan pilih waktu lain."),
        HallClosed: _("%(unit)s sudah tutup untuk hari ini. Silakan pilih hari lain.", unit=talk.errand["unit"]),
        NoQueueHere: _("Layanan itu sedang tidak membuka antrean. Silakan pilih layanan lain."),
    }
    talk.say(words[type(refusal)])
    talk.step = "queue.line" if isinstance(refusal, NoQueueHere) else "queue.when"
    ask_again(talk)
