"""A file told in sentences for whoever has its code: where it stands, what is missing, what happened and will."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.counter.applications.catalogue import WAITING_APPLICANT
from webapp.counter.applications.outcome_words import outcome_sentences, outcome_title
from webapp.counter.applications.queries import TrackedApplication, TrackedPause
from webapp.counter.applications.urgency import Urgency
from webapp.counter.applications.vocabulary import OPEN_STATES, ApplicationState, PaperState
from webapp.portal.citizen.story import Chapter
from webapp.portal.citizen.words import day_in_words, moment_in_words
from webapp.portal.file_words import FILE_STATES, PAPER_STATES, work_in_words


@dataclass(frozen=True, slots=True)
class StoryPaper:
    """A requirement; `state` as in PaperState."""

    name: str
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class FileStory:
    """What the page of a file says, in the reader's language. No names of people."""

    code: str
    service_id: int
    service: str
    registered: str
    state: str
    tone: str
    meaning: str
    due: str
    overdue: bool
    ending: str
    ending_tone: str
    ending_text: tuple[str, ...]
    missing: tuple[StoryPaper, ...]
    what_to_do: str
    waiting: str
    waiting_for_you: bool
    waiting_note: str
    waiting_since: str
    papers: tuple[StoryPaper, ...]
    facts: tuple[tuple[str, str | None], ...]
    chapters: tuple[Chapter, ...]


def tell_file(file: TrackedApplication) -> FileStory:
    """The story of a file."""
    zone = file.timezone
    state = ApplicationState(file.state)
    word, tone = FILE_STATES[state]
    is_open = state in OPEN_STATES
    pause = file.waits_for if is_open else None
    for_you = pause is not None and pause.cause_code == WAITING_APPLICANT
    ready = for_you and file.stage is not None and file.stage.waits_for_applicant and not file.missing
    overdue = file.urgency == Urgency.OVERDUE
    if ready:
        word, tone = _("siap diambil"), ""
    elif for_you:
        word, tone = _("menunggu Anda"), "warn"
    elif overdue:
        word, tone = _("melewati batas waktu"), "bad"
    elif file.outcome is not None and file.outcome.delay:
        word, tone = _("selesai, terlambat"), "warn"
    due_at = moment_in_words(file.due_at, zone) if file.due_at is not None else ""
    return FileStory(
        code=file.code,
        service_id=file.service_id,
        service=file.service,
        registered=day_in_words(file.registered_at, zone),
        state=str(word),
        tone=tone,
        meaning=_("Berkas Anda sudah jadi. Silakan datang mengambilnya.") if ready else _meaning(file, state),
        due=_due(file, overdue) if is_open else "",
        overdue=overdue,
        ending=outcome_title(file.outcome) if file.outcome else "",
        ending_tone="warn" if file.outcome and file.outcome.delay else "plain",
        ending_text=tuple(outcome_sentences(file.outcome, due_at)) if file.outcome else (),
        missing=tuple(paper for paper in _papers(file) if paper.state == PaperState.MISSING) if is_open else (),
        what_to_do=_(
            "Bawa ke %(unit)s dengan kode berkas ini. Waktu penyelesaian berjalan setelah petugas memeriksa semuanya.",
            unit=file.unit,
        ),
        waiting=_("Ditunda: %(cause)s", cause=pause.cause) if pause and not ready else "",
        waiting_for_you=for_you,
        waiting_note=(pause.note or "") if pause else "",
        waiting_since=_since(pause, zone) if pause else "",
        papers=_papers(file) if not is_open else tuple(p for p in _papers(file) if p.state != PaperState.MISSING),
        facts=_facts(file),
        chapters=(*_past(file), *_future(file, is_open)),
    )


def _papers(file: TrackedApplication) -> tuple[StoryPaper, ...]:
    return tuple(
        StoryPaper(
            paper.name,
            paper.state,
            _("Anda sudah punya: bawa aslinya")
            if paper.at_hand and paper.state == PaperState.MISSING
            else str(PAPER_STATES[PaperState(paper.state)]),
        )
        for paper in file.papers
    )


