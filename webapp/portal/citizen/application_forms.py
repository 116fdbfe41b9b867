"""What a citizen fills in to register a file."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectMultipleField
from wtforms.validators import Optional
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.portal.applicant_fields import applicant_name, applicant_phone
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
    name = applicant_name()
    phone = applicant_phone()
