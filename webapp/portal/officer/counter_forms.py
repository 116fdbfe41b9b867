"""What an officer fills in at a counter."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from webapp.counter.queue.opening import Opening
from webapp.counter.queue.vocabulary import Priority
from webapp.portal.chosen import ManyIds, OneId, OneIdShown
from webapp.portal.staff.forms import DeskForm
from webapp.portal.staff.queue_words import PRIORITIES


class OpeningForm(DeskForm):
    """Which counter, and what is called from there."""

    counter = OneIdShown(
        _l("Loket"),
        _l("Pilih loket Anda."),
        validators=[InputRequired(_l("Pilih loket Anda."))],
    )
    lines = ManyIds(
        _l("Layanan yang Anda panggil"),
        _l("Pilih layanan dari daftar."),
        description=_l("Yang gilirannya lebih dulu dipanggil lebih dulu, apa pun layanannya."),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        validators=[InputRequired(_l("Pilih sedikitnya satu layanan."))],
    )

    def offer(self, opening: Opening, *, only_free: bool = False) -> None:
        """Give the fields their choices and, where nothing was sent yet, what is likely meant.

        A counter that somebody else has open is not shown, but may be what was sent: the action says who has it.
        """
        self.counter.choices = [
            SelectChoice(counter.id, counter.name)
            for counter in opening.counters
            if not (only_free and counter.taken_by)
        ]
        self.lines.choices = [SelectChoice(line.id, f"{line.prefix} · {line.service}") for line in opening.lines]
        if not self.is_submitted():
            self.counter.data = opening.counter_id
            self.lines.data = list(opening.line_ids)


class DrawForm(DeskForm):
    """A number for somebody who stands before the officer."""

    line = OneId(_l("Layanan"), _l("Pilih layanan."), validators=[InputRequired(_l("Pilih layanan."))])
    priority = SelectField(_l("Didahulukan?"), choices=[])

    def __init__(self, lines: list[tuple[int, str]], **more: Any) -> None:
        super().__init__(prefix="draw", **more)
        self.line.choices = [SelectChoice(line_id, words) for line_id, words in lines]
        self.priority.choices = [
            SelectChoice(str(Priority.ORDINARY), _("Tidak")),
            *(SelectChoice(str(priority), str(words)) for priority, words in PRIORITIES.items()),
        ]
