"""Pages on which a complaint is moved: one form, one press, and words for whatever stands in its way.

The desks of officers and of triage share this: which move, with which form, and what is done, is all that differs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import transaction
from webapp.feedback.errors import FeedbackError, NotForThisPerson
from webapp.feedback.handling import get_case, sees_case
from webapp.feedback.life_cycle import IllegalStep, State
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import Complaint
from webapp.feedback.movement.errors import AlreadyThere, Hindrance, NobodyElse, NotAssignable, NotMergeable
from webapp.feedback.movement.options import NotNow, Option, open_for_move, options_for, was_just_moved
from webapp.feedback.vocabulary import ComplaintKind, Move
from webapp.portal.access import current_account
from webapp.portal.citizen.words import STATES
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.words import KINDS

#: Key of the session: the drafts that the browser may forget, because they were received.
SENT_DRAFTS = "sent-drafts"

_HINDRANCES = {
    Hindrance.ITSELF: _l("Itu laporan ini sendiri. Pilih laporan lain."),
    Hindrance.SECRECY: _l(
        "Salah satu laporan menyangkut perbuatan seseorang dan yang lain tidak, jadi tidak dapat ditangani bersama."
    ),
    Hindrance.CONCERNS_HANDLER: _l("Laporan itu sedang di meja orang yang tidak boleh melihat laporan ini."),
    Hindrance.HAS_OTHERS: _l(
        "Ada laporan lain yang sudah digabung ke laporan ini. Pisahkan dulu, atau pilih arah lain."
    ),
    Hindrance.NOT_OPEN: _l("Laporan itu sudah tidak dikerjakan. Pilih laporan yang masih berjalan."),
}


@dataclass(frozen=True, slots=True)
class MoveWords:
    """What the page of a move says. `told`: the state in which the reporter reads the field `text`."""

    title: LazyString
    intro: LazyString
    submit: LazyString
    icon: str
    told: State | None = None
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the reporter will read: the word of the state, what it means, and the words themselves, masked."""

    state: str
    meaning: str
    text: str


def move_page(
    code: str,
    option: Option,
    kind: Move,
    form: DeskForm,
    words: MoveWords,
    do: Callable[[Complaint, datetime], str],
    fill: Callable[[Complaint], None] | None = None,
) -> ResponseReturnValue:
    """Show the form of a move (GET), show what the reporter will read, or make the move (POST).

    `fill` gives the form its choices; `do` makes the move within a transaction and returns what to say about it. Sent
    twice it is done once.
    """
    viewer = current_account()
    try:
        with transaction():
            complaint = _open(viewer, code, option, kind, lock=request.method == "POST")
            if not isinstance(complaint, Complaint):
                return complaint
            if fill is not None:
                fill(complaint)
            if request.method == "GET":
                return _page(complaint, option, form, words)
            if not form.is_valid():
                return _page(complaint, option, form, words, 400)
            if "preview" in request.form:
                return _page(complaint, option, form, words, preview=_preview(form, words))
            if option not in options_for(viewer, complaint):
                raise NotNow
            said = do(complaint, datetime.now(UTC))
            leads = where_next(viewer, code)
    except (IllegalStep, FeedbackError) as error:
        if was_just_moved(viewer, code, kind, datetime.now(UTC)):
            return redirect(where_next(viewer, code))
        form.form_errors.append(refusal(error))
        return _page(get_case(viewer, code), option, form, words, 409)
    flash(said)
    session[SENT_DRAFTS] = [f"{option}-{code}"]
    return redirect(leads)


