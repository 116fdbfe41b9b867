"""Whoever follows complaints by an address: what they follow, in which language, until they leave."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, delete, select, update

from webapp.database import db
from webapp.encryption import keyring
from webapp.feedback.models import Follower
from webapp.feedback.tracking import Reporter
from webapp.messaging.addresses import ChatAddress


def reporter_at(address: ChatAddress) -> Reporter:
    """Whoever writes from an address, as the reporter of the complaints that are followed from there."""
    return Reporter(frozenset(db.session.scalars(select(Follower.complaint_id).where(_is(address)))))


def remove_follower(complaint_id: int, address: ChatAddress) -> None:
    """Tell an address nothing more about a complaint."""
    db.session.execute(delete(Follower).where(Follower.complaint_id == complaint_id, _is(address)))


def remove_followers(complaint_id: int, channel: str) -> None:
    """Tell nobody more about a complaint by a channel."""
    db.session.execute(delete(Follower).where(Follower.complaint_id == complaint_id, Follower.channel == channel))


def change_language(address: ChatAddress) -> None:
    """Tell an address everything in its language from now on."""
    db.session.execute(
        update(Follower)
        .where(_is(address))
        .values(language=address.language)
        .execution_options(synchronize_session=False)
    )


def _is(address: ChatAddress) -> ColumnElement[bool]:
    key = keyring().lookup_key(f"address:{address.channel}", address.address)
    return and_(Follower.channel == address.channel, Follower.address_key == key)
