"""What the holder of a number is told in his chat. Counters have names here, officers never do."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _

from webapp.counter.faces import VALUES, value_words
from webapp.counter.models import Visit
from webapp.counter.queries import receipt_of
from webapp.counter.queue.models import QueueTicket
from webapp.counter.queue.vocabulary import Step, TicketState
from webapp.database import db
from webapp.messaging.actions import TELEGRAM, queue_message
from webapp.messaging.languages import speaking

Rows = list[list[dict[str, str]]]

#: Steps that are told, and the state in which that is still true: who has been served is not called to a counter.
_STILL_TRUE = {
    Step.CALLED: TicketState.CALLED,
    Step.RECALLED: TicketState.CALLED,
    Step.HELD: TicketState.HELD,
    Step.TRANSFERRED: TicketState.WAITING,
    Step.NO_SHOW: TicketState.NO_SHOW,
    Step.FINISHED: TicketState.FINISHED,
    Step.CANCELLED: TicketState.CANCELLED,
    Step.EXPIRED: TicketState.EXPIRED,
}


def queue_ticket_notice(ticket_id: int, step: str, *, key: str) -> bool:
    """Queue the message about a step to the ticket's chat; whether there was anything to tell and anybody to tell.

    Drawing is answered where it happens. A step that something else has overtaken is left out. `key` makes telling
    twice telling once.
    """
    ticket = db.session.get_one(QueueTicket, ticket_id)
    if ticket.chat_address is None or _STILL_TRUE.get(Step(step)) != ticket.state:
        return False
    with speaking(ticket.chat_language):
        text, rows = _notice(ticket, Step(step))
    _queue(ticket, text, rows, key=key)
    return True


def _queue(ticket: QueueTicket, text: str, rows: Rows, *, key: str) -> None:
    content: dict[str, object] = {"method": "sendMessage", "text": text}
    if rows:
        content["reply_markup"] = {"inline_keyboard": rows}
    assert ticket.chat_address is not None
    queue_message(TELEGRAM, ticket.chat_address, content, key=key)


def _notice(ticket: QueueTicket, step: Step) -> tuple[str, Rows]:
    if step == Step.FINISHED:
        assert ticket.visit is not None
        return _receipt(ticket.visit)
    counter = ticket.session.counter.name if ticket.session is not None else ""
    words = {"label": ticket.label, "counter": counter, "service": ticket.line.service.name, "unit": ticket.unit.name}
    look = [[_button(_("Lihat nomor"), f"ticket:{ticket.code}")]]
    again = [[_button(_("🎫 Ambil nomor lagi"), "menu:queue")]]
    if step == Step.CALLED:
        return _("🔔 Giliran Anda! Nomor %(label)s, silakan ke %(counter)s.", **words), []
    if step == Step.RECALLED:
        return _("🔔 Nomor %(label)s dipanggil sekali lagi. Silakan segera ke %(counter)s.", **words), []
    if step == Step.HELD:
        return (
            _(
                "Nomor %(label)s ditunda dulu. Nomor Anda tetap berlaku hari ini: lengkapi yang diminta, lalu lapor ke "
                "loket. Anda akan dipanggil lagi tanpa mengambil nomor baru.",
                **words,
            ),
            look,
        )
    if step == Step.TRANSFERRED:
        return (
            _(
                "Nomor %(label)s dialihkan ke layanan %(service)s. Nomor dan urutan Anda tetap. Silakan tunggu "
                "panggilan berikutnya.",
                **words,
            ),
            look,
        )
    if step == Step.NO_SHOW:
        return (
            _(
                "Nomor %(label)s sudah dipanggil, tetapi Anda belum datang ke loket, jadi nomor ini tidak berlaku "
                "lagi. Bila Anda masih di %(unit)s, lapor ke petugas atau ambil nomor lagi.",
                **words,
            ),
            again,
        )
    if step == Step.CANCELLED:
        return _("Nomor %(label)s di %(unit)s dibatalkan. Tempatnya sudah terbuka untuk orang lain.", **words), again
    return (
        _(
            "Maaf, nomor %(label)s di %(unit)s belum sempat dipanggil sampai layanan tutup, dan tidak berlaku lagi. "
            "Silakan ambil nomor untuk hari lain.",
            **words,
        ),
        again,
    )


def _receipt(visit: Visit) -> tuple[str, Rows]:
    """The receipt, with the four faces below it: one press rates."""
    receipt = receipt_of(visit.id)
    text = _(
        "Terima kasih sudah datang. Ini struk kunjungan Anda.\n\n"
        "%(service)s di %(unit)s, %(day)s\n"
        "Menunggu %(waited)s menit, dilayani %(served)s menit\n"
        "Kode struk: %(receipt)s\n\n"
        "Bagaimana pelayanannya?",
        service=visit.service.name,
        unit=visit.unit.name,
        day=_day(visit.finished_at, visit.unit.timezone),
        waited=_minutes(visit.waited_seconds),
        served=_minutes((visit.finished_at - visit.started_at).total_seconds()),
        receipt=receipt,
    )
    faces = [[_button(value_words(value), f"rate:{receipt}:{value}")] for value in VALUES]
    return text, [*faces, [_button(_("📝 Kirim laporan tentang ini"), f"menu:about:{receipt}")]]


def _button(label: str, data: str) -> dict[str, str]:
    return {"text": label, "callback_data": data}


def _day(at: datetime, timezone: str) -> str:
    return str(format_date(at.astimezone(ZoneInfo(timezone)).date(), "EEEE, d MMMM y"))


def _minutes(seconds: float) -> int:
    """Whole minutes as a person counts them: what was begun counts."""
    return max(1, round(seconds / 60))
