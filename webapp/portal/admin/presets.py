"""Presets of the indicator: read, copied, changed with a preview, and put in force from a quarter on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_decimal
from flask_babel import gettext as _

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, can
from webapp.database import transaction
from webapp.indicators.components.registry import COMPONENTS
from webapp.indicators.errors import NoSuchPreset, PeriodBegun, PeriodClosed, TitleTaken
from webapp.indicators.periods import day_of, period_after, period_of
from webapp.indicators.presets import stored
from webapp.indicators.presets.editing import title_key, written
from webapp.indicators.presets.presets import Preset, load_preset, read_preset, shipped_names
from webapp.indicators.presets.previewing import preview
from webapp.indicators.wording.facts import PARTS
from webapp.indicators.wording.numbers import decimal, exact_percent, full_day, period_in_words
from webapp.indicators.wording.presets import preset_text
from webapp.organisation.queries import topmost_units
from webapp.portal.access import current_account, requires
from webapp.portal.admin.preset_effects import preview_words
from webapp.portal.admin.preset_forms import ELEMENTS, MADE_OF, EnforceForm, PresetForm, WithdrawForm
from webapp.portal.admin.room import blueprint
from webapp.portal.typed_text import keeps_typed_text

#: Quarters from which a preset may hold: the running one and so many coming ones.
COMING = 4
#: Letters of a model's name in that of its copy, so that it fits.
_LONGEST_MODEL = 60


@dataclass(frozen=True, slots=True)
class PartRow:
    """A component of a preset in words."""

    name: str
    made_of: str
    weight: str
    reason: str


@dataclass(frozen=True, slots=True)
class PresetView:
    """A preset in words. `from_words`: since or from when it holds, "" if it doesn't."""

    version: str
    title: str
    shipped: bool
    parts: tuple[PartRow, ...]
    elements: tuple[tuple[str, str], ...]
    sources: tuple[str, ...]
    provisional_from: str
    sufficient_from: str
    margin: str
    sure: str
    holds: str = ""


@blueprint.get("/kelola/indikator")
@requires(Permission.PRESET_MANAGE)
def list_presets() -> ResponseReturnValue:
    """What holds now and what will, and all presets in their newest version."""
    now = datetime.now(UTC)
    with transaction():
        presets = stored.list_presets(now)
        in_force = stored.list_in_force(now)
    holding = {one.preset.version: one for one in in_force}
    views = [_view(one.preset, holding.get(one.preset.version)) for one in presets]
    return render_template(
        "admin/list_presets.html",
        holds=_view(in_force[0].preset, in_force[0]),
        coming=[(_view(one.preset), period_in_words(one.from_period), one.from_period) for one in in_force[1:]],
        withdrawn=[
            (one, period_in_words(one.from_period), full_day(day_of(one.at))) for one in stored.list_withdrawn()
        ],
        may_enforce=_reaches_all(current_account()),
        shipped=[view for view in views if view.shipped],
        own=[view for view in views if not view.shipped],
    )


@blueprint.get("/kelola/indikator/<version>")
@requires(Permission.PRESET_MANAGE)
def show_preset(version: str) -> ResponseReturnValue:
    """One version: its parts with their weights and why, and from when it may hold."""
    return _page_of(version, _enforce_form())


@blueprint.post("/kelola/indikator/<version>/berlakukan")
@requires(Permission.PRESET_MANAGE)
@keeps_typed_text
def set_preset(version: str) -> ResponseReturnValue:
    """Have this version hold from a quarter on. Only for who reaches the whole city."""
    if not _reaches_all(current_account()):
        abort(403)
    form = _enforce_form()
    if not form.is_valid():
        return _page_of(version, form)
    try:
        with transaction():
            stored.put_in_force(version, str(form.from_period.data), datetime.now(UTC), current_account().id)
    except NoSuchPreset:
        abort(404)
    except PeriodClosed:
        form.from_period.errors = [_("Triwulan ini sudah berakhir. Pilih yang berjalan atau yang akan datang.")]
        return _page_of(version, form)
    flash(_("Acuan ini berlaku mulai %(period)s.", period=period_in_words(str(form.from_period.data))))
    return redirect(url_for("admin.list_presets"))


