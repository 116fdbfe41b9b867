"""A score sheet in words: how sure it is, what moved it, and what counts no more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.indicators.movements import is_by_objection
from webapp.indicators.queries import Change, Movement, ScoreSheet
from webapp.indicators.wording.facts import counted, part_name
from webapp.indicators.wording.numbers import AS_EXPECTED, day_and_month, decimal, full_day, month_in_words

#: Why a fact that stood in the figure counts no more, said to its officer.
_WITHDRAWN: Final[Mapping[str, LazyString]] = {
    "attribution": _l("ternyata tidak menyangkut Anda"),
    "objection": _l("keberatan Anda diterima"),
    "evidence": _l("bukti yang datang belakangan mengubahnya"),
    "decision": _l("putusan atas pengaduannya berubah"),
    "corrected": _l("catatan aslinya dibetulkan"),
    "plan": _l("rencana kerja yang baru disepakati"),
    "repeated": _l("sudah dihitung bersama pengaduan lain tentang hal yang sama"),
}
#: Why a fact came into the figure later than what it is about.
_ADDED: Final[Mapping[str, LazyString]] = {
    "attribution": _l("diputuskan kemudian bahwa ini menyangkut Anda"),
    "evidence": _l("bukti yang datang belakangan menunjuk kepada Anda"),
}


def reliability_in_words(sheet: ScoreSheet) -> str:
    """How far the figure may be trusted, in a sentence."""
    if sheet.withheld:
        words = _(
            "Baru sedikit warga yang menilai. Angka ditampilkan setelah sedikitnya lima warga menilai, "
            "supaya tidak ada yang dapat dikenali."
        )
    elif sheet.figure is None:
        words = _("Belum ada penilaian atau pengaduan yang dihitung pada triwulan ini.")
    elif sheet.status == "sufficient":
        words = _("Datanya cukup: angka ini dapat dipakai sebagai bahan pembicaraan.")
    elif sheet.status == "provisional":
        words = _("Sementara: datanya belum banyak, angka ini masih dapat bergeser.")
    else:
        words = _("Belum cukup data. Rentangnya lebar; jangan menarik kesimpulan dari angka ini.")
    return str(words)


def against_expected(sheet: ScoreSheet) -> str:
    """Whether the figure differs from what is usual, as far as can be told; "" without a figure."""
    if sheet.figure is None or sheet.low is None or sheet.high is None or sheet.expected is None:
        return ""
    usual = decimal(sheet.expected)
    if sheet.low > sheet.expected:
        return str(_("Itu di atas yang wajar (%(usual)s), dan bukan karena kebetulan.", usual=usual))
    if sheet.high < sheet.expected:
        return str(_("Itu di bawah yang wajar (%(usual)s), dan bukan karena kebetulan.", usual=usual))
    return str(_("Itu tidak berbeda nyata dari yang wajar (%(usual)s).", usual=usual))


def figure_in_words(sheet: ScoreSheet) -> str:
    """The figure in a sentence, as somebody hears it who sees no plot."""
    if sheet.figure is None or sheet.low is None or sheet.high is None:
        return reliability_in_words(sheet)
    low, high = decimal(sheet.low), decimal(sheet.high)
    if sheet.status == "not_enough_data":
        return str(_("Kira-kira antara %(low)s dan %(high)s; belum cukup data.", low=low, high=high))
    words = _("%(figure)s, antara %(low)s dan %(high)s.", figure=decimal(sheet.figure), low=low, high=high)
    return f"{words} {against_expected(sheet)}"


def moved_since(sheet: ScoreSheet) -> str:
    """ "31 Oktober", or what the figure began with where nothing was known before."""
    if sheet.moved_since is None:
        return str(_("awal triwulan (angka wajar)"))
    return day_and_month(sheet.moved_since)


def movement_title(movement: Movement) -> str:
    """What moved the figure, in a few words: room for a plot's line."""
    match movement.kind:
        case "new_facts":
            sources: Mapping[str, int] = movement.details.get("sources", {})
            name = part_name(movement.component) if movement.component else ""
            words = counted(sources) if sources else str(_("catatan baru"))
            return str(_("%(part)s: %(what)s", part=name, what=words)) if name else words
        case "withdrawn" if is_by_objection(movement):
            if movement.details.get("own"):
                return str(_("Keberatan Anda diterima"))
            return str(_("Keberatan diterima: %(what)s tidak lagi dihitung", what=_what(movement)))
        case "withdrawn":
            return str(_("Tidak lagi dihitung: %(why)s", why=_why(movement.details)))
        case "reference":
            return str(_("Angka wajar kota dihitung ulang"))
        case "preset":
            return str(_("Bobot bagian diubah instansi"))
        case _:
            return str(_("Lain-lain"))


