"""Deciding a contest: a new judgement by a person, which supersedes and is kept; or a refusal with reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from webapp.accounts.models import Account
from webapp.attribution.contests.desk import ContestFile, read_contest, was_decided_before
from webapp.attribution.contests.errors import AlreadyDecided, GivesAway, NoSuchContest, NotAChoice
from webapp.attribution.contests.quoting import gives_away
from webapp.attribution.contests.vocabulary import Verdict
from webapp.attribution.events import ContestDecided, FeedbackAttributed
from webapp.attribution.models import Attribution, AttributionShare, Contest, Evidence
from webapp.attribution.rules import RULES_VERSION
from webapp.counter.models import Visit
from webapp.database import db
from webapp.feedback.handling import exclude_officers, send_to_unit
from webapp.feedback.life_cycle import State
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import Complaint, Feedback
from webapp.organisation.models import Counter, Officer, Shift, Unit
from webapp.organisation.queries import list_officers_below, working_time_of
from webapp.outbox import publish


@dataclass(frozen=True, slots=True)
class OnDutyThen:
    """Somebody who was on duty in the unit on the day in question. `hours`: by the roster, none where he was not
    on it. `served`: people he served there that day.
    """

    officer_id: int
    officer: str
    counter: str
    hours: tuple[tuple[datetime, datetime], ...]
    served: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer whose it may have been instead; `on_duty` where the roster or a visit of that day has him."""

    id: int
    name: str
    on_duty: bool


def on_duty_then(contest: ContestFile) -> list[OnDutyThen]:
    """Who was on duty that day at the counters of the unit, by the roster and by the visits; nobody without a day."""
    if contest.when is None:
        return []
    zone = ZoneInfo(contest.timezone)
    begins = datetime.combine(contest.when.astimezone(zone).date(), time(), zone)
    ends = begins + timedelta(days=1)
    shifts = db.session.execute(
        select(Shift.officer_id, Officer.name, Counter.id, Counter.name, Shift.starts_at, Shift.ends_at)
        .join(Counter, Counter.id == Shift.counter_id)
        .join(Officer, Officer.id == Shift.officer_id)
        .where(Counter.unit_id == contest.unit_id, Shift.starts_at < ends, Shift.ends_at > begins)
        .order_by(Counter.name, Shift.starts_at, Officer.name)
    ).all()
    visits = db.session.execute(
        select(Visit.officer_id, Officer.name, Visit.counter_id, Counter.name)
        .join(Officer, Officer.id == Visit.officer_id)
        .outerjoin(Counter, Counter.id == Visit.counter_id)
        .where(Visit.unit_id == contest.unit_id, Visit.finished_at >= begins, Visit.finished_at < ends)
        .order_by(Officer.name, Visit.id)
    ).all()
    served: dict[tuple[int, int | None], int] = {}
    for officer_id, _name, counter_id, _counter in visits:
        served[officer_id, counter_id] = served.get((officer_id, counter_id), 0) + 1
    # Somebody's hours at a counter together: how many he served there is told of the day.
    hours: dict[tuple[int, int], list[tuple[datetime, datetime]]] = {}
    for officer_id, _name, counter_id, _counter, starts_at, ends_at in shifts:
        hours.setdefault((officer_id, counter_id), []).append((starts_at, ends_at))
    found: list[OnDutyThen] = []
    for officer_id, name, counter_id, counter, _starts_at, _ends_at in shifts:
        if (own := hours.pop((officer_id, counter_id), None)) is not None:
            people = served.pop((officer_id, counter_id), 0)
            found.append(OnDutyThen(officer_id, name, counter, tuple(own), people))
    for officer_id, name, visited_id, visited in visits:
        if (officer_id, visited_id) in served:  # served without being on the roster
            people = served.pop((officer_id, visited_id))
            found.append(OnDutyThen(officer_id, name, visited or "", (), people))
    return found


def candidates_for(contest: ContestFile, viewer: Account, on_duty: list[OnDutyThen]) -> list[Candidate]:
    """Whose it may have been instead: who was on duty that day first, then who is posted at or below the unit."""
    officers = {one.officer_id: one.officer for one in on_duty}
    there = set(officers)
    posted = list_officers_below(contest.unit_path)
    own = {one.id for one in posted if one.account_id == viewer.id}
    officers |= {one.id: one.name for one in posted}
    return [
        Candidate(id_, name, id_ in there)
        for id_, name in sorted(officers.items(), key=lambda one: (one[0] not in there, one[1].casefold(), one[0]))
        if id_ != contest.officer_id and id_ not in own
    ]


