"""A unit's officers in words and plots: who needs a look, of whom too little is known, what is more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date
from flask_babel import format_decimal, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.indicators.components.registry import COMPONENTS as REGISTERED
from webapp.indicators.overview.attention import Attention, Flag
from webapp.indicators.overview.differences import Difference
from webapp.indicators.overview.funnel import FunnelPoint
from webapp.indicators.overview.queries import UnitOverview
from webapp.indicators.overview.standings import OfficerStanding
from webapp.indicators.plots.differences import DifferenceRow, DifferencesPlot
from webapp.indicators.plots.funnel import FunnelMark, FunnelPlot
from webapp.indicators.plots.officers import OfficerRow, OfficersPlot
from webapp.indicators.wording.adding_up import difference
from webapp.indicators.wording.facts import part_name
from webapp.indicators.wording.numbers import decimal, signed

#: A Monday.
_MONDAY = date(2026, 11, 23)

RELIABILITY_WORDS = {
    "not_enough_data": _l("belum cukup data"),
    "provisional": _l("sementara"),
    "sufficient": _l("cukup data"),
}
CHANNELS = {
    "portal": _l("Lewat portal"),
    "telegram": _l("Lewat Telegram"),
    "receipt": _l("Dari struk kunjungan"),
    "import": _l("Dari sistem lain"),
    "answer": _l("Jawaban pengaduan"),
}


@dataclass(frozen=True, slots=True)
class NeedsLook:
    """An officer who needs a look, and the reasons in words."""

    officer_id: int
    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """A row of the funnel's table."""

    officer_id: int
    name: str
    facts: int
    difference: str
    between: str
    where: str
    tone: str


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """A row of a difference's table."""

    label: str
    facts: int
    level: str
    between: str
    expected: str
    difference: str
    clear: bool


@dataclass(frozen=True, slots=True)
class DifferencesView:
    """One question about differences: `name` in addresses, the question, its answer, its table and its rows to draw."""

    name: str
    question: str
    answer: str
    column: str
    lines: tuple[DifferenceLine, ...]
    rows: tuple[DifferenceRow, ...]

    def plot(self, width: int, title: str = "") -> DifferencesPlot:
        """Its drawing."""
        return DifferencesPlot(self.rows, width, title)


def needing_look(overview: UnitOverview) -> tuple[NeedsLook, ...]:
    """Who needs a look, by name."""
    return tuple(
        NeedsLook(one.officer_id, one.name, reasons(one.attention))
        for one in overview.standings
        if one.attention.need == "look"
    )


def knowing_too_little(overview: UnitOverview) -> tuple[OfficerStanding, ...]:
    """Of whom too little is known, by name."""
    return tuple(one for one in overview.standings if one.attention.need == "too_little")


def component_name(name: str) -> str:
    """A component's name on pages; empty for the figure as a whole."""
    if not name:
        return str(_("Angka keseluruhan"))
    return part_name(name)


def reasons(attention: Attention) -> tuple[str, ...]:
    """Why somebody needs a look, a sentence for each flag."""
    return tuple(_reason(flag) for flag in attention.flags)


def _reason(flag: Flag) -> str:
    return str(
        _(
            "%(part)s: sekitar %(points)s poin di bawah yang wajar, kemungkinannya %(chance)s %%.",
            part=component_name(flag.part),
            points=format_decimal(flag.below, format="#,##0"),
            chance=_chance(flag.probability),
        )
    )


def _chance(probability: float) -> str:
    """Never 100: nothing is that sure."""
    return ">\u00a099" if probability > 0.99 else str(int(100 * probability))


# --- all by name


def officers_plot(
    standings: Sequence[OfficerStanding], width: int, title: str = "", among: Sequence[OfficerStanding] = ()
) -> OfficersPlot:
    """The officers in the order given, each with his interval; on the scale that all those have `among` whom they
    are."""
    rows = tuple(
        OfficerRow(one.name, one.figure, one.low, one.high, one.expected, one.attention.need) for one in standings
    )
    beside = tuple(one.low for one in among if one.low is not None)
    return OfficersPlot(rows, str(_("belum ada angka")), width, title, beside)


