"""The files of a supervisor's units: what is late and what soon will be, and where the time of one file went."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission
from webapp.counter.applications.errors import NoSuchApplication
from webapp.counter.applications.finished_lists import LATELY
from webapp.counter.applications.queries import (
    FileEntry,
    FinishedFiles,
    Urgency,
    get_file,
    list_finished,
    list_for_unit,
    turnaround_of,
)
from webapp.organisation.managed import list_managed_units
from webapp.portal.access import current_account, requires
from webapp.portal.staff.files import due_in_full, due_tag, listed, registered_in_words, timeline
from webapp.portal.supervisor.turnaround_view import listed_finished, turnaround_view
from webapp.portal.supervisor.views import blueprint

#: Files of one pile that the page shows.
_SHOWN = 100
#: Beyond this nobody turns a page.
_LAST_PAGE = 10_000


@blueprint.get("/berkas-unit")
@requires(Permission.APPLICATION_READ_UNIT)
def list_unit_files() -> ResponseReturnValue:
    """Files of the viewer's units, or of one where asked: overdue, due soon, the rest, and those that ended lately."""
    viewer, now = current_account(), datetime.now(UTC)
    units = list_managed_units(viewer, Permission.APPLICATION_READ_UNIT)
    unit_id = request.args.get("unit", type=int)
    if unit_id is not None and unit_id not in {unit.id for unit in units}:
        abort(404)
    entries = list_for_unit(viewer, now, unit_id)
    piles = [(title, tone, _listed(entries, kinds, now)) for title, tone, kinds in _piles()]
    page = max(1, min(request.args.get("page", 1, type=int), _LAST_PAGE))
    finished = list_finished(viewer, now, unit_id, page=page, size=_SHOWN)
    top = min((unit.path.count("/") for unit in units), default=0)
    return render_template(
        "supervisor/list_files.html",
        piles=[(title, tone, files[:_SHOWN], len(files)) for title, tone, files in piles if files],
        counts={urgency.value: sum(entry.urgency == urgency for entry in entries) for urgency in Urgency},
        units=[(unit.id, "– " * (unit.path.count("/") - top) + unit.name) for unit in units],
        unit_id=unit_id,
        finished=[listed_finished(file) for file in finished.files],
        finished_title=_finished_title(finished),
        page=page,
        pages=-(-finished.total // _SHOWN),
    )


@blueprint.get("/berkas-unit/<application_code>")
@requires(Permission.APPLICATION_READ_UNIT)
def show_unit_file(application_code: str) -> ResponseReturnValue:
    """One file: where its time went, whose hands it was in, and what was nobody's fault. No applicant's name."""
    viewer, now = current_account(), datetime.now(UTC)
    try:
        file = get_file(viewer, application_code, now)
        turnaround = turnaround_of(viewer, file.id, now)
    except NoSuchApplication:
        abort(404)
    return render_template(
        "supervisor/show_file.html",
        file=file,
        registered=registered_in_words(file),
        due=due_tag(file, now),
        due_in_full=due_in_full(file),
        timeline=timeline(file),
        turnaround=turnaround_view(turnaround, file) if turnaround else None,
    )


def _piles() -> tuple[tuple[str, str, tuple[Urgency, ...]], ...]:
    return (
        (_("Lewat batas waktu"), "bad", (Urgency.OVERDUE,)),
        (_("Segera jatuh tempo"), "warn", (Urgency.SOON,)),
        (_("Berjalan"), "", (Urgency.LATER,)),
        (_("Menunggu: waktunya tidak berjalan"), "none", (Urgency.WAITING,)),
    )


def _finished_title(finished: FinishedFiles) -> str:
    weeks = LATELY.days // 7
    return str(
        _(
            "Selesai %(weeks)s minggu terakhir: %(n)s berkas, %(late)s terlambat",
            weeks=weeks,
            n=finished.total,
            late=finished.late,
        )
    )


def _listed(entries: list[FileEntry], kinds: tuple[Urgency, ...], now: datetime) -> list[object]:
    return [listed(entry, now, with_applicant=False) for entry in entries if entry.urgency in kinds]
