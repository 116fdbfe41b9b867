"""What followers of a complaint are told, in their language, when something happens to it."""

from __future__ import annotations

from flask import g
from flask_babel import force_locale, format_date
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.database import db
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Follower
from webapp.messaging.actions import TELEGRAM, queue_message


def queue_notices(complaint_id: int, *, key: str, message_id: int | None = None) -> int:
    """Queue one message to each follower of a complaint about where it stands now; how many.

    `message_id` is an answer or question to pass on word for word. `key` makes telling twice telling once.
    """
    complaint = db.session.get_one(Complaint, complaint_id)
    said = db.session.get_one(ComplaintMessage, message_id) if message_id is not None else None
    followers = db.session.scalars(
        select(Follower).where(Follower.complaint_id == complaint_id, Follower.channel == TELEGRAM)
    ).all()
    for follower in followers:
        with force_locale(follower.language):
            g.language = follower.language
            text, buttons = _notice(complaint, said)
        content: dict[str, object] = {"method": "sendMessage", "text": text}
        if buttons:
            content["reply_markup"] = {"inline_keyboard": [buttons]}
        queue_message(follower.channel, follower.address, content, key=f"{key}:{follower.id}")
    return len(followers)


def _notice(complaint: Complaint, said: ComplaintMessage | None) -> tuple[str, list[dict[str, str]]]:
    code = complaint.code
    if said is not None and said.kind == "question":
        text = _("Petugas bertanya tentang laporan %(code)s:\n\n%(text)s", code=code, text=said.text)
        return text, [{"text": _("Jawab"), "callback_data": f"reply:{code}"}]
    if said is not None and said.kind == "answer":
        text = _("Laporan %(code)s sudah dijawab:\n\n%(text)s\n\nApakah masalahnya selesai?", code=code, text=said.text)
        return text, [
            {"text": _("Ya, selesai"), "callback_data": f"accept:{code}"},
            {"text": _("Belum, saya sanggah"), "callback_data": f"dispute:{code}"},
        ]
    if complaint.state == State.SENT and complaint.unit is not None and complaint.due_at is not None:
        return (
            _(
                "Laporan %(code)s sudah diteruskan ke %(unit)s. Jawaban paling lambat %(due)s.",
                code=code,
                unit=complaint.unit.name,
                due=format_date(complaint.due_at, "EEEE, d MMMM y"),
            ),
            [],
        )
    if complaint.state == State.IN_WORK:
        return _("Laporan %(code)s sedang ditangani petugas.", code=code), []
    if complaint.state == State.CLOSED:
        return (
            _(
                "Laporan %(code)s ditutup karena jawabannya tidak ditanggapi. Ini tidak dihitung sebagai selesai.",
                code=code,
            ),
            [],
        )
    return _("Ada perkembangan pada laporan %(code)s.", code=code), []
