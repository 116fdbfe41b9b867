"""Files in the words of an officer's desk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from webapp.counter.applications.queries import FileEntry, FileView, OfficerFiles, StageView, Urgency
from webapp.counter.applications.vocabulary import ApplicationState, PaperState
from webapp.portal.dates import moment_in_words
from webapp.portal.file_words import FILE_STATES, PAPER_STATES, work_in_words
from webapp.portal.staff.files import (
    ListedFile,
    due_in_full,
    due_tag,
    holder_in_words,
    listed,
    pause_since,
    registered_in_words,
    timeline,
)
from webapp.portal.staff.words import TimelineItem

#: Files of one pile that the list shows: more are found by searching.
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class FilePile:
    """A pile with its title; `beyond` is how many more there are than the list shows."""

    title: str
    files: tuple[ListedFile, ...]
    total: int

    @property
    def beyond(self) -> int:
        """How many are not listed."""
        return self.total - len(self.files)


@dataclass(frozen=True, slots=True)
class FileCounts:
    """How much there is."""

    mine: int
    tray: int
    soon: int
    overdue: int


@dataclass(frozen=True, slots=True)
class DeskPaper:
    """A requirement to tick: `state` stands, `chosen` is chosen on the page, `options` are values and words."""

    id: int
    name: str
    state: str
    chosen: str
    words: str
    hint: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DeskStage:
    """The running stage, and what may be done with it. `why_not` says why it cannot be finished."""

    id: int
    name: str
    number: int
    of: int
    where: str
    target: str
    mine: bool
    may_take: bool
    from_colleague: bool
    may_finish: bool
    may_hand: bool
    finish: str
    why_not: str


@dataclass(frozen=True, slots=True)
class DeskPause:
    """What a file waits for."""

    title: str
    note: str
    since: str
    by_papers: bool


@dataclass(frozen=True, slots=True)
class DeskFile:
    """One file on an officer's desk, in words."""

    code: str
    service: str
    registered: str
    state: str
    tone: str
    due: tuple[str, str] | None
    facts: tuple[tuple[str, str | None], ...]
    pause: DeskPause | None
    stage: DeskStage | None
    papers: tuple[DeskPaper, ...]
    missing: int
    may_tick: bool
    may_pause: bool
    may_resume: bool
    may_withdraw: bool
    timeline: list[TimelineItem]
    led_by: str


def listed_piles(files: OfficerFiles, words: str, now: datetime) -> list[FilePile]:
    """The piles that hold something, as far as they match `words`; applicants are named only in the officer's own."""
    titled = (
        (_("Di tangan Anda"), files.mine),
        (_("Di baki unit"), files.tray),
        (_("Di tangan rekan"), files.colleagues),
    )
    piles = []
    for title, entries in titled:
        found = [entry for entry in entries if _matches(entry, words)]
        shown = tuple(listed(entry, now, with_applicant=entry.mine) for entry in found[:_SHOWN])
        if found:
            piles.append(FilePile(str(title), shown, len(found)))
    return piles


def counts_of(files: OfficerFiles) -> FileCounts:
    """How much lies before the officer."""
    all_of_them = [*files.mine, *files.tray]
    return FileCounts(
        len(files.mine),
        len(files.tray),
        sum(entry.urgency == Urgency.SOON for entry in all_of_them),
        sum(entry.urgency == Urgency.OVERDUE for entry in all_of_them),
    )


def _matches(entry: FileEntry, words: str) -> bool:
    haystack = " ".join(
        part for part in (entry.code, entry.service, entry.stage, entry.applicant if entry.mine else "") if part
    )
    return all(word in haystack.casefold() for word in words.casefold().split())


