"""What a figure is made of, in words: its parts, the facts behind a line, and why some count less."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.indicators.components import registry
from webapp.indicators.queries import GroupView
from webapp.indicators.wording.numbers import AS_EXPECTED, days_between, joined

#: Name of each part, and in a few words what it is made of.
PARTS: Final[Mapping[str, tuple[LazyString, LazyString]]] = {
    registry.SATISFACTION: (_l("Kepuasan warga"), _l("apa kata warga yang Anda layani")),
    registry.SPEED: (_l("Kecepatan layanan"), _l("waktu melayani dan waktu berkas, tanpa jeda di luar kendali Anda")),
    registry.ACCURACY: (_l("Ketepatan"), _l("berkas dan keterangan yang benar sejak pertama")),
    registry.COMPLAINT_HANDLING: (_l("Penanganan pengaduan"), _l("tepat waktu, diterima pelapor, tidak dibuka lagi")),
    registry.CONDUCT: (_l("Sikap melayani"), _l("pengaduan tentang sikap yang terbukti, dari semua yang dilayani")),
    registry.TIME_DISCIPLINE: (_l("Disiplin waktu"), _l("loket buka pada waktunya, tenggat ditepati")),
    registry.TARGET: (_l("Capaian target"), _l("yang selesai dibandingkan dengan rencana kerja")),
}

_COUNTED: Final[Mapping[str, Callable[[int], str]]] = {
    "rating": lambda n: ngettext("%(num)s penilaian", "%(num)s penilaian", n),
    "complaint": lambda n: ngettext("%(num)s pengaduan yang terbukti", "%(num)s pengaduan yang terbukti", n),
    "answer": lambda n: ngettext("%(num)s jawaban pengaduan", "%(num)s jawaban pengaduan", n),
    "unanswered": lambda n: ngettext(
        "%(num)s pengaduan lewat batas tanpa jawaban", "%(num)s pengaduan lewat batas tanpa jawaban", n
    ),
    "speed": lambda n: ngettext("%(num)s catatan waktu di loket", "%(num)s catatan waktu di loket", n),
    "left": lambda n: ngettext(
        "%(num)s catatan warga yang masih menunggu", "%(num)s catatan warga yang masih menunggu", n
    ),
    "turnaround": lambda n: ngettext("%(num)s tahap berkas", "%(num)s tahap berkas", n),
    "served": lambda n: ngettext(
        "%(num)s catatan kunjungan yang dilayani", "%(num)s catatan kunjungan yang dilayani", n
    ),
    "finished": lambda n: ngettext(
        "%(num)s catatan berkas yang dikerjakan", "%(num)s catatan berkas yang dikerjakan", n
    ),
    "returned": lambda n: ngettext(
        "%(num)s berkas kembali untuk dibetulkan", "%(num)s berkas kembali untuk dibetulkan", n
    ),
    "shift": lambda n: ngettext("%(num)s hari jaga", "%(num)s hari jaga", n),
    "deadline": lambda n: ngettext("%(num)s tenggat", "%(num)s tenggat", n),
    "target": lambda n: ngettext("%(num)s target rencana kerja", "%(num)s target rencana kerja", n),
}

#: The same visits and files stand in several parts: of each it is asked whether it was right, and whether it was kind.
_SHARED: Final = frozenset({"served", "finished"})

_LESS: Final[Mapping[str, LazyString]] = {
    "share_too_small": _l("Kaitannya dengan petugas ini terlalu lemah: dicatat untuk unit kerja saja."),
    "unverified": _l("Tanpa struk kunjungan: dihitung seperempat suara."),
    "same_rater": _l("Beberapa penilaian dari orang yang sama: bersama-sama dihitung kira-kira satu suara."),
    "same_day": _l("Jauh lebih banyak dari biasanya pada satu hari atau satu minggu: kelebihannya dihitung sedikit."),
    "unconfirmed": _l("Banyak penilaian tanpa struk, sedikit yang berstruk: kelebihannya dihitung sedikit."),
}


def part_name(component: str) -> str:
    """ "Kepuasan warga"."""
    return str(PARTS[component][0]) if component in PARTS else component


def part_detail(component: str) -> str:
    """What it is made of, in a few words."""
    return str(PARTS[component][1]) if component in PARTS else ""


def counted(sources: Mapping[str, int]) -> str:
    """ "23 penilaian dan 1 pengaduan yang terbukti"."""
    words = [str(_COUNTED[source](sources[source])) for source in _COUNTED if sources.get(source)]
    other = sum(count for source, count in sources.items() if source not in _COUNTED)
    if other:
        words.append(str(ngettext("%(num)s catatan lain", "%(num)s catatan lain", other)))
    return joined(words)


def all_counted(groups: Iterable[GroupView]) -> str:
    """What all lines together stand for; what was served is named once, however many parts ask how it went."""
    by_part: dict[str, dict[str, int]] = {}
    for group in groups:
        for source, count in group.sources.items():
            parts = by_part.setdefault(source, {})
            parts[group.component] = parts.get(group.component, 0) + count
    return counted({source: (max if source in _SHARED else sum)(parts.values()) for source, parts in by_part.items()})


def counts_less(reason: str) -> str:
    """Why facts count little or nothing."""
    return str(_LESS[reason]) if reason in _LESS else reason


def line_title(group: GroupView) -> str:
    """What a line stands for, and when that was."""
    what = counted(group.sources)
    if group.until is None:
        return str(_("%(what)s, tanggal tidak diketahui", what=what))
    return f"{what}, {days_between(group.since or group.until, group.until)}"


def line_reason(group: GroupView, *, own: bool) -> str:
    """Why a line is the officer's, and whether it went as is usual; `own`: said to himself."""
    if group.points is None:
        return str(_("menunggu cukup penilai"))
    if "complaint" in group.sources and set(group.sources) <= {"complaint"}:
        return str(_("menyangkut Anda, dan terbukti") if own else _("menyangkut petugas ini, dan terbukti"))
    as_usual = abs(group.points) < AS_EXPECTED
    if group.component == registry.COMPLAINT_HANDLING:
        if group.kind == "case":
            return str(_("terlambat atau disanggah pelapor"))
        if as_usual:
            return str(
                _("Anda yang menjawab, seperti yang wajar") if own else _("petugas ini menjawab seperti yang wajar")
            )
        return str(_("Anda yang menjawab") if own else _("petugas ini yang menjawab"))
    if group.component in (registry.SATISFACTION,):
        if own:
            return str(_("dikaitkan dengan Anda lewat struk, jadwal jaga, atau keputusan triase"))
        return str(_("dikaitkan lewat struk, jadwal jaga, atau keputusan triase"))
    said = _RECORDED.get(group.component)
    words = str(said[0 if own else 1]) if said else ""
    return str(_("%(why)s, seperti yang wajar", why=words)) if as_usual and words else words


_RECORDED: Final[Mapping[str, tuple[LazyString, LazyString]]] = {
    registry.SPEED: (
        _l("menurut catatan loket dan berkas yang Anda tangani"),
        _l("menurut catatan loket dan berkas yang ia tangani"),
    ),
    registry.ACCURACY: (
        _l("menurut catatan kunjungan dan berkas yang Anda tangani"),
        _l("menurut catatan kunjungan dan berkas yang ia tangani"),
    ),
    registry.CONDUCT: (
        _l("warga yang Anda layani tanpa pengaduan sikap yang terbukti"),
        _l("warga yang ia layani tanpa pengaduan sikap yang terbukti"),
    ),
    registry.TIME_DISCIPLINE: (
        _l("menurut jadwal jaga dan panggilan pertama Anda"),
        _l("menurut jadwal jaga dan panggilan pertamanya"),
    ),
    registry.TARGET: (
        _l("menurut rencana kerja yang Anda sepakati"),
        _l("menurut rencana kerja yang ia sepakati"),
    ),
}
