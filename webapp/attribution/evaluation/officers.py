"""Who served: a simulated city with partial, wrong and late evidence and known truth, judged by the real rules.

A visit brings one feedback. It is judged when it is filed, by what is on record then, and again when the late records
have come in. Strengths are learned from confirmed cases of the first part of the time; figures are of the rest.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from webapp.attribution.circumstances import Circumstances, Part
from webapp.attribution.combining import Before, Judgement, judge
from webapp.attribution.evaluation.simulated_city import City, Stated, TrueVisit, records_of
from webapp.attribution.fitting import Confirmed, fit_strengths
from webapp.attribution.named_officers import find_named
from webapp.attribution.presence import STATED_SLACK, WRITTEN_SLACK, parts_by_hours, parts_by_visits, parts_of_day
from webapp.attribution.strengths import Strengths, stated_strengths
from webapp.attribution.told import read_told

BINS = 10
#: Part of the time from which strengths are learned, and part of its cases that somebody confirms.
LEARNED_FROM = 0.4
CONFIRMED = 0.3


@dataclass(frozen=True, slots=True)
class Judged:
    """A feedback with its circumstances, its judgement, and the truth."""

    stated: Stated
    known: Circumstances
    judgement: Judgement

    @property
    def officer_id(self) -> int:
        """Who served."""
        return self.stated.visit.officer_id

    @property
    def unit_id(self) -> int:
        """Where."""
        return self.stated.visit.unit.id


class Records:
    """What is on record at a time: spans of visits at counters, and who served which number."""

    def __init__(self, city: City, *, with_late: bool) -> None:
        there = [one for one in city.visits if one.recorded == "at once" or (with_late and one.recorded == "late")]
        self.city = city
        self.spans = records_of(there, with_late=with_late)
        self.numbers: dict[tuple[int, date, int], list[TrueVisit]] = {}
        for one in there:
            self.numbers.setdefault((one.unit.id, one.day, one.number), []).append(one)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Arguments of the command `officers`."""
    parser.add_argument("--seed", type=int, default=1, help="the city (%(default)s)")
    parser.add_argument("--visits", type=int, default=20_000, help="visits, each with one feedback (%(default)s)")
    parser.add_argument("--thresholds", action="store_true", help="also: what other marks for charging would bring")


def run(arguments: argparse.Namespace) -> dict[str, Any]:
    """The figures; the headline ones with learned strengths and late records, those with stated ones beside them.

    Raises ValueError for fewer than 1,000 visits.
    """
    if arguments.visits < 1000:
        raise ValueError("figures of fewer than 1,000 visits say nothing")
    started = time.perf_counter()
    city = City(arguments.seed, arguments.visits)
    stated = [city.state(visit) for visit in sorted(city.told, key=lambda one: one.starts_at)]
    early, late = Records(city, with_late=False), Records(city, with_late=True)
    border = int(len(stated) * LEARNED_FROM)
    confirmed = [
        Confirmed(circumstances_of(replace(one, has_receipt=False), late), one.visit.unit.id, one.visit.officer_id)
        for one in stated[:border]
        if city.random.random() < CONFIRMED
    ]
    learned = fit_strengths(confirmed, "simulated")
    rest = stated[border:]
    by_strengths = {}
    for name, strengths in (("stated", stated_strengths()), ("learned", learned)):
        first = [_judged(one, circumstances_of(one, early), strengths, None) for one in rest]
        final = [_judged(one.stated, circumstances_of(one.stated, late), strengths, one) for one in first]
        by_strengths[name] = (first, final)
    first, final = by_strengths["learned"]
    figures = {
        "seed": arguments.seed,
        "visits": arguments.visits,
        "n": len(final),
        **figures_of(final),
        "before_late_records": figures_of(first),
        "with_stated_strengths": figures_of(by_strengths["stated"][1]),
        "moved_by_late_records": sum(
            one.judgement.charged != other.judgement.charged for one, other in zip(first, final, strict=True)
        ),
        "moved_by_judging_once_more": sum(
            _judged(one.stated, one.known, learned, one).judgement.charged != one.judgement.charged for one in final
        ),
        "confirmed": len(confirmed),
        "learned": {
            "unit": {kind: round(value, 3) for kind, value in sorted(learned.unit.items())},
            "officer": {kind: round(value, 3) for kind, value in sorted(learned.officer.items())},
            "unit_dependent": learned.unit_dependent,
            "officer_dependent": learned.officer_dependent,
        },
        "seconds": round(time.perf_counter() - started, 1),
    }
    if arguments.thresholds:
        figures["by_threshold"] = [
            {"least_charged_share": mark, **_brief(final, replace(learned, least_charged_share=mark))}
            for mark in (0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98)
        ]
    return figures


