"""Following a complaint: opening it, reading it, replying, accepting, disputing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webapp.database import transaction
from webapp.feedback.actions import accept_answer as accept
from webapp.feedback.actions import attach_photos, open_case, reply_to_agency
from webapp.feedback.actions import dispute_answer as dispute
from webapp.feedback.codes import clean_code
from webapp.feedback.completing import hand_in
from webapp.feedback.errors import AlreadySent, CaseLocked, NoSuchCase
from webapp.feedback.followers import remove_followers
from webapp.feedback.life_cycle import IllegalStep, State
from webapp.feedback.models import Complaint
from webapp.feedback.movement.conflicts import reopen_complaint
from webapp.feedback.movement.errors import WindowClosed
from webapp.feedback.photos import MOST_PHOTOS, move_waiting_photos
from webapp.feedback.publishing.actions import allow_public
from webapp.feedback.reporter_case import read_case
from webapp.feedback.tracking import find_case, read_own_photo, refuse_after_end, refuse_other_words
from webapp.messaging.actions import EMAIL
from webapp.portal.access import public
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.citizen.filing import send_picture
from webapp.portal.citizen.forms import (
    AcceptForm,
    AllowForm,
    CompleteForm,
    DisputeForm,
    LeaveForm,
    ReopenForm,
    ReplyForm,
    StopLettersForm,
    TrackForm,
)
from webapp.portal.citizen.kept_photos import keep_photos, photos_kept, take_back_photo
from webapp.portal.citizen.limits import count_look, count_message
from webapp.portal.citizen.own_cases import forget_cases, remember_opened, reporter
from webapp.portal.citizen.story import tell_case
from webapp.portal.citizen.words import day_in_words, time_in_words
from webapp.portal.typed_text import TypedForm, keeps_typed_text

#: Name of the draft that the browser may forget, told on the next page.
_SENT = "sent_draft"


@blueprint.route("/lacak", methods=["GET", "POST"])
@public
@keeps_typed_text
def track() -> ResponseReturnValue:
    """Open a complaint with its code and secret word."""
    if request.method == "GET":
        form = TrackForm(formdata=None, data={"code": request.args.get("kode", "")[:30]})
        return render_template("citizen/track.html", form=form)
    form = TrackForm()
    if form.received(count_look) and _open(form):
        code = clean_code(form.code.data or "")
        if not form.kept.data:
            return redirect(url_for("citizen.show_case", code=code), 303)
        return _case_page(code, forms={form.kept_as.data or "reply": form.kept.data})
    return render_template("citizen/track.html", form=form), form.status


def _open(form: TrackForm) -> bool:
    now = datetime.now(UTC)
    with transaction():  # a failed attempt is counted, so it commits as well
        try:
            complaint = open_case(form.code.data or "", form.secret_word.data or "", now)
        except CaseLocked as error:
            form.secret_word.errors = [
                _(
                    "Terlalu banyak percobaan untuk laporan ini. Coba lagi setelah pukul %(time)s.",
                    time=time_in_words(error.until),
                )
            ]
        except NoSuchCase:
            form.secret_word.errors = [
                _("Kode dan kata rahasia tidak cocok. Periksa keduanya: tiga kata, dengan tanda hubung atau spasi.")
            ]
        else:
            remember_opened(complaint.feedback_id)
    return not form.errors


@blueprint.get("/lacak/<code>")
@public
def show_case(code: str) -> ResponseReturnValue:
    """One complaint, for whoever opened it in this session."""
    return _case_page(code)


@blueprint.route("/lacak/<code>/jawab", methods=["GET", "POST"])
@public
@keeps_typed_text
def reply(code: str) -> ResponseReturnValue:
    """Answer a question of the agency, or add something."""
    return _take(code, "reply", ReplyForm, _say_reply, _("Pesan Anda sudah terkirim."))


@blueprint.route("/lacak/<code>/terima", methods=["GET", "POST"])
@public
@keeps_typed_text
def accept_answer(code: str) -> ResponseReturnValue:
    """Say that the matter is settled."""
    return _take(code, "accept", AcceptForm, _say_accept, _("Terima kasih. Laporan ini selesai."))


@blueprint.route("/lacak/<code>/sanggah", methods=["GET", "POST"])
@public
@keeps_typed_text
def dispute_answer(code: str) -> ResponseReturnValue:
    """Say that it is not settled, and why."""
    return _take(code, "dispute", DisputeForm, _say_dispute, _("Sanggahan Anda sudah terkirim. Laporan dibuka lagi."))


@blueprint.route("/lacak/<code>/lengkapi", methods=["GET", "POST"])
@public
@keeps_typed_text
def complete_complaint(code: str) -> ResponseReturnValue:
    """Hand in what was missing."""
    return _take(code, "complete", CompleteForm, _say_complete, _("Terima kasih. Laporan Anda diperiksa lagi."))


@blueprint.route("/lacak/<code>/buka-lagi", methods=["GET", "POST"])
@public
@keeps_typed_text
def reopen_closed(code: str) -> ResponseReturnValue:
    """Come back to a complaint that was closed."""
    return _take(code, "reopen", ReopenForm, _say_reopen, _("Laporan Anda dibuka lagi."))


@blueprint.route("/lacak/<code>/umum", methods=["GET", "POST"])
@public
@keeps_typed_text
def allow_publishing(code: str) -> ResponseReturnValue:
    """Let the public see a version without anything personal, or take that back."""
    return _take(code, "allow", AllowForm, _say_allowed, _("Pilihan Anda sudah kami simpan."))


@blueprint.route("/lacak/<code>/tanpa-email", methods=["GET", "POST"])
@public
@keeps_typed_text
def stop_letters(code: str) -> ResponseReturnValue:
    """Get no more news by e-mail."""
    return _take(code, "letters", StopLettersForm, _stop_letters, _("Tidak ada email lagi untuk laporan ini."))


def _say_reply(complaint: Complaint, form: TypedForm, at: datetime) -> None:
    refuse_other_words(complaint, form.write_key, form["text"].data)
    if complaint.state == State.DEFERRED:  # the page is older than the question what is missing
        hand_in(complaint, form["text"].data, write_key=form.write_key, at=at)
        return
    refuse_after_end(complaint, form.write_key)
    reply_to_agency(complaint, form["text"].data, write_key=form.write_key, at=at)


def _say_accept(complaint: Complaint, form: TypedForm, at: datetime) -> None:
    accept(complaint, write_key=form.write_key, at=at)


def _say_dispute(complaint: Complaint, form: TypedForm, at: datetime) -> None:
    refuse_other_words(complaint, form.write_key, form["text"].data)
    dispute(complaint, form["text"].data, write_key=form.write_key, at=at)


def _say_complete(complaint: Complaint, form: TypedForm, at: datetime) -> None:
    refuse_other_words(complaint, form.write_key, form["text"].data)
    hand_in(complaint, form["text"].data, write_key=form.write_key, at=at)


def _say_reopen(complaint: Complaint, form: TypedForm, at: datetime) -> None:
    refuse_other_words(complaint, form.write_key, form["text"].data)
    reopen_complaint(complaint, form["text"].data, write_key=form.write_key, at=at)


def _say_allowed(complaint: Complaint, form: TypedForm, at: datetime) -> None:
    allow_public(complaint, request.form.get("allowed") == "yes", at)


def _stop_letters(complaint: Complaint, form: TypedForm, at: datetime) -> None:
    remove_followers(complaint.feedback_id, EMAIL)


def _take(
    code: str,
    what: str,
    form_class: type[TypedForm],
    say: Callable[[Complaint, TypedForm, datetime], None],
    said: str,
) -> ResponseReturnValue:
    """Take one of the forms of the page of a case; whatever goes wrong, the typed text is still there."""
    if request.method == "GET":
        return redirect(url_for("citizen.show_case", code=code))
    form, now = form_class(prefix=what), datetime.now(UTC)
    text = form["text"].data if "text" in form else ""
    if "remove_photo" in request.form and isinstance(form, ReplyForm):
        take_back_photo(form)
        return _case_page(code, 200, {what: form})
    received = form.received(count_message)
    if isinstance(form, ReplyForm) and form.photos.pictures and form.is_ours():
        keep_photos(form, now)
        received = received and not form.photos.errors
    if received:
        try:
            with transaction():
                complaint = find_case(reporter(), code, lock=True)
                say(complaint, form, now)
                if isinstance(form, ReplyForm) and form.uploaded.data:
                    attach_photos(form.write_key, complaint.feedback_id)
        except NoSuchCase:
            return _ask_for_secret(code, what, text)
        except AlreadySent:
            _offer_as_new(form)
        except IllegalStep:
            form.form_errors.append(
                _("Keadaan laporan ini sudah berubah. Baca yang terbaru di bawah, lalu putuskan lagi.")
            )
        except WindowClosed as error:
            form.form_errors.append(
                _("Laporan ini hanya dapat dibuka lagi sampai %(day)s.", day=day_in_words(error.until))
            )
        else:
            flash(said)
            session[_SENT] = f"{what}-{clean_code(code)}"
            return redirect(url_for("citizen.show_case", code=code), 303)
    return _case_page(code, form.status, {what: form})


def _offer_as_new(form: TypedForm) -> None:
    """The form was sent before with other words: keep what is typed now, as something new to be sent or left."""
    sent_under = form.write_key
    form.renew_nonce()
    with transaction():
        move_waiting_photos(sent_under, form.write_key)
    form.form_errors.append(
        _("Pesan sebelumnya sudah terkirim. Tulisan yang Anda ubah belum: kirim sekali lagi bila perlu.")
    )


def _ask_for_secret(code: str, what: str, text: str | None) -> ResponseReturnValue:
    """The session that had opened the case is over: open it again, with the text carried along."""
    form = TrackForm(formdata=None, data={"code": clean_code(code), "kept": text, "kept_as": what})
    if text:
        form.form_errors.append(_("Buka laporan ini sekali lagi. Tulisan Anda masih ada di bawah dan belum terkirim."))
    return render_template("citizen/track.html", form=form), 403


def _case_page(code: str, status: int = 200, forms: Mapping[str, TypedForm | str] | None = None) -> ResponseReturnValue:
    """The page of a case. `forms` are those that came back with errors, or texts to begin them with."""
    forms = forms or {}
    try:
        case = read_case(reporter(), code, datetime.now(UTC))
    except NoSuchCase:
        came_back = next((form for form in forms.values() if isinstance(form, TypedForm)), None)
        if came_back is not None:
            what = next(iter(forms))
            return _ask_for_secret(code, what, came_back["text"].data if "text" in came_back else None)
        return redirect(url_for("citizen.track", kode=clean_code(code) or None))
    shown = {name: _form(form_class, name, forms) for name, form_class in _FORMS.items()}
    return (
        render_template(
            "citizen/show_case.html",
            case=case,
            story=tell_case(case),
            kept={name: photos_kept(form) for name, form in shown.items() if isinstance(form, ReplyForm)},
            most_photos=MOST_PHOTOS,
            sent_draft=session.pop(_SENT, None),
            **shown,
        ),
        status,
    )


#: The forms of the page of a case, by their names in the page.
_FORMS: dict[str, type[TypedForm]] = {
    "reply": ReplyForm,
    "complete": CompleteForm,
    "accept": AcceptForm,
    "dispute": DisputeForm,
    "reopen": ReopenForm,
    "allow": AllowForm,
    "letters": StopLettersForm,
    "leave": LeaveForm,
}


def _form(form_class: type[TypedForm], name: str, forms: Mapping[str, TypedForm | str]) -> TypedForm:
    given = forms.get(name)
    if isinstance(given, TypedForm):
        return given
    return form_class(formdata=None, prefix=name, data={"text": given} if given else None)


@blueprint.get("/lacak/<code>/foto/<int:photo_id>")
@public
def show_photo(code: str, photo_id: int) -> ResponseReturnValue:
    """A photo of a complaint, for whoever opened it in this session."""
    try:
        content, media_type = read_own_photo(reporter(), code, photo_id)
    except NoSuchCase:
        abort(404)
    return send_picture(content, media_type)


@blueprint.post("/lacak/tutup")
@public
def leave_cases() -> ResponseReturnValue:
    """Close all complaints in this browser, for who shares it."""
    forget_cases()
    flash(_("Laporan Anda sudah ditutup di perangkat ini."))
    return redirect(url_for("citizen.home"), 303)
