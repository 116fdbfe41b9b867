"""What followers of a file are told of each change: no names, neither the applicant's nor an officer's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask_babel import format_date, get_locale
from flask_babel import gettext as _
from sqlalchemy import select

from webapp.counter.applications.models import (
    Application,
    ApplicationFollower,
    ApplicationPaper,
    ApplicationPause,
    ApplicationStage,
)
from webapp.counter.applications.outcome_words import outcome_sentences, outcome_title
from webapp.counter.applications.turnaround_lines import outcome_of
from webapp.counter.applications.vocabulary import Change, PaperState
from webapp.database import db
from webapp.messaging.actions import TELEGRAM, queue_message
from webapp.messaging.languages import speaking

T = TypeVar("T", ApplicationPaper, ApplicationStage, ApplicationPause)


def queue_application_notices(application_id: int, change: str, detail_id: int | None, *, key: str) -> int:
    """Queue one message to each follower of a file about a change; how many. `key` makes telling twice telling once."""
    if change == Change.HANDED_OVER:
        return 0
    application = db.session.get_one(Application, application_id)
    followers = db.session.scalars(
        select(ApplicationFollower).where(
            ApplicationFollower.application_id == application_id, ApplicationFollower.channel == TELEGRAM
        )
    ).all()
    for follower in followers:
        with speaking(follower.language):
            text = "\n\n".join(
                [
                    _("📄 %(service)s, berkas %(code)s", service=application.service.name, code=application.code),
                    _notice(application, Change(change), detail_id),
                ]
            )
            look = {"text": _("Lihat berkas"), "callback_data": f"file:{application.code}"}
        content = {"method": "sendMessage", "text": text, "reply_markup": {"inline_keyboard": [[look]]}}
        queue_message(follower.channel, follower.address, content, key=f"{key}:{follower.id}")
    return len(followers)


def _notice(application: Application, change: Change, detail_id: int | None) -> str:
    words: dict[Change, Callable[[], str]] = {
        Change.REGISTERED: lambda: _registered(application),
        Change.PAPER_MISSING: lambda: _paper_missing(_detail(ApplicationPaper, detail_id)),
        Change.COMPLETED: lambda: _sentences(
            _("Persyaratan sudah lengkap. Berkas mulai dikerjakan."), _due(application)
        ),
        Change.STAGE_BEGUN: lambda: _stage_begun(_detail(ApplicationStage, detail_id)),
        Change.PAUSED: lambda: _paused(_detail(ApplicationPause, detail_id)),
        Change.RESUMED: lambda: _sentences(_("Berkas dikerjakan lagi."), _due(application)),
        Change.FINISHED: lambda: _finished(application),
        Change.WITHDRAWN: lambda: _sentences(_("Permohonan ini ditarik dan tidak dikerjakan lagi.")),
    }
    return words[change]()


def _sentences(*sentences: str) -> str:
    return " ".join(str(sentence) for sentence in sentences if sentence)


def _paper_missing(paper: ApplicationPaper | None) -> str:
    if paper is None:
        return _sentences(_("Ada persyaratan yang belum ada. Berkas menunggu sampai Anda melengkapinya."))
    return _sentences(
        _("Persyaratan ini belum ada: %(paper)s. Berkas menunggu sampai Anda melengkapinya.", paper=paper.name)
    )


def _stage_begun(stage: ApplicationStage | None) -> str:
    if stage is None:
        return _sentences(_("Berkas masuk ke tahap berikutnya."))
    return _sentences(
        _("Berkas sekarang di tahap: %(stage)s.", stage=stage.name),
        _("Silakan datang ke %(unit)s.", unit=stage.unit.name) if stage.waits_for_applicant else "",
    )


def _finished(application: Application) -> str:
    """That it is done; where it took longer than promised, that and why."""
    done = _sentences(_("Permohonan Anda sudah selesai. Terima kasih."))
    outcome = outcome_of(application, application.finished_at) if application.finished_at is not None else None
    if outcome is None or not (outcome.delay or outcome.prolonged):
        return done
    due = _moment(application.due_at, application.unit.timezone) if application.due_at is not None else ""
    return "\n\n".join([done, _sentences(f"{outcome_title(outcome)}.", *outcome_sentences(outcome, due))])


def _registered(application: Application) -> str:
    return _sentences(_("Berkas terdaftar di %(unit)s.", unit=application.unit.name), _missing(application))


def _missing(application: Application) -> str:
    names = [paper.name for paper in application.papers if paper.state == PaperState.MISSING]
    return str(_("Yang masih kurang: %(papers)s.", papers="; ".join(names))) if names else ""


def _paused(pause: ApplicationPause | None) -> str:
    if pause is None:
        return _sentences(_("Berkas menunggu."))
    return _sentences(
        _("Berkas menunggu: %(cause)s.", cause=pause.cause.name),
        _("Keterangan: %(note)s", note=pause.note) if pause.note else "",
        _("Selama menunggu, tenggatnya ikut mundur.") if pause.outside_control else "",
    )


def _due(application: Application) -> str:
    """Until when, in the unit's own zone; empty where nothing is promised."""
    if application.due_at is None:
        return ""
    return str(_("Selesai paling lambat %(due)s.", due=_moment(application.due_at, application.unit.timezone)))


def _moment(at: datetime, timezone: str) -> str:
    """Day and hour, since a standard counts working hours: "Selasa, 24 November 2026, 08.14 WIB"."""
    local = at.astimezone(ZoneInfo(timezone))
    time = f"{local:%H:%M}" if str(get_locale()) == "en" else f"{local:%H.%M}"
    return f"{format_date(local.date(), 'EEEE, d MMMM y')}, {time} {local:%Z}"


def _detail(kind: type[T], id_: int | None) -> T | None:
    return db.session.get(kind, id_) if id_ is not None else None
