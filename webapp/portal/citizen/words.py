"""Citizens' words for states, kinds, elements and times."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from flask import current_app
from flask_babel import format_date, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from webapp.app import settings_of
from webapp.feedback.life_cycle import State
from webapp.feedback.vocabulary import ComplaintKind, Element

KINDS: dict[ComplaintKind, tuple[LazyString, LazyString]] = {
    ComplaintKind.COMPLAINT: (_l("Pengaduan"), _l("Ada layanan yang tidak berjalan semestinya.")),
    ComplaintKind.SUGGESTION: (_l("Aspirasi"), _l("Usul atau masukan agar layanan lebih baik.")),
    ComplaintKind.INFORMATION_REQUEST: (_l("Permintaan informasi"), _l("Anda ingin tahu syarat, biaya, atau jadwal.")),
    ComplaintKind.PRAISE: (_l("Apresiasi"), _l("Ada layanan yang baik dan patut dicontoh.")),
}

#: Word of the state, its tone, and what it means for the reporter.
STATES: dict[State, tuple[LazyString, str, LazyString]] = {
    State.FILED: (_l("Terkirim"), "", _l("Laporan Anda sudah kami terima dan menunggu diperiksa.")),
    State.IN_TRIAGE: (_l("Diperiksa"), "", _l("Petugas pemeriksa sedang menentukan unit yang harus menangani.")),
    State.DEFERRED: (
        _l("Perlu dilengkapi"),
        "warn",
        _l("Laporan Anda belum dapat diproses karena ada yang kurang. Lengkapi di bawah ini."),
    ),
    State.VERIFIED: (
        _l("Terverifikasi"),
        "",
        _l("Laporan Anda lengkap dan menjadi tugas kami. Sebentar lagi diteruskan ke unit yang menangani."),
    ),
    State.SENT: (_l("Diteruskan"), "", _l("Laporan Anda sudah sampai di unit yang bertanggung jawab.")),
    State.ASSIGNED: (
        _l("Diteruskan"),
        "",
        _l("Laporan Anda sudah di unit yang bertanggung jawab dan diserahkan kepada seorang petugas."),
    ),
    State.IN_WORK: (_l("Ditangani"), "", _l("Laporan Anda sedang dikerjakan.")),
    State.ANSWERED: (_l("Dijawab"), "warn", _l("Baca jawabannya, lalu katakan apakah masalahnya selesai.")),
    State.DISPUTED: (
        _l("Dibuka lagi"),
        "",
        _l("Laporan Anda dibuka lagi dan diperiksa ulang oleh orang lain, bukan oleh yang menjawab sebelumnya."),
    ),
    State.MERGED: (
        _l("Ditangani bersama"),
        "",
        _l(
            "Ada laporan lain tentang hal yang sama. Keduanya dikerjakan bersama, dan jawabannya Anda terima di sini. "
            "Anda menilainya sendiri. Isi laporan Anda tidak ditunjukkan kepada pelapor lain."
        ),
    ),
    State.ACCEPTED: (_l("Selesai"), "", _l("Anda sudah menyatakan masalah ini selesai.")),
    State.CLOSED: (
        _l("Ditutup, belum tentu selesai"),
        "none",
        _l(
            "Laporan ditutup karena jawabannya tidak Anda tanggapi. Kami tidak menghitungnya sebagai masalah yang "
            "selesai."
        ),
    ),
    State.UNSOLVED: (
        _l("Ditutup, tidak selesai"),
        "none",
        _l(
            "Atasan unit menyatakan kami tidak dapat berbuat lebih jauh. Ini kami catat sebagai tidak selesai, dan "
            "Anda masih punya jalan lain."
        ),
    ),
    State.PASSED_ON: (
        _l("Diteruskan ke instansi lain"),
        "none",
        _l("Hal ini wewenang instansi lain. Kami yang meneruskannya; Anda tidak perlu mengirim ulang ke mana pun."),
    ),
    State.ARCHIVED: (
        _l("Diarsipkan"),
        "none",
        _l("Laporan ini disimpan tanpa jawaban. Alasannya ada di bawah."),
    ),
}

#: The elements that a citizen is asked about, of the nine (SKM, PermenPANRB 14/2017), with the words for 1 to 4.
#: Few, since each further question loses raters; the others are for the yearly survey.
ELEMENTS: dict[Element, tuple[LazyString, tuple[LazyString, LazyString, LazyString, LazyString]]] = {
    Element.TIME: (
        _l("Waktu penyelesaian"),
        (_l("Tidak cepat"), _l("Kurang cepat"), _l("Cepat"), _l("Sangat cepat")),
    ),
    Element.PROCEDURE: (
        _l("Kemudahan prosedur"),
        (_l("Tidak mudah"), _l("Kurang mudah"), _l("Mudah"), _l("Sangat mudah")),
    ),
    Element.COMPETENCE: (
        _l("Kemampuan petugas"),
        (_l("Tidak mampu"), _l("Kurang mampu"), _l("Mampu"), _l("Sangat mampu")),
    ),
    Element.CONDUCT: (
        _l("Kesopanan dan keramahan petugas"),
        (_l("Tidak sopan"), _l("Kurang sopan"), _l("Sopan"), _l("Sangat sopan")),
    ),
    Element.FACILITIES: (
        _l("Sarana dan prasarana"),
        (_l("Buruk"), _l("Cukup"), _l("Baik"), _l("Sangat baik")),
    ),
}


def default_timezone() -> str:
    """The city's own zone."""
    return settings_of(current_app).default_timezone


def day_in_words(at: datetime, timezone: str | None = None) -> str:
    """The day of a moment: "Selasa, 24 November", with the year where it is another than this one."""
    zone = ZoneInfo(timezone or default_timezone())
    day = at.astimezone(zone).date()
    this_year = datetime.now(UTC).astimezone(zone).year
    return str(format_date(day, "EEEE, d MMMM" if day.year == this_year else "EEEE, d MMMM y"))


def moment_in_words(at: datetime, timezone: str | None = None) -> str:
    """Day and time of a moment in the unit's zone: "Selasa, 24 November, 08.14 WIB"."""
    local = at.astimezone(ZoneInfo(timezone or default_timezone()))
    return f"{day_in_words(at, timezone)}, {time_in_words(at, timezone)} {local:%Z}"


def time_in_words(at: datetime, timezone: str | None = None) -> str:
    """The time of a moment: "08.14", in English "08:14"."""
    local = at.astimezone(ZoneInfo(timezone or default_timezone()))
    return f"{local:%H:%M}" if str(get_locale()) == "en" else f"{local:%H.%M}"


def due_in_words(at: datetime, days_left: int | None, overdue: bool, timezone: str | None) -> str:
    """A due date and how far it is off: "Kamis, 26 November (3 hari kerja lagi)"."""
    day = day_in_words(at, timezone)
    if overdue:
        return str(_("%(day)s (sudah lewat)", day=day))
    if days_left is None:
        return day
    if days_left == 0:
        return str(_("%(day)s (hari ini)", day=day))
    left = ngettext("%(num)d hari kerja lagi", "%(num)d hari kerja lagi", days_left)
    return str(_("%(day)s (%(left)s)", day=day, left=left))


def subject_of(text: str, longest: int = 90) -> str:
    """The first words of a complaint, as its heading."""
    first = " ".join(text.split())
    end = min((at for mark in ".!?" if (at := first.find(f"{mark} ")) > 15), default=len(first))
    first = first[:end].rstrip(".") if end < len(first) or len(first) <= longest else first
    if len(first) <= longest:
        return first
    return first[:longest].rsplit(" ", 1)[0].rstrip(",;:") + " …"