def officers_question() -> str:
    """What the plot of officers answers."""
    return str(_("Siapa yang angkanya lain dari yang wajar?"))


def officers_answer(standings: Sequence[OfficerStanding]) -> str:
    """The answer in a sentence, over all that have enough data."""
    known = [one for one in standings if one.status != "not_enough_data" and one.low is not None]
    if not known:
        return str(_("Belum ada petugas dengan cukup data pada triwulan ini."))
    below = [one for one in known if one.expected is not None and one.high is not None and one.high < one.expected]
    above = [one for one in known if one.expected is not None and one.low is not None and one.low > one.expected]
    if not below and not above:
        return str(
            _("Tidak ada: rentang semua %(known)s petugas yang cukup datanya memuat angka wajarnya.", known=len(known))
        )
    return str(
        _(
            "Dari %(known)s petugas yang cukup datanya, rentang %(below)s seluruhnya di bawah angka wajar dan rentang "
            "%(above)s seluruhnya di atasnya. Selebihnya tidak dapat dibedakan dari yang wajar.",
            known=len(known),
            below=len(below),
            above=len(above),
        )
    )


# --- the funnel


def funnel_question(component: str) -> str:
    """What the funnel answers."""
    return str(_("%(part)s: selisih siapa yang lebih dari kebetulan?", part=component_name(component)))


def funnel_answer(overview: UnitOverview) -> str:
    """The answer in a sentence."""
    points = overview.funnel.points
    names = {one.officer_id: one.name for one in overview.standings}
    outer = [names[point.officer_id] for point in points if point.outside == "spread"]
    beyond = sum(point.outside == "chance" for point in points)
    if not outer and not beyond:
        return str(_("Tidak ada: selisih semua petugas dapat terjadi karena kebetulan saja."))
    first = (
        _("Lebih jauh daripada beda yang biasa antarpetugas: %(names)s.", names=_listed(outer))
        if outer
        else _("Tidak ada yang lebih jauh daripada beda yang biasa antarpetugas.")
    )
    if not beyond:
        return str(first)
    second = ngettext(
        "%(num)s petugas lain di luar kebetulan, tetapi bedanya biasa.",
        "%(num)s petugas lain di luar kebetulan, tetapi bedanya biasa.",
        beyond,
    )
    return f"{first} {second}"


def _listed(names: Sequence[str], most: int = 4) -> str:
    if len(names) <= most:
        return ", ".join(names)
    return str(_("%(names)s, dan %(more)s lagi", names=", ".join(names[:most]), more=len(names) - most))


def funnel_plot(overview: UnitOverview, width: int, title: str = "") -> FunnelPlot:
    """The funnel; there must be points in it."""
    names = {one.officer_id: one.name for one in overview.standings}
    return FunnelPlot(
        marks=tuple(
            FunnelMark(
                point.volume,
                point.difference,
                point.outside,
                _short(names[point.officer_id]) if point.outside == "spread" else "",
            )
            for point in overview.funnel.points
        ),
        limits=tuple((limit.volume, limit.chance, limit.spread) for limit in overview.funnel.limits),
        down_words=str(_("Selisih dari yang wajar, poin")),
        across_words=str(
            _("Banyaknya penilaian (dihitung penuh)")
            if REGISTERED[overview.component].rated
            else _("Banyaknya kejadian (dihitung penuh)")
        ),
        chance_words=str(_("Di dalamnya: dapat karena kebetulan saja")),
        spread_words=str(_("Batas beda yang biasa antarpetugas")),
        width=width,
        title=title,
    )


def _short(name: str) -> str:
    return name if len(name) <= 20 else name[:19].rstrip() + "…"