def circumstances_of(one: Stated, records: Records) -> Circumstances:
    """What the product would gather: statements held against what is on record."""
    city = records.city
    if one.has_receipt:
        return Circumstances(visit_officer_id=one.visit.recorded_officer_id, visit_unit_id=one.visit.unit.id)
    told = read_told(one.text, one.filed_at.date())
    unit_id = one.counter.unit_id if one.counter else one.chosen_unit_id or one.service_unit_id
    day = one.day or told.day
    at, slack = one.at, STATED_SLACK
    if at is None and day is not None and told.at is not None:
        at, slack = datetime.combine(day, told.at, one.filed_at.tzinfo), WRITTEN_SLACK
    counter = one.counter
    if counter is None and told.counter and unit_id is not None:
        unit = next(unit for unit in city.units if unit.id == unit_id)
        counter = next((found for found in unit.counters if str(found.number) == told.counter), None)
    served: tuple[Part, ...] = ()
    on_duty: tuple[Part, ...] = ()
    if counter is not None and day is not None:
        visits = records.spans.get((counter.id, day), [])
        shifts = city.shifts.get((counter.id, day), [])
        if at is not None:
            served, on_duty = parts_by_visits(visits, at, slack), parts_by_hours(shifts, at, slack)
        else:
            served, on_duty = parts_of_day(visits, by_count=True), parts_of_day(shifts, by_count=False)
    queue: set[int] = set()
    if told.queued is not None and unit_id is not None and day is not None:
        queue = {
            visit.recorded_officer_id
            for visit in records.numbers.get((unit_id, day, told.queued.number), [])
            if told.queued.prefix in ("", visit.prefix)
        }
    roster = city.roster(unit_id) if unit_id is not None and day is not None else []
    match = find_named(one.text, roster) if roster else None
    return Circumstances(
        queue_served=tuple(Part(unit_id or 0, officer, 1 / len(queue)) for officer in sorted(queue)),
        queue_unit_id=unit_id if queue else None,
        queue_by_label=bool(told.queued and told.queued.prefix),
        served_there=served,
        on_duty=on_duty,
        exactly=at is not None,
        counter_unit_id=counter.unit_id if counter else None,
        named=tuple(Part(who.unit_id, who.officer_id, part) for who, part in match.parts) if match else (),
        named_by=match.by if match else "",
        chosen_unit_id=one.chosen_unit_id,
        service_unit_id=one.service_unit_id,
        text_units=one.text_units,
        paths=city.paths,
        roster_sizes={unit_id: len(roster)} if roster and unit_id is not None else {},
    )


