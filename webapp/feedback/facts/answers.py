"""The answers that complaints were given: by whom, whether in time, and what the reporter made of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from webapp.accounts.models import Account
from webapp.database import db
from webapp.feedback.clocks.actions import clocks_of
from webapp.feedback.clocks.running import Ticking
from webapp.feedback.facts.judging import Said, Verdict, clock_of, time_taken, verdict_on, was_on_time
from webapp.feedback.life_cycle import State
from webapp.feedback.models import Complaint, ComplaintMessage, Disposition, Follower, StateChange
from webapp.feedback.movement.shared_answers import SHARED_KEY
from webapp.messaging.models import AccountChat
from webapp.organisation.inherited import Inherited, inherited_by
from webapp.organisation.models import Officer


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer, or a superior's closing of what could not be solved (`unsolved`; `id` is then that of the step).

    `unit_id` is where the case lay then. `first`: the reporter had none before. `shared`: it was given on the complaint
    that this one is merged into, and counts there. `own_case`: whoever gave it had filed the complaint himself, as far
    as that is known.
    """

    id: int
    complaint_id: int
    account_id: int
    officer_id: int | None
    unit_id: int | None
    timezone: str
    at: datetime
    first: bool
    shared: bool
    own_case: bool
    unsolved: bool
    on_time: bool
    working_seconds: int | None
    verdict: Verdict | None

    @property
    def counts(self) -> bool:
        """Whether it is counted for whoever gave it: a repeat of a case counts once, one's own case never."""
        return not self.shared and not self.own_case


def answers_to(complaint_ids: Collection[int]) -> list[GivenAnswer]:
    """All answers to these complaints in the order in which they were given."""
    ids = sorted(set(complaint_ids))
    said = _said(ids)
    closings = _closings(ids)
    if not said and not closings:
        return []
    complaints = {
        row[0]: _Case(*row)
        for row in db.session.execute(
            select(
                Complaint.feedback_id,
                Complaint.state,
                Complaint.unit_id,
                Complaint.due_at,
                Complaint.settled_at,
                Complaint.contact_email,
            ).where(Complaint.feedback_id.in_({*said, *closings}))
        )
    }
    everything = (*said.values(), *closings.values())
    accounts = {one.account_id for messages in everything for one in messages if one.account_id is not None}
    reading = _Reading(list(complaints.values()), accounts)
    for complaint_id, complaint in complaints.items():
        messages = said.get(complaint_id, [])
        closed_at = complaint.settled_at if complaint.state == State.CLOSED else None
        answered = False
        for place, message in enumerate(messages):
            if message.kind == "answer" and message.account_id is not None:
                verdict = verdict_on(place, messages, closed_at)
                reading.add(complaint, message, verdict, first=not answered, unsolved=False)
            answered = answered or message.kind == "answer"
        for step in closings.get(complaint_id, []):
            reading.add(complaint, step, None, first=False, unsolved=True)
    return reading.answers


def _said(ids: list[int]) -> dict[int, list[Said]]:
    said: dict[int, list[Said]] = defaultdict(list)
    for row in db.session.execute(
        select(
            ComplaintMessage.complaint_id,
            ComplaintMessage.id,
            ComplaintMessage.kind,
            ComplaintMessage.at,
            ComplaintMessage.account_id,
            ComplaintMessage.write_key.startswith(SHARED_KEY),
        )
        .where(ComplaintMessage.complaint_id.in_(ids), ComplaintMessage.kind.in_(("answer", "acceptance", "dispute")))
        .order_by(ComplaintMessage.id)
    ):
        said[row[0]].append(Said(*row[1:]))
    return said


def _closings(ids: list[int]) -> dict[int, list[Said]]:
    closings: dict[int, list[Said]] = defaultdict(list)
    for row in db.session.execute(
        select(StateChange.complaint_id, StateChange.id, StateChange.at, StateChange.account_id)
        .where(
            StateChange.complaint_id.in_(ids), StateChange.state == State.UNSOLVED, StateChange.account_id.is_not(None)
        )
        .order_by(StateChange.id)
    ):
        closings[row.complaint_id].append(Said(row.id, "unsolved", row.at, row.account_id, shared=False))
    return closings


