"""What citizens fill in to draw a number, and to give one back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import ValidationError

from webapp.counter.queue.drawing import TicketDraft
from webapp.counter.queue.vocabulary import Priority
from webapp.portal.citizen.forms import OneOf
from webapp.portal.citizen.queue_words import PRIORITIES
from webapp.portal.typed_text import TypedForm

#: The choice of a number for now; others are the begin of a slot.
NOW = "now"


class Turn(OneOf):
    """When somebody wants to have his turn: now, or the begin of a slot. Which there are is known when it is drawn."""

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, _l("Pilih kapan Anda ingin datang."), validate_choice=False, choices=[], **kwargs)

    @property
    def starts_at(self) -> datetime | None:
        """The begin of the chosen slot; None for now. Raises ValueError for what was never offered."""
        if self.data == NOW:
            return None
        at = datetime.fromisoformat(self.data or "")
        if at.tzinfo is None or not 2000 < at.year < 3000:
            raise ValueError(self.data)
        return at.astimezone(UTC)


class DrawForm(TypedForm):
    """A number for a service: when, and whether one goes first."""

    when = Turn(_l("Kapan Anda ingin dilayani?"))
    priority = OneOf(
        _l("Apakah Anda perlu didahulukan?"),
        _l("Pilih salah satu."),
        choices=[SelectChoice(one.value, words) for one, (words, _hint) in PRIORITIES.items()],
        default=Priority.ORDINARY.value,
    )
    #: Asked only of whoever has a number already: by mistake nobody draws twice.
    another = BooleanField(_l("Ambil satu nomor lagi, untuk orang lain"))

    def validate_when(self, field: Field) -> None:
        """Something was chosen that could have been offered."""
        try:
            _at = self.when.starts_at
        except ValueError:
            raise ValidationError(_("Pilih kapan Anda ingin dilayani.")) from None

    def draft(self, line_id: int) -> TicketDraft:
        """What is asked for, in the line `line_id`."""
        return TicketDraft(line_id, self.when.starts_at, Priority(self.priority.data))


class CancelForm(TypedForm):
    """A number is given back."""


class KioskForm(TypedForm):
    """At the door: one press on a service; before that, whoever goes first may say so."""

    priority = OneOf(
        _l("Didahulukan?"),
        _l("Pilih salah satu."),
        choices=[SelectChoice(one.value, words) for one, (words, _hint) in PRIORITIES.items()],
        default=Priority.ORDINARY.value,
    )
