"""Forms about units, services, counters, shifts and calendars."""

from __future__ import annotations

import hashlib
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, Form, FormField, HiddenField, SelectField
from wtforms.validators import InputRequired

from webapp.counter.applications.requirements import RequirementWarning, forbidden_requirements
from webapp.organisation.actions import ServiceFacts
from webapp.portal.admin.choices import WEEKDAYS, zone_choices
from webapp.portal.admin.fields import HoursField, LinesField, amount, clock_time, code, day, one_of, words
from webapp.portal.staff.forms import DeskForm

_CHOOSE_UNIT = _l("Pilih unit kerja.")


class UnitForm(DeskForm):
    """What a unit is called, and its zone."""

    name = words(_l("Nama unit kerja"), _l("Isi nama unit kerja."))
    code = code(_l("Kode"), description=_l("Kode ini dipakai saat impor dan tidak boleh sama dengan unit lain."))
    kind = words(
        _l("Jenis"),
        _l("Isi jenis unit, misalnya dinas, bidang, atau seksi."),
        longest=60,
        description=_l("Misalnya dinas, puskesmas, kecamatan, bidang, atau seksi."),
    )
    timezone = SelectField(
        _l("Zona waktu"), choices=zone_choices(), validators=[InputRequired(_l("Pilih salah satu."))]
    )


class NewUnitForm(UnitForm):
    """A new unit and where it belongs."""

    parent = one_of(_l("Di bawah unit mana?"), _CHOOSE_UNIT)


class MoveUnitForm(DeskForm):
    """Where a unit goes."""

    parent = one_of(_l("Dipindah ke bawah unit mana?"), _CHOOSE_UNIT)


class _Week(Form):
    d0 = HoursField(WEEKDAYS[0])
    d1 = HoursField(WEEKDAYS[1])
    d2 = HoursField(WEEKDAYS[2])
    d3 = HoursField(WEEKDAYS[3])
    d4 = HoursField(WEEKDAYS[4])
    d5 = HoursField(WEEKDAYS[5])
    d6 = HoursField(WEEKDAYS[6])


class WorkingTimeForm(DeskForm):
    """A unit's week and calendar."""

    inherits = BooleanField(
        _l("Jam kerja sama dengan unit di atasnya"),
        description=_l("Isian jam di bawah tidak dipakai bila ini dipilih."),
    )
    week = FormField(_Week)
    calendar = one_of(_l("Kalender hari libur"))
    own_season = BooleanField(
        _l("Unit ini punya jam kerja sendiri selama Ramadan"),
        description=_l("Bila tidak dipilih, berlaku jam Ramadan unit di atasnya."),
    )
    season = FormField(_Week)

    @property
    def weekly_hours(self) -> dict[str, Any]:
        """The week as it is stored; empty where that of the unit above holds."""
        if self.inherits.data:
            return {}
        return _open_days(self.week)

    @property
    def season_hours(self) -> dict[str, Any]:
        """The week in Ramadan as it is stored; empty where that of the unit above holds."""
        return _open_days(self.season) if self.own_season.data else {}

    def is_valid(self) -> bool:
        """Besides: a unit with a week of its own is open on some day."""
        valid = super().is_valid()
        if valid and not self.inherits.data and not self.weekly_hours:
            self.form_errors.append(
                _("Isi jam buka untuk sedikitnya satu hari, atau pilih jam yang sama dengan unit di atasnya.")
            )
            return False
        if valid and self.own_season.data and not self.season_hours:
            self.form_errors.append(
                _("Isi jam kerja Ramadan untuk sedikitnya satu hari, atau pakai jam unit di atasnya.")
            )
            return False
        return valid


def _open_days(week: FormField[_Week]) -> dict[str, Any]:
    return {name[1:]: spans for name, spans in week.data.items() if spans}


