"""Document applications: followed with their code, then told by messages. No name is ever said here."""

from __future__ import annotations

import re

from flask_babel import gettext as _
from sqlalchemy import select

from bot.conversations import complaint
from bot.conversations.menu import show_menu
from bot.conversations.talk import Button, Talk
from bot.conversations.words import file_state_words, moment_words
from webapp.counter.applications.actions import follow_application
from webapp.counter.applications.errors import NoSuchApplication
from webapp.counter.applications.followers import list_followed, remove_follower
from webapp.counter.applications.models import Application
from webapp.counter.applications.outcome_words import outcome_sentences, outcome_title
from webapp.counter.applications.queries import TrackedApplication, TrackedStage, track
from webapp.counter.applications.urgency import Urgency
from webapp.counter.applications.vocabulary import OPEN_STATES, ApplicationState, PaperState
from webapp.counter.codes import clean_application_code
from webapp.database import db
from webapp.messaging.actions import TELEGRAM
from webapp.messaging.addresses import ChatAddress

#: What the buttons below a file and below notices carry before its code: look, look again in place, leave, and file a
#: complaint about how long it takes or about something else.
FILE_BUTTONS = ("file", "filenow", "fileleave", "filelate", "filetell")
_WRITTEN = re.compile(r"BK[\s-]?[0-9A-Z]", re.IGNORECASE)


def code_in(text: str) -> str:
    """The file's code that a text is; "" if it is none. Only with its letters: ten others may be a word."""
    return clean_application_code(text) if _WRITTEN.match(text) else ""


def start(talk: Talk) -> None:
    """Show the files that are followed here, and ask for the code of another."""
    if code_in(talk.heard.argument):
        follow(talk, talk.heard.argument)
        return
    talk.begin("file.code")
    ask_code(talk)


def ask_code(talk: Talk) -> None:
    """Ask for the code of a file; those that are known already are a button away."""
    known: list[list[Button]] = [[(code, f"file:{code}")] for code in list_followed(_address(talk))]
    words = _("Ketik kode berkas Anda, misalnya BK-7K2M9-4QXTV. Kodenya ada pada tanda terima.")
    if known:
        words = _("Pilih berkas yang sudah Anda ikuti, atau ketik kode berkas lain, misalnya BK-7K2M9-4QXTV.")
    talk.say(words, [*known, [(_("Batal"), talk.button("cancel"))]])


def hear_code(talk: Talk) -> None:
    """Hear the code."""
    if talk.pressed() == "cancel":
        talk.mark(_("Batal"))
        cancel(talk)
    elif talk.heard.kind == "text":
        code = clean_application_code(talk.heard.text)
        if code and _follow(talk, code):
            talk.finish()
            show(talk, code)
            return
        if not code:
            talk.say(_("Kode berkas terdiri dari BK dan sepuluh huruf atau angka. Periksa lagi."))
        ask_code(talk)
    else:
        ask_code(talk)


def cancel(talk: Talk) -> None:
    """Leave it."""
    talk.finish()
    talk.say(_("Baik, dibatalkan."))
    if not talk.resumed:
        show_menu(talk)


def follow(talk: Talk, code: str) -> None:
    """Tell this chat from now on what becomes of a file: from its link, or its code simply typed."""
    code = clean_application_code(code)
    if _follow(talk, code):
        show(talk, code)


def _follow(talk: Talk, code: str) -> bool:
    try:
        follow_application(code, _address(talk), talk.at)
    except NoSuchApplication:
        talk.say(_("Berkas dengan kode itu tidak kami kenal. Periksa lagi huruf dan angkanya."))
        return False
    talk.say(_("Mulai sekarang Anda dikabari di sini tentang berkas %(code)s.", code=code))
    return True


def hear_file_button(talk: Talk, action: str, code: str) -> None:
    """A button below a file or a notice."""
    try:
        file = track(clean_application_code(code), talk.at)
    except NoSuchApplication:
        talk.answer(_("Berkas dengan kode itu tidak kami kenal. Periksa lagi huruf dan angkanya."))
        return
    if action == "file":
        _say(talk, file)
    elif action == "filenow":
        talk.rewrite(_card(talk, file), _buttons(talk, file))
        talk.answer(_("Diperbarui"))
    elif action == "fileleave":
        remove_follower(file.code, _address(talk))
        talk.mark(_("Tidak diikuti lagi"))
        talk.say(_("Anda tidak dikabari lagi tentang berkas %(code)s.", code=file.code))
    else:
        _begin_complaint(talk, file, about_delay=action == "filelate")


