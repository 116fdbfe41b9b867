"""A worker or scheduler dies in the middle of a reminder, an escalation, a notification, a letter: nothing is lost, and
nothing is said twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import select

from tests.factories.accounts import make_account
from tests.factories.desk import make_agency, make_placed
from tests.pipeline import Pipeline
from tests.worker.conftest import Deliveries, Stumbling
from webapp.accounts.permissions import Role
from webapp.app import settings_of
from webapp.database import transaction
from webapp.feedback.actions import add_follower
from webapp.feedback.clocks.models import ComplaintClock
from webapp.feedback.handling import answer_complaint, take_complaint
from webapp.feedback.models import Disposition
from webapp.feedback.vocabulary import Finding, Move
from webapp.messaging.addresses import ChatAddress
from webapp.messaging.chat_links import link_chat, new_chat_link
from webapp.messaging.models import Notification, NotificationChoice, OutgoingMessage
from webapp.messaging.notifications import Sender
from worker import jobs
from worker.schedule import announce_due

DYING = ("look_at_clocks", "notify_staff", "notify_followers", "send_mail")


def test_whatever_dies_while_somebody_is_told(
    pipeline: Pipeline, database: SQLAlchemy, deliveries: Deliveries, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, now = database.session(), datetime.now(UTC)
    agency = make_agency(session)
    make_account(session, (Role.SUPERVISOR, agency.city))  # whom the top of the ladder names
    link_chat(new_chat_link(agency.sari.id, now), "4711", now)
    session.add(NotificationChoice(account_id=agency.sari.id, by_email=True))
    # of 14 working days three quarters are over, whatever day of the week it is
    twelve = (now.date() - np.busday_offset(now.date(), -12, roll="backward").item()).days
    nearing, late, done = (
        make_placed(session, now - timedelta(days=days), agency.unit) for days in (twelve, 60, 1)
    )  # fmt: skip
    for complaint in (nearing, late, done):
        take_complaint(complaint, agency.sari, complaint.feedback.filed_at)
        add_follower(complaint.feedback_id, ChatAddress("telegram", "4712", "id"))
        session.flush()
    answer_complaint(done, agency.sari, "Sudah selesai.", Finding.FOUNDED, write_key="a", at=now)
    session.commit()

    handed_in: list[str] = []
    monkeypatch.setattr("webapp.messaging.mail._hand_in", lambda _box, message, _now: handed_in.append(message.key))
    monkeypatch.setattr(jobs, "_sender", lambda: Sender("Kota Uji", "https://tanggap.example", mail=True))
    monkeypatch.setattr(jobs, "settings_of", lambda app: replace(settings_of(app), smtp_url="smtp://127.0.0.1:9"))
    dying = {name: Stumbling(name, 2, OSError("killed")) for name in DYING}
    for name, job in dying.items():
        monkeypatch.setitem(jobs.JOBS, name, job)

    announce_due(now)
    session.rollback()  # the scheduler was killed before its transaction ended
    for _scheduler in range(2):
        with transaction():
            announce_due(now)
    for _death in range(5):
        pipeline.run()
        deliveries.make_due()
        with transaction():
            announce_due(datetime.now(UTC))  # the letters that are due by now
    pipeline.run()

    calls = {name: job.calls for name, job in dying.items()}
    assert min(calls.values()) > 2, f"each of them must have died and come back: {calls}"
    assert not [one for name in DYING for one in deliveries.of(name) if one.state != "done"], "nothing is lost"
    told = Counter(session.execute(select(Notification.account_id, Notification.kind, Notification.code)).all())
    assert told[agency.sari.id, "nearing", nearing.code] == 1
    assert {code for _account, kind, code in told if kind == "missed"} == {late.code}
    assert set(told.values()) == {1}, "each is told once"
    moves = select(Disposition.complaint_id, Disposition.reason).where(Disposition.kind == Move.ESCALATED)
    climbed = Counter(session.execute(moves).all())
    rungs = {(one.complaint_id, f"{one.clock}_missed"): one.level for one in session.scalars(select(ComplaintClock))}
    assert {complaint_id for complaint_id, _reason in climbed} == {late.feedback_id}
    assert all(climbed[at] <= rungs[at] for at in climbed), "no rung is climbed twice"
    messages = session.scalars(select(OutgoingMessage)).all()
    letters = [one for one in messages if one.channel == "email"]
    assert {one.state for one in letters} == {"sent"} and set(handed_in) == {one.key for one in letters}
    assert len(letters) == len({one.key for one in letters}) == sum(who == agency.sari.id for who, *_ in told)
    chats = [one.content or "" for one in messages if one.channel == "telegram"]
    assert sum("Sudah selesai." in content for content in chats) == 1
