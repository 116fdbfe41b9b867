"""One case, and what an officer does with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.feedback.case_file import Obstacle, is_outdated, open_for_work, read_photo, was_said
from webapp.feedback.casework.notes import write_note
from webapp.feedback.casework.remedies import judge_photo, list_waiting_remedies, read_waiting_remedy
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import ask_reporter, get_case, take_complaint
from webapp.feedback.life_cycle import IllegalStep
from webapp.feedback.models import Complaint
from webapp.feedback.photos import MOST_PHOTOS
from webapp.portal.access import current_account, requires
from webapp.portal.looking import looked_at_case, looked_at_photo
from webapp.portal.officer.answering import (
    Preview,
    go_on_writing,
    is_in_the_making,
    keep_photos,
    said_meanwhile,
    send_answer,
)
from webapp.portal.officer.case_view import refusal_in_words, view_case
from webapp.portal.officer.cases import list_beside
from webapp.portal.officer.forms import AnswerForm, JudgeForm, NoteForm, QuestionForm, SpeakingForm, TakeForm
from webapp.portal.officer.moves import moves_of
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.words import FINDING_HINTS
from webapp.portal.typed_text import keeps_typed_text

#: Key of the session: the drafts that the browser may forget, because they were received.
_SENT = "sent-drafts"


@blueprint.route("/meja/<code>", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_ANSWER)
@keeps_typed_text
def show_case(code: str) -> ResponseReturnValue:
    """One case; POST takes, answers, asks, notes or judges a photo, whichever button was pressed."""
    forms = _forms()
    if request.method == "GET":
        return _page(code, forms)
    doing = request.form.get("do", "")
    if doing not in forms:
        abort(400)
    form = forms[doing]
    try:
        if isinstance(form, AnswerForm) and is_in_the_making():
            preview = go_on_writing(code, form)
            return _page(code, forms, 400 if form.errors else 200, preview=preview, open_form=doing)
        if not form.is_valid():
            if isinstance(form, AnswerForm):
                _keep_what_came(code, form)
            return _page(code, forms, 400, open_form=doing)
        refused = _DEEDS[doing](code, form)
    except IllegalStep:
        refused = refusal_in_words(Obstacle.DONE)
    except NotForThisPerson:
        # Of a case that the viewer does not see there is no page to come back to: that is a 404 below.
        refused = refusal_in_words(Obstacle.TAKEN)
    if refused is not None:
        form.form_errors.append(refused)
        return _page(code, forms, 409, open_form=doing)
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
    looked_at_photo(code)
    return Response(content, mimetype=media_type)


@blueprint.get("/meja/<code>/foto-baru/<int:photo_id>")
@requires(Permission.COMPLAINT_ANSWER)
def show_waiting_photo(code: str, photo_id: int) -> ResponseReturnValue:
    """A photo of a remedy that the viewer has put into his answer and not sent yet."""
    try:
        get_case(current_account(), code)
        content, media_type = read_waiting_remedy(current_account(), photo_id)
    except NotForThisPerson:
        abort(404)
    return Response(content, mimetype=media_type)


def _forms() -> dict[str, DeskForm]:
    return {
        "take": TakeForm(prefix="take"),
        "answer": AnswerForm(prefix="answer"),
        "ask": QuestionForm(prefix="ask"),
        "note": NoteForm(prefix="note"),
        "judge": JudgeForm(prefix="judge"),
    }


def _keep_what_came(code: str, form: AnswerForm) -> None:
    """Photos of an answer that lacks something else wait with it."""
    if form.is_ours():
        keep_photos(code, form)


def _take(code: str, form: DeskForm) -> str | None:
    with transaction():
        complaint, obstacle = _open(code, taking=True)
        if obstacle is not None:
            return refusal_in_words(obstacle)
        take_complaint(complaint, current_account(), datetime.now(UTC))
    flash(_("Laporan ini sekarang di meja Anda."))
    return None


def _answer(code: str, form: DeskForm) -> str | None:
    assert isinstance(form, AnswerForm)
    return send_answer(code, form)


def _ask(code: str, form: DeskForm) -> str | None:
    assert isinstance(form, QuestionForm)
    with transaction():
        complaint, obstacle = _open(code)
        if not was_said(code, form.write_key):
            if obstacle is not None:
                return refusal_in_words(obstacle)
            if is_outdated(complaint, form.seen.data or ""):
                return said_meanwhile()
            now = datetime.now(UTC)
            take_complaint(complaint, current_account(), now)  # who asks, has it on the desk
            ask_reporter(complaint, current_account(), str(form.text.data), write_key=form.write_key, at=now)
    flash(_("Pertanyaan terkirim. Jawaban pelapor muncul di sini."))
    return None


def _note(code: str, form: DeskForm) -> str | None:
    assert isinstance(form, NoteForm)
    with transaction():
        complaint = _open_or_404(code)
        named = write_note(
            complaint, current_account(), str(form.text.data), write_key=form.write_key, at=datetime.now(UTC)
        )
    if named:
        flash(_("Catatan tersimpan. Yang diberi tahu: %(names)s.", names=", ".join(one.name for one in named)))
    else:
        flash(_("Catatan tersimpan."))
    return None


def _judge(code: str, form: DeskForm) -> str | None:
    assert isinstance(form, JudgeForm)
    verdict, photo = request.form.get("verdict"), form.photo.data or ""
    if verdict not in ("fine", "not_fine") or not (photo.isascii() and photo.isdecimal() and len(photo) < 20):
        abort(400)
    with transaction():
        complaint = _open_or_404(code)
        try:
            judge_photo(complaint, current_account(), int(photo), fine=verdict == "fine", at=datetime.now(UTC))
        except NotForThisPerson:
            abort(404)
    flash(_("Penilaian foto tersimpan."))
    return None


_DEEDS: dict[str, Callable[[str, DeskForm], str | None]] = {
    "take": _take,
    "answer": _answer,
    "ask": _ask,
    "note": _note,
    "judge": _judge,
}


def _open(code: str, *, taking: bool = False) -> tuple[Complaint, Obstacle | None]:
    try:
        return open_for_work(current_account(), code, taking=taking)
    except NotForThisPerson:
        abort(404)


def _open_or_404(code: str) -> Complaint:
    try:
        return get_case(current_account(), code)
    except NotForThisPerson:
        abort(404)


def _page(
    code: str,
    forms: dict[str, DeskForm],
    status: int = 200,
    *,
    preview: Preview | None = None,
    open_form: str = "",
) -> ResponseReturnValue:
    viewer, answer = current_account(), forms["answer"]
    assert isinstance(answer, AnswerForm)
    spoken = forms.get(open_form)
    seen = spoken.seen.data or "" if isinstance(spoken, SpeakingForm) and status != 200 else ""
    try:
        complaint, case, view = view_case(viewer, code, datetime.now(UTC), seen=seen)
    except NotForThisPerson:
        abort(404)
    for form in forms.values():
        # What the page shows now has been seen; a preview in between shows nothing new of what came in.
        if isinstance(form, SpeakingForm) and (status == 409 or not form.seen.data):
            form.seen.data = case.version
    waiting = list_waiting_remedies(viewer, answer.write_key) if answer.uploaded.data else []
    page = render_template(
        "officer/show_case.html",
        case=case,
        view=view,
        moves=moves_of(viewer, complaint),
        preview=preview,
        open_form=open_form,
        waiting_photos=waiting,
        photos_left=MOST_PHOTOS - len(waiting),
        finding_hints=FINDING_HINTS,
        sent_drafts=session.pop(_SENT, []),
        forms_of=forms,
        **list_beside(code),
    )
    looked_at_case(complaint.feedback_id)
    return page, status
