"""The interface's description: an OpenAPI 3.1 document, made of the shapes that requests are read with."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from flask import Response
from pydantic import BaseModel, ConfigDict
from pydantic.json_schema import models_json_schema

from webapp.counter.incoming.reports import (
    SentStage,
    SentVisit,
    StageAnswer,
    StageBatch,
    StageBatchAnswer,
    VisitAnswer,
    VisitBatch,
    VisitBatchAnswer,
)
from webapp.portal.access import public
from webapp.portal.api.room import blueprint
from webapp.portal.problem_documents import TITLES

VERSION = "1.0.0"


class ProblemError(BaseModel):
    """One thing that is wrong."""

    where: str
    what: str


class ProblemDocument(BaseModel):
    """An error (RFC 9457)."""

    model_config = ConfigDict(title="Problem")

    type: str
    title: str
    status: int
    detail: str
    errors: list[ProblemError] = []


#: Path, operation, what it takes, what it answers, in words.
_OPERATIONS: tuple[tuple[str, str, type[BaseModel], type[BaseModel], str], ...] = (
    ("/visits", "submit_visit", SentVisit, VisitAnswer, "Report one visit"),
    ("/visits/batch", "submit_visits", VisitBatch, VisitBatchAnswer, "Report up to 500 visits"),
    ("/stages", "submit_stage", SentStage, StageAnswer, "Report one stage of a file"),
    ("/stages/batch", "submit_stages", StageBatch, StageBatchAnswer, "Report up to 500 stages"),
)
_REFUSALS = (400, 401, 413, 415, 422, 429, 500, 503)


@blueprint.get("/openapi.json")
@public
def show_description() -> Response:
    """The OpenAPI document."""
    return Response(_written(), mimetype="application/json")


@cache
def _written() -> str:
    return json.dumps(describe(), indent=1)


def describe() -> dict[str, Any]:
    """The OpenAPI document."""
    shapes = {shape for _, _, taken, answered, _ in _OPERATIONS for shape in (taken, answered)}
    asked = [(shape, "validation") for _, _, shape, _, _ in _OPERATIONS]
    told = [(shape, "serialization") for _, _, _, shape, _ in _OPERATIONS]
    assert len(shapes) == len(asked) + len(told)
    references, schemas = models_json_schema(
        [*asked, *told, (ProblemDocument, "validation")],  # type: ignore[list-item]  # the modes are literals
        ref_template="#/components/schemas/{model}",
    )
    by_shape = {shape: reference for (shape, _mode), reference in references.items()}
    refusals = {str(status): {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS}
    paths = {}
    for path, name, taken, answered, words in _OPERATIONS:
        single = not path.endswith("/batch")
        paths[f"/api/v1{path}"] = {
            "post": {
                "operationId": name,
                "summary": words,
                "description": (
                    "Safe to send again: what is known is not taken twice, what differs is a correction. "
                    + ("201: new; 200: known, corrected or outdated; 202: held." if single else _BATCH_WORDS)
                ),
                "requestBody": {"required": True, "content": _json(by_shape[taken])},
                "responses": {
                    **{
                        status: {"description": meaning, "content": _json(by_shape[answered])}
                        for status, meaning in (_SINGLE if single else _MANY).items()
                    },
                    **refusals,
                },
            }
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Tanggap: visits and stages from other systems",
            "version": VERSION,
            "description": (
                "For queue machines and registry systems. Nothing about the citizen is taken: there is no field for "
                "it, and a field that is not described here is refused."
            ),
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas["$defs"],
            "responses": {
                str(status): {
                    "description": TITLES[status][0],
                    "content": {"application/problem+json": {"schema": by_shape[ProblemDocument]}},
                }
                for status in _REFUSALS
            },
        },
    }


_SINGLE = {"200": "Known, corrected or outdated", "201": "Taken", "202": "Kept, and held until it can be used"}
_MANY = {"200": "What became of each"}
_BATCH_WORDS = "Where one report is not as described, none is taken."


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
