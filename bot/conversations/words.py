"""Words that several conversations use, in the language of the chat."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from webapp.counter.applications.vocabulary import ApplicationState
from webapp.counter.queue.vocabulary import Priority
from webapp.feedback.life_cycle import State
from webapp.feedback.vocabulary import ComplaintKind


def kind_words(kind: ComplaintKind) -> str:
    """What a kind of complaint is called."""
    words: dict[ComplaintKind, str] = {
        ComplaintKind.COMPLAINT: _("Pengaduan"),
        ComplaintKind.SUGGESTION: _("Saran atau aspirasi"),
        ComplaintKind.INFORMATION_REQUEST: _("Permintaan informasi"),
        ComplaintKind.PRAISE: _("Apresiasi"),
    }
    return words[kind]


def state_words(state: State) -> str:
    """Where a complaint stands. Closed is not solved, and is not called so."""
    words: dict[State, str] = {
        State.FILED: _("Sudah kami terima"),
        State.IN_TRIAGE: _("Sedang dipilah: petugas mencari unit kerja yang tepat"),
        State.DEFERRED: _("Belum dapat diproses: ada yang perlu Anda lengkapi"),
        State.VERIFIED: _("Lengkap dan menjadi tugas kami; sebentar lagi diteruskan ke unit kerja"),
        State.SENT: _("Sudah diteruskan ke unit kerja"),
        State.ASSIGNED: _("Sudah di unit kerja, diserahkan kepada seorang petugas"),
        State.IN_WORK: _("Sedang ditangani petugas"),
        State.ANSWERED: _("Sudah dijawab, menunggu tanggapan Anda"),
        State.DISPUTED: _("Dibuka lagi; sedang diperiksa ulang oleh orang lain"),
        State.MERGED: _("Ditangani bersama laporan lain tentang hal yang sama; jawabannya juga untuk Anda"),
        State.ACCEPTED: _("Selesai menurut Anda"),
        State.CLOSED: _("Ditutup karena jawabannya tidak ditanggapi (tidak dihitung selesai)"),
        State.UNSOLVED: _("Ditutup tanpa penyelesaian (dicatat sebagai tidak selesai)"),
        State.PASSED_ON: _("Diteruskan ke instansi lain yang berwenang; Anda tidak perlu mengirim ulang"),
        State.ARCHIVED: _("Diarsipkan tanpa jawaban"),
    }
    return words[state]


def day_words(at: datetime, timezone: str) -> str:
    """A day in words with the day of the week, in the unit's own zone."""
    return str(format_date(at.astimezone(ZoneInfo(timezone)).date(), "EEEE, d MMMM y"))


def date_words(day: date) -> str:
    """A day in words with the day of the week."""
    return str(format_date(day, "EEEE, d MMMM y"))


def time_words(at: datetime, timezone: str) -> str:
    """An hour as it stands on the unit's own clock: "08.14", in English "08:14"."""
    local = at.astimezone(ZoneInfo(timezone))
    return f"{local:%H:%M}" if str(get_locale()) == "en" else f"{local:%H.%M}"


def moment_words(at: datetime, timezone: str) -> str:
    """Day and hour in the unit's own zone, which is named: "Selasa, 24 November 2026, 08.14 WIB"."""
    return f"{day_words(at, timezone)}, {time_words(at, timezone)} {at.astimezone(ZoneInfo(timezone)):%Z}"


def times_words(earliest: datetime, latest: datetime, timezone: str) -> str:
    """From when to when on the unit's own clock: hours of the day, since a message is read when it is read."""
    first, last = time_words(earliest, timezone), time_words(latest, timezone)
    return first if first == last else f"{first}–{last}"


def priority_words(priority: Priority) -> str:
    """Who is called first by rule."""
    words: dict[Priority, str] = {
        Priority.ORDINARY: _("Tidak"),
        Priority.ELDERLY: _("Lansia"),
        Priority.DISABLED: _("Penyandang disabilitas"),
        Priority.PREGNANT: _("Sedang hamil"),
    }
    return words[priority]


def file_state_words(state: ApplicationState) -> str:
    """Where a document application stands."""
    words: dict[ApplicationState, str] = {
        ApplicationState.INCOMPLETE: _("Belum lengkap: masih ada persyaratan yang kurang"),
        ApplicationState.IN_WORK: _("Sedang dikerjakan"),
        ApplicationState.PAUSED: _("Menunggu"),
        ApplicationState.FINISHED: _("Selesai"),
        ApplicationState.WITHDRAWN: _("Ditarik, tidak dikerjakan lagi"),
    }
    return words[state]
