"""The page of one case: everything that who handles it needs, beside the list of the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.accounts.models import Account
from webapp.attribution.queries import evidence_for
from webapp.feedback.case_file import CaseFile, Obstacle, open_case_file, read_case_of
from webapp.feedback.casework.placeholders import fill
from webapp.feedback.casework.reply_templates import UsableTemplate, list_usable
from webapp.feedback.life_cycle import OPEN_STATES, State
from webapp.feedback.models import Complaint
from webapp.portal.dates import day_in_words, due_in_words, local_day, moment_in_words
from webapp.portal.staff.photo_words import PhotoLine, photo_lines
from webapp.portal.staff.words import (
    EvidenceLine,
    TimelineItem,
    case_facts,
    evidence_lines,
    received_in_words,
    timeline,
    title_of,
)


@dataclass(frozen=True, slots=True)
class FilledTemplate:
    """A reply template with what this case fills in."""

    id: int
    name: str
    text: str


@dataclass(frozen=True, slots=True)
class NoteView:
    """An internal note with its day in words; `named`: who was told."""

    by: str
    when: str
    text: str
    named: str | None


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case in words."""

    title: str
    received: str
    facts: list[tuple[str, str | None]]
    evidence: list[EvidenceLine]
    timeline: list[TimelineItem]
    #: What happened since the page was opened that the typed words come from.
    missed: list[TimelineItem]
    due: tuple[str, str] | None
    state: tuple[str, str] | None
    refusal: str | None
    templates: list[FilledTemplate]
    notes: list[NoteView]
    remedies: list[PhotoLine]
    today: str


def view_case(viewer: Account, code: str, now: datetime, *, seen: str = "") -> tuple[Complaint, CaseFile, CaseView]:
    """The case with this code as `viewer` sees it; `seen` is the version that a refused form came from.

    Raises NotForThisPerson.
    """
    complaint = open_case_file(viewer, code)
    case = read_case_of(viewer, complaint)
    running = case.due_at is not None and case.state in OPEN_STATES
    zone = case.timezone
    return (
        complaint,
        case,
        CaseView(
            title=title_of(case),
            received=received_in_words(case),
            facts=case_facts(case),
            evidence=evidence_lines(*evidence_for(viewer, complaint)),
            timeline=timeline(case.history, zone),
            missed=timeline(case.since(seen), zone),
            due=due_in_words(case.due_at, now, zone) if running and case.due_at else None,
            state=_state_in_words(case),
            refusal=obstacle_in_words(case),
            templates=filled_templates(case, list_usable(complaint), now) if case.may_answer else [],
            notes=notes_in_words(case),
            remedies=photo_lines(case.remedies, zone),
            today=day_in_words(local_day(now, zone)),
        ),
    )


def filled_templates(case: CaseFile, templates: tuple[UsableTemplate, ...], now: datetime) -> list[FilledTemplate]:
    """The templates with what the case knows; what it does not know stays a gap."""
    values = _values(case, now)
    return [FilledTemplate(one.id, one.name, fill(one.text, values)) for one in templates]


def _values(case: CaseFile, now: datetime) -> Mapping[str, str | None]:
    zone = case.timezone
    return {
        "kode": case.code,
        "layanan": case.service,
        "unit": case.unit,
        "loket": case.counter,
        "tempat": case.place,
        "tanggal_laporan": day_in_words(local_day(case.filed_at, zone), local_day(now, zone)),
        "batas_waktu": day_in_words(local_day(case.due_at, zone), local_day(now, zone)) if case.due_at else None,
        "hari_ini": day_in_words(local_day(now, zone)),
    }


def obstacle_in_words(case: CaseFile) -> str | None:
    """Why there is no form, for whoever opens the page: nothing of his was refused."""
    match case.obstacle:
        case None | Obstacle.DONE:
            return None
        case Obstacle.TAKEN:
            return str(_("Laporan ini di meja %(name)s.", name=case.handler))
        case other:
            return refusal_in_words(other)


def refusal_in_words(obstacle: Obstacle) -> str:
    """Why something was not taken."""
    words = {
        Obstacle.READ_ONLY: _("Anda boleh membaca laporan ini, tetapi tidak menjawabnya."),
        Obstacle.TAKEN: _("Laporan ini sudah di meja rekan Anda. Tulisan Anda belum dikirim."),
        Obstacle.OWN_ANSWER: _("Pelapor menyanggah jawaban Anda. Rekan atau atasan Anda yang menjawab kali ini."),
        Obstacle.DONE: _("Laporan ini sudah dijawab. Tulisan Anda belum dikirim."),
        Obstacle.NOT_PLACED: _("Laporan ini masih menunggu keputusan triase."),
    }
    return str(words[obstacle])


def _state_in_words(case: CaseFile) -> tuple[str, str] | None:
    """A word about where the case stands, with its tone, where the list of what is due does not say it."""
    match case.state:
        case State.ANSWERED:
            return _("menunggu tanggapan warga"), "none"
        case State.ACCEPTED:
            return _("diterima warga"), ""
        case State.CLOSED:
            return _("ditutup, tidak ada tanggapan warga"), "none"
        case State.UNSOLVED:
            return _("ditutup, tidak terselesaikan"), "warn"
        case State.MERGED:
            return _("dikerjakan bersama laporan lain"), "none"
        case State.PASSED_ON:
            return _("diteruskan ke instansi lain"), "none"
        case State.ARCHIVED:
            return _("diarsipkan"), "none"
        case State.DEFERRED:
            return _("menunggu dilengkapi pelapor"), "none"
        case State.ASSIGNED if case.is_handler:
            return _("diserahkan kepada Anda"), ""
        case _ if case.asked:
            return _("menunggu pelapor"), "none"
        case _:
            return None


def notes_in_words(case: CaseFile) -> list[NoteView]:
    """The internal notes of a case with their days in words."""
    return [NoteView(note.by, moment_in_words(note.at, case.timezone), note.text, note.named) for note in case.notes]