def funnel_rows(overview: UnitOverview) -> tuple[FunnelRow, ...]:
    """The funnel as a table, by name."""
    names = {one.officer_id: one.name for one in overview.standings}
    return tuple(_funnel_row(point, names[point.officer_id]) for point in overview.funnel.points)


def _funnel_row(point: FunnelPoint, name: str) -> FunnelRow:
    words = {
        "": _("dapat kebetulan"),
        "chance": _("di luar kebetulan"),
        "spread": _("di luar beda yang biasa"),
    }[point.outside]
    return FunnelRow(
        officer_id=point.officer_id,
        name=name,
        facts=point.facts,
        difference=signed(point.difference),
        between=f"{signed(point.low)} … {signed(point.high)}",
        where=str(words),
        tone={"": "none", "chance": "", "spread": "warn"}[point.outside],
    )


# --- differences


def differences_views(overview: UnitOverview) -> tuple[DifferencesView, ...]:
    """What differs by service, channel and weekday; a question with fewer than two groups to tell of is not asked."""
    services = overview.service_names or {}
    asked = (
        (
            "layanan",
            _("Layanan mana yang lain dari biasanya?"),
            _("Layanan"),
            sorted(((_service(row, services), row) for row in overview.services), key=lambda one: one[1].key == 0),
        ),
        (
            "saluran",
            _("Apakah salurannya berpengaruh?"),
            _("Saluran"),
            [(_channel(row), row) for row in overview.channels],
        ),
        (
            "hari",
            _("Hari apa yang lain dari biasanya?"),
            _("Hari"),
            [(_weekday(row), row) for row in overview.weekdays],
        ),
    )
    return tuple(
        DifferencesView(
            name,
            str(question),
            _differing([(label, row) for label, row in rows if row.key != 0]),
            str(column),
            tuple(_difference_line(label, row) for label, row in rows),
            tuple(
                DifferenceRow(label, row.level, row.low, row.high, row.expected, row.clear)
                for label, row in rows
                # of what is not known (a service, a day) the table tells: it answers no question
                if row.key != 0
            ),
        )
        for name, question, column, rows in asked
        if sum(row.key != 0 for _label, row in rows) > 1
    )


def _service(row: Difference[int], names: Mapping[int, str]) -> str:
    if row.key is None:
        return str(_("Layanan lain, digabung"))
    return names.get(row.key) or str(_("Tanpa keterangan layanan"))


def _channel(row: Difference[str]) -> str:
    if row.key is None:
        return str(_("Saluran lain, digabung"))
    return str(CHANNELS.get(row.key, row.key))


def _weekday(row: Difference[int]) -> str:
    if row.key is None:
        return str(_("Hari lain, digabung"))
    if not row.key:
        return str(_("Hari tidak diketahui"))
    return format_date(_MONDAY + timedelta(days=row.key - 1), "EEEE", locale=str(get_locale() or "id"))


def _differing(rows: Sequence[tuple[str, Difference[int] | Difference[str]]]) -> str:
    below = [label for label, row in rows if row.clear and row.difference < 0]
    above = [label for label, row in rows if row.clear and row.difference > 0]
    if not below and not above:
        return str(_("Tidak ada yang jelas berbeda."))
    said = []
    if below:
        said.append(str(_("Jelas lebih rendah: %(names)s.", names=_listed(below))))
    if above:
        said.append(str(_("Jelas lebih tinggi: %(names)s.", names=_listed(above))))
    return " ".join(said)


def _difference_line(label: str, row: Difference[int] | Difference[str]) -> DifferenceLine:
    return DifferenceLine(
        label=label,
        facts=row.facts,
        level=decimal(row.level),
        between=f"{decimal(row.low)}–{decimal(row.high)}",
        expected=decimal(row.expected),
        difference=signed(difference(row.level, row.expected)),
        clear=row.clear,
    )
