"""The page where a unit keeps the words that it answers with again and again."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError

from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.feedback.casework.placeholders import PLACEHOLDERS, fill, unknown_placeholders
from webapp.feedback.casework.reply_templates import (
    LONGEST_NAME,
    LONGEST_TEMPLATE,
    ChangedMeanwhile,
    KeptTemplate,
    NameTaken,
    add_template,
    change_template,
    list_keepable_units,
    list_kept,
    read_kept,
)
from webapp.feedback.errors import NotForThisPerson
from webapp.portal.access import current_account, requires
from webapp.portal.chosen import OneId
from webapp.portal.dates import day_in_words, local_day
from webapp.portal.officer.room import blueprint
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import keeps_typed_text, without_nul

_SENT = "sent-template-drafts"

#: What each placeholder stands for, and what an example fills in.
_MEANINGS = {
    "kode": (_l("kode laporan"), "TG-4F7K-2M9P"),
    "layanan": (_l("nama layanan"), _l("Akta kelahiran")),
    "unit": (_l("unit yang menangani"), _l("Seksi Akta")),
    "loket": (_l("nama loket"), _l("Loket 3")),
    "tempat": (_l("tempat kejadian"), _l("Ruang pelayanan")),
    "tanggal_laporan": (_l("hari laporan masuk"), _l("Senin, 9 November")),
    "batas_waktu": (_l("batas waktu penyelesaian"), _l("Jumat, 27 November")),
    "hari_ini": (_l("hari jawaban ditulis"), _l("Selasa, 10 November")),
}


class TemplateForm(DeskForm):
    """A reply template."""

    name = StringField(
        _l("Nama templat"),
        description=_l("Supaya rekan Anda cepat menemukannya, misalnya “Server pusat mati”."),
        filters=[without_nul, lambda text: (text or "").strip()],
        validators=[
            DataRequired(_l("Beri nama templat ini.")),
            Length(max=LONGEST_NAME, message=_l("Nama terlalu panjang: paling banyak 80 huruf.")),
        ],
    )
    text = TextAreaField(
        _l("Kata-kata jawaban"),
        filters=[without_nul],
        validators=[
            DataRequired(_l("Tulis kata-katanya.")),
            Length(
                min=10, max=LONGEST_TEMPLATE, message=_l("Templat terlalu pendek atau lebih panjang dari 4.000 huruf.")
            ),
        ],
    )

    def validate_text(self, field: TextAreaField) -> None:
        """A placeholder that nothing fills in would reach a citizen as it is."""
        unknown = unknown_placeholders(field.data or "")
        if unknown:
            raise ValidationError(
                _(
                    "Isian %(unknown)s tidak dikenal. Yang dapat dipakai: %(known)s.",
                    unknown=", ".join(f"{{{name}}}" for name in unknown),
                    known=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
                )
            )


class NewTemplateForm(TemplateForm):
    """A template that is new, with the unit that keeps it."""

    unit = OneId(
        _l("Unit kerja"),
        message=_l("Pilih unit kerja Anda."),
        description=_l("Dipakai unit ini dan semua unit di bawahnya."),
        validators=[InputRequired(_l("Pilih unit kerja Anda."))],
    )


class ChangeTemplateForm(TemplateForm):
    """Changes a template; `version` is how it stood when the page was opened."""

    active = BooleanField(
        _l("Dipakai"), description=_l("Hapus centang untuk menyimpannya tanpa menawarkannya lagi kepada petugas.")
    )
    version = HiddenField()


@blueprint.route("/templat-jawaban", methods=["GET", "POST"])
@requires(Permission.REPLY_TEMPLATE_MANAGE)
@keeps_typed_text
def list_templates() -> ResponseReturnValue:
    """All templates that the viewer keeps, and the form of a new one."""
    viewer = current_account()
    units = list_keepable_units(viewer)
    form = NewTemplateForm()
    top = min((unit.depth for unit in units), default=0)
    form.unit.choices = [SelectChoice(unit.id, "– " * (unit.depth - top) + unit.name) for unit in units]
    status = 200
    if request.method == "POST":
        if form.is_valid() and _add(form):
            session[_SENT] = ["new-template"]
            return redirect(url_for("officer.list_templates"), 303)
        status = 409 if form.form_errors else 400
    page = render_template(
        "officer/list_templates.html",
        form=form,
        kept=list_kept(viewer),
        meanings=_meanings(),
        sent_drafts=session.pop(_SENT, []),
    )
    return page, status


@blueprint.route("/templat-jawaban/<int:template_id>", methods=["GET", "POST"])
@requires(Permission.REPLY_TEMPLATE_MANAGE)
@keeps_typed_text
def show_template(template_id: int) -> ResponseReturnValue:
    """One template to be changed; where somebody else was quicker, both versions stand beside each other."""
    kept = _kept(template_id)
    form = ChangeTemplateForm()
    other: KeptTemplate | None = None
    status = 200
    if request.method == "GET":
        form.name.data, form.text.data = kept.name, kept.text
        form.active.data, form.version.data = kept.active, kept.version
    elif not form.is_valid():
        status = 400
    else:
        try:
            with transaction():
                change_template(
                    current_account(),
                    template_id,
                    name=str(form.name.data),
                    text=str(form.text.data),
                    active=bool(form.active.data),
                    version=form.version.data or "",
                    at=datetime.now(UTC),
                )
        except ChangedMeanwhile as changed:
            other, status = changed.now, 409
            form.version.data = changed.now.version  # it has been seen now: saving once more is meant
            form.form_errors.append(
                _("Rekan Anda baru saja mengubah templat ini. Bandingkan keduanya di bawah, lalu simpan yang benar.")
            )
        except NameTaken:
            form.name.errors, status = [_("Unit ini sudah punya templat dengan nama itu.")], 409
        else:
            flash(_("Templat “%(name)s” tersimpan.", name=form.name.data))
            session[_SENT] = [f"template-{template_id}"]
            return redirect(url_for("officer.list_templates"), 303)
    page = render_template(
        "officer/change_template.html",
        form=form,
        kept=kept,
        other=other,
        changed=day_in_words(local_day((other or kept).changed_at, "Asia/Jakarta")),
        meanings=_meanings(),
        example=fill(form.text.data or "", {name: str(example) for name, (_words, example) in _MEANINGS.items()}),
    )
    return page, status


def _add(form: NewTemplateForm) -> bool:
    """Keep what the form says; False with the form's errors where that can't be."""
    assert form.unit.data is not None  # the form requires it
    try:
        with transaction():
            add_template(
                current_account(), form.unit.data, str(form.name.data), str(form.text.data), at=datetime.now(UTC)
            )
    except NameTaken:
        form.form_errors.append(
            _("Unit ini sudah punya templat bernama “%(name)s”. Pilih nama lain.", name=form.name.data)
        )
        return False
    except NotForThisPerson:
        abort(404)
    flash(_("Templat “%(name)s” tersimpan. Petugas menemukannya di bawah “Templat jawaban”.", name=form.name.data))
    return True


def _kept(template_id: int) -> KeptTemplate:
    try:
        return read_kept(current_account(), template_id)
    except NotForThisPerson:
        abort(404)


def _meanings() -> list[tuple[str, str]]:
    return [(f"{{{name}}}", str(words)) for name, (words, _example) in _MEANINGS.items()]
