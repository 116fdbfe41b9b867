"""A town in which somebody complains every other day for months, and in which complaints then rise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.factories.counting import next_number
from tests.factories.desk import Agency, make_agency
from webapp.attribution.models import TextOpinion
from webapp.attribution.signals.detecting import raise_signals
from webapp.attribution.signals.models import Signal
from webapp.database import new_ids
from webapp.feedback.models import Complaint, Feedback
from webapp.organisation.models import Unit

NOW = datetime(2026, 11, 20, 5, tzinfo=UTC)  # noon of a Friday in Jakarta


@dataclass
class Town:
    """An agency in which somebody complains every other day for months, and what comes on top of that."""

    session: Session
    agency: Agency

    def file(self, day: int, count: int = 1, *, unit: Unit | None = None, **columns: Any) -> list[int]:
        """`count` complaints about the service, filed so many days before NOW; their ids."""
        ids = new_ids(Feedback, count)
        topic = columns.pop("topic", None)
        filed_at = NOW - timedelta(days=day, hours=1)
        about = {"service_id": self.agency.service.id, "rater_key": None}
        about |= {key: columns.pop(key) for key in list(columns) if key in about}
        unit_id = (unit or self.agency.unit).id
        self.session.execute(
            insert(Feedback),
            [
                {"id": id_, "kind": "complaint", "channel": "portal", "write_key": f"s{id_}", "filed_at": filed_at}
                | about
                for id_ in ids
            ],
        )
        said = {"secret_word": "kata", "complaint_kind": "complaint", "text": "Akta lama sekali.", "state": "filed"}
        self.session.execute(
            insert(Complaint),
            [
                said | {"feedback_id": id_, "code": f"TGP-{next_number():06}", "unit_id": unit_id} | columns
                for id_ in ids
            ],
        )
        if topic is not None:
            opinion = {"version": "1", "candidates": [], "unknown": 1.0, "sure": False, "parts": [], "teaches": 0.0}
            self.session.execute(
                insert(TextOpinion),
                [opinion | {"feedback_id": id_, "topic_id": topic.id, "at": filed_at} for id_ in ids],
            )
        self.session.flush()
        return ids

    def signals(self) -> list[Signal]:
        return list(self.session.scalars(select(Signal).order_by(Signal.id).execution_options(populate_existing=True)))


@pytest.fixture
def town(session: Session) -> Town:
    town = Town(session, make_agency(session))
    for day in range(22, 110, 2):
        town.file(day)
    for day in (17, 13, 8):
        town.file(day)
    return town


@pytest.fixture
def raised(town: Town) -> Signal:
    town.file(2, 5)
    town.file(1, 5)
    assert len(raise_signals(NOW).new) == 1
    (signal,) = town.signals()
    return signal
