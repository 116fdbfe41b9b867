"""What the words of a complaint say by themselves: formed once for each complaint, read by rules and people.

An opinion decides nothing. The rules hold it against the other evidence, and triage sees it with the words that spoke.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from webapp.attribution.current_router import CurrentRouter, current_router
from webapp.attribution.models import TextOpinion
from webapp.attribution.repeats.reading import EMPTY_WORDS
from webapp.attribution.routing import Candidate, Routed, Said
from webapp.attribution.routing.agencies import other_agency
from webapp.attribution.routing.kinds import kind_of
from webapp.attribution.routing.parts import two_matters
from webapp.attribution.routing.topic_names import TopicNames
from webapp.attribution.teaching import teaches
from webapp.database import db
from webapp.feedback.models import Complaint, Feedback
from webapp.feedback.vocabulary import Channel
from webapp.organisation.models import Topic, Unit

#: A text is about two matters only where the second unit has at least this much of the whole.
LEAST_SECOND = 0.15
#: Texts that are judged and written down together.
BATCH = 500


@dataclass(frozen=True, slots=True)
class UnitCandidate:
    """A unit that the words speak for, how probably (0 to 1, calibrated), and the words with their weights."""

    unit_id: int
    probability: float
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Outside:
    """Another agency whose matter it seems to be."""

    agency: str
    probability: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of the text, from letter `start` to before letter `end`, that speaks for a unit of its own."""

    unit_id: int
    start: int
    end: int
    probability: float


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the words say. `unknown` is what the candidates leave to 1; not `sure`: a person should look.

    `model_id` is None where the catalogue alone spoke, for want of decided cases.
    """

    feedback_id: int
    version: str
    model_id: int | None
    candidates: tuple[UnitCandidate, ...]
    unknown: float
    sure: bool
    topic_id: int | None
    topic_probability: float | None
    kind: str | None
    kind_probability: float | None
    outside: Outside | None
    parts: tuple[Passage, ...]
    teaches: float


def form_opinions(feedback_ids: Sequence[int], at: datetime) -> list[int]:
    """Write down what the words of these complaints say, by the router that is used now; the ids that are new.

    Ratings have no opinion: what somebody thinks of a service never tells whose it was. An opinion of the same router
    is left alone, an older one is replaced. Flushes only.
    """
    formed: list[int] = []
    router: CurrentRouter | None = None
    ids = sorted(set(feedback_ids))
    for start in range(0, len(ids), BATCH):
        batch = ids[start : start + BATCH]
        complaints = select(Complaint.feedback_id).where(Complaint.feedback_id.in_(batch)).limit(1)
        if router is None:
            if db.session.scalar(complaints) is None:
                continue  # ratings alone, as most of what comes in: not even a look at the router
            router = current_router()
        formed += _form(batch, router, at)
    return formed


def _form(batch: list[int], router: CurrentRouter, at: datetime) -> list[int]:
    rows = db.session.execute(
        select(Complaint.feedback_id, Complaint.text, Feedback.place, Feedback.channel)
        .join(Feedback, Feedback.id == Complaint.feedback_id)
        .outerjoin(TextOpinion, TextOpinion.feedback_id == Complaint.feedback_id)
        .where(
            Complaint.feedback_id.in_(batch),
            or_(TextOpinion.feedback_id.is_(None), TextOpinion.version != router.version),
        )
        .order_by(Complaint.feedback_id)
    ).all()
    if not rows:
        return []
    said = [Said(row.text, row.place or "") for row in rows]
    active = set(db.session.scalars(select(Unit.id).where(Unit.active)))
    topics = dict(db.session.execute(select(Topic.name, Topic.id).where(Topic.active)).all())
    names = _topic_names(tuple(sorted(topics)))
    written = [
        {
            "feedback_id": row.feedback_id,
            "model_id": router.model_id,
            "version": router.version,
            "at": at,
            **_content(one, routed, router, active, row.channel != Channel.IMPORT),
            **_topic(topic if topic is not None else names.named_in(one.text), topics),
        }
        for row, one, routed, topic in zip(
            rows, said, router.router.route(said), router.router.topics(said), strict=True
        )
    ]
    statement = upsert(TextOpinion)
    changed = {
        column.name: statement.excluded[column.name]
        for column in TextOpinion.__table__.columns
        if column.name != "feedback_id"
    }
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["feedback_id"], set_=changed),
        written,
        execution_options={"render_nulls": True},
    )
    return [row.feedback_id for row in rows]


def _tells(word: str) -> bool:
    """Whether a word shown as a reason would be one: "and" and "4" may tip a scale, but explain nothing."""
    return len(word) > 2 and not word.isdigit() and word.casefold() not in EMPTY_WORDS


@lru_cache(maxsize=1)
def _topic_names(names: tuple[str, ...]) -> TopicNames:
    return TopicNames(names)


def _topic(found: tuple[str, float] | None, topics: Mapping[str, int]) -> dict[str, Any]:
    """The columns of the topic: what was learned, else what the text names; nothing that is not used any more."""
    known = found is not None and found[0] in topics
    return {
        "topic_id": topics[found[0]] if found is not None and known else None,
        "topic_probability": round(found[1], 4) if found is not None and known else None,
    }


def _content(
    said: Said,
    routed: Routed,
    router: CurrentRouter,
    active: set[int],
    splits: bool,
) -> dict[str, Any]:
    """The columns of an opinion. What a model says for a unit that has been closed since is left to nobody.

    `splits`: whether two matters are looked for; what comes out of an export nobody divides any more.
    """
    candidates = [one for one in routed.candidates if int(one.unit) in active]
    probabilities = {int(one.unit): one.probability for one in candidates}
    kind, kind_probability = kind_of(said.text)
    outside = other_agency(said.text)
    return {
        "candidates": [
            {
                "unit_id": int(one.unit),
                "probability": round(one.probability, 4),
                "words": [[word, round(weight, 3)] for word, weight in one.words if _tells(word)],
            }
            for one in candidates
        ],
        "unknown": round(max(0.0, 1.0 - sum(probabilities.values())), 4),
        "sure": routed.sure and len(candidates) == len(routed.candidates),
        "kind": kind,
        "kind_probability": round(kind_probability, 4),
        "outside": None
        if outside is None
        else {"agency": outside.name, "probability": round(outside.probability, 4), "words": list(outside.words)},
        "parts": _parts(said, candidates, router, active) if splits else [],
        "teaches": teaches(probabilities, router.known_cases, outside.probability if outside else 0.0),
    }


def _parts(
    said: Said, candidates: Sequence[Candidate], router: CurrentRouter, active: set[int]
) -> list[dict[str, int | float]]:
    """The passages of a text about two matters. Looked for only where two units share the whole: it takes a while."""
    if len(candidates) < 2 or candidates[1].probability < LEAST_SECOND:
        return []
    found = two_matters(router.router, said)
    if not all(int(one.unit) in active for one in found):
        return []
    return [
        {"unit_id": int(one.unit), "from": one.start, "to": one.end, "probability": round(one.probability, 4)}
        for one in found
    ]


def opinions_of(feedback_ids: Sequence[int]) -> dict[int, Opinion]:
    """What the words of these complaints say, by the feedback's id; nothing for what has no opinion (ratings).

    For callers that have checked their viewer, and for the rules, which have none.
    """
    rows = db.session.scalars(
        select(TextOpinion)
        .where(TextOpinion.feedback_id.in_(sorted(set(feedback_ids))))
        .order_by(TextOpinion.feedback_id)
        .execution_options(populate_existing=True)
    )
    return {row.feedback_id: _opinion(row) for row in rows}


def _opinion(row: TextOpinion) -> Opinion:
    outside = row.outside
    return Opinion(
        feedback_id=row.feedback_id,
        version=row.version,
        model_id=row.model_id,
        candidates=tuple(
            UnitCandidate(
                one["unit_id"], one["probability"], tuple((word, weight) for word, weight in one.get("words", ()))
            )
            for one in row.candidates
        ),
        unknown=row.unknown,
        sure=row.sure,
        topic_id=row.topic_id,
        topic_probability=row.topic_probability,
        kind=row.kind,
        kind_probability=row.kind_probability,
        outside=Outside(outside["agency"], outside["probability"], tuple(outside.get("words", ())))
        if outside
        else None,
        parts=tuple(Passage(one["unit_id"], one["from"], one["to"], one["probability"]) for one in row.parts),
        teaches=row.teaches,
    )
