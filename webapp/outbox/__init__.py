"""The outbox: what happened is written down in the transaction in which it happened, and told afterwards."""

from webapp.outbox.actions import publish, unheard
from webapp.outbox.events import Event

__all__ = ["Event", "publish", "unheard"]
