"""A replay in words and places on the page: bars by month, what was said against what was right, a table of units."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from webapp.attribution.replay.figures import STEPS, Comparison, Counts, Outcome, Pair, Reading
from webapp.attribution.replay.queries import DisputedCase
from webapp.feedback.facts.queries import interval_of
from webapp.portal.dates import day_in_words, local_day, month_in_words

#: Rows and columns of the table of units.
_ROWS, _COLUMNS = 10, 8
#: Shades of its cells.
_SHADES = 5
#: From so many cases on, a point of the calibration says something.
_LEAST = 20

READINGS = {
    Reading.PRODUCT_WRONG: _l("Sistem keliru"),
    Reading.CITY_WRONG: _l("Instansi keliru"),
    Reading.BOTH_POSSIBLE: _l("Keduanya mungkin"),
}


@dataclass(frozen=True, slots=True)
class MonthRow:
    """A month: counts, the parts of its bar in per cent, and how often it agreed when sure, in words."""

    label: str
    cases: int
    right: int
    elsewhere: int
    to_triage: int
    proposed: int
    parts: tuple[tuple[str, float], ...]
    agreement: str
    words: str


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the calibration: what was said, what was right, between what; all in per cent."""

    label: str
    cases: int
    said: float
    right: float
    low: float
    high: float
    few: bool


@dataclass(frozen=True, slots=True)
class HeatCell:
    """Cases between two units. `shade` is 1 to 5."""

    cases: int
    shade: int
    url: str
    unit: str


