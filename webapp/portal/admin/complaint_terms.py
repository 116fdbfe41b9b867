"""Which deadlines of complaints hold where."""

from __future__ import annotations

from dataclasses import dataclass

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import AnyOf, InputRequired

from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.feedback.clocks.choosing import choose_preset, list_chosen
from webapp.feedback.clocks.presets import Preset, find_preset, list_presets
from webapp.feedback.clocks.vocabulary import Clock
from webapp.organisation.managed import get_managed_unit
from webapp.organisation.models import Unit
from webapp.portal.access import current_account, requires
from webapp.portal.admin.room import blueprint, form_page
from webapp.portal.deadline_words import preset_rows, term_in_words
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import keeps_typed_text

#: No choice of the unit's own. No preset is called so.
_AS_ABOVE = "as_above"


class ChoosePresetForm(DeskForm):
    """The preset of a unit; none: that of the unit above."""

    preset = RadioField(
        _l("Ketentuan"),
        validators=[
            InputRequired(_l("Pilih salah satu.")),
            AnyOf([_AS_ABOVE, *(preset.name for preset in list_presets())], message=_l("Pilih salah satu.")),
        ],
    )


@dataclass(frozen=True, slots=True)
class PresetView:
    """A preset in words."""

    name: str
    title: str
    source: str
    rows: list[tuple[str, str, str]]
    reopening: str
    forwards: int


@blueprint.get("/kelola/tenggat")
@requires(Permission.ORGANISATION_MANAGE)
def list_complaint_terms() -> ResponseReturnValue:
    """The viewer's units with the preset that holds in each, and what each preset says."""
    chosen = list_chosen(current_account())
    top = min((one.unit.path.count("/") for one in chosen), default=0)
    return render_template(
        "admin/list_complaint_terms.html",
        units=[(one, one.unit.path.count("/") - top, find_preset(one.holds).title) for one in chosen],
        presets=[_view(preset) for preset in list_presets()],
        used={find_preset(one.holds).name for one in chosen},
    )


@blueprint.route("/kelola/tenggat/<int:unit_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def set_complaint_terms(unit_id: int) -> ResponseReturnValue:
    """The preset of a unit and of those below that have none of their own."""
    viewer = current_account()
    unit = get_managed_unit(viewer, unit_id)
    form = ChoosePresetForm(data={"preset": unit.clock_preset or _AS_ABOVE})
    form.preset.choices = [SelectChoice(_AS_ABOVE, _inherited(unit)), *(_choice(preset) for preset in list_presets())]
    if form.is_submitted() and form.is_valid():
        chosen = None if form.preset.data == _AS_ABOVE else str(form.preset.data)
        with transaction():
            choose_preset(get_managed_unit(viewer, unit_id), chosen)
        flash(_("Tenggat %(name)s sudah disimpan. Laporan yang sudah berjalan tetap pada tenggatnya.", name=unit.name))
        return redirect(url_for("admin.list_complaint_terms"))
    return form_page(
        form,
        _("Tenggat laporan di %(name)s", name=unit.name),
        lead=_("Berlaku untuk laporan yang datang setelah ini, juga di unit di bawahnya yang tidak memilih sendiri."),
        submit=_("Simpan tenggat"),
        back=url_for("admin.list_complaint_terms"),
    )


def _inherited(unit: Unit) -> str:
    above = unit.parent
    while above is not None and above.clock_preset is None:
        above = above.parent
    title = find_preset(above.clock_preset if above is not None else None).title
    if unit.parent is None:
        return str(_("Bawaan: %(title)s", title=title))
    return str(_("Sama dengan unit di atasnya: %(title)s", title=title))


def _choice(preset: Preset) -> SelectChoice:
    settle = term_in_words(preset.standards[Clock.SETTLE].term)
    return SelectChoice(preset.name, _("%(title)s: dijawab dalam %(term)s", title=preset.title, term=settle))


def _view(preset: Preset) -> PresetView:
    return PresetView(
        preset.name,
        preset.title,
        preset.source,
        preset_rows(preset),
        term_in_words(preset.reopening),
        preset.forwards,
    )
