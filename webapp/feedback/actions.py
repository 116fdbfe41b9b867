"""What citizens do: file, rate, follow, reply, accept, dispute."""

from __future__ import annotations

from datetime import datetime, timedelta
from hmac import compare_digest

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db, write
from webapp.encryption import keyring
from webapp.feedback.clocks.actions import keep_clocks, prepared
from webapp.feedback.codes import clean_code, clean_secret_word, new_code
from webapp.feedback.drafts import ComplaintDraft, RatingDraft, Submitted
from webapp.feedback.errors import AlreadySent, CaseLocked, NoSuchCase, ReceiptUsed
from webapp.feedback.events import ComplaintSettled, ComplaintSubmitted, RatingSubmitted, ReporterReplied
from webapp.feedback.filing import file_complaint_row, file_rows
from webapp.feedback.life_cycle import IllegalStep, State, Step, next_state
from webapp.feedback.masking import mask_personal_numbers
from webapp.feedback.models import (
    Complaint,
    ComplaintMessage,
    Feedback,
    Follower,
    Photo,
    Rating,
    RatingElement,
    StateChange,
)
from webapp.feedback.movement.people import somebody_may
from webapp.feedback.movement.records import record_move
from webapp.feedback.rows import complaint_values, feedback_values, rating_values, shown_text
from webapp.feedback.vocabulary import Channel, Move
from webapp.messaging.addresses import ChatAddress
from webapp.outbox import publish

#: After so many wrong secret words a code is closed for a while, doubling from LOOK_STEP up to LONGEST_LOCK.
FAILURES_BEFORE_LOCK = 5
LOOK_STEP = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)

_MESSAGES = ComplaintMessage.metadata.tables[ComplaintMessage.__tablename__]
_STEP = prepared(
    insert(StateChange.metadata.tables[StateChange.__tablename__]).inline(),
    ("complaint_id", "state", "at", "account_id"),
)
_SAY = upsert(_MESSAGES).on_conflict_do_nothing(index_elements=["write_key"]).returning(_MESSAGES.c.id)


def submit_complaint(
    draft: ComplaintDraft,
    *,
    write_key: str,
    channel: Channel,
    at: datetime,
    rater_key: bytes | None = None,
    follower: ChatAddress | None = None,
    photo_key: str | None = None,
) -> Submitted:
    """File a complaint once, however often its form arrives.

    `photo_key` takes along the photos that were uploaded under that key. Sending the same `write_key` again returns
    what the first one became; with another text it raises AlreadySent.
    """
    complaint = complaint_values(draft)
    feedback_id, written = file_rows(
        feedback_values(draft, write_key=write_key, channel=channel, at=at, rater_key=rater_key), complaint
    )
    if feedback_id is None:
        earlier = _earlier_complaint(write_key, shown_text(draft.text))
        if photo_key is not None:  # the same form again, with photos that did not arrive the first time
            attach_photos(photo_key, earlier.feedback_id)
        return earlier
    if not written:  # the code is taken: once in many millions
        complaint["code"] = new_code()
        while not file_complaint_row(feedback_id, complaint):
            complaint["code"] = new_code()
        publish(ComplaintSubmitted(feedback_id))
    if photo_key is not None:
        attach_photos(photo_key, feedback_id)
    if follower is not None:
        add_follower(feedback_id, follower)
    return Submitted(feedback_id, True, complaint["code"], complaint["secret_word"])


def attach_photos(photo_key: str, feedback_id: int) -> None:
    """Give a complaint the photos that were uploaded under a key; those that have a complaint keep theirs."""
    db.session.execute(
        update(Photo)
        .where(Photo.upload_key == photo_key, Photo.complaint_id.is_(None))
        .values(complaint_id=feedback_id)
    )


def _earlier_complaint(write_key: str, masked: str) -> Submitted:
    earlier = db.session.scalars(select(Complaint).join(Feedback).where(Feedback.write_key == write_key)).one()
    if earlier.text != masked:
        raise AlreadySent(earlier.code)
    return Submitted(earlier.feedback_id, False, earlier.code, earlier.secret_word)


def submit_rating(
    draft: RatingDraft, *, write_key: str, channel: Channel, at: datetime, rater_key: bytes | None = None
) -> Submitted:
    """Take a rating once, however often its form arrives.

    Raises ReceiptUsed where the visit was rated before, AlreadySent where the same form comes with another value.
    """
    feedback_id = db.session.scalar(
        upsert(Feedback)
        .values(feedback_values(draft, write_key=write_key, channel=channel, at=at, rater_key=rater_key))
        .on_conflict_do_nothing()
        .returning(Feedback.id)
    )
    if feedback_id is None:
        earlier = db.session.scalars(select(Rating).join(Feedback).where(Feedback.write_key == write_key)).one_or_none()
        if earlier is None:
            raise ReceiptUsed
        if earlier.value != draft.value:
            raise AlreadySent(None)
        return Submitted(earlier.feedback_id, False)
    db.session.execute(insert(Rating).values(rating_values(draft, feedback_id)))
    if draft.elements:
        db.session.execute(
            insert(RatingElement),
            [{"rating_id": feedback_id, "element": name, "value": value} for name, value in draft.elements.items()],
        )
    publish(RatingSubmitted(feedback_id))
    return Submitted(feedback_id, True)


def add_follower(complaint_id: int, follower: ChatAddress) -> None:
    """Tell `follower` from now on what becomes of a complaint; adding twice changes nothing."""
    db.session.execute(
        upsert(Follower)
        .values(
            complaint_id=complaint_id,
            channel=follower.channel,
            address=follower.address,
            address_key=keyring().lookup_key(f"address:{follower.channel}", follower.address),
            language=follower.language,
        )
        .on_conflict_do_nothing()
    )


