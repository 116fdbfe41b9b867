"""A town on a certain day: people at their desks, a reporter with a phone, and a clock that is set forward."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, scoped_session

from tests.bot.conftest import Chat
from tests.factories.accounts import sign_in_window
from tests.journeys.canaries import complaint_of
from tests.pipeline import Pipeline, pipeline_of
from tests.portal.citizen.test_pages_in_browser import accessible
from webapp.accounts.models import Account
from webapp.database import transaction
from webapp.feedback.models import Complaint
from webapp.messaging.models import Notification, OutgoingMessage
from worker.schedule import announce_due


def next_monday() -> datetime:
    """Ten o'clock in Jakarta on the coming Monday: browsers keep no cookie of a day that is over."""
    today = datetime.now(UTC).replace(hour=3, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday())


@dataclass
class Town:
    """What everybody in a journey shares. Time stands still until `wait`."""

    app: Flask
    page: Page
    session: scoped_session[Session]
    pipeline: Pipeline
    clock: time_machine.Traveller
    chat: Chat
    #: Keys of the messages to the chat that were read.
    _read: set[str] = field(default_factory=set)

    def wait(self, **time: float) -> None:
        """Set the clock forward."""
        self.clock.shift(timedelta(**time))
        self.chat.now = datetime.now(UTC)

    def pass_by(self, **time: float) -> None:
        """Set the clock forward; two schedulers notice it at the same moment, and all that follows is done."""
        self.wait(**time)

        def announce(_scheduler: int) -> None:
            with self.app.app_context(), transaction():
                announce_due(datetime.now(UTC))

        with ThreadPoolExecutor(2) as schedulers:
            list(schedulers.map(announce, range(2)))
        self.pipeline.run()

    def news(self) -> list[str]:
        """Do what follows from what was done, a minute later; what the chat is told of it by itself."""
        self.pipeline.run()
        self.wait(minutes=1)
        self.session.rollback()
        rows = self.session.scalars(
            select(OutgoingMessage)
            .where(OutgoingMessage.key.startswith("notice:"), OutgoingMessage.key.not_in(self._read))
            .order_by(OutgoingMessage.id)
        ).all()
        self._read |= {row.key for row in rows}
        calls: list[dict[str, Any]] = [
            json.loads(row.content or "{}") for row in rows if row.address == str(self.chat.chat_id)
        ]
        self.chat.calls += calls
        return [str(call.get("text") or call.get("caption")) for call in calls]

    def enter(self, account: Account) -> None:
        """The window is now that of somebody of the agency; it still shows the page that it showed."""
        sign_in_window(self.page, account)

    def come_back(self, code: str) -> None:
        """The reporter opens the page of the case with both words, as on another day."""
        self.page.context.clear_cookies()
        self.page.goto(f"/lacak?kode={code}")
        self.page.fill("#secret_word", self.case(code).secret_word)
        self.page.click("main form > .btn")
        self.page.wait_for_url(f"**/lacak/{code}")

    def look(self) -> None:
        """The page in the window has no barrier and is no wider than the window, on a phone and on a desk.

        Also with all of it unfolded.
        """
        self.page.evaluate("for (const fold of document.querySelectorAll('main details')) fold.open = true")
        accessible(self.page)

    def said(self, words: str) -> None:
        """The page says that it was done."""
        expect(self.page.get_by_role("status").filter(has_text=words)).to_be_visible()

    def case(self, code: str) -> Complaint:
        """The complaint as it is stored now."""
        self.session.rollback()
        self.session.expire_all()
        return complaint_of(self.session(), code)

    def notified(self, account: Account) -> list[str]:
        """Kinds of what somebody of the agency was told, in order."""
        self.session.rollback()
        return list(
            self.session.scalars(
                select(Notification.kind).where(Notification.account_id == account.id).order_by(Notification.id)
            )
        )


@contextmanager
def town_of(app: Flask, page: Page, session: scoped_session[Session], redis_url: str) -> Iterator[Town]:
    """The town, on a Monday morning."""
    with time_machine.travel(next_monday(), tick=False) as clock, pipeline_of(app, redis_url) as pipeline:
        yield Town(app, page, session, pipeline, clock, Chat(app, now=datetime.now(UTC)))
