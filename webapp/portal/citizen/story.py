"""A case told in sentences: where it stands, what happened, what is to come."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.feedback.life_cycle import END_STATES, State
from webapp.feedback.reporter_case import Half, ReporterCase
from webapp.feedback.reporter_history import Moment
from webapp.feedback.vocabulary import Channel, ComplaintKind
from webapp.portal.citizen.words import (
    KINDS,
    STATES,
    day_in_words,
    due_in_words,
    moment_in_words,
    subject_of,
)


@dataclass(frozen=True, slots=True)
class Chapter:
    """One entry of the timeline; `state` is done, now or todo."""

    title: str
    when: str
    text: str
    state: str
    photo_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Story:
    """What the page of a case says, in the reader's language."""

    subject: str
    filed: str
    state: str
    tone: str
    meaning: str
    due: str
    overdue: bool
    closes: str
    answered: str
    #: Until when what is missing can be completed, and a closed complaint be opened again; "" for no end.
    complete_until: str
    reopen_until: str
    #: What is missing, in the agency's words; when it explained how it ended.
    missing: str
    explained: str
    #: Something is left to do after the end; the Ombudsman takes it up.
    ways: bool
    to_ombudsman: bool
    #: The other parts of a complaint that was split: code, words.
    halves: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str | None], ...]
    #: What happened, and that with what is to come.
    past: tuple[Chapter, ...]
    chapters: tuple[Chapter, ...]


def tell_case(case: ReporterCase) -> Story:
    """The story of a case."""
    word, tone, meaning = STATES[case.state]
    if case.question is not None:
        word, tone, meaning = _("Perlu jawaban Anda"), "warn", _("Petugas memerlukan keterangan dari Anda.")
    zone = case.timezone
    past = _past(case)
    due = due_in_words(case.due_at, case.working_days_left, case.overdue, zone) if case.due_at else ""
    return Story(
        subject=subject_of(case.text),
        filed=day_in_words(case.filed_at, zone),
        state=str(word),
        tone=tone,
        meaning=str(meaning),
        due=due,
        overdue=case.overdue,
        closes=day_in_words(case.closes_at, zone) if case.closes_at else "",
        answered=day_in_words(case.answer.at, zone) if case.answer else "",
        complete_until=day_in_words(case.complete_until, zone) if case.complete_until else "",
        reopen_until=day_in_words(case.reopen_until, zone) if case.reopen_until else "",
        missing=next((moment.text or "" for moment in reversed(case.history) if moment.what == "deferral"), ""),
        explained=day_in_words(case.explanation.at, zone) if case.explanation else "",
        ways=case.may_reopen or case.overdue or case.state in (State.UNSOLVED, State.CLOSED, State.ARCHIVED),
        to_ombudsman=case.state in (State.UNSOLVED, State.CLOSED) or case.overdue,
        halves=tuple((half.code, _half_in_words(half)) for half in case.halves),
        facts=_facts(case),
        past=tuple(past),
        chapters=(*past, *_future(case, due)),
    )


def _half_in_words(half: Half) -> str:
    state = STATES[half.state][0]
    return str(_("%(state)s, di %(unit)s", state=state, unit=half.unit)) if half.unit else str(state)


def _facts(case: ReporterCase) -> tuple[tuple[str, str | None], ...]:
    occurred = None
    if case.occurred_at is not None:
        told = moment_in_words if case.occurred_exactly else day_in_words
        occurred = told(case.occurred_at, case.timezone)
    if case.points_at_person:
        seen_by = _("Tentang seseorang: hanya dibaca atasan dan pemeriksa, tidak pernah oleh yang dilaporkan.")
    elif case.secret:
        seen_by = _("Unit yang menangani. Tidak ditampilkan kepada umum.")
    else:
        seen_by = _("Unit yang menangani. Boleh ditampilkan kepada umum setelah diperiksa.")
    contact = None
    if case.has_contact:
        contact = (
            _("Tersimpan, tidak ditunjukkan kepada unit.")
            if case.anonymous
            else _("Boleh dipakai unit yang menangani.")
        )
    return (
        (_("Jenis"), str(KINDS[ComplaintKind(case.kind)][0])),
        (_("Ditangani oleh"), case.unit or _("belum ditentukan")),
        (_("Unit yang Anda sebut"), case.stated_unit if case.stated_unit != case.unit else None),
        (_("Layanan"), case.service),
        (_("Loket"), case.counter),
        (_("Tempat"), case.place or (_("lokasi tercatat") if case.has_position else None)),
        (_("Kejadian"), occurred),
        (_("Siapa yang membaca"), seen_by),
        (_("Kontak Anda"), contact),
    )