class ServiceForm(DeskForm):
    """A service with its standard."""

    name = words(_l("Nama layanan"), _l("Isi nama layanan."))
    code = code(_l("Kode"), description=_l("Kode ini dipakai saat impor dan tidak boleh sama dengan layanan lain."))
    unit = one_of(
        _l("Unit kerja"),
        _CHOOSE_UNIT,
        description=_l("Layanan ini juga ditawarkan semua unit di bawahnya."),
    )
    standard_minutes = amount(_l("Standar waktu di loket (menit)"), 1440, least=1)
    standard_hours = amount(
        _l("Standar penyelesaian (jam kerja)"),
        10_000,
        least=1,
        description=_l("Dihitung sejak berkas lengkap dan benar."),
    )
    fee = amount(_l("Biaya (rupiah)"), 1_000_000_000, required=True, description=_l("Isi 0 bila gratis."), default=0)
    requirements = LinesField(_l("Persyaratan"), description=_l("Satu persyaratan setiap baris."))
    #: The requirements that the form warned of: a tick holds for these alone.
    warned_of = HiddenField()
    insists = BooleanField(_l("Saya sudah memeriksa aturannya dan tetap meminta persyaratan ini"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_submitted():
            self.warned_of.data = self._warning

    @property
    def _warning(self) -> str:
        """What the page warns of, in a few letters."""
        return hashlib.sha256("\n".join(warning.name for warning in self.warnings).encode()).hexdigest()[:16]

    @property
    def warnings(self) -> list[RequirementWarning]:
        """Requirements that a regulation speaks against."""
        return forbidden_requirements(self.requirements.data or ())

    def is_valid(self) -> bool:
        """Besides: what a regulation speaks against is asked for only with a tick that was set after the warning."""
        valid = super().is_valid()
        if self.warnings and not (self.insists.data and self.warned_of.data == self._warning):
            self.insists.data, self.warned_of.data = False, self._warning
            self.insists.errors = [_("Hapus persyaratan itu, atau centang ini bila memang ada dasar hukumnya.")]
            return False
        return valid

    @property
    def facts(self) -> ServiceFacts:
        """What was filled in."""
        return ServiceFacts(
            code=str(self.code.data),
            name=str(self.name.data),
            standard_minutes=self.standard_minutes.data,
            standard_hours=self.standard_hours.data,
            fee=self.fee.data or 0,
            requirements=tuple(self.requirements.data or ()),
        )


class ChangeServiceForm(ServiceForm):
    """A service that exists."""

    active = BooleanField(_l("Layanan ini ditawarkan"))


class CounterForm(DeskForm):
    """A counter of a unit that is known."""

    code = code(_l("Kode"), description=_l("Tidak boleh sama dengan loket lain di unit ini, misalnya 1 atau A2."))
    name = words(_l("Nama loket"), _l("Isi nama loket."))


class NewCounterForm(CounterForm):
    """A new counter."""

    unit = one_of(_l("Unit kerja"), _CHOOSE_UNIT)


class ChangeCounterForm(CounterForm):
    """A counter that exists."""

    active = BooleanField(_l("Loket ini dipakai"))


class ShiftForm(DeskForm):
    """Who serves at a counter, when; times are those of the counter's unit."""

    officer = one_of(_l("Petugas"), _l("Pilih petugas."))
    day = day(_l("Tanggal"))
    begins = clock_time(_l("Mulai"))
    ends = clock_time(_l("Selesai"), description=_l("Jam yang lebih awal dari mulai berarti keesokan harinya."))


class NewCalendarForm(DeskForm):
    """A new calendar and the unit that works by it."""

    name = words(_l("Nama kalender"), _l("Isi nama kalender."))
    unit = one_of(
        _l("Dipakai unit mana?"),
        _CHOOSE_UNIT,
        description=_l("Unit di bawahnya ikut, kecuali yang memilih kalender sendiri."),
    )


class CalendarNameForm(DeskForm):
    """Another name for a calendar."""

    name = words(_l("Nama kalender"), _l("Isi nama kalender."))


class CalendarDayForm(DeskForm):
    """A day that differs from the week."""

    day = day(_l("Tanggal"))
    name = words(_l("Keterangan"), _l("Isi keterangan, misalnya nama hari liburnya."))
    working = BooleanField(_l("Hari ini tetap masuk kerja"), description=_l("Untuk hari yang biasanya tutup."))


class SeasonForm(DeskForm):
    """A time of other hours."""

    name = words(_l("Nama"), _l("Isi nama, misalnya Ramadan 1448 H."))
    first = day(_l("Hari pertama"))
    last = day(_l("Hari terakhir"))

    def is_valid(self) -> bool:
        """Besides: it ends after it began, and lasts at most two months."""
        valid = super().is_valid()
        first, last = self.first.data, self.last.data
        if valid and first is not None and last is not None and not 0 <= (last - first).days <= 62:
            self.last.errors = [_("Hari terakhir tidak boleh sebelum hari pertama, dan paling lama dua bulan.")]
            return False
        return valid


class NationalDaysForm(DeskForm):
    """The year whose national days are added."""

    year = amount(_l("Tahun"), 2100, least=2000, required=True)
