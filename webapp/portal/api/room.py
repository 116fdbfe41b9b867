"""The room's blueprint: who may report, how much, and how what was sent is read."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from flask import Blueprint, Response, g, request
from pydantic import BaseModel, ValidationError

from webapp.counter.incoming.clients import client_of_token
from webapp.counter.incoming.errors import NotKnown
from webapp.counter.incoming.intake import Sender, Taken
from webapp.counter.incoming.names import shown_name
from webapp.counter.incoming.problems import in_words
from webapp.counter.incoming.reports import Noticed, SentStage, SentVisit
from webapp.counter.incoming.shape_errors import errors_in_words
from webapp.database import transaction
from webapp.portal.access import by_token
from webapp.portal.problem_documents import problem
from webapp.portal.security import csrf, limiter

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

S = TypeVar("S", bound=BaseModel)
One = TypeVar("One", SentVisit, SentStage)
Told = TypeVar("Told", bound=BaseModel)

#: Bytes of a request; a batch of the most reports with all their parts takes less.
LARGEST_REQUEST = 2 * 1024 * 1024


@limiter.limit("120 per minute; 3000 per hour", key_func=lambda: f"client:{g.reporting_client_id}")
def count_report() -> None:
    """Count one request of a system; raises RateLimitExceeded."""


@limiter.limit("30 per minute")
def count_refused_token() -> None:
    """Count one wrong token from an address; raises RateLimitExceeded."""


class Refused(Exception):
    """What was sent cannot be taken; `response` says why."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__(response.status)


def takes_reports(view: Callable[[Sender], Response]) -> Callable[[], Response]:
    """Declare that `view` is for systems with a token, which is checked here: whose it is, is what the view is given.

    No session is read and no cookie helps, so that no page of anybody can make a browser report something.
    """

    @functools.wraps(view)
    def guarded() -> Response:
        request.max_content_length = LARGEST_REQUEST
        try:
            client = client_of_token(_token(), datetime.now(UTC))
        except NotKnown:
            count_refused_token()
            return problem(401)
        g.reporting_client_id = client.id
        count_report()
        if request.mimetype != "application/json":
            return problem(415)
        return view(Sender(client.source, client.unit, client))

    csrf.exempt(guarded)
    return by_token(guarded)


def read_as(shape: type[S]) -> S:
    """What was sent, as `shape`; raises Refused."""
    try:
        return shape.model_validate_json(request.get_data(cache=False))
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        if details[0]["type"] == "json_invalid":
            raise Refused(problem(400)) from None
        raise Refused(problem(422, errors=errors_in_words(details))) from None


@blueprint.errorhandler(Refused)
def answer_refused(refused: Refused) -> Response:
    """Say why."""
    return refused.response


def answer(content: BaseModel, status: int = 200) -> Response:
    """A document as JSON."""
    return Response(content.model_dump_json(), status, mimetype="application/json")


def take_one(
    shape: type[One], take: Callable[..., list[Taken]], tell: Callable[[Taken], BaseModel], sender: Sender
) -> Response:
    """Take one report of this shape, and answer what became of it."""
    report = read_as(shape)
    with transaction():
        [taken] = take([report], sender, now=datetime.now(UTC), sent_at=report.sent_at)
        told = tell(taken)
    return answer(told, status_of(taken))


def take_many(
    reports: Sequence[Any],
    sent_at: datetime | None,
    take: Callable[..., list[Taken]],
    tell: Callable[[Taken], Told],
    sender: Sender,
) -> tuple[Counter[str], tuple[Told, ...]]:
    """Take a batch, all of it; how many came to what, and what became of each."""
    with transaction():
        taken = take(reports, sender, now=datetime.now(UTC), sent_at=sent_at)
        results = tuple(map(tell, taken))
    return Counter(one.outcome for one in taken), results


def status_of(taken: Taken) -> int:
    """The HTTP status that answers one report."""
    return {"created": 201, "held": 202}.get(taken.outcome, 200)


def noticed(taken: Taken) -> tuple[Noticed, ...]:
    """What the sender is told of a report's problems. A NIP is not told back."""
    return tuple(
        Noticed(
            code=problem.code,
            field=problem.field,
            value=shown_name(problem.value) if problem.value is not None else None,
            message=in_words(problem),
        )
        for problem in taken.problems
    )


def _token() -> str:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