@dataclass(frozen=True, slots=True)
class Heat:
    """The agency's units by row, the product's by column; `left` cases are in neither."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[HeatCell | None, ...]], ...]
    shown: int
    left: int


@dataclass(frozen=True, slots=True)
class CaseCard:
    """A disputed case as the list shows it."""

    code: str
    text: str
    when: str
    city: str
    city_topic: str | None
    city_share: str
    product: str
    product_share: str
    words: tuple[str, ...]
    learned: str
    reading: str
    read_by: str | None


def title_of(total: Counts) -> str:
    """What the page says, in a sentence."""
    if total.agreement is None:
        return str(_("Seandainya sistem yang memutuskan"))
    return str(
        _(
            "Dari 100 laporan yang diyakini sistem, %(n)s dikirim instansi ke unit yang sama",
            n=round(100 * total.agreement),
        )
    )


def legend_of(total: Counts) -> list[dict[str, Any]]:
    """The parts of all cases, as the macro of shares takes them."""
    return [
        {"share": _part(n, total.cases), "words": str(words), "tone": tone}
        for n, words, tone in (
            (total[Outcome.RIGHT], _("Dikirim ke unit yang sama"), ""),
            (total[Outcome.ELSEWHERE], _("Dikirim ke unit lain"), "warn"),
            (total.to_triage, _("Diserahkan ke triase"), "none"),
        )
    ]


def months_of(comparison: Comparison) -> list[MonthRow]:
    """The months, the earliest first."""
    return [_month(month_in_words(month), counts) for month, counts in comparison.months]


def _month(label: str, counts: Counts) -> MonthRow:
    agreement = _percent(counts.agreement) if counts.agreement is not None else "–"
    return MonthRow(
        label=label,
        cases=counts.cases,
        right=counts[Outcome.RIGHT],
        elsewhere=counts[Outcome.ELSEWHERE],
        to_triage=counts.to_triage,
        proposed=counts[Outcome.PROPOSED],
        parts=(
            ("meant", 100 * _part(counts[Outcome.RIGHT], counts.cases)),
            ("warn", 100 * _part(counts[Outcome.ELSEWHERE], counts.cases)),
            ("none", 100 * _part(counts.to_triage, counts.cases)),
        ),
        agreement=agreement,
        words=_(
            "%(month)s: %(right)s ke unit yang sama, %(elsewhere)s ke unit lain, %(triage)s ke triase",
            month=label,
            right=counts[Outcome.RIGHT],
            elsewhere=counts[Outcome.ELSEWHERE],
            triage=counts.to_triage,
        ),
    )


def trend_of(comparison: Comparison) -> list[dict[str, Any]]:
    """How often it agreed when it was sure, by month, in per cent with its interval."""
    points = []
    for month, counts in comparison.months:
        if counts.agreement is not None:
            low, high = interval_of(counts[Outcome.RIGHT], counts.sure)
            value = 100 * counts.agreement
            points.append({"label": month_in_words(month), "value": value, "low": 100 * low, "high": 100 * high})
    return points


def steps_of(comparison: Comparison) -> list[StepRow]:
    """What was said against what was right, from unsure to sure."""
    rows = []
    for step in comparison.steps:
        low, high = interval_of(step.right, step.cases)
        rows.append(
            StepRow(
                label=f"{100 * step.number // STEPS}–{100 * (step.number + 1) // STEPS} %",
                cases=step.cases,
                said=100 * step.said,
                right=100 * step.right / step.cases,
                low=100 * low,
                high=100 * high,
                few=step.cases < _LEAST,
            )
        )
    return rows


def heat_of(pairs: Sequence[Pair], names: Mapping[int, str], address: Callable[[int, int], str]) -> Heat:
    """The units that are confused most; `address` leads to the cases between two of them."""
    rows = _most(pairs, lambda pair: pair.decided_unit_id, _ROWS)
    inside = [pair for pair in pairs if pair.decided_unit_id in rows]
    columns = _most(inside, lambda pair: pair.opinion_unit_id, _COLUMNS)
    cells = {(pair.decided_unit_id, pair.opinion_unit_id): pair.cases for pair in inside}
    most = max((n for (_row, column), n in cells.items() if column in columns), default=1)

    def cell(decided: int, opinion: int) -> HeatCell | None:
        cases = cells.get((decided, opinion), 0)
        if not cases:
            return None
        return HeatCell(cases, -(-_SHADES * cases // most), address(decided, opinion), names.get(opinion, ""))

    lines = [(names.get(row, ""), tuple(cell(row, column) for column in columns)) for row in rows]
    lines = [line for line in lines if any(line[1])]
    shown = sum(one.cases for _name, line in lines for one in line if one is not None)
    return Heat(
        columns=tuple(names.get(column, "") for column in columns),
        rows=tuple(lines),
        shown=shown,
        left=sum(pair.cases for pair in pairs) - shown,
    )


def _most(pairs: Sequence[Pair], key: Callable[[Pair], int], count: int) -> list[int]:
    """The units with the most cases, the first ones first."""
    sums: dict[int, int] = {}
    for pair in pairs:
        sums[key(pair)] = sums.get(key(pair), 0) + pair.cases
    return sorted(sums, key=lambda unit_id: (-sums[unit_id], unit_id))[:count]


def case_card(case: DisputedCase) -> CaseCard:
    """A disputed case in words."""
    day = local_day(case.filed_at, case.timezone)
    return CaseCard(
        code=case.code,
        text=case.excerpt + ("…" if case.cut else ""),
        when=" · ".join(part for part in (f"{day_in_words(day)} {day.year}", case.place) if part),
        city=case.city_unit,
        city_topic=case.city_topic,
        city_share=_percent(case.city_share) if case.city_share is not None else "",
        product=case.product_unit,
        product_share=_percent(case.product_share),
        words=case.words,
        learned=_("Belajar dari %(n)s keputusan bulan-bulan sebelumnya", n=format_decimal(case.learned_from))
        if case.learned_from
        else _("Hanya dari daftar unit, layanan, dan topik: belum ada keputusan"),
        reading=case.reading.value if case.reading else "",
        read_by=case.read_by,
    )


def _percent(share: float) -> str:
    """A share in per cent; nothing that is not certain is called 100."""
    return f"{min(round(100 * share), 99 if share < 1 else 100)} %"


def _part(n: int, of: int) -> float:
    return n / of if of else 0.0
