"""Raising signals: what the counts of the last days say beyond what is usual, once however often it is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from sqlalchemy import literal, select, text
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.attribution.signals.baseline import Counts, Numbers, Rise, Usual, find_rises, usual_of
from webapp.attribution.signals.counting import (
    DAY,
    CountedCity,
    Subject,
    count_city,
    counted,
    is_about,
    local_today,
    over_complaints,
)
from webapp.attribution.signals.events import SignalRaised
from webapp.attribution.signals.models import Signal, SignalCase
from webapp.attribution.signals.settings import load_rules
from webapp.database import db
from webapp.feedback.models import Complaint
from webapp.outbox import publish

#: What was usual is kept for so many days before a signal.
KEPT_DAYS = 56
#: Two that look at the same moment wait for each other here.
_DETECTOR_LOCK = 7_231_005


@dataclass(frozen=True, slots=True)
class Raised:
    """What came of looking: ids of signals that are new, and of open ones that go on."""

    new: tuple[int, ...] = ()
    extended: tuple[int, ...] = ()


def raise_signals(now: datetime) -> Raised:
    """Look for rises up to now; a new one becomes a signal, one that is open is extended. Flushes only.

    What was closed is not raised again by the same days: windows begin after the day on which it was closed.
    """
    db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _DETECTOR_LOCK})
    rules = load_rules()
    city = count_city(now, rules)
    if city is None:
        return Raised()
    usual = usual_of(city.counts, rules, drawn=KEPT_DAYS)
    if usual is None:
        return Raised()
    today = local_today(now)
    standing = _standing(city)
    new, extended = [], []
    for rise in find_rises(city.counts, usual, rules, _since(city, standing, today)):
        subject = city.subjects[rise.pair]
        signal = next((one for one in standing.get(subject, ()) if one.closed_at is None), None)
        if signal is None:
            signal = _new(subject, rise, city.counts, usual, now)
            new.append(signal.id)
            publish(SignalRaised(signal.id))
        elif _extend(signal, rise, city.counts, usual):
            extended.append(signal.id)
        _note_cases(signal, subject)
    db.session.flush()
    return Raised(tuple(new), tuple(extended))


def _standing(city: CountedCity) -> dict[Subject, list[Signal]]:
    """The signals there were of each pair."""
    found: dict[Subject, list[Signal]] = {}
    units = sorted({subject.unit_id for subject in city.subjects})
    for signal in db.session.scalars(
        select(Signal).where(Signal.unit_id.in_(units)).order_by(Signal.id).with_for_update()
    ):
        found.setdefault(Subject(signal.unit_id, signal.topic_id, signal.service_id), []).append(signal)
    return found


def _since(city: CountedCity, standing: dict[Subject, list[Signal]], today: date) -> Numbers:
    """For each pair the first day that a window may begin on: the one after the last closing."""
    since = np.zeros(len(city.subjects), dtype=np.int64)
    for place, subject in enumerate(city.subjects):
        for signal in standing.get(subject, ()):
            if signal.closed_at is not None:
                closed = min(signal.closed_at.date(), today)
                after = (max(closed, signal.last_day) - city.counts.first).days + 1
                since[place] = max(since[place], after)
    return since


def _new(subject: Subject, rise: Rise, counts: Counts, usual: Usual, now: datetime) -> Signal:
    signal = Signal(
        unit_id=subject.unit_id,
        topic_id=subject.topic_id,
        service_id=subject.service_id,
        first_day=counts.day(rise.first),
        last_day=counts.day(rise.last),
        count=rise.count,
        expected=rise.expected,
        surprise=rise.a_year,
        usual_days=_usual_days(usual, rise.pair, rise.last),
        spread=float(usual.spread[min(usual.spread)][rise.pair]),
        raised_at=now,
    )
    db.session.add(signal)
    db.session.flush()
    return signal


def _extend(signal: Signal, rise: Rise, counts: Counts, usual: Usual) -> bool:
    """Let an open signal hold a later or larger rise, too; whether that changed anything.

    What was usual on days that it has already stays as it was then: meanwhile the rise itself became part of the past.
    """
    first, last = min(signal.first_day, counts.day(rise.first)), max(signal.last_day, counts.day(rise.last))
    new_days = (last - signal.last_day).days
    days = [
        *signal.usual_days,
        *(_usual_days(usual, rise.pair, (last - counts.first).days)[-new_days:] * (new_days > 0)),
    ]
    span = (last - first).days + 1
    begin = max((first - counts.first).days, 0)
    count = round(float(counts.counts[rise.pair, begin : begin + span].sum()))
    before = (signal.first_day, signal.last_day, signal.count)
    signal.first_day, signal.last_day = first, last
    signal.count = max(count, rise.count)
    signal.expected = float(sum(days[-span:])) or signal.expected
    signal.surprise = min(signal.surprise, rise.a_year)
    signal.usual_days = days[-max(KEPT_DAYS, span) :]
    return before != (signal.first_day, signal.last_day, signal.count)


def _usual_days(usual: Usual, pair: int, last: int) -> list[float]:
    """What was usual on the days up to the one with index `last`."""
    kept = usual.expected[pair, : last - usual.start + 1][-KEPT_DAYS:]
    return [round(float(value), 4) for value in kept]


def _note_cases(signal: Signal, subject: Subject) -> None:
    """Put the complaints of its days behind a signal."""
    db.session.flush()
    cases = over_complaints(literal(signal.id), Complaint.feedback_id).where(
        counted(), is_about(subject), DAY.between(signal.first_day, signal.last_day)
    )
    db.session.execute(upsert(SignalCase).from_select(["signal_id", "complaint_id"], cases).on_conflict_do_nothing())
