"""A file's turnaround in words and on a scale of working time, from its completeness to its end."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from webapp.counter.applications.queries import (
    FileOutcome,
    FileView,
    FinishedFile,
    OutsideTime,
    Turnaround,
    TurnaroundLine,
)
from webapp.portal.dates import local_day, short_day
from webapp.portal.file_words import elapsed_in_words, work_in_words


@dataclass(frozen=True, slots=True)
class Bar:
    """One line of the drawing: where it begins, how long it is, and how much of its end is delay, in per cent of the
    scale."""

    title: str
    detail: str
    value: str
    start: float
    length: float
    late: float
    outside: bool


@dataclass(frozen=True, slots=True)
class HandsRow:
    """A stage in one pair of hands, in words."""

    stage: str
    who: str
    elapsed: str
    counted: str
    target: str | None
    outside: str | None
    delay: str | None


@dataclass(frozen=True, slots=True)
class TurnaroundView:
    """What the page says. `mark` is where the standard lies on the scale, None without one."""

    headline: str
    verdict: str
    tone: str
    counted: str
    standard: str | None
    delay: str | None
    outside: str | None
    elapsed: str
    bars: tuple[Bar, ...]
    mark: float | None
    rows: tuple[HandsRow, ...]
    causes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class FinishedRow:
    """A file that is done, in a list: how it ended, and where or why it took longer than promised."""

    code: str
    service: str
    finished: str
    tag: str
    tone: str
    why: str


def listed_finished(file: FinishedFile) -> FinishedRow:
    """A finished file in words."""
    outcome = file.outcome
    tag, tone = str(_("tepat waktu")), ""
    if outcome is None or outcome.standard is None:
        tag, tone = str(_("tanpa batas waktu")), "none"
    elif outcome.delay:
        tag, tone = str(_("terlambat %(late)s", late=work_in_words(outcome.delay))), "bad"
    elif outcome.prolonged:
        tag, tone = str(_("lebih lama, di luar kendali")), "warn"
    return FinishedRow(
        file.code,
        file.service,
        f"{short_day(local_day(file.finished_at, file.timezone))} · {file.unit}",
        tag,
        tone,
        _why(outcome) if outcome else str(_("waktu lengkapnya tidak tercatat")),
    )


def _why(outcome: FileOutcome) -> str:
    parts = [f"{name} {work_in_words(seconds)}" for name, seconds in outcome.late_stages]
    if outcome.nobodys:
        causes = "; ".join(f"{one.cause} {work_in_words(one.seconds)}" for one in outcome.nobodys)
        parts.append(str(_("bukan kesalahan siapa pun: %(causes)s", causes=causes)))
    return " · ".join(parts) or "–"


def turnaround_view(turnaround: Turnaround, file: FileView) -> TurnaroundView:
    """The turnaround of a file, drawn and told."""
    outside = sum(one.seconds for one in turnaround.outside)
    scale = max(turnaround.counted, outside, turnaround.standard or 0, 1)
    return TurnaroundView(
        headline=_headline(turnaround, file),
        verdict=_verdict(turnaround, outside),
        tone="bad" if turnaround.delay else "",
        counted=work_in_words(turnaround.counted),
        standard=work_in_words(turnaround.standard) if turnaround.standard is not None else None,
        delay=work_in_words(turnaround.delay) if turnaround.delay else None,
        outside=work_in_words(outside) if outside else None,
        elapsed=elapsed_in_words(turnaround.elapsed),
        bars=tuple(_bars(turnaround, scale)),
        mark=100 * turnaround.standard / scale if turnaround.standard is not None else None,
        rows=tuple(_row(line) for line in turnaround.lines),
        causes=tuple((one.cause, work_in_words(one.seconds)) for one in turnaround.outside),
    )


def _headline(turnaround: Turnaround, file: FileView) -> str:
    counted = work_in_words(turnaround.counted)
    if turnaround.standard is None:
        return str(_("%(service)s: %(counted)s kerja", service=file.service, counted=counted))
    words = {"service": file.service, "counted": counted, "standard": work_in_words(turnaround.standard)}
    if turnaround.ended_at is None:
        return str(_("%(service)s: sudah %(counted)s kerja dari %(standard)s yang dijanjikan", **words))
    return str(_("%(service)s: selesai dalam %(counted)s kerja dari %(standard)s yang dijanjikan", **words))


def _verdict(turnaround: Turnaround, outside: int) -> str:
    """Whose fault a delay was, in a sentence; that it was nobody's, where it was."""
    waited = work_in_words(outside)
    standard = turnaround.standard
    if turnaround.delay:
        late = work_in_words(turnaround.delay)
        if outside:
            return str(
                _(
                    "Terlambat %(late)s kerja. Di luar itu, %(waited)s menunggu karena sebab di luar kendali: bukan "
                    "kesalahan siapa pun.",
                    late=late,
                    waited=waited,
                )
            )
        return str(_("Terlambat %(late)s kerja. Pembagiannya ada di bawah.", late=late))
    if standard is not None and outside and turnaround.counted + outside > standard:
        return str(
            _(
                "Lebih lama dari yang dijanjikan, tetapi tidak ada yang terlambat: %(waited)s kerja menunggu karena "
                "sebab di luar kendali. Bukan kesalahan siapa pun.",
                waited=waited,
            )
        )
    if standard is None:
        return str(_("Layanan ini tidak punya standar waktu, jadi tidak ada keterlambatan yang dihitung."))
    return str(_("Masih dalam waktu yang dijanjikan.")) if turnaround.ended_at is None else str(_("Tepat waktu."))


def _bars(turnaround: Turnaround, scale: int) -> list[Bar]:
    bars, begin = [], 0
    for line in turnaround.lines:
        if line.counted or line.delay:
            bars.append(
                Bar(
                    line.stage,
                    _who(line),
                    work_in_words(line.counted),
                    100 * begin / scale,
                    100 * line.counted / scale,
                    100 * min(line.delay, line.counted) / scale,
                    False,
                )
            )
        begin += line.counted
    begin = 0
    for one in turnaround.outside:
        bars.append(
            Bar(
                one.cause,
                str(_("bukan kesalahan siapa pun")),
                work_in_words(one.seconds),
                100 * begin / scale,
                100 * one.seconds / scale,
                0,
                True,
            )
        )
        begin += one.seconds
    return bars


def _row(line: TurnaroundLine) -> HandsRow:
    return HandsRow(
        line.stage,
        _who(line),
        elapsed_in_words(line.elapsed),
        work_in_words(line.counted),
        work_in_words(line.target) if line.target is not None else None,
        _outside(line.outside),
        work_in_words(line.delay) if line.delay else None,
    )


def _outside(times: tuple[OutsideTime, ...]) -> str | None:
    return "; ".join(f"{one.cause}: {work_in_words(one.seconds)}" for one in times) or None


def _who(line: TurnaroundLine) -> str:
    return line.officer or str(_("Baki %(unit)s", unit=line.unit))
