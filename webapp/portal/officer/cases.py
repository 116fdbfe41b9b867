"""The queue, one case, and what an officer does with it."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission
from webapp.attribution.queries import concerned_by, reasons_of
from webapp.database import transaction
from webapp.feedback.case_file import CaseFile, Obstacle, open_for_work, read_case, read_photo, was_said
from webapp.feedback.desk import list_desk, list_settled
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import answer_complaint, ask_reporter, take_complaint
from webapp.feedback.life_cycle import OPEN_STATES, IllegalStep
from webapp.feedback.models import Complaint
from webapp.portal.access import current_account, requires
from webapp.portal.dates import due_in_words
from webapp.portal.officer.forms import AnswerForm, QuestionForm, TakeForm
from webapp.portal.officer.piles import desk_view, settled_view
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.words import FINDING_HINTS, case_facts, evidence_lines, received_in_words, timeline, title_of
from webapp.portal.typed_text import keeps_typed_text, without_nul

#: Key of the session: the drafts that the browser may forget, because they were received.
_SENT = "sent-drafts"


@blueprint.get("/meja")
@requires(Permission.COMPLAINT_ANSWER)
def list_queue() -> ResponseReturnValue:
    """What lies before the officer. A desk that fetches itself anew gets the list alone."""
    alone = request.headers.get("HX-Request") == "true"
    template = "officer/queue_list.html" if alone else "officer/list_queue.html"
    response = Response(render_template(template, **_list(request.args.get("buka", ""))))
    response.vary.add("HX-Request")
    return response


@blueprint.route("/meja/<code>", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_ANSWER)
@keeps_typed_text
def show_case(code: str) -> ResponseReturnValue:
    """One case; POST takes, answers or asks, whichever button was pressed."""
    forms = {
        "take": TakeForm(prefix="take"),
        "answer": AnswerForm(prefix="answer"),
        "ask": QuestionForm(prefix="ask"),
    }
    if request.method == "GET":
        return _page(code, forms)
    doing = request.form.get("do", "")
    if doing not in forms:
        abort(400)
    form = forms[doing]
    if not form.is_valid():
        return _page(code, forms, 400)
    try:
        refused = {"take": _take, "answer": _answer, "ask": _ask}[doing](code, form)
    except IllegalStep:
        refused = _refusal(Obstacle.DONE)
    except NotForThisPerson:
        refused = _refusal(Obstacle.TAKEN)
    if refused is not None:
        form.form_errors.append(refused)
        return _page(code, forms, 409)
    session[_SENT] = [f"{doing}-{code}"]
    return redirect(url_for("officer.show_case", code=code))


@blueprint.get("/meja/<code>/foto/<int:photo_id>")
@requires(Permission.COMPLAINT_ANSWER)
def show_photo(code: str, photo_id: int) -> ResponseReturnValue:
    """A photo of a case that the viewer may see."""
    try:
        content, media_type = read_photo(current_account(), code, photo_id)
    except NotForThisPerson:
        abort(404)
    return Response(content, mimetype=media_type)


def _take(code: str, form: DeskForm) -> str | None:
    with transaction():
        complaint, obstacle = _open(code, taking=True)
        if obstacle is not None:
            return _refusal(obstacle)
        take_complaint(complaint, current_account(), datetime.now(UTC))
    flash(_("Laporan ini sekarang di meja Anda."))
    return None


def _answer(code: str, form: AnswerForm) -> str | None:
    with transaction():
        complaint, obstacle = _open(code)
        if not was_said(code, form.write_key):
            if obstacle is not None:
                return _refusal(obstacle)
            answer_complaint(
                complaint,
                current_account(),
                str(form.text.data),
                form.found,
                write_key=form.write_key,
                at=datetime.now(UTC),
            )
    flash(_("Jawaban terkirim. Pelapor dapat menerima atau menyanggahnya."))
    return None


def _ask(code: str, form: QuestionForm) -> str | None:
    with transaction():
        complaint, obstacle = _open(code)
        if not was_said(code, form.write_key):
            if obstacle is not None:
                return _refusal(obstacle)
            now = datetime.now(UTC)
            take_complaint(complaint, current_account(), now)  # who asks, has it on the desk
            ask_reporter(complaint, current_account(), str(form.text.data), write_key=form.write_key, at=now)
    flash(_("Pertanyaan terkirim. Jawaban pelapor muncul di sini."))
    return None


def _open(code: str, *, taking: bool = False) -> tuple[Complaint, Obstacle | None]:
    try:
        return open_for_work(current_account(), code, taking=taking)
    except NotForThisPerson:
        abort(404)


def _obstacle_in_words(case: CaseFile) -> str | None:
    """Why there is no form, for whoever opens the page: nothing of his was refused."""
    match case.obstacle:
        case None | Obstacle.DONE:
            return None
        case Obstacle.TAKEN:
            return str(_("Laporan ini di meja %(name)s.", name=case.handler))
        case other:
            return _refusal(other)


def _refusal(obstacle: Obstacle) -> str:
    words = {
        Obstacle.READ_ONLY: _("Anda boleh membaca laporan ini, tetapi tidak menjawabnya."),
        Obstacle.TAKEN: _("Laporan ini sudah di meja rekan Anda. Tulisan Anda belum dikirim."),
        Obstacle.OWN_ANSWER: _("Pelapor menyanggah jawaban Anda. Rekan atau atasan Anda yang menjawab kali ini."),
        Obstacle.DONE: _("Laporan ini sudah dijawab. Tulisan Anda belum dikirim."),
        Obstacle.NOT_PLACED: _("Laporan ini masih menunggu keputusan triase."),
    }
    return str(words[obstacle])


def _list(opened: str = "") -> dict[str, object]:
    now = datetime.now(UTC)
    words = (without_nul(request.args.get("q")) or "").strip()
    settled = request.args.get("tampil") == "selesai"
    viewer = current_account()
    view = settled_view(list_settled(viewer, words)) if settled else desk_view(list_desk(viewer, words), now)
    return {"desk": view, "words": words, "settled": settled, "opened": opened}


def _page(code: str, forms: dict[str, DeskForm], status: int = 200) -> ResponseReturnValue:
    viewer = current_account()
    try:
        case = read_case(viewer, code)
        reasons = reasons_of(viewer, code)
        concerned = concerned_by(viewer, code)
    except NotForThisPerson:
        abort(404)
    now = datetime.now(UTC)
    running = case.due_at is not None and case.state in OPEN_STATES
    page = render_template(
        "officer/show_case.html",
        case=case,
        title=title_of(case),
        received=received_in_words(case),
        facts=case_facts(case),
        evidence=evidence_lines(reasons, concerned),
        timeline=timeline(case.history, case.timezone),
        due=due_in_words(case.due_at, now, case.timezone) if running and case.due_at else None,
        refusal=_obstacle_in_words(case),
        finding_hints=FINDING_HINTS,
        sent_drafts=session.pop(_SENT, []),
        forms_of=forms,
        **_list(code),
    )
    return page, status