def _begin_complaint(talk: Talk, file: TrackedApplication, *, about_delay: bool) -> None:
    """A complaint about a file: what is known is not asked again."""
    row = db.session.scalars(select(Application).where(Application.code == file.code)).one()
    complaint.start(
        talk,
        application_id=row.id,
        about_delay=about_delay,
        service_id=row.service_id,
        unit_id=row.unit_id,
        unit=row.unit.name,
    )


def show(talk: Talk, code: str) -> None:
    """A file as it stands now; NoSuchApplication if there is none."""
    _say(talk, track(code, talk.at))


def _say(talk: Talk, file: TrackedApplication) -> None:
    talk.say(_card(talk, file), _buttons(talk, file))


def _card(talk: Talk, file: TrackedApplication) -> str:
    """State, due date, what is missing, what it waits for, and the stages."""
    state = ApplicationState(file.state)
    lines = [f"📄 {file.service}, {file.unit}", _("Berkas %(code)s", code=file.code), "", file_state_words(state) + "."]
    if state in OPEN_STATES:
        lines += [*_waiting(file), *_due(file)]
    lines += _ending(file)
    missing = [paper.name for paper in file.papers if paper.state == PaperState.MISSING]
    if missing and state in OPEN_STATES:
        lines += ["", _("Yang masih kurang:"), *(f"• {name}" for name in missing)]
    if file.stages:
        lines += ["", *(_stage_words(stage) for stage in file.stages)]
    return "\n".join(lines)


def _waiting(file: TrackedApplication) -> list[str]:
    """What a file waits for now."""
    pause = next((one for one in file.pauses if one.ends_at is None), None)
    if pause is None:
        return []
    lines = [str(_("Menunggu: %(cause)s.", cause=pause.cause))]
    return [*lines, pause.note] if pause.note else lines


def _due(file: TrackedApplication) -> list[str]:
    if file.due_at is None:
        return []
    due = moment_words(file.due_at, file.timezone)
    if file.urgency == Urgency.OVERDUE:
        return [str(_("Seharusnya selesai paling lambat %(due)s. Ini sudah terlambat.", due=due))]
    return [str(_("Selesai paling lambat %(due)s.", due=due))]


def _ending(file: TrackedApplication) -> list[str]:
    """How a finished file ended against its due date, and what of it was nobody's fault."""
    if file.outcome is None:
        return []
    due = moment_words(file.due_at, file.timezone) if file.due_at is not None else ""
    title, sentences = outcome_title(file.outcome), outcome_sentences(file.outcome, due)
    return [*([f"{title}."] if title else []), *sentences]


def _stage_words(stage: TrackedStage) -> str:
    """A stage with a sign for done, under way, to come; the words say it for who hears the message read."""
    if stage.finished_at is not None:
        return str(_("✓ %(stage)s: selesai", stage=stage.name))
    if stage.started_at is not None:
        return str(_("▸ %(stage)s: sedang berjalan", stage=stage.name))
    return str(_("○ %(stage)s", stage=stage.name))


def _buttons(talk: Talk, file: TrackedApplication) -> list[list[Button]]:
    rows: list[list[Button]] = []
    if file.state in OPEN_STATES:
        rows.append([(_("🔄 Perbarui"), f"filenow:{file.code}")])
    if file.urgency == Urgency.OVERDUE:
        rows.append([(_("⏳ Laporkan keterlambatan"), f"filelate:{file.code}")])
    rows.append([(_("📝 Kirim laporan tentang ini"), f"filetell:{file.code}")])
    if file.code in list_followed(_address(talk)):
        rows.append([(_("Berhenti mengikuti"), f"fileleave:{file.code}")])
    return rows


def _address(talk: Talk) -> ChatAddress:
    return ChatAddress(TELEGRAM, str(talk.heard.chat_id), talk.language)
