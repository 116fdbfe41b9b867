"""What somebody fills in to move a complaint."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from webapp.feedback.drafts import LONGEST_TEXT
from webapp.portal.chosen import OneId
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul

LONGEST_NOTE = 1000


def note_field(label: Any, description: Any, *, required: bool) -> TextAreaField:
    """Words for colleagues; the reporter does not read them."""
    long_enough = Length(min=5, max=LONGEST_NOTE, message=_l("Tulis dalam satu atau dua kalimat."))
    first = InputRequired(_l("Tulis alasannya.")) if required else Optional()
    return TextAreaField(label, description=description, filters=[without_nul], validators=[first, long_enough])


def message_field(label: Any, description: Any) -> TextAreaField:
    """Words for the reporter."""
    return TextAreaField(
        label,
        description=description,
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis apa yang dibaca pelapor.")),
            Length(min=10, max=LONGEST_TEXT, message=_l("Terlalu pendek untuk dimengerti pelapor.")),
        ],
    )


_FOR_COLLEAGUES = _l("Rekan Anda membacanya, pelapor tidak.")


class AssignForm(DeskForm):
    """Who shall work on it."""

    account = OneId(
        _l("Siapa yang menanganinya?"),
        _l("Pilih orang dari daftar."),
        validators=[DataRequired(_l("Pilih satu orang."))],
    )
    note = note_field(_l("Catatan"), _FOR_COLLEAGUES, required=False)


class ForwardForm(DeskForm):
    """Which unit it is for, and why."""

    unit = OneId(
        _l("Unit kerja mana yang seharusnya menangani?"),
        _l("Pilih unit kerja dari daftar."),
        validators=[DataRequired(_l("Pilih unit kerja."))],
    )
    note = note_field(_l("Mengapa ke unit itu?"), _FOR_COLLEAGUES, required=True)


class SendBackForm(DeskForm):
    """Why it does not belong here."""

    note = note_field(_l("Mengapa bukan urusan unit Anda?"), _FOR_COLLEAGUES, required=True)


class SplitForm(DeskForm):
    """For whom the other half is, and which half."""

    unit = OneId(
        _l("Unit kerja mana yang menangani bagian lainnya?"),
        _l("Pilih unit kerja dari daftar."),
        validators=[DataRequired(_l("Pilih unit kerja."))],
    )
    note = note_field(_l("Bagian mana untuk unit itu?"), _FOR_COLLEAGUES, required=True)


class MergeForm(DeskForm):
    """Which complaint is worked on for both: one of the list, or one whose code is typed."""

    main = RadioField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Laporan yang tetap dikerjakan"),
        choices=[],
        validate_choice=True,
        invalid_choice_message=_l("Pilih dari daftar."),
        validators=[Optional()],
    )
    code = StringField(
        _l("Atau tulis kode laporannya"),
        filters=[without_nul],
        validators=[Optional(), Length(max=40, message=_l("Kode itu terlalu panjang."))],
    )
    note = note_field(_l("Catatan"), _FOR_COLLEAGUES, required=False)

    @property
    def chosen(self) -> str:
        """The code that was chosen or typed; empty where none was."""
        return (self.code.data or self.main.data or "").strip().upper()


class SeparateForm(DeskForm):
    """Why the two are not the same."""

    note = note_field(_l("Mengapa dipisah?"), _FOR_COLLEAGUES, required=False)


class TermForm(DeskForm):
    """Whether it takes an inspection."""

    inspection = RadioField(  # type: ignore[call-arg]  # newer than its stubs
        _l("Perlu pemeriksaan lapangan atau berkas?"),
        choices=[
            SelectChoice("yes", _l("Ya, berlaku batas waktu yang lebih panjang")),
            SelectChoice("no", _l("Tidak, berlaku batas waktu biasa")),
        ],
        invalid_choice_message=_l("Pilih salah satu."),
        validators=[InputRequired(_l("Pilih salah satu."))],
    )


class ConflictForm(DeskForm):
    """One press: I am too close to this."""


class UnsolvedForm(DeskForm):
    """Why nothing more can be done, and what is left to the reporter."""

    text = message_field(
        _l("Penjelasan untuk pelapor"),
        _l("Mengapa tidak dapat diselesaikan, apa yang sudah dicoba, dan jalan apa yang masih ada baginya."),
    )