def movement_reason(movement: Movement) -> str:
    """Why it moved the figure, in a sentence.

    New facts move a component by what sets them apart from where it stood: what is usual, if it had no facts yet; else
    its figure until then.
    """
    match movement.kind:
        case "new_facts" if movement.details.get("objected"):
            return str(_("Termasuk keberatan Anda yang diterima; digabung supaya penilai tidak dikenali."))
        case "new_facts" if movement.details.get("withdrawn"):
            return str(_("Catatan baru, dan yang tidak lagi dihitung; digabung supaya penilai tidak dikenali."))
        case "new_facts" if movement.details.get("first"):
            return _as_against_expected(movement.points)
        case "new_facts":
            return _as_against_before(movement.points)
        case "withdrawn" if is_by_objection(movement):
            what = _("%(part)s: %(what)s", part=part_name(movement.component), what=_what(movement))
            if abs(movement.points) < AS_EXPECTED:
                return str(_("%(what)s dikeluarkan; dengan atau tanpa itu angka Anda hampir sama.", what=what))
            return str(_("%(what)s dikeluarkan; inilah beda angka Anda dengan dan tanpa itu.", what=what))
        case "withdrawn":
            return str(_("Yang tadinya dihitung sudah dikeluarkan dari angka Anda."))
        case "reference":
            return str(_("Tiap bulan dihitung lagi apa yang biasa di kota ini; Anda sendiri tidak berbuat apa-apa."))
        case "preset":
            return str(_("Instansi menetapkan bobot baru; berlaku untuk semua petugas."))
        case _:
            return str(_("Perubahan yang tidak dapat dipisahkan tanpa mengungkap penilai."))


def _as_against_expected(points: float) -> str:
    if abs(points) < AS_EXPECTED:
        return str(_("Hasilnya seperti yang wajar."))
    if points > 0:
        return str(_("Hasilnya lebih baik dari yang wajar."))
    return str(_("Hasilnya tidak sebaik yang wajar."))


def _as_against_before(points: float) -> str:
    if abs(points) < AS_EXPECTED:
        return str(_("Hasilnya sejalan dengan angka Anda di bagian ini sebelumnya."))
    if points > 0:
        return str(_("Hasilnya lebih baik daripada angka Anda di bagian ini sebelumnya."))
    return str(_("Hasilnya tidak sebaik angka Anda di bagian ini sebelumnya."))


def change_in_words(change: Change, zone_day: date) -> tuple[str, str]:
    """What later decisions and records took out of the figure or brought into it, and why.

    `zone_day`: when, in the unit's zone. Of a complaint about the officer its month alone is told: the day on which it
    was decided tells too much about which visit it was.
    """
    what = counted({change.source: change.facts}) or part_name(change.component)
    when = month_in_words(zone_day) if change.source == "complaint" else full_day(zone_day)
    if change.what == "added":
        title = _("%(what)s dihitung sejak %(when)s", what=what, when=when)
        return str(title), str(_ADDED.get(change.why, _("diperbarui")))
    title = _("%(what)s tidak lagi dihitung sejak %(when)s", what=what, when=when)
    return str(title), str(_WITHDRAWN.get(change.why, _("diperbarui")))


def _what(movement: Movement) -> str:
    """ "5 penilaian"."""
    return counted(movement.details.get("sources", {})) or part_name(movement.component)


def _why(details: Mapping[str, Any]) -> str:
    return str(_WITHDRAWN.get(str(details.get("why", "")), _("diperbarui")))
