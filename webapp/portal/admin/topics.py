"""What complaints are about: the agency's list of topics."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.organisation.errors import CodeTaken
from webapp.organisation.managed import get_managed_unit
from webapp.organisation.models import Unit
from webapp.organisation.topics import PAGE, change_topic, create_topic, get_topic, list_topics, may_change_topics
from webapp.portal.access import current_account, requires
from webapp.portal.admin.choices import unit_choices
from webapp.portal.admin.fields import one_of, words
from webapp.portal.admin.room import blueprint, form_page, searched
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import keeps_typed_text


class TopicForm(DeskForm):
    """What complaints are about, and whose matter it usually is."""

    name = words(
        _l("Topik"),
        _l("Isi topiknya, misalnya Akta kelahiran lama selesai."),
        longest=120,
        description=_l("Singkat, dengan kata-kata yang dipakai warga: dari kata-kata ini laporan dikenali."),
    )
    unit = one_of(
        _l("Biasanya urusan unit mana?"),
        description=_l("Boleh dikosongkan bila menyangkut banyak unit, seperti parkir."),
    )


class ChangeTopicForm(TopicForm):
    """A topic that exists."""

    active = BooleanField(
        _l("Dipakai"),
        description=_l("Yang tidak dipakai lagi tetap tercatat pada laporan lama, tetapi tidak pada yang baru."),
    )


@blueprint.get("/kelola/topik")
@requires(Permission.ORGANISATION_MANAGE)
def list_agency_topics() -> ResponseReturnValue:
    """All topics, those in use first; by words where asked."""
    page = max(1, min(request.args.get("page", 1, type=int), 1000))
    topics, total = list_topics(searched(), page=page)
    return render_template(
        "admin/list_topics.html",
        topics=topics,
        total=total,
        page=page,
        pages=-(-total // PAGE),
        words=searched(),
        may_change=may_change_topics(current_account()),
    )


@blueprint.route("/kelola/topik/baru", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def add_topic() -> ResponseReturnValue:
    """A new topic."""
    viewer = current_account()
    if not may_change_topics(viewer):
        abort(403)
    form = TopicForm()
    form.unit.choices = unit_choices(viewer, nothing=_("Tidak tentu"))
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                create_topic(viewer, str(form.name.data), _unit(viewer, form))
        except CodeTaken:
            _say_taken(form)
        else:
            flash(_("Topik %(name)s sudah ditambahkan.", name=form.name.data))
            return redirect(url_for("admin.list_agency_topics"))
    return form_page(form, _("Tambah topik"), submit=_("Tambah topik"), back=url_for("admin.list_agency_topics"))


@blueprint.route("/kelola/topik/<int:topic_id>", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_MANAGE)
@keeps_typed_text
def change_agency_topic(topic_id: int) -> ResponseReturnValue:
    """A topic: its name, its unit, and whether it is still used."""
    viewer = current_account()
    topic = get_topic(viewer, topic_id)
    form = ChangeTopicForm(data={"name": topic.name, "unit": topic.unit_id, "active": topic.active})
    form.unit.choices = unit_choices(viewer, also=topic.unit, nothing=_("Tidak tentu"))
    if form.is_submitted() and form.is_valid():
        try:
            with transaction():
                change_topic(topic, str(form.name.data), _unit(viewer, form), active=bool(form.active.data))
        except CodeTaken:
            _say_taken(form)
        else:
            flash(_("Topik %(name)s sudah diubah.", name=form.name.data))
            return redirect(url_for("admin.list_agency_topics"))
    return form_page(
        form,
        _("Ubah topik %(name)s", name=topic.name),
        submit=_("Simpan"),
        back=url_for("admin.list_agency_topics"),
        lead=_("Nama baru berlaku juga untuk laporan yang sudah masuk."),
    )


def _unit(viewer: Account, form: TopicForm) -> Unit | None:
    return get_managed_unit(viewer, form.unit.data) if form.unit.data else None


def _say_taken(form: TopicForm) -> None:
    form.name.errors = [_("Topik ini sudah ada. Pakai nama lain, atau ubah yang sudah ada.")]
