"""What followers of a complaint are told, in their language, when something happens to it.

A chat gets the words themselves, since it is the reporter's own. A letter says only that there is news and where to
read it with the two words: mail is read by others, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, select

from webapp.database import db
from webapp.feedback.clocks.vocabulary import Clock
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Follower, StateChange
from webapp.feedback.reporter_case import running_clocks
from webapp.feedback.reporter_history import list_messages
from webapp.messaging.actions import EMAIL, TELEGRAM, queue_message
from webapp.messaging.languages import speaking
from webapp.messaging.notifications import Sender

Button = dict[str, str]


@dataclass(frozen=True, slots=True)
class Notice:
    """What there is to tell: `text` for a chat, `news` without any words of anybody for a letter."""

    news: str
    text: str
    buttons: tuple[Button, ...] = ()
    photo_ids: tuple[int, ...] = ()


def queue_notices(
    complaint_id: int,
    *,
    key: str,
    message_id: int | None = None,
    settled: State | None = None,
    sender: Sender | None = None,
) -> int:
    """Queue one notice to each follower of a complaint about where it stands now; how many.

    `message_id` is what the agency said, to pass on word for word; `settled` how it was settled, whatever became of it
    since. `key` makes telling twice telling once; a move is told once for each state that it led to. Letters are
    written only where there is a `sender` that has a letter-box.
    """
    channels = [TELEGRAM, EMAIL] if sender is not None and sender.mail else [TELEGRAM]
    followers = db.session.scalars(
        select(Follower)
        .where(Follower.complaint_id == complaint_id, Follower.channel.in_(channels))
        .order_by(Follower.id)
    ).all()
    if not followers:
        return 0
    complaint = db.session.get_one(Complaint, complaint_id)
    said = db.session.get_one(ComplaintMessage, message_id) if message_id is not None else None
    if said is None and settled is None:
        # Two moves that are heard of late would both tell where it stands now: that is said once.
        key = f"notice:move:{complaint_id}:{_last_change(complaint_id)}"
    told = 0
    for follower in followers:
        with speaking(follower.language):
            notice = _notice(complaint, said, settled)
            if notice is None:
                continue
            if follower.channel == TELEGRAM:
                _queue_chat(follower, complaint, notice, f"{key}:{follower.id}")
            elif sender is not None:
                letter = _letter(complaint, notice, sender)
                queue_message(EMAIL, follower.address, letter, key=f"{key}:{follower.id}")
        told += 1
    return told


def _last_change(complaint_id: int) -> int:
    return db.session.scalar(select(func.max(StateChange.id)).where(StateChange.complaint_id == complaint_id)) or 0


def _queue_chat(follower: Follower, complaint: Complaint, notice: Notice, key: str) -> None:
    caption = _("Foto pada jawaban laporan %(code)s", code=complaint.code)
    for photo_id in notice.photo_ids:  # before the words, whose buttons shall come last
        content = {"method": "sendPhoto", "photo_id": photo_id, "caption": caption}
        queue_message(TELEGRAM, follower.address, content, key=f"{key}:photo:{photo_id}")
    message: dict[str, object] = {"method": "sendMessage", "text": notice.text}
    if notice.buttons:
        message["reply_markup"] = {"inline_keyboard": [[button] for button in notice.buttons]}
    queue_message(TELEGRAM, follower.address, message, key=key)


def _letter(complaint: Complaint, notice: Notice, sender: Sender) -> dict[str, str]:
    address = f"{sender.public_url}/lacak?kode={complaint.code}"
    text = _(
        "%(news)s\n\n"
        "Baca selengkapnya dengan kode dan kata rahasia Anda:\n%(address)s\n\n"
        "Demi kerahasiaan Anda, isi laporan dan jawabannya tidak kami tulis di email. Surat ini dikirim otomatis dan "
        "tidak dapat dibalas; di halaman laporan Anda dapat berhenti menerimanya.\n\n"
        "Layanan pengaduan %(city)s",
        news=notice.news,
        address=address,
        city=sender.city,
    )
    return {"subject": _("Kabar tentang laporan %(code)s", code=complaint.code), "text": text}


def _notice(complaint: Complaint, said: ComplaintMessage | None, settled: State | None) -> Notice | None:
    """What there is to tell; None where something else tells it."""
    if said is not None:
        return _NOTICES_OF_WORDS[said.kind](complaint, said)
    if settled is not None:
        telling = _NOTICES_OF_ENDS.get(settled)
    else:
        telling = _NOTICES_OF_MOVES.get(State(complaint.state))
    return telling(complaint) if telling is not None else None


# what the agency said


def _question(complaint: Complaint, said: ComplaintMessage) -> Notice:
    code = complaint.code
    return Notice(
        _("Petugas bertanya tentang laporan %(code)s dan menunggu jawaban Anda.", code=code),
        _("Petugas bertanya tentang laporan %(code)s:\n\n%(text)s", code=code, text=said.text),
        (_button(_("Jawab"), "reply", code),),
    )


def _answer(complaint: Complaint, said: ComplaintMessage) -> Notice:
    code = complaint.code
    answer = next(moment for moment in list_messages(complaint) if moment.what == "answer" and moment.at == said.at)
    return Notice(
        _("Laporan %(code)s sudah dijawab. Bacalah, lalu katakan apakah masalahnya selesai.", code=code),
        _("Laporan %(code)s sudah dijawab:\n\n%(text)s\n\nApakah masalahnya selesai?", code=code, text=said.text),
        (_button(_("Ya, selesai"), "accept", code), _button(_("Belum, saya sanggah"), "dispute", code)),
        answer.photo_ids,
    )


def _deferral(complaint: Complaint, said: ComplaintMessage) -> Notice:
    code = complaint.code
    clock = running_clocks(complaint).get(Clock.COMPLETE)
    until = _day(complaint, clock.due_at) if clock is not None else None
    news = _("Laporan %(code)s belum dapat diproses karena ada yang kurang.", code=code)
    lines = [news, said.text]
    if until:
        news += " " + _("Lengkapi paling lambat %(day)s.", day=until)
        lines.append(_("Lengkapi paling lambat %(day)s. Setelah itu laporan diarsipkan.", day=until))
    buttons = (_button(_("Lengkapi sekarang"), "complete", code),) if complaint.state == State.DEFERRED else ()
    return Notice(news, "\n\n".join(lines), buttons)


def _farewell(complaint: Complaint, said: ComplaintMessage) -> Notice:
    code = complaint.code
    match State(complaint.state):
        case State.PASSED_ON:
            news = _("Laporan %(code)s wewenang instansi lain. Kami sudah meneruskannya.", code=code)
            if complaint.passed_on_to:
                agency = complaint.passed_on_to
                news = _("Laporan %(code)s wewenang %(agency)s. Kami sudah meneruskannya.", code=code, agency=agency)
            after = _("Anda tidak perlu mengirim ulang ke mana pun.")
            return Notice(news, f"{news}\n\n{said.text}\n\n{after}")
        case State.ARCHIVED:
            news = _("Laporan %(code)s diarsipkan tanpa jawaban.", code=code)
            after = _("Bila masalahnya masih ada, kirim laporan baru dan sebutkan kode ini.")
            return Notice(news, f"{news}\n\n{said.text}\n\n{after}")
        case State.UNSOLVED:
            news = _("Laporan %(code)s ditutup tanpa penyelesaian. Kami mencatatnya sebagai tidak selesai.", code=code)
            after = _("Anda dapat meminta laporan ini dibuka lagi, atau membawanya ke Ombudsman.")
            return Notice(
                f"{news} {after}",
                f"{news}\n\n{said.text}\n\n{after}",
                (_button(_("Minta dibuka lagi"), "reopen", code), _button(_("Lihat laporan"), "case", code)),
            )
        case _:  # it has gone on since
            news = _("Ada penjelasan baru pada laporan %(code)s.", code=code)
            return Notice(news, f"{news}\n\n{said.text}", (_button(_("Lihat laporan"), "case", code),))


_NOTICES_OF_WORDS = {"question": _question, "answer": _answer, "deferral": _deferral, "farewell": _farewell}


# where it stands


def _in_triage(complaint: Complaint) -> Notice:
    return _plain(_("Laporan %(code)s diperiksa lagi untuk menentukan siapa yang menangani.", code=complaint.code))


def _verified(complaint: Complaint) -> Notice:
    return _plain(_("Laporan %(code)s lengkap dan menjadi tugas kami.", code=complaint.code))


def _sent(complaint: Complaint) -> Notice:
    code, unit = complaint.code, complaint.unit.name if complaint.unit is not None else _("unit kerja")
    due = complaint.due_at
    text = _("Laporan %(code)s sudah diteruskan ke %(unit)s.", code=code, unit=unit)
    if complaint.split_from_id is not None:
        main = db.session.get_one(Complaint, complaint.split_from_id)
        text = _(
            "Sebagian dari laporan %(main)s kini ditangani %(unit)s sebagai laporan %(code)s. Kata rahasianya sama.",
            main=main.code,
            unit=unit,
            code=code,
        )
    if due is not None:
        text += " " + _("Jawaban paling lambat %(due)s.", due=_day(complaint, due))
    return _plain(text)


def _in_work(complaint: Complaint) -> Notice:
    return _plain(_("Laporan %(code)s sedang ditangani petugas.", code=complaint.code))


def _disputed(complaint: Complaint) -> Notice:
    return _plain(_("Laporan %(code)s dibuka lagi dan diperiksa ulang oleh orang lain.", code=complaint.code))


def _merged(complaint: Complaint) -> Notice:
    return _plain(
        _(
            "Laporan %(code)s dikerjakan bersama laporan lain tentang hal yang sama. Jawabannya juga untuk Anda, dan "
            "Anda menilainya sendiri.",
            code=complaint.code,
        )
    )


def _accepted(complaint: Complaint) -> Notice:
    return _plain(_("Laporan %(code)s tercatat selesai, menurut pernyataan Anda.", code=complaint.code))


def _closed(complaint: Complaint) -> Notice:
    code = complaint.code
    text = _(
        "Laporan %(code)s ditutup karena jawabannya tidak ditanggapi. Ini tidak dihitung sebagai selesai.", code=code
    )
    return Notice(text, text, (_button(_("Minta dibuka lagi"), "reopen", code),))


#: Where it lies now. What is not here is told with words of its own: an answer, what is missing, why it ended.
_NOTICES_OF_MOVES = {
    State.IN_TRIAGE: _in_triage,
    State.VERIFIED: _verified,
    State.SENT: _sent,
    State.IN_WORK: _in_work,
    State.MERGED: _merged,
}
#: What its reporter, or his silence, made of an answer.
_NOTICES_OF_ENDS = {State.DISPUTED: _disputed, State.ACCEPTED: _accepted, State.CLOSED: _closed}


def _plain(text: str) -> Notice:
    return Notice(text, text)


def _button(label: str, action: str, code: str) -> Button:
    return {"text": label, "callback_data": f"{action}:{code}"}


def _day(complaint: Complaint, at: datetime) -> str:
    zone = complaint.unit.timezone if complaint.unit is not None else "Asia/Jakarta"
    return str(format_date(at.astimezone(ZoneInfo(zone)).date(), "EEEE, d MMMM y"))
