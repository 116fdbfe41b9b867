"""A score sheet in words: what its officer and his supervisor read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import abort, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from webapp.app import settings_of
from webapp.indicators.periods import period_of, span_of
from webapp.indicators.queries import ComponentView, GroupView, ScoreSheet, TrendPoint
from webapp.portal.dates import month_in_words, short_day, span_in_words

#: Names of the macros' states for the statuses of the formula.
RELIABILITY = {"not_enough_data": "not_enough", "provisional": "provisional", "sufficient": "enough"}

#: Less than this is shown as 0,0 points: it went as is usual here, and the words say so.
AS_EXPECTED = 0.05
COMPONENTS = {
    "satisfaction": (_l("Kepuasan warga"), _l("penilaian warga, dan pengaduan yang terbukti")),
    "complaint_handling": (_l("Penanganan pengaduan"), _l("tepat waktu, diterima pelapor, tidak disanggah")),
}

_DAMPED = {
    "share_too_small": _l("Kaitannya dengan petugas ini terlalu lemah: dicatat untuk unit kerja saja."),
    "unverified": _l("Tanpa struk kunjungan: dihitung seperempat suara."),
    "same_rater": _l("Beberapa penilaian dari orang yang sama: bersama-sama dihitung kira-kira satu suara."),
    "same_day": _l("Sangat banyak penilaian pada satu hari: satu hari dihitung paling banyak 20 suara."),
}


@dataclass(frozen=True, slots=True)
class ScoreLine:
    """One line of the score_lines macro; `delta` None where it may not be told."""

    what: str
    why: str
    delta: float | None
    #: Where the whole of it is told, if anywhere.
    href: str = ""


@dataclass(frozen=True, slots=True)
class ComponentLine:
    """One part of the components macro."""

    name: str
    detail: str
    points: float | None


@dataclass(frozen=True, slots=True)
class PlottedPoint:
    """One point of the trend macro."""

    label: str
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class SheetView:
    """What the template shows of a score sheet."""

    title: str
    period: str
    periods: tuple[tuple[str, str], ...]
    reliability: str
    reliability_words: str
    counted: str
    components: tuple[ComponentLine, ...]
    lines: tuple[ScoreLine, ...]
    trend: tuple[PlottedPoint, ...]
    damped: tuple[tuple[str, int], ...]


def chosen_period() -> str:
    """The quarter that the address asks for, else the present one; 404 for what is no quarter."""
    asked = request.args.get("periode")
    if not asked:
        zone = settings_of(current_app).default_timezone
        return period_of(datetime.now(UTC).astimezone(ZoneInfo(zone)).date())
    try:
        span_of(asked)
    except ValueError:
        abort(404)
    return asked


def period_in_words(period: str) -> str:
    """ "triwulan IV 2026"."""
    year, _dash, number = period.partition("-Q")
    roman = ("I", "II", "III", "IV")[int(number) - 1]
    return str(_("triwulan %(number)s %(year)s", number=roman, year=year))


def periods_in_words(periods: Iterable[str], chosen: str) -> tuple[tuple[str, str], ...]:
    """The quarters to choose from with their words, the latest first; the chosen one is always among them."""
    return tuple((period, period_in_words(period)) for period in sorted({*periods, chosen}, reverse=True))


def sheet_view(sheet: ScoreSheet, *, own: bool) -> SheetView:
    """The sheet in words; `own` for the officer himself, else for whoever supervises him."""
    return SheetView(
        title=period_in_words(sheet.period),
        period=sheet.period,
        periods=periods_in_words(sheet.periods, sheet.period),
        reliability=RELIABILITY[sheet.status],
        reliability_words=reliability_in_words(sheet),
        counted=_counted(sheet.groups),
        components=tuple(_component(part) for part in sheet.components),
        lines=tuple(_line(group, own) for group in sheet.groups),
        trend=plotted(sheet.trend),
        damped=tuple((str(_DAMPED[item.reason]), item.facts) for item in sheet.damped),
    )


def plotted(trend: Iterable[TrendPoint]) -> tuple[PlottedPoint, ...]:
    """Weekly points as the trend macro takes them."""
    return tuple(
        PlottedPoint(_("s.d. %(day)s", day=short_day(point.until)), point.figure, point.low, point.high)
        for point in trend
    )


def reliability_in_words(sheet: ScoreSheet) -> str:
    """How far the figure may be trusted, in a sentence."""
    if sheet.withheld:
        words = _(
            "Baru sedikit warga yang menilai. Angka ditampilkan setelah sedikitnya lima warga menilai, "
            "supaya tidak ada yang dapat dikenali."
        )
    elif sheet.figure is None:
        words = _("Belum ada penilaian atau pengaduan yang dihitung pada triwulan ini.")
    elif sheet.status == "sufficient":
        words = _("Datanya cukup: angka ini dapat dipakai sebagai bahan pembicaraan.")
    elif sheet.status == "provisional":
        words = _("Sementara: datanya belum banyak, angka ini masih dapat bergeser.")
    else:
        words = _("Belum cukup data. Rentangnya lebar; jangan menarik kesimpulan dari angka ini.")
    return str(words)


def _counted(groups: Iterable[GroupView]) -> str:
    total: dict[str, int] = {}
    for group in groups:
        for source, count in group.sources.items():
            total[source] = total.get(source, 0) + count
    return _sources(total)


def _sources(sources: dict[str, int]) -> str:
    """ "23 penilaian dan 1 pengaduan yang terbukti"."""
    words = []
    if count := sources.get("rating"):
        words.append(ngettext("%(num)s penilaian", "%(num)s penilaian", count))
    if count := sources.get("complaint"):
        words.append(ngettext("%(num)s pengaduan yang terbukti", "%(num)s pengaduan yang terbukti", count))
    if count := sources.get("answer"):
        words.append(ngettext("%(num)s jawaban pengaduan", "%(num)s jawaban pengaduan", count))
    if len(words) < 2:
        return "".join(words)
    return str(_("%(first)s dan %(last)s", first=", ".join(words[:-1]), last=words[-1]))


def _component(part: ComponentView) -> ComponentLine:
    name, detail = COMPONENTS.get(part.name, (part.name, ""))
    weighed = _("%(detail)s · bobot %(weight)s %%", detail=detail, weight=round(part.weight * 100))
    return ComponentLine(str(name), weighed, None if part.status == "not_enough_data" else part.figure)


def _line(group: GroupView, own: bool) -> ScoreLine:
    what = _sources(group.sources)
    when = _when(group)
    href = url_for("officer.list_attributed") if own and "complaint" in group.sources else ""
    return ScoreLine(f"{what}, {when}" if when else what, _why(group, own), group.points, href)


def corrected_line(complaints: int) -> ScoreLine:
    """What was taken out of the figure after its officer had contested it: it moves nothing any more."""
    what = ngettext("%(num)s pengaduan tidak lagi dihitung", "%(num)s pengaduan tidak lagi dihitung", complaints)
    return ScoreLine(str(what), str(_("dikoreksi setelah keberatan Anda")), 0.0, url_for("officer.list_attributed"))


def _when(group: GroupView) -> str:
    if group.until is None:
        return str(_("tanggal tidak diketahui"))
    since = group.since or group.until
    if "complaint" in group.sources:
        # A founded complaint about the officer: the month, or the day would tell which visit it was.
        return _months(since, group.until)
    return span_in_words(since, group.until)


def _months(since: date, until: date) -> str:
    first, last = month_in_words(since), month_in_words(until)
    return last if first == last else f"{first} – {last}"


def _why(group: GroupView, own: bool) -> str:
    if group.points is None:
        words = _("menunggu cukup penilai")
    elif "complaint" in group.sources:
        words = _("menyangkut Anda, dan terbukti") if own else _("menyangkut petugas ini, dan terbukti")
    elif group.component == "complaint_handling" and group.kind == "case":
        words = _("terlambat atau disanggah pelapor")
    elif group.component == "complaint_handling" and abs(group.points) < AS_EXPECTED:
        words = _("Anda yang menjawab, seperti yang wajar") if own else _("petugas ini menjawab seperti yang wajar")
    elif group.component == "complaint_handling":
        words = _("Anda yang menjawab") if own else _("petugas ini yang menjawab")
    elif own:
        words = _("dikaitkan dengan Anda lewat struk, jadwal jaga, atau keputusan triase")
    else:
        words = _("dikaitkan lewat struk, jadwal jaga, atau keputusan triase")
    return str(words)