def open_case(code: str, secret_word: str, now: datetime) -> Complaint:
    """The complaint that code and secret word open together, locked for the transaction.

    Raises NoSuchCase where they do not belong together, CaseLocked after too many attempts. A failure is counted on
    the complaint, so the caller commits in either case.
    """
    complaint = db.session.scalars(
        select(Complaint).where(Complaint.code == clean_code(code)).with_for_update(of=Complaint)
    ).one_or_none()
    if complaint is None:
        raise NoSuchCase
    if complaint.looks_locked_until is not None and complaint.looks_locked_until > now:
        raise CaseLocked(complaint.looks_locked_until)
    if not compare_digest(complaint.secret_word.encode(), clean_secret_word(secret_word).encode()):
        complaint.failed_looks += 1
        beyond = complaint.failed_looks - FAILURES_BEFORE_LOCK
        if beyond >= 0:
            complaint.looks_locked_until = now + min(LOOK_STEP * 2 ** min(beyond, 10), LONGEST_LOCK)
        db.session.flush()
        raise NoSuchCase
    complaint.failed_looks = 0
    complaint.looks_locked_until = None
    db.session.flush()
    return complaint


def reply_to_agency(complaint: Complaint, text: str, *, write_key: str, at: datetime) -> None:
    """The reporter answers a question or adds something. It starts no clock anew and changes no state."""
    if say(complaint, "reporter", "reply", text, write_key=write_key, at=at) is not None:
        complaint.awaiting_reporter_since = None
        keep_clocks(complaint, at)
        publish(ReporterReplied(complaint.feedback_id))


def accept_answer(complaint: Complaint, *, write_key: str, at: datetime) -> None:
    """The reporter confirms that the matter is settled; raises IllegalStep where there is no standing answer."""
    if complaint.state == State.ACCEPTED:
        return
    move(complaint, Step.ACCEPT, at, None)
    complaint.settled_at = at
    keep_clocks(complaint, at)
    say(complaint, "reporter", "acceptance", "", write_key=write_key, at=at)
    publish(ComplaintSettled(complaint.feedback_id, State.ACCEPTED))


def dispute_answer(complaint: Complaint, reason: str, *, write_key: str, at: datetime) -> None:
    """The reporter disputes the answer: the complaint is open again and goes before another pair of eyes.

    Raises IllegalStep where there is no standing answer; then nothing was said either.
    """
    if is_repetition(State(complaint.state), Step.DISPUTE, write_key):
        return
    if not say(complaint, "reporter", "dispute", reason, write_key=write_key, at=at):
        return
    move(complaint, Step.DISPUTE, at, None)
    complaint.reopened += 1
    complaint.handler_id = None
    seek_other_eyes(complaint, at)
    keep_clocks(complaint, at)
    publish(ComplaintSettled(complaint.feedback_id, State.DISPUTED))


def seek_other_eyes(complaint: Complaint, at: datetime) -> None:
    """Bring a disputed complaint to triage where nobody but whoever answered could work on it."""
    if somebody_may(complaint):
        return
    db.session.flush()
    move(complaint, Step.HOLD_FOR_TRIAGE, at, None)
    complaint.unit_id = None
    record_move(complaint, Move.HELD, at, by=None, reason="nobody_else")


def close_after_silence(complaint: Complaint, at: datetime) -> None:
    """Close a complaint whose answer the reporter left alone. Closed, not accepted: silence is no consent."""
    move(complaint, Step.CLOSE_AFTER_SILENCE, at, None)
    complaint.settled_at = at
    keep_clocks(complaint, at)
    publish(ComplaintSettled(complaint.feedback_id, State.CLOSED))


def move(complaint: Complaint, step: Step, at: datetime, account_id: int | None) -> None:
    """Take one step of the life cycle and write it down; raises IllegalStep.

    Whoever takes a step calls `keep_clocks` once all that goes with it is set. A second step in the same transaction
    needs a flush in between: the database checks each step by itself.
    """
    state = next_state(State(complaint.state), step)
    # Before the complaint itself is touched, so that all that changes in it goes there in one statement.
    write(_STEP, {"complaint_id": complaint.feedback_id, "state": state, "at": at, "account_id": account_id})
    complaint.state = state


def is_repetition(state: State, step: Step, write_key: str) -> bool:
    """Whether `step` is impossible in `state` because the message that goes with it was written before.

    Raises IllegalStep where it is impossible and was not. Asked before anything is written, so that nothing needs to
    be taken back: a savepoint for each answer costs more than the answer.
    """
    try:
        next_state(state, step)
    except IllegalStep:
        if db.session.scalar(select(ComplaintMessage.id).where(ComplaintMessage.write_key == write_key)) is None:
            raise
        return True
    return False


def say(
    complaint: Complaint,
    author: str,
    kind: str,
    text: str,
    *,
    write_key: str,
    at: datetime,
    account_id: int | None = None,
) -> int | None:
    """Write a message on a complaint, masked; its id, or None where the same `write_key` was said before."""
    text = text.strip()
    masked = mask_personal_numbers(text)
    message_id: int | None = db.session.scalar(
        _SAY,
        {
            "complaint_id": complaint.feedback_id,
            "author": author,
            "kind": kind,
            "text": masked,
            "original_text": text if masked != text else None,
            "write_key": write_key,
            "at": at,
            "account_id": account_id,
        },
    )
    return message_id
