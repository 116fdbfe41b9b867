"""What a citizen fills in to register a file."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField, StringField, TelField
from wtforms.validators import InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.feedback.contacts import InvalidPhone, clean_phone
from webapp.portal.citizen.forms import OneOfMany
from webapp.portal.typed_text import TypedForm, without_nul


class Papers(SelectMultipleField):
    """The requirements that are at hand, by their names: a list that has changed meanwhile is simply the new list."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, choices=[], validate_choice=False, validators=[Optional()], **kwargs)

    def positions(self, requirements: tuple[str, ...]) -> frozenset[int]:
        """Which of `requirements` were ticked, counted from 0."""
        ticked = set(self.data or ())
        return frozenset(number for number, name in enumerate(requirements) if name in ticked)


class RegisterFileForm(TypedForm):
    """A file: for what, where, what is at hand, and whose it is."""

    service = HiddenField(filters=[without_nul])
    #: Code of a file with the same content, once its registrant was asked whether this one is another.
    again = HiddenField(filters=[without_nul])
    unit = OneOfMany(_l("Di kantor mana berkas ini diurus?"))
    papers = Papers(_l("Persyaratan mana yang sudah Anda pegang?"))
    name = StringField(
        _l("Nama pemohon"),
        filters=[without_nul, lambda text: text.strip() if text else text],
        validators=[
            InputRequired(_l("Isi nama pemohon, seperti di KTP atau KK.")),
            Length(max=200, message=_l("Nama terlalu panjang: paling banyak 200 huruf.")),
        ],
    )
    phone = TelField(_l("Nomor telepon atau WhatsApp"), filters=[without_nul], validators=[Optional()])

    def validate_name(self, field: StringField) -> None:
        """A name, not a number: a NIK does not belong here."""
        if sum(letter.isalpha() for letter in field.data or "") < 2:
            raise ValidationError(_("Isi nama pemohon dengan huruf, seperti di KTP atau KK."))

    def validate_phone(self, field: TelField) -> None:
        """Indonesian numbers with 0, 62 or +62; others with + and the country."""
        try:
            field.data = clean_phone(field.data or "")
        except InvalidPhone:
            raise ValidationError(_("Tulis nomor seperti 0812 3456 7890, atau kosongkan.")) from None
