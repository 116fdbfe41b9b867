"""Document applications on an officer's desk: the tray, one file, and what is done with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Response, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.accounts.permissions import Permission
from webapp.counter.applications.actions import (
    finish_stage,
    hand_over,
    pause,
    resume,
    take_stage,
    tick_paper,
    withdraw,
)
from webapp.counter.applications.catalogue import pause_causes
from webapp.counter.applications.errors import (
    ApplicationGone,
    LedElsewhere,
    NoSuchApplication,
    NotInHand,
    OfficerElsewhere,
    PapersMissing,
)
from webapp.counter.applications.offers import list_officers_of
from webapp.counter.applications.queries import FileView, get_file, list_for_officer
from webapp.database import transaction
from webapp.feedback.masking import mask_personal_numbers
from webapp.portal.access import current_account, requires
from webapp.portal.officer.application_forms import (
    HandOverForm,
    PapersForm,
    PauseForm,
    ResumeForm,
    StageForm,
    WithdrawForm,
    choices,
)
from webapp.portal.officer.file_desk import counts_of, desk_file, led_elsewhere, listed_piles
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import keeps_typed_text, without_nul

#: Key of the session: the drafts that the browser may forget, because they were received.
SENT_DRAFTS = "sent-file-drafts"

#: What a button of the page is called -> its form.
_FORMS: dict[str, type[DeskForm]] = {
    "papers": PapersForm,
    "take": StageForm,
    "finish": StageForm,
    "hand": HandOverForm,
    "pause": PauseForm,
    "resume": ResumeForm,
    "withdraw": WithdrawForm,
}


@blueprint.get("/berkas-kerja")
@requires(Permission.APPLICATION_HANDLE)
def list_files() -> ResponseReturnValue:
    """Files in the officer's hands and in the trays of his units. A list that fetches itself anew gets it alone."""
    alone = request.headers.get("HX-Request") == "true"
    template = "officer/files_list.html" if alone else "officer/list_files.html"
    now = datetime.now(UTC)
    response = Response(render_template(template, **_list(request.args.get("buka", ""), now)))
    response.vary.add("HX-Request")
    return response


@blueprint.route("/berkas-kerja/<application_code>", methods=["GET", "POST"])
@requires(Permission.APPLICATION_HANDLE)
@keeps_typed_text
def show_file(application_code: str) -> ResponseReturnValue:
    """One file; POST does with it what the button says that was pressed."""
    now = datetime.now(UTC)
    file = _read(application_code, now)
    forms = {name: form(formdata=None, prefix=name) for name, form in _FORMS.items()}
    if request.method == "GET":
        return _page(file, forms, now)
    doing = request.form.get("do", "")
    if doing not in _FORMS:
        abort(400)
    form = forms[doing] = _FORMS[doing](prefix=doing)
    _offer_choices(forms, file)
    if not file.may_handle:
        form.form_errors.append(_refusal(LedElsewhere(file.led_by) if file.led_by else ApplicationGone()))
        return _page(file, forms, now, 409)
    if not form.is_valid():
        return _page(file, forms, now, 400)
    try:
        with transaction():
            flash(_DOING[doing](file, form, now))
    except (
        ApplicationGone,
        LedElsewhere,
        NoSuchApplication,
        NotInHand,
        OfficerElsewhere,
        PapersMissing,
        LookupError,
    ) as error:
        form.form_errors.append(_refusal(error))
        forms |= {name: kind(formdata=None, prefix=name) for name, kind in _FORMS.items() if name != doing}
        return _page(_read(application_code, now), forms, now, 409)
    session[SENT_DRAFTS] = [f"{doing}-{application_code}"]
    return redirect(url_for("officer.show_file", application_code=application_code))


def _tick(file: FileView, form: PapersForm, now: datetime) -> str:
    changed = form.read(((paper.id, paper.state) for paper in file.papers), request.form.to_dict())
    for paper_id, state in changed:
        application = tick_paper(current_account(), paper_id, state, now)
    if not changed:
        return str(_("Tidak ada persyaratan yang berubah."))
    if file.complete_at is None and application.complete_at is not None:
        return str(_("Berkas lengkap. Waktu penyelesaian mulai dihitung sekarang."))
    return str(_("Persyaratan sudah disimpan."))


def _take(file: FileView, form: StageForm, now: datetime) -> str:
    take_stage(current_account(), form.stage_id, now, over=form.over)
    return str(_("Berkas ini sekarang di tangan Anda."))