def desk_file(file: FileView, now: datetime, sent: dict[str, str]) -> DeskFile:
    """A file in words. `sent` is what was chosen for its papers on a form that came back."""
    word, tone = FILE_STATES[ApplicationState(file.state)]
    waiting = file.waits_for
    ended = file.urgency == Urgency.ENDED
    return DeskFile(
        code=file.code,
        service=file.service,
        registered=registered_in_words(file),
        state=str(word),
        tone=tone,
        due=None if ended or file.urgency == Urgency.WAITING or file.due_at is None else due_tag(file, now),
        facts=_facts(file),
        pause=DeskPause(
            str(_("Menunggu: %(cause)s", cause=waiting.cause)),
            waiting.note or "",
            pause_since(waiting, file.timezone),
            bool(file.missing) and not file.may_resume,
        )
        if waiting and not ended
        else None,
        stage=_stage(file) if not ended else None,
        papers=tuple(_papers(file, sent)),
        missing=len(file.missing),
        may_tick=file.may_handle,
        may_pause=file.may_handle and file.state == ApplicationState.IN_WORK,
        may_resume=file.may_resume,
        may_withdraw=file.may_handle,
        timeline=timeline(file),
        led_by=led_elsewhere(file.led_by) if file.led_by else "",
    )


def led_elsewhere(system: str) -> str:
    """Where a file is changed that a connected system leads."""
    return str(
        _(
            "Berkas ini dikelola di %(system)s. Ubah di sana: perubahannya muncul di sini dengan sendirinya.",
            system=system,
        )
    )


def _facts(file: FileView) -> tuple[tuple[str, str | None], ...]:
    return (
        (_("Pemohon"), file.applicant_name),
        (_("Telepon"), file.applicant_phone),
        (_("Unit"), file.unit),
        (_("Lengkap sejak"), moment_in_words(file.complete_at, file.timezone) if file.complete_at else None),
        (_("Batas waktu"), due_in_full(file)),
        (_("Selesai"), moment_in_words(file.finished_at, file.timezone) if file.finished_at else None),
    )


def _stage(file: FileView) -> DeskStage | None:
    stage = file.stage
    if stage is None or stage.started_at is None:
        return None
    following = next((one.name for one in file.stages if one.started_at is None), None)
    collecting = stage.waits_for_applicant and not file.may_resume
    held_up = file.waits_for is not None and not collecting
    may_finish = stage.mine and stage.may_act and not held_up and not file.missing
    holder = stage.holder
    finish = (
        str(_("Selesai, lanjut ke %(stage)s", stage=following))
        if following
        else str(_("Sudah diserahkan, tutup berkas"))
    )
    return DeskStage(
        id=stage.id,
        name=stage.name,
        number=file.stages.index(stage) + 1,
        of=len(file.stages),
        where=_where(stage),
        target=str(_("Target tahap ini %(length)s kerja.", length=work_in_words(stage.target_minutes * 60)))
        if stage.target_minutes
        else "",
        mine=stage.mine,
        may_take=stage.may_act and not stage.mine,
        from_colleague=holder is not None and holder.officer_id is not None and not stage.mine,
        may_finish=may_finish,
        may_hand=stage.may_act and (stage.mine or holder is None or holder.officer_id is None),
        finish=finish,
        why_not=_why_not(file, stage, held_up) if stage.mine and not may_finish else "",
    )


def _where(stage: StageView) -> str:
    holder = stage.holder
    if stage.mine:
        return str(_("Di tangan Anda."))
    if holder is None or holder.officer_id is None:
        return str(_("Di baki %(unit)s, belum diambil.", unit=stage.unit))
    return str(_("Di tangan %(name)s.", name=holder_in_words(holder, stage.unit)))


def _why_not(file: FileView, stage: StageView, held_up: bool) -> str:
    if file.led_by:
        return ""
    if file.missing:
        return str(_("Tahap ini dapat diselesaikan setelah semua persyaratan ada."))
    if held_up:
        return str(_("Lanjutkan berkasnya dulu bila yang ditunggu sudah beres."))
    if not stage.may_act:
        return str(_("Tahap ini dikerjakan unit lain."))
    return ""


def _papers(file: FileView, sent: dict[str, str]) -> Iterable[DeskPaper]:
    options = tuple((state.value, str(words)) for state, words in PAPER_STATES.items())
    for paper in file.papers:
        hint = str(_("Pemohon menyatakan sudah punya.")) if paper.at_hand and paper.state == PaperState.MISSING else ""
        chosen = sent.get(f"paper-{paper.id}", paper.state)
        yield DeskPaper(
            paper.id, paper.name, paper.state, chosen, str(PAPER_STATES[PaperState(paper.state)]), hint, options
        )
