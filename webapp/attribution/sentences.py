"""Evidence as sentences for those who work with it. One sentence for each rule, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale
from flask_babel import gettext as _

Particulars = Mapping[str, Any]


def evidence_sentence(rule: str, particulars: Particulars) -> str:
    """Why a feedback is where it is, by the rule that spoke and its particulars.

    No sentence tells what would lead the officer concerned to the reporter: no queue number, time, name or word.

    Raises KeyError for a rule that has no sentence: a new rule needs one.
    """
    return _SENTENCES[rule](particulars)


def _triage_decision(known: Particulars) -> str:
    if unit := _text(known, "unit"):
        return str(_("Petugas triase memutuskan bahwa ini urusan %(unit)s.", unit=unit))
    return str(_("Petugas triase memutuskan ke mana laporan ini."))


def _agency_decision(known: Particulars) -> str:
    if unit := _text(known, "unit"):
        return str(_("Instansi sendiri sudah meneruskannya ke %(unit)s.", unit=unit))
    return str(_("Instansi sendiri sudah memutuskan siapa yang menangani."))


def _receipt(known: Particulars) -> str:
    service, day = _text(known, "service"), _day(known)
    if service and day:
        return str(_("Struk kunjungan membuktikan: %(service)s, %(day)s.", service=service, day=day))
    if service:
        return str(_("Struk kunjungan membuktikan: %(service)s.", service=service))
    return str(_("Struk kunjungan membuktikan kunjungannya."))


def _application_delay(known: Particulars) -> str:
    service = _text(known, "service") or _("permohonan")
    return str(
        _(
            "Ini tentang lamanya berkas %(service)s. Dihitung dari tahapan yang melebihi targetnya, tanpa jeda yang "
            "bukan kesalahan siapa pun.",
            service=service,
        )
    )


def _application_unit(known: Particulars) -> str:
    service, unit = _text(known, "service") or _("permohonan"), _text(known, "unit") or _("unit yang memprosesnya")
    return str(_("Ini tentang berkas %(service)s di %(unit)s.", service=service, unit=unit))


def _told_file(known: Particulars) -> str:
    if unit := _text(known, "unit"):
        return str(_("Laporan menyebut kode berkas yang diproses %(unit)s.", unit=unit))
    return str(_("Laporan menyebut kode berkas, dan berkas itu ada pada unit pemrosesnya."))


def _told_file_delay(known: Particulars) -> str:
    return str(
        _(
            "Laporan menyebut kode berkas dan lamanya. Dihitung dari tahapan yang melebihi targetnya, tanpa jeda yang "
            "bukan kesalahan siapa pun."
        )
    )


def _queue_number(known: Particulars) -> str:
    day = _day(known) or _("hari itu")
    officers = known.get("officers")
    if isinstance(officers, int) and officers > 1:
        return str(
            _(
                "Nomor antrean yang disebut, %(day)s: menurut catatan, %(officers)s petugas melayani nomor itu.",
                day=day,
                officers=officers,
            )
        )
    return str(_("Nomor antrean yang disebut, %(day)s: menurut catatan, satu petugas melayaninya.", day=day))


def _served_at_counter(known: Particulars) -> str:
    counter, day = _text(known, "counter") or _("Loket"), _day(known) or _("hari itu")
    officers = known.get("officers")
    if officers == 1:
        return str(
            _(
                "%(counter)s, %(day)s: menurut catatan pelayanan, satu petugas melayani saat itu.",
                counter=counter,
                day=day,
            )
        )
    if isinstance(officers, int):
        return str(
            _(
                "%(counter)s, %(day)s: menurut catatan pelayanan, %(officers)s petugas bisa saja melayani saat itu.",
                counter=counter,
                day=day,
                officers=officers,
            )
        )
    return str(_("%(counter)s, %(day)s: menurut catatan pelayanan.", counter=counter, day=day))


def _counter_and_shift(known: Particulars) -> str:
    counter, day = _text(known, "counter") or _("Loket"), _day(known) or _("hari itu")
    officers = known.get("officers")
    if officers == 1:
        return str(
            _("%(counter)s, %(day)s: menurut jadwal jaga, satu petugas melayani di sana.", counter=counter, day=day)
        )
    if isinstance(officers, int):
        return str(
            _(
                "%(counter)s, %(day)s: menurut jadwal jaga, %(officers)s petugas melayani di sana.",
                counter=counter,
                day=day,
                officers=officers,
            )
        )
    return str(_("%(counter)s, %(day)s: menurut jadwal jaga.", counter=counter, day=day))


def _named_officer(known: Particulars) -> str:
    officers = known.get("officers")
    if isinstance(officers, int) and officers > 1:
        return str(
            _(
                "Laporan menyebut seorang petugas. Sebutan itu cocok dengan %(officers)s petugas yang bertugas di unit "
                "tersebut pada hari itu.",
                officers=officers,
            )
        )
    return str(
        _(
            "Laporan menyebut seorang petugas. Sebutan itu cocok dengan satu petugas yang bertugas di unit tersebut "
            "pada hari itu."
        )
    )


def _file_number(known: Particulars) -> str:
    if unit := _text(known, "unit"):
        return str(_("Laporan menyebut nomor berkas milik %(unit)s.", unit=unit))
    return str(_("Laporan menyebut nomor berkas."))


def _counter_told(known: Particulars) -> str:
    counter, unit = _text(known, "counter"), _text(known, "unit")
    if counter and unit:
        return str(_("Warga menyebut %(counter)s, yang berada di %(unit)s.", counter=counter, unit=unit))
    return str(_("Warga menyebut loketnya."))


def _unit_chosen(known: Particulars) -> str:
    if unit := _text(known, "unit"):
        return str(_("Warga sendiri memilih %(unit)s.", unit=unit))
    return str(_("Warga sendiri memilih unit kerjanya."))


def _service_chosen(known: Particulars) -> str:
    service, unit = _text(known, "service"), _text(known, "unit")
    if service and unit:
        return str(_("Warga memilih layanan %(service)s, yang diberikan oleh %(unit)s.", service=service, unit=unit))
    return str(_("Warga memilih layanan yang hanya diberikan oleh satu unit kerja."))


def _words(known: Particulars) -> str:
    unit, percent = _text(known, "unit"), known.get("percent")
    if unit and isinstance(percent, int):
        return str(
            _(
                "Dari kata-katanya, laporan ini paling mungkin urusan %(unit)s: kira-kira %(percent)s dari 100 laporan "
                "seperti ini.",
                unit=unit,
                percent=percent,
            )
        )
    return str(_("Kata-kata dalam laporan dibandingkan dengan urusan setiap unit kerja."))


def _place(known: Particulars) -> str:
    if unit := _text(known, "unit"):
        return str(_("Tempat yang disebut termasuk wilayah %(unit)s.", unit=unit))
    return str(_("Tempat yang disebut menunjukkan unit kerjanya."))


def _nothing_known(known: Particulars) -> str:
    return str(_("Tidak ada struk, loket, unit, atau layanan yang disebut. Manusia yang memutuskan."))


def _contest_decision(known: Particulars) -> str:
    unit = _text(known, "unit")
    if unit and _text(known, "whose") == "to_officer":
        return str(
            _("Diputuskan setelah keberatan petugas lain diperiksa: ini menyangkut petugas di %(unit)s.", unit=unit)
        )
    if unit and _text(known, "whose") == "to_unit":
        return str(_("Diputuskan setelah keberatan petugas diperiksa: ini urusan %(unit)s sebagai unit.", unit=unit))
    return str(_("Diputuskan setelah keberatan petugas diperiksa."))


def _decision_undone(known: Particulars) -> str:
    return str(_("Keputusan terakhir dibatalkan oleh yang memutuskannya; yang sebelumnya berlaku lagi."))


_SENTENCES: dict[str, Callable[[Particulars], str]] = {
    "triage_decision": _triage_decision,
    "contest_decision": _contest_decision,
    "decision_undone": _decision_undone,
    "agency_decision": _agency_decision,
    "receipt": _receipt,
    "application_delay": _application_delay,
    "application_unit": _application_unit,
    "told_file_delay": _told_file_delay,
    "told_file": _told_file,
    "queue_number": _queue_number,
    "served_at_counter": _served_at_counter,
    "counter_and_shift": _counter_and_shift,
    "named_officer": _named_officer,
    "file_number": _file_number,
    "counter_told": _counter_told,
    "unit_chosen": _unit_chosen,
    "service_chosen": _service_chosen,
    "words": _words,
    "place": _place,
    "nothing_known": _nothing_known,
}


def _text(known: Particulars, name: str) -> str:
    return str(known.get(name) or "")


def _day(known: Particulars) -> str:
    written = _text(known, "day")
    return format_date(date.fromisoformat(written), "EEEE, d MMMM", locale=str(get_locale() or "id")) if written else ""