@blueprint.route("/kelola/indikator/mulai/<period>/tarik", methods=["GET", "POST"])
@requires(Permission.PRESET_MANAGE)
@keeps_typed_text
def withdraw_preset(period: str) -> ResponseReturnValue:
    """Have a preset not begin to hold in a coming quarter after all. Only for who reaches the whole city."""
    if not _reaches_all(current_account()):
        abort(403)
    now = datetime.now(UTC)
    in_force = stored.list_in_force(now)
    place = next((place for place, one in enumerate(in_force) if place and one.from_period == period), None)
    if place is None:
        return _withdrawn_before(period)
    form = WithdrawForm()
    if request.method == "POST" and form.is_valid():
        try:
            with transaction():
                stored.withdraw(period, str(form.reason.data), now, current_account().id)
        except (NoSuchPreset, PeriodBegun):
            return _withdrawn_before(period)
        flash(_("Acuan ditarik: tidak jadi berlaku mulai %(period)s.", period=period_in_words(period)))
        return redirect(url_for("admin.list_presets"), 303)
    page = render_template(
        "admin/withdraw_preset.html",
        form=form,
        preset=_view(in_force[place].preset),
        period=period,
        words=period_in_words(period),
        instead=_view(in_force[place - 1].preset),
    )
    return page, form.status


def _withdrawn_before(period: str) -> ResponseReturnValue:
    """What is pressed twice is withdrawn once; where nothing ever was there is no such page."""
    if request.method != "POST" or all(one.from_period != period for one in stored.list_withdrawn()):
        abort(404)
    return redirect(url_for("admin.list_presets"), 303)


@blueprint.route("/kelola/indikator/<version>/ubah", methods=["GET", "POST"])
@requires(Permission.PRESET_MANAGE)
@keeps_typed_text
def edit_preset(version: str) -> ResponseReturnValue:
    """A copy in a form. POST scales its weights, shows what it would change, or stores it, by the button pressed."""
    based_on = _stored(version).preset
    form = PresetForm()
    shown: dict[str, Any] = {}
    status = 200
    if request.method == "GET":
        form.fill(based_on, _title_for(based_on))
    elif request.form.get("do") == "scale":
        if form.is_valid() and form.has_weights():
            form.scale()
        status = form.status
    elif not form.is_sound(saving=request.form.get("do") == "save"):
        status = 400
    elif request.form.get("do") == "save":
        saved = _save(form, based_on)
        if saved is not None:
            flash(_("Tersimpan sebagai %(version)s. Acuan ini belum berlaku.", version=saved.version))
            return redirect(url_for("admin.show_preset", version=saved.version))
        status = 400
    else:
        draft = read_preset(written(form.draft(based_on), "draft", "draft", based_on))
        with transaction():
            shown = preview_words(preview(current_account(), draft, datetime.now(UTC)))
    page = render_template(
        "admin/edit_preset.html",
        form=form,
        based_on=_view(based_on),
        parts=[(form[f"weight_{name}"], str(MADE_OF[name])) for name in COMPONENTS],
        elements=[form[f"element_{name}"] for name in ELEMENTS],
        total=decimal(sum(form.weights().values()) * 100.0),
        whole=round(sum(form.weights().values()) * 100.0, 4) == 100.0,
        shown=shown,
    )
    return page, status


