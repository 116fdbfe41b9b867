"""Words that several conversations use, in the language of the chat."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date
from flask_babel import gettext as _

from webapp.feedback.life_cycle import State
from webapp.feedback.vocabulary import ComplaintKind


def kind_words(kind: ComplaintKind) -> str:
    """What a kind of complaint is called."""
    words: dict[ComplaintKind, str] = {
        ComplaintKind.COMPLAINT: _("Pengaduan"),
        ComplaintKind.SUGGESTION: _("Saran atau aspirasi"),
        ComplaintKind.INFORMATION_REQUEST: _("Permintaan informasi"),
    }
    return words[kind]


def state_words(state: State) -> str:
    """Where a complaint stands. Closed is not solved, and is not called so."""
    words: dict[State, str] = {
        State.FILED: _("Sudah kami terima"),
        State.IN_TRIAGE: _("Sedang dipilah: petugas mencari unit kerja yang tepat"),
        State.SENT: _("Sudah diteruskan ke unit kerja"),
        State.IN_WORK: _("Sedang ditangani petugas"),
        State.ANSWERED: _("Sudah dijawab, menunggu tanggapan Anda"),
        State.DISPUTED: _("Anda menyanggah jawabannya; sedang diperiksa lagi"),
        State.ACCEPTED: _("Selesai menurut Anda"),
        State.CLOSED: _("Ditutup karena jawabannya tidak ditanggapi (tidak dihitung selesai)"),
    }
    return words[state]


def day_words(at: datetime, timezone: str) -> str:
    """A day in words with the day of the week, in the unit's own zone."""
    return str(format_date(at.astimezone(ZoneInfo(timezone)).date(), "EEEE, d MMMM y"))