def figures_of(judged: Sequence[Judged]) -> dict[str, Any]:
    """How often right, how well calibrated, what falls on the wrong ones, what stays open.

    `accuracy`: of what is said most surely of each feedback (officer or unit), how often it is right. `ece`:
    calibration error over everything said of officers and units without a receipt, ten bins. `charged_wrong`: part of
    all officers' shares that falls on a wrong officer. `unknown`: mean share that is left unknown; `left_to_unit`: mean
    share of units.
    """
    shares = [(one, share) for one in judged for share in one.judgement.shares]
    charged = [(one, share) for one, share in shares if share.officer_id is not None]
    weighed = [one for one in judged if not one.stated.has_receipt]
    strongest = [max(one.judgement.shares, key=lambda share: share.share) for one in judged]
    said = [(one, top) for one, top in zip(judged, strongest, strict=True) if top.unit_id is not None]
    right = [
        top.officer_id == one.officer_id if top.officer_id is not None else top.unit_id == one.unit_id
        for one, top in said
    ]
    officers, units = list(_officer_predictions(weighed)), list(_unit_predictions(weighed))
    without = [(one, share) for one, share in charged if not one.stated.has_receipt]
    return {
        "accuracy": _mean(right),
        "ece": calibration_error([*officers, *units]),
        "ece_officers": calibration_error(officers),
        "ece_units": calibration_error(units),
        "charged_wrong": _wrong(charged),
        "charged_wrong_without_receipt": _wrong(without),
        "charged": len(charged),
        "charged_without_receipt": len(without),
        "charged_without_evidence": sum(not _has_evidence(one, share.officer_id) for one, share in charged),
        "unknown": round(math.fsum(share.share for _, share in shares if share.unit_id is None) / len(judged), 4),
        "left_to_unit": round(
            math.fsum(share.share for _, share in shares if share.unit_id is not None and share.officer_id is None)
            / len(judged),
            4,
        ),
        "to_triage": _mean([one.judgement.unit_id is None for one in judged]),
        "placed_right": _mean([one.judgement.unit_id == one.unit_id for one in judged if one.judgement.unit_id]),
    }


def calibration_error(predictions: Sequence[tuple[float, bool]]) -> float:
    """Mean distance of what is said from how often it is right, over BINS bins of what is said, by their sizes."""
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for share, right in predictions:
        bins[min(int(share * BINS), BINS - 1)].append((share, right))
    total = sum(map(len, bins))
    if total == 0:
        return 0.0
    return round(
        math.fsum(abs(math.fsum(share - right for share, right in found)) for found in bins if found) / total, 4
    )


def _officer_predictions(judged: Iterable[Judged]) -> Iterable[tuple[float, bool]]:
    for one in judged:
        for lead in one.judgement.leads:
            yield lead.share, lead.officer_id == one.officer_id


def _unit_predictions(judged: Iterable[Judged]) -> Iterable[tuple[float, bool]]:
    for one in judged:
        sums: dict[int, float] = {}
        for share in one.judgement.shares:
            if share.unit_id is not None:
                sums[share.unit_id] = sums.get(share.unit_id, 0.0) + share.share
        for unit_id, total in sums.items():
            yield min(total, 1.0), unit_id == one.unit_id


def _has_evidence(one: Judged, officer_id: int | None) -> bool:
    known = one.known
    evidence = (known.queue_served, known.served_there, known.on_duty, known.named)
    pointed = {part.officer_id for parts in evidence for part in parts}
    return officer_id in pointed or officer_id == known.visit_officer_id


def _wrong(charged: Sequence[tuple[Judged, Any]]) -> float:
    total = math.fsum(share.share for _, share in charged)
    wrong = math.fsum(share.share for one, share in charged if share.officer_id != one.officer_id)
    return round(wrong / total, 4) if total else 0.0


def _brief(judged: Sequence[Judged], strengths: Strengths) -> dict[str, Any]:
    again = [Judged(one.stated, one.known, judge(one.known, strengths)) for one in judged]
    figures = figures_of(again)
    return {
        name: figures[name] for name in ("charged_wrong", "charged_wrong_without_receipt", "charged_without_receipt")
    }


def _judged(one: Stated, known: Circumstances, strengths: Strengths, before: Judged | None) -> Judged:
    stands = Before(before.judgement.charged, before.judgement.unit_id) if before is not None else None
    return Judged(one, known, judge(known, strengths, stands))


def _mean(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