def press(
    code: str,
    option: Option,
    kind: Move,
    form: DeskForm,
    words: MoveWords,
    do: Callable[[Complaint, datetime], str],
) -> ResponseReturnValue:
    """Make a move that one press makes: nothing to fill in. What stands in its way is said on the next page.

    A press from a page that was open too long comes back as a page with that one button.
    """
    viewer = current_account()
    if not form.is_ours():
        complaint = _open(viewer, code, option, kind)
        return _page(complaint, option, form, words, 400) if isinstance(complaint, Complaint) else complaint
    try:
        with transaction():
            said = do(open_for_move(viewer, code, option, lock=True), datetime.now(UTC))
            leads = where_next(viewer, code)
    except (IllegalStep, FeedbackError) as error:
        leads = where_next(viewer, code)
        if not was_just_moved(viewer, code, kind, datetime.now(UTC)):
            if isinstance(error, NotForThisPerson):
                abort(404)
            flash(refusal(error), "error")
    else:
        flash(said)
    return redirect(leads)


def refusal(error: Exception) -> str:
    """Why a move was not made, and what to do, in words; raises what is none of ours."""
    match error:
        case NotMergeable(hindrance=hindrance):
            return str(_HINDRANCES[hindrance])
        case AlreadyThere():
            return str(_("Laporan ini sudah di unit itu. Pilih unit lain."))
        case NotAssignable():
            return str(_("Orang itu tidak boleh menangani laporan ini. Pilih orang lain."))
        case NobodyElse():
            return str(
                _("Tidak ada orang lain yang dapat memutuskan laporan ini. Minta admin menambah petugas triase dulu.")
            )
        case NotNow() | IllegalStep() | NotForThisPerson():
            return str(_("Laporan ini baru saja berubah. Pilihan Anda belum disimpan; periksa dulu laporannya."))
    raise error


def where_next(viewer: Account, code: str) -> str:
    """Where a move leads its maker: to the case, where he still sees it on a desk of his; else to his list."""
    if not can(viewer, Permission.COMPLAINT_ANSWER):
        return url_for("triage.list_undecided")
    return url_for("officer.show_case", code=code) if sees_case(viewer, code) else url_for("officer.list_queue")


def case_address(viewer: Account, code: str) -> str:
    """The page of the case on this viewer's desk."""
    endpoint = "officer.show_case" if can(viewer, Permission.COMPLAINT_ANSWER) else "triage.decide"
    return url_for(endpoint, code=code)


def _open(
    viewer: Account, code: str, option: Option, kind: Move, *, lock: bool = False
) -> Complaint | ResponseReturnValue:
    try:
        return open_for_move(viewer, code, option, lock=lock)
    except NotForThisPerson:
        if request.method == "POST" and was_just_moved(viewer, code, kind, datetime.now(UTC)):
            return redirect(where_next(viewer, code))
        abort(404)
    except NotNow as error:
        if request.method == "GET":
            flash(refusal(error), "error")
            return redirect(case_address(viewer, code))
        if was_just_moved(viewer, code, kind, datetime.now(UTC)):
            return redirect(where_next(viewer, code))
        return get_case(viewer, code, lock=lock)  # the form comes back as typed, and says what stands in its way


def _preview(form: DeskForm, words: MoveWords) -> Preview | None:
    if words.told is None:
        return None
    state, _tone, meaning = STATES[words.told]
    return Preview(str(state), str(meaning), mask_personal_numbers(str(form["text"].data).strip()))


def _page(
    complaint: Complaint,
    option: Option,
    form: DeskForm,
    words: MoveWords,
    status: int = 200,
    preview: Preview | None = None,
) -> ResponseReturnValue:
    viewer = current_account()
    about = complaint.feedback.service or complaint.unit or complaint.feedback.unit
    kind = str(KINDS[ComplaintKind(complaint.complaint_kind)])
    page = render_template(
        "officer/make_move.html",
        code=complaint.code,
        about=f"{kind}: {about.name}" if about else kind,
        text=complaint.text,
        back=case_address(viewer, complaint.code),
        option=option.value,
        form=form,
        fields=[field for field in form if field.short_name not in ("nonce", "csrf_token")],
        words=words,
        preview=preview,
    )
    return page, status
