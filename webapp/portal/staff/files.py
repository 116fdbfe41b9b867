"""Document applications in the words of the staff's pages, for officers and those who supervise them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.counter.applications.queries import FileEntry, FileView, HoldingView, PauseView, StageView, Urgency
from webapp.counter.applications.vocabulary import ApplicationState
from webapp.portal.dates import clock, due_in_words, local_day, moment_in_words, short_day
from webapp.portal.file_words import FILE_STATES, work_in_words
from webapp.portal.staff.words import TimelineItem

CHANNELS = {
    "portal": _l("didaftarkan lewat portal"),
    "telegram": _l("didaftarkan lewat Telegram"),
    "kiosk": _l("didaftarkan di loket"),
    "agency": _l("dari sistem lain"),
}


@dataclass(frozen=True, slots=True)
class ListedFile:
    """One entry of a list."""

    code: str
    title: str
    text: str
    when: str
    tag: str
    tone: str
    detail: str
    holder: str


def listed(entry: FileEntry, now: datetime, *, with_applicant: bool) -> ListedFile:
    """An entry in words. `with_applicant` names whose it is, where the viewer may know."""
    tag, tone = due_tag(entry, now)
    text = " · ".join(part for part in (entry.stage, entry.applicant if with_applicant else None) if part)
    since = short_day(local_day(entry.since or entry.registered_at, entry.timezone))
    detail = " · ".join(part for part in (entry.code, _why(entry)) if part)
    holder = entry.holder or str(_("baki %(unit)s", unit=entry.unit))
    return ListedFile(entry.code, entry.service, text, since, tag, tone, detail, holder)


def _why(entry: FileEntry) -> str:
    if entry.missing:
        return str(ngettext("%(num)s persyaratan belum ada", "%(num)s persyaratan belum ada", entry.missing))
    return entry.cause or ""


def due_tag(file: FileEntry | FileView, now: datetime) -> tuple[str, str]:
    """When a file is due, short, with its tone; what it waits for where its clock stands still."""
    cause = file.cause if isinstance(file, FileEntry) else (file.waits_for.cause if file.waits_for else None)
    match file.urgency:
        case Urgency.ENDED:
            word, tone = FILE_STATES[ApplicationState(file.state)]
            return str(word), tone
        case Urgency.WAITING if file.state == ApplicationState.INCOMPLETE:
            return str(_("belum lengkap")), "none"
        case Urgency.WAITING:
            return (cause or str(_("menunggu"))).lower(), "none"
    if file.due_at is None:
        return str(_("tanpa batas waktu")), "none"
    words, tone = due_in_words(file.due_at, now, file.timezone)
    if file.urgency == Urgency.OVERDUE:
        return words, "bad"
    return words, "warn" if file.urgency == Urgency.SOON or tone == "warn" else ""


def registered_in_words(file: FileView) -> str:
    """ "Senin, 9 November, 08.14 · didaftarkan di loket"."""
    return f"{moment_in_words(file.registered_at, file.timezone)} · {CHANNELS[file.channel]}"


def due_in_full(file: FileView) -> str | None:
    """Until when a file is promised, in full."""
    if file.due_at is not None:
        return moment_in_words(file.due_at, file.timezone)
    if file.standard_minutes and file.complete_at is None:
        length = work_in_words(file.standard_minutes * 60)
        return str(_("%(length)s kerja setelah lengkap", length=length))
    return None


def timeline(file: FileView) -> list[TimelineItem]:
    """What happened to a file and what is to come, with the hands that each stage was in."""
    zone = file.timezone
    told = [(file.registered_at, TimelineItem(_("Terdaftar"), moment_in_words(file.registered_at, zone)))]
    if file.complete_at is not None:
        complete = TimelineItem(_("Persyaratan lengkap"), moment_in_words(file.complete_at, zone))
        told.append((file.complete_at, complete))
    running = []
    for stage in file.stages:
        if stage.started_at is None:
            continue
        text = "\n".join([*_hands(stage, zone), *_pauses(file, stage.id)])
        if stage.finished_at is None:
            when = _("sejak %(moment)s", moment=moment_in_words(stage.started_at, zone))
            running.append(TimelineItem(stage.name, str(when), text, "now"))
        else:
            when = _("selesai %(moment)s", moment=moment_in_words(stage.finished_at, zone))
            told.append((stage.finished_at, TimelineItem(stage.name, str(when), text)))
    ended = [TimelineItem(_("Dibatalkan"), "")] if file.state == ApplicationState.WITHDRAWN else []
    todo = [] if file.urgency == Urgency.ENDED else [s for s in file.stages if s.started_at is None]
    past = [item for _at, item in sorted(told, key=lambda pair: pair[0])]
    return [*past, *running, *ended, *(TimelineItem(stage.name, "", "", "todo") for stage in todo)]


def _hands(stage: StageView, zone: str) -> list[str]:
    return [
        str(_("%(who)s: %(span)s", who=holder_in_words(one, stage.unit), span=_span(one.starts_at, one.ends_at, zone)))
        for one in stage.holdings
    ]


def holder_in_words(holding: HoldingView, unit: str) -> str:
    """In whose hands: an officer's name, or the unit's tray."""
    return holding.officer or str(_("Baki %(unit)s", unit=unit))


def _pauses(file: FileView, stage_id: int) -> list[str]:
    return [
        str(_("Menunggu, %(cause)s: %(span)s", cause=one.cause, span=_span(one.starts_at, one.ends_at, file.timezone)))
        for one in file.pauses
        if one.stage_id == stage_id and one.starts_at != one.ends_at
    ]


def _span(begin: datetime, end: datetime | None, zone: str) -> str:
    """ "9 Nov 08.14 – 10 Nov 09.00", "9 Nov 08.14–09.00"."""
    day = short_day(local_day(begin, zone))
    if end is None:
        return str(_("sejak %(day)s %(time)s", day=day, time=clock(begin, zone)))
    if local_day(begin, zone) == local_day(end, zone):
        return f"{day} {clock(begin, zone)}–{clock(end, zone)}"
    return f"{day} {clock(begin, zone)} – {short_day(local_day(end, zone))} {clock(end, zone)}"


def pause_since(one: PauseView, zone: str) -> str:
    """Since when a file waits, and what that does to its time."""
    since = moment_in_words(one.starts_at, zone)
    if one.outside_control:
        return str(_("Sejak %(moment)s. Tidak dihitung; batas waktu ikut mundur.", moment=since))
    return str(_("Sejak %(moment)s. Waktu penyelesaian tetap berjalan.", moment=since))
