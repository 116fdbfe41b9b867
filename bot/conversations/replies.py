"""What a reporter says on a case: an answer to a question, what was missing, a verdict, that it be opened again."""

from __future__ import annotations

from collections.abc import Callable

from flask_babel import gettext as _

from bot.conversations import complaint_story as story
from bot.conversations import following
from bot.conversations.following import address, find, followed, say_moved_on
from bot.conversations.talk import Button, Talk
from bot.conversations.words import day_words
from webapp.feedback.actions import accept_answer, attach_photos, dispute_answer, reply_to_agency
from webapp.feedback.clocks.queries import reopening_ends
from webapp.feedback.completing import hand_in
from webapp.feedback.drafts import LONGEST_TEXT
from webapp.feedback.followers import remove_follower
from webapp.feedback.life_cycle import END_STATES, IllegalStep, State, Step
from webapp.feedback.models import Complaint
from webapp.feedback.movement.conflicts import reopen_complaint
from webapp.feedback.movement.errors import WindowClosed
from webapp.feedback.photos import list_waiting_photos
from webapp.feedback.reporter_case import read_case

#: What the buttons below a case and below notices carry before its code.
CASE_BUTTONS = ("case", "accept", "dispute", "reply", "complete", "reopen", "photos", "unfollow")
#: Steps in which pictures can come along.
_WITH_PHOTOS = ("following.reply", "following.complete")


def ask_again(talk: Talk) -> None:
    """Repeat the question that is open."""
    code = talk.errand["code"]
    talk.say(
        {
            "following.reply": _("Tulis balasan Anda untuk laporan %(code)s. Foto boleh disertakan.", code=code),
            "following.complete": _(
                "Tulis yang masih kurang pada laporan %(code)s. Foto boleh dikirim lebih dulu.", code=code
            ),
            "following.dispute": _(
                "Apa yang belum selesai pada laporan %(code)s? Tulis alasan Anda; laporan akan diperiksa lagi oleh "
                "orang lain.",
                code=code,
            ),
            "following.reopen": _(
                "Mengapa laporan %(code)s perlu dibuka lagi? Tulis apa yang belum selesai; laporan akan diperiksa "
                "oleh orang lain.",
                code=code,
            ),
        }[talk.step or ""],
        _ways_out(talk),
    )


def _ways_out(talk: Talk) -> list[list[Button]]:
    return [[(_("Batal"), talk.button("cancel"))]]


def hear(talk: Talk) -> None:
    """Hear words, or pictures that come along with them."""
    if talk.pressed() == "cancel":
        talk.mark(_("Batal"))
        following.cancel(talk)
    elif talk.pressed() == "send" and talk.errand.get("photos"):
        talk.mark(_("Kirim fotonya saja"))
        _hear_words(talk, str(_("Foto terlampir.")))
    elif talk.heard.kind == "photo" and talk.step in _WITH_PHOTOS:
        _hear_photo(talk)
    elif talk.heard.kind == "text":
        _hear_words(talk, talk.heard.text)
    else:
        ask_again(talk)


def _hear_photo(talk: Talk) -> None:
    """Keep a picture; the words below it are all that was still asked for."""
    if not story.keep_photo(talk, [[(_("Kirim fotonya saja"), talk.button("send"))], *_ways_out(talk)]):
        return
    talk.errand["photos"] = len(list_waiting_photos(story.photo_key(talk.errand)))
    if talk.heard.text:
        _hear_words(talk, talk.heard.text)


def _hear_words(talk: Talk, words: str) -> None:
    if len(words) > LONGEST_TEXT:
        talk.say(_("Tulisan Anda terlalu panjang: paling banyak %(most)s karakter.", most=LONGEST_TEXT))
        return
    step, code, photo_key = talk.step or "", talk.errand["code"], story.photo_key(talk.errand)
    complaint = find(talk, code)
    talk.finish()
    if complaint is None:
        return
    # The case is locked, so what is found here holds until the end of the turn.
    try:
        said = _SAY[step](talk, complaint, words)
    except IllegalStep:
        say_moved_on(talk, complaint)
        return
    except WindowClosed as error:
        day = day_words(error.until, _zone(complaint))
        talk.say(_("Laporan %(code)s hanya dapat dibuka lagi sampai %(day)s.", code=code, day=day))
        return
    attach_photos(photo_key, complaint.feedback_id)
    talk.say(said)


