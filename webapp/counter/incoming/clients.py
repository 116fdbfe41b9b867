"""Systems that may report: made, switched off and given tokens by administrators, known again by their token."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Account
from webapp.counter.incoming.errors import NotKnown, SourceTaken
from webapp.counter.incoming.models import ApiClient, IncomingRecord
from webapp.database import db
from webapp.organisation.errors import CodeTaken, NotManaged
from webapp.organisation.managed import LARGEST_ID, in_reach
from webapp.organisation.models import Unit

_PREFIX = "tgp_"
_HINT = 8
#: How precisely it is known when a system last reported: every report would rewrite its row else.
_USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ManagedClient:
    """A system, and how many of its reports wait for somebody."""

    client: ApiClient
    held: int


def client_of_token(token: str, now: datetime) -> ApiClient:
    """The system that a token belongs to; notes that it was used. Raises NotKnown."""
    client = db.session.scalar(
        select(ApiClient)
        .where(ApiClient.token_digest == _digest(token), ApiClient.active)
        .options(joinedload(ApiClient.unit))
    )
    if client is None:
        raise NotKnown
    if client.last_used_at is None or now - client.last_used_at >= _USE_NOTED_EVERY:
        client.last_used_at = now
    return client


def create_client(unit: Unit, *, name: str, source: str, now: datetime) -> tuple[ApiClient, str]:
    """A system that reports for `unit` and those below, and its token, which is nowhere to be found later.

    Raises CodeTaken for a name that another system has, SourceTaken for a short name of reports of other units.
    """
    if db.session.scalar(select(ApiClient.id).where(ApiClient.name == name)) is not None:
        raise CodeTaken
    elsewhere = (
        select(IncomingRecord.id)
        .join(Unit, Unit.id == IncomingRecord.unit_id)
        .where(IncomingRecord.source == source, ~Unit.path.startswith(unit.path, autoescape=True))
    )
    taken = or_(select(ApiClient.id).where(ApiClient.source == source).exists(), elsewhere.exists())
    if db.session.scalar(select(taken)):
        raise SourceTaken
    token = _new_token()
    client = ApiClient(
        name=name, source=source, unit_id=unit.id, token_digest=_digest(token), token_hint=token[:_HINT], created_at=now
    )
    db.session.add(client)
    db.session.flush()
    return client, token


def change_client(client: ApiClient, unit: Unit, name: str) -> bool:
    """Give a system another name or the unit that it really reports for; whether the unit changed.

    What was counted stays where it was; what waits, and what comes from now on, belongs to the new unit. Raises
    CodeTaken for a name that another system has.
    """
    taken = select(ApiClient.id).where(ApiClient.name == name, ApiClient.id != client.id)
    if db.session.scalar(taken) is not None:
        raise CodeTaken
    client.name = name
    moved = client.unit_id != unit.id
    if moved:
        client.unit = unit
        db.session.execute(
            update(IncomingRecord)
            .where(IncomingRecord.source == client.source, IncomingRecord.state == "held")
            .values(unit_id=unit.id)
        )
    db.session.flush()
    return moved


def renew_token(client: ApiClient) -> str:
    """A new token in place of the old one, which opens nothing from now on."""
    token = _new_token()
    client.token_digest, client.token_hint = _digest(token), token[:_HINT]
    db.session.flush()
    return token


def set_active(client: ApiClient, active: bool) -> None:
    """Switch a system off or on again. What it reported stays."""
    client.active = active
    db.session.flush()


def list_clients(viewer: Account) -> list[ManagedClient]:
    """Systems that report for the viewer's units, by name."""
    held = (
        select(func.count(IncomingRecord.id))
        .where(IncomingRecord.client_id == ApiClient.id, IncomingRecord.state == "held")
        .correlate(ApiClient)
        .scalar_subquery()
    )
    rows = db.session.execute(
        select(ApiClient, held)
        .join(Unit, Unit.id == ApiClient.unit_id)
        .where(in_reach(viewer))
        .options(joinedload(ApiClient.unit))
        .order_by(func.lower(ApiClient.name))
    )
    return [ManagedClient(client, count) for client, count in rows]


def get_client(viewer: Account, client_id: int) -> ApiClient:
    """The system with this id; raises NotManaged."""
    client = None
    if 0 < client_id <= LARGEST_ID:
        client = db.session.scalar(
            select(ApiClient)
            .join(Unit, Unit.id == ApiClient.unit_id)
            .where(ApiClient.id == client_id, in_reach(viewer))
        )
    if client is None:
        raise NotManaged
    return client


def _new_token() -> str:
    return _PREFIX + secrets.token_urlsafe(32)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