def decide_contest(
    contest_id: int, *, verdict: Verdict, officer_id: int | None, reason: str, actor: Account, at: datetime
) -> Contest:
    """Refuse a contest, or say whose it is instead: the contesting officer's share goes there, others keep theirs.

    Decided twice by the same person it is decided once. Raises NoSuchContest where `actor` may not decide it,
    AlreadyDecided where somebody did, NotAChoice for an officer who is no candidate, GivesAway where `reason` quotes
    the complaint: the officer reads it. The complaint is kept from the
    officer now named, too; it stays kept from the one who contested.
    """
    contest = db.session.get(Contest, contest_id, with_for_update=True) if contest_id < 2**63 else None
    if contest is None:
        raise NoSuchContest
    if contest.decided_at is not None and contest.decided_by_id == actor.id:
        return contest
    db.session.get_one(Feedback, contest.feedback_id, with_for_update=True)
    try:
        file = read_contest(actor, contest_id)
    except NoSuchContest:
        if was_decided_before(actor, contest_id):
            raise AlreadyDecided from None
        raise
    words = mask_personal_numbers(reason.strip())
    complaint = db.session.get_one(Complaint, contest.feedback_id)
    if what := gives_away(words, complaint.code, complaint.text):
        raise GivesAway(what)
    if verdict != Verdict.REFUSED:
        if verdict == Verdict.TO_OFFICER:
            on_duty = on_duty_then(file)
            if officer_id not in {one.id for one in candidates_for(file, actor, on_duty)}:
                raise NotAChoice
        else:
            officer_id = None
        contest.resulting_attribution_id = _attribute_anew(file, verdict, officer_id, words, actor, at).id
    contest.outcome = "refused" if verdict == Verdict.REFUSED else "upheld"
    contest.decided_at = at
    contest.decided_by_id = actor.id
    contest.decision = words
    db.session.flush()
    publish(ContestDecided(contest.id))
    return contest


def _attribute_anew(
    file: ContestFile, verdict: Verdict, officer_id: int | None, words: str, actor: Account, at: datetime
) -> Attribution:
    """The judgement that stands with the contesting officer's share given to whom it belongs."""
    standing = db.session.get_one(Attribution, file.attribution_id, populate_existing=True)
    target = (None if verdict == Verdict.TO_NOBODY else file.unit_id, officer_id)
    shares: dict[tuple[int | None, int | None], float] = {}
    for one in standing.shares:
        whose = target if one.officer_id == file.officer_id else (one.unit_id, one.officer_id)
        shares[whose] = shares.get(whose, 0.0) + one.share
    # Others who are named go on reading why; that of the one who contested does not hold any more.
    kept = standing.evidence if len(shares) > 1 else []
    db.session.execute(update(Attribution).where(Attribution.id == standing.id).values(superseded_at=at))
    attribution = Attribution(
        feedback_id=file.feedback_id,
        made_by="contest",
        rules_version=RULES_VERSION,
        decided_by_id=actor.id,
        reason=words,
        at=at,
        shares=[
            AttributionShare(unit_id=unit_id, officer_id=whose, share=min(share, 1.0))
            for (unit_id, whose), share in shares.items()
        ],
        evidence=[
            Evidence(rule="contest_decision", rule_version=1, particulars={"unit": file.unit, "whose": verdict.value}),
            *(_again(one) for one in kept),
        ],
    )
    db.session.add(attribution)
    db.session.flush()
    complaint = db.session.get_one(Complaint, file.feedback_id)
    if officer_id is not None:
        exclude_officers(file.feedback_id, [officer_id], at)
        officer = db.session.get_one(Officer, officer_id)
        if (
            complaint.state in (State.ASSIGNED, State.IN_WORK)
            and complaint.handler_id is not None
            and complaint.handler_id == officer.account_id
        ):
            # Whom it concerns does not go on working on it.
            unit = complaint.unit or db.session.get_one(Unit, file.unit_id)
            send_to_unit(complaint, unit, working_time_of(unit), reason="contest_decision", at=at, decided_by=actor)
    publish(FeedbackAttributed([file.feedback_id]))
    return attribution


def _again(one: Evidence) -> Evidence:
    return Evidence(rule=one.rule, rule_version=one.rule_version, particulars=dict(one.particulars), weight=one.weight)