def _save(form: PresetForm, based_on: Preset) -> Preset | None:
    """The version that was stored; None, with an error at its name, where another preset is called the same."""
    try:
        if title_key(str(form.title.data)) in _titles_as_shown():
            raise TitleTaken
        with transaction():
            return stored.save_preset(
                form.draft(based_on), based_on.version, str(form.note.data), datetime.now(UTC), current_account().id
            )
    except TitleTaken:
        form.title.errors = [_("Sudah ada acuan lain dengan nama ini. Beri nama lain supaya keduanya tidak tertukar.")]
        return None


def _titles_as_shown() -> set[str]:
    """What the presets that come with the product are called in the reader's language."""
    return {title_key(preset_text(load_preset(name).title)) for name in shipped_names()}


def _title_for(based_on: Preset) -> str:
    """What the form begins with: a name of its own for a copy, the same for another version of the agency's own."""
    if based_on.name not in shipped_names():
        return based_on.title
    model, taken = preset_text(based_on.title)[:_LONGEST_MODEL], stored.taken_titles()
    titles = chain(
        [_("%(title)s (salinan)", title=model)],
        (_("%(title)s (salinan %(n)s)", title=model, n=number) for number in count(2)),
    )
    return next(str(title) for title in titles if title_key(str(title)) not in taken)


def _stored(version: str) -> stored.StoredPreset:
    with transaction():
        stored.store_all_shipped(datetime.now(UTC))
        try:
            return stored.get_preset(version)
        except NoSuchPreset:
            abort(404)


def _page_of(version: str, form: EnforceForm) -> ResponseReturnValue:
    one = _stored(version)
    now = datetime.now(UTC)
    with transaction():
        in_force = stored.list_in_force(now)
        versions = stored.versions_of(one.preset.name)
    holding = next((each for each in in_force if each.preset.version == version), None)
    page = render_template(
        "admin/show_preset.html",
        preset=_view(one.preset, holding),
        note=one.note,
        made=_("%(day)s oleh %(name)s", day=full_day(day_of(one.made_at)), name=one.made_by) if one.made_by else "",
        based_on=one.based_on,
        versions=[(each.preset.version, full_day(day_of(each.made_at)), each.note or "") for each in versions],
        form=form,
        may_enforce=_reaches_all(current_account()),
    )
    return page, form.status


def _enforce_form() -> EnforceForm:
    form = EnforceForm()
    periods = [period_of(day_of(datetime.now(UTC)))]
    for _number in range(COMING):
        periods.append(period_after(periods[-1]))
    form.from_period.choices = [(period, period_in_words(period)) for period in periods]
    if not form.is_submitted():
        form.from_period.data = periods[1]  # the running quarter's figures all move: whoever wants that says so
    return form


def _reaches_all(account: Account) -> bool:
    """A preset holds for the whole city: who puts it in force reaches all of it."""
    return all(can(account, Permission.PRESET_MANAGE, unit) for unit in topmost_units())


def _view(preset: Preset, holds: stored.InForce | None = None) -> PresetView:
    words = ""
    if holds is not None:
        words = (
            _("mulai %(period)s", period=period_in_words(holds.from_period)) if holds.from_period else _("sejak awal")
        )
    return PresetView(
        version=preset.version,
        title=preset_text(preset.title) or preset.name,
        shipped=preset.name in shipped_names(),
        parts=tuple(
            PartRow(
                str(PARTS[name][0]),
                str(MADE_OF[name]),
                exact_percent(weight),
                preset_text(preset.reasons.get(name, "")),
            )
            for name, weight in preset.weights.items()
        ),
        elements=tuple((str(ELEMENTS[name]), _plain(weight)) for name, weight in preset.elements.items()),
        sources=tuple(preset_text(source) for source in preset.sources),
        provisional_from=exact_percent(preset.thresholds.provisional_from),
        sufficient_from=exact_percent(preset.thresholds.sufficient_from),
        margin=decimal(preset.attention.margin),
        sure=exact_percent(preset.attention.sure),
        holds=str(words),
    )


def _plain(number: float) -> str:
    """ "12,5", "35"."""
    return str(format_decimal(number, format="0.##"))
