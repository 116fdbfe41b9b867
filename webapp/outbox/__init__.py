"""The outbox: what happened is written down in the transaction in which it happened, and told afterwards."""

from webapp.outbox.actions import publish, publish_all, unheard
from webapp.outbox.events import Event

__all__ = ["Event", "publish", "publish_all", "unheard"]
