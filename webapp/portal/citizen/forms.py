"""What citizens fill in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    FloatField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
    TimeField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import HiddenInput

from webapp.feedback.contacts import InvalidEmail, InvalidPhone, clean_email, clean_phone
from webapp.feedback.drafts import LONGEST_COMMENT, LONGEST_TEXT
from webapp.feedback.vocabulary import ComplaintKind
from webapp.organisation.choices import Choice
from webapp.portal.chosen import chosen_id
from webapp.portal.citizen.words import ELEMENTS, KINDS
from webapp.portal.photo_field import Photos
from webapp.portal.typed_text import TypedForm, without_nul

_OLDEST = date(2000, 1, 1)


def choices_of(choices: Iterable[Choice], nothing: object) -> list[SelectChoice]:
    """A list to choose from, beginning with the choice of nothing."""
    return [
        SelectChoice("", nothing),
        *(SelectChoice(str(choice.id), choice.name, optgroup=choice.group) for choice in choices),
    ]


class OneOf(RadioField):
    """One of a few choices."""

    def __init__(self, label: Any, message: Any, **kwargs: Any) -> None:
        super().__init__(label, **{"invalid_choice_message": message, "invalid_value_message": message, **kwargs})


class OneOfMany(SelectField):
    """A choice among what is in the database: only the chosen one is looked up, when the form is taken."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(
            label,
            coerce=chosen_id,
            validate_choice=False,
            validators=[Optional()],
            **{"invalid_value_message": _l("Pilih dari daftar."), **kwargs},
        )


class Day(DateField):
    """A day, with an error that says how to write it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Tulis tanggal seperti 2026-11-24.")) from None


class TimeOfDay(TimeField):
    """A time, with an error that says how to write it."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Tulis jam seperti 09:30.")) from None


class Degrees(FloatField):
    """A coordinate that the browser filled in. What is no coordinate counts as none: nobody typed it."""

    widget = HiddenInput()

    def __init__(self, most: float, **kwargs: Any) -> None:
        super().__init__(validators=[Optional()], **kwargs)
        self._most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        try:
            value = float(valuelist[0]) if valuelist and valuelist[0] else None
        except ValueError:
            value = None
        if value is not None and -self._most <= value <= self._most:
            self.data = value


class SubmitComplaintForm(TypedForm):
    """A complaint in the order in which people think: what, where, when, who."""

    kind = OneOf(
        _l("Apa yang ingin Anda sampaikan?"),
        _l("Pilih salah satu."),
        choices=[SelectChoice(kind.value, words) for kind, (words, _hint) in KINDS.items()],
        default=ComplaintKind.COMPLAINT.value,
        validators=[InputRequired(_l("Pilih salah satu."))],
    )
    text = TextAreaField(
        _l("Apa yang terjadi?"),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis apa yang terjadi.")),
            Length(max=LONGEST_TEXT, message=_l("Tulisan terlalu panjang: paling banyak 10.000 huruf.")),
        ],
    )
    photos = Photos(_l("Foto"))
    about_person = BooleanField(_l("Ini tentang perbuatan seseorang, misalnya petugas"))
    unit = OneOfMany(_l("Di kantor atau unit mana?"))
    service = OneOfMany(_l("Layanan apa yang Anda urus?"))
    counter = OneOfMany(_l("Loket"))
    place = StringField(
        _l("Tempat"),
        filters=[without_nul],
        validators=[Length(max=300, message=_l("Tulis tempatnya lebih singkat: paling banyak 300 huruf."))],
    )
    latitude = Degrees(90)
    longitude = Degrees(180)
    occurred_on = Day(_l("Tanggal"), validators=[Optional()])
    occurred_time = TimeOfDay(_l("Jam"), validators=[Optional()])
    anonymous = OneOf(
        _l("Bolehkah unit yang menangani tahu nama Anda?"),
        _l("Pilih salah satu."),
        choices=[
            SelectChoice("yes", _l("Tidak, rahasiakan nama saya")),
            SelectChoice("no", _l("Boleh, agar mereka dapat menghubungi saya")),
        ],
        default="yes",
        validators=[InputRequired(_l("Pilih salah satu."))],
    )
    secret = BooleanField(_l("Jangan tampilkan isi laporan ini kepada umum"), default=True)
    contact_name = StringField(
        _l("Nama"), filters=[without_nul], validators=[Length(max=200, message=_l("Nama terlalu panjang."))]
    )
    contact_phone = TelField(_l("Nomor telepon atau WhatsApp"), filters=[without_nul], validators=[Optional()])
    contact_email = EmailField(_l("Alamat email"), filters=[without_nul], validators=[Optional()])
    receipt = HiddenField(filters=[without_nul])
    #: The code of the file that it is about.
    application = HiddenField(filters=[without_nul])
    about_delay = BooleanField(_l("Ini tentang lamanya berkas itu diproses"))
    #: Set where photos of this form wait already, so that others need not be looked for.
    uploaded = HiddenField()
    #: Set once it was told that others reported the same.
    told = HiddenField()
    #: The button that was pressed then.
    repeats = StringField()

    @property
    def joins(self) -> bool:
        """Whether the citizen joins what others reported."""
        return bool(self.told.data) and self.repeats.data == "join"

    def validate_text(self, field: TextAreaField) -> None:
        """More than a word or two: nobody can follow up on less."""
        if len((field.data or "").strip()) < 10:
            raise ValidationError(_("Ceritakan sedikit lebih banyak: apa, di mana, kapan."))

    def validate_contact_phone(self, field: TelField) -> None:
        """Indonesian numbers with 0, 62 or +62; others with + and the country."""
        try:
            field.data = clean_phone(field.data or "")
        except InvalidPhone:
            raise ValidationError(_("Tulis nomor seperti 0812 3456 7890.")) from None

    def validate_contact_email(self, field: EmailField) -> None:
        """One address."""
        try:
            field.data = clean_email(field.data or "")
        except InvalidEmail:
            raise ValidationError(_("Tulis alamat email seperti nama@contoh.id.")) from None

    def validate_occurred_time(self, field: TimeField) -> None:
        """A time alone says nothing."""
        if field.data is not None and self.occurred_on.data is None and not self.occurred_on.errors:
            raise ValidationError(_("Isi juga tanggalnya."))

    def read_occurred_at(self, timezone: str, now: datetime) -> datetime | None:
        """When it happened; the start of the day where no time was stated. Complains about a day to come."""
        day = self.occurred_on.data
        if day is None:
            return None
        local = datetime.combine(day, self.occurred_time.data or time(0), ZoneInfo(timezone))
        if local > now:
            self.occurred_on.errors = [_("Waktu ini belum terjadi. Periksa tanggal dan jamnya.")]
            return None
        if day < _OLDEST:
            self.occurred_on.errors = [_("Periksa tahunnya.")]
            return None
        return local.astimezone(UTC)


