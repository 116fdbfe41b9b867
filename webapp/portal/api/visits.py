"""Visits come in."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, current_app, url_for

from webapp.app import settings_of
from webapp.counter.incoming.intake import Sender, Taken
from webapp.counter.incoming.reports import SentVisit, VisitAnswer, VisitBatch, VisitBatchAnswer
from webapp.counter.incoming.visits import take_in_visits
from webapp.counter.queries import receipt_of
from webapp.portal.api.room import answer, blueprint, noticed, read_as, take_many, take_one, takes_reports


@blueprint.post("/visits")
@takes_reports
def submit_visit(sender: Sender) -> Response:
    """Take one visit."""
    return take_one(SentVisit, take_in_visits, _told, sender)


@blueprint.post("/visits/batch")
@takes_reports
def submit_visits(sender: Sender) -> Response:
    """Take many visits at once: all of them, or none where one is not as described."""
    batch = read_as(VisitBatch)
    counts, results = take_many(batch.visits, batch.sent_at, take_in_visits, _told, sender)
    return answer(VisitBatchAnswer(counts=counts, results=results))


def _told(taken: Taken) -> VisitAnswer:
    record, settings = taken.record, settings_of(current_app)
    receipt = receipt_of(record.visit.id) if record.visit is not None else None
    return VisitAnswer(
        id=record.external_id,
        outcome=taken.outcome,
        revision=record.revision,
        problems=noticed(taken),
        receipt=receipt,
        rating_url=settings.public_url + url_for("citizen.rate", receipt=receipt) if receipt is not None else None,
        rate_until=(
            record.visit.finished_at + timedelta(days=settings.receipt_valid_days) if record.visit is not None else None
        ),
    )
