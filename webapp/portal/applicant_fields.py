"""Whose file it is: asked of the citizen who registers it and of the officer who does so at the counter, alike."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, StringField, TelField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from webapp.feedback.contacts import InvalidPhone, clean_phone
from webapp.portal.typed_text import without_nul


def applicant_name() -> StringField:
    """A field for the applicant's name."""
    return StringField(
        _l("Nama pemohon"),
        filters=[without_nul, lambda text: text.strip() if text else text],
        validators=[
            InputRequired(_l("Isi nama pemohon, seperti di KTP atau KK.")),
            Length(max=200, message=_l("Nama terlalu panjang: paling banyak 200 huruf.")),
            _letters,
        ],
    )


def applicant_phone() -> TelField:
    """A field for the applicant's telephone number; it need not be given."""
    return TelField(_l("Nomor telepon atau WhatsApp"), filters=[without_nul], validators=[Optional(), _phone])


def _letters(_form: Form, field: StringField) -> None:
    """A name, not a number: a NIK does not belong here."""
    if sum(letter.isalpha() for letter in field.data or "") < 2:
        raise ValidationError(_("Isi nama pemohon dengan huruf, seperti di KTP atau KK."))


def _phone(_form: Form, field: TelField) -> None:
    """Indonesian numbers with 0, 62 or +62; others with + and the country."""
    try:
        field.data = clean_phone(field.data or "")
    except InvalidPhone:
        raise ValidationError(_("Tulis nomor seperti 0812 3456 7890, atau kosongkan.")) from None
