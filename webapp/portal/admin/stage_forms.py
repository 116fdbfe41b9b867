"""Forms about document applications: a service's stages, and the causes of pauses."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import chain, count

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FieldList, Form, FormField, StringField
from wtforms.validators import Length, Optional, Regexp

from webapp.portal.admin.fields import amount, one_of, words
from webapp.portal.staff.forms import DeskForm
from webapp.portal.typed_text import without_nul

#: More stages than any service needs; a form without end is a mistake.
MOST_STAGES = 20
#: Minutes of working time: half a year of full days.
LONGEST_TARGET = 60_000


@dataclass(frozen=True, slots=True)
class StageRow:
    """One filled row: `target_minutes` of working time; the unit and officer who get it, None for the unit that took
    the file and for its tray."""

    code: str
    name: str
    target_minutes: int
    unit_id: int | None
    officer_id: int | None
    waits_for_applicant: bool


def _lower(text: str | None) -> str | None:
    cleaned = without_nul(text)
    return cleaned.strip().lower() if cleaned else cleaned


class _StageFields(Form):
    position = amount(_l("Urutan"), 99, least=1)
    name = words(_l("Nama tahap"), None, longest=80)
    target = amount(_l("Target (menit kerja)"), LONGEST_TARGET, least=1, description=_l("1 jam kerja = 60 menit."))
    unit = one_of(_l("Dikerjakan unit"))
    officer = one_of(_l("Langsung kepada"))
    waits = BooleanField(_l("Tahap ini menunggu pemohon datang: waktunya tidak dihitung"))
    code = StringField(
        _l("Kode"),
        description=_l("Dipakai sistem lain yang mengirim tahap. Kosongkan: dibuatkan."),
        filters=[_lower],
        validators=[
            Optional(),
            Length(max=40, message=_l("Terlalu panjang: paling banyak %(max)d huruf.")),
            Regexp(
                r"[a-z0-9][a-z0-9_-]*\Z",
                message=_l("Pakai huruf, angka, garis bawah, atau tanda hubung; tanpa spasi."),
            ),
        ],
    )


class StagesForm(DeskForm):
    """The stages of a service in the order of `position`; a row without a name is left out."""

    rows = FieldList(FormField(_StageFields), max_entries=MOST_STAGES)

    def is_valid(self) -> bool:
        """Besides: named rows have a target, no code stands twice, and there is at least one stage."""
        valid = super().is_valid()
        if not valid:
            return False
        named = [entry.form for entry in self.rows if entry.form.name.data]
        for row in named:
            if row.target.data is None:
                row.target.errors = [_("Isi targetnya dalam menit kerja.")]
                valid = False
        codes = [row.code.data for row in named if row.code.data]
        for row in named:
            if row.code.data and codes.count(row.code.data) > 1:
                row.code.errors = [_("Kode ini dipakai dua kali. Pakai kode lain.")]
                valid = False
        if not valid:
            self.form_errors.append(_("Ada baris yang belum benar. Perbaiki, lalu simpan lagi."))
        return valid

    @property
    def stages(self) -> list[StageRow]:
        """What was filled in, in order."""
        named = [entry.form for entry in self.rows if entry.form.name.data]
        ordered = sorted(named, key=lambda row: row.position.data if row.position.data is not None else 99)
        taken = {row.code.data for row in ordered if row.code.data}
        stages = []
        for row in ordered:
            name, target = str(row.name.data), row.target.data
            assert target is not None  # as is_valid requires
            code = row.code.data or made_code(name, taken)
            taken.add(code)
            stages.append(StageRow(code, name, target, row.unit.data, row.officer.data, bool(row.waits.data)))
        return stages


def made_code(name: str, taken: set[str]) -> str:
    """A code for what was given none: "Verifikasi data" becomes "verifikasi-data", numbered where that is taken."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:36] or "lain"
    return next(code for code in chain([stem], (f"{stem}-{number}" for number in count(2))) if code not in taken)


class CauseForm(DeskForm):
    """Why a file may wait, and whether anybody here could have prevented it."""

    name = words(
        _l("Sebab"),
        _l("Isi sebabnya, misalnya Server pusat terganggu."),
        longest=120,
        description=_l("Pemohon membaca kata-kata ini."),
    )
    outside_control = BooleanField(
        _l("Di luar kendali petugas dan unit"),
        description=_l(
            "Waktu tunggunya tidak dihitung, batas waktu ikut mundur, dan tidak menjadi kesalahan siapa pun."
        ),
    )


class ChangeCauseForm(CauseForm):
    """A cause that exists."""

    active = BooleanField(_l("Boleh dipilih petugas"))