class TrackForm(TypedForm):
    """The two words that open a complaint. `kept` carries a text that was typed before the session ended."""

    code = StringField(
        _l("Kode laporan"),
        filters=[without_nul],
        validators=[InputRequired(_l("Isi kode laporan, misalnya TG-7K2M-94QX."))],
    )
    secret_word = StringField(
        _l("Kata rahasia"), filters=[without_nul], validators=[InputRequired(_l("Isi ketiga kata rahasianya."))]
    )
    kept = TextAreaField(
        _l("Tulisan Anda yang belum terkirim"), filters=[without_nul], validators=[Length(max=LONGEST_TEXT)]
    )
    kept_as = HiddenField()


class ReplyForm(TypedForm):
    """An answer to the agency's question, or something to add; photos can come along."""

    text = TextAreaField(
        _l("Pesan Anda"),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis pesan Anda.")),
            Length(max=LONGEST_TEXT, message=_l("Tulisan terlalu panjang: paling banyak 10.000 huruf.")),
        ],
    )
    photos = Photos(_l("Foto"))
    #: Set where photos of this form wait already.
    uploaded = HiddenField()


class CompleteForm(ReplyForm):
    """What was missing."""

    text = TextAreaField(
        _l("Yang Anda lengkapi"),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis keterangan yang diminta.")),
            Length(max=LONGEST_TEXT, message=_l("Tulisan terlalu panjang: paling banyak 10.000 huruf.")),
        ],
    )


class ReopenForm(TypedForm):
    """Why a closed complaint is not over."""

    text = TextAreaField(
        _l("Mengapa perlu dibuka lagi?"),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis apa yang belum selesai, agar pemeriksa berikutnya tahu.")),
            Length(max=LONGEST_TEXT, message=_l("Tulisan terlalu panjang: paling banyak 10.000 huruf.")),
        ],
    )


class AllowForm(TypedForm):
    """Whether the public may see a version without anything personal: one press."""


class StopLettersForm(TypedForm):
    """No more news by e-mail: one press."""


class DisputeForm(TypedForm):
    """Why the answer does not settle it."""

    text = TextAreaField(
        _l("Apa yang belum selesai?"),
        filters=[without_nul],
        validators=[
            InputRequired(_l("Tulis apa yang belum selesai, agar pemeriksa berikutnya tahu.")),
            Length(max=LONGEST_TEXT, message=_l("Tulisan terlalu panjang: paling banyak 10.000 huruf.")),
        ],
    )


class AcceptForm(TypedForm):
    """The reporter's word that it is settled: one press."""


def chosen_value(value: object) -> int | None:
    """A value from 1 to 4, None for none."""
    return int(str(value)) if value not in (None, "") else None


class RateForm(TypedForm):
    """A rating by one press; everything else may be left."""

    value = OneOf(
        _l("Bagaimana layanan yang Anda terima?"),
        _l("Pilih satu wajah."),
        coerce=chosen_value,
        choices=[SelectChoice(str(value), str(value)) for value in (1, 2, 3, 4)],
        validators=[InputRequired(_l("Pilih satu wajah."))],
    )
    comment = TextAreaField(
        _l("Ada yang ingin Anda sampaikan?"),
        filters=[without_nul],
        validators=[Length(max=LONGEST_COMMENT, message=_l("Tulisan terlalu panjang: paling banyak 2.000 huruf."))],
    )
    unit = OneOfMany(_l("Di kantor atau unit mana?"))
    service = OneOfMany(_l("Layanan apa yang Anda urus?"))

    def element_fields(self) -> list[tuple[RadioField, list[str]]]:
        """The questions about elements with the words for 1 to 4."""
        return [(self[f"element_{name}"], [str(word) for word in words]) for name, (_q, words) in ELEMENTS.items()]


for _name, (_question, _words) in ELEMENTS.items():
    setattr(
        RateForm,
        f"element_{_name}",
        OneOf(
            _question,
            _l("Pilih satu wajah."),
            coerce=chosen_value,
            choices=[SelectChoice(str(value), str(value)) for value in (1, 2, 3, 4)],
            validators=[Optional()],
        ),
    )


class LeaveForm(TypedForm):
    """Closing the complaints in this browser."""