def _finish(file: FileView, form: StageForm, now: datetime) -> str:
    application = finish_stage(current_account(), form.stage_id, now)
    if application.finished_at is not None:
        return str(_("Tahap terakhir selesai. Berkas ini sudah selesai."))
    return str(_("Tahap selesai. Berkas berlanjut ke tahap berikutnya."))


def _hand(file: FileView, form: HandOverForm, now: datetime) -> str:
    hand_over(current_account(), form.stage_id, form.officer.data or None, now)
    if form.officer.data:
        return str(_("Berkas sudah diserahkan."))
    return str(_("Berkas kembali ke baki unit."))


def _pause(file: FileView, form: PauseForm, now: datetime) -> str:
    note = mask_personal_numbers(form.note.data) if form.note.data else None
    begun = pause(current_account(), file.id, form.cause.data, note, now)
    if begun.outside_control:
        return str(_("Berkas ditunda. Waktu tunggu ini tidak dihitung, dan pemohon dikabari."))
    return str(_("Berkas ditunda, dan pemohon dikabari. Waktu penyelesaian tetap berjalan."))


def _resume(file: FileView, form: DeskForm, now: datetime) -> str:
    resume(current_account(), file.id, now)
    return str(_("Berkas dilanjutkan."))


def _withdraw(file: FileView, form: DeskForm, now: datetime) -> str:
    withdraw(current_account(), file.id, now)
    return str(_("Berkas dibatalkan atas permintaan pemohon."))


_DOING: dict[str, Callable[..., str]] = {
    "papers": _tick,
    "take": _take,
    "finish": _finish,
    "hand": _hand,
    "pause": _pause,
    "resume": _resume,
    "withdraw": _withdraw,
}


def _refusal(error: Exception) -> str:
    match error:
        case PapersMissing():
            words = _("Masih ada persyaratan yang belum ada. Centang yang sudah datang, atau tandai tidak diperlukan.")
        case LedElsewhere():
            words = led_elsewhere(error.system)
        case NotInHand():
            words = _("Tahap ini tidak di tangan Anda. Ambil dulu dari baki, atau minta rekan yang memegangnya.")
        case OfficerElsewhere():
            words = _("Petugas itu tidak lagi bertugas di unit tahap ini. Pilih petugas lain.")
        case LookupError():
            words = _("Sebab ini tidak dipakai lagi. Pilih sebab lain.")
        case _:
            words = _("Keadaan berkas ini baru saja berubah. Baca yang terbaru di bawah, lalu ulangi bila masih perlu.")
    return str(words)


def _read(code: str, now: datetime) -> FileView:
    try:
        return get_file(current_account(), code, now)
    except NoSuchApplication:
        abort(404)


def _offer_choices(forms: dict[str, DeskForm], file: FileView) -> None:
    hand, stop = forms["hand"], forms["pause"]
    assert isinstance(hand, HandOverForm) and isinstance(stop, PauseForm)
    holder = file.stage.holder if file.stage is not None else None
    others = list_officers_of(file.stage.unit_id, without=holder.officer_id if holder else None) if file.stage else []
    hand.officer.choices = choices(others, _("Kembalikan ke baki unit") if holder and holder.officer_id else None)
    stop.cause.choices = choices((cause.id, cause.name) for cause in pause_causes())


def _list(opened: str, now: datetime) -> dict[str, object]:
    words = (without_nul(request.args.get("q")) or "").strip()
    files = list_for_officer(current_account(), now)
    return {
        "piles": listed_piles(files, words, now),
        "counts": counts_of(files),
        "words": words,
        "opened": opened,
    }


def _page(file: FileView, forms: dict[str, DeskForm], now: datetime, status: int = 200) -> ResponseReturnValue:
    _offer_choices(forms, file)
    if file.stage is not None:
        for name in ("take", "finish", "hand"):
            forms[name]["stage"].data = str(file.stage.id)
    sent = request.form.to_dict() if forms["papers"].errors else {}
    view = desk_file(file, now, sent)
    forms["take"]["from_colleague"].data = "1" if view.stage and view.stage.from_colleague else ""
    page = render_template(
        "officer/show_file.html",
        file=view,
        forms_of=forms,
        cause_hints={str(one.id): _hint(one.outside_control) for one in pause_causes()},
        sent_drafts=session.pop(SENT_DRAFTS, []),
        **_list(file.code, now),
    )
    return page, status


def _hint(outside_control: bool) -> str:
    if outside_control:
        return str(_("Di luar kendali: tidak dihitung, batas waktu mundur."))
    return str(_("Tetap dihitung sebagai waktu unit."))
