"""What the holder of a number is told in his chat. Counters have names here, officers never do."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.counter.faces import VALUES, value_words
from webapp.counter.models import Visit
from webapp.counter.queries import receipt_of
from webapp.counter.queue.lineup import lineup_of
from webapp.counter.queue.models import QueueHall, QueueTicket
from webapp.counter.queue.vocabulary import Step, TicketState
from webapp.database import db
from webapp.messaging.actions import TELEGRAM, queue_message
from webapp.messaging.languages import speaking

Rows = list[list[dict[str, str]]]

#: Who has chosen a slot is told so long before it begins: time to come.
NEAR_SLOT = timedelta(minutes=20)
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


def queue_nearly_notices(unit_id: int, now: datetime) -> int:
    """Tell everybody in a hall whose turn has nearly come, once each; how many were told.

    Near is who has at most `tell_ahead` people of his line ahead. A number for a slot is near only shortly before the
    slot begins.
    """
    hall = db.session.get(QueueHall, unit_id)
    if hall is None:
        return 0
    day = now.astimezone(ZoneInfo(hall.unit.timezone)).date()
    to_tell = (
        QueueTicket.unit_id == unit_id,
        QueueTicket.day == day,
        QueueTicket.state == TicketState.WAITING,
        QueueTicket.chat_address.is_not(None),
        QueueTicket.nearly_told_at.is_(None),
        QueueTicket.turn_at <= now + NEAR_SLOT,
    )
    line_ids = sorted(db.session.scalars(select(QueueTicket.line_id).where(*to_tell).distinct()))
    if not line_ids:
        return 0
    lineup = lineup_of(line_ids, day, hall.priority_in_a_row, now)
    ahead = {
        one.id: people
        for line_id in line_ids
        for people, one in enumerate(lineup.order_of([line_id]))
        if people <= hall.tell_ahead
    }
    # Locked in one order, and looked at again behind the lock: who was just called is not near any more.
    near = db.session.scalars(
        select(QueueTicket).where(QueueTicket.id.in_(ahead), *to_tell).order_by(QueueTicket.id).with_for_update()
    ).all()
    for ticket in near:
        ticket.nearly_told_at = now
        with speaking(ticket.chat_language):
            text = _nearly(ticket, ahead[ticket.id], now)
            rows = [[_button(_("Lihat nomor"), f"ticket:{ticket.code}")]]
        _queue(ticket, text, rows, key=f"nearly:{ticket.id}")
    db.session.flush()
    return len(near)


def halls_with_somebody_to_tell(now: datetime) -> list[int]:
    """Units with numbers that may have to be told soon that their turn has nearly come."""
    return sorted(
        db.session.scalars(
            select(QueueTicket.unit_id)
            .where(
                QueueTicket.state == TicketState.WAITING,
                QueueTicket.chat_address.is_not(None),
                QueueTicket.nearly_told_at.is_(None),
                QueueTicket.turn_at <= now + NEAR_SLOT,
            )
            .distinct()
        )
    )


def _nearly(ticket: QueueTicket, ahead: int, now: datetime) -> str:
    words = {"label": ticket.label, "unit": ticket.unit.name}
    if ticket.turn_at > now:
        time = _time(ticket.turn_at, ticket.unit.timezone)
        return str(
            _(
                "⏰ Nomor %(label)s mulai dipanggil pukul %(time)s. Silakan menuju %(unit)s sekarang.",
                time=time,
                **words,
            )
        )
    if ahead == 0:
        return str(_("⏰ Nomor %(label)s: Anda berikutnya. Silakan bersiap di dekat loket %(unit)s.", **words))
    return str(
        _(
            "⏰ Hampir giliran Anda: nomor %(label)s, tinggal %(ahead)s orang di depan Anda. Silakan berada di "
            "%(unit)s sekarang.",
            ahead=ahead,
            **words,
        )
    )


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
            "Maaf, nomor %(label)s di %(unit)s tidak sempat dilayani sampai layanan tutup, dan tidak berlaku lagi. "
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


def _time(at: datetime, timezone: str) -> str:
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%H:%M}" if str(get_locale()) == "en" else f"{local:%H.%M}"


def _minutes(seconds: float) -> int:
    """Whole minutes as a person counts them: what was begun counts."""
    return max(1, round(seconds / 60))
