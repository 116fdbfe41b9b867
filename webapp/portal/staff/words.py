"""The closed lists of feedback in the words of the staff's pages, and the pieces that several desks show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.attribution.queries import Concerned, Reason
from webapp.attribution.sentences import evidence_sentence
from webapp.feedback.case_file import CaseFile, Happening
from webapp.feedback.life_cycle import OPEN_STATES
from webapp.feedback.vocabulary import Channel, ComplaintKind, Finding
from webapp.portal.dates import day_in_words, local_day, moment_in_words

KINDS = {
    ComplaintKind.COMPLAINT: _l("Pengaduan"),
    ComplaintKind.SUGGESTION: _l("Aspirasi"),
    ComplaintKind.INFORMATION_REQUEST: _l("Permintaan informasi"),
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
    "agency_decision": ("decision", True),
    "receipt": ("receipt", True),
    "application_delay": ("stage", True),
    "application_unit": ("stage", True),
    "counter_and_shift": ("shift", False),
    "unit_chosen": ("text", False),
    "service_chosen": ("text", False),
    "nothing_known": ("none", False),
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
    """Why a case is here, then whom it concerns (for those who may know)."""
    lines = []
    for reason in reasons:
        kind, certain = _RULES[reason.rule]
        text = evidence_sentence(reason.rule, reason.particulars)
        if reason.written:
            text = _("%(sentence)s Alasannya: %(reason)s", sentence=text, reason=reason.written)
        lines.append(EvidenceLine(text, kind, certain))
    for share in concerned:
        if share.officer is None:
            text = _("Menyangkut %(unit)s sebagai unit", unit=share.unit)
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
    by, unit = one.by, one.unit
    match one.what:
        case "sent" if by:
            title = _("Diteruskan ke %(unit)s oleh %(name)s", unit=unit, name=by)
        case "sent":
            title = _("Diteruskan ke %(unit)s", unit=unit)
        case "taken":
            title = _("Diambil oleh %(name)s", name=by or "–")
        case "question":
            title = _("%(name)s bertanya kepada pelapor", name=by or "–")
        case "answer":
            title = _("%(name)s menjawab", name=by or "–")
        case other:
            title = {
                "filed": _("Laporan diterima"),
                "in_triage": _("Menunggu keputusan triase"),
                "marked_personal": _("Ditandai: menyangkut perbuatan seseorang"),
                "marked_impersonal": _("Tanda dilepas: tidak menyangkut perbuatan seseorang"),
                "reply": _("Pelapor membalas"),
                "dispute": _("Pelapor menyanggah jawaban"),
                "acceptance": _("Pelapor menerima jawaban"),
                "closed": _("Ditutup karena pelapor tidak menanggapi"),
            }[other]
    return str(title)
