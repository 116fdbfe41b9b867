"""Whoever follows files from a chat: which ones, in which language, until he leaves."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, delete, select, update

from webapp.counter.applications.models import Application, ApplicationFollower
from webapp.database import db
from webapp.encryption import keyring
from webapp.messaging.addresses import ChatAddress


def list_followed(address: ChatAddress, limit: int = 20) -> list[str]:
    """Codes of the files that an address follows, the newest first."""
    query = (
        select(Application.code)
        .join(ApplicationFollower, ApplicationFollower.application_id == Application.id)
        .where(_is(address))
        .order_by(Application.registered_at.desc(), Application.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


def remove_follower(code: str, address: ChatAddress) -> bool:
    """Tell an address nothing more about a file; False if it was not told before."""
    application = select(Application.id).where(Application.code == code).scalar_subquery()
    gone = db.session.execute(
        delete(ApplicationFollower)
        .where(ApplicationFollower.application_id == application, _is(address))
        .returning(ApplicationFollower.id)
        .execution_options(synchronize_session=False)
    )
    return gone.first() is not None


def change_language(address: ChatAddress) -> None:
    """Tell an address everything in its language from now on."""
    db.session.execute(
        update(ApplicationFollower)
        .where(_is(address))
        .values(language=address.language)
        .execution_options(synchronize_session=False)
    )


def _is(address: ChatAddress) -> ColumnElement[bool]:
    key = keyring().lookup_key(f"address:{address.channel}", address.address)
    return and_(ApplicationFollower.channel == address.channel, ApplicationFollower.address_key == key)
