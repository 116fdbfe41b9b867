"""What the agency does with a complaint: send, take, ask, answer. Whoever is excluded from it can do none of it."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.feedback.actions import is_repetition, move, say
from webapp.feedback.clocks.actions import keep_clocks
from webapp.feedback.errors import NotForThisPerson
from webapp.feedback.events import ComplaintAnswered, ComplaintMoved, QuestionAsked
from webapp.feedback.life_cycle import State, Step
from webapp.feedback.models import Complaint, Exclusion, Feedback, Recusal
from webapp.feedback.movement.records import record_move
from webapp.feedback.movement.shared_answers import answer_merged
from webapp.feedback.vocabulary import Channel, Finding, Move
from webapp.messaging.notifications import take_back
from webapp.organisation.calendars import WorkingTime
from webapp.organisation.models import Officer, Unit
from webapp.outbox import publish


def visible_to(viewer: Account) -> ColumnElement[bool]:
    """The condition under which `viewer` may see a complaint. Fails closed.

    - Nobody sees one that concerns himself (Exclusion), or in which he declared a conflict of interest (Recusal).
    - One that points at a person is seen only with COMPLAINT_READ_PERSONAL for its unit.
    - Others are seen with COMPLAINT_READ or COMPLAINT_ANSWER for the unit where they lie.
    - What lies nowhere yet is seen by triage only.

    Use it in a query over Complaint outer-joined with Unit (Complaint.unit).
    """
    return _visible_to(
        viewer.id,
        tuple(reach(viewer, Permission.COMPLAINT_READ_PERSONAL)),
        # Who may answer may mostly read there, too: each path once.
        tuple(
            dict.fromkeys(
                (*reach(viewer, Permission.COMPLAINT_READ), *reach(viewer, Permission.COMPLAINT_ANSWER)),
            )
        ),
        bool(reach(viewer, Permission.COMPLAINT_TRIAGE)),
    )


@lru_cache(maxsize=512)
def _visible_to(
    account_id: int, personal_below: tuple[str, ...], plain_below: tuple[str, ...], triage: bool
) -> ColumnElement[bool]:
    """The condition for an account that holds these permissions now: it is in every query, so it is built once."""
    concerned = (
        select(Exclusion.officer_id)
        .join(Officer, Officer.id == Exclusion.officer_id)
        .where(Exclusion.complaint_id == Complaint.feedback_id, Officer.account_id == account_id)
        .correlate(Complaint)
        .exists()
    )
    recused = (
        select(Recusal.account_id)
        .where(Recusal.complaint_id == Complaint.feedback_id, Recusal.account_id == account_id)
        .correlate(Complaint)
        .exists()
    )
    homeless: ColumnElement[bool] = Complaint.unit_id.is_(None) if triage else false()
    return and_(
        ~concerned,
        ~recused,
        or_(
            homeless,
            and_(Complaint.points_at_person, _below(personal_below)),
            and_(~Complaint.points_at_person, _below(plain_below)),
        ),
    )


def _below(paths: tuple[str, ...]) -> ColumnElement[bool]:
    return or_(false(), *(Unit.path.startswith(path, autoescape=True) for path in paths))


def get_case(viewer: Account, code: str, *, lock: bool = False) -> Complaint:
    """The complaint with this code, if `viewer` may see it; NotForThisPerson else (also where there is none)."""
    if "\x00" in code:  # no code holds one, and PostgreSQL would not even look
        raise NotForThisPerson
    query = (
        select(Complaint)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .outerjoin(Unit, Unit.id == Complaint.unit_id)
        .where(Complaint.code == code, visible_to(viewer))
    )
    if lock:  # what was read of it before the lock may be old
        query = query.with_for_update(of=Complaint).execution_options(populate_existing=True)
    complaint = db.session.scalars(query).one_or_none()
    if complaint is None:
        raise NotForThisPerson
    return complaint


def sees_case(viewer: Account, code: str) -> bool:
    """Whether there is a complaint with this code that `viewer` may see."""
    query = select(Complaint.feedback_id).outerjoin(Unit, Unit.id == Complaint.unit_id)
    return db.session.scalar(query.where(Complaint.code == code.replace("\x00", ""), visible_to(viewer))) is not None


def exclude_officers(complaint_id: int, officer_ids: list[int], at: datetime) -> None:
    """Keep a complaint from the officers whom it concerns, from now on; nothing that they were told of it is left."""
    if officer_ids:
        # Rows as parameters: a statement with the rows in it would be compiled anew each time.
        db.session.execute(
            upsert(Exclusion).on_conflict_do_nothing(),
            [{"complaint_id": complaint_id, "officer_id": id_, "at": at} for id_ in sorted(set(officer_ids))],
        )
        take_back(
            select(Officer.account_id).where(Officer.id.in_(officer_ids), Officer.account_id.is_not(None)),
            select(Complaint.code).where(Complaint.feedback_id == complaint_id).scalar_subquery(),
        )


def send_to_unit(
    complaint: Complaint,
    unit: Unit,
    working: WorkingTime | None = None,
    *,
    reason: str,
    at: datetime,
    decided_by: Account | None = None,
    kind: Move = Move.SENT,
    note: str | None = None,
) -> None:
    """Send a complaint to a unit; its clocks are counted by the unit's terms and working time.
    `working` is for who has that at hand.

    Whoever sends on what was just filed, or waits for triage, has verified it by that.
    """
    if complaint.unit_id == unit.id and complaint.state == State.SENT:
        return
    by = decided_by.id if decided_by else None
    move(complaint, Step.SEND_TO_UNIT, at, by)
    complaint.verified_at = complaint.verified_at or at
    complaint.unit_id = unit.id
    complaint.handler_id = None
    keep_clocks(complaint, at, working)
    record_move(complaint, kind, at, by=by, reason=reason, note=note)
    if complaint.feedback.channel != Channel.IMPORT:  # nobody follows what came out of an export
        publish(ComplaintMoved(complaint.feedback_id))


def hold_for_triage(
    complaint: Complaint,
    *,
    reason: str,
    at: datetime,
    decided_by: Account | None = None,
    kind: Move = Move.HELD,
    note: str | None = None,
) -> None:
    """Keep a complaint for a human to decide where it belongs."""
    if complaint.state == State.IN_TRIAGE:
        return
    by = decided_by.id if decided_by else None
    move(complaint, Step.HOLD_FOR_TRIAGE, at, by)
    complaint.unit_id = None
    complaint.handler_id = None
    keep_clocks(complaint, at)
    record_move(complaint, kind, at, by=by, reason=reason, note=note)


def mark_personal(complaint: Complaint, personal: bool, actor: Account, at: datetime) -> None:
    """A person decides whether a complaint points at somebody; written down beside what the product had assumed.

    What points at a person is secret from then on. Taking the mark away does not make it public.
    """
    if complaint.points_at_person == personal:
        return
    complaint.points_at_person = personal
    complaint.secret = complaint.secret or personal
    record_move(complaint, Move.MARKED_PERSONAL if personal else Move.MARKED_IMPERSONAL, at, by=actor.id)


def take_complaint(complaint: Complaint, actor: Account, at: datetime) -> None:
    """`actor` takes a complaint of the unit onto his desk; one that he has is left as it is."""
    if complaint.handler_id == actor.id and complaint.state == State.IN_WORK:
        return
    _take(complaint, actor, at)
    keep_clocks(complaint, at)
    publish(ComplaintMoved(complaint.feedback_id))


def _take(complaint: Complaint, actor: Account, at: datetime) -> None:
    move(complaint, Step.TAKE, at, actor.id)
    complaint.handler_id = actor.id
    record_move(complaint, Move.TAKEN, at, by=actor.id, handler_id=actor.id)


def answer_complaint(
    complaint: Complaint, actor: Account, text: str, finding: Finding, *, write_key: str, at: datetime
) -> None:
    """Answer a complaint with what was found; the clock of the reporter's verdict starts.

    Raises NotForThisPerson where somebody else has it on the desk, IllegalStep where it is not in work; then nothing
    was said either.
    """
    if complaint.handler_id not in (None, actor.id):
        raise NotForThisPerson
    to_take = complaint.state in (State.SENT, State.ASSIGNED, State.DISPUTED)
    if is_repetition(State.IN_WORK if to_take else State(complaint.state), Step.ANSWER, write_key):
        return
    message_id = say(complaint, "agency", "answer", text, write_key=write_key, at=at, account_id=actor.id)
    if message_id is None:
        return
    if to_take:  # nobody is told of that by itself: by the time that anybody would be, it is answered
        _take(complaint, actor, at)
        db.session.flush()  # the database checks each step by itself
    move(complaint, Step.ANSWER, at, actor.id)
    complaint.answered_at = at
    complaint.first_answered_at = complaint.first_answered_at or at
    complaint.answered_by_id = actor.id
    complaint.awaiting_reporter_since = None
    complaint.finding = finding
    keep_clocks(complaint, at)
    answer_merged(complaint, message_id, text, at)
    publish(ComplaintAnswered(complaint.feedback_id, message_id))


def ask_reporter(complaint: Complaint, actor: Account, text: str, *, write_key: str, at: datetime) -> None:
    """Ask the reporter something, without either learning the other's name."""
    message_id = say(complaint, "agency", "question", text, write_key=write_key, at=at, account_id=actor.id)
    if message_id is not None:
        complaint.awaiting_reporter_since = complaint.awaiting_reporter_since or at
        keep_clocks(complaint, at)
        publish(QuestionAsked(complaint.feedback_id, message_id))
