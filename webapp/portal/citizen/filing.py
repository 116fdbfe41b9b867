"""Filing a complaint, and the page that says what it became."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from webapp.app import settings_of
from webapp.attribution.repeats.queries import Reported, reported_before
from webapp.database import transaction
from webapp.feedback.actions import submit_complaint as file_complaint
from webapp.feedback.drafts import ComplaintDraft
from webapp.feedback.errors import AlreadySent
from webapp.feedback.photos import (
    MOST_PHOTOS,
    content_of_waiting_photo,
    digests_of_photos,
    move_waiting_photos,
)
from webapp.feedback.tracking import list_filed
from webapp.feedback.vocabulary import Channel, ComplaintKind
from webapp.messaging.actions import EMAIL
from webapp.messaging.addresses import ChatAddress
from webapp.organisation.choices import (
    NoSuchChoice,
    check_place,
    list_counter_choices,
    list_service_choices,
    list_unit_choices,
)
from webapp.portal.access import public
from webapp.portal.chosen import chosen_id
from webapp.portal.citizen.blueprint import blueprint
from webapp.portal.citizen.forms import SubmitComplaintForm, choices_of
from webapp.portal.citizen.kept_photos import keep_photos, photos_kept, take_back_photo
from webapp.portal.citizen.limits import count_filing
from webapp.portal.citizen.own_cases import (
    digest_of,
    filer,
    may_see_photo,
    remember_filed,
    remember_sent,
    sent_before,
)
from webapp.portal.citizen.reported import ReportedView, reported_in_words
from webapp.portal.citizen.visits import find_application, find_visit
from webapp.portal.citizen.words import KINDS, day_in_words, default_timezone
from webapp.portal.qr import draw_qr
from webapp.portal.typed_text import keeps_typed_text


@blueprint.route("/lapor", methods=["GET", "POST"])
@public
@keeps_typed_text
def submit_complaint() -> ResponseReturnValue:
    """The form of a complaint.

    `?struk=` links a visit, `?berkas=` a document application; `?unit=` and `?layanan=` choose beforehand.
    """
    now = datetime.now(UTC)
    if request.method == "GET":
        return _page(SubmitComplaintForm(formdata=None, data=_asked_for()), now)
    form = SubmitComplaintForm()
    if "begin" in request.form:  # the first words were written on the front page; nothing is sent yet
        return _page(
            SubmitComplaintForm(formdata=None, data={"text": form.text.data, "receipt": form.receipt.data}), now
        )
    if "remove_photo" in request.form:
        return _without_photo(form, now)
    if form.received(count_filing):
        sent_to = _file(form, now)
        if isinstance(sent_to, str):
            return redirect(sent_to, 303)
        if sent_to is not None:
            form.told.data = "1"
            return _page(form, now, reported=reported_in_words(sent_to))
    elif form.photos.pictures and form.is_ours():
        keep_photos(form, now)
    return _page(form, now, form.status)


def _file(form: SubmitComplaintForm, now: datetime) -> str | Reported | None:
    """Send a form that is complete in itself: address of what it became, None where something is wrong after all.

    Where others reported the same and the citizen was not told of it yet, nothing is sent: what is to be told, once.
    """
    if form.photos.pictures:
        keep_photos(form, now)
    try:
        with transaction():
            draft = _draft_from(form, now)
            if form.errors:
                return None
            digest = digest_of(draft, digests_of_photos(form.write_key) if form.uploaded.data else None)
            earlier = sent_before(digest, now)
            if earlier is not None:
                return earlier
            reported = reported_before(draft, now) if not form.told.data or form.joins else None
            if reported is not None and not form.told.data:
                return reported
            if reported is not None:
                draft = replace(draft, joins_id=reported.complaint_id)
            submitted = file_complaint(
                draft,
                write_key=form.write_key,
                channel=Channel.PORTAL,
                at=now,
                photo_key=form.write_key if form.uploaded.data else None,
                follower=ChatAddress(EMAIL, draft.contact_email, str(get_locale())) if draft.contact_email else None,
            )
    except NoSuchChoice as error:
        for name in error.fields:
            form[name].errors = [_("Pilihan ini tidak ada lagi. Pilih yang lain, atau biarkan kosong.")]
        return None
    except AlreadySent as error:
        _offer_as_new(form, error)
        return None
    remember_filed(submitted.feedback_id)
    address = url_for("citizen.show_filed", kode=submitted.code)
    remember_sent(digest, address, now)
    return address


def _draft_from(form: SubmitComplaintForm, now: datetime) -> ComplaintDraft:
    """What the citizen stated; raises NoSuchChoice. A visit's receipt says where and when, whatever else is chosen."""
    visit = find_visit(form.receipt.data, now)
    file = find_application(form.application.data) if visit is None else None
    unit_id: int | None
    service_id: int | None
    occurred_at: datetime | None
    if visit is not None:
        unit_id, service_id, counter_id = visit.unit_id, visit.service_id, visit.counter_id
        occurred_at, exactly = visit.finished_at, True
    elif file is not None:
        unit_id, service_id, counter_id, occurred_at, exactly = file.unit_id, file.service_id, None, None, False
    else:
        place = check_place(form.unit.data, form.service.data, form.counter.data)
        unit_id, service_id, counter_id = place.unit_id, place.service_id, place.counter_id
        at = form.read_occurred_at(place.timezone or default_timezone(), now)
        occurred_at, exactly = at, at is not None and form.occurred_time.data is not None
    located = form.latitude.data is not None and form.longitude.data is not None
    return ComplaintDraft(
        text=form.text.data or "",
        kind=ComplaintKind(form.kind.data),
        unit_id=unit_id,
        service_id=service_id,
        counter_id=counter_id,
        visit_id=visit.id if visit else None,
        application_id=file.id if file else None,
        about_delay=file is not None and bool(form.about_delay.data),
        place=(form.place.data or "").strip() or None,
        latitude=form.latitude.data if located else None,
        longitude=form.longitude.data if located else None,
        occurred_at=occurred_at,
        occurred_exactly=exactly,
        secret=form.secret.data,
        anonymous=form.anonymous.data == "yes",
        about_person=form.about_person.data,
        contact_name=(form.contact_name.data or "").strip() or None,
        contact_phone=form.contact_phone.data or None,
        contact_email=form.contact_email.data or None,
    )


