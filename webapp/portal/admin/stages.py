"""The stages that files of a service pass."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.counter.applications.catalogue import StageFacts, default_stages, list_stages, set_stages
from webapp.counter.applications.errors import StagesInvalid
from webapp.counter.applications.models import ServiceStage
from webapp.database import transaction
from webapp.organisation.managed import get_managed_service, list_posted_officers
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import officer_choices, unit_choices
from webapp.portal.admin.room import blueprint, form_page
from webapp.portal.admin.stage_forms import MOST_STAGES, StagesForm
from webapp.portal.typed_text import keeps_typed_text

#: Empty rows below the stages that there are.
_SPARE = 1


@blueprint.route("/kelola/layanan/<int:service_id>/tahapan", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def set_service_stages(service_id: int) -> ResponseReturnValue:
    """A service's stages with targets, units and officers; files in work keep the stages they began with."""
    viewer = current_account()
    service = get_managed_service(viewer, service_id)
    stages = list_stages(service_id)
    usual = not stages and "lazim" in request.args
    shown: Sequence[ServiceStage | StageFacts] = default_stages() if usual else stages
    form = StagesForm() if request.method == "POST" else StagesForm(formdata=None, data={"rows": _rows(shown)})
    if "more" in request.form and len(form.rows) < MOST_STAGES:
        form.rows.append_entry({"position": len(form.rows) + 1})
    _offer_choices(form, viewer, stages)
    if request.method == "POST" and "more" not in request.form and form.is_valid():
        facts = [StageFacts(**asdict(row)) for row in form.stages]
        try:
            with transaction():
                set_stages(get_managed_service(viewer, service_id), facts)
        except StagesInvalid:
            form.form_errors.append(_("Unit atau petugas yang dipilih baru saja ditutup. Periksa pilihannya."))
        else:
            if facts:
                flash(_("Tahapan %(name)s sudah disimpan. Berkas baru melewati tahap ini.", name=service.name))
            else:
                flash(_("Layanan %(name)s tidak lagi menerima berkas.", name=service.name))
            return redirect(url_for("admin.change_service", service_id=service_id))
    return form_page(
        form,
        _("Tahapan %(name)s", name=service.name),
        submit=_("Simpan tahapan"),
        back=url_for("admin.change_service", service_id=service_id),
        lead=_("Setiap berkas melewati tahap ini satu demi satu. Kosongkan nama tahap yang tidak dipakai lagi."),
        template="admin/set_stages.html",
        service_id=service_id,
        standard=service.standard_hours,
        offer_usual=not stages and not usual,
        total=sum(stage.target_minutes for stage in shown),
        room_for_more=len(form.rows) < MOST_STAGES,
    )


def _rows(stages: Sequence[ServiceStage | StageFacts]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "position": number,
            "name": stage.name,
            "target": stage.target_minutes,
            "unit": stage.unit_id,
            "officer": stage.officer_id,
            "waits": stage.waits_for_applicant,
            "code": stage.code,
        }
        for number, stage in enumerate(stages, 1)
    ]
    return [*rows, *({"position": len(rows) + number} for number in range(1, _SPARE + 1))][:MOST_STAGES]


def _offer_choices(form: StagesForm, viewer: Account, stages: Sequence[ServiceStage]) -> None:
    """The viewer's units and officers, and those that stand in a stage already."""
    units = unit_choices(viewer, nothing=_("Unit yang menerima berkas"))
    officers = officer_choices(list_posted_officers(viewer))
    officers[0] = SelectChoice("", _("Siapa pun, dari baki unit"))
    for entry in form.rows:
        entry.form.unit.choices = _with(units, ((one.unit_id, one.unit.name) for one in stages if one.unit))
        entry.form.officer.choices = _with(
            officers, ((one.officer_id, one.officer.name) for one in stages if one.officer)
        )


def _with(choices: list[SelectChoice], standing: Iterable[tuple[int | None, str]]) -> list[SelectChoice]:
    known = {choice.value for choice in choices}
    return [*choices, *(SelectChoice(id_, name) for id_, name in dict(standing).items() if id_ not in known)]
