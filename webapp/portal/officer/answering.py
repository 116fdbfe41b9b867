"""The form of an answer: words out of templates, photos of the remedy, a look at it as the citizen sees it, sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from flask import flash, request
from flask_babel import gettext as _

from webapp.database import transaction
from webapp.feedback.case_file import is_outdated, open_for_work, read_case, was_said
from webapp.feedback.casework.remedies import attach_remedies, keep_remedy, remove_waiting_remedy
from webapp.feedback.casework.reply_templates import list_usable
from webapp.feedback.errors import TooManyPhotos
from webapp.feedback.handling import answer_complaint
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.photos import MOST_PHOTOS
from webapp.portal.access import current_account
from webapp.portal.officer.case_view import filled_templates, refusal_in_words
from webapp.portal.officer.forms import AnswerForm


@dataclass(frozen=True, slots=True)
class Preview:
    """An answer as its reader will see it; `masked`: numbers in it were made unreadable."""

    text: str
    masked: bool


def is_in_the_making() -> bool:
    """Whether another button than the one that sends was pressed."""
    return any(name in request.form for name in ("use", "remove_photo", "preview"))


def go_on_writing(code: str, form: AnswerForm) -> Preview | None:
    """Do what was pressed and keep everything typed; the preview, if that is what was asked for.

    Raises NotForThisPerson where the case is not the viewer's.
    """
    form.is_valid()
    if not form.is_ours():
        return None  # from a page too old to be believed; it says so and comes back with all that was typed
    keep_photos(code, form)
    if "preview" in request.form:
        form.finding.errors = []  # not there yet; the reporter does not read it anyway
        return preview_of(form) if not form.errors else None
    if "use" in request.form:
        _use_template(code, form)
    else:
        remove_photo(form)
    form.text.errors, form.finding.errors = [], []  # nothing is complained about while somebody is writing
    return None


def remove_photo(form: AnswerForm) -> None:
    """Take back one photo that is not sent yet."""
    with transaction():
        remove_waiting_remedy(current_account(), form.write_key, request.form.get("remove_photo", 0, int))


def preview_of(form: AnswerForm) -> Preview:
    """The answer as it would be written down."""
    text = str(form.text.data).strip()
    masked = mask_personal_numbers(text)
    return Preview(masked, masked != text)


def send_answer(code: str, form: AnswerForm) -> str | None:
    """Send an answer that is complete in itself; why it was refused, in words, else None.

    Raises NotForThisPerson, IllegalStep. What came in meanwhile must have been seen: then it is sent by pressing once
    more.
    """
    keep_photos(code, form)
    if form.photos.errors:
        return str(_("Jawaban belum dikirim: ada foto yang tidak dapat dipakai."))
    with transaction():
        complaint, obstacle = open_for_work(current_account(), code)
        outdated = is_outdated(complaint, form.seen.data or "")
        if obstacle is None and not outdated:  # sent twice is sent once by its key
            answer_complaint(
                complaint,
                current_account(),
                str(form.text.data),
                form.found,
                write_key=form.write_key,
                at=datetime.now(UTC),
            )
            if form.uploaded.data:
                attach_remedies(complaint, form.write_key)
        elif not was_said(code, form.write_key):
            return refusal_in_words(obstacle) if obstacle is not None else said_meanwhile()
    flash(_("Jawaban terkirim. Pelapor dapat menerima atau menyanggahnya."))
    return None


def said_meanwhile() -> str:
    """Why words were not sent that somebody wrote without knowing what came in since."""
    return str(
        _("Sementara Anda menulis, ada yang terjadi pada laporan ini. Baca dulu di bawah, lalu kirim lagi bila cocok.")
    )


def keep_photos(code: str, form: AnswerForm) -> None:
    """Keep photos at once, so that they need not be chosen again if something else is to be mended."""
    if not form.photos.pictures:
        return
    with transaction():
        complaint, obstacle = open_for_work(current_account(), code)
        if obstacle is not None or was_said(code, form.write_key):
            return
        for picture in form.photos.pictures:
            try:
                keep_remedy(complaint, current_account(), picture, upload_key=form.write_key, at=datetime.now(UTC))
            except TooManyPhotos:
                form.photos.errors = [
                    *form.photos.errors,
                    _("Paling banyak %(n)d foto. Yang selebihnya tidak kami simpan.", n=MOST_PHOTOS),
                ]
                break
    form.uploaded.data = "1"


def _use_template(code: str, form: AnswerForm) -> None:
    """Put a template below what is typed: nothing typed is replaced."""
    viewer = current_account()
    case = read_case(viewer, code)
    complaint, _obstacle = open_for_work(viewer, code)
    wanted = request.form.get("use", "")
    for one in filled_templates(case, list_usable(complaint), datetime.now(UTC)):
        if str(one.id) == wanted:
            typed = (form.text.data or "").rstrip()
            form.text.data = f"{typed}\n\n{one.text}" if typed else one.text