def _offer_as_new(form: SubmitComplaintForm, error: AlreadySent) -> None:
    """The form was sent before with other words: keep what is typed now, as something new to be sent or left."""
    sent_under = form.write_key
    form.renew_nonce()
    with transaction():
        move_waiting_photos(sent_under, form.write_key)
    form.form_errors.append(
        _(
            "Formulir ini sudah terkirim sebelumnya sebagai laporan %(code)s. Tulisan yang Anda ubah ada di bawah dan "
            "belum terkirim. Bila ini laporan lain, kirim sekali lagi.",
            code=error.code,
        )
    )


def _without_photo(form: SubmitComplaintForm, now: datetime) -> ResponseReturnValue:
    """Take back one photo; everything else stays as it is typed, and nothing is complained about yet."""
    take_back_photo(form)
    return _page(form, now, form.status)


def _asked_for() -> dict[str, Any]:
    """What the address asks to fill in beforehand."""
    asked: dict[str, Any] = {
        "receipt": request.args.get("struk", "")[:40],
        "application": request.args.get("berkas", "")[:40],
        "about_delay": "berkas" in request.args,
    }
    for field, name in (("unit", "unit"), ("service", "layanan")):
        try:
            asked[field] = chosen_id(request.args.get(name))
        except ValueError:
            continue
    return asked


def _page(
    form: SubmitComplaintForm, now: datetime, status: int = 200, reported: ReportedView | None = None
) -> ResponseReturnValue:
    visit = find_visit(form.receipt.data, now)
    file = find_application(form.application.data) if visit is None else None
    if visit is None and file is None:
        form.unit.choices = choices_of(list_unit_choices(), _("Tidak tahu, tolong carikan"))
        form.service.choices = choices_of(list_service_choices(), _("Tidak tahu atau lainnya"))
        form.counter.choices = choices_of(list_counter_choices(), _("Tidak ingat"))
    photo_ids = photos_kept(form)
    page = render_template(
        "citizen/submit_complaint.html",
        form=form,
        visit=visit,
        visit_day=day_in_words(visit.finished_at, visit.timezone) if visit else None,
        file=file,
        receipt_unknown=bool(form.receipt.data) and visit is None,
        kind_hints={kind.value: hint for kind, (_words, hint) in KINDS.items()},
        photo_ids=photo_ids,
        photos_left=MOST_PHOTOS - len(photo_ids),
        reported=reported,
    )
    return page, status


@blueprint.get("/lapor/foto/<int:photo_id>")
@public
def show_waiting_photo(photo_id: int) -> ResponseReturnValue:
    """A photo that this session uploaded and has not sent yet."""
    content = content_of_waiting_photo(photo_id) if may_see_photo(photo_id) else None
    if content is None:
        abort(404)
    return send_picture(content, "image/jpeg")


def send_picture(content: bytes, media_type: str) -> ResponseReturnValue:
    """A stored picture; kept by nobody but the browser that asked."""
    response = current_app.response_class(content, mimetype=media_type)
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Disposition"] = "inline"
    return response


@blueprint.get("/lapor/terkirim")
@public
def show_filed() -> ResponseReturnValue:
    """Code and secret word of what this session filed."""
    filed = list_filed(filer())
    wanted = request.args.get("kode")
    shown = next((one for one in filed if one.code == wanted), filed[0] if filed else None)
    if shown is None:
        return redirect(url_for("citizen.track", kode=wanted))
    address = settings_of(current_app).public_url + url_for("citizen.track", kode=shown.code)
    return render_template(
        "citizen/show_filed.html",
        filed=shown,
        others=[one.code for one in filed if one.code != shown.code],
        address=address,
        qr=draw_qr(address),
    )
