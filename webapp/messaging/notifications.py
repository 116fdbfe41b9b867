"""Telling members of staff something: on the page always, by chat and mail as each of them chose."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db
from webapp.messaging.actions import EMAIL, TELEGRAM, queue_message
from webapp.messaging.languages import speaking
from webapp.messaging.models import AccountChat, Notification, NotificationChoice, OutgoingMessage
from webapp.messaging.notification_words import letter_of, message_of, sentence_of
from webapp.messaging.quiet_hours import end_of_quiet, last_digest
from webapp.messaging.vocabulary import NoticeKind


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom to tell: the account with the address, language and zone it has."""

    account_id: int
    email: str
    language: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name letters go out, and where links lead."""

    city: str
    public_url: str
    mail: bool


def notify(
    recipients: Sequence[Recipient],
    kind: NoticeKind,
    code: str | None,
    particulars: Mapping[str, Any],
    *,
    key: str,
    at: datetime,
    sender: Sender,
) -> int:
    """Tell each recipient, once under `key`; how many were told now.

    What falls into somebody's quiet hours goes out at their end; who reads a digest finds it there.
    """
    told = 0
    for recipient in recipients:
        choice = db.session.get(NotificationChoice, recipient.account_id) or _usual(recipient.account_id)
        elsewhere = kind not in choice.muted
        added = db.session.scalar(
            upsert(Notification)
            .values(
                account_id=recipient.account_id,
                key=f"{key}:{recipient.account_id}",
                kind=kind,
                code=code,
                particulars=dict(particulars),
                at=at,
                digest_due=elsewhere and choice.digest_at is not None,
            )
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(Notification.id)
        )
        if added is None:
            continue
        told += 1
        if elsewhere and choice.digest_at is None:
            with speaking(recipient.language):
                sentences = [sentence_of(kind, code, particulars)]
            link = f"{sender.public_url}/pemberitahuan/{added}"
            _send(recipient, choice, sentences, link, f"notification:{added}", at, sender)
    return told


def send_digest(recipient: Recipient, now: datetime, sender: Sender, found: Container[int]) -> bool:
    """Send what has come together for somebody's digest, once its time has come; whether anything went out.

    `found` are the notifications that he finds on his page, too: of what he may not see any more no digest tells.
    """
    choice = db.session.get(NotificationChoice, recipient.account_id)
    if choice is None:
        return False
    waiting = db.session.scalars(
        select(Notification)
        .where(
            Notification.account_id == recipient.account_id, Notification.digest_due, Notification.digested_at.is_(None)
        )
        .order_by(Notification.id)
        .with_for_update(skip_locked=True)
    ).all()
    if choice.digest_at is not None:
        due = last_digest(now, choice.digest_at, ZoneInfo(recipient.timezone))
        waiting = [one for one in waiting if one.at <= due]
    if not waiting:
        return False
    for one in waiting:
        one.digested_at = now
    unread = [one for one in waiting if one.read_at is None and one.id in found]
    if unread:
        with speaking(recipient.language):
            sentences = [sentence_of(one.kind, one.code, one.particulars) for one in unread]
        key = f"digest:{recipient.account_id}:{waiting[0].id}-{waiting[-1].id}"
        _send(recipient, choice, sentences, f"{sender.public_url}/pemberitahuan", key, now, sender)
    db.session.flush()
    return bool(unread)


def who_waits_for_a_digest() -> list[int]:
    """Accounts for which something has come together."""
    return list(
        db.session.scalars(
            select(Notification.account_id)
            .where(Notification.digest_due, Notification.digested_at.is_(None))
            .distinct()
            .order_by(Notification.account_id)
        )
    )


def mark_read(account_id: int, notification_ids: Sequence[int] | None, at: datetime) -> None:
    """Somebody has read these of his notifications; all of them with None."""
    mine = [Notification.account_id == account_id, Notification.read_at.is_(None)]
    if notification_ids is not None:
        mine.append(Notification.id.in_(list(notification_ids)))
    db.session.execute(
        update(Notification).where(*mine).values(read_at=at).execution_options(synchronize_session=False)
    )


def take_back(account_ids: Select[int | None] | Sequence[int], code: ScalarSelect[str] | str) -> None:
    """Leave nothing of a case with these accounts: what they were told goes, and what waits is not sent any more."""
    told = Notification.account_id.in_(account_ids)
    about: ColumnElement[bool] = Notification.code == code
    gone = db.session.scalars(delete(Notification).where(told, about).returning(Notification.id)).all()
    if gone:
        keys = [f"notification:{id_}:{way}" for id_ in gone for way in ("telegram", "email")]
        db.session.execute(
            delete(OutgoingMessage).where(OutgoingMessage.key.in_(keys), OutgoingMessage.state == "pending")
        )


def choice_of(account_id: int) -> NotificationChoice:
    """How somebody is told things; what is usual where he never chose (then not yet stored)."""
    return db.session.get(NotificationChoice, account_id) or _usual(account_id)


def _usual(account_id: int) -> NotificationChoice:
    return NotificationChoice(account_id=account_id, by_telegram=True, by_email=False, muted=[])


def _send(
    recipient: Recipient,
    choice: NotificationChoice,
    sentences: list[str],
    link: str,
    key: str,
    at: datetime,
    sender: Sender,
) -> None:
    due_at = end_of_quiet(at, choice.quiet_from, choice.quiet_until, ZoneInfo(recipient.timezone))
    if choice.by_telegram:
        chat = db.session.get(AccountChat, recipient.account_id)
        if chat is not None:
            content = {"method": "sendMessage", "text": message_of(sentences, link)}
            queue_message(TELEGRAM, chat.address, content, key=f"{key}:telegram", due_at=due_at)
    if choice.by_email and sender.mail:
        with speaking(recipient.language):
            letter = letter_of(sentences, link, sender.city)
        content = {"subject": letter.subject, "text": letter.text}
        queue_message(EMAIL, recipient.email, content, key=f"{key}:email", due_at=due_at)
