"""Jobs that the clock brings about: looking what has come due, learning, erasing, throwing away."""

from __future__ import annotations

from datetime import datetime

from webapp.attribution import learning_strengths
from webapp.attribution.events import OpinionsOutdated
from webapp.attribution.learning import learn_routing
from webapp.attribution.learning import renew_opinions as renew
from webapp.attribution.signals import detecting
from webapp.audit.events import TrailSealingDue
from webapp.audit.sealing import BATCH, seal_entries
from webapp.counter.applications import turnaround_facts
from webapp.counter.queue.upkeep import close_past_days
from webapp.feedback import upkeep
from webapp.feedback.clocks import upkeep as clocks
from webapp.feedback.search import lexicon
from webapp.indicators import actions as indicators
from webapp.indicators.events import ReferenceDue
from webapp.indicators.objections.files import forget_unsent_files
from webapp.organisation.csv_import import forget_staged_imports
from webapp.outbox.actions import publish
from webapp.outbox.events import Event
from webapp.outbox.upkeep import forget_old_events
from webapp.retention.erasing import erase_ended
from webapp.retention.events import RetentionDue
from worker.events import ClocksDue, LearningDue, LexiconDue, SweepDue


def learn(event: Event, key: str, now: datetime) -> None:
    """Learn from what people have decided since, if it is enough; some minutes of the queue at most."""
    assert isinstance(event, LearningDue)
    learn_routing(now, weekly=event.weekly)


def learn_strengths(event: Event, key: str, now: datetime) -> None:
    """Learn how far each kind of evidence is right, from what was confirmed since."""
    learning_strengths.learn_strengths(now)


def renew_opinions(event: Event, key: str, now: datetime) -> None:
    """Look again at what waits for triage, by what was learned; some at a time."""
    assert isinstance(event, OpinionsOutdated)
    last = renew(event.after_id, now)
    if last is not None:
        publish(OpinionsOutdated(last))


def fit_reference(event: Event, key: str, now: datetime) -> None:
    """Fit what is usual in the city anew."""
    assert isinstance(event, ReferenceDue)
    indicators.renew_reference(event.version, now)


def raise_signals(event: Event, key: str, now: datetime) -> None:
    """Look what is complained of more than usual."""
    detecting.raise_signals(now)


def look_at_clocks(event: Event, key: str, now: datetime) -> None:
    """Remind, escalate, close and archive what has come due; some at a time."""
    if clocks.look_at_clocks(now):
        publish(ClocksDue())


def learn_words(event: Event, key: str, now: datetime) -> None:
    """Learn the words of what was filed since, for searches that are misspelt."""
    if lexicon.learn_words(now.date()):
        publish(LexiconDue())


def seal_trail(event: Event, key: str, now: datetime) -> None:
    """Join what is new in the trail to its chain, some at a time."""
    if seal_entries(now) == BATCH:
        publish(TrailSealingDue())


def erase_ended_terms(event: Event, key: str, now: datetime) -> None:
    """Erase the personal part of what was kept long enough, some at a time."""
    if erase_ended(now):
        publish(RetentionDue())


def sweep(event: Event, key: str, now: datetime) -> None:
    """Note what went overdue, go on with figures given up, forget what nobody needs."""
    assert isinstance(event, SweepDue)
    upkeep.forget_unsent_photos(now)
    forget_unsent_files(now)
    close_past_days(now)
    turnaround_facts.record_overdue(now)
    forget_staged_imports(now)
    indicators.keep_figures(now)
    forget_old_events(now)
