"""Letters: a due message handed to the SMTP server of the settings."""

from __future__ import annotations

import hashlib
import json
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from urllib.parse import unquote, urlsplit

from sqlalchemy import select

from webapp.database import db
from webapp.messaging.actions import EMAIL, announce_mail
from webapp.messaging.models import OutgoingMessage

#: Seconds that a server may take to answer.
_PATIENCE = 20
#: Letters announced by one look at the clock.
_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Postbox:
    """Where letters are handed in: smtp://[user:password@]host[:port] (STARTTLS where offered) or smtps://..."""

    url: str
    sender: str
    name: str


def announce_due_mail(now: datetime) -> None:
    """Have the letters sent whose quiet hours are over."""
    due = db.session.scalars(
        select(OutgoingMessage.id)
        .where(OutgoingMessage.channel == EMAIL, OutgoingMessage.state == "pending", OutgoingMessage.due_at <= now)
        .order_by(OutgoingMessage.id)
        .limit(_MOST_AT_ONCE)
    )
    for message_id in due.all():
        announce_mail(message_id)


def send_mail(message_id: int, now: datetime, postbox: Postbox | None) -> None:
    """Hand one letter in and note that it is sent; what was sent or given up is left alone.

    An address that the server refuses is noted as failed; any other trouble is raised, and the outbox tries again. A
    letter has the same Message-ID each time, so that one handed in twice (the process died in between) is recognised.
    """
    message = db.session.scalars(
        select(OutgoingMessage)
        .where(OutgoingMessage.id == message_id, OutgoingMessage.channel == EMAIL, OutgoingMessage.state == "pending")
        .with_for_update()
    ).one_or_none()
    if message is None:
        return
    if postbox is None:
        message.state, message.last_error = "failed", "no SMTP server is set"
        return
    message.attempts += 1
    try:
        _hand_in(postbox, message, now)
    except (smtplib.SMTPRecipientsRefused, ValueError) as error:
        # The kind alone: the server's words may hold the address.
        message.state, message.last_error = "failed", type(error).__name__
        return
    message.state, message.sent_at, message.content, message.last_error = "sent", now, None, None


def _hand_in(postbox: Postbox, message: OutgoingMessage, now: datetime) -> None:
    content = json.loads(message.content or "{}")
    letter = EmailMessage()
    letter["Subject"] = " ".join(str(content["subject"]).split())
    letter["From"] = formataddr((postbox.name, postbox.sender))
    letter["To"] = message.address
    letter["Date"] = format_datetime(now)
    domain = postbox.sender.rpartition("@")[2]
    letter["Message-ID"] = f"<{hashlib.sha256(message.key.encode()).hexdigest()[:32]}@{domain}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(str(content["text"]))
    parts = urlsplit(postbox.url)
    host, secure = parts.hostname or "localhost", parts.scheme == "smtps"
    with (
        smtplib.SMTP_SSL(host, parts.port or 465, timeout=_PATIENCE, context=ssl.create_default_context())
        if secure
        else smtplib.SMTP(host, parts.port or 25, timeout=_PATIENCE)
    ) as server:
        if not secure:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(letter)
