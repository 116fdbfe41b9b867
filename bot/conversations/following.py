"""Following a case: opened with its two words, then told by messages, answered by buttons."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _
from sqlalchemy import select

from bot.conversations import menu
from bot.conversations.menu import menu_buttons, show_menu
from bot.conversations.talk import Button, Talk
from bot.conversations.words import day_words, kind_words, state_words
from webapp.counter.applications import followers
from webapp.counter.queue.own_tickets import change_ticket_language
from webapp.database import db
from webapp.feedback.actions import accept_answer, add_follower, dispute_answer, open_case, reply_to_agency
from webapp.feedback.codes import clean_code
from webapp.feedback.drafts import LONGEST_TEXT
from webapp.feedback.errors import CaseLocked, NoSuchCase
from webapp.feedback.followers import change_language, remove_follower, reporter_at
from webapp.feedback.life_cycle import IllegalStep, State
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.reporter_case import ReporterCase, read_case
from webapp.feedback.reporter_history import Moment
from webapp.feedback.tracking import Reporter, find_case
from webapp.feedback.vocabulary import ComplaintKind
from webapp.messaging.actions import TELEGRAM
from webapp.messaging.addresses import ChatAddress

#: What the buttons below a case and below notices carry before its code.
CASE_BUTTONS = ("case", "accept", "dispute", "reply", "unfollow")
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
            "following.reply": _("Tulis balasan Anda untuk laporan %(code)s.", code=code),
            "following.dispute": _(
                "Apa yang belum selesai pada laporan %(code)s? Tulis alasan Anda; laporan akan diperiksa lagi oleh "
                "orang lain.",
                code=code,
            ),
        }[talk.step or ""],
        back,
    )


def hear(talk: Talk) -> None:
    """Hear a code, a secret word, a reply or a reason."""
    if talk.pressed() == "cancel":
        talk.mark(_("Batal"))
        cancel(talk)
    elif talk.heard.kind != "text":
        ask_again(talk)
    elif talk.step == "following.code":
        _hear_code(talk)
    elif talk.step == "following.word":
        _hear_word(talk)
    else:
        _hear_words(talk)


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
    add_follower(complaint.feedback_id, _address(talk))
    db.session.flush()
    talk.finish()
    talk.say(_("Mulai sekarang Anda dikabari di sini tentang laporan %(code)s.", code=complaint.code))
    show(talk, complaint.code)


def _hear_words(talk: Talk) -> None:
    """A reply or the reason of a dispute."""
    if len(talk.heard.text) > LONGEST_TEXT:
        talk.say(_("Tulisan Anda terlalu panjang: paling banyak %(most)s karakter.", most=LONGEST_TEXT))
        return
    disputing = talk.step == "following.dispute"
    code = talk.errand["code"]
    complaint = _find(talk, code)
    talk.finish()
    if complaint is None:
        return
    # The case is locked, so what is found here holds until the end of the turn.
    if disputing and complaint.state != State.ANSWERED:
        _say_moved_on(talk, complaint)
    elif disputing:
        dispute_answer(complaint, talk.heard.text, write_key=talk.key, at=talk.at)
        talk.say(_("Sanggahan Anda dicatat. Laporan %(code)s dibuka lagi dan diperiksa orang lain.", code=code))
    elif complaint.state in (State.ACCEPTED, State.CLOSED):
        _say_moved_on(talk, complaint)
    else:
        reply_to_agency(complaint, talk.heard.text, write_key=talk.key, at=talk.at)
        talk.say(_("Balasan Anda pada laporan %(code)s sudah diteruskan.", code=code))


def hear_case_button(talk: Talk, action: str, code: str) -> None:
    """A button below a case or a notice. It can be old: what the case has become meanwhile decides."""
    complaint = _find(talk, code)
    if complaint is None:
        return
    doing: dict[str, Callable[[Talk, Complaint], None]] = {
        "case": lambda talk, complaint: show(talk, complaint.code),
        "accept": _accept,
        "dispute": _begin_dispute,
        "reply": _begin_reply,
        "unfollow": _unfollow,
    }
    doing[action](talk, complaint)


def _accept(talk: Talk, complaint: Complaint) -> None:
    try:
        accept_answer(complaint, write_key=talk.key, at=talk.at)
    except IllegalStep:
        _say_moved_on(talk, complaint)
        return
    talk.mark(_("Ya, selesai"))
    talk.say(_("Terima kasih. Laporan %(code)s kami catat selesai menurut Anda.", code=complaint.code))


def _begin_dispute(talk: Talk, complaint: Complaint) -> None:
    if complaint.state != State.ANSWERED:
        _say_moved_on(talk, complaint)
        return
    talk.begin("following.dispute", {"code": complaint.code})
    ask_again(talk)


def _begin_reply(talk: Talk, complaint: Complaint) -> None:
    if complaint.state in (State.ACCEPTED, State.CLOSED):
        _say_moved_on(talk, complaint)
        return
    talk.begin("following.reply", {"code": complaint.code})
    ask_again(talk)


def _unfollow(talk: Talk, complaint: Complaint) -> None:
    remove_follower(complaint.feedback_id, _address(talk))
    talk.mark(_("Tidak diikuti lagi"))
    talk.say(
        _(
            "Anda tidak dikabari lagi tentang laporan %(code)s. "
            "Dengan kode dan kata rahasianya Anda dapat mengikuti lagi.",
            code=complaint.code,
        )
    )


def list_cases(talk: Talk) -> None:
    """The cases that this chat follows, the newest first."""
    rows = db.session.execute(
        select(Complaint.code, Complaint.state)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .where(Complaint.feedback_id.in_(_followed(talk).complaint_ids))
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
    case = read_case(_followed(talk), code, talk.at)
    zone = case.timezone or "Asia/Jakarta"
    lines = [
        _("Laporan %(code)s · %(kind)s", code=code, kind=kind_words(ComplaintKind(case.kind))),
        _("Dikirim %(day)s", day=day_words(case.filed_at, zone)),
        "",
        state_words(case.state) + ".",
    ]
    if case.unit:
        lines.append(_("Unit kerja: %(unit)s", unit=case.unit))
    if case.due_at is not None:
        due = day_words(case.due_at, zone)
        lines.append(
            _("Seharusnya dijawab paling lambat %(day)s. Ini sudah terlambat.", day=due)
            if case.overdue
            else _("Dijawab paling lambat %(day)s.", day=due)
        )
    if case.closes_at is not None:
        lines.append(_("Tanpa tanggapan Anda, laporan ditutup pada %(day)s.", day=day_words(case.closes_at, zone)))
    said = [moment for moment in case.history if moment.text][-SHOWN_MESSAGES:]
    for moment in said:
        lines += ["", f"{_who(moment)}, {day_words(moment.at, zone)}:", _shortened(moment.text or "")]
    talk.say("\n".join(lines), _case_buttons(case))


def _case_buttons(case: ReporterCase) -> list[list[Button]]:
    rows: list[list[Button]] = []
    if case.awaits_verdict:
        rows.append([(_("Ya, selesai"), f"accept:{case.code}"), (_("Belum, saya sanggah"), f"dispute:{case.code}")])
    if case.may_reply:
        rows.append([(_("Jawab") if case.question else _("Tambahkan keterangan"), f"reply:{case.code}")])
    rows.append([(_("Berhenti mengikuti"), f"unfollow:{case.code}")])
    return rows


def _who(moment: Moment) -> str:
    words: dict[str, str] = {
        "question": _("Pertanyaan petugas"),
        "answer": _("Jawaban"),
        "reply": _("Balasan Anda"),
        "dispute": _("Sanggahan Anda"),
    }
    return words.get(moment.what, str(_("Anda")))


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "…"


def _say_moved_on(talk: Talk, complaint: Complaint) -> None:
    """The button is older than what happened since."""
    talk.say(
        _(
            "Itu tidak dapat dilakukan lagi. Keadaan laporan %(code)s sekarang: %(state)s.",
            code=complaint.code,
            state=state_words(State(complaint.state)),
        ),
        [[(_("Lihat laporan"), f"case:{complaint.code}")]],
    )


def _find(talk: Talk, code: str) -> Complaint | None:
    """The case if this chat follows it, locked; else the chat is told how to."""
    try:
        return find_case(_followed(talk), code, lock=True)
    except NoSuchCase:
        talk.say(
            _("Laporan itu tidak Anda ikuti di sini. Bukalah dengan kode dan kata rahasianya."),
            [[(_("🔎 Ikuti laporan"), "menu:follow")]],
        )
        return None


def _followed(talk: Talk) -> Reporter:
    """Whoever writes from this chat, as the reporter of the cases that it follows."""
    return reporter_at(_address(talk))


def _address(talk: Talk) -> ChatAddress:
    return ChatAddress(TELEGRAM, str(talk.heard.chat_id), talk.language)


def choose_language(talk: Talk, code: str) -> None:
    """Go on in another language, in the messages about followed cases, files and numbers as well."""
    menu.choose_language(talk, code)
    change_language(_address(talk))
    followers.change_language(_address(talk))
    change_ticket_language(_address(talk))
