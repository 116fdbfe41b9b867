"""The officer objects to a line of his figure, and reads what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.feedback.staff_notices import recipient_of
from webapp.indicators.objections import filing
from webapp.indicators.objections.errors import NoSuchLine, NotObjectable, TooManyPapers
from webapp.indicators.objections.files import (
    MOST_FILES,
    KeptFile,
    Paper,
    keep_file,
    list_files,
    list_waiting_files,
    read_own_file,
    remove_waiting_file,
)
from webapp.indicators.objections.lines import OwnLine, term_of
from webapp.indicators.objections.own import OwnObjection, find_own_objection, list_own_objections
from webapp.indicators.objections.seen import note_seen
from webapp.indicators.objections.vocabulary import FILED, Obstacle, Outcome
from webapp.indicators.queries import GroupView
from webapp.indicators.wording.facts import line_title, part_name
from webapp.indicators.wording.numbers import decimal, period_in_words, signed
from webapp.organisation.queries import officer_of
from webapp.portal.access import current_account, requires
from webapp.portal.dates import day_in_words, local_day
from webapp.portal.officer.objection_forms import ObjectionForm
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.moving import SENT_DRAFTS
from webapp.portal.typed_text import keeps_typed_text, without_nul

#: Words and tone of the tag for how an objection stands.
TAGS = {
    FILED: (_l("keberatan diperiksa"), "warn"),
    Outcome.UPHELD: (_l("keberatan diterima"), ""),
    Outcome.PARTLY: (_l("diterima sebagian"), ""),
    Outcome.REFUSED: (_l("keberatan ditolak"), "none"),
}

_OBSTACLES = {
    Obstacle.WAITING: _l(
        "Baris ini masih menunggu cukup penilai, jadi belum ditampilkan dan belum dapat disanggah. Jangka waktu Anda "
        "baru mulai begitu barisnya tampil."
    ),
    Obstacle.LATE: _l(
        "Jangka waktu keberatan untuk baris ini sudah berakhir: 14 hari sejak pertama kali tampil untuk Anda. Bila ada "
        "yang keliru, bicarakan dengan atasan Anda; catatan yang dibetulkan tetap mengubah angka Anda."
    ),
    Obstacle.OBJECTED: _l(
        "Isi baris ini sudah pernah Anda sanggah, dan putusannya tetap. Baris yang berisi hal lain dapat disanggah."
    ),
    Obstacle.GONE: _l("Baris ini tidak menggerakkan angka Anda lagi."),
}


@dataclass(frozen=True, slots=True)
class LineCard:
    """A line as the page shows it; all of it is words."""

    key: str
    title: str
    part: str
    period: str
    points: float | None
    tag: str
    tone: str
    said: tuple[tuple[str, str], ...]


@blueprint.get("/nilai-saya/keberatan")
@requires(Permission.INDICATOR_READ_OWN)
def list_objections() -> ResponseReturnValue:
    """The viewer's objections, and how one objects."""
    now = datetime.now(UTC)
    objections = list_own_objections(current_account())
    return render_template("officer/list_objections.html", cards=[_filed_card(one, now) for one in objections])


@blueprint.route("/nilai-saya/keberatan/<own_line>", methods=["GET", "POST"])
@requires(Permission.INDICATOR_READ_OWN)
@keeps_typed_text
def file_objection(own_line: str) -> ResponseReturnValue:
    """One line of the viewer's figure with the form to object to it; or what became of the objection."""
    viewer, now = current_account(), datetime.now(UTC)
    filed = find_own_objection(viewer, own_line)
    if filed is not None:
        return _filed_before(filed, now)
    officer = officer_of(viewer)
    found = filing.line_to_object_to(officer.id, own_line, now) if officer is not None else None
    if found is None:
        abort(404)
    line, obstacle = found
    if obstacle is not None:
        return _page(line, None, now, 200 if request.method == "GET" else 409, obstacle)
    form = ObjectionForm()
    if form.is_submitted():
        return _submitted(line, form, now)
    page = _page(line, form, now, 200)
    if line.seen_at is None:
        with transaction():
            note_seen(viewer, line.period, [own_line], now)
    return page


@blueprint.get("/nilai-saya/keberatan/berkas/<int:file_id>")
@requires(Permission.INDICATOR_READ_OWN)
def download_own_paper(file_id: int) -> ResponseReturnValue:
    """A file that the viewer sent, or is about to."""
    paper = read_own_file(current_account(), file_id)
    if paper is None:
        abort(404)
    return as_download(paper)


def as_download(paper: Paper) -> Response:
    """A file to be saved: no browser shows it within the site, or takes it for anything else than it is."""
    answer = Response(paper.content, content_type=paper.media_type)
    answer.headers.set("Content-Disposition", "attachment", filename=paper.name)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _submitted(line: OwnLine, form: ObjectionForm, now: datetime) -> ResponseReturnValue:
    viewer = current_account()
    complete = form.is_valid()
    if not form.is_ours():
        return _page(line, form, now, 400)
    if "remove_file" in request.form:
        with transaction():
            remove_waiting_file(viewer, form.write_key, request.form.get("remove_file", 0, int))
        form.reason.errors = []
        return _page(line, form, now, 200)
    _keep_papers(form, now)
    if not complete or form.papers.errors:
        return _page(line, form, now, 400)
    try:
        with transaction():
            filed = filing.file_objection(viewer, line.key, form.reason.data or "", write_key=form.write_key, at=now)
            is_this = filed.reason == filing.as_kept(form.reason.data or "")
    except NoSuchLine:
        abort(404)
    except NotObjectable as error:
        return _page(line, None, now, 409, error.obstacle)
    before = None if is_this else find_own_objection(viewer, line.key)
    if before is not None:  # another tab was quicker
        return _filed_before(before, now)
    flash(_("Keberatan Anda terkirim. Anda dikabari begitu diputuskan."))
    session[SENT_DRAFTS] = [f"objection-{line.key}"]
    return redirect(url_for("officer.file_objection", own_line=line.key), 303)


