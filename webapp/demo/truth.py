"""What is true about the loaded demo city, in the ids of its database.

Nothing of it is stored: rows of a demo city are marked with generator version, seed and day, so the city is generated
again and held against them.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

from sqlalchemy import select

from webapp.database import db
from webapp.demo.city import GENERATOR_VERSION, DemoCity, build_city
from webapp.demo.ratings import BASE, CHANNEL_EFFECT, expected
from webapp.feedback.models import Feedback
from webapp.organisation.models import Officer, Service, Unit


class NoDemoCity(Exception):
    """The database holds no demo city, or one that this version of the generator can't make again."""


def tell_truth() -> dict[str, Any]:
    """The truth about the demo city in this database.

    `officers`: true quality on the logistic scale; `services`: true difficulty; `feedback`: for each rating the officer
    who served (none where it was made up), its story and the expectation of (value - 1)/3; for each complaint who is to
    blame or praised, its cause, and what reveals him. Raises NoDemoCity.
    """
    city = _city_again()
    written = dict(
        db.session.execute(
            select(Feedback.write_key, Feedback.id).where(
                Feedback.write_key.startswith(f"{city.mark}:", autoescape=True)
            )
        ).all()
    )
    officers, services, units = (_ids(model) for model in (Officer, Service, Unit))
    agency = city.agency
    visits = {visit.number: visit for visit in city.visits}
    feedback: list[dict[str, Any]] = []
    for rating in city.ratings:
        visit = visits.get(rating.true_visit or 0)
        honest = (
            expected(agency.service_by_code[visit.service], rating.channel, agency.officer_by_code[visit.officer])
            if visit
            else None
        )
        feedback.append(
            {
                "feedback_id": written[f"{city.mark}:rating:{rating.number}"],
                "kind": "rating",
                "unit_id": units[visit.unit] if visit else None,
                "officer_id": officers[rating.true_officer] if rating.true_officer else None,
                "cause": None,
                "revealed_by": "receipt" if rating.receipt else "counter_and_time" if rating.counter else "nothing",
                "story": rating.true_story,
                "network": rating.network,
                "expected": None if honest is None else round(honest, 6),
            }
        )
    feedback.extend(
        {
            "feedback_id": written[f"{city.mark}:complaint:{complaint.number}"],
            "kind": "complaint",
            "unit_id": units[complaint.true_unit],
            "officer_id": officers[complaint.true_officer] if complaint.true_officer else None,
            "cause": complaint.true_cause,
            "revealed_by": complaint.true_revealed_by,
            "story": complaint.topic,
            "network": None,
            "expected": None,
        }
        for complaint in city.complaints
    )
    return {
        "generator": GENERATOR_VERSION,
        "seed": city.seed,
        "until": city.until.isoformat(),
        "base": BASE,
        "channel_effects": {channel.value: effect for channel, effect in CHANNEL_EFFECT.items()},
        "officers": [
            {
                "officer_id": officers[officer.code],
                "name": officer.name,
                "quality": officer.true_quality,
                "pace": officer.true_pace,
            }
            for officer in agency.officers
        ],
        "services": [
            {"service_id": services[service.code], "code": service.code, "difficulty": service.true_difficulty}
            for service in agency.services
        ],
        "feedback": feedback,
    }


def as_csv(told: dict[str, Any]) -> str:
    """The feedback of `told` as CSV, one line each."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(told["feedback"][0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(told["feedback"])
    return out.getvalue()


def _city_again() -> DemoCity:
    key = db.session.scalar(
        select(Feedback.write_key).where(Feedback.write_key.startswith("demo:", autoescape=True)).limit(1)
    )
    if key is None:
        raise NoDemoCity("The database holds no demo city.")
    _, version, seed, until, *_ = key.split(":")
    if int(version) != GENERATOR_VERSION:
        raise NoDemoCity(f"The demo city was made by generator {version}; this is {GENERATOR_VERSION}. Load it anew.")
    return build_city(int(seed), date(int(until[:4]), int(until[4:6]), int(until[6:])))


def _ids(model: type[Officer] | type[Service] | type[Unit]) -> dict[str, int]:
    """Primary keys by the demo city's own codes."""
    rows = db.session.execute(
        select(model.external_id, model.id).where(model.external_id.startswith("demo:", autoescape=True))
    )
    return {str(external).removeprefix("demo:"): id_ for external, id_ in rows}
