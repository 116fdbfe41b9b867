"""Bringing the demo city's ratings and complaints into the database, and letting complaints live their lives.

What citizens sent is copied in; everything after that (whom it concerns, triage, answers, verdicts) is done by the
product's own actions with the times of the demo city.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select

from webapp.accounts.models import Account
from webapp.accounts.permissions import Role
from webapp.attribution.actions import attribute_feedback, decide_attribution
from webapp.attribution.opinions import form_opinions
from webapp.attribution.repeats.actions import note_repeats
from webapp.database import copy_rows, db, gathered_writes, new_ids
from webapp.demo.city import DemoCity
from webapp.demo.load_agency import LoadedIds
from webapp.demo.parts import DemoComplaint, DemoRating, DemoStep
from webapp.encryption import keyring
from webapp.feedback.actions import accept_answer, close_after_silence, dispute_answer
from webapp.feedback.clocks.actions import held_clocks
from webapp.feedback.codes import new_code, new_secret_word
from webapp.feedback.handling import answer_complaint, send_to_unit, take_complaint
from webapp.feedback.life_cycle import State, Step
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import Complaint, Feedback, Rating, RatingElement
from webapp.feedback.secrecy import points_at_person
from webapp.feedback.vocabulary import Finding
from webapp.organisation.models import Unit


def load_ratings(city: DemoCity, ids: LoadedIds) -> list[int]:
    """Write the ratings; their feedback ids in order of filing."""
    numbers = new_ids(Feedback, len(city.ratings))
    ids.rating = {rating.number: number for rating, number in zip(city.ratings, numbers, strict=True)}
    raters = _rater_keys({rating.rater for rating in city.ratings})
    copy_rows(
        Feedback,
        [
            {
                "id": ids.rating[rating.number],
                "kind": "rating",
                "write_key": f"{city.mark}:rating:{rating.number}",
                "rater_key": raters[rating.rater],
                **_stated(rating, ids),
            }
            for rating in city.ratings
        ],
    )
    masked = {r.number: mask_personal_numbers(r.comment) for r in city.ratings if r.comment}
    copy_rows(
        Rating,
        [
            {
                "feedback_id": ids.rating[rating.number],
                "value": rating.value,
                "comment": masked.get(rating.number),
                "original_comment": None if masked.get(rating.number) == rating.comment else rating.comment,
            }
            for rating in city.ratings
        ],
    )
    copy_rows(
        RatingElement,
        [
            {"rating_id": ids.rating[rating.number], "element": element.value, "value": value}
            for rating in city.ratings
            for element, value in rating.elements.items()
        ],
    )
    return numbers


def load_complaints(city: DemoCity, ids: LoadedIds) -> list[int]:
    """Write the complaints as they were filed, nothing decided yet; their feedback ids in order of filing."""
    numbers = new_ids(Feedback, len(city.complaints))
    ids.complaint = {complaint.number: number for complaint, number in zip(city.complaints, numbers, strict=True)}
    raters = _rater_keys({complaint.rater for complaint in city.complaints})
    copy_rows(
        Feedback,
        [
            {
                "id": ids.complaint[complaint.number],
                "kind": "complaint",
                "write_key": f"{city.mark}:complaint:{complaint.number}",
                "rater_key": raters[complaint.rater],
                "place": complaint.place,
                "latitude": complaint.position[0] if complaint.position else None,
                "longitude": complaint.position[1] if complaint.position else None,
                **_stated(complaint, ids),
            }
            for complaint in city.complaints
        ],
    )
    codes = set[str]()
    while len(codes) < len(numbers):
        codes.add(new_code())
    copy_rows(
        Complaint,
        [
            _complaint_row(complaint, ids.complaint[complaint.number], code)
            for complaint, code in zip(city.complaints, sorted(codes), strict=True)
        ],
    )
    return numbers


def _stated(one: DemoRating | DemoComplaint, ids: LoadedIds) -> dict[str, str | int | bool | datetime | None]:
    """What the citizen stated about where and when, in the columns of feedback."""
    return {
        "channel": one.channel.value,
        "unit_id": ids.unit[one.unit] if one.unit else None,
        "service_id": ids.service[one.service] if one.service else None,
        "counter_id": ids.counter[one.unit, one.counter] if one.unit and one.counter else None,
        "visit_id": ids.visit[one.receipt] if one.receipt else None,
        "occurred_at": one.occurred_at,
        # Who remembers the counter remembers the hour; the others only say which day it was.
        "occurred_exactly": one.counter is not None and one.occurred_at is not None,
        "filed_at": one.filed_at,
    }


def _complaint_row(complaint: DemoComplaint, feedback_id: int, code: str) -> dict[str, str | int | bool | None]:
    masked = mask_personal_numbers(complaint.text)
    personal = points_at_person(complaint.text, stated=complaint.says_person)
    return {
        "feedback_id": feedback_id,
        "code": code,
        "secret_word": new_secret_word(),
        "complaint_kind": complaint.kind.value,
        "text": masked,
        "original_text": None if masked == complaint.text else complaint.text,
        "secret": complaint.secret or personal,
        "anonymous": complaint.anonymous,
        "points_at_person": personal,
        "contact_name": complaint.contact_name,
        "contact_phone": complaint.contact_phone,
    }


def _rater_keys(raters: set[str]) -> dict[str, bytes]:
    ring = keyring()
    return {rater: ring.lookup_key("rater", rater) for rater in raters}


def judge_when_filed(ids: LoadedIds, now: datetime) -> None:
    """Let the rules judge all feedback in one go, each as of when it was filed."""
    feedback_ids = [*ids.rating.values(), *ids.complaint.values()]
    rows = db.session.execute(select(Feedback.id, Feedback.filed_at).where(Feedback.id.in_(feedback_ids)))
    moments = {row.id: row.filed_at + timedelta(seconds=1) for row in rows}
    # What becomes of the complaints is written together, not one by one.
    with db.session.no_autoflush, gathered_writes(), held_clocks(ids.complaint.values()):
        form_opinions(feedback_ids, now)
        note_repeats(feedback_ids, now)
        attribute_feedback(feedback_ids, now, moments)
    db.session.flush()


def live_through(city: DemoCity, ids: LoadedIds, lived: Callable[[int], None]) -> None:
    """Let every complaint that has been judged go on with its life; `lived` is told how many have."""
    desk = _Desk(city, ids)
    # The rows of all lives are written together, one step of each at a time: flushed life by life they would take ten
    # times as long, and the database checks every step by itself. Decisions of triage write at once, so these come
    # first; in every life they are the first step that a human takes.
    lives = [[(n, step) for n, step in enumerate(one.steps) if _is_done_here(step)] for one in city.complaints]
    rounds = max(map(len, lives), default=0)
    done, most = 0, sum(map(len, lives)) or 1
    with db.session.no_autoflush, gathered_writes() as send, held_clocks(ids.complaint.values()):
        for place in range(rounds):
            for of_triage in (True, False):
                for one, life in zip(city.complaints, lives, strict=True):
                    if len(life) <= place or desk.is_of_triage(life[place][1]) != of_triage:
                        continue
                    number, step = life[place]
                    complaint = desk.complaints[ids.complaint[one.number]]
                    desk.take_step(complaint, step, f"{city.mark}:complaint:{one.number}:{number}")
                    done += 1
                    if done % 50 == 0:
                        lived(len(lives) * done // most)
                send()
                db.session.flush()


def _is_done_here(step: DemoStep) -> bool:
    """Whether a person does the step or time passes; the others are the rules', and done."""
    return step.by is not None or step.step in (Step.ACCEPT, Step.DISPUTE, Step.CLOSE_AFTER_SILENCE)


