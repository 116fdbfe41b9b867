"""Kinds of fields that administrators fill in, each with texts that say what to do."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, Field, IntegerField, SelectField, StringField, TextAreaField, TimeField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from webapp.organisation.nip import clean_nip
from webapp.organisation.opening_hours import parse_hours, written_hours
from webapp.portal.chosen import OneId
from webapp.portal.typed_text import without_nul

_REQUIRED = _l("Isi kolom ini.")


def _stripped(text: str | None) -> str | None:
    cleaned = without_nul(text)
    return cleaned.strip() if cleaned else cleaned


class _Filled(InputRequired):
    """Something that is more than white space."""

    def __call__(self, form: Any, field: Field) -> None:
        super().__call__(form, field)
        if isinstance(field.data, str) and not field.data.strip():
            raise ValidationError(str(self.message))


def words(
    label: LazyString, required: LazyString | None = _REQUIRED, *, longest: int = 200, **more: Any
) -> StringField:
    """A line of text; `required` is what to say where it is missing, None where it may be."""
    needed = [_Filled(required)] if required else [Optional()]
    too_long = _l("Terlalu panjang: paling banyak %(max)d huruf.")
    filters = [_stripped, *more.pop("filters", ())]
    return StringField(label, filters=filters, validators=[*needed, Length(max=longest, message=too_long)], **more)


def sentences(label: LazyString, required: LazyString, **more: Any) -> TextAreaField:
    """A reason in a sentence or two, which is kept."""
    return TextAreaField(
        label,
        filters=[_stripped],
        validators=[
            _Filled(required),
            Length(min=5, max=500, message=_l("Tulis dalam satu atau dua kalimat.")),
        ],
        **more,
    )


def code(label: LazyString, **more: Any) -> StringField:
    """A code: letters, digits, and . _ / - between them."""
    return StringField(
        label,
        filters=[_stripped],
        validators=[
            _Filled(_l("Isi kode.")),
            Length(max=60, message=_l("Terlalu panjang: paling banyak %(max)d huruf.")),
            Regexp(
                r"[A-Za-z0-9][A-Za-z0-9._/-]*\Z",
                message=_l("Pakai huruf, angka, titik, garis bawah, garis miring, atau tanda hubung; tanpa spasi."),
            ),
        ],
        render_kw={"autocapitalize": "off", "spellcheck": "false"},
        **more,
    )


def amount(label: LazyString, most: int, *, least: int = 0, required: bool = False, **more: Any) -> IntegerField:
    """A whole number from `least` to `most`."""
    said = _l("Isi angka bulat dari %(min)s sampai %(max)s.")
    return _Amount(
        label,
        validators=[
            InputRequired(_REQUIRED) if required else Optional(),
            NumberRange(least, most, message=said),
        ],
        render_kw={"inputmode": "numeric"},
        **more,
    )


class _Amount(IntegerField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Isi angka bulat, tanpa titik dan huruf.")) from None


def day(label: LazyString, *, required: bool = True, **more: Any) -> DateField:
    """A date."""
    return _Day(label, validators=[InputRequired(_l("Isi tanggal.")) if required else Optional()], **more)


class _Day(DateField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError(_("Tulis tanggal seperti 2026-11-24.")) from None


def clock_time(label: LazyString, **more: Any) -> TimeField:
    """A time of day."""
    return _Clock(label, validators=[InputRequired(_l("Isi jam."))], **more)


class _Clock(TimeField):
    def process_formdata(self, valuelist: list[Any]) -> None:
        try:
            super().process_formdata([value.replace(".", ":") for value in valuelist])
        except ValueError:
            raise ValueError(_("Tulis jam seperti 07.30.")) from None


def one_of(label: LazyString, required: LazyString | None = None, **more: Any) -> SelectField:
    """One row of a list, by id; the choices are set by the view."""
    return OneId(label, validators=[InputRequired(required)] if required else [Optional()], **more)


class NipField(StringField):
    """A NIP, or nothing."""

    def __init__(self, label: LazyString, **more: Any) -> None:
        super().__init__(
            label,
            filters=[_stripped],
            render_kw={"inputmode": "numeric", "autocomplete": "off"},
            **more,
        )

    def pre_validate(self, form: Any) -> None:
        try:
            clean_nip(self.data)
        except ValueError:
            raise ValidationError(
                _("NIP terdiri dari 18 angka, dimulai dengan tanggal lahir. Periksa lagi, atau kosongkan.")
            ) from None


class LinesField(TextAreaField):
    """Several short texts, one a line."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(self.data or ())

    def process_formdata(self, valuelist: list[Any]) -> None:
        typed = without_nul(valuelist[0] if valuelist else "") or ""
        self.data = [line.strip() for line in typed.splitlines() if line.strip()]

    def pre_validate(self, form: Any) -> None:
        if len(self.data or ()) > 40 or any(len(line) > 300 for line in self.data or ()):
            raise ValidationError(_("Paling banyak 40 baris, masing-masing paling banyak 300 huruf."))


class HoursField(StringField):
    """A day's opening hours: spans as in `parse_hours`."""

    data: Any

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return written_hours(self.data or [])

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = []
        try:
            self.data = parse_hours((valuelist[0] if valuelist else "").strip())
        except ValueError:
            raise ValueError(
                _("Tulis jam buka seperti 07.30-12.00, 13.00-16.00; kosongkan bila hari itu tutup.")
            ) from None
