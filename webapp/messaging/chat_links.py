"""Tying a chat to a member of staff: by a link that holds once, for a quarter of an hour."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.database import db
from webapp.encryption import keyring
from webapp.messaging.actions import TELEGRAM
from webapp.messaging.models import AccountChat, ChatLink

#: What a link's token begins with, so that the bot knows it from the code of a complaint.
PREFIX = "akun-"
_VALID_FOR = timedelta(minutes=15)


def new_chat_link(account_id: int, at: datetime) -> str:
    """A token that ties the next chat that says it to this account. Earlier tokens of the account end."""
    token = PREFIX + secrets.token_urlsafe(18)
    db.session.execute(delete(ChatLink).where(ChatLink.account_id == account_id))
    db.session.add(ChatLink(account_id=account_id, token_hash=_hash(token), expires_at=at + _VALID_FOR))
    db.session.flush()
    return token


def link_chat(token: str, address: str, at: datetime) -> bool:
    """Tie the chat at `address` to the account of the token; False where the token is unknown, used or too old.

    One chat serves one account: an earlier tie of either ends.
    """
    link = db.session.scalars(
        select(ChatLink).where(ChatLink.token_hash == _hash(token)).with_for_update()
    ).one_or_none()
    if link is None or link.used_at is not None or link.expires_at <= at:
        return False
    link.used_at = at
    key = keyring().lookup_key(f"address:{TELEGRAM}", address)
    db.session.execute(
        delete(AccountChat).where(AccountChat.address_key == key, AccountChat.account_id != link.account_id)
    )
    values = {"address": address, "address_key": key, "linked_at": at}
    db.session.execute(
        upsert(AccountChat)
        .values(account_id=link.account_id, **values)
        .on_conflict_do_update(index_elements=["account_id"], set_=values)
    )
    return True


def unlink_chat(account_id: int) -> None:
    """Tell this account nothing more in its chat."""
    db.session.execute(delete(AccountChat).where(AccountChat.account_id == account_id))


def has_chat(account_id: int) -> bool:
    """Whether a chat is tied to the account."""
    return db.session.scalar(select(AccountChat.account_id).where(AccountChat.account_id == account_id)) is not None


def account_of_chat(address: str) -> int | None:
    """The account that the chat at `address` is tied to; None for everybody else's chat."""
    key = keyring().lookup_key(f"address:{TELEGRAM}", address)
    return db.session.scalar(select(AccountChat.account_id).where(AccountChat.address_key == key))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
