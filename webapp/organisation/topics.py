"""What complaints are about, in the agency's own list, for the whole agency; retired topics keep their past."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from webapp.accounts.models import Account
from webapp.accounts.permissions import Permission, reach
from webapp.database import db
from webapp.organisation.errors import CodeTaken, NotManaged
from webapp.organisation.managed import LARGEST_ID
from webapp.organisation.models import Topic, Unit

#: Topics on a page.
PAGE = 100


def may_change_topics(viewer: Account) -> bool:
    """Topics hold for everybody, so only those change them who manage a whole agency."""
    return any(path.count("/") == 2 for path in reach(viewer, Permission.ORGANISATION_MANAGE))


def list_topics(words: str = "", *, page: int = 1, size: int = PAGE) -> tuple[Sequence[Topic], int]:
    """Topics by name, those in use first, one page of them, and how many there are."""
    query = select(Topic)
    if words:
        query = query.where(Topic.name.icontains(words, autoescape=True))
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    topics = db.session.scalars(
        query.options(joinedload(Topic.unit))
        .order_by(Topic.active.desc(), func.lower(Topic.name), Topic.id)
        .limit(size)
        .offset((max(page, 1) - 1) * size)
    ).all()
    return topics, total


def get_topic(viewer: Account, topic_id: int) -> Topic:
    """The topic with this id, to change it; raises NotManaged for whoever may not."""
    topic = db.session.get(Topic, topic_id) if 0 < topic_id <= LARGEST_ID and may_change_topics(viewer) else None
    if topic is None:
        raise NotManaged
    return topic


def create_topic(viewer: Account, name: str, unit: Unit | None) -> Topic:
    """A new topic; raises NotManaged, CodeTaken."""
    if not may_change_topics(viewer):
        raise NotManaged
    _refuse_taken(name, None)
    topic = Topic(name=_tidy(name), unit_id=unit.id if unit is not None else None)
    db.session.add(topic)
    db.session.flush()
    return topic


def change_topic(topic: Topic, name: str, unit: Unit | None, *, active: bool) -> None:
    """Give a topic another name or unit, retire it or take it back; raises CodeTaken."""
    _refuse_taken(name, topic)
    topic.name, topic.unit_id, topic.active = _tidy(name), unit.id if unit is not None else None, active
    db.session.flush()


def _tidy(name: str) -> str:
    return " ".join(name.split())


def _refuse_taken(name: str, but: Topic | None) -> None:
    same = select(Topic.id).where(func.lower(Topic.name) == _tidy(name).lower())
    if but is not None:
        same = same.where(Topic.id != but.id)
    if db.session.scalar(same.limit(1)) is not None:
        raise CodeTaken
