"""Stages of files come in."""

from __future__ import annotations

from flask import Response, current_app, url_for

from webapp.app import settings_of
from webapp.counter.incoming.intake import Sender, Taken
from webapp.counter.incoming.reports import SentStage, StageAnswer, StageBatch, StageBatchAnswer
from webapp.counter.incoming.stages import take_in_stages
from webapp.portal.api.room import answer, blueprint, noticed, read_as, take_many, take_one, takes_reports


@blueprint.post("/stages")
@takes_reports
def submit_stage(sender: Sender) -> Response:
    """Take one stage of a file."""
    return take_one(SentStage, take_in_stages, _told, sender)


@blueprint.post("/stages/batch")
@takes_reports
def submit_stages(sender: Sender) -> Response:
    """Take many stages at once: all of them, or none where one is not as described."""
    batch = read_as(StageBatch)
    counts, results = take_many(batch.stages, batch.sent_at, take_in_stages, _told, sender)
    return answer(StageBatchAnswer(counts=counts, results=results))


def _told(taken: Taken) -> StageAnswer:
    record = taken.record
    file, stage = record.external_id.split("\n")
    code = record.application.code if record.application is not None else None
    return StageAnswer(
        file=file,
        stage=stage,
        outcome=taken.outcome,
        revision=record.revision,
        problems=noticed(taken),
        tracking_code=code,
        tracking_url=(
            settings_of(current_app).public_url + url_for("citizen.show_application", application_code=code)
            if code is not None
            else None
        ),
    )
