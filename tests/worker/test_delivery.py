"""From event to effect: once, whatever goes wrong on the way. Real PostgreSQL, real Valkey."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import func, select

from tests.factories.city import SmallCity, make_small_city
from tests.factories.feedback import make_complaint, make_rating
from tests.pipeline import Pipeline
from tests.worker.conftest import Deliveries, Stumbling
from webapp.attribution.models import Attribution
from webapp.feedback.events import FeedbackImported
from webapp.indicators.models import IndicatorFact
from webapp.messaging.models import OutgoingMessage
from webapp.outbox import Event
from webapp.outbox.actions import LONGEST_WAIT, MAX_ATTEMPTS, note_failure, retry_delivery
from webapp.outbox.models import DeliveryState, OutboxDelivery, OutboxEvent
from webapp.outbox.queries import count_deliveries_by_state, list_dead_deliveries
from worker import jobs, relay
from worker.relay import LEASE, Relay, release_leases
from worker.routing import ATTRIBUTION, INDICATORS

NIK = "3578012505900001"


@pytest.fixture
def city(database: SQLAlchemy) -> SmallCity:
    city = make_small_city(database.session(), datetime.now(UTC))
    database.session.commit()
    return city


def counts(database: SQLAlchemy) -> tuple[int, int]:
    """Standing attributions and facts."""
    database.session.rollback()
    attributions = database.session.scalar(select(func.count()).where(Attribution.superseded_at.is_(None)))
    facts = database.session.scalar(select(func.count()).where(IndicatorFact.withdrawn_at.is_(None)))
    return attributions or 0, facts or 0


def test_from_event_to_effect(
    pipeline: Pipeline, city: SmallCity, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    assert deliveries.of("attribute_feedback") == []  # nothing but events yet
    assert pipeline.relay.round() == 2
    enqueued = deliveries.of("attribute_feedback")
    assert [one.state for one in enqueued] == ["enqueued", "enqueued"]
    assert all(one.due_at > datetime.now(UTC) + LEASE / 2 for one in enqueued)
    assert pipeline.handed_over(ATTRIBUTION) == [one.id for one in enqueued]
    assert pipeline.waiting(ATTRIBUTION) == [f"delivery-{enqueued[0].id}"], "one job for both: handing over costs"
    pipeline.work()
    done = deliveries.of("attribute_feedback")
    assert [(one.state, one.attempts, one.last_error) for one in done] == [("done", 0, None)] * 2
    assert all(one.done_at is not None for one in done)
    assert counts(database) == (2, 0)  # the next event is in the outbox, nothing was called directly
    pipeline.run()
    assert counts(database) == (2, 1)
    assert count_deliveries_by_state() == {"pending": 0, "enqueued": 0, "dead": 0, "not_expanded": 0}
    assert pipeline.relay.round() == 0


def test_the_queue_carries_nothing_but_numbers(pipeline: Pipeline, city: SmallCity) -> None:
    pipeline.relay.round()
    for id_ in pipeline.waiting(ATTRIBUTION):
        job = pipeline.redis.hgetall(f"rq:job:{id_}")
        assert b"worker.jobs.deliver" in job[b"description"] or b"deliver" in job[b"description"]
        assert city.complaint.text.encode() not in b"".join(job.values())


def test_a_failure_is_undone_noted_and_tried_again(
    pipeline: Pipeline,
    city: SmallCity,
    database: SQLAlchemy,
    deliveries: Deliveries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Three times: both together, the first alone, the second alone.
    stumbling = Stumbling("attribute_feedback", 3, ValueError(f"cannot read {NIK} of Siti Rahmawati"))
    monkeypatch.setitem(jobs.JOBS, "attribute_feedback", stumbling)
    pipeline.relay.round()
    before = datetime.now(UTC)
    pipeline.work()
    assert counts(database) == (0, 0), "what a failed job did must be undone"
    failed = deliveries.of("attribute_feedback")
    assert [(one.state, one.attempts) for one in failed] == [("pending", 1)] * 2
    for one in failed:
        assert before + timedelta(seconds=2) <= one.due_at <= datetime.now(UTC) + timedelta(seconds=2)
        assert one.last_error is not None and one.last_error.startswith("builtins.ValueError at ")
        assert NIK not in one.last_error and "Siti" not in one.last_error
    deliveries.make_due(in_seconds=3600)
    assert pipeline.relay.round() == 0, "it waits its time"
    deliveries.make_due()
    pipeline.run()
    assert counts(database) == (2, 1)
    assert [one.attempts for one in deliveries.of("attribute_feedback")] == [1, 1]


def test_what_failed_leaves_nothing_personal_in_queue_or_log(
    pipeline: Pipeline,
    city: SmallCity,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setitem(
        jobs.JOBS, "attribute_feedback", Stumbling("attribute_feedback", 9, ValueError(f"cannot read {NIK}"))
    )
    pipeline.relay.round()
    pipeline.work()
    kept = b"".join(pipeline.everything_in_redis())
    assert b"delivery-" in kept, "this test must see what is in the queue"
    assert NIK.encode() not in kept, "RQ keeps what a job raised: raise nothing that holds a citizen's words"
    assert NIK not in caplog.text and NIK not in "".join(capsys.readouterr())


def test_it_is_put_aside_in_the_end_and_can_be_taken_up_again(
    pipeline: Pipeline,
    city: SmallCity,
    database: SQLAlchemy,
    deliveries: Deliveries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stumbling = Stumbling("record_facts", 10**6, RuntimeError("never"))
    monkeypatch.setitem(jobs.JOBS, "record_facts", stumbling)
    pipeline.run()
    waited = []
    for _attempt in range(MAX_ATTEMPTS + 2):
        [first, *_rest] = deliveries.of("record_facts")
        waited.append((first.attempts, (first.due_at - datetime.now(UTC)).total_seconds()))
        deliveries.make_due()
        pipeline.relay.round()
        pipeline.work()
    dead = deliveries.of("record_facts")
    assert {(one.state, one.attempts) for one in dead} == {("dead", MAX_ATTEMPTS)}
    pauses = {attempts: seconds for attempts, seconds in waited if 0 < attempts < MAX_ATTEMPTS}
    for attempts, seconds in pauses.items():
        longest = min(2.0**attempts, LONGEST_WAIT.total_seconds())
        assert longest - 30 <= seconds <= longest
    listed = list_dead_deliveries()
    assert {(one.job, one.attempts, one.event_name) for one in listed} == {
        ("record_facts", MAX_ATTEMPTS, "FeedbackAttributed")
    }
    assert all("RuntimeError" in one.last_error and "never" not in one.last_error for one in listed)
    assert pipeline.relay.round() == 0, "nobody takes up what was put aside"
    monkeypatch.setitem(jobs.JOBS, "record_facts", stumbling.does)
    now = datetime.now(UTC)
    assert [retry_delivery(one.id, now) for one in listed] == [True] * len(listed)
    assert not retry_delivery(listed[0].id, now), "twice is once"
    database.session.commit()
    pipeline.run()
    assert counts(database) == (2, 1)
    assert list_dead_deliveries() == []


def test_a_late_failure_does_not_undo_what_is_done(
    pipeline: Pipeline, city: SmallCity, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    pipeline.run()
    [first, *_rest] = deliveries.of("attribute_feedback")
    note_failure(first.id, "too late", datetime.now(UTC))
    database.session.commit()
    assert deliveries.of("attribute_feedback")[0].state == DeliveryState.DONE


def test_an_unknown_event_or_job_is_put_on_record(
    pipeline: Pipeline, city: SmallCity, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    pipeline.relay.round()
    database.session.execute(
        OutboxEvent.__table__.update().values(name="WordThatNobodyKnows")  # type: ignore[attr-defined]
    )
    database.session.commit()
    pipeline.work()
    assert all("KeyError" in (one.last_error or "") for one in deliveries.of("attribute_feedback"))
    assert counts(database) == (0, 0)


def test_a_lease_runs_out_when_a_worker_dies(
    pipeline: Pipeline, city: SmallCity, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    assert pipeline.relay.round() == 2
    pipeline.redis.flushdb()  # the worker took the jobs with it
    deliveries.make_due(in_seconds=3600)
    assert pipeline.relay.round() == 0, "the lease still holds"
    deliveries.make_due()
    assert pipeline.relay.round() == 2
    pipeline.run()
    assert counts(database) == (2, 1)


def test_a_new_worker_takes_up_its_predecessors_work_at_once(
    pipeline: Pipeline, city: SmallCity, database: SQLAlchemy
) -> None:
    pipeline.relay.round()
    pipeline.redis.flushdb()
    release_leases(INDICATORS)
    database.session.commit()
    assert pipeline.relay.round() == 0, "only its own queue's"
    release_leases(ATTRIBUTION)
    database.session.commit()
    assert pipeline.relay.round() == 2
    pipeline.run()
    assert counts(database) == (2, 1)


def test_the_queue_may_be_wiped_at_any_moment(
    pipeline: Pipeline, city: SmallCity, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    for _stage in range(6):
        pipeline.relay.round()
        pipeline.redis.flushdb()
        deliveries.make_due()
        pipeline.relay.round()
        pipeline.work()
    pipeline.run()
    assert counts(database) == (2, 1)
    assert count_deliveries_by_state() == {"pending": 0, "enqueued": 0, "dead": 0, "not_expanded": 0}


def test_handing_over_twice_does_nothing_twice(
    pipeline: Pipeline, city: SmallCity, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    pipeline.run()
    before = counts(database)
    events = database.session.scalar(select(func.count(OutboxEvent.id)))
    for one in [*deliveries.of("attribute_feedback"), *deliveries.of("record_facts")]:
        jobs.deliver(one.id)
        jobs.deliver(one.id)
    assert counts(database) == before
    assert database.session.scalar(select(func.count(OutboxEvent.id))) == events


def test_jobs_themselves_do_nothing_twice(
    pipeline: Pipeline, city: SmallCity, database: SQLAlchemy, deliveries: Deliveries
) -> None:
    """Should a delivery ever be lost as done, its job must still be one that can be repeated."""
    pipeline.run()
    before = counts(database)
    database.session.execute(OutboxDelivery.__table__.update().values(state="pending"))  # type: ignore[attr-defined]
    database.session.commit()
    deliveries.make_due()
    pipeline.run()
    assert counts(database) == before
    keys = list(database.session.scalars(select(OutgoingMessage.key)))
    assert len(keys) == len(set(keys))


def test_a_backlog_waits_in_the_database(
    pipeline: Pipeline, city: SmallCity, database: SQLAlchemy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "MOST_UNDER_WAY", 12)
    now = datetime.now(UTC)
    for _ in range(15):
        make_rating(database.session(), now, unit_id=city.unit.id)
    database.session.commit()
    pipeline.relay.round()
    assert len(pipeline.handed_over(ATTRIBUTION)) == 12
    assert Relay(pipeline.app, pipeline.redis).round() == 0, "a second relay keeps to it as well"
    pipeline.run()
    assert counts(database) == (17, 1)


def test_what_waits_is_done_together_and_one_that_fails_takes_no_other_with_it(
    pipeline: Pipeline,
    city: SmallCity,
    database: SQLAlchemy,
    deliveries: Deliveries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(jobs.MOST_TOGETHER + 3):
        make_complaint(database.session(), datetime.now(UTC), unit_id=city.unit.id)
    database.session.commit()
    asked: list[list[int]] = []
    really = jobs.JOBS["attribute_feedback"]
    poisoned = city.rating.feedback_id

    def watched(event: Event, key: str, now: datetime) -> None:
        ids = event.feedback_ids if isinstance(event, FeedbackImported) else [event.feedback_id]  # type: ignore[attr-defined]
        asked.append(ids)
        if poisoned in ids:
            raise ValueError
        really(event, key, now)

    monkeypatch.setitem(jobs.JOBS, "attribute_feedback", watched)
    pipeline.relay.round()
    pipeline.work()
    assert max(map(len, asked)) == jobs.MOST_TOGETHER
    states = [(one.state, one.attempts) for one in deliveries.of("attribute_feedback")]
    assert sorted(set(states)) == [("done", 0), ("pending", 1)] and states.count(("pending", 1)) == 1
    assert counts(database)[0] == jobs.MOST_TOGETHER + 4
