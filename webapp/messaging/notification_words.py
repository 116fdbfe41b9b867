"""Notifications in words: one sentence for the page, one message for the chat, one letter. Codes and days, no story."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date, format_datetime, ngettext
from flask_babel import gettext as _

from webapp.messaging.vocabulary import NoticeKind

#: What a term is called where it runs out.
_CLOCKS = {
    "verify": lambda: _("pemeriksaan awal"),
    "begin": lambda: _("mulai ditangani"),
    "settle": lambda: _("jawaban"),
    "complete": lambda: _("pelengkapan oleh pelapor"),
    "verdict": lambda: _("tanggapan pelapor"),
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail in plain text."""

    subject: str
    text: str


def sentence_of(kind: str, code: str | None, particulars: Mapping[str, Any]) -> str:
    """One sentence that says what happened, in the language of the moment."""
    match kind:
        case NoticeKind.ASSIGNED:
            return str(_("Laporan %(code)s diserahkan kepada Anda.", code=code))
        case NoticeKind.ARRIVED:
            return str(_("Ada laporan baru di %(unit)s yang belum diambil.", unit=particulars["unit"]))
        case NoticeKind.RETURNED:
            return str(_("Jawaban laporan %(code)s disanggah. Orang lain perlu memeriksanya.", code=code))
        case NoticeKind.REPLIED:
            return str(_("Pelapor menjawab pada laporan %(code)s.", code=code))
        case NoticeKind.MENTIONED:
            return str(_("%(name)s menyebut Anda dalam catatan laporan %(code)s.", name=particulars["by"], code=code))
        case NoticeKind.NEARING:
            return str(
                _(
                    "Batas waktu %(clock)s laporan %(code)s: %(due)s.",
                    clock=_CLOCKS[particulars["clock"]](),
                    code=code,
                    due=_moment(particulars),
                )
            )
        case NoticeKind.MISSED:
            return str(
                _(
                    "Batas waktu %(clock)s laporan %(code)s sudah lewat sejak %(due)s.",
                    clock=_CLOCKS[particulars["clock"]](),
                    code=code,
                    due=_moment(particulars),
                )
            )
        case NoticeKind.CONTEST_FILED:
            return str(
                _("Ada keberatan atribusi untuk Anda putuskan, paling lambat %(due)s.", due=_moment(particulars))
            )
        case NoticeKind.CONTEST_OVERDUE:
            return str(
                _(
                    "Sebuah keberatan atribusi belum diputuskan. Batasnya sudah lewat: %(due)s.",
                    due=_moment(particulars),
                )
            )
        case NoticeKind.CONTEST_STRANDED:
            return str(
                _(
                    "Sebuah keberatan atribusi tidak dapat diputuskan siapa pun: semua yang berwenang terlibat. Beri "
                    "peran pengawas atau triase kepada orang lain."
                )
            )
        case NoticeKind.CONTEST_DECIDED:
            return str(_("Keberatan Anda atas sebuah pengaduan sudah diputuskan. Alasannya ada di halaman nilai Anda."))
        case NoticeKind.OBJECTION_FILED:
            return str(
                _("Ada keberatan atas nilai untuk Anda putuskan, paling lambat %(due)s.", due=_moment(particulars))
            )
        case NoticeKind.OBJECTION_OVERDUE:
            return str(
                _(
                    "Sebuah keberatan atas nilai belum diputuskan. Batasnya sudah lewat: %(due)s.",
                    due=_moment(particulars),
                )
            )
        case NoticeKind.OBJECTION_STRANDED:
            return str(
                _(
                    "Sebuah keberatan atas nilai tidak dapat diputuskan siapa pun: semua yang berwenang terlibat. Beri "
                    "peran pengawas di unit yang lebih tinggi kepada orang lain."
                )
            )
        case NoticeKind.OBJECTION_DECIDED:
            return str(_("Keberatan Anda atas nilai Anda sudah diputuskan. Alasannya ada di halaman keberatan."))
        case NoticeKind.PLAN_PROPOSED:
            name, year = particulars["officer"], particulars["year"]
            return str(_("Rencana kerja %(year)s dari %(name)s menunggu kata Anda.", year=year, name=name))
        case NoticeKind.PLAN_STRANDED:
            return str(
                _(
                    "Sebuah rencana kerja atau laporan capaian tidak dapat disetujui siapa pun. Beri peran pengawas di "
                    "unit petugasnya, atau di unit yang lebih tinggi, kepada seseorang."
                )
            )
        case NoticeKind.PLAN_AGREED:
            return str(_("Rencana kerja Anda untuk %(year)s disepakati dan mulai dihitung.", year=particulars["year"]))
        case NoticeKind.PLAN_RETURNED:
            return str(
                _(
                    "Rencana kerja Anda untuk %(year)s dikembalikan dengan catatan atasan Anda.",
                    year=particulars["year"],
                )
            )
        case NoticeKind.REPORT_TOLD:
            name, month = particulars["officer"], _month(particulars)
            return str(_("Laporan capaian %(month)s dari %(name)s menunggu kata Anda.", month=month, name=name))
        case NoticeKind.REPORT_CONFIRMED:
            return str(
                _("Laporan capaian Anda untuk %(month)s dibenarkan dan mulai dihitung.", month=_month(particulars))
            )
        case NoticeKind.REPORT_RETURNED:
            return str(
                _(
                    "Laporan capaian Anda untuk %(month)s dikembalikan dengan catatan atasan Anda. Perbaiki lalu "
                    "kirim lagi.",
                    month=_month(particulars),
                )
            )
        case NoticeKind.SIGNAL:
            return str(
                _(
                    "Laporan tentang %(subject)s di %(unit)s lebih banyak dari biasanya.",
                    subject=particulars["subject"],
                    unit=particulars["unit"],
                )
            )
        case _:
            raise ValueError(kind)


def message_of(sentences: Sequence[str], link: str) -> str:
    """What the chat says."""
    return "\n".join([*sentences, "", link])


def letter_of(sentences: Sequence[str], link: str, city: str) -> Letter:
    """The mail that says it; several sentences are a digest."""
    many = ngettext("%(num)d kabar untuk Anda", "%(num)d kabar untuk Anda", len(sentences))
    subject = sentences[0] if len(sentences) == 1 else str(many)
    closing = _("Surat ini dikirim otomatis oleh Tanggap %(city)s. Cara Anda dikabari dapat diubah di sana.", city=city)
    return Letter(
        subject, "\n".join([*(f"- {one}" if len(sentences) > 1 else one for one in sentences), "", link, "", closing])
    )


def _month(particulars: Mapping[str, Any]) -> str:
    """ "Oktober 2026" of "2026-10"."""
    return str(format_date(date.fromisoformat(f"{particulars['month']}-01"), "MMMM y"))


def _moment(particulars: Mapping[str, Any]) -> str:
    zone = ZoneInfo(str(particulars.get("zone", "Asia/Jakarta")))
    due = datetime.fromisoformat(str(particulars["due"])).astimezone(zone)
    return str(format_datetime(due, "EEEE, d MMMM y, HH.mm", rebase=False))