@dataclass(frozen=True, slots=True)
class _Case:
    feedback_id: int
    state: str
    unit_id: int | None
    due_at: datetime | None
    settled_at: datetime | None
    contact_email: str | None


class _Reading:
    """What belongs to the answers of some complaints, read for all of them at once."""

    def __init__(self, complaints: list[_Case], accounts: set[int]) -> None:
        ids = [row.feedback_id for row in complaints]
        self.answers: list[GivenAnswer] = []
        self._clocks = clocks_of(ids)
        self._places = _places(ids)
        self._inherited: dict[int | None, Inherited] = {}
        self._officers = dict(
            db.session.execute(select(Officer.account_id, Officer.id).where(Officer.account_id.in_(accounts))).all()
        )
        self._own = _own_cases(complaints, accounts)

    def add(self, complaint: _Case, said: Said, verdict: Verdict | None, *, first: bool, unsolved: bool) -> None:
        """Note one answer."""
        assert said.account_id is not None
        clock = clock_of(said.at, self._clocks.get(complaint.feedback_id, []))
        unit_id = self._unit_at(complaint, said.at)
        inherited = self._inherited_by(unit_id)
        self.answers.append(
            GivenAnswer(
                id=said.id,
                complaint_id=complaint.feedback_id,
                account_id=said.account_id,
                officer_id=self._officers.get(said.account_id),
                unit_id=unit_id,
                timezone=inherited.timezone,
                at=said.at,
                first=first,
                shared=said.shared,
                own_case=(complaint.feedback_id, said.account_id) in self._own,
                unsolved=unsolved,
                on_time=was_on_time(said.at, clock, complaint.due_at),
                working_seconds=_seconds(said.at, clock, inherited),
                verdict=verdict,
            )
        )

    def _unit_at(self, complaint: _Case, at: datetime) -> int | None:
        places = self._places.get(complaint.feedback_id, [])
        return next((unit_id for moved_at, unit_id in reversed(places) if moved_at <= at), complaint.unit_id)

    def _inherited_by(self, unit_id: int | None) -> Inherited:
        if unit_id not in self._inherited:
            self._inherited[unit_id] = inherited_by(unit_id)
        return self._inherited[unit_id]


def _seconds(at: datetime, clock: Ticking | None, inherited: Inherited) -> int | None:
    if clock is None:
        return None
    return round(time_taken(at, clock, inherited.working_time_as_of(clock.due_calendar)).total_seconds())


def _places(ids: list[int]) -> dict[int, list[tuple[datetime, int | None]]]:
    """Where each complaint lay, since when."""
    places: dict[int, list[tuple[datetime, int | None]]] = defaultdict(list)
    for complaint_id, at, unit_id in db.session.execute(
        select(Disposition.complaint_id, Disposition.at, Disposition.unit_id)
        .where(Disposition.complaint_id.in_(ids), Disposition.unit_id.is_not(None))
        .order_by(Disposition.id)
    ):
        places[complaint_id].append((at, unit_id))
    return places


def _own_cases(complaints: Collection[_Case], accounts: set[int]) -> set[tuple[int, int]]:
    """Who filed which of these complaints himself: by his own chat, or with his own e-mail address."""
    if not accounts:
        return set()
    emails: dict[str, int] = dict(
        db.session.execute(select(func.lower(Account.email), Account.id).where(Account.id.in_(accounts))).all()
    )
    own = {
        (row.feedback_id, emails[row.contact_email.strip().lower()])
        for row in complaints
        if row.contact_email and row.contact_email.strip().lower() in emails
    }
    chats = db.session.execute(
        select(Follower.complaint_id, AccountChat.account_id)
        .join(AccountChat, AccountChat.address_key == Follower.address_key)
        .where(Follower.complaint_id.in_([row.feedback_id for row in complaints]), AccountChat.account_id.in_(accounts))
    )
    return own | {(complaint_id, account_id) for complaint_id, account_id in chats}
