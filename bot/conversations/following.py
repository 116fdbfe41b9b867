"""Following a case: opened with its two words, then told by messages, answered by buttons."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from bot.conversations import menu
from bot.conversations.menu import menu_buttons, show_menu
from bot.conversations.talk import Button, Talk
from bot.conversations.words import day_words, kind_words, state_words
from webapp.counter.applications import followers
from webapp.counter.queue.own_tickets import change_ticket_language
from webapp.database import db
from webapp.feedback.actions import add_follower, open_case
from webapp.feedback.codes import clean_code
from webapp.feedback.errors import CaseLocked, NoSuchCase
from webapp.feedback.followers import change_language, reporter_at
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.reporter_case import ReporterCase, read_case
from webapp.feedback.reporter_history import Moment
from webapp.feedback.tracking import Reporter, find_case
from webapp.feedback.vocabulary import ComplaintKind
from webapp.messaging.actions import TELEGRAM
from webapp.messaging.addresses import ChatAddress

LISTED_CASES = 20
SHOWN_MESSAGES = 4
SHOWN_CHARACTERS = 700


def start(talk: Talk, code: str = "") -> None:
    """Ask for the two words; `code` if it is known already."""
    talk.begin("following.code")
    if clean_code(code):
        talk.errand["code"] = clean_code(code)
        talk.step = "following.word"
    ask_again(talk)


def ask_again(talk: Talk) -> None:
    """Repeat the question that is open."""
    code = talk.errand.get("code", "")
    back: list[list[Button]] = [[(_("Batal"), talk.button("cancel"))]]
    talk.say(
        {
            "following.code": _("Ketik kode laporan, misalnya TG-7K2M-94QX."),
            "following.word": _(
                "Sekarang ketik kata rahasia laporan %(code)s. Setelah terbaca, pesan Anda itu saya hapus dari sini.",
                code=code,
            ),
        }[talk.step or ""],
        back,
    )


def hear(talk: Talk) -> None:
    """Hear a code or a secret word."""
    if talk.pressed() == "cancel":
        talk.mark(_("Batal"))
        cancel(talk)
    elif talk.heard.kind != "text":
        ask_again(talk)
    elif talk.step == "following.code":
        _hear_code(talk)
    else:
        _hear_word(talk)


def cancel(talk: Talk) -> None:
    """Leave it."""
    talk.finish()
    talk.say(_("Baik, dibatalkan."))
    if not talk.resumed:
        show_menu(talk)


def _hear_code(talk: Talk) -> None:
    code = clean_code(talk.heard.text)
    if not code:
        talk.say(_("Kode terdiri dari TG dan delapan huruf atau angka. Periksa lagi."))
    else:
        talk.errand["code"] = code
        talk.step = "following.word"
    ask_again(talk)


def _hear_word(talk: Talk) -> None:
    talk.forget_heard()
    try:
        complaint = open_case(talk.errand["code"], talk.heard.text, talk.at)
    except NoSuchCase:
        talk.say(_("Kode dan kata rahasia itu tidak cocok. Coba lagi dari kodenya."))
        talk.step = "following.code"
        ask_again(talk)
        return
    except CaseLocked as locked:
        minutes = max(1, round((locked.until - talk.at).total_seconds() / 60))
        talk.finish()
        talk.say(_("Terlalu banyak percobaan. Coba lagi setelah %(minutes)s menit.", minutes=minutes))
        return
    add_follower(complaint.feedback_id, address(talk))
    db.session.flush()
    talk.finish()
    talk.say(_("Mulai sekarang Anda dikabari di sini tentang laporan %(code)s.", code=complaint.code))
    show(talk, complaint.code)


def list_cases(talk: Talk) -> None:
    """The cases that this chat follows, the newest first."""
    rows = db.session.execute(
        select(Complaint.code, Complaint.state)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .where(Complaint.feedback_id.in_(followed(talk).complaint_ids))
        .order_by(Feedback.filed_at.desc(), Feedback.id.desc())
        .limit(LISTED_CASES)
    )
    lines = [(code, State(state)) for code, state in rows]
    if not lines:
        talk.say(
            _(
                "Belum ada laporan yang Anda ikuti di sini. "
                "Laporan yang Anda kirim dari sini diikuti dengan sendirinya."
            ),
            menu_buttons() if talk.step is None else (),
        )
        return
    text = "\n".join(f"{code}: {state_words(state)}" for code, state in lines)
    talk.say(
        _("Laporan yang Anda ikuti:") + "\n\n" + text,
        [[(code, f"case:{code}")] for code, _state in lines],
    )


def show(talk: Talk, code: str) -> None:
    """One case in words, with the buttons that make sense for it."""
    case = read_case(followed(talk), code, talk.at)
    zone = case.timezone or "Asia/Jakarta"
    lines = [
        _("Laporan %(code)s · %(kind)s", code=case.code, kind=kind_words(ComplaintKind(case.kind))),
        _("Dikirim %(day)s", day=day_words(case.filed_at, zone)),
        "",
        state_words(case.state) + ".",
        *_what_next(case, zone),
    ]
    said = [moment for moment in case.history if moment.text][-SHOWN_MESSAGES:]
    for moment in said:
        lines += ["", f"{_who(moment)}, {day_words(moment.at, zone)}:", _shortened(moment.text or "")]
    for half in case.halves:
        lines += ["", _("Bagian lain dari laporan ini: %(code)s, %(state)s.", code=half.code, state=_small(half.state))]
    talk.say("\n".join(lines), _case_buttons(case))


def _small(state: State) -> str:
    words = state_words(state)
    return words[:1].lower() + words[1:]


def _what_next(case: ReporterCase, zone: str) -> list[str]:
    """Who has it, and until when who has to do what."""
    lines = []
    if case.passed_on_to:
        lines.append(_("Diteruskan ke: %(agency)s", agency=case.passed_on_to))
    if case.unit and case.is_open:
        lines.append(_("Unit kerja: %(unit)s", unit=case.unit))
    if case.due_at is not None:
        due = day_words(case.due_at, zone)
        lines.append(
            _("Seharusnya dijawab paling lambat %(day)s. Ini sudah terlambat.", day=due)
            if case.overdue
            else _("Dijawab paling lambat %(day)s.", day=due)
        )
    if case.paused:
        lines.append(_("Waktu jawaban kami berhenti dihitung sampai Anda menjawab."))
    if case.complete_until is not None:
        until = day_words(case.complete_until, zone)
        lines.append(_("Lengkapi paling lambat %(day)s. Setelah itu laporan diarsipkan.", day=until))
    if case.may_come_back:
        lines.append(_("Bila Anda melengkapinya sekarang, laporan diperiksa lagi."))
    if case.closes_at is not None:
        lines.append(_("Tanpa tanggapan Anda, laporan ditutup pada %(day)s.", day=day_words(case.closes_at, zone)))
    if case.may_reopen and case.reopen_until is not None:
        until = day_words(case.reopen_until, zone)
        lines.append(_("Anda dapat meminta laporan ini dibuka lagi sampai %(day)s.", day=until))
    if case.state == State.UNSOLVED:
        lines.append(
            _(
                "Anda juga dapat membawanya ke Ombudsman. Berkas lengkap untuk dicetak ada di halaman laporan di "
                "situs kami."
            )
        )
    return lines


def _case_buttons(case: ReporterCase) -> list[list[Button]]:
    rows: list[list[Button]] = []
    if case.awaits_verdict:
        rows.append([(_("Ya, selesai"), f"accept:{case.code}"), (_("Belum, saya sanggah"), f"dispute:{case.code}")])
    if case.awaits_completion:
        rows.append([(_("Lengkapi sekarang"), f"complete:{case.code}")])
    if case.may_reopen:
        rows.append([(_("Minta dibuka lagi"), f"reopen:{case.code}")])
    if case.may_reply:
        rows.append([(_("Jawab") if case.question else _("Tambahkan keterangan"), f"reply:{case.code}")])
    if case.answer and case.answer.photo_ids:
        rows.append([(_("Lihat foto jawaban"), f"photos:{case.code}")])
    rows.extend([(half.code, f"case:{half.code}")] for half in case.halves)
    rows.append([(_("Berhenti mengikuti"), f"unfollow:{case.code}")])
    return rows


def _who(moment: Moment) -> str:
    words: dict[str, str] = {
        "question": _("Pertanyaan petugas"),
        "answer": _("Jawaban"),
        "reply": _("Balasan Anda"),
        "dispute": _("Sanggahan Anda"),
        "reopened": _("Anda minta dibuka lagi"),
        "completed": _("Yang Anda lengkapi"),
        "deferral": _("Yang masih kurang"),
        "passed_on": _("Penjelasan"),
        "archived": _("Penjelasan"),
        "unsolved": _("Penjelasan"),
        "farewell": _("Penjelasan"),
    }
    return words.get(moment.what, str(_("Anda")))


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def say_moved_on(talk: Talk, complaint: Complaint) -> None:
    """The button is older than what happened since."""
    talk.say(
        _(
            "Itu tidak dapat dilakukan lagi. Keadaan laporan %(code)s sekarang: %(state)s.",
            code=complaint.code,
            state=state_words(State(complaint.state)),
        ),
        [[(_("Lihat laporan"), f"case:{complaint.code}")]],
    )


def find(talk: Talk, code: str) -> Complaint | None:
    """The case if this chat follows it, locked; else the chat is told how to."""
    try:
        return find_case(followed(talk), code, lock=True)
    except NoSuchCase:
        talk.say(
            _("Laporan itu tidak Anda ikuti di sini. Bukalah dengan kode dan kata rahasianya."),
            [[(_("🔎 Ikuti laporan"), "menu:follow")]],
        )
        return None


def followed(talk: Talk) -> Reporter:
    """Whoever writes from this chat, as the reporter of the cases that it follows."""
    return reporter_at(address(talk))


def address(talk: Talk) -> ChatAddress:
    return ChatAddress(TELEGRAM, str(talk.heard.chat_id), talk.language)


def choose_language(talk: Talk, code: str) -> None:
    """Go on in another language, in the messages about followed cases, files and numbers as well."""
    menu.choose_language(talk, code)
    change_language(address(talk))
    followers.change_language(address(talk))
    change_ticket_language(address(talk))