def _meaning(file: TrackedApplication, state: ApplicationState) -> str:
    match state:
        case ApplicationState.INCOMPLETE:
            return str(_("Berkas Anda sudah terdaftar, tetapi belum lengkap."))
        case ApplicationState.PAUSED:
            return str(_("Berkas Anda sedang menunggu. Sebabnya tertulis di bawah."))
        case ApplicationState.FINISHED:
            return str(
                _(
                    "Berkas Anda sudah selesai pada %(day)s.",
                    day=day_in_words(file.finished_at or file.registered_at, file.timezone),
                )
            )
        case ApplicationState.WITHDRAWN:
            return str(_("Berkas ini dibatalkan. Bila masih Anda perlukan, daftarkan berkas baru."))
    if file.stage is None:
        return str(_("Berkas Anda sedang dikerjakan."))
    return str(_("Berkas Anda sedang di tahap: %(stage)s.", stage=file.stage.name))


def _due(file: TrackedApplication, overdue: bool) -> str:
    if file.due_at is None:
        return str(_("Batas waktu dihitung sejak berkas lengkap.")) if file.standard_minutes else ""
    if file.urgency == Urgency.WAITING and file.waits_for is not None:
        return str(_("Batas waktu ikut mundur selama menunggu."))
    moment = moment_in_words(file.due_at, file.timezone)
    if overdue:
        return str(_("Seharusnya selesai %(moment)s", moment=moment))
    return str(_("Paling lambat %(moment)s", moment=moment))


def _since(pause: TrackedPause, zone: str) -> str:
    since = moment_in_words(pause.starts_at, zone)
    if pause.outside_control:
        return str(_("Sejak %(moment)s. Waktu tunggu ini tidak dihitung.", moment=since))
    return str(_("Sejak %(moment)s. Waktu penyelesaian tetap berjalan.", moment=since))


def _facts(file: TrackedApplication) -> tuple[tuple[str, str | None], ...]:
    standard = work_in_words(file.standard_minutes * 60) if file.standard_minutes else None
    return (
        (_("Diurus di"), file.unit),
        (_("Dijanjikan selesai dalam"), _("%(length)s kerja sejak lengkap", length=standard) if standard else None),
    )


def _past(file: TrackedApplication) -> list[Chapter]:
    zone = file.timezone
    registered = Chapter(_("Terdaftar"), moment_in_words(file.registered_at, zone), _pauses(file, None), "done")
    told: list[tuple[datetime, Chapter]] = [(file.registered_at, registered)]
    if file.complete_at is not None:
        complete = Chapter(_("Persyaratan lengkap"), moment_in_words(file.complete_at, zone), "", "done")
        told.append((file.complete_at, complete))
    waiting = file.state == ApplicationState.INCOMPLETE
    for stage in file.stages:
        if stage.started_at is None or (waiting and stage.finished_at is None):
            continue
        moment = moment_in_words(stage.finished_at or stage.started_at, zone)
        when = _("selesai %(moment)s", moment=moment) if stage.finished_at else _("sejak %(moment)s", moment=moment)
        chapter = Chapter(stage.name, when, _pauses(file, stage.id), "done" if stage.finished_at else "now")
        told.append((stage.finished_at or stage.started_at, chapter))
    chapters = [chapter for _at, chapter in sorted(told, key=lambda pair: (pair[1].state == "now", pair[0]))]
    if waiting:
        chapters.append(Chapter(_("Menunggu persyaratan lengkap"), "", "", "now"))
    if file.state == ApplicationState.WITHDRAWN:
        chapters.append(Chapter(_("Dibatalkan"), "", "", "done"))
    return chapters


def _pauses(file: TrackedApplication, stage_id: int | None) -> str:
    """The pauses that fell into a stage, one a line; with None those before any stage had begun."""
    lines = []
    for pause in file.pauses:
        if pause.stage_id != stage_id or (pause.ends_at == pause.starts_at):
            continue
        begin, cause = moment_in_words(pause.starts_at, file.timezone), pause.cause
        if pause.ends_at is None:
            lines.append(_("Menunggu sejak %(begin)s: %(cause)s.", begin=begin, cause=cause))
        else:
            end = moment_in_words(pause.ends_at, file.timezone)
            lines.append(_("Menunggu dari %(begin)s sampai %(end)s: %(cause)s.", begin=begin, end=end, cause=cause))
    return "\n".join(str(line) for line in lines)


def _future(file: TrackedApplication, is_open: bool) -> list[Chapter]:
    """The stages that are still to come; nothing after the end."""
    if not is_open:
        return []
    waiting = file.state == ApplicationState.INCOMPLETE
    return [
        Chapter(stage.name, "", "", "todo")
        for stage in file.stages
        if stage.started_at is None or (waiting and stage.finished_at is None)
    ]