def _past(case: ReporterCase) -> list[Chapter]:
    last = len(case.history) - 1
    settled = case.state in END_STATES
    return [
        Chapter(
            _title(case, moment),
            _when(case, moment),
            moment.text or "",
            "now" if number == last and not settled else "done",
            moment.photo_ids,
        )
        for number, moment in enumerate(case.history)
    ]


def _when(case: ReporterCase, moment: Moment) -> str:
    when = moment_in_words(moment.at, case.timezone)
    if moment.what == "filed":
        by = {
            Channel.PORTAL: _("lewat portal"),
            Channel.RECEIPT: _("lewat portal"),
            Channel.TELEGRAM: _("lewat Telegram"),
            Channel.IMPORT: _("dari sistem kota"),
        }[Channel(case.channel)]
        return f"{when} · {by}"
    return when


def _title(case: ReporterCase, moment: Moment) -> str:
    unit = moment.unit or _("unit yang menangani")
    if moment.what == "passed_on" and case.passed_on_to:
        return str(_("Diteruskan ke %(agency)s", agency=case.passed_on_to))
    titles = {
        "filed": _("Terkirim"),
        "in_triage": _("Diperiksa untuk menentukan unitnya"),
        "sent": _("Diteruskan ke %(unit)s", unit=unit),
        "moved": _("Dipindahkan ke %(unit)s", unit=unit),
        "taken": _("Mulai ditangani"),
        "question": _("Petugas bertanya"),
        "reply": _("Anda menulis"),
        "answer": _("Dijawab"),
        "dispute": _("Anda menyanggah jawaban"),
        "accepted": _("Anda menyatakan selesai"),
        "closed": _("Ditutup tanpa tanggapan dari Anda"),
        "deferral": _("Ada yang perlu dilengkapi"),
        "completed": _("Anda melengkapi laporan"),
        "verified": _("Diperiksa: lengkap dan menjadi tugas kami"),
        "unsolved": _("Ditutup, tidak selesai"),
        "reopened": _("Anda meminta dibuka lagi"),
        "passed_on": _("Diteruskan ke instansi lain"),
        "archived": _("Diarsipkan"),
        "restored": _("Diambil kembali untuk diperiksa"),
        "merged": _("Ditangani bersama laporan lain tentang hal yang sama"),
        "separated": _("Ditangani sendiri lagi"),
        "split": _("Sebagian dipisahkan untuk %(unit)s", unit=unit),
        "farewell": _("Penjelasan"),
    }
    return str(titles[moment.what])


def _future(case: ReporterCase, due: str) -> list[Chapter]:
    """What is still to come; nothing after the end."""
    chapters = []
    if case.awaits_completion:
        chapters.append(Chapter(_("Anda melengkapi"), "", "", "todo"))
        chapters.append(Chapter(_("Diperiksa dan diteruskan"), "", "", "todo"))
    if case.is_open:
        if case.unit is None and case.state != State.MERGED:
            chapters.append(Chapter(_("Diteruskan ke unit yang bertanggung jawab"), "", "", "todo"))
        when = _("Paling lambat %(due)s", due=due) if due and not case.overdue else ""
        if case.overdue:
            when = _("Batas waktunya %(due)s", due=due)
        elif case.paused:
            when = _("Waktunya berhenti dihitung sampai Anda menjawab")
        chapters.append(Chapter(_("Dijawab"), when, "", "todo"))
    if case.is_open or case.awaits_verdict:
        chapters.append(Chapter(_("Anda menerima, atau menyanggah"), "", "", "todo"))
    return chapters
