"""Bringing in units, services, officers, counters and shifts from CSV files.

A file is sent once and kept; the page that follows says what it would do and lists every row that is wrong. Confirming
imports that very file.
"""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.exc import IntegrityError
from wtforms import RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import InputRequired

from webapp.accounts.permissions import Permission
from webapp.database import transaction
from webapp.organisation.csv_import import apply_import, get_staged_import, plan_import, stage_import, template_of
from webapp.organisation.csv_planning import COLUMNS, Kind
from webapp.organisation.csv_reading import UnreadableFile, write_table
from webapp.portal.access import current_account, requires
from webapp.portal.admin.import_words import COLUMN_HELP, KINDS, said_of_file, said_of_row
from webapp.portal.admin.room import blueprint
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import keeps_typed_text, without_nul

#: Bytes of a file; far above what MOST_ROWS rows take.
LARGEST_FILE = 5 * 1024 * 1024


class ImportForm(DeskForm):
    """What a file brings, and the file."""

    kind = RadioField(
        _l("Berkas ini berisi apa?"),
        choices=[SelectChoice(kind.value, words) for kind, words in KINDS.items()],
        validators=[InputRequired(_l("Pilih isi berkasnya."))],
    )
    file = FileField(
        _l("Berkas CSV"),
        description=_l("UTF-8, dipisah koma atau titik koma, judul kolom di baris pertama. Paling besar 5 MB."),
        validators=[FileRequired(_l("Pilih berkas CSV."))],
        render_kw={"accept": ".csv,text/csv"},
    )


@blueprint.route("/kelola/impor", methods=["GET", "POST"])
@requires(Permission.ORGANISATION_IMPORT)
@keeps_typed_text
def choose_import() -> ResponseReturnValue:
    """Send a file; what it would do is on the next page."""
    form = ImportForm()
    if form.is_submitted() and form.is_valid():
        kind, content = Kind(str(form.kind.data)), form.file.data.stream.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            form.file.errors = [_("Berkas lebih besar dari 5 MB. Bagi menjadi beberapa berkas.")]
        else:
            try:
                with transaction():
                    filename = without_nul(form.file.data.filename) or "impor.csv"
                    staged = stage_import(kind, filename, content, current_account(), datetime.now(UTC))
            except UnreadableFile as error:
                form.file.errors = [said_of_file(error, kind)]
            else:
                return redirect(url_for("admin.show_import", import_id=staged.id))
    page = render_template(
        "admin/choose_import.html",
        form=form,
        kinds=[
            (kind.value, words, [(name, *COLUMN_HELP[name], needed) for name, needed in COLUMNS[kind].items()])
            for kind, words in KINDS.items()
        ],
    )
    return page, form.status


@blueprint.get("/kelola/impor/contoh-<kind>.csv")
@requires(Permission.ORGANISATION_IMPORT)
def download_import_template(kind: str) -> ResponseReturnValue:
    """An empty file of a kind."""
    if kind not in {known.value for known in Kind}:
        abort(404)
    return _csv(template_of(Kind(kind)), f"{kind}.csv")


@blueprint.get("/kelola/impor/<int:import_id>")
@requires(Permission.ORGANISATION_IMPORT)
def show_import(import_id: int) -> ResponseReturnValue:
    """What a file would do, or has done, and every row that is wrong. Nothing is written here."""
    viewer = current_account()
    staged = get_staged_import(viewer, import_id)
    plan = plan_import(staged, viewer, datetime.now(UTC))
    counts = staged.result or {**{effect.value: n for effect, n in plan.counts.items()}, "bad": len(plan.bad)}
    known = set(COLUMNS[Kind(staged.kind)])
    return render_template(
        "admin/show_import.html",
        staged=staged,
        kind=KINDS[Kind(staged.kind)],
        counts=counts,
        bad=[(bad.row.line, said_of_row(bad), _excerpt(bad.row.cells)) for bad in plan.bad],
        unknown=[column for column in plan.columns if column not in known],
    )


@blueprint.post("/kelola/impor/<int:import_id>/jalankan")
@requires(Permission.ORGANISATION_IMPORT)
def run_import(import_id: int) -> ResponseReturnValue:
    """Import the good rows of a file that was looked through; a second press does nothing."""
    viewer = current_account()
    back = redirect(url_for("admin.show_import", import_id=import_id))
    try:
        with transaction():
            apply_import(get_staged_import(viewer, import_id, lock=True), viewer, datetime.now(UTC))
    except IntegrityError:
        flash(
            _("Data berubah ketika impor berjalan, jadi belum ada yang disimpan. Periksa lagi, lalu ulangi."), "error"
        )
    return back


@blueprint.get("/kelola/impor/<int:import_id>/baris-salah.csv")
@requires(Permission.ORGANISATION_IMPORT)
def download_bad_rows(import_id: int) -> ResponseReturnValue:
    """The rows that are wrong, as they came, with line and reason: to be corrected and sent again."""
    viewer = current_account()
    staged = get_staged_import(viewer, import_id)
    plan = plan_import(staged, viewer, datetime.now(UTC))
    rows = [
        [*(bad.row.cells.get(column, "") for column in plan.columns), bad.row.line, said_of_row(bad)]
        for bad in plan.bad
    ]
    return _csv(write_table([*plan.columns, "baris", "alasan"], rows), "baris-salah.csv")


def _excerpt(cells: dict[str, str]) -> str:
    """A row as a list shows it. A NIP tells birth date and sex, so it stays out."""
    said = " · ".join(value for name, value in cells.items() if value and name != "nip")
    return said if len(said) <= 160 else f"{said[:159]}…"


def _csv(content: bytes, filename: str) -> Response:
    response = Response(content, mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=filename)
    response.headers["Cache-Control"] = "no-store"
    return response