class _Desk:
    """The people who act on complaints."""

    def __init__(self, city: DemoCity, ids: LoadedIds) -> None:
        acting = {step.by for complaint in city.complaints for step in complaint.steps if step.by}
        accounts = db.session.scalars(select(Account).where(Account.id.in_([ids.account[email] for email in acting])))
        self._accounts = {account.email: account for account in accounts}
        triage = next(account.email for account in city.agency.accounts if account.roles[0][0] is Role.TRIAGE)
        self._triage = db.session.get_one(Account, ids.account[triage])
        #: All held here: the session would forget what nobody holds, and read it again one by one.
        self.complaints = {
            complaint.feedback_id: complaint
            for complaint in db.session.scalars(
                select(Complaint).where(Complaint.feedback_id.in_(list(ids.complaint.values())))
            )
        }
        self._units = {unit.id: unit for unit in db.session.scalars(select(Unit))}
        self._ids = ids

    def is_of_triage(self, step: DemoStep) -> bool:
        """Whether somebody of triage takes the step."""
        return step.by is not None and self._accounts[step.by] is self._triage

    def take_step(self, complaint: Complaint, step: DemoStep, write_key: str) -> None:
        """Do on the complaint what the step says."""
        actor = self._accounts[step.by] if step.by else None
        match step.step:
            case Step.SEND_TO_UNIT if actor is not None and step.unit is not None:
                self._send(complaint, step, actor, self._ids.unit[step.unit])
            case Step.TAKE if actor is not None and step.unit is not None:
                if complaint.state == State.IN_TRIAGE:
                    self._send(complaint, step, self._triage, self._ids.unit[step.unit])
                    db.session.flush()
                take_complaint(complaint, actor, step.at)
            case Step.ANSWER if actor is not None:
                finding = step.finding or Finding.NOT_APPLICABLE
                answer_complaint(complaint, actor, step.text or "", finding, write_key=write_key, at=step.at)
            case Step.ACCEPT:
                accept_answer(complaint, write_key=write_key, at=step.at)
            case Step.DISPUTE:
                dispute_answer(complaint, step.text or "", write_key=write_key, at=step.at)
            case Step.CLOSE_AFTER_SILENCE:
                close_after_silence(complaint, step.at)
            case _:
                raise ValueError(f"nobody can {step.step} complaint {complaint.feedback_id} here")

    def _send(self, complaint: Complaint, step: DemoStep, actor: Account, unit_id: int) -> None:
        reason = step.text or ""
        if actor is self._triage:
            officer_id = self._ids.officer[step.officer] if step.officer else None
            decide_attribution(
                complaint.feedback_id, unit_id=unit_id, officer_id=officer_id, actor=actor, reason=reason, at=step.at
            )
        elif complaint.state != State.IN_TRIAGE:
            send_to_unit(complaint, self._units[unit_id], reason=reason, at=step.at, decided_by=actor)
