"""Bringing a demo city into an empty database, scored and ready to be looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from webapp.accounts.actions import hash_password
from webapp.attribution.signals.detecting import raise_signals
from webapp.counter.applications.models import Application
from webapp.counter.queries import receipt_of
from webapp.counter.queue.models import QueueHall
from webapp.database import db
from webapp.demo.agency import TIMEZONE
from webapp.demo.city import DemoCity
from webapp.demo.contests import contest_some
from webapp.demo.duty import load_duty
from webapp.demo.files import DemoFile
from webapp.demo.halls import ALWAYS_OPEN
from webapp.demo.load_agency import LoadedIds, load_agency, load_visits
from webapp.demo.load_feedback import judge_when_filed, live_through, load_complaints, load_ratings
from webapp.demo.load_files import load_files
from webapp.demo.objections import object_some
from webapp.demo.plans import make_plans
from webapp.feedback.facts.recording import record_handling
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, Feedback
from webapp.indicators.actions import record_facts, refresh_figures, renew_reference
from webapp.indicators.events import FactsOutdated
from webapp.indicators.models import IndicatorOutdated
from webapp.indicators.periods import period_of
from webapp.indicators.presets.stored import hold_preset
from webapp.indicators.summing_up import record_days, record_targets
from webapp.organisation.models import Unit
from webapp.outbox import publish, unheard

#: Receipts and cases that are shown to whoever tries the city.
_SHOWN_RECEIPTS = 5
_SHOWN_CASES = (State.ANSWERED, State.IN_WORK, State.ACCEPTED)

#: The preset of the demo city: of those that come with the product, the one that shows most of what is recorded.
_PRESET = "senapelan"

Progress = Callable[[str, float], None]


class CityNotEmpty(Exception):
    """There are units already: a demo city is never mixed into a real one."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """How to sign in as somebody."""

    role: str
    email: str
    password: str
    name: str


@dataclass(frozen=True, slots=True)
class LoadedCity:
    """What was loaded, and what to try it with. `receipts` are of unrated visits, `cases` open with code and word."""

    seed: int
    until: str
    units: int
    services: int
    officers: int
    visits: int
    ratings: int
    complaints: int
    sign_ins: list[SignIn]
    receipts: list[dict[str, str]]
    cases: list[dict[str, str]]
    #: Addresses (paths) and codes for trying the counter.
    files: list[dict[str, str]]
    halls: list[dict[str, str]]

    def as_json(self) -> dict[str, Any]:
        """The summary as plain values."""
        return asdict(self)


def demo_password(seed: int) -> str:
    """The password of all sign-ins that are shown: the city is made up, and so is who signs in."""
    return f"melati-contoh-{seed}"


def is_empty() -> bool:
    """Whether the database knows no unit yet."""
    return db.session.scalar(select(Unit.id).limit(1)) is None


def load_city(city: DemoCity, *, now: datetime, progress: Progress = lambda _step, _share: None) -> LoadedCity:
    """Write `city` into the empty database of the running app, attribute and score it; the caller commits.

    `progress` is told the step under way and the share of the whole that is done, 0 to 1. Raises CityNotEmpty.
    """
    if not is_empty():
        raise CityNotEmpty
    password = demo_password(city.seed)
    progress("agency", 0.0)
    ids = load_agency(city, hash_password(password))
    progress("visits", 0.08)
    load_visits(city, ids)
    progress("ratings", 0.18)
    load_ratings(city, ids)
    progress("complaints", 0.26)
    load_complaints(city, ids)
    # What these events would set off is done here: the figures stand, and nobody follows an invented case.
    with unheard():
        progress("files", 0.28)
        load_files(city, ids, now)
        progress("attribution", 0.3)
        judge_when_filed(ids, now)
        progress("complaints", 0.45)
        live_through(city, ids, lambda lived: progress("complaints", 0.45 + 0.2 * lived / len(city.complaints)))
        raise_signals(now)
        contest_some(city, ids, now)
        progress("indicators", 0.65)
        load_duty(city, ids, now)
        make_plans(city, ids, now)
        feedback_ids = [*ids.rating.values(), *ids.complaint.values()]
        _score(city, feedback_ids, now, lambda share: progress("indicators", 0.65 + 0.35 * share))
        object_some(city, ids, period_of(now.astimezone(ZoneInfo(TIMEZONE)).date()), now)
    if db.session.scalar(select(IndicatorOutdated.officer_id).limit(1)) is not None:
        publish(FactsOutdated())
    progress("ready", 1.0)
    return _summary(city, ids, password, now)


def _score(city: DemoCity, feedback_ids: list[int], now: datetime, scored: Callable[[float], None]) -> None:
    """Facts, the month's reference fitted on them, and every officer's figure of the running quarter.

    Figures of earlier quarters stay marked as outdated: a worker computes them when the city is already open.
    """
    today = now.astimezone(ZoneInfo(TIMEZONE)).date()
    hold_preset(_PRESET, period_of(city.first), now)
    record_handling(feedback_ids, now)
    record_facts(feedback_ids, now)
    record_days((city.first + timedelta(days=day) for day in range((today - city.first).days + 1)), now, at_once=False)
    record_targets(now, at_once=False)
    scored(0.25)
    renew_reference(f"{today:%Y-%m}", now)
    scored(0.4)
    running = db.session.execute(
        delete(IndicatorOutdated)
        .where(IndicatorOutdated.period == period_of(today))
        .returning(IndicatorOutdated.officer_id, IndicatorOutdated.period)
    ).all()
    refresh_figures([(officer_id, period) for officer_id, period in running], now)


def _summary(city: DemoCity, ids: LoadedIds, password: str, now: datetime) -> LoadedCity:
    agency = city.agency
    rated = {rating.receipt for rating in city.ratings}
    fresh = [visit for visit in reversed(city.visits) if visit.number not in rated]
    fresh = [visit for visit in fresh if now - visit.finished_at < timedelta(days=7)]
    # First those of officers who are shown with a sign-in: whoever tries the city wants to see the figure move.
    seen = {account.officer for account in agency.accounts if account.shown is not None}
    fresh = sorted(fresh, key=lambda visit: visit.officer not in seen)[:_SHOWN_RECEIPTS]
    cases = []
    for state in _SHOWN_CASES:
        complaint = db.session.scalars(
            select(Complaint).join(Feedback).where(Complaint.state == state).order_by(Feedback.filed_at.desc()).limit(1)
        ).one_or_none()
        if complaint is not None:
            cases.append({"state": complaint.state, "code": complaint.code, "secret_word": complaint.secret_word})
    return LoadedCity(
        seed=city.seed,
        until=city.until.isoformat(),
        units=len(agency.units),
        services=len(agency.services),
        officers=len(agency.officers),
        visits=len(city.visits),
        ratings=len(city.ratings),
        complaints=len(city.complaints),
        sign_ins=[
            SignIn(account.shown.value, account.email, password, account.name)
            for account in agency.accounts
            if account.shown is not None
        ],
        receipts=[
            {
                "receipt": receipt_of(ids.visit[visit.number]),
                "service": agency.service_by_code[visit.service].name,
                "officer": agency.officer_by_code[visit.officer].name,
            }
            for visit in fresh
        ],
        cases=cases,
        files=_shown_files(city, ids),
        halls=_shown_halls(ids),
    )


def _shown_files(city: DemoCity, ids: LoadedIds) -> list[dict[str, str]]:
    """A file that was late for nobody's fault, one that lay in the tray, one that waits for a paper, one paused."""
    wanted: tuple[Callable[[DemoFile], bool], ...] = (
        lambda file: file.state == "finished" and file.true_cause == "central_server",
        lambda file: file.state == "finished" and file.true_cause == "tray",
        lambda file: file.state == "incomplete",
        lambda file: file.state == "paused" and file.true_cause != "none",
    )
    # Of the unit whose supervisor is shown with a sign-in, as far as it has such files.
    files = sorted(city.files, key=lambda file: (file.visit.unit != ALWAYS_OPEN, -file.number))
    found = [next((file for file in files if fits(file)), None) for fits in wanted]
    codes = dict(db.session.execute(select(Application.id, Application.code)).all())
    return [
        {"code": codes[ids.file[file.number]], "state": file.state, "cause": file.true_cause}
        for file in found
        if file is not None
    ]


def _shown_halls(ids: LoadedIds) -> list[dict[str, str]]:
    """The hall that is open at any hour: its display and kiosk."""
    hall = db.session.get_one(QueueHall, ids.unit[ALWAYS_OPEN])
    return [{"unit": hall.unit.name, "display": f"/antrean/{hall.unit_id}/layar", "kiosk": f"/kiosk/{hall.kiosk_key}"}]