def _dispute(talk: Talk, complaint: Complaint, words: str) -> str:
    dispute_answer(complaint, words, write_key=talk.key, at=talk.at)
    code = complaint.code
    return str(_("Sanggahan Anda dicatat. Laporan %(code)s dibuka lagi dan diperiksa orang lain.", code=code))


def _reopen(talk: Talk, complaint: Complaint, words: str) -> str:
    reopen_complaint(complaint, words, write_key=talk.key, at=talk.at)
    return str(_("Laporan %(code)s dibuka lagi dan diperiksa orang lain.", code=complaint.code))


def _complete(talk: Talk, complaint: Complaint, words: str) -> str:
    hand_in(complaint, words, write_key=talk.key, at=talk.at)
    return str(_("Terima kasih. Laporan %(code)s sudah lengkap dan diperiksa lagi.", code=complaint.code))


def _reply(talk: Talk, complaint: Complaint, words: str) -> str:
    if complaint.state == State.DEFERRED:  # asked meanwhile to complete it
        return _complete(talk, complaint, words)
    if complaint.state in END_STATES:
        raise IllegalStep(State(complaint.state), Step.COMPLETE)
    reply_to_agency(complaint, words, write_key=talk.key, at=talk.at)
    return str(_("Balasan Anda pada laporan %(code)s sudah diteruskan.", code=complaint.code))


_SAY: dict[str, Callable[[Talk, Complaint, str], str]] = {
    "following.dispute": _dispute,
    "following.reopen": _reopen,
    "following.complete": _complete,
    "following.reply": _reply,
}


def hear_case_button(talk: Talk, action: str, code: str) -> None:
    """A button below a case or a notice. It can be old: what the case has become meanwhile decides."""
    complaint = find(talk, code)
    if complaint is None:
        return
    doing: dict[str, Callable[[Talk, Complaint], None]] = {
        "case": lambda talk, complaint: following.show(talk, complaint.code),
        "accept": _accept,
        "dispute": lambda talk, complaint: _begin(talk, complaint, "dispute"),
        "reply": lambda talk, complaint: _begin(talk, complaint, "reply"),
        "complete": lambda talk, complaint: _begin(talk, complaint, "complete"),
        "reopen": lambda talk, complaint: _begin(talk, complaint, "reopen"),
        "photos": _show_photos,
        "unfollow": _unfollow,
    }
    doing[action](talk, complaint)


def _begin(talk: Talk, complaint: Complaint, what: str) -> None:
    """Ask for words, if the case still waits for them."""
    if not _is_open_to(talk, complaint, what):
        say_moved_on(talk, complaint)
        return
    talk.begin(f"following.{what}", {"code": complaint.code})
    ask_again(talk)


def _is_open_to(talk: Talk, complaint: Complaint, what: str) -> bool:
    match what:
        case "dispute":
            return complaint.state == State.ANSWERED
        case "complete":
            return read_case(followed(talk), complaint.code, talk.at).awaits_completion
        case "reopen":
            until = reopening_ends(complaint)
            return until is not None and talk.at <= until
        case _:
            return complaint.state not in END_STATES


def _accept(talk: Talk, complaint: Complaint) -> None:
    try:
        accept_answer(complaint, write_key=talk.key, at=talk.at)
    except IllegalStep:
        say_moved_on(talk, complaint)
        return
    talk.mark(_("Ya, selesai"))
    talk.say(_("Terima kasih. Laporan %(code)s kami catat selesai menurut Anda.", code=complaint.code))


def _show_photos(talk: Talk, complaint: Complaint) -> None:
    """The pictures of the remedy that the standing answer shows."""
    answer = read_case(followed(talk), complaint.code, talk.at).answer
    for photo_id in answer.photo_ids if answer else ():
        talk.show_photo(photo_id, _("Foto pada jawaban laporan %(code)s", code=complaint.code))
    if not answer or not answer.photo_ids:
        talk.say(_("Jawaban laporan %(code)s tidak memuat foto.", code=complaint.code))


def _unfollow(talk: Talk, complaint: Complaint) -> None:
    remove_follower(complaint.feedback_id, address(talk))
    talk.mark(_("Tidak diikuti lagi"))
    talk.say(
        _(
            "Anda tidak dikabari lagi tentang laporan %(code)s. "
            "Dengan kode dan kata rahasianya Anda dapat mengikuti lagi.",
            code=complaint.code,
        )
    )


def _zone(complaint: Complaint) -> str:
    return complaint.unit.timezone if complaint.unit is not None else "Asia/Jakarta"