def _filed_before(filed: OwnObjection, now: datetime) -> ResponseReturnValue:
    """What became of the objection. The same sent twice is filed once; other words are not filed, which is said, and
    stay to be copied."""
    unsent = ""
    if request.method == "POST":
        unsent = (without_nul(request.form.get("reason")) or "").strip()
        if "remove_file" in request.form or filing.as_kept(unsent) == filed.reason:
            return redirect(url_for("officer.file_objection", own_line=filed.line.line_key), 303)
    page = render_template(
        "officer/file_objection.html",
        card=_filed_card(filed, now),
        form=None,
        files=list_files(filed.id),
        not_filed=request.method == "POST",
        unsent=unsent,
    )
    return page, 409 if request.method == "POST" else 200


def _keep_papers(form: ObjectionForm, now: datetime) -> None:
    """Keep files at once, so that they need not be chosen again if something else is to be mended."""
    if not form.papers.papers:
        return
    with transaction():
        for paper in form.papers.papers:
            try:
                keep_file(current_account(), form.write_key, paper, now)
            except TooManyPapers:
                form.papers.errors = [
                    *form.papers.errors,
                    _("Paling banyak %(n)d berkas. Yang selebihnya tidak kami simpan.", n=MOST_FILES),
                ]
                break
    form.uploaded.data = "1"


def _effect(line: OwnLine) -> str:
    """What leaving the line out would do to the figure, as far as can be said beforehand."""
    if line.figure is None or line.without is None:
        return str(
            _(
                "Angka Anda tidak selalu bergerak sebesar pengaruh baris ini: sering kurang dari separuhnya, karena "
                "baris lain lalu lebih menentukan. Angka dapat juga turun sedikit."
            )
        )
    return str(
        _(
            "Tanpa baris ini angka Anda kira-kira %(without)s (sekarang %(figure)s). Bedanya tidak selalu sebesar "
            "pengaruh baris ini, karena baris lain lalu lebih menentukan.",
            without=decimal(line.without),
            figure=decimal(line.figure),
        )
    )


def _page(
    line: OwnLine, form: ObjectionForm | None, now: datetime, status: int, obstacle: Obstacle | None = None
) -> ResponseReturnValue:
    viewer = current_account()
    zone = recipient_of(viewer).timezone
    until = term_of(line, now)
    waiting: list[KeptFile] = []
    if form is not None and form.uploaded.data:
        waiting = list_waiting_files(viewer, form.write_key)
    page = render_template(
        "officer/file_objection.html",
        card=LineCard(
            line.key,
            line_title(line.group),
            part_name(line.group.component),
            period_in_words(line.period),
            line.group.points,
            "",
            "",
            (),
        ),
        form=form,
        about_complaint="complaint" in line.group.sources,
        obstacle=_OBSTACLES[obstacle] if obstacle is not None else "",
        until=day_in_words(local_day(until, zone), local_day(now, zone)),
        effect=_effect(line),
        waiting=waiting,
        files_left=MOST_FILES - len(waiting),
        files=[],
    )
    return page, status


def _filed_card(one: OwnObjection, now: datetime) -> LineCard:
    tag, tone = TAGS[one.outcome or FILED]
    return LineCard(
        key=one.line.line_key,
        title=line_title(one.line),
        part=part_name(one.line.component),
        period=period_in_words(one.period),
        points=one.line.points,
        tag=str(tag),
        tone=tone,
        said=tuple(_said(one, now)),
    )


def _said(one: OwnObjection, now: datetime) -> list[tuple[str, str]]:
    zone = recipient_of(current_account()).timezone
    today = local_day(now, zone)
    said = [
        (str(_("Nomor")), str(one.id)),
        (str(_("Diajukan")), day_in_words(local_day(one.filed_at, zone), today)),
        (str(_("Tulisan Anda")), one.reason),
    ]
    if one.outcome is None or one.decided_at is None:
        due = day_in_words(local_day(one.due_at, zone), today)
        said.append((str(_("Diputuskan paling lambat")), due))
        said.append((str(_("Sementara itu")), str(_("Baris ini tetap dihitung dan ditandai."))))
        return said
    said.append((str(_("Diputuskan")), f"{day_in_words(local_day(one.decided_at, zone), today)}, {one.decided_by}"))
    said.append((str(_("Hasilnya")), what_goes(one.line, one.outcome, one.gone)))
    if one.cause:
        said.append((str(_("Sebabnya")), str(_("%(cause)s, di luar kendali Anda", cause=one.cause))))
    said.append((str(_("Alasannya")), one.reasons or ""))
    return said


def what_goes(line: GroupView, outcome: str, gone: int) -> str:
    """What a decision takes out of the figure, in a sentence for the officer. A part of a line is counted only where
    enough people rated in it and beside it, which whoever decides is held to."""
    if outcome == Outcome.REFUSED:
        return str(_("Baris ini tetap dihitung."))
    if outcome == Outcome.UPHELD:
        points = signed(line.points or 0.0)
        return str(_("Baris ini tidak dihitung lagi. Waktu itu pengaruhnya %(points)s.", points=points))
    return str(
        ngettext(
            "%(num)s dari %(all)s catatan pada baris ini tidak dihitung lagi.",
            "%(num)s dari %(all)s catatan pada baris ini tidak dihitung lagi.",
            gone,
            all=line.facts,
        )
    )
