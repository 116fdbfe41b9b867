"""Deadlines of complaints in words."""

from __future__ import annotations

from flask_babel import LazyString, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.feedback.clocks.presets import Preset, Standard, Term
from webapp.feedback.clocks.vocabulary import Clock, Person
from webapp.feedback.vocabulary import ComplaintKind

#: What each clock waits for.
CLOCKS: dict[Clock, LazyString] = {
    Clock.VERIFY: _l("Administrator memeriksa dan meneruskan"),
    Clock.BEGIN: _l("Unit mulai menangani"),
    Clock.SETTLE: _l("Unit menjawab"),
    Clock.COMPLETE: _l("Pelapor melengkapi data atau menjawab pertanyaan"),
    Clock.VERDICT: _l("Pelapor menanggapi jawaban"),
}
#: What happens when the reporter's own terms run out.
_AT_THE_END: dict[Clock, LazyString] = {
    Clock.COMPLETE: _l("Laporan diarsipkan; bila sedang ditangani, penanganannya dilanjutkan"),
    Clock.VERDICT: _l("Laporan ditutup, dan tidak dihitung sebagai selesai"),
}
_PEOPLE: dict[Person, LazyString] = {
    Person.HANDLER: _l("petugas yang menangani"),
    Person.HEAD: _l("kepala unit"),
    Person.ABOVE: _l("kepala unit di atasnya"),
}
_KINDS: dict[ComplaintKind, LazyString] = {
    ComplaintKind.COMPLAINT: _l("pengaduan"),
    ComplaintKind.SUGGESTION: _l("aspirasi"),
    ComplaintKind.INFORMATION_REQUEST: _l("permintaan informasi"),
    ComplaintKind.PRAISE: _l("apresiasi"),
}


def term_in_words(term: Term) -> str:
    """ "3 hari kerja", "14 hari", "24 jam", "8 jam kerja"."""
    if term.unit == "wd":
        return str(ngettext("%(num)s hari kerja", "%(num)s hari kerja", term.amount))
    if term.unit == "wh":
        return str(ngettext("%(num)s jam kerja", "%(num)s jam kerja", term.amount))
    if term.unit == "d":
        return str(ngettext("%(num)s hari", "%(num)s hari", term.amount))
    return str(ngettext("%(num)s jam", "%(num)s jam", term.amount))


def standard_in_words(standard: Standard) -> str:
    """A term with what differs from it: "14 hari kerja; permintaan informasi 5 hari kerja"."""
    parts = [term_in_words(standard.term)]
    parts += [f"{_KINDS[kind]} {term_in_words(term)}" for kind, term in standard.kinds.items()]
    if standard.inspection is not None:
        parts.append(_("bila perlu pemeriksaan %(term)s", term=term_in_words(standard.inspection)))
    return "; ".join(parts)


def ladder_in_words(clock: Clock, standard: Standard) -> str:
    """Who is told before the end and after it, or what happens then."""
    if clock in _AT_THE_END:
        return str(_AT_THE_END[clock])
    parts = []
    if standard.remind_at is not None:
        who = _PEOPLE[standard.remind]
        parts.append(_("%(part)s %% waktu terpakai: %(who)s diingatkan", part=round(standard.remind_at * 100), who=who))
    for rung in standard.ladder:
        if rung.after.amount == 0:
            parts.append(_("terlewat: %(who)s diberi tahu", who=_PEOPLE[rung.tell]))
        else:
            parts.append(_("%(term)s kemudian: %(who)s", term=term_in_words(rung.after), who=_PEOPLE[rung.tell]))
    return "; ".join(parts) or "–"


def preset_rows(preset: Preset) -> list[tuple[str, str, str]]:
    """What a preset says, a row for each clock: what is waited for, how long, and who is told."""
    return [
        (
            str(CLOCKS[clock]),
            standard_in_words(preset.standards[clock]),
            ladder_in_words(clock, preset.standards[clock]),
        )
        for clock in Clock
    ]
