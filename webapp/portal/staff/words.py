"""The closed lists of feedback in the words of the staff's pages, and the pieces that several desks show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.attribution.queries import Concerned, Reason
from webapp.attribution.sentences import evidence_sentence
from webapp.feedback.case_file import CaseFile
from webapp.feedback.case_story import Happening
from webapp.feedback.life_cycle import OPEN_STATES
from webapp.feedback.vocabulary import Channel, ComplaintKind, Finding
from webapp.portal.dates import day_in_words, local_day, moment_in_words

KINDS = {
    ComplaintKind.COMPLAINT: _l("Pengaduan"),
    ComplaintKind.SUGGESTION: _l("Aspirasi"),
    ComplaintKind.INFORMATION_REQUEST: _l("Permintaan informasi"),
    ComplaintKind.PRAISE: _l("Apresiasi"),
}

CHANNELS = {
    Channel.PORTAL: _l("lewat portal"),
    Channel.TELEGRAM: _l("lewat Telegram"),
    Channel.RECEIPT: _l("dari struk kunjungan"),
    Channel.IMPORT: _l("dari sistem lama"),
}

FINDINGS = {
    Finding.FOUNDED: _l("Benar, ada yang salah di pihak kami"),
    Finding.NOT_FOUNDED: _l("Tidak terbukti"),
    Finding.OUTSIDE_CONTROL: _l("Benar, tetapi di luar kendali petugas"),
    Finding.NOT_APPLICABLE: _l("Tidak ada yang perlu dibuktikan"),
}

FINDING_HINTS = {
    Finding.FOUNDED: _l("Yang diceritakan warga memang terjadi dan seharusnya tidak."),
    Finding.NOT_FOUNDED: _l("Setelah diperiksa, tidak ada bukti untuk itu."),
    Finding.OUTSIDE_CONTROL: _l("Misalnya server pusat mati, blangko habis, atau instansi lain."),
    Finding.NOT_APPLICABLE: _l("Usul, pertanyaan, atau ucapan terima kasih."),
}

#: Icon of the evidence macro for each rule, and whether the rule is certain.
_RULES = {
    "triage_decision": ("decision", True),
    "contest_decision": ("decision", True),
    "decision_undone": ("decision", False),
    "agency_decision": ("decision", True),
    "receipt": ("receipt", True),
    "application_delay": ("stage", True),
    "application_unit": ("stage", True),
    "told_file_delay": ("stage", True),
    "told_file": ("stage", True),
    "queue_number": ("receipt", False),
    "served_at_counter": ("shift", False),
    "counter_and_shift": ("shift", False),
    "named_officer": ("text", False),
    "file_number": ("stage", False),
    "counter_told": ("text", False),
    "unit_chosen": ("text", False),
    "service_chosen": ("text", False),
    "words": ("text", False),
    "place": ("text", False),
    "nothing_known": ("none", False),
}


#: What a member of staff did with a case.
_BY_SOMEBODY = {
    "taken": _l("Diambil oleh %(name)s"),
    "question": _l("%(name)s bertanya kepada pelapor"),
    "answer": _l("%(name)s menjawab"),
    "deferral": _l("%(name)s meminta pelapor melengkapi laporan"),
    "farewell": _l("Pesan penutup %(name)s untuk pelapor"),
    "verified": _l("Diperiksa oleh %(name)s"),
    "passed_on": _l("Diteruskan ke instansi lain oleh %(name)s"),
    "archived": _l("Diarsipkan oleh %(name)s"),
    "sent_back": _l("Dikembalikan oleh %(name)s"),
    "recused": _l("%(name)s menyatakan konflik kepentingan"),
    "unsolved": _l("Ditutup tanpa penyelesaian oleh %(name)s"),
    "term_changed": _l("Batas waktu diubah oleh %(name)s"),
    "kind_changed": _l("Jenis laporan diubah oleh %(name)s"),
}

#: What the reporter or a rule did, or what it does not matter who did.
_HAPPENINGS = {
    "filed": _l("Laporan diterima"),
    "held": _l("Menunggu keputusan triase"),
    "deferred": _l("Ditunda sampai dilengkapi"),
    "completed": _l("Pelapor melengkapi laporan"),
    "restored": _l("Dibuka lagi dari arsip"),
    "separated": _l("Dipisahkan lagi dari gabungan"),
    "escalated": _l("Lewat batas waktu: disampaikan kepada atasan"),
    "reopened": _l("Dibuka kembali atas permintaan pelapor"),
    "marked_personal": _l("Ditandai: menyangkut perbuatan seseorang"),
    "marked_impersonal": _l("Tanda dilepas: tidak menyangkut perbuatan seseorang"),
    "reply": _l("Pelapor membalas"),
    "dispute": _l("Pelapor menyanggah jawaban"),
    "acceptance": _l("Pelapor menerima jawaban"),
    "closed": _l("Ditutup karena pelapor tidak menanggapi"),
}


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """One line of the evidence macro."""

    text: str
    kind: str
    certain: bool
    share: float | None = None


@dataclass(frozen=True, slots=True)
class TimelineItem:
    """One step of the timeline macro."""

    title: str
    when: str
    text: str = ""
    state: str = "done"


def evidence_lines(reasons: Iterable[Reason], concerned: Iterable[Concerned] = ()) -> list[EvidenceLine]:
    """Why a case is here, then whom it concerns (for those who may know).

    Of several pieces of evidence the one that counted most says so; a written reason stands once, with the first.
    """
    lines = []
    pieces = list(reasons)
    weights = [reason.weight for reason in pieces if reason.weight is not None]
    heaviest = max(weights) if len(weights) > 1 and weights.count(max(weights)) == 1 else None
    for number, reason in enumerate(pieces):
        kind, certain = _RULES[reason.rule]
        text = evidence_sentence(reason.rule, reason.particulars)
        if heaviest is not None and reason.weight == heaviest:
            text = _("%(sentence)s Ini yang paling menentukan.", sentence=text)
        if reason.written and number == 0:
            text = _("%(sentence)s Alasannya: %(reason)s", sentence=text, reason=reason.written)
        lines.append(EvidenceLine(text, kind, certain))
    for share in concerned:
        if share.officer is None:
            text = _("Menyangkut %(unit)s sebagai unit", unit=share.unit)
        elif not share.charged:
            text = _("Mungkin menyangkut %(officer)s, %(unit)s; belum dihitung", officer=share.officer, unit=share.unit)
        else:
            text = _("Menyangkut %(officer)s, %(unit)s", officer=share.officer, unit=share.unit)
        lines.append(EvidenceLine(text, "decision", False, share.share))
    return lines


def case_facts(case: CaseFile) -> list[tuple[str, str | None]]:
    """Names and values of what is known about a case."""
    when = None
    if case.occurred_at is not None:
        when = (
            moment_in_words(case.occurred_at, case.timezone)
            if case.occurred_exactly
            else day_in_words(local_day(case.occurred_at, case.timezone))
        )
    place = case.place
    if case.latitude is not None and case.longitude is not None:
        position = f"{case.latitude:.5f}, {case.longitude:.5f}"
        place = f"{place} ({position})" if place else position
    return [
        (_("Unit kerja"), case.unit or case.stated_unit),
        (_("Layanan"), case.service),
        (_("Loket"), case.counter),
        (_("Waktu kejadian"), when),
        (_("Tempat"), place),
        (_("Di meja"), case.handler),
        (
            _("Temuan jawaban sebelumnya") if case.state in OPEN_STATES else _("Temuan"),
            str(FINDINGS[Finding(case.finding)]) if case.finding else None,
        ),
    ]


def timeline(history: Iterable[Happening], timezone: str) -> list[TimelineItem]:
    """The history of a case, oldest first."""
    return [TimelineItem(_happening(one), moment_in_words(one.at, timezone), one.text or "") for one in history]


def title_of(case: CaseFile) -> str:
    """ "Pengaduan: Akta kelahiran"."""
    kind, about = str(KINDS[ComplaintKind(case.kind)]), case.service or case.unit or case.stated_unit
    return f"{kind}: {about}" if about else kind


def received_in_words(case: CaseFile) -> str:
    """ "Senin, 9 November, 08.14 · lewat Telegram"."""
    return f"{moment_in_words(case.filed_at, case.timezone)} · {CHANNELS[Channel(case.channel)]}"


def _happening(one: Happening) -> str:
    """A title for what happened; whoever did it by a rule has no name."""
    by = one.by or "–"
    match one.what:
        case "sent" if one.by:
            title = _("Diteruskan ke %(unit)s oleh %(name)s", unit=one.unit, name=by)
        case "sent":
            title = _("Diteruskan ke %(unit)s", unit=one.unit)
        case "forwarded":
            title = _("Dipindahkan ke %(unit)s oleh %(name)s", unit=one.unit, name=by)
        case "assigned":
            title = _("Diserahkan kepada %(handler)s oleh %(name)s", handler=one.handler or "–", name=by)
        case "split":
            title = _(
                "Dibagi oleh %(name)s: bagian lain menjadi laporan %(code)s", name=by, code=one.other or _("lain")
            )
        case "merged" if one.by is None:
            title = _("Digabung dengan laporan %(code)s: pelapornya memilih bergabung", code=one.other or _("lain"))
        case "merged":
            title = _("Digabung dengan laporan %(code)s oleh %(name)s", name=by, code=one.other or _("lain"))
        case "archived" if one.by is None:
            title = _("Diarsipkan karena tidak dilengkapi")
        case "farewell" if one.by is None:
            title = _("Pesan penutup untuk pelapor")
        case other if other in _BY_SOMEBODY:
            title = str(_BY_SOMEBODY[other]) % {"name": by}
        case other:
            title = str(_HAPPENINGS[other])
    return str(title)
