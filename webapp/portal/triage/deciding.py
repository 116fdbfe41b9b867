"""One complaint before triage, and the decision where it belongs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from flask import Response, abort, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.attribution.actions import decide_attribution
from webapp.attribution.case_opinion import opinion_for
from webapp.attribution.errors import OfficerNotInUnit
from webapp.attribution.queries import (
    DECIDABLE,
    Choice,
    Concerned,
    Standing,
    get_decidable,
    officer_choices,
    standing_of,
    unit_choices,
)
from webapp.attribution.undoing import may_undo
from webapp.database import transaction
from webapp.feedback.case_file import CaseFile, open_case_file, read_case_of, read_photo
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.handling import mark_personal
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint
from webapp.feedback.movement.options import Option, options_for
from webapp.portal.access import current_account, requires
from webapp.portal.looking import looked_at_case, looked_at_photo
from webapp.portal.officer.case_view import notes_in_words
from webapp.portal.staff.moving import SENT_DRAFTS
from webapp.portal.staff.words import KINDS, case_facts, evidence_lines, received_in_words, timeline, title_of
from webapp.portal.triage.forms import ChooseForm, DecideForm, KindForm, PressForm, UndoForm
from webapp.portal.triage.last_done import last_done, remember_decision
from webapp.portal.triage.moves import triage_moves_of
from webapp.portal.triage.opinion_view import view_opinion
from webapp.portal.triage.room import blueprint
from webapp.portal.typed_text import keeps_typed_text

#: A unit with less of a judgement than this is not told as one that the case concerns.
LEAST_NAMED = 0.3


@blueprint.route("/triase/<code>", methods=["GET", "POST"])
@requires(Permission.COMPLAINT_TRIAGE)
@keeps_typed_text
def decide(code: str) -> ResponseReturnValue:
    """Read a complaint and say where it belongs; the button that shows the officers of a unit saves nothing."""
    viewer = current_account()
    try:
        complaint = open_case_file(viewer, code)
    except NotForThisPerson:
        abort(404)
    if not can(viewer, Permission.COMPLAINT_TRIAGE, complaint.unit):
        abort(404)
    case = read_case_of(viewer, complaint)
    standing = standing_of(complaint.feedback_id)
    form = DecideForm()
    units = unit_choices(viewer)
    if request.method == "GET":
        _propose(form, case, standing, {unit.id for unit in units}, complaint.feedback.unit_id)
    # Whom a unit has is looked up where somebody asks for it, or where an officer is named already.
    asked = request.method == "POST" or form.officer.data is not None
    officers = officer_choices(viewer, form.unit_id) if form.unit_id is not None and asked else ()
    form.unit.choices = [
        SelectChoice("", _("Pilih unit kerja")),
        *(SelectChoice(unit.id, "– " * unit.depth + unit.name) for unit in units),
    ]
    form.officer.choices = [
        SelectChoice("", _("Tidak menunjuk petugas tertentu")),
        *(SelectChoice(officer.id, officer.name) for officer in officers),
    ]
    if request.method == "GET":
        return _page(complaint, case, standing, form, units, bool(officers))
    if "officers" in request.form:
        if form.officer_id not in {officer.id for officer in officers}:
            form.officer.data = None
        return _page(complaint, case, standing, form, units, bool(officers))
    if not form.is_valid():
        return _page(complaint, case, standing, form, units, bool(officers), 400)
    assert form.unit_id is not None  # the form requires it
    stored = store_decision(
        code,
        str(form.standing.data),
        form.unit_id,
        officer_id=form.officer_id,
        reason=str(form.reason.data),
        personal=bool(form.personal.data),
    )
    if isinstance(stored, str):
        form.form_errors.append(stored)
        return _page(complaint, case, standing, form, units, bool(officers), 409)
    remember_decision(code, stored, next(unit.name for unit in units if unit.id == form.unit_id))
    session[SENT_DRAFTS] = [f"decide-{code}"]
    return redirect(url_for("triage.list_undecided"))


@blueprint.get("/triase/<code>/foto/<int:photo_id>")
@requires(Permission.COMPLAINT_TRIAGE)
def show_photo(code: str, photo_id: int) -> ResponseReturnValue:
    """A photo of a complaint that the viewer may place."""
    try:
        get_decidable(current_account(), code)
        content, media_type = read_photo(current_account(), code, photo_id)
    except NotForThisPerson:
        abort(404)
    looked_at_photo(code)
    return Response(content, mimetype=media_type)


def store_decision(
    code: str,
    standing_id: str,
    unit_id: int,
    *,
    officer_id: int | None = None,
    reason: str = "",
    personal: bool | None = None,
) -> int | str:
    """Store a decision on the judgement `standing_id`, which the page had shown: its id, or what stands in its way.

    Sent twice it is stored once. `personal` is whether it points at a person; None for one press, which can't say so:
    what points at a person is decided on by the whole form.
    """
    viewer, now = current_account(), datetime.now(UTC)
    with transaction():
        try:
            complaint = get_decidable(viewer, code, lock=True)
        except NotForThisPerson:
            abort(404)
        standing = standing_of(complaint.feedback_id)
        if standing_id != str(standing.id):
            same = (standing.unit_ids, standing.officer_ids) == ((unit_id,), (officer_id,))
            if standing.decided_by_id == viewer.id and same:
                return standing.id
            return str(_("Laporan ini baru saja diputuskan. Periksa keputusan itu, lalu kirim lagi bila perlu."))
        if complaint.state not in DECIDABLE:
            return str(_("Laporan ini sudah dikerjakan. Keputusan Anda belum disimpan."))
        if personal is not None:
            mark_personal(complaint, personal, viewer, now)
        elif complaint.points_at_person:
            return str(_("Laporan ini menyangkut perbuatan seseorang. Putuskan lewat formulir, dengan alasannya."))
        try:
            return decide_attribution(
                complaint.feedback_id, unit_id=unit_id, officer_id=officer_id, actor=viewer, reason=reason, at=now
            ).id
        except OfficerNotInUnit:
            return str(
                _("Petugas itu tidak bertugas di unit yang dipilih. Tampilkan petugas unitnya, lalu pilih lagi.")
            )


def _propose(
    form: DecideForm, case: CaseFile, standing: Standing, unit_ids: set[int], stated_unit_id: int | None
) -> None:
    """Fill in what is known: the standing judgement, else the unit that the citizen stated."""
    form.standing.data = str(standing.id)
    form.personal.data = case.personal
    wanted = request.args.get("unit", type=int)
    form.unit.data = next((id_ for id_ in (wanted, *standing.unit_ids, stated_unit_id) if id_ in unit_ids), None)
    if len(standing.officer_ids) == 1:
        form.officer.data = standing.officer_ids[0]


def _page(
    complaint: Complaint,
    case: CaseFile,
    standing: Standing,
    form: DecideForm,
    units: Sequence[Choice],
    officers_shown: bool,
    status: int = 200,
) -> ResponseReturnValue:
    viewer = current_account()
    options = options_for(viewer, complaint)
    concerned = _concerned(viewer, complaint, standing)
    opinion = view_opinion(opinion_for(viewer, complaint), complaint, {unit.id: unit.name for unit in units}, options)
    decidable, undo = case.state in DECIDABLE, last_done()
    choose = ChooseForm(prefix="choose", formdata=None, standing=str(standing.id))
    page = render_template(
        "triage/decide.html",
        case=case,
        title=title_of(case),
        received=received_in_words(case),
        facts=case_facts(case),
        evidence=evidence_lines(standing.reasons, concerned),
        timeline=timeline(case.history, case.timezone),
        form=form,
        decidable=decidable,
        opinion=opinion,
        choose=choose if decidable and not case.personal else None,
        kind=KindForm(prefix="kind", formdata=None) if decidable else None,
        kinds=[(str(kind), str(label)) for kind, label in KINDS.items() if kind != case.kind],
        undo=undo,
        # Where no press decides, the form does.
        form_open=bool(
            form.errors
            or "officers" in request.form
            or case.personal
            or not opinion.candidates
            or "unit" in request.args
        ),
        undo_own=_undo_own(viewer, complaint, standing) if undo is None else None,
        officers_shown=officers_shown,
        forwards=complaint.forwards,
        undecidable=_undecidable(complaint),
        verify=PressForm(prefix="verify") if Option.VERIFY in options else None,
        moves=triage_moves_of(viewer, complaint),
        notes=notes_in_words(case),
    )
    looked_at_case(complaint.feedback_id)
    return page, status


def _concerned(viewer: Account, complaint: Complaint, standing: Standing) -> tuple[Concerned, ...]:
    """Whom the standing judgement names, for who may know; a unit that is hardly likely is among the candidates."""
    if not can(viewer, Permission.COMPLAINT_READ_PERSONAL, complaint.unit):
        return ()
    named = tuple(one for one in standing.shares if one.officer is not None or one.share >= LEAST_NAMED)
    return named + standing.possibly


def _undo_own(viewer: Account, complaint: Complaint, standing: Standing) -> UndoForm | None:
    """The press that takes one's own decision back, where it may be."""
    may = may_undo(complaint, standing.made_by, standing.decided_by_id, viewer)
    return UndoForm(prefix="undo", formdata=None, attribution=str(standing.id)) if may else None


def _undecidable(complaint: Complaint) -> str:
    """Why it cannot be sent to a unit from here."""
    match State(complaint.state):
        case State.DEFERRED:
            return str(_("Pelapor sedang melengkapi laporan ini. Sesudah itu laporan kembali ke sini."))
        case State.PASSED_ON:
            return str(_("Laporan ini sudah diteruskan ke %(agency)s.", agency=complaint.passed_on_to))
        case State.ARCHIVED:
            return str(_("Laporan ini diarsipkan. Pilih Periksa lagi untuk membukanya."))
        case State.MERGED:
            return str(_("Laporan ini ikut dijawab lewat laporan lain."))
    return str(_("Laporan ini sudah dikerjakan unitnya, jadi tidak dipindahkan lagi dari sini."))
